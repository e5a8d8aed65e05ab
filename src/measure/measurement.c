#include "measure/measurement.h"

#include "measure/timing.h"

#include <string.h>

static void figure_free(gpointer data)
{
    RippleMeasurement *measurement = data;
    g_free((gpointer)measurement->name);
    g_free((gpointer)measurement->unit);
    g_free(measurement);
}

GPtrArray *ripple_measurements_new(void)
{
    return g_ptr_array_new_with_free_func(figure_free);
}

void ripple_measurements_add(GPtrArray *measurements, const char *name, const char *unit,
                             gboolean less_is_better, gdouble *values, guint runs)
{
    RippleTiming summary = ripple_timing_summarise(values, runs);
    RippleMeasurement measurement = {.name = name,
                                     .unit = unit,
                                     .less_is_better = less_is_better,
                                     .runs = runs,
                                     .median = summary.median,
                                     .least = values[0],
                                     .most = values[runs - 1],
                                     .lower = summary.lower,
                                     .upper = summary.upper};
    ripple_measurements_add_copy(measurements, &measurement);
}

void ripple_measurements_add_copy(GPtrArray *measurements, const RippleMeasurement *measurement)
{
    RippleMeasurement *copy = g_new(RippleMeasurement, 1);
    *copy = *measurement;
    copy->name = g_strdup(measurement->name);
    copy->unit = g_strdup(measurement->unit);
    g_ptr_array_add(measurements, copy);
}

const RippleMeasurement *ripple_measurements_find(const GPtrArray *measurements, const char *name)
{
    for (guint i = 0; i < measurements->len; i++) {
        const RippleMeasurement *measurement = g_ptr_array_index(measurements, i);
        if (strcmp(measurement->name, name) == 0)
            return measurement;
    }
    return NULL;
}

RippleChange ripple_measurement_compare(const RippleMeasurement *before,
                                        const RippleMeasurement *now, gdouble slowdown)
{
    gdouble factor = now->median / before->median;
    gdouble spreads = now->upper / now->lower * before->upper / before->lower;
    gdouble noise = spreads * spreads;
    if (before->less_is_better)
        factor = 1 / factor;
    RippleChange change = {RIPPLE_VERDICT_SAME, factor - 1, noise - 1};
    gdouble limit = MAX(noise, RIPPLE_SMALLEST_CHANGE);
    if (factor > limit)
        change.verdict = RIPPLE_VERDICT_BETTER;
    else if (factor * slowdown < 1 / limit)
        change.verdict = RIPPLE_VERDICT_WORSE;
    return change;
}
