#include "draw/markup.h"

static gboolean is_allowed(gunichar character)
{
    return character == '\t' || character == '\n' || (character >= 0x20 && character < 0x7f) ||
           (character >= 0xa0 && character != 0xfffe && character != 0xffff);
}

void ripple_markup_append(GString *markup, const char *text)
{
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (character == '&')
            g_string_append(markup, "&amp;");
        else if (character == '<')
            g_string_append(markup, "&lt;");
        else if (character == '>')
            g_string_append(markup, "&gt;");
        else if (character == '"')
            g_string_append(markup, "&quot;");
        else
            g_string_append_unichar(markup, is_allowed(character) ? character : 0xfffd);
    }
}
