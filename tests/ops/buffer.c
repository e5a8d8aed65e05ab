/* Buffers: upload, download, read, clear, copy, and what a backend says of itself. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <ripple/error.h>
#include <string.h>

static void test_new_is_zero(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    const gsize lengths[] = {1, 7, 4097};
    for (guint n = 0; n < G_N_ELEMENTS(lengths); n++) {
        g_autoptr(RippleBuffer) buffer =
            ripple_buffer_new(ops->backend, RIPPLE_ELEMENT_REAL, lengths[n], &error);
        g_assert_no_error(error);
        g_autofree gfloat *values = g_new(gfloat, lengths[n]);
        memset(values, 0xFF, lengths[n] * sizeof *values);
        ripple_backend_download(ripple_buffer_view(buffer), values, &error);
        g_assert_no_error(error);
        for (gsize i = 0; i < lengths[n]; i++)
            g_assert_cmpfloat(values[i], ==, 0);
    }
}

/* More elements than there are addresses. */
static void test_too_large(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    RippleBuffer *buffer =
        ripple_buffer_new(ops->backend, RIPPLE_ELEMENT_REAL, G_MAXSIZE / 2, &error);
    g_assert_null(buffer);
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY);
}

/* A part of a buffer is uploaded, then parts that overlap it are downloaded. */
static void test_parts(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) tensor = test_variable(ops->backend, TEST_ODD, 10, 1, NULL);
    RippleBuffer *buffer = tensor->view.buffer;
    g_autofree gfloat *values = test_reals(1, 10, -1, 1);
    ripple_backend_upload(tensor->view, values, &error);
    g_assert_no_error(error);
    ripple_backend_upload(ripple_view(buffer, TEST_ODD + 3, 1, 2), (gfloat[]){5, 6}, &error);
    g_assert_no_error(error);
    values[3] = 5;
    values[4] = 6;

    gfloat part[4], all[10];
    gdouble exact[4];
    ripple_backend_download(ripple_view(buffer, TEST_ODD + 2, 2, 2), part, &error);
    g_assert_no_error(error);
    ripple_backend_download_exact(ripple_view(buffer, TEST_ODD + 2, 2, 2), exact, &error);
    g_assert_no_error(error);
    ripple_backend_download(tensor->view, all, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < 4; i++) {
        g_assert_cmpfloat(part[i], ==, values[2 + i]);
        g_assert_cmpfloat(exact[i], ==, values[2 + i]);
    }
    for (guint i = 0; i < 10; i++)
        g_assert_cmpfloat(all[i], ==, values[i]);
}

/* What was uploaded may be freed, or changed, as soon as the call returns. */
static void test_upload_takes_a_copy(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    const gsize count = 100000;
    g_autoptr(TestTensor) tensor = test_variable(ops->backend, TEST_ODD, 1, count, NULL);
    g_autofree gfloat *values = test_reals(1, count, -1, 1);
    g_autofree gfloat *uploaded = g_memdup2(values, count * sizeof *values);
    ripple_backend_upload(tensor->view, uploaded, &error);
    g_assert_no_error(error);
    memset(uploaded, 0xFF, count * sizeof *uploaded);

    g_autofree gdouble *got = test_values(tensor);
    for (gsize i = 0; i < count; i++)
        g_assert_cmpfloat(got[i], ==, values[i]);
}

/* A read gives the values of when it began, whatever is enqueued after it. */
static void test_read(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) tensor =
        test_variable(ops->backend, TEST_ODD, 2, 2, (gfloat[]){1, 2, 3, 4});
    gfloat before[4] = {0}, after[2] = {0};
    RippleRead *first = ripple_backend_read(tensor->view, before, &error);
    g_assert_no_error(error);
    ripple_backend_clear(tensor->view, &error);
    g_assert_no_error(error);
    ripple_backend_upload(ripple_view(tensor->view.buffer, TEST_ODD, 1, 1), (gfloat[]){9}, &error);
    g_assert_no_error(error);
    RippleRead *second =
        ripple_backend_read(ripple_view(tensor->view.buffer, TEST_ODD, 1, 2), after, &error);
    g_assert_no_error(error);

    ripple_backend_wait(ops->backend, &error);
    g_assert_no_error(error);
    g_assert_true(ripple_read_is_ready(first));
    g_assert_true(ripple_read_is_ready(second));
    g_assert_true(ripple_read_finish(first, &error));
    g_assert_true(ripple_read_finish(second, &error));
    g_assert_no_error(error);
    for (guint i = 0; i < 4; i++)
        g_assert_cmpfloat(before[i], ==, 1 + i);
    g_assert_cmpfloat(after[0], ==, 9);
    g_assert_cmpfloat(after[1], ==, 0);
}

/* Finishing a read waits for it. */
static void test_read_without_wait(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    const gsize count = 100000;
    g_autofree gfloat *values = test_reals(1, count, -1, 1), *got = g_new0(gfloat, count);
    g_autoptr(TestTensor) tensor = test_variable(ops->backend, TEST_ODD, 1, count, values);
    RippleRead *read = ripple_backend_read(tensor->view, got, &error);
    g_assert_no_error(error);
    g_assert_true(ripple_read_finish(read, &error));
    g_assert_no_error(error);
    for (gsize i = 0; i < count; i++)
        g_assert_cmpfloat(got[i], ==, values[i]);
}

static void test_clear(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < OPS_N_LENGTHS; i++) {
        g_autoptr(TestTensor) tensor =
            test_variable(ops->backend, ops_offset(i), ops_lengths[i], 3, NULL);
        ripple_backend_clear(tensor->view, &error);
        g_assert_no_error(error);
        g_autofree gdouble *values = test_values(tensor);
        for (gsize k = 0; k < ops_lengths[i] * 3; k++)
            g_assert_cmpfloat(values[k], ==, 0);
    }
}

static void test_copy(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < OPS_N_LENGTHS; i++) {
        gsize rows = ops_lengths[i], columns = 3;
        g_autofree gfloat *values = test_reals(i, rows * columns, -1, 1);
        g_autoptr(TestTensor) source =
            test_constant(ops->backend, ops_offset(i), rows, columns, values);
        g_autoptr(TestTensor) destination =
            test_variable(ops->backend, ops_offset(i + 1), rows, columns, NULL);
        ripple_backend_copy(source->view, destination->view, &error);
        g_assert_no_error(error);
        g_autofree gdouble *got = test_values(destination);
        for (gsize k = 0; k < rows * columns; k++)
            g_assert_cmpfloat(got[k], ==, values[k]);
    }
}

static void test_copy_within_a_buffer(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) tensor =
        test_variable(ops->backend, TEST_ODD, 1, 6, (gfloat[]){1, 2, 3, 4, 5, 6});
    ripple_backend_copy(ripple_view(tensor->view.buffer, TEST_ODD + 4, 1, 2),
                        ripple_view(tensor->view.buffer, TEST_ODD + 1, 1, 2), &error);
    g_assert_no_error(error);
    g_autofree gdouble *values = test_values(tensor);
    test_check_equal("values", values, (gdouble[]){1, 5, 6, 4, 5, 6}, 6);
}

static void test_names(const OpsCase *ops)
{
    g_assert_cmpstr(ripple_backend_kind(ops->backend), !=, "");
    g_assert_cmpstr(ripple_backend_device_name(ops->backend), !=, NULL);
    g_assert_cmpstr(ripple_backend_device_name(ops->backend), !=, "");
    g_assert_cmpfloat(ripple_backend_compile_seconds(ops->backend), >=, 0);
}

void ops_add_buffer_tests(const OpsCase *ops)
{
    ops_add(ops, test_new_is_zero, 0, "buffer/new-is-zero");
    ops_add(ops, test_too_large, 0, "buffer/too-large");
    ops_add(ops, test_parts, 0, "buffer/parts");
    ops_add(ops, test_upload_takes_a_copy, 0, "buffer/upload-takes-a-copy");
    ops_add(ops, test_read, 0, "buffer/read");
    ops_add(ops, test_read_without_wait, 0, "buffer/read-without-wait");
    ops_add(ops, test_clear, 0, "buffer/clear");
    ops_add(ops, test_copy, 0, "buffer/copy");
    ops_add(ops, test_copy_within_a_buffer, 0, "buffer/copy-within-a-buffer");
    ops_add(ops, test_names, 0, "buffer/names");
}
