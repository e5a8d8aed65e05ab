#include "cli/place_option.h"

#include "base/text.h"

#include <ripple/error.h>
#include <string.h>

gboolean ripple_place_option(const char *option, const char *text, gboolean is_bias,
                             RippleParameterPlace *place, GError **error)
{
    guint n_numbers = is_bias ? 2 : 3;
    guint64 numbers[3] = {0};
    g_auto(GStrv) halves = g_strsplit(text, ":", -1);
    g_autofree char *joined = g_strjoinv(",", halves);
    g_auto(GStrv) parts = g_strsplit(joined, ",", -1);
    gboolean ok =
        g_strv_length(halves) == 2 && g_strv_length(parts) == n_numbers && !strchr(halves[0], ',');
    for (guint i = 0; ok && i < n_numbers; i++)
        ok = ripple_text_whole(parts[i], 0, G_MAXUINT32, &numbers[i]);
    if (!ok) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "--%s cannot be \"%s\": it takes %s, all counted from 0, such as %s.", option,
                    text, is_bias ? "LAYER:OUTPUT" : "LAYER:OUTPUT,INPUT",
                    is_bias ? "0:3" : "0:3,17");
        return FALSE;
    }
    *place =
        (RippleParameterPlace){(guint)numbers[0], is_bias, (guint)numbers[1], (guint)numbers[2]};
    return TRUE;
}
