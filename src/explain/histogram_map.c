#include "explain/histogram_map.h"

#include <math.h>
#include <stdlib.h>

/* Of the elements at either end, and of the observations, that need not lie within the rows. */
#define LEFT_OUT_ELEMENTS 0.002
#define LEFT_OUT_OBSERVATIONS 0.1

static gdouble edge(const RippleTensorObservation *tensor, guint bin)
{
    gdouble least = tensor->summary[RIPPLE_SUMMARY_LEAST];
    gdouble most = tensor->summary[RIPPLE_SUMMARY_MOST];
    return least + (most - least) * bin / RIPPLE_HISTOGRAM_BINS;
}

static gdouble elements(const RippleTensorObservation *tensor)
{
    gdouble sum = 0;
    for (guint b = 0; b < RIPPLE_HISTOGRAM_BINS; b++)
        sum += tensor->bins[b];
    return sum;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* Where all but few of its elements lie. FALSE where it has none. */
static gboolean range_of(const RippleTensorObservation *tensor, gdouble *low, gdouble *high)
{
    gdouble few = LEFT_OUT_ELEMENTS * elements(tensor), below = 0, above = 0;
    guint first = 0, last = RIPPLE_HISTOGRAM_BINS;
    if (elements(tensor) == 0 || !isfinite(tensor->summary[RIPPLE_SUMMARY_LEAST]))
        return FALSE;
    while ((below += tensor->bins[first]) <= few)
        first++;
    while ((above += tensor->bins[last - 1]) <= few)
        last--;
    *low = edge(tensor, first);
    *high = edge(tensor, last);
    return TRUE;
}

static int upward(const void *a, const void *b)
{
    gdouble one = *(const gdouble *)a, other = *(const gdouble *)b;
    return one < other ? -1 : one > other;
}

/* Lows and highs of the observations, of which few may lie outside. */
static void choose_rows(RippleHistogramMap *self, const RippleTensorObservation *const *tensors)
{
    g_autofree gdouble *lows = g_new(gdouble, self->columns + 1);
    g_autofree gdouble *highs = g_new(gdouble, self->columns + 1);
    guint n = 0;
    for (guint i = 0; i < self->columns; i++)
        n += range_of(tensors[i], &lows[n], &highs[n]);
    gdouble low = 0, high = 0;
    if (n > 0) {
        guint left_out = (guint)(LEFT_OUT_OBSERVATIONS * n);
        qsort(lows, n, sizeof *lows, upward);
        qsort(highs, n, sizeof *highs, upward);
        low = lows[left_out];
        high = highs[n - 1 - left_out];
    }
    if (!(low < high)) { /* all are the same */
        gdouble room = low != 0 ? fabs(low) / 2 : 1;
        low -= room;
        high = low + 2 * room;
    }
    for (guint r = 0; r <= self->rows; r++)
        self->values[r] = low + (high - low) * r / self->rows;
}

/* ---- columns -------------------------------------------------------------------------------- */

/* Half way between neighbours; as far on the other side of the first and the last. */
static void choose_columns(RippleHistogramMap *self, const gdouble *steps)
{
    guint n = self->columns;
    for (guint i = 1; i < n; i++)
        self->steps[i] = (steps[i - 1] + steps[i]) / 2;
    self->steps[0] = n > 1 ? steps[0] - (self->steps[1] - steps[0]) : steps[0] - 0.5;
    self->steps[n] = n > 1 ? steps[n - 1] + (steps[n - 1] - self->steps[n - 1]) : steps[0] + 0.5;
}

static guint row_of(const RippleHistogramMap *self, gdouble value)
{
    gdouble low = self->values[0], high = self->values[self->rows];
    return (guint)CLAMP(self->rows * ((value - low) / (high - low)), 0, self->rows - 1);
}

/* The elements of a bin lie in it evenly. */
static void spread(RippleHistogramMap *self, guint column, gdouble share, gdouble low, gdouble high)
{
    guint first = row_of(self, low), last = row_of(self, high);
    for (guint r = first; r <= last; r++) {
        gdouble from = r == first ? low : self->values[r];
        gdouble to = r == last ? high : self->values[r + 1];
        gdouble part = high > low ? (to - from) / (high - low) : 1;
        self->shares[(gsize)r * self->columns + column] += share * part;
    }
}

static void fill_column(RippleHistogramMap *self, guint column,
                        const RippleTensorObservation *tensor)
{
    gdouble count = elements(tensor), low, high;
    gboolean is_any = range_of(tensor, &low, &high);
    for (guint r = 0; r < self->rows; r++)
        self->shares[(gsize)r * self->columns + column] = is_any ? 0 : NAN;
    for (guint b = 0; is_any && b < RIPPLE_HISTOGRAM_BINS; b++)
        if (tensor->bins[b] > 0)
            spread(self, column, tensor->bins[b] / count, edge(tensor, b), edge(tensor, b + 1));
}

/* ---- the whole ------------------------------------------------------------------------------ */

RippleHistogramMap *ripple_histogram_map_new(const RippleTensorObservation *const *tensors,
                                             const gdouble *steps, guint count, guint rows)
{
    g_return_val_if_fail(count > 0 && rows > 0, NULL);
    RippleHistogramMap *self = g_new0(RippleHistogramMap, 1);
    self->columns = count;
    self->rows = rows;
    self->steps = g_new(gdouble, count + 1);
    self->values = g_new(gdouble, rows + 1);
    self->shares = g_new(gdouble, (gsize)rows * count);
    choose_columns(self, steps);
    choose_rows(self, tensors);
    for (guint i = 0; i < count; i++)
        fill_column(self, i, tensors[i]);
    return self;
}

void ripple_histogram_map_free(RippleHistogramMap *map)
{
    if (!map)
        return;
    g_free(map->steps);
    g_free(map->values);
    g_free(map->shares);
    g_free(map);
}
