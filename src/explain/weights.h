/** \file
 * The weights of a trained network, counted and ordered.
 */
#pragma once

#include <ripple/model.h>

#define RIPPLE_WEIGHT_BINS 48

/** How the weights (without biases) of a layer lie. */
typedef struct {
    gdouble edges[RIPPLE_WEIGHT_BINS + 1]; /**< even, from the least to the largest weight */
    gdouble counts[RIPPLE_WEIGHT_BINS];    /**< each from its edge on, the last with both */
    gdouble mean;
    gdouble deviation; /**< √(Σ (w − mean)² / count) */
    gsize zeros;       /**< exactly 0 */
} RippleWeightHistogram;

/** Of layer `layer`, counted from 0. */
RippleWeightHistogram ripple_weight_histogram(const RippleModel *model, guint layer);

/** The units of the first layer, the most influential first: by the norm of the weights into a unit
 * times that of those out of it (1 where the layer is the last). `influences` (as many) is filled
 * in that order. Free both with g_free. */
guint *ripple_units_by_influence(const RippleModel *model, gdouble **influences);
