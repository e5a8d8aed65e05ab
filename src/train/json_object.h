/** \file
 * The members of a JSON object, one call each, on json-glib's builder.
 */
#pragma once

#include <json-glib/json-glib.h>

void ripple_json_set_whole(JsonBuilder *builder, const char *name, guint64 value);

/** What is no finite number becomes null: JSON has no word for it. */
void ripple_json_set_number(JsonBuilder *builder, const char *name, gdouble value);

/** NULL becomes null. */
void ripple_json_set_text(JsonBuilder *builder, const char *name, const char *value);

void ripple_json_set_flag(JsonBuilder *builder, const char *name, gboolean value);

/** What `builder` holds as one line of text. Free with g_free. */
char *ripple_json_line(JsonBuilder *builder);
