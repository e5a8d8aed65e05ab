#include "playground/page.h"

#include "draw/paint.h"

#include <gio/gio.h>
#include <string.h>

#define FOLDER "/ripple/playground/"

/* Of the colours that signed numbers run through, from −1 to 1. */
#define SIGNED_COLOURS 7

/* Made by glib-compile-resources. */
GResource *ripple_page_get_resource(void);

static void append_paints(GString *css, RippleTheme theme)
{
    for (RipplePaint paint = RIPPLE_PAINT_PAPER; paint < RIPPLE_PAINTS; paint++)
        g_string_append_printf(css, "--%s: #%06x; ", ripple_paint_name(paint),
                               ripple_paint_value(paint, theme));
}

/* Variables for the style sheet and the script. */
static GBytes *colours(void)
{
    GString *css = g_string_new(":root { ");
    append_paints(css, RIPPLE_THEME_LIGHT);
    for (guint i = 0; i < SIGNED_COLOURS; i++) {
        RipplePaint paint = ripple_paint_signed(2.0 * i / (SIGNED_COLOURS - 1) - 1);
        g_string_append_printf(css, "--signed-%u: #%06x; ", i,
                               ripple_paint_value(paint, RIPPLE_THEME_LIGHT));
    }
    g_string_append(css, "}\n@media (prefers-color-scheme: dark) { :root { ");
    append_paints(css, RIPPLE_THEME_DARK);
    g_string_append(css, "} }\n");
    return g_string_free_to_bytes(css);
}

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".svg", "image/svg+xml"}};
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(name, types[i][0]))
            return types[i][1];
    return "application/octet-stream";
}

GBytes *ripple_page_file(const char *name, const char **type)
{
    if (*name == '\0')
        name = "index.html";
    *type = type_of(name);
    if (strcmp(name, "colours.css") == 0)
        return colours();
    if (strchr(name, '/'))
        return NULL;
    /* Not in that resource alone: G_RESOURCE_OVERLAYS may have another in its place. */
    static gsize registered;
    if (g_once_init_enter(&registered)) {
        g_resources_register(ripple_page_get_resource());
        g_once_init_leave(&registered, 1);
    }
    g_autofree char *path = g_strconcat(FOLDER, name, NULL);
    return g_resources_lookup_data(path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}
