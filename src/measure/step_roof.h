/** \file
 * A training step held against what its device can do at best.
 */
#pragma once

#include "measure/step.h"
#include "measure/step_cost.h"

typedef struct {
    gdouble peak;           /**< GFLOP/s, multiply-adds alone; NAN where it is not known */
    gdouble bandwidth;      /**< GB/s of a copy, read and written together; NAN likewise */
    RippleStepSpeed *speed; /**< borrowed */
    GArray *costs;          /**< of RippleRowCost; borrowed */
} RippleStepRoof;

/** What the rows of the step that `speed` tells of cost; see ripple_step_costs(). Free with
 * g_array_unref. */
GArray *ripple_step_speed_costs(const RippleStepSpeed *speed, const RippleNetwork *network,
                                const RippleConfig *config);

/** Seconds of the row's kernels together; `row` is interned. */
gdouble ripple_step_roof_seconds(const RippleStepRoof *roof, const char *row);

/** What `row` costs; NULL for none. */
const RippleRowCost *ripple_step_roof_cost(const RippleStepRoof *roof, const char *row);

/** The shortest the row could take: what it computes at the peak, or what it moves at the speed of
 * a copy, whichever is longer. */
gdouble ripple_step_roof_floor(const RippleStepRoof *roof, const RippleRowCost *cost);

/** Bytes that the step must move. */
gdouble ripple_step_roof_bytes(const RippleStepRoof *roof);
