/** \file
 * Device and reference, held together tensor by tensor; and models, number by number.
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

/** Buckets of a histogram of distances in ULP: 0, up to ½, up to 1, 2, 4, … 2²⁴, and beyond. */
#define RIPPLE_ULP_BUCKETS 28

/** The largest distance in `bucket`; infinite for the last. */
RIPPLE_API gdouble ripple_ulp_bucket_limit(guint bucket);

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
    gboolean is_lean;  /**< of the schedule that training runs, which keeps few tensors, where that
                            came nearer its bound than the one that keeps all */
    guint64 ulp[RIPPLE_ULP_BUCKETS]; /**< elements by their distance in ULP */
} RippleTensorComparison;

/** The loss of one step on the device, and in a reference that trains on its own. */
typedef struct {
    guint64 step; /**< counted from 1 */
    gdouble device;
    gdouble reference;
    gdouble relative; /**< their difference over the reference's, or over 0.001 below that */
} RippleLossComparison;

/** A number that went into another. */
typedef struct {
    const char *name;   /**< of its tensor, or "rate" and the like; static */
    gboolean is_scalar; /**< without a place in a tensor */
    gsize row;
    gsize column;
    gdouble value;
} RippleOperand;

/** A term of a sum: one factor, or the product of two. */
typedef struct {
    guint n_factors;
    RippleOperand factors[2];
    gdouble value;
} RippleTerm;

/** One element, and all that it was computed from. */
typedef struct {
    guint64 step;
    const char *device_name; /**< where it went wrong: a device, or the reference; static */
    const char *operation;   /**< row of the schedule: "forward 0"; static */
    guint layer;
    const char *tensor; /**< static */
    gsize row;
    gsize column;
    gdouble device; /**< value on the device */
    gdouble reference;
    gdouble tolerance; /**< what rounding allows */
    gdouble ulp;       /**< their distance */
    gboolean is_lean;  /**< see RippleTensorComparison */
    char *formula;     /**< what the row computes: "Σ x·w + b" */
    gdouble magnitude; /**< Σ|term| */
    GArray *terms;    /**< of RippleTerm: the sum in the formula, in its order; empty without one */
    GArray *operands; /**< of RippleOperand: all others */
} RippleDivergence;

/** What was found. */
typedef struct {
    gboolean pass;
    char *device;
    char *against; /**< the other device, or NULL */
    char *network; /**< as ripple_network_describe() has it */
    guint64 steps;
    GArray *tensors; /**< of RippleTensorComparison, in the order they were computed */
    GArray *others;  /**< the same of the other device; empty without one */
    GArray *between; /**< device and other device (as `device` and `reference`) held together,
                        within both bounds; empty without one */
    GArray *losses;  /**< of RippleLossComparison, one per step */
    RippleDivergence *divergence; /**< the first number beyond its bound, or NULL */
    RippleDivergence *not_finite; /**< the first number that is not finite, on a device or in the
                                       reference, with whose tensor it all ends; or NULL */
} RippleComparison;

/** Called after each step. */
typedef void (*RippleCompareProgress)(guint64 step, guint64 steps, gpointer user_data);

/** Train `config->steps` steps (at least 1) both ways and hold them together. With `fault`, the
 * name of a tensor, one of its elements is spoiled on the device in the last step: a comparison
 * that then passes is broken. Disagreement is no error: see RippleComparison.pass. Nor is a number
 * that is not finite, with which it ends early: see RippleComparison.not_finite. `progress` may be
 * NULL. */
RIPPLE_API RippleComparison *ripple_compare(RippleConfig *config, const char *fault,
                                            RippleCompareProgress progress, gpointer user_data,
                                            GError **error);

/** The same with a second device, which `against` selects: it takes each row on the operands of the
 * first. Both are held against the reference, which tells who is wrong, and against each other. The
 * `fault` is the second device's. */
RIPPLE_API RippleComparison *ripple_compare_devices(RippleConfig *config, const char *against,
                                                    const char *fault,
                                                    RippleCompareProgress progress,
                                                    gpointer user_data, GError **error);

/** Take the one step again that `path`, which a run whose numbers stopped being finite has written
 * (docs/formats.md), was about to take: on the device that `selector` names, or the run named when
 * it is NULL, and on the reference. */
RIPPLE_API RippleComparison *ripple_compare_replay(const char *path, const char *selector,
                                                   GError **error);

RIPPLE_API void ripple_comparison_free(RippleComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleComparison, ripple_comparison_free)

/** Two model files. */
typedef struct {
    gboolean pass;
    gdouble tolerance;
    GArray *tensors; /**< of RippleTensorComparison, in the order of the first file: `device` is the
                          first file's value, `reference` the second's; step is 0 */
    char *metadata;  /**< the first key whose text differs, such as "ripple.transform"; or NULL */
} RippleModelComparison;

/** Hold the tensors of the safetensors file `path` against those of `with`, by name: no element may
 * differ by more than `tolerance`, or in a single bit when that is 0. What the files say of network
 * and data must be the same, where both say it. A DATA error when one of them cannot be read, when
 * their tensors differ in name or shape, or when they are of different networks. */
RIPPLE_API RippleModelComparison *ripple_compare_models(const char *path, const char *with,
                                                        gdouble tolerance, GError **error);
RIPPLE_API void ripple_model_comparison_free(RippleModelComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleModelComparison, ripple_model_comparison_free)

G_END_DECLS
