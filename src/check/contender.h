/** \file
 * Who is compared: sessions that take the same steps from the same start, row by row.
 */
#pragma once

#include "check/compare_steps.h"
#include "train/checkpoint.h"
#include "train/material.h"

#include <ripple/config.h>

/** What all of them begin with. Borrows everything. */
typedef struct {
    const RippleConfig *config;
    const RippleMaterial *material;
    const RippleCheckpoint *checkpoint; /**< whose parameters and moments to begin with, or NULL for
                                             the model of `material` */
} RippleGround;

/** A session on `backend` that begins there. */
RippleSession *ripple_ground_session(const RippleGround *ground, RippleBackend *backend,
                                     gboolean keep_all, GError **error);

/** Take one row of a step. */
gboolean ripple_session_row(RippleSession *session, guint row, gsize first, gsize count,
                            const RippleRates *rates, GError **error);

/** Where the session has `tensor` of its schedule, or of one that keeps more: then perhaps nowhere.
 */
RippleView ripple_session_view(const RippleSession *session, const RippleTensor *tensor,
                               gsize count);

/** A device, with every way to train that it has. */
typedef struct {
    RippleBackend *backend;
    RippleSession *kept;           /**< every tensor kept, so that each can be looked at */
    RippleSession *lean;           /**< the schedule that training runs */
    RippleStepsComparison *joined; /**< the same a step at once, where the device can */
} RippleContender;

/** The device that `selector` names. A USAGE error for the reference. */
RippleContender *ripple_contender_new(const RippleGround *ground, const char *selector,
                                      GError **error);
void ripple_contender_free(RippleContender *contender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleContender, ripple_contender_free)

gboolean ripple_contender_set_order(RippleContender *contender, const guint32 *order,
                                    GError **error);

/** Take one row, in both schedules. */
gboolean ripple_contender_row(RippleContender *contender, guint row, gsize first, gsize count,
                              const RippleRates *rates, GError **error);
