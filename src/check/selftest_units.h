/** \file
 * What a self-test consists of.
 */
#pragma once

#include "check/trial.h"
#include "opencl/product.h"

/** Operations of a trial, one bit each. */
typedef enum {
    RIPPLE_TRY_FORWARD = 1 << 0,  /**< of each layer */
    RIPPLE_TRY_DELTA = 1 << 1,    /**< of the hidden layer */
    RIPPLE_TRY_DESCENT = 1 << 2,  /**< of each layer */
    RIPPLE_TRY_GRADIENT = 1 << 3, /**< the same in two operations, with every tensor kept */
    RIPPLE_TRY_LOSS = 1 << 4,
    RIPPLE_TRY_GATHER = 1 << 5,
    RIPPLE_TRY_CHAIN = 1 << 6,
    RIPPLE_TRY_STEPS = 1 << 7,
    RIPPLE_TRY_PRODUCT = 1 << 8,  /**< a product alone, in each form; uses batch, inputs and outputs
                                       as m, n and k */
    RIPPLE_TRY_FINITE = 1 << 9,   /**< of as many numbers as batch says */
    RIPPLE_TRY_OBSERVE = 1 << 10, /**< the same, and as many samples of a layer's units */
} RippleTry;

/** One unit: a small network and what is tried of it. */
typedef struct {
    guint operations; /**< of RippleTry */
    gint provider;    /**< RippleProductProvider, or −1 where that does not matter */
    gsize batch;
    guint inputs;
    guint hidden; /**< 0 for no hidden layer */
    guint outputs;
    RippleActivation activation; /**< of the hidden layer */
    RippleActivation output_activation;
    RippleLoss loss;
    gboolean has_labels;
    gboolean has_bytes;
    RippleOptimizer optimizer;
    gdouble momentum;
    guint pieces; /**< of a product by tiles: that k is split into, or 0 for the device's plan */
} RippleSelftestUnit;

/** All units, of RippleSelftestUnit; free with g_array_unref. */
GArray *ripple_selftest_units(void);

/** Name of the group that `operation` of `unit` belongs to ("forward, panel"); free with g_free. */
char *ripple_selftest_group_name(const RippleSelftestUnit *unit, RippleTry operation);

/** Whether numbers are finite, where all are, and where one is not. */
gboolean ripple_try_finite(RippleBackend *device, const RippleSelftestUnit *unit,
                           RippleTally *tally, GError **error);

/** Summary, histogram and largest derivatives of numbers. */
gboolean ripple_try_observe(RippleBackend *device, const RippleSelftestUnit *unit,
                            RippleTally *tally, GError **error);

/** Products in each form that the unit has, exact whatever the order of their sums. */
gboolean ripple_try_products(RippleBackend *device, const RippleSelftestUnit *unit,
                             RippleTally *tally, GError **error);
