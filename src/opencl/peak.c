#include "opencl/peak.h"

#include "opencl/programs.h"

#define CHAINS 12
#define ROUNDS 4096
#define ITEMS_PER_UNIT 1024

/* Per vector width: the best of at least so many runs, for at least so long, so that a busy moment
 * of the machine does not count. */
#define RUNS 5
#define SECONDS 0.25

/* One launch, timed from before it is enqueued until it is done. */
static gboolean time_launch(RippleOpencl *self, cl_kernel kernel, RippleBuffer *result,
                            gdouble *seconds, GError **error)
{
    cl_mem memory = ripple_opencl_memory(ripple_buffer_view(result));
    cl_float factor = 0.999f, term = 0.001f;
    const RippleArgument arguments[] = {RIPPLE_ARGUMENT(memory), RIPPLE_ARGUMENT(factor),
                                        RIPPLE_ARGUMENT(term)};
    gint64 start = g_get_monotonic_time();
    if (!ripple_kernel_launch(self, kernel, result->length, 1, arguments, G_N_ELEMENTS(arguments),
                              error) ||
        !ripple_backend_wait(&self->parent, error))
        return FALSE;
    *seconds = (g_get_monotonic_time() - start) / 1e6;
    return TRUE;
}

/* Add the rate of each run to `rates`. */
static gboolean measure_width(RippleOpencl *self, guint width, RippleBuffer *result, gdouble least,
                              GArray *rates, GError **error)
{
    g_autofree char *options = g_strdup_printf("-DWIDTH=%u -DROUNDS=%u", width, ROUNDS);
    cl_kernel kernel = ripple_kernel_get(self, "peak", options, error);
    if (!kernel)
        return FALSE;
    gdouble operations = 2.0 * CHAINS * ROUNDS * width * result->length;
    gint64 end = g_get_monotonic_time() + (gint64)(least * G_USEC_PER_SEC);
    for (guint run = 0; run <= RUNS || g_get_monotonic_time() < end; run++) {
        gdouble seconds;
        if (!time_launch(self, kernel, result, &seconds, error))
            return FALSE;
        gdouble rate = operations / seconds / 1e9;
        if (run > 0) /* the first one warms up */
            g_array_append_val(rates, rate);
    }
    return TRUE;
}

static gdouble best_of(const GArray *rates)
{
    gdouble best = 0;
    for (guint i = 0; i < rates->len; i++)
        best = MAX(best, g_array_index(rates, gdouble, i));
    return best;
}

gboolean ripple_opencl_measure_peak_runs(RippleBackend *backend, gdouble seconds, GArray *gflops,
                                         GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    gsize items = (gsize)MAX(self->device->compute_units, 1) * ITEMS_PER_UNIT;
    g_autoptr(RippleBuffer) result = ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, items, error);
    if (!result)
        return FALSE;

    static const guint widths[] = {1, 4, 8, 16};
    for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
        g_autoptr(GArray) rates = g_array_new(FALSE, FALSE, sizeof(gdouble));
        if (!measure_width(self, widths[i], result, seconds, rates, error))
            return FALSE;
        if (best_of(rates) <= best_of(gflops))
            continue;
        g_array_set_size(gflops, 0);
        g_array_append_vals(gflops, rates->data, rates->len);
    }
    return TRUE;
}

gboolean ripple_opencl_measure_peak(RippleBackend *backend, gdouble *gflops, GError **error)
{
    g_autoptr(GArray) rates = g_array_new(FALSE, FALSE, sizeof(gdouble));
    if (!ripple_opencl_measure_peak_runs(backend, SECONDS, rates, error))
        return FALSE;
    *gflops = best_of(rates);
    return TRUE;
}
