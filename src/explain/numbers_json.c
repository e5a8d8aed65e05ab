#include "explain/numbers_json.h"

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
