#include "train/json_object.h"

#include "train/json_text.h"
#include "train/number.h"

#include <math.h>

/* A comma after what stands before in the same object or array, then the name. */
static void begin_member(GString *json, const char *name)
{
    char last = json->len ? json->str[json->len - 1] : '{';
    if (last != '{' && last != '[')
        g_string_append(json, ", ");
    if (name) {
        ripple_json_append_string(json, name);
        g_string_append(json, ": ");
    }
}

void ripple_json_begin_object(GString *json, const char *name)
{
    begin_member(json, name);
    g_string_append_c(json, '{');
}

void ripple_json_end_object(GString *json)
{
    g_string_append_c(json, '}');
}

void ripple_json_begin_array(GString *json, const char *name)
{
    begin_member(json, name);
    g_string_append_c(json, '[');
}

void ripple_json_end_array(GString *json)
{
    g_string_append_c(json, ']');
}

void ripple_json_set_whole(GString *json, const char *name, guint64 value)
{
    begin_member(json, name);
    g_string_append_printf(json, "%" G_GUINT64_FORMAT, value);
}

void ripple_json_set_number(GString *json, const char *name, gdouble value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    begin_member(json, name);
    g_string_append(json, isfinite(value) ? ripple_number_text(value, text) : "null");
}

void ripple_json_set_numbers(GString *json, const char *name, const gdouble *values, gsize count)
{
    ripple_json_begin_array(json, name);
    for (gsize i = 0; i < count; i++)
        ripple_json_set_number(json, NULL, values[i]);
    ripple_json_end_array(json);
}

void ripple_json_set_wholes(GString *json, const char *name, const guint64 *values, gsize count)
{
    ripple_json_begin_array(json, name);
    for (gsize i = 0; i < count; i++)
        ripple_json_set_whole(json, NULL, values[i]);
    ripple_json_end_array(json);
}

void ripple_json_set_flag(GString *json, const char *name, gboolean value)
{
    begin_member(json, name);
    g_string_append(json, value ? "true" : "false");
}

void ripple_json_set_text(GString *json, const char *name, const char *value)
{
    begin_member(json, name);
    if (!value) {
        g_string_append(json, "null");
        return;
    }
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    ripple_json_append_string(json, valid);
}
