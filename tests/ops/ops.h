/** \file
 * The tests of operations: each file tests one operation, on each backend in turn, against
 *
 * - small values worked out by hand, within a few roundings of the backend's own precision;
 * - sums of whole numbers, which every order of adding gets exactly right, at many shapes;
 * - the reference on real numbers, within a bound on the rounding errors.
 *
 * How large may the rounding error be? With u the unit roundoff, a sum of n products that is
 * rounded after each step, in whatever order, is off by at most about n·u times the sum of the
 * products' magnitudes (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1). The
 * tests allow (n + 8)·u: the bias, and the rounding of what the sum is multiplied by, add a few
 * more.
 */
#pragma once

#include "network/backend.h"

/** What a test runs on. */
typedef struct {
    const char *name;         /**< of the backend under test, as test_backend_open() knows it */
    RippleBackend *backend;   /**< under test */
    RippleBackend *reference; /**< where values for larger shapes come from */
    gdouble rounding;         /**< u: unit roundoff of the backend under test */
    guint variant;            /**< what the test makes of it; often a RippleActivation */
} OpsCase;

typedef void (*OpsTest)(const OpsCase *ops);

/** Add `test` as /ops/BACKEND/NAME, with NAME from `format`. */
void ops_add(const OpsCase *ops, OpsTest test, guint variant, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/** A shape of the operations on layers. */
typedef struct {
    gsize samples;
    gsize inputs;
    gsize outputs;
} OpsShape;

/** Shapes on both sides of what tiles and work-groups usually measure. */
#define OPS_N_SHAPES 9
extern const OpsShape ops_shapes[OPS_N_SHAPES];

/** Lengths of which ops_every_shape() takes every combination. */
#define OPS_N_LENGTHS 5
extern const gsize ops_lengths[OPS_N_LENGTHS];

/** Call `test` with every combination of lengths as shape, then with shapes that lead products
 * along every path of their kernels; and with an offset for its tensors. */
void ops_every_shape(const OpsCase *ops,
                     void (*test)(const OpsCase *ops, OpsShape shape, gsize offset));

/** Offset of the tensors in test number `n`: aligned and odd ones in turn. */
gsize ops_offset(guint n);

/** (terms + 8)·u, as explained above. */
gdouble ops_sum_error(const OpsCase *ops, gsize terms);

/** Each file's tests. */
void ops_add_again_tests(const OpsCase *ops);
void ops_add_buffer_tests(const OpsCase *ops);
void ops_add_contract_tests(const OpsCase *ops);
void ops_add_delta_tests(const OpsCase *ops);
void ops_add_descend_tests(const OpsCase *ops);
void ops_add_extreme_tests(const OpsCase *ops);
void ops_add_finite_tests(const OpsCase *ops);
void ops_add_forward_tests(const OpsCase *ops);
void ops_add_gather_tests(const OpsCase *ops);
void ops_add_gradient_tests(const OpsCase *ops);
void ops_add_loss_tests(const OpsCase *ops);
void ops_add_loss_by_hand_tests(const OpsCase *ops);
void ops_add_steps_tests(const OpsCase *ops);
void ops_add_summary_tests(const OpsCase *ops);
void ops_add_update_tests(const OpsCase *ops);
void ops_add_update_adam_tests(const OpsCase *ops);
void ops_add_upload_tests(const OpsCase *ops);

/** What only the reference promises. */
void ops_add_reference_tests(const OpsCase *ops);

/** That the helpers of these tests find what they look for. */
void ops_add_helper_tests(const OpsCase *ops);
