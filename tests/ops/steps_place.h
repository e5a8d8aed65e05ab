/** \file
 * A small network in training, by hand: what the tests of whole steps train with.
 */
#pragma once

#include "ops/ops.h"
#include "support/numbers.h"

#define STEPS_MOST_LAYERS 4
#define STEPS_SAMPLES 70 /**< in the data; the order takes any of them, some twice */

/** What is trained, and how. */
typedef struct {
    const char *name;
    guint inputs;
    guint n_layers;
    guint widths[STEPS_MOST_LAYERS];
    RippleActivation activations[STEPS_MOST_LAYERS];
    RippleLoss loss;
    gboolean bytes;
    gboolean labels;
    gsize batch;
    gsize samples; /**< in all steps */
    RippleOptimizer optimizer;
    gdouble momentum;
} StepsTraining;

/** That training on a backend. */
typedef struct {
    RippleNetwork *network;
    RippleRates *rates;
    GPtrArray *buffers;
    RippleSteps steps;
} StepsPlace;

/** Upload data, order and the parameters to begin with, the same numbers on each backend. Release
 * with steps_place_clear(). */
void steps_place_open(StepsPlace *place, RippleBackend *backend, const StepsTraining *training);
void steps_place_clear(StepsPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StepsPlace, steps_place_clear)

/** How many steps the training takes. */
gsize steps_count(const StepsTraining *training);

/** A buffer of the place's, as `rows` × `columns`; with `values` where they are not NULL. */
RippleView steps_new_view(StepsPlace *place, RippleBackend *backend, RippleElement element,
                          gsize rows, gsize columns, gconstpointer values);

/** `rows` × `columns` of the vector of parameters, or of one like it, `offset` further on. */
RippleView steps_part(RippleView vector, gsize offset, gsize rows, gsize columns);

/** Take step `n` one operation at a time. */
void steps_take_singly(StepsPlace *place, RippleBackend *backend, gsize n);
