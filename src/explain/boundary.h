/** \file
 * What a model with one or two inputs says over all of them.
 */
#pragma once

#include <ripple/inference.h>

typedef struct {
    guint points;   /**< on each side */
    guint inputs;   /**< 1 or 2 */
    gdouble low[2]; /**< of each input, as it is in the data: the edges of the grid */
    gdouble high[2];
    guint outputs;
    gfloat *values; /**< points^inputs × outputs: the first input runs fastest, both upward; each at
                         the middle of its cell */
} RippleBoundary;

/** Inputs of `dataset` as they were before the model's transform: samples × inputs. Free with
 * g_free. */
gdouble *ripple_raw_inputs(const RippleModel *model, const RippleDataset *dataset);

/** Over the samples of `dataset` (transformed) and a tenth of their span beyond, computed on the
 * device that `selector` (NULL: auto) names. */
RippleBoundary *ripple_boundary_new(const RippleModel *model, const RippleDataset *dataset,
                                    const char *selector, guint points, GError **error);
void ripple_boundary_free(RippleBoundary *boundary);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleBoundary, ripple_boundary_free)

/** The value of input `axis` at the middle of cell `index`. */
gdouble ripple_boundary_place(const RippleBoundary *boundary, guint axis, guint index);

/** One JSON object. */
GString *ripple_boundary_json(const RippleBoundary *boundary, const char *source);
