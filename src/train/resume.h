/** \file
 * Does a checkpoint belong to the run that is to go on from it? And how does it?
 */
#pragma once

#include "train/checkpoint.h"
#include "train/material.h"
#include "train/scheduler.h"

/** The configuration in `checkpoint`. A DATA error when it is damaged. */
RippleConfig *ripple_checkpoint_config(const RippleCheckpoint *checkpoint, GError **error);

/** May the run of `config` over `material` go on from `checkpoint`? A USAGE error when `config`
 * differs in what decides the numbers, or asks for fewer steps than were taken; a DATA error when
 * the data have changed. */
gboolean ripple_checkpoint_fits(const RippleCheckpoint *checkpoint, const RippleConfig *config,
                                const RippleMaterial *material, GError **error);

/** Bring parameters and moments of `checkpoint` to `state`, which is of the same network. */
gboolean ripple_checkpoint_restore(const RippleCheckpoint *checkpoint, RippleState *state,
                                   GError **error);
