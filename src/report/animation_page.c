#include "report/animation.h"

#include "draw/markup.h"
#include "report/page.h"

#include <gio/gio.h>

#define SCRIPT "/ripple/report/player.js"
#define STYLE "/ripple/report/player.css"

extern GResource *ripple_report_get_resource(void);

/* A text of the resources, which the page registers, too. */
static char *resource(const char *path)
{
    g_autoptr(GBytes) bytes = g_resource_lookup_data(ripple_report_get_resource(), path,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    g_return_val_if_fail(bytes, g_strdup(""));
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void add_frame(RipplePage *page, const RippleCanvas *frame, const char *name)
{
    g_autoptr(GString) open = g_string_new("<div class=\"frame\" data-name=\"");
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    ripple_markup_append(open, valid);
    g_string_append(open, "\"><h3>");
    ripple_markup_append(open, valid);
    g_string_append(open, "</h3>\n");
    ripple_page_markup(page, open->str);
    ripple_page_picture(page, frame, NULL);
    ripple_page_markup(page, "</div>\n");
}

char *ripple_animation_page(const GPtrArray *frames, const GPtrArray *names, const char *title)
{
    g_autofree char *script = resource(SCRIPT);
    g_autofree char *style = resource(STYLE);
    g_autoptr(RipplePage) page = ripple_page_new(title, NULL);
    ripple_page_style(page, style);
    ripple_page_script(page, script);
    ripple_page_text(page,
                     "Frame by frame: with the buttons, or with the keys ←, →, Home, End, and "
                     "the space bar to play and to pause.");
    ripple_page_markup(page, "<div class=\"player\" hidden></div>\n"
                             "<p class=\"said\" aria-live=\"polite\"></p>\n");
    for (guint i = 0; i < frames->len; i++)
        add_frame(page, frames->pdata[i], names->pdata[i]);
    return ripple_page_to_html(page);
}
