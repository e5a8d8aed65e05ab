#include "measure/peak.h"

#include "measure/timing.h"
#include "opencl/peak.h"

/* Elements in each buffer that is copied: far more than caches hold, 128 MiB. */
#define ELEMENTS (1u << 25)

/* What is timed works on these. */
typedef struct {
    RippleBackend *backend;
    RippleBuffer *source;
    RippleBuffer *destination;
    gfloat *host;
} Place;

static void place_clear(Place *place)
{
    ripple_buffer_free(place->source);
    ripple_buffer_free(place->destination);
    g_free(place->host);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static gboolean place_open(Place *place, RippleBackend *backend, GError **error)
{
    place->backend = backend;
    place->source = ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, ELEMENTS, error);
    if (!place->source)
        return FALSE;
    place->destination = ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, ELEMENTS, error);
    place->host = g_new0(gfloat, ELEMENTS);
    return place->destination != NULL;
}

/* ---- the work ------------------------------------------------------------------------------- */

static gboolean copy(gpointer user_data, GError **error)
{
    const Place *place = user_data;
    return ripple_backend_copy(ripple_buffer_view(place->source),
                               ripple_buffer_view(place->destination), error);
}

static gboolean upload(gpointer user_data, GError **error)
{
    const Place *place = user_data;
    return ripple_backend_upload(ripple_buffer_view(place->source), place->host, error);
}

static gboolean download(gpointer user_data, GError **error)
{
    const Place *place = user_data;
    return ripple_backend_download(ripple_buffer_view(place->source), place->host, error);
}

/* The smallest kernel of a training step: the update of one parameter. */
static gboolean launch(gpointer user_data, GError **error)
{
    const Place *place = user_data;
    RippleUpdate update = {.parameter = ripple_view(place->destination, 0, 1, 1),
                           .gradient = ripple_view(place->source, 0, 1, 1),
                           .rates = {.optimizer = RIPPLE_OPTIMIZER_SGD, .learning_rate = 0.1}};
    return ripple_backend_update(place->backend, &update, error);
}

static gboolean launch_and_wait(gpointer user_data, GError **error)
{
    const Place *place = user_data;
    return launch(user_data, error) && ripple_backend_wait(place->backend, error);
}

/* ---- the figures ---------------------------------------------------------------------------- */

static const struct {
    const char *name;
    RippleWork work;
    guint passes; /* over a whole buffer; 0 for what is told as microseconds */
} works[] = {
    {RIPPLE_PEAK_COPY, copy, 2}, /* reads one and writes the other */
    {RIPPLE_PEAK_UPLOAD, upload, 1}, {RIPPLE_PEAK_DOWNLOAD, download, 1},
    {RIPPLE_PEAK_LAUNCH, launch, 0}, {RIPPLE_PEAK_WAIT, launch_and_wait, 0},
};

static gdouble gigabytes(guint passes)
{
    return (gdouble)passes * ELEMENTS * sizeof(gfloat) / 1e9;
}

gboolean ripple_peak_bandwidth(RippleBackend *backend, gdouble *found, GError **error)
{
    g_auto(Place) place = {0};
    RippleTiming timing;
    if (!place_open(&place, backend, error) ||
        !ripple_timing_measure(backend, copy, &place, RIPPLE_TIMING_SECONDS, &timing, error))
        return FALSE;
    *found = gigabytes(2) / timing.median;
    return TRUE;
}

static gboolean measure_work(Place *place, guint index, gdouble seconds, GPtrArray *measurements,
                             GError **error)
{
    RippleTiming timing;
    if (!ripple_timing_measure(place->backend, works[index].work, place, seconds, &timing, error))
        return FALSE;
    gboolean is_time = works[index].passes == 0;
    gdouble amount = gigabytes(works[index].passes);
    RippleThroughput rate = ripple_timing_throughput(&timing, amount);
    RippleMeasurement measurement = {.name = works[index].name,
                                     .unit = is_time ? "µs" : "GB/s",
                                     .less_is_better = is_time,
                                     .runs = timing.runs,
                                     .median = is_time ? 1e6 * timing.median : rate.median,
                                     .least = is_time ? 1e6 * timing.fastest : rate.slowest,
                                     .most = is_time ? 1e6 * timing.slowest : rate.fastest,
                                     .lower = is_time ? 1e6 * timing.lower : amount / timing.upper,
                                     .upper = is_time ? 1e6 * timing.upper : amount / timing.lower};
    ripple_measurements_add_copy(measurements, &measurement);
    return TRUE;
}

gboolean ripple_peak_measure(RippleBackend *backend, gdouble seconds, GPtrArray *measurements,
                             GError **error)
{
    g_autoptr(GArray) rates = g_array_new(FALSE, FALSE, sizeof(gdouble));
    if (!ripple_opencl_measure_peak_runs(backend, seconds / 2, rates, error))
        return FALSE;
    ripple_measurements_add(measurements, RIPPLE_PEAK_MULTIPLY_ADDS, "GFLOP/s", FALSE,
                            (gdouble *)(gpointer)rates->data, rates->len);

    g_auto(Place) place = {0};
    if (!place_open(&place, backend, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(works); i++)
        if (!measure_work(&place, i, seconds, measurements, error))
            return FALSE;
    return TRUE;
}
