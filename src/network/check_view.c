#include "network/check_view.h"

#include <ripple/error.h>

gsize ripple_view_length(RippleView view)
{
    return view.rows * view.columns;
}

static gboolean is_inside(RippleView view)
{
    gsize length;
    return g_size_checked_mul(&length, view.rows, view.columns) && length > 0 &&
           view.offset <= view.buffer->length && length <= view.buffer->length - view.offset;
}

/* A view of that element and shape, or an error that says what stands in its place. */
gboolean ripple_check_view(const char *operation, const char *operand, RippleView view,
                           RippleElement element, gsize rows, gsize columns, GError **error)
{
    if (!view.buffer) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "The operation %s has no %s.",
                    operation, operand);
        return FALSE;
    }
    if (view.buffer->element != element || view.rows != rows || view.columns != columns ||
        !is_inside(view)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "The operation %s needs a %s of %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT
                    ", and was given %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT
                    " at element %" G_GSIZE_FORMAT " of a buffer of %" G_GSIZE_FORMAT "%s.",
                    operation, operand, rows, columns, view.rows, view.columns, view.offset,
                    view.buffer->length,
                    view.buffer->element == element ? "" : " that holds another kind of element");
        return FALSE;
    }
    return TRUE;
}

gboolean ripple_check_optional(const char *operation, const char *operand, RippleView view,
                               RippleElement element, gsize rows, gsize columns, GError **error)
{
    return !view.buffer ||
           ripple_check_view(operation, operand, view, element, rows, columns, error);
}

/* A view of that element, of whatever shape. */
gboolean ripple_check_element(const char *operation, RippleView view, RippleElement element,
                              GError **error)
{
    return ripple_check_view(operation, "view", view, element, view.rows, view.columns, error);
}

/* A view of whatever element and shape. */
gboolean ripple_check_any(const char *operation, RippleView view, GError **error)
{
    RippleElement element = view.buffer ? view.buffer->element : RIPPLE_ELEMENT_REAL;
    return ripple_check_element(operation, view, element, error);
}
