#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>

gboolean ripple_text_choose(const char *kind, const char *name, const char *const *names,
                            guint n_names, guint *chosen, GError **error)
{
    for (guint i = 0; i < n_names; i++)
        if (strcmp(name, names[i]) == 0) {
            *chosen = i;
            return TRUE;
        }

    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < n_names; i++)
        g_string_append_printf(list, "%s%s", i ? ", " : "", names[i]);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "There is no %s called \"%s\"; choose one of: %s.", kind, name, list->str);
    return FALSE;
}

static gboolean is_blank_to_the_end(const char *rest)
{
    while (g_ascii_isspace(*rest))
        rest++;
    return *rest == '\0';
}

gboolean ripple_text_number(const char *text, gdouble *number)
{
    char *end;
    errno = 0;
    gdouble value = g_ascii_strtod(text, &end);
    if (end == text || !is_blank_to_the_end(end) || !isfinite(value))
        return FALSE;
    *number = value;
    return TRUE;
}

char *ripple_text_count(guint64 number)
{
    g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, number);
    GString *grouped = g_string_new(digits);
    for (gsize place = strlen(digits); place > 3;)
        g_string_insert_c(grouped, (gssize)(place -= 3), ',');
    return g_string_free(grouped, FALSE);
}

gboolean ripple_text_whole(const char *text, guint64 minimum, guint64 maximum, guint64 *number)
{
    return g_ascii_string_to_unsigned(text, 10, minimum, maximum, number, NULL);
}

gboolean ripple_text_bytes(const char *text, guint64 *bytes)
{
    static const char units[] = "KMG";
    gsize length = strlen(text);
    const char *unit = length > 0 ? strchr(units, text[length - 1]) : NULL;
    guint shift = unit ? 10 * (guint)(unit - units + 1) : 0;
    g_autofree char *digits = g_strndup(text, unit ? length - 1 : length);
    guint64 number;
    if (!ripple_text_whole(digits, 1, G_MAXUINT64 >> shift, &number))
        return FALSE;
    *bytes = number << shift;
    return TRUE;
}

char *ripple_text_readable(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *readable = g_string_sized_new(strlen(valid));
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        g_string_append_unichar(readable, g_unichar_isprint(character) ? character : '?');
    }
    return g_string_free(readable, FALSE);
}

void ripple_text_make_readable(GError *error)
{
    char *message = error->message;
    error->message = ripple_text_readable(message);
    g_free(message);
}
