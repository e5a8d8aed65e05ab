/** \file
 * A network and a batch on a device and on the reference, and the operations of a training step
 * tried there one by one, each with operands of its own.
 *
 * The tensors that the device has are those that its schedule has, each in a guarded buffer.
 */
#pragma once

#include "check/guarded.h"
#include "check/tally.h"
#include "train/scheduler.h"

/** What is tried. */
typedef struct {
    const RippleNetwork *network; /**< borrowed */
    gsize batch;
    gboolean has_labels;
    gboolean has_bytes; /**< as inputs */
    gboolean keep_all;  /**< all tensors exist, rather than those that training needs */
    RippleRates rates;
    const char *by; /**< who computes products, for names; NULL where that does not matter */
} RippleTrialOptions;

typedef struct {
    RippleBackend *device; /**< borrowed */
    RippleBackend *reference;
    RippleTrialOptions options;
    RippleTally *tally;        /**< borrowed */
    RippleState *state;        /**< the follower's */
    RippleScheduler *follower; /**< on the reference, with every tensor */
    RippleBuffer *follower_result;
    RippleSchedule *schedule;                  /**< the device's */
    RippleGuarded *(*tensors)[RIPPLE_N_ROLES]; /**< by layer and role; a weight's is that of its
                                                    bias, too, which lies behind it */
    RippleGuarded *result;
    guint32 drawn; /**< sets of random numbers */
} RippleTrial;

RippleTrial *ripple_trial_new(RippleBackend *device, const RippleTrialOptions *options,
                              RippleTally *tally, GError **error);
void ripple_trial_free(RippleTrial *trial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTrial, ripple_trial_free)

/* The operations. Each draws operands, computes on both backends, and tells the tally what it
 * found. */

/** A forward operation, where sums are exact. */
gboolean ripple_trial_forward(RippleTrial *trial, guint layer, GError **error);

/** Delta of a hidden layer, where sums are exact. */
gboolean ripple_trial_delta(RippleTrial *trial, guint layer, GError **error);

/** Gradient and update of a layer, in one operation or, where gradients are kept, in two. */
gboolean ripple_trial_descent(RippleTrial *trial, guint layer, GError **error);

/** The loss, how many are classified rightly, and the output delta. */
gboolean ripple_trial_loss(RippleTrial *trial, GError **error);

/** Inputs, and labels or targets, which come exactly as they are. */
gboolean ripple_trial_gather(RippleTrial *trial, GError **error);

/** Gather and forward, one after the other and twice, as steps begin: from the second time on,
 * devices write transposed copies on the way. */
gboolean ripple_trial_chain(RippleTrial *trial, GError **error);

/** Whole steps at once; nothing where the device takes them row by row. */
gboolean ripple_trial_steps(RippleTrial *trial, GError **error);

/** Does it take them at once? */
gboolean ripple_trial_joins_steps(RippleTrial *trial);

/* ---- for the operations --------------------------------------------------------------------- */

/** `count` whole multiples of `unit`, at most `most` of them up or down. Free with g_free. */
gfloat *ripple_trial_multiples(RippleTrial *trial, gsize count, gint most, gdouble unit);

/** `count` numbers in low…high. Free with g_free. */
gfloat *ripple_trial_reals(RippleTrial *trial, gsize count, gdouble low, gdouble high);

/** `count` whole numbers below `bound`. Free with g_free. */
guint32 *ripple_trial_indices(RippleTrial *trial, gsize count, guint32 bound);

/** What tensor `role` of `layer` has on the device; no view where it is not there. */
RippleView ripple_trial_view(const RippleTrial *trial, RippleRole role, guint layer);

/** Weight and bias, or the like, of a layer on the device as one row. */
RippleView ripple_trial_pair(const RippleTrial *trial, RippleRole role, guint layer);

/** Give both backends `values` for that tensor. Where the device has none, the reference has. */
gboolean ripple_trial_put(RippleTrial *trial, RippleRole role, guint layer, const gfloat *values,
                          GError **error);

/** The same for weight and bias, or the like, in one row. */
gboolean ripple_trial_put_pair(RippleTrial *trial, RippleRole role, guint layer,
                               const gfloat *values, GError **error);

/** Fill a tensor that is about to be written on the device, so that what is not shows. */
gboolean ripple_trial_blank(RippleTrial *trial, RippleRole role, guint layer, GError **error);

/** The reference carries out a row of the schedule. */
gboolean ripple_trial_follow(RippleTrial *trial, RippleStepKind kind, guint layer, GError **error);

/** Values of a tensor of the reference. Free with g_free. */
gdouble *ripple_trial_values(RippleTrial *trial, RippleRole role, guint layer, GError **error);

/** Hold the device's tensor against what the reference has; see ripple_tally_hold(). Nothing where
 * the device has none. */
gboolean ripple_trial_hold(RippleTrial *trial, const RippleTallyPlace *place, RippleRole role,
                           guint layer, const gdouble *allowed, GError **error);

/** Hold a tensor that was only read against what was uploaded. */
gboolean ripple_trial_hold_operand(RippleTrial *trial, const RippleTallyPlace *place,
                                   RippleRole role, guint layer, GError **error);

/** A place for operation `name` of a layer, which `kernels` compute, in the group of that name and
 * of who computes products; `what` must be freed. */
RippleTallyPlace ripple_trial_place(RippleTrial *trial, const char *name, const char *kernels,
                                    guint layer, char **what);

/** The same for an operation without products, in `group`. */
RippleTallyPlace ripple_trial_place_in(RippleTrial *trial, const char *group, const char *name,
                                       const char *kernels, guint layer, char **what);

/** Sums of `length` products of whole multiples, up to so many, are exact. */
gint ripple_exact_multiples(gsize length);

/** What x, deltas and biases are multiples of. */
#define RIPPLE_TRIAL_UNIT 0x1p-6

/** Is the activation computed without rounding, and its derivative? */
gboolean ripple_trial_is_exact(RippleActivation activation);

const RippleLayer *ripple_trial_layer(const RippleTrial *trial, guint layer);

/** The role of what enters `layer`, and the layer `at` which it lies. */
RippleRole ripple_trial_role_of_x(guint layer, guint *at);
RippleView ripple_trial_view_of_x(const RippleTrial *trial, guint layer);

/** Give both backends an x of multiples, up to so many. */
gboolean ripple_trial_put_x(RippleTrial *trial, guint layer, gint most, GError **error);
gboolean ripple_trial_hold_x(RippleTrial *trial, RippleTallyPlace *place, guint layer,
                             GError **error);

/** Weights of multiples, so small that pre-activations are of the order of 1, where functions bend;
 * and biases. */
gboolean ripple_trial_put_parameters(RippleTrial *trial, guint layer, gint most, GError **error);
