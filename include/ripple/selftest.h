/** \file
 * Does a device compute what it should? Answers that are known beforehand, for every kernel, in the
 * shapes that kernels treat differently.
 *
 * Every operation of a training step is given operands of its own, in the middle of larger buffers.
 * Wherever it can be, the operands are whole multiples of a power of two, few enough that every sum
 * of products is exact in single precision: then the order in which a device adds does not matter,
 * and the answer must be right to the bit. Functions, and the rules of the optimizers, are held
 * against the reference in double precision, within what rounding allows for each (as compare
 * does). What lies before and behind a result must be as it was.
 */
#pragma once

#include <ripple/trainer.h>

G_BEGIN_DECLS

/** What was found of one kind of operation. */
typedef struct {
    char *name;    /**< "forward, panel" */
    char *kernels; /**< those that took part: "product_panel product_rows transpose" */
    guint cases;   /**< tensors that were looked at */
    guint wrong;
    gdouble share; /**< largest difference, as a part of what rounding allows; 0 where all is exact
                        to the bit */
} RippleSelftestGroup;

typedef struct {
    gboolean pass;
    char *device;
    char *driver;
    GArray *groups; /**< of RippleSelftestGroup */
    guint cases;
    gdouble seconds;
    char *failure; /**< of the first that was wrong: operation, shape, element and values, in a
                        sentence; NULL where none was */
} RippleSelftest;

/** Called several times a second. */
typedef void (*RippleSelftestProgress)(guint done, guint n, const char *group, gpointer user_data);

/** What is asked for. */
typedef struct {
    const char *device; /**< a selector */
    const char *only;   /**< the groups that have this in their name; NULL for all */
    gboolean fail_fast; /**< stop at the first operation that is wrong */
} RippleSelftestOptions;

/** Test a device: each provider of matrix products, each activation, loss and optimizer, from one
 * row and column to several tiles and ragged ends. Wrong numbers are no error: see
 * RippleSelftest.pass. A USAGE error, which lists the names, when no group has `only` in its own.
 * `progress` may be NULL. */
RIPPLE_API RippleSelftest *ripple_selftest(const RippleSelftestOptions *options,
                                           RippleSelftestProgress progress, gpointer user_data,
                                           GError **error);
RIPPLE_API void ripple_selftest_free(RippleSelftest *selftest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleSelftest, ripple_selftest_free)

/** Whether a device can be trusted with a training. */
typedef struct {
    gboolean is_right;      /**< nothing was found wrong */
    gboolean is_remembered; /**< it was found right before, and nothing was computed now */
    gdouble seconds;        /**< that testing took */
    char *failure;          /**< what was wrong, in a sentence, or NULL */
    char *path;             /**< of the file where it is remembered; NULL for the reference */
    char *problem;          /**< why it cannot be remembered, why what was remembered did not
                                 count, or why it was not tested, for lack of memory, in a
                                 sentence; or NULL */
} RippleTrust;

/** Test what `trainer` needs of its device, before it is run: each operation of its step, in the
 * shapes of its network, for a whole batch and for the last one of an epoch. A device that was
 * found right is remembered in a file of the user's cache directory (docs/formats.md), for the same
 * device, driver, version, kernels, tuning, network, batch and optimizer. Wrong numbers are no
 * error: see RippleTrust.is_right. */
RIPPLE_API RippleTrust *ripple_trust(RippleTrainer *trainer, GError **error);
RIPPLE_API void ripple_trust_free(RippleTrust *trust);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTrust, ripple_trust_free)

G_END_DECLS
