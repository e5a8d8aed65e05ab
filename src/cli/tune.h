/** \file
 * What other commands share with `ripple tune`.
 */
#pragma once

#include "cli/console.h"
#include "measure/tune.h"

/** Say what is wrong with the device's tuning file, if anything is. */
void ripple_tune_note_problem(const RippleConsole *console, RippleBackend *backend);

/** Tune before training `network` on `batch` samples, as `mode` asks for it, and say so. What goes
 * wrong is said, too, and leaves the defaults: it is no reason not to train. */
void ripple_tune_first(const RippleConsole *console, RippleBackend *backend, RippleTuneMode mode,
                       const RippleNetwork *network, gsize batch);
