/** \file
 * Device and reference, held together tensor by tensor.
 *
 * Both train from the same start over the same batches. After each row of each step, the reference
 * carries out the same row on the very operands the device had, in double precision, and every
 * element the device wrote must lie within what rounding allows: for a sum of n products |error| ≤
 * γₙ·Σ|xᵢ·wᵢ|, γₙ = n·u / (1 − n·u), u = 2⁻²⁴ (Higham, "Accuracy and Stability of Numerical
 * Algorithms", 2nd ed., eq. 3.5), which holds in whatever order a device adds. So a wrong number is
 * found where it arises, and nowhere else. Beside it, the reference trains on its own: its losses
 * show how far the two drift apart over many steps.
 */
#pragma once

#include <ripple/config.h>

G_BEGIN_DECLS

/** One tensor after one step. */
typedef struct {
    char *name;
    guint64 step;      /**< counted from 1 */
    gdouble max_abs;   /**< largest |device − reference| */
    gdouble max_rel;   /**< largest |device − reference| / max(|device|, |reference|) */
    gdouble max_ulp;   /**< largest distance, in spacings of floats at the reference's value */
    gdouble tolerance; /**< what is allowed at the worst element: the one with the largest share */
    gdouble share;     /**< difference at the worst element over what is allowed there */
    gsize row;         /**< of the worst element */
    gsize column;
    gdouble device;    /**< its value on the device */
    gdouble reference; /**< its value in the reference */
    gboolean pass;     /**< share ≤ 1 */
} RippleTensorComparison;

/** The loss of one step on the device, and in a reference that trains on its own. */
typedef struct {
    gdouble device;
    gdouble reference;
    gdouble relative; /**< their difference over the reference's, or over 0.001 below that */
} RippleLossComparison;

/** What was found. */
typedef struct {
    gboolean pass;
    char *device;
    char *network; /**< as ripple_network_describe() has it */
    guint64 steps;
    GArray *tensors; /**< of RippleTensorComparison, in the order they were computed */
    GArray *losses;  /**< of RippleLossComparison, one per step */
} RippleComparison;

/** Called after each step. */
typedef void (*RippleCompareProgress)(guint64 step, guint64 steps, gpointer user_data);

/** Train `config->steps` steps (at least 1) both ways and hold them together. With `fault`, the
 * name of a tensor, one of its elements is spoiled on the device in the last step: a comparison
 * that then passes is broken. Disagreement is no error: see RippleComparison.pass. A NOT_FINITE
 * error when the loss outgrows single precision on both. `progress` may
 * be NULL. */
RIPPLE_API RippleComparison *ripple_compare(RippleConfig *config, const char *fault,
                                            RippleCompareProgress progress, gpointer user_data,
                                            GError **error);
RIPPLE_API void ripple_comparison_free(RippleComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleComparison, ripple_comparison_free)

G_END_DECLS
