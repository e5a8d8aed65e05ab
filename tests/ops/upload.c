/* Uploads beside the operations: what arrives, and in which order. */
#include "ops/ops.h"
#include "support/guarded.h"
#include "support/numbers.h"

#include <ripple/error.h>
#include <string.h>

/* Long enough for a copy that does not wait to overtake what reads the view. */
#define LENGTH (1 << 20)
#define ROUNDS 16

static void fill(RippleUpload *upload, gfloat value)
{
    gfloat *memory = ripple_upload_memory(upload);
    for (gsize i = 0; i < LENGTH; i++)
        memory[i] = value;
}

static void check_all(RippleView view, gfloat value)
{
    g_autoptr(GError) error = NULL;
    g_autofree gfloat *got = g_new(gfloat, LENGTH);
    ripple_backend_download(view, got, &error);
    g_assert_no_error(error);
    for (gsize i = 0; i < LENGTH; i++)
        g_assert_cmpfloat(got[i], ==, value);
}

/* Each copy waits for the operation that reads what the one before brought, and each operation for
 * the copy before it, though the host waits for neither of them: only for its own memory. */
static void test_order(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBuffer) window =
        ripple_buffer_new(ops->backend, RIPPLE_ELEMENT_REAL, LENGTH, &error);
    g_autoptr(RippleBuffer) kept =
        ripple_buffer_new(ops->backend, RIPPLE_ELEMENT_REAL, ROUNDS * LENGTH, &error);
    g_autoptr(RippleUpload) upload =
        ripple_upload_new(ops->backend, LENGTH * sizeof(gfloat), &error);
    g_assert_no_error(error);
    for (guint round = 0; round < ROUNDS; round++) {
        g_assert_true(ripple_upload_release(upload, &error));
        g_assert_true(ripple_upload_wait(upload, &error));
        fill(upload, round + 1);
        g_assert_true(ripple_upload_send(upload, 0, ripple_buffer_view(window), &error));
        g_assert_true(ripple_upload_receive(upload, &error));
        g_assert_true(ripple_backend_copy(ripple_buffer_view(window),
                                          ripple_view(kept, round * LENGTH, 1, LENGTH), &error));
    }
    for (guint round = 0; round < ROUNDS; round++)
        check_all(ripple_view(kept, round * LENGTH, 1, LENGTH), round + 1);
}

/* Rows into the middle of a buffer, from the middle of the memory. */
static void test_part(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) tensor = test_variable(ops->backend, TEST_ODD, 3, 2, (gfloat[6]){0});
    g_autoptr(RippleUpload) upload = ripple_upload_new(ops->backend, 6 * sizeof(gfloat), &error);
    g_assert_no_error(error);
    memcpy(ripple_upload_memory(upload), (gfloat[]){1, 2, 3, 4, 5, 6}, 6 * sizeof(gfloat));
    g_assert_true(ripple_upload_release(upload, &error));
    RippleView middle = ripple_view(tensor->view.buffer, TEST_ODD + 2, 1, 2);
    g_assert_true(ripple_upload_send(upload, 3 * sizeof(gfloat), middle, &error));
    g_assert_true(ripple_upload_receive(upload, &error));
    g_autofree gdouble *values = test_values(tensor);
    test_check_equal("values", values, (gdouble[]){0, 0, 4, 5, 0, 0}, 6);
}

/* Indices and bytes, seen by the operation that reads them. */
static void test_elements(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBuffer) order =
        ripple_buffer_new(ops->backend, RIPPLE_ELEMENT_INDEX, 3, &error);
    g_autoptr(RippleBuffer) bytes = ripple_buffer_new(ops->backend, RIPPLE_ELEMENT_BYTE, 3, &error);
    g_autoptr(RippleUpload) upload =
        ripple_upload_new(ops->backend, 3 * sizeof(guint32) + 3, &error);
    g_assert_no_error(error);
    g_autoptr(TestTensor) destination = test_variable(ops->backend, TEST_ODD, 3, 1, NULL);
    memcpy(ripple_upload_memory(upload), (guint32[]){2, 0, 1}, 3 * sizeof(guint32));
    memcpy((guint8 *)ripple_upload_memory(upload) + 3 * sizeof(guint32), (guint8[]){7, 0, 255}, 3);

    g_assert_true(ripple_upload_release(upload, &error));
    g_assert_true(ripple_upload_send(upload, 0, ripple_buffer_view(order), &error));
    g_assert_true(
        ripple_upload_send(upload, 3 * sizeof(guint32), ripple_view(bytes, 0, 3, 1), &error));
    g_assert_true(ripple_upload_receive(upload, &error));
    RippleGather gather = {.order = ripple_buffer_view(order),
                           .source = ripple_view(bytes, 0, 3, 1),
                           .destination = destination->view,
                           .scale = 1};
    g_assert_true(ripple_backend_gather(ops->backend, &gather, &error));
    g_autofree gdouble *values = test_values(destination);
    test_check_equal("values", values, (gdouble[]){255, 7, 0}, 3);
}

/* Beyond the memory, or beyond the buffer: an error, and nothing is written. */
static void test_beyond(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TestTensor) tensor = test_variable(ops->backend, TEST_ODD, 1, 4, (gfloat[4]){0});
    g_autoptr(RippleUpload) upload = ripple_upload_new(ops->backend, 3 * sizeof(gfloat), &error);
    g_assert_no_error(error);
    const struct {
        gsize start;
        RippleView view;
    } cases[] = {
        {0, tensor->view},
        {1, ripple_view(tensor->view.buffer, TEST_ODD, 1, 3)},
        {G_MAXSIZE, ripple_view(tensor->view.buffer, TEST_ODD, 1, 1)},
        {0, ripple_view(tensor->view.buffer, tensor->view.buffer->length, 1, 1)},
    };
    memset(ripple_upload_memory(upload), 0xFF, 3 * sizeof(gfloat));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_false(ripple_upload_send(upload, cases[i].start, cases[i].view, &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
        g_assert_nonnull(strstr(error->message, "send"));
        g_clear_error(&error);
    }
    g_autofree gdouble *values = test_values(tensor);
    test_check_equal("values", values, (gdouble[]){0, 0, 0, 0}, 4);
}

/* Freed as soon as it was sent, the values arrive all the same. */
static void test_free(const OpsCase *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBuffer) window =
        ripple_buffer_new(ops->backend, RIPPLE_ELEMENT_REAL, LENGTH, &error);
    RippleUpload *upload = ripple_upload_new(ops->backend, LENGTH * sizeof(gfloat), &error);
    g_assert_no_error(error);
    fill(upload, 3);
    g_assert_true(ripple_upload_release(upload, &error));
    g_assert_true(ripple_upload_send(upload, 0, ripple_buffer_view(window), &error));
    g_assert_true(ripple_upload_receive(upload, &error));
    ripple_upload_free(upload);
    check_all(ripple_buffer_view(window), 3);
    ripple_upload_free(NULL);
}

void ops_add_upload_tests(const OpsCase *ops)
{
    ops_add(ops, test_order, 0, "upload/order");
    ops_add(ops, test_part, 0, "upload/part");
    ops_add(ops, test_elements, 0, "upload/elements");
    ops_add(ops, test_beyond, 0, "upload/beyond");
    ops_add(ops, test_free, 0, "upload/free");
}
