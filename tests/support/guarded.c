#include "support/guarded.h"

#include <math.h>
#include <string.h>

/* Behind the tensor: more than a kernel is likely to overshoot by in one row of tiles. */
#define GUARD_BEHIND 331

#define REAL_GUARD (-12345.0f)
#define INDEX_GUARD 1021u
#define INDEX_POISON G_MAXUINT32
#define BYTE_GUARD 0xA5

static TestTensor *tensor_new(RippleBackend *backend, RippleElement element, gsize offset,
                              gsize rows, gsize columns)
{
    g_autoptr(GError) error = NULL;
    TestTensor *tensor = g_new0(TestTensor, 1);
    gsize length = offset + rows * columns + GUARD_BEHIND;
    RippleBuffer *buffer = ripple_buffer_new(backend, element, length, &error);
    g_assert_no_error(error);
    tensor->view = ripple_view(buffer, offset, rows, columns);
    return tensor;
}

static void upload_whole(const TestTensor *tensor, gconstpointer values)
{
    g_autoptr(GError) error = NULL;
    ripple_backend_upload(ripple_buffer_view(tensor->view.buffer), values, &error);
    g_assert_no_error(error);
}

static TestTensor *real_tensor_new(RippleBackend *backend, gsize offset, gsize rows, gsize columns,
                                   const gfloat *values, gfloat guard)
{
    TestTensor *tensor = tensor_new(backend, RIPPLE_ELEMENT_REAL, offset, rows, columns);
    gsize length = tensor->view.buffer->length;
    tensor->reals = g_new(gfloat, length);
    for (gsize i = 0; i < length; i++)
        tensor->reals[i] = guard;
    if (values)
        memcpy(tensor->reals + offset, values, rows * columns * sizeof *values);
    upload_whole(tensor, tensor->reals);
    return tensor;
}

TestTensor *test_constant(RippleBackend *backend, gsize offset, gsize rows, gsize columns,
                          const gfloat *values)
{
    TestTensor *tensor = real_tensor_new(backend, offset, rows, columns, values, NAN);
    tensor->is_constant = TRUE;
    return tensor;
}

TestTensor *test_variable(RippleBackend *backend, gsize offset, gsize rows, gsize columns,
                          const gfloat *values)
{
    return real_tensor_new(backend, offset, rows, columns, values, REAL_GUARD);
}

static TestTensor *index_tensor_new(RippleBackend *backend, gsize offset, gsize rows, gsize columns,
                                    const guint32 *values, guint32 guard)
{
    TestTensor *tensor = tensor_new(backend, RIPPLE_ELEMENT_INDEX, offset, rows, columns);
    gsize length = tensor->view.buffer->length;
    tensor->indices = g_new(guint32, length);
    for (gsize i = 0; i < length; i++)
        tensor->indices[i] = guard;
    if (values)
        memcpy(tensor->indices + offset, values, rows * columns * sizeof *values);
    upload_whole(tensor, tensor->indices);
    return tensor;
}

TestTensor *test_constant_indices(RippleBackend *backend, gsize offset, gsize rows, gsize columns,
                                  const guint32 *values)
{
    TestTensor *tensor = index_tensor_new(backend, offset, rows, columns, values, INDEX_POISON);
    tensor->is_constant = TRUE;
    return tensor;
}

TestTensor *test_variable_indices(RippleBackend *backend, gsize offset, gsize rows, gsize columns)
{
    return index_tensor_new(backend, offset, rows, columns, NULL, INDEX_GUARD);
}

TestTensor *test_constant_bytes(RippleBackend *backend, gsize offset, gsize rows, gsize columns,
                                const guint8 *values)
{
    TestTensor *tensor = tensor_new(backend, RIPPLE_ELEMENT_BYTE, offset, rows, columns);
    tensor->is_constant = TRUE;
    g_autofree guint8 *bytes = g_malloc(tensor->view.buffer->length);
    memset(bytes, BYTE_GUARD, tensor->view.buffer->length);
    memcpy(bytes + offset, values, rows * columns);
    upload_whole(tensor, bytes);
    return tensor;
}

RippleView test_view(const TestTensor *tensor)
{
    return tensor ? tensor->view : RIPPLE_NO_VIEW;
}

static gdouble *download(RippleView view)
{
    g_autoptr(GError) error = NULL;
    gdouble *values = g_new(gdouble, view.rows * view.columns);
    ripple_backend_download_exact(view, values, &error);
    g_assert_no_error(error);
    return values;
}

gdouble *test_values(const TestTensor *tensor)
{
    return download(tensor->view);
}

/* The contract downloads only REAL views. But indices can serve as the order in which a gather
 * picks from a table where element i is i. */
static guint32 *reveal_indices(RippleView indices)
{
    g_autoptr(GError) error = NULL;
    RippleBackend *backend = indices.buffer->backend;
    gsize length = indices.rows * indices.columns;
    gfloat numbers[TEST_INDEX_LIMIT];
    for (guint i = 0; i < TEST_INDEX_LIMIT; i++)
        numbers[i] = (gfloat)i;

    g_autoptr(RippleBuffer) table =
        ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, TEST_INDEX_LIMIT, &error);
    g_assert_no_error(error);
    ripple_backend_upload(ripple_buffer_view(table), numbers, &error);
    g_assert_no_error(error);
    g_autoptr(RippleBuffer) picked =
        ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, length, &error);
    g_assert_no_error(error);
    RippleGather gather = {.order = ripple_view(indices.buffer, indices.offset, 1, length),
                           .source = ripple_view(table, 0, TEST_INDEX_LIMIT, 1),
                           .destination = ripple_view(picked, 0, length, 1)};
    ripple_backend_gather(backend, &gather, &error);
    g_assert_no_error(error);

    g_autofree gdouble *reals = download(ripple_buffer_view(picked));
    guint32 *values = g_new(guint32, length);
    for (gsize i = 0; i < length; i++)
        values[i] = (guint32)reals[i];
    return values;
}

guint32 *test_index_values(const TestTensor *tensor)
{
    return reveal_indices(tensor->view);
}

static gboolean may_change(const TestTensor *tensor, gsize i)
{
    RippleView view = tensor->view;
    return !tensor->is_constant && i >= view.offset && i < view.offset + view.rows * view.columns;
}

static gboolean are_same(gdouble value, gfloat uploaded)
{
    return value == uploaded || (isnan(value) && isnan(uploaded));
}

gsize test_tensor_damage(const TestTensor *tensor)
{
    RippleView whole = ripple_buffer_view(tensor->view.buffer);
    gsize damage = 0;
    if (tensor->reals) {
        g_autofree gdouble *values = download(whole);
        for (gsize i = 0; i < whole.columns; i++)
            damage += !may_change(tensor, i) && !are_same(values[i], tensor->reals[i]);
    } else if (tensor->indices && !tensor->is_constant) { /* poison cannot be made visible */
        g_autofree guint32 *values = reveal_indices(whole);
        for (gsize i = 0; i < whole.columns; i++)
            damage += !may_change(tensor, i) && values[i] != tensor->indices[i];
    }
    return damage;
}

void test_tensor_free(TestTensor *tensor)
{
    if (!tensor)
        return;
    gsize damage = test_tensor_damage(tensor);
    if (damage > 0)
        g_test_fail_printf("%" G_GSIZE_FORMAT " elements changed that should not have, around or "
                           "in a tensor of %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT
                           " at element %" G_GSIZE_FORMAT,
                           damage, tensor->view.rows, tensor->view.columns, tensor->view.offset);
    ripple_buffer_free(tensor->view.buffer);
    g_free(tensor->reals);
    g_free(tensor->indices);
    g_free(tensor);
}
