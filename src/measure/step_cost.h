/** \file
 * What a training step costs at least, row by row: its arithmetic, and the bytes that it cannot
 * help moving.
 */
#pragma once

#include <ripple/network.h>

/** One row of the schedule. */
typedef struct {
    const char *row;    /**< "forward 0"; interned */
    gdouble operations; /**< a multiply-add counts as two, a function of one number as one */
    gdouble bytes;      /**< every operand read once, every result written once */
} RippleRowCost;

/** The rows of a step on `batch` samples with bytes as inputs and labels as targets, in their
 * order, for an optimizer that keeps so many moments. The rows of gradients are not among them: the
 * updates form those. Of RippleRowCost; free with g_array_unref. */
GArray *ripple_step_costs(const RippleNetwork *network, gsize batch, guint moments);

/** The same step where one launch takes many and keeps parameters and tensors: one row with all of
 * the arithmetic, which moves what it gathers and the result of the step. */
GArray *ripple_step_costs_joined(const RippleNetwork *network, gsize batch, guint moments);
