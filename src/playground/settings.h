/** \file
 * What the page asks for: data, network and training of the playground, within bounds that keep
 * each of them quick to train and possible to draw.
 */
#pragma once

#include "playground/examples.h"

#include <json-glib/json-glib.h>
#include <ripple/config.h>

#define RIPPLE_PLAY_MOST_HIDDEN 6u
#define RIPPLE_PLAY_MOST_UNITS 16u
#define RIPPLE_PLAY_LEAST_SAMPLES 10u
#define RIPPLE_PLAY_MOST_SAMPLES 2000u
#define RIPPLE_PLAY_MOST_BATCH 256u
#define RIPPLE_PLAY_MOST_RATE 100.0
#define RIPPLE_PLAY_MOST_SEED 4294967295u

typedef struct {
    RippleExample data;
    guint samples; /**< to train on, and as many to test on; a file has its own */
    gdouble noise; /**< 0 … 1: how far samples stray from their shape; a file has its own */
    guint n_hidden;
    guint hidden[RIPPLE_PLAY_MOST_HIDDEN]; /**< units of each hidden layer */
    RippleActivation activation;           /**< of the hidden layers */
    RippleLoss loss; /**< RIPPLE_N_LOSSES: binary-cross-entropy for two classes, cross-entropy for
                          more, mse for numbers */
    RippleOptimizer optimizer;
    gdouble momentum; /**< of sgd, in [0, 1) */
    gdouble learning_rate;
    guint batch;
    guint64 seed;
} RipplePlaySettings;

/** Circles, told apart by two hidden layers. */
RipplePlaySettings ripple_play_settings_default(void);

/** Set what the object `node` says; what it does not say stays. Nothing changes when it is refused:
 * a USAGE error says which value is wrong, and what fits. `has_file`: was a file named, so that
 * "file" may be chosen? */
gboolean ripple_play_settings_read(RipplePlaySettings *settings, JsonNode *node, gboolean has_file,
                                   GError **error);

/** Write them as the member `name` of the object under way. */
void ripple_play_settings_write(const RipplePlaySettings *settings, GString *json,
                                const char *name);

/** Is the learning rate all that differs? */
gboolean ripple_play_settings_differ_in_rate(const RipplePlaySettings *a,
                                             const RipplePlaySettings *b);
