/** \file
 * The tuning table: which plan computes which matrix product on a device.
 *
 * It begins with the defaults that ripple ships (kernels/tuning.ini), a rule for each kind of
 * device. What `ripple tune` has measured on this very device, with this driver and this version of
 * ripple, comes from a file of the user's cache directory (docs/formats.md) and goes before.
 */
#pragma once

#include "opencl/plan.h"

/** What was measured of a product. */
typedef struct {
    RippleProductPlan plan;
    gdouble gflops;         /**< billions of operations a second */
    gdouble default_gflops; /**< by the defaults' plan; 0 where that was wrong */
} RippleTuned;

typedef struct _RippleTuning RippleTuning;

/** The table of `device` (borrowed), with what its file holds. Whatever is wrong with the file
 * leaves out the entry, and ripple_tuning_problem() tells. An error when the defaults do not suit
 * the device. */
RippleTuning *ripple_tuning_new(const RippleOpenclDevice *device, GError **error);
void ripple_tuning_free(RippleTuning *tuning);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTuning, ripple_tuning_free)

/** The table of an opencl `backend`, which owns it; NULL for another. */
RippleTuning *ripple_opencl_tuning(RippleBackend *backend);

/** Is the device of an opencl `backend` a processor? */
gboolean ripple_opencl_is_processor(const RippleBackend *backend);

/** Can the device of an opencl `backend` carry out `plan`? */
gboolean ripple_opencl_can(const RippleBackend *backend, const RippleProductPlan *plan);

/** Path of the device's file, whether it is there or not. Owned by the table. */
const char *ripple_tuning_path(const RippleTuning *tuning);

/** What is wrong in the file and what to do, in a sentence; NULL where nothing is. */
const char *ripple_tuning_problem(const RippleTuning *tuning);

/** Were the defaults measured on this device, or has it been tuned? */
gboolean ripple_tuning_is_known(const RippleTuning *tuning);

/** What was measured of `product`, or NULL. */
const RippleTuned *ripple_tuning_find(const RippleTuning *tuning, const RippleProduct *product);

/** Call `each` with everything that was measured, by form and then by shape. */
void ripple_tuning_foreach(const RippleTuning *tuning,
                           void (*each)(const RippleProduct *product, const RippleTuned *tuned,
                                        gpointer user_data),
                           gpointer user_data);

/** The plan for `product`: the measured one, or the defaults'. */
RippleProductPlan ripple_tuning_plan(const RippleTuning *tuning, const RippleProduct *product);

/** The best plan for `product` by `provider`. */
RippleProductPlan ripple_tuning_plan_by(const RippleTuning *tuning, RippleProductProvider provider,
                                        const RippleProduct *product);

/** The defaults' plan for `product`, whatever was measured. */
RippleProductPlan ripple_tuning_default(const RippleTuning *tuning, const RippleProduct *product);

/** From now on compute `product` as `tuned` says. */
void ripple_tuning_set(RippleTuning *tuning, const RippleProduct *product,
                       const RippleTuned *tuned);

/** Write the device's file anew, whole or not at all: what was measured, without what was wrong in
 * it. */
gboolean ripple_tuning_save(RippleTuning *tuning, GError **error);

/** Delete the device's file; TRUE also when there is none. */
gboolean ripple_tuning_forget(const RippleTuning *tuning, GError **error);
