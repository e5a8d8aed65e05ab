/* What tensors are like, as training that is observed asks: held against what is known, or against
 * the reference. */
#include "check/guarded.h"
#include "check/selftest_units.h"

#include "reference/reference.h"

#include <float.h>
#include <math.h>

#define UNITS 17

/* Off by so many roundings of the root of the mean square, at most: sixteen sums of 64 numbers in a
 * part, parts merged one after the other, and a few functions. */
#define ROUNDINGS 256

/* An operand and a result on one backend. */
typedef struct {
    RippleGuarded *values;
    RippleGuarded *result;
} Pair;

static void pair_clear(Pair *pair)
{
    ripple_guarded_free(pair->values);
    ripple_guarded_free(pair->result);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pair, pair_clear)

static gboolean pair_fill(Pair *pair, RippleBackend *backend, gsize rows, gsize columns,
                          const gfloat *values, gsize results, GError **error)
{
    pair->values = ripple_guarded_new(backend, rows, columns, error);
    pair->result = pair->values ? ripple_guarded_new(backend, 1, results, error) : NULL;
    return pair->result && ripple_guarded_set(pair->values, values, error);
}

static RippleTallyPlace place_of(RippleTally *tally, const char *what, const char *tensor)
{
    return (RippleTallyPlace){
        ripple_tally_group(tally, "observe", "summary, histogram, derivative_peak"), what, tensor};
}

/* ---- summary -------------------------------------------------------------------------------- */

static gboolean summarise(RippleBackend *backend, const Pair *pair, GError **error)
{
    const RippleSummary summary = {.values = ripple_guarded_view(pair->values),
                                   .result = ripple_guarded_view(pair->result)};
    return ripple_backend_summary(backend, &summary, error);
}

static gboolean try_summary(RippleBackend *device, const gfloat *values, gsize count,
                            RippleTally *tally, GError **error)
{
    g_autoptr(RippleBackend) reference = ripple_reference_backend_new();
    g_auto(Pair) tried = {NULL, NULL}, known = {NULL, NULL};
    gdouble found[RIPPLE_SUMMARY_VALUES], expected[RIPPLE_SUMMARY_VALUES];
    gssize damage, none;
    if (!pair_fill(&tried, device, 1, count, values, RIPPLE_SUMMARY_VALUES, error) ||
        !pair_fill(&known, reference, 1, count, values, RIPPLE_SUMMARY_VALUES, error) ||
        !summarise(device, &tried, error) || !summarise(reference, &known, error) ||
        !ripple_guarded_read(tried.result, found, &damage, error) ||
        !ripple_guarded_read(known.result, expected, &none, error))
        return FALSE;
    gdouble norm = expected[RIPPLE_SUMMARY_NORM], root = sqrt((gdouble)count);
    gdouble allowed = ROUNDINGS * (FLT_EPSILON / 2) * norm / root;
    const gdouble bounds[RIPPLE_SUMMARY_VALUES] = {allowed, allowed, allowed * root, 0, 0, 0, 0};
    g_autofree char *what = g_strdup_printf("Summary of %" G_GSIZE_FORMAT " numbers", count);
    const RippleTallyPlace place = place_of(tally, what, "the summary");
    ripple_tally_hold(tally, &place, found, expected, bounds, 1, RIPPLE_SUMMARY_VALUES, damage);
    return TRUE;
}

/* ---- histogram ------------------------------------------------------------------------------ */

/* In the middle of each bin in turn, but for the two ends. */
static gfloat *middles(gsize count, gdouble bins[RIPPLE_HISTOGRAM_BINS])
{
    gfloat *values = g_new(gfloat, count);
    for (gsize i = 0; i < count; i++) {
        gsize bin = i * 5 % RIPPLE_HISTOGRAM_BINS;
        values[i] = bin + 0.5f;
        if (i == 0 || i + 1 == count) {
            bin = i == 0 ? 0 : RIPPLE_HISTOGRAM_BINS - 1;
            values[i] = i == 0 ? 0 : RIPPLE_HISTOGRAM_BINS;
        }
        bins[bin]++;
    }
    return values;
}

static gboolean try_histogram(RippleBackend *device, gsize count, RippleTally *tally,
                              GError **error)
{
    gdouble expected[RIPPLE_HISTOGRAM_BINS] = {0}, found[RIPPLE_HISTOGRAM_BINS];
    g_autofree gfloat *values = middles(count, expected);
    g_autoptr(RippleGuarded) summary = ripple_guarded_new(device, 1, RIPPLE_SUMMARY_VALUES, error);
    const gfloat range[RIPPLE_SUMMARY_VALUES] = {
        [RIPPLE_SUMMARY_LEAST] = 0, [RIPPLE_SUMMARY_MOST] = RIPPLE_HISTOGRAM_BINS};
    g_auto(Pair) tried = {NULL, NULL};
    gssize damage;
    if (!summary || !ripple_guarded_set(summary, range, error) ||
        !pair_fill(&tried, device, 1, count, values, RIPPLE_HISTOGRAM_BINS, error))
        return FALSE;
    const RippleHistogram histogram = {ripple_guarded_view(tried.values),
                                       ripple_guarded_view(summary),
                                       ripple_guarded_view(tried.result)};
    if (!ripple_backend_histogram(device, &histogram, error) ||
        !ripple_guarded_read(tried.result, found, &damage, error))
        return FALSE;
    g_autofree char *what = g_strdup_printf("Histogram of %" G_GSIZE_FORMAT " numbers", count);
    const RippleTallyPlace place = place_of(tally, what, "the bins");
    ripple_tally_hold(tally, &place, found, expected, NULL, 1, RIPPLE_HISTOGRAM_BINS, damage);
    return TRUE;
}

/* ---- units ---------------------------------------------------------------------------------- */

/* Each second unit of relu is dead, and the others fire for one sample alone, each another. */
static gboolean try_units(RippleBackend *device, gsize rows, RippleTally *tally, GError **error)
{
    g_autofree gfloat *a = g_new0(gfloat, rows * UNITS);
    gdouble expected[UNITS], found[UNITS];
    for (gsize u = 0; u < UNITS; u++) {
        expected[u] = u % 2;
        a[(u * rows / UNITS) * UNITS + u] = u % 2 ? 1.5f : 0;
    }
    g_auto(Pair) tried = {NULL, NULL};
    gssize damage;
    if (!pair_fill(&tried, device, rows, UNITS, a, UNITS, error))
        return FALSE;
    const RippleDerivativePeak peak = {.a = ripple_guarded_view(tried.values),
                                       .result = ripple_guarded_view(tried.result),
                                       .activation = RIPPLE_ACTIVATION_RELU};
    if (!ripple_backend_derivative_peak(device, &peak, error) ||
        !ripple_guarded_read(tried.result, found, &damage, error))
        return FALSE;
    g_autofree char *what =
        g_strdup_printf("Largest derivatives of %" G_GSIZE_FORMAT " samples", rows);
    const RippleTallyPlace place = place_of(tally, what, "the peaks");
    ripple_tally_hold(tally, &place, found, expected, NULL, 1, UNITS, damage);
    return TRUE;
}

/* Whole numbers and halves, some of them 0, and one that is not finite. */
gboolean ripple_try_observe(RippleBackend *device, const RippleSelftestUnit *unit,
                            RippleTally *tally, GError **error)
{
    gsize count = unit->batch;
    g_autofree gfloat *values = g_new(gfloat, count);
    for (gsize i = 0; i < count; i++)
        values[i] = (gint)(i * 7 % 23) / 2.0f - 3;
    if (count > 1)
        values[count / 2] = NAN;
    return try_summary(device, values, count, tally, error) &&
           try_histogram(device, count, tally, error) &&
           try_units(device, MIN(count, 1025), tally, error);
}
