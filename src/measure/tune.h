/** \file
 * Tuning: which plan computes the matrix products of a network fastest on a device?
 *
 * Every candidate's numbers are held against dot products in double precision before it is timed.
 * The winners go into the device's tuning table (opencl/tuning.h) and its file.
 */
#pragma once

#include "opencl/tuning.h"

#include <ripple/config.h>

/** What came of one product. */
typedef struct {
    RippleProduct product;
    RippleProductPlan default_plan;
    RippleTuned tuned;
    guint tried; /**< candidates that were right and timed */
    guint wrong; /**< candidates that were wrong, or that the device cannot carry out */
} RippleTuneResult;

/** Whom to tell. Each function may be NULL. */
typedef struct {
    /** Candidate `candidate` of `n_candidates` for product number `done` of `n` comes next. */
    void (*progress)(const RippleProduct *product, guint done, guint n, guint candidate,
                     guint n_candidates, gpointer user_data);
    void (*tuned)(const RippleTuneResult *result, gpointer user_data);
    gpointer user_data;
} RippleTuneObserver;

/** The products (of RippleProduct, each once, the most work first) of a training step of `network`
 * on `batch` samples. Free with g_array_unref(). */
GArray *ripple_tune_products(const RippleNetwork *network, gsize batch);

/** Tune `products` on `backend`, an opencl one: within about 3 s for all of them (QUICK; what there
 * is no time for stays as it is), or within about a minute for each (FULL). The table holds for the
 * backend at once, and its file is written after each product. An error when no candidate of a
 * product is right, when the device fails, or, at the end, when the file cannot be written. */
gboolean ripple_tune(RippleBackend *backend, RippleTuneMode mode, const GArray *products,
                     const RippleTuneObserver *observer, GError **error);

/** Before training `network` on `batch` samples: tune if `mode` asks for it and, unless it is FULL,
 * nothing is known about the device yet. `tuned` tells whether something was. Nothing is done for
 * the reference. */
gboolean ripple_tune_for_training(RippleBackend *backend, RippleTuneMode mode,
                                  const RippleNetwork *network, gsize batch,
                                  const RippleTuneObserver *observer, gboolean *tuned,
                                  GError **error);
