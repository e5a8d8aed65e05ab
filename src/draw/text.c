#include "draw/text.h"

/* The first `before` and the last `after` characters, and a mark between. */
static char *without_middle(const char *text, glong length, glong before, glong after)
{
    g_autofree char *start = g_utf8_substring(text, 0, before);
    g_autofree char *end = g_utf8_substring(text, length - after, length);
    return g_strconcat(g_strchomp(start), "…", g_strchug(end), NULL);
}

char *ripple_text_cut(const char *text, gdouble width, RippleTextStyle style)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    if (ripple_text_width(valid, style) <= width)
        return g_steal_pointer(&valid);
    /* The most characters that fit, found by halves. */
    glong length = g_utf8_strlen(valid, -1), fits = 0, too_many = length;
    while (too_many - fits > 1) {
        glong kept = (fits + too_many) / 2;
        g_autofree char *cut = without_middle(valid, length, (kept + 1) / 2, kept / 2);
        if (ripple_text_width(cut, style) <= width)
            fits = kept;
        else
            too_many = kept;
    }
    return without_middle(valid, length, (fits + 1) / 2, fits / 2);
}

char **ripple_text_wrap(const char *text, gdouble width, RippleTextStyle style)
{
    g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
    g_autoptr(GString) line = g_string_new(NULL);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (guint i = 0; words[i]; i++) {
        g_autofree char *word = ripple_text_cut(words[i], width, style);
        g_autofree char *longer =
            line->len > 0 ? g_strconcat(line->str, " ", word, NULL) : g_strdup(word);
        if (line->len > 0 && ripple_text_width(longer, style) > width) {
            g_strv_builder_add(lines, line->str);
            g_string_assign(line, word);
        } else {
            g_string_assign(line, longer);
        }
    }
    if (line->len > 0)
        g_strv_builder_add(lines, line->str);
    return g_strv_builder_end(lines);
}
