#include "report/page.h"

#include "draw/markup.h"

#include <gio/gio.h>
#include <string.h>

#define STYLE "/ripple/report/page.css"

extern GResource *ripple_report_get_resource(void);

struct _RipplePage {
    char *title;
    char *subtitle; /* or NULL */
    GString *sections;
    GString *list; /* of sections, at the top */
    GString *body;
    GString *css;
    char *script;      /* or NULL */
    GArray *is_number; /* of gboolean: the columns of the table under way */
    guint column;      /* of the next cell */
    gboolean has_open; /* a section */
};

RipplePage *ripple_page_new(const char *title, const char *subtitle)
{
    RipplePage *page = g_new0(RipplePage, 1);
    page->title = g_strdup(title);
    page->subtitle = g_strdup(subtitle);
    page->list = g_string_new(NULL);
    page->body = g_string_new(NULL);
    page->css = g_string_new(NULL);
    page->is_number = g_array_new(FALSE, FALSE, sizeof(gboolean));
    return page;
}

void ripple_page_free(RipplePage *page)
{
    if (!page)
        return;
    g_free(page->title);
    g_free(page->subtitle);
    g_string_free(page->list, TRUE);
    g_string_free(page->body, TRUE);
    g_string_free(page->css, TRUE);
    g_free(page->script);
    g_array_unref(page->is_number);
    g_free(page);
}

/* ---- text ----------------------------------------------------------------------------------- */

static void append_text(GString *html, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    ripple_markup_append(html, valid);
}

static void append_format(GString *html, const char *format, va_list arguments)
{
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    append_text(html, text);
}

static void append_element(GString *html, const char *name, const char *text)
{
    g_string_append_printf(html, "<%s>", name);
    append_text(html, text);
    g_string_append_printf(html, "</%s>\n", name);
}

static void end_section(RipplePage *page)
{
    if (page->has_open)
        g_string_append(page->body, "</section>\n");
    page->has_open = FALSE;
}

void ripple_page_section(RipplePage *page, const char *id, const char *title)
{
    end_section(page);
    g_string_append_printf(page->list, "<li><a href=\"#%s\">", id);
    append_text(page->list, title);
    g_string_append(page->list, "</a></li>\n");
    g_string_append_printf(page->body, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n", id,
                           id);
    g_string_append_printf(page->body, "<h2 id=\"%s-title\">", id);
    append_text(page->body, title);
    g_string_append(page->body, "</h2>\n");
    page->has_open = TRUE;
}

void ripple_page_text(RipplePage *page, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_string_append(page->body, "<p>");
    append_format(page->body, format, arguments);
    g_string_append(page->body, "</p>\n");
    va_end(arguments);
}

/* What is too long for the page is scrolled to, which must work from the keyboard, too. */
void ripple_page_code(RipplePage *page, const char *text)
{
    g_string_append(page->body, "<pre tabindex=\"0\">");
    append_text(page->body, text);
    g_string_append(page->body, "</pre>\n");
}

/* ---- tables --------------------------------------------------------------------------------- */

void ripple_page_begin_table(RipplePage *page, const char *caption, const char *const *headings)
{
    g_string_append(page->body, "<div class=\"wide\" tabindex=\"0\"><table>\n");
    if (caption)
        append_element(page->body, "caption", caption);
    g_string_append(page->body, "<thead><tr>");
    g_array_set_size(page->is_number, 0);
    for (guint i = 0; headings[i]; i++) {
        gboolean is_number = headings[i][0] == '>';
        g_array_append_val(page->is_number, is_number);
        g_string_append_printf(page->body, "<th scope=\"col\"%s>",
                               is_number ? " class=\"number\"" : "");
        append_text(page->body, headings[i] + is_number);
        g_string_append(page->body, "</th>");
    }
    g_string_append(page->body, "</tr></thead>\n<tbody>\n");
}

void ripple_page_begin_row(RipplePage *page)
{
    page->column = 0;
    g_string_append(page->body, "<tr>");
}

void ripple_page_cell(RipplePage *page, const char *format, ...)
{
    g_return_if_fail(page->column < page->is_number->len);
    gboolean is_number = g_array_index(page->is_number, gboolean, page->column);
    gboolean is_first = page->column++ == 0;
    va_list arguments;
    va_start(arguments, format);
    g_string_append_printf(page->body, "<%s%s>", is_first ? "th scope=\"row\"" : "td",
                           is_number ? " class=\"number\"" : "");
    append_format(page->body, format, arguments);
    g_string_append(page->body, is_first ? "</th>" : "</td>");
    va_end(arguments);
}

void ripple_page_end_row(RipplePage *page)
{
    g_warn_if_fail(page->column == page->is_number->len);
    g_string_append(page->body, "</tr>\n");
}

void ripple_page_end_table(RipplePage *page)
{
    g_string_append(page->body, "</tbody></table></div>\n");
}

/* ---- pictures and the rest ------------------------------------------------------------------ */

void ripple_page_picture(RipplePage *page, const RippleCanvas *canvas, const char *caption)
{
    g_autofree char *svg = ripple_canvas_to_svg(canvas, FALSE);
    g_string_append_printf(page->body, "<figure>\n%s", svg);
    if (caption)
        append_element(page->body, "figcaption", caption);
    g_string_append(page->body, "</figure>\n");
}

void ripple_page_begin_fold(RipplePage *page, const char *summary)
{
    g_string_append(page->body, "<details>");
    append_element(page->body, "summary", summary);
}

void ripple_page_end_fold(RipplePage *page)
{
    g_string_append(page->body, "</details>\n");
}

void ripple_page_markup(RipplePage *page, const char *markup)
{
    g_string_append(page->body, markup);
}

void ripple_page_style(RipplePage *page, const char *css)
{
    g_string_append(page->css, css);
}

void ripple_page_script(RipplePage *page, const char *script)
{
    g_return_if_fail(!page->script);
    page->script = g_strdup(script);
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Nothing from outside, and of scripts only the page's own, by its digest. */
static void append_policy(GString *html, const RipplePage *page)
{
    g_string_append(html, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                          "'none'; img-src data:; style-src 'unsafe-inline'");
    if (page->script) {
        guint8 digest[32];
        gsize length = sizeof digest;
        g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
        g_checksum_update(checksum, (const guchar *)page->script, (gssize)strlen(page->script));
        g_checksum_get_digest(checksum, digest, &length);
        g_autofree char *text = g_base64_encode(digest, length);
        g_string_append_printf(html, "; script-src 'sha256-%s'", text);
    }
    g_string_append(html, "\">\n");
}

static void append_style(GString *html, const RipplePage *page)
{
    static gsize registered;
    if (g_once_init_enter(&registered)) {
        g_resources_register(ripple_report_get_resource());
        g_once_init_leave(&registered, 1);
    }
    g_autoptr(GBytes) own = g_resources_lookup_data(STYLE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    g_autofree char *paints = ripple_canvas_css();
    g_string_append(html, "<style>\n");
    if (own)
        g_string_append_len(html, g_bytes_get_data(own, NULL), (gssize)g_bytes_get_size(own));
    g_string_append_printf(html, "%s%s</style>\n", paints, page->css->str);
}

static void append_head(GString *html, const RipplePage *page)
{
    g_string_append(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                          "<meta charset=\"utf-8\">\n");
    append_policy(html, page);
    g_string_append(html,
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"color-scheme\" content=\"light dark\">\n");
    /* Or a browser would ask the server for one. */
    g_string_append(html, "<link rel=\"icon\" href=\"data:,\">\n");
    append_element(html, "title", page->title);
    append_style(html, page);
    g_string_append(html, "</head>\n");
}

static void append_top(GString *html, const RipplePage *page)
{
    g_string_append(html, "<body>\n<a class=\"skip\" href=\"#content\">Skip to the content</a>\n"
                          "<header>\n");
    append_element(html, "h1", page->title);
    if (page->subtitle)
        append_element(html, "p", page->subtitle);
    if (page->list->len > 0)
        g_string_append_printf(html, "<nav aria-label=\"Sections\"><ul>\n%s</ul></nav>\n",
                               page->list->str);
    g_string_append(html, "</header>\n<main id=\"content\">\n");
}

char *ripple_page_to_html(const RipplePage *page)
{
    g_autoptr(GString) html = g_string_new(NULL);
    append_head(html, page);
    append_top(html, page);
    g_string_append(html, page->body->str);
    if (page->has_open)
        g_string_append(html, "</section>\n");
    g_string_append(html, "</main>\n");
    if (page->script)
        g_string_append_printf(html, "<script>%s</script>\n", page->script);
    g_string_append(html, "</body>\n</html>\n");
    return g_string_free(g_steal_pointer(&html), FALSE);
}
