/* What tensors are like: summaries, histograms, and how far units still pass deltas on. */
#include "reference/activation.h"
#include "reference/buffer.h"
#include "reference/operations.h"

#include <float.h>
#include <math.h>

/* As a device sees it, which holds floats. */
static gboolean is_finite(gdouble x)
{
    return fabs(x) <= FLT_MAX;
}

/* ---- summary -------------------------------------------------------------------------------- */

static gdouble element(const RippleSummary *summary, gsize i)
{
    gdouble x = ripple_reference_reals(summary->values)[i];
    return summary->minus.buffer ? x - ripple_reference_reals(summary->minus)[i] : x;
}

gboolean ripple_reference_summary(RippleBackend *backend, const RippleSummary *summary,
                                  GError **error)
{
    gsize count = summary->values.rows * summary->values.columns, finite = 0, zeros = 0;
    gdouble least = INFINITY, most = -INFINITY, sum = 0, squares = 0, deviations = 0;
    for (gsize i = 0; i < count; i++) {
        gdouble x = element(summary, i);
        if (!is_finite(x))
            continue;
        finite++;
        zeros += x == 0;
        least = fmin(least, x);
        most = fmax(most, x);
        sum += x;
        squares += x * x;
    }
    gdouble mean = sum / finite;
    for (gsize i = 0; i < count; i++)
        if (is_finite(element(summary, i)))
            deviations += (element(summary, i) - mean) * (element(summary, i) - mean);

    gdouble *result = ripple_reference_reals(summary->result);
    result[RIPPLE_SUMMARY_MEAN] = mean;
    result[RIPPLE_SUMMARY_DEVIATION] = sqrt(deviations / finite);
    result[RIPPLE_SUMMARY_NORM] = finite ? sqrt(squares) : NAN;
    result[RIPPLE_SUMMARY_LEAST] = finite ? least : NAN;
    result[RIPPLE_SUMMARY_MOST] = finite ? most : NAN;
    result[RIPPLE_SUMMARY_ZEROS] = zeros;
    result[RIPPLE_SUMMARY_NOT_FINITE] = count - finite;
    return TRUE;
}

/* ---- histogram ------------------------------------------------------------------------------ */

static gsize bin_of(gdouble x, gdouble least, gdouble most)
{
    gdouble place = RIPPLE_HISTOGRAM_BINS * ((x - least) / (most - least));
    if (!(place > 0)) /* all are the same, or x is the least */
        return 0;
    return (gsize)fmin(place, RIPPLE_HISTOGRAM_BINS - 1);
}

gboolean ripple_reference_histogram(RippleBackend *backend, const RippleHistogram *histogram,
                                    GError **error)
{
    const gdouble *values = ripple_reference_reals(histogram->values);
    const gdouble *summary = ripple_reference_reals(histogram->summary);
    gdouble *bins = ripple_reference_reals(histogram->result);
    for (gsize b = 0; b < RIPPLE_HISTOGRAM_BINS; b++)
        bins[b] = 0;
    for (gsize i = 0; i < histogram->values.rows * histogram->values.columns; i++)
        if (is_finite(values[i]))
            bins[bin_of(values[i], summary[RIPPLE_SUMMARY_LEAST], summary[RIPPLE_SUMMARY_MOST])]++;
    return TRUE;
}

/* ---- units ---------------------------------------------------------------------------------- */

static gdouble derivative(const RippleDerivativePeak *peak, gsize i)
{
    return peak->z.buffer
               ? ripple_reference_derivative(peak->activation, ripple_reference_reals(peak->z)[i])
               : ripple_reference_derivative_from_a(peak->activation,
                                                    ripple_reference_reals(peak->a)[i]);
}

gboolean ripple_reference_derivative_peak(RippleBackend *backend, const RippleDerivativePeak *peak,
                                          GError **error)
{
    gsize units = peak->a.columns;
    gdouble *result = ripple_reference_reals(peak->result);
    for (gsize u = 0; u < units; u++) {
        result[u] = 0;
        for (gsize n = 0; n < peak->a.rows; n++) {
            gdouble slope = fabs(derivative(peak, n * units + u));
            if (slope > result[u] || isnan(slope))
                result[u] = slope;
        }
    }
    return TRUE;
}
