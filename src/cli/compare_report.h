/** \file
 * What `ripple compare` has found, for people and for programs.
 */
#pragma once

#include <ripple/compare.h>

/** For people, on stdout: compare_report.c. */
void ripple_compare_print(const RippleComparison *found);
void ripple_compare_print_models(const RippleModelComparison *found, const char *path,
                                 const char *with);

/** For programs, one object on stdout: compare_json.c. */
void ripple_compare_print_json(const RippleComparison *found);
void ripple_compare_print_models_json(const RippleModelComparison *found, const char *path,
                                      const char *with);

/** The entry at `i` of an array of comparisons. */
static inline const RippleTensorComparison *ripple_compared(const GArray *tensors, guint i)
{
    return &g_array_index(tensors, RippleTensorComparison, i);
}

/** Add the histograms of all `tensors` to `sum`. */
void ripple_compare_add_ulp(const GArray *tensors, guint64 sum[RIPPLE_ULP_BUCKETS]);

/** Nine digits, which tell any two floats apart; "NaN", "inf", "-inf". Free with g_free. */
char *ripple_compare_number(gdouble value);
