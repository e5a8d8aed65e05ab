#include "check/fault.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

gboolean ripple_fault_find(const RippleSchedule *schedule, const char *name,
                           const RippleTensor **tensor, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < schedule->n_tensors; i++) {
        /* Labels are whole numbers, which nothing computes. */
        if (schedule->tensors[i].role == RIPPLE_ROLE_LABELS)
            continue;
        g_autofree char *candidate = ripple_tensor_name(&schedule->tensors[i]);
        if (strcmp(candidate, name) == 0) {
            *tensor = &schedule->tensors[i];
            return TRUE;
        }
        g_string_append_printf(names, "%s%s", names->len ? ", " : "", candidate);
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "There is no tensor called \"%s\" to spoil; choose one of: %s.", name, names->str);
    return FALSE;
}

gboolean ripple_fault_inject(RippleView view, GError **error)
{
    gsize length = view.rows * view.columns;
    g_autofree gfloat *values = g_new(gfloat, length);
    if (!ripple_backend_download(view, values, error))
        return FALSE;
    gfloat largest = 0;
    for (gsize i = 0; i < length; i++)
        largest = fmaxf(largest, fabsf(values[i]));
    gfloat spoiled = values[length / 2] + (largest > 0 ? largest / 8 : 1);
    return ripple_backend_upload(ripple_view(view.buffer, view.offset + length / 2, 1, 1), &spoiled,
                                 error);
}
