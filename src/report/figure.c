#include "report/figure.h"

#include "base/replacement.h"

#include <ripple/error.h>

RippleFigure *ripple_figure_new(RippleCanvas *canvas, GString *json)
{
    RippleFigure *figure = g_new0(RippleFigure, 1);
    figure->canvas = canvas;
    figure->json = json;
    return figure;
}

void ripple_figure_free(RippleFigure *figure)
{
    if (!figure)
        return;
    ripple_canvas_free(figure->canvas);
    g_string_free(figure->json, TRUE);
    g_free(figure);
}

static gboolean is_json(const char *path)
{
    return g_str_has_suffix(path, ".json");
}

gboolean ripple_figure_check_path(const char *path, GError **error)
{
    if (is_json(path) || ripple_canvas_check_path(path, NULL))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "Cannot draw to \"%s\": the name of a picture ends in .svg, .png or .pdf, and that "
                "of its numbers in .json.",
                path);
    return FALSE;
}

gboolean ripple_figure_write(const RippleFigure *figure, const char *path, GError **error)
{
    if (!is_json(path))
        return ripple_canvas_write(figure->canvas, path, error);
    g_autoptr(RippleReplacement) file = ripple_replacement_new(path, error);
    return file && ripple_replacement_write(file, figure->json->str, figure->json->len, error) &&
           ripple_replacement_write(file, "\n", 1, error) && ripple_replacement_finish(file, error);
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
