/** \file
 * A step of training, frame by frame: the sample goes forward layer by layer, the loss, the deltas
 * come back, and the gradients stand.
 */
#pragma once

#include "draw/canvas.h"
#include "explain/network_view.h"

typedef struct {
    char *title;        /**< of the whole */
    GPtrArray *frames;  /**< of RippleCanvas *, all of one size */
    GPtrArray *names;   /**< of char *: each frame in a few words */
    GArray *hundredths; /**< of guint: how long each stands, in hundredths of a second */
} RippleAnimation;

/** Of `sample`, which went through `model`. A step then takes the learning rate `rate`. */
RippleAnimation *ripple_animation_new(const RippleModel *model, const RippleSample *sample,
                                      gdouble rate);
void ripple_animation_free(RippleAnimation *animation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleAnimation, ripple_animation_free)

/** The numbers of all frames as one JSON object: the forward, the backward and the gradient's view.
 */
void ripple_animation_to_json(const RippleModel *model, const RippleSample *sample, GString *json);

/** As one HTML file that needs nothing else. Its script plays it and goes through it step by step,
 * by buttons and keys; without one, or on paper, all frames stand below each other. Free with
 * g_free. */
char *ripple_animation_page(const GPtrArray *frames, const GPtrArray *names, const char *title);
