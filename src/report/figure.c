#include "report/figure.h"

#include "base/replacement.h"
#include "draw/gif.h"

#include <ripple/error.h>
#include <string.h>

RippleFigure *ripple_figure_new(RippleCanvas *canvas, GString *json)
{
    RippleFigure *figure = g_new0(RippleFigure, 1);
    figure->canvas = canvas;
    figure->json = json;
    return figure;
}

RippleFigure *ripple_figure_new_animated(RippleAnimation *animation, GString *json)
{
    const RippleCanvas *last = animation->frames->pdata[animation->frames->len - 1];
    RippleCanvas *canvas =
        ripple_canvas_new(ripple_canvas_width(last), ripple_canvas_height(last),
                          ripple_canvas_title(last), ripple_canvas_description(last));
    ripple_canvas_add(canvas, last, 0, 0);
    RippleFigure *figure = ripple_figure_new(canvas, json);
    figure->animation = animation;
    return figure;
}

void ripple_figure_free(RippleFigure *figure)
{
    if (!figure)
        return;
    ripple_canvas_free(figure->canvas);
    g_string_free(figure->json, TRUE);
    ripple_animation_free(figure->animation);
    g_free(figure);
}

static gboolean is_json(const char *path)
{
    return g_str_has_suffix(path, ".json");
}

static gboolean is_animated(const char *path)
{
    return g_str_has_suffix(path, ".gif") || g_str_has_suffix(path, ".html");
}

void ripple_figure_shared_clear(RippleFigureShared *shared)
{
    g_clear_pointer(&shared->landscape, ripple_landscape_unref);
}

gboolean ripple_figure_check_path(const char *path, GError **error)
{
    if (is_json(path) || is_animated(path) || ripple_canvas_check_path(path, NULL))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "Cannot draw to \"%s\": the name of a picture ends in .svg, .png or .pdf, that of "
                "its numbers in .json, and that of an animation in .gif or .html.",
                path);
    return FALSE;
}

static gboolean write_bytes(const char *path, gconstpointer bytes, gsize length, GError **error)
{
    g_autoptr(RippleReplacement) file = ripple_replacement_new(path, error);
    return file && ripple_replacement_write(file, bytes, length, error) &&
           ripple_replacement_finish(file, error);
}

static gboolean write_frames(const RippleAnimation *animation, const char *path, GError **error)
{
    if (!animation) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "Cannot draw to \"%s\": this kind of figure does not move; `animation` does.",
                    path);
        return FALSE;
    }
    if (g_str_has_suffix(path, ".html")) {
        g_autofree char *html =
            ripple_animation_page(animation->frames, animation->names, animation->title);
        return write_bytes(path, html, strlen(html), error);
    }
    g_autoptr(GBytes) gif =
        ripple_gif_new(animation->frames, (const guint *)animation->hundredths->data, 1,
                       RIPPLE_THEME_LIGHT, error);
    return gif && write_bytes(path, g_bytes_get_data(gif, NULL), g_bytes_get_size(gif), error);
}

gboolean ripple_figure_write(const RippleFigure *figure, const char *path, GError **error)
{
    if (is_animated(path))
        return write_frames(figure->animation, path, error);
    if (!is_json(path))
        return ripple_canvas_write(figure->canvas, path, error);
    g_autofree char *line = g_strconcat(figure->json->str, "\n", NULL);
    return write_bytes(path, line, strlen(line), error);
}

const RippleFigureKind *ripple_figure_kind(const char *name, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (const RippleFigureKind *kind = ripple_figure_kinds; kind->name; kind++) {
        if (g_str_equal(kind->name, name))
            return kind;
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", kind->name);
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "There is no kind of figure called \"%s\"; choose %s.", name, names->str);
    return NULL;
}

gboolean ripple_figure_check(const RippleFigureKind *kind, const RippleFigureRequest *request,
                             GError **error)
{
    const char *why = NULL;
    if (!kind->applies || kind->applies(request, &why))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE, "There is no figure %s of %s: %s",
                kind->name, request->runs[0]->path, why);
    return FALSE;
}
