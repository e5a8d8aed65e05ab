/** \file
 * JSON for programs, one member a call, into a GString.
 *
 * json-glib reads well and writes badly: it turns 1e-08 into "1e-08.0", which is no JSON. Numbers
 * written here are as short as reads back to the same bits, and what is no finite number is null.
 */
#pragma once

#include <glib.h>

/** Begin and end an object or an array. `name` is NULL at the top and within arrays, here and
 * below. */
void ripple_json_begin_object(GString *json, const char *name);
void ripple_json_end_object(GString *json);
void ripple_json_begin_array(GString *json, const char *name);
void ripple_json_end_array(GString *json);

void ripple_json_set_whole(GString *json, const char *name, guint64 value);
void ripple_json_set_number(GString *json, const char *name, gdouble value);
/** An array of `count` numbers. */
void ripple_json_set_numbers(GString *json, const char *name, const gdouble *values, gsize count);

/** `count` whole numbers under `name`. */
void ripple_json_set_wholes(GString *json, const char *name, const guint64 *values, gsize count);
void ripple_json_set_flag(GString *json, const char *name, gboolean value);

/** NULL becomes null. What is not UTF-8 is made so. */
void ripple_json_set_text(GString *json, const char *name, const char *value);
