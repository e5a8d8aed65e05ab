/** \file
 * Tensors in the middle of a larger buffer, so that a backend which reads or writes beside a view
 * is found out.
 *
 * In front of and behind every tensor lies a guard. Around a constant it is poison: NaN, or an
 * index that is out of every range, so that whoever computes with it gives itself away. Around a
 * variable it is a finite number, because NaN computed from NaN would go unnoticed there. Freeing a
 * tensor checks its guards, and that a constant still is what it was.
 */
#pragma once

#include "network/backend.h"

typedef struct {
    RippleView view;
    gboolean is_constant;
    gfloat *reals;    /**< the whole buffer as it was uploaded, or NULL */
    guint32 *indices; /**< the same for INDEX */
} TestTensor;

/** Elements in front of the tensor: aligned as a layer's parameters are, or anything but. */
#define TEST_ALIGNED 64
#define TEST_ODD 37
#define TEST_NEARLY_FIRST 3

/** Indices stay below this, so that they can be made visible. */
#define TEST_INDEX_LIMIT 1024

/** A REAL tensor that operations only read. */
TestTensor *test_constant(RippleBackend *backend, gsize offset, gsize rows, gsize columns,
                          const gfloat *values);

/** A REAL tensor that operations write. NULL for `values` fills it with the guard's number, so that
 * an element which is not written, or only added to, shows. */
TestTensor *test_variable(RippleBackend *backend, gsize offset, gsize rows, gsize columns,
                          const gfloat *values);

/** INDEX tensors alike. */
TestTensor *test_constant_indices(RippleBackend *backend, gsize offset, gsize rows, gsize columns,
                                  const guint32 *values);
TestTensor *test_variable_indices(RippleBackend *backend, gsize offset, gsize rows, gsize columns);

/** A BYTE tensor; no operation writes one. */
TestTensor *test_constant_bytes(RippleBackend *backend, gsize offset, gsize rows, gsize columns,
                                const guint8 *values);

/** Its view, or none for NULL. */
RippleView test_view(const TestTensor *tensor);

/** The values of a REAL tensor, with all the digits the backend has. Free with g_free. */
gdouble *test_values(const TestTensor *tensor);

/** The values of an INDEX tensor. Free with g_free. */
guint32 *test_index_values(const TestTensor *tensor);

/** How many elements differ from what was uploaded: in the guards, and of a constant in the tensor
 * itself too. */
gsize test_tensor_damage(const TestTensor *tensor);

/** Fails the test when there is damage. */
void test_tensor_free(TestTensor *tensor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestTensor, test_tensor_free)
