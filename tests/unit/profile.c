/* What is recorded of a device: every command with its row and its times, every wait, and nothing
 * where nobody asked. */
#include "opencl/profile.h"
#include "measure/step_cost.h"
#include "measure/work_profile.h"
#include "opencl/opencl.h"

#include <ripple/network.h>

typedef struct {
    GArray *records; /* of RippleProfileRecord */
} Log;

static void add(const RippleProfileRecord *record, gpointer user_data)
{
    g_array_append_val(((Log *)user_data)->records, *record);
}

/* 64 floats of zeros. */
static RippleBuffer *buffer_new(RippleBackend *backend)
{
    g_autoptr(GError) error = NULL;
    RippleBuffer *buffer = ripple_buffer_new(backend, RIPPLE_ELEMENT_REAL, 64, &error);
    g_assert_no_error(error);
    return buffer;
}

static gboolean enqueue_update(RippleBuffer *parameter, RippleBuffer *gradient, GError **error)
{
    RippleUpdate update = {.parameter = ripple_buffer_view(parameter),
                           .gradient = ripple_buffer_view(gradient),
                           .rates = {.learning_rate = 0.5}};
    return ripple_backend_update(parameter->backend, &update, error);
}

static void check_times(const RippleProfileRecord *record, gint64 begin, gint64 end)
{
    /* The two clocks are brought together within the time that waking up takes; a loaded machine
     * may need a while for that. */
    const gint64 slack = 20000000;
    g_assert_cmpint(record->queued, <=, record->submitted);
    g_assert_cmpint(record->submitted, <=, record->started);
    g_assert_cmpint(record->started, <=, record->ended);
    g_assert_cmpint(record->queued, >=, begin - slack);
    g_assert_cmpint(record->ended, <=, end + slack);
}

static void test_records(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_opencl_backend_new("auto", &error);
    g_assert_no_error(error);
    g_autoptr(RippleBuffer) parameter = buffer_new(backend), gradient = buffer_new(backend);
    g_autoptr(GArray) records = g_array_new(FALSE, FALSE, sizeof(RippleProfileRecord));
    Log log = {records};
    gfloat ones[64], found[64];
    for (guint i = 0; i < 64; i++)
        ones[i] = 1;

    g_assert_true(enqueue_update(parameter, gradient, &error));
    g_assert_true(ripple_opencl_profile_begin(backend, add, &log, &error));
    g_assert_no_error(error);
    gint64 begin = g_get_monotonic_time() * 1000;
    guint64 waits = ripple_backend_waits(backend);
    g_assert_true(ripple_backend_upload(ripple_buffer_view(gradient), ones, &error));
    ripple_backend_set_row(backend, g_intern_string("update 7"));
    g_assert_true(enqueue_update(parameter, gradient, &error));
    ripple_backend_set_row(backend, NULL);
    g_assert_true(
        ripple_backend_copy(ripple_buffer_view(parameter), ripple_buffer_view(gradient), &error));
    g_assert_true(ripple_backend_download(ripple_buffer_view(gradient), found, &error));
    g_assert_cmpuint(ripple_backend_waits(backend) - waits, ==, 2);
    g_assert_true(ripple_opencl_profile_end(backend, &error));
    g_assert_no_error(error);
    gint64 end = g_get_monotonic_time() * 1000;
    for (guint i = 0; i < 64; i++)
        g_assert_cmpfloat(found[i], ==, -0.5f);

    static const struct {
        const char *name;
        const char *row;
        guint64 bytes;
    } commands[] = {{"upload", NULL, 256},
                    {"update", "update 7", 0},
                    {"copy", NULL, 256},
                    {"download", NULL, 256}};
    guint n_commands = 0, n_waits = 0;
    for (guint i = 0; i < records->len; i++) {
        const RippleProfileRecord *record = &g_array_index(records, RippleProfileRecord, i);
        check_times(record, begin, end);
        if (g_str_equal(record->queue, RIPPLE_QUEUE_HOST)) {
            n_waits++;
            continue;
        }
        g_assert_cmpstr(record->queue, ==, RIPPLE_QUEUE_COMPUTE);
        g_assert_cmpuint(n_commands, <, G_N_ELEMENTS(commands));
        g_assert_cmpstr(record->name, ==, commands[n_commands].name);
        g_assert_cmpstr(record->row, ==, commands[n_commands].row);
        g_assert_cmpuint(record->bytes, ==, commands[n_commands].bytes);
        n_commands++;
    }
    g_assert_cmpuint(n_commands, ==, G_N_ELEMENTS(commands));
    g_assert_cmpuint(n_waits, ==, 2);

    /* Nothing more afterwards; and it can begin anew. */
    guint recorded = records->len;
    g_assert_true(enqueue_update(parameter, gradient, &error));
    g_assert_true(ripple_opencl_profile_end(backend, &error));
    g_assert_cmpuint(records->len, ==, recorded);
    g_assert_true(ripple_opencl_profile_begin(backend, add, &log, &error));
    g_assert_true(enqueue_update(parameter, gradient, &error));
    g_assert_true(ripple_opencl_profile_end(backend, &error));
    g_assert_cmpuint(records->len, ==, recorded + 1);
}

/* Thousands of commands that nobody waits for are all handed over, in order. */
static void test_many(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_opencl_backend_new("auto", &error);
    g_assert_no_error(error);
    g_autoptr(RippleBuffer) parameter = buffer_new(backend), gradient = buffer_new(backend);
    g_autoptr(GArray) records = g_array_new(FALSE, FALSE, sizeof(RippleProfileRecord));
    Log log = {records};
    g_assert_true(ripple_opencl_profile_begin(backend, add, &log, &error));
    for (guint i = 0; i < 5000; i++)
        g_assert_true(enqueue_update(parameter, gradient, &error));
    g_assert_true(ripple_opencl_profile_end(backend, &error));
    g_assert_cmpuint(records->len, ==, 5000);
    for (guint i = 1; i < records->len; i++)
        g_assert_cmpint(g_array_index(records, RippleProfileRecord, i).started, >=,
                        g_array_index(records, RippleProfileRecord, i - 1).started);
}

/* A backend that is freed while it records lets go of everything; LeakSanitizer sees to it. */
static void test_freed_early(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) records = g_array_new(FALSE, FALSE, sizeof(RippleProfileRecord));
    Log log = {records};
    RippleBackend *backend = ripple_opencl_backend_new("auto", &error);
    g_assert_no_error(error);
    RippleBuffer *parameter = buffer_new(backend), *gradient = buffer_new(backend);
    g_assert_true(ripple_opencl_profile_begin(backend, add, &log, &error));
    g_assert_true(enqueue_update(parameter, gradient, &error));
    ripple_buffer_free(parameter);
    ripple_buffer_free(gradient);
    ripple_backend_free(backend);
    g_assert_cmpuint(records->len, ==, 0);
}

/* ---- work, summed up ------------------------------------------------------------------------ */

typedef struct {
    RippleBuffer *parameter;
    RippleBuffer *gradient;
} Work;

static gboolean work_once(gpointer user_data, GError **error)
{
    const Work *work = user_data;
    RippleBackend *backend = work->parameter->backend;
    ripple_backend_set_row(backend, g_intern_string("update 0"));
    gboolean ok = enqueue_update(work->parameter, work->gradient, error) &&
                  enqueue_update(work->parameter, work->gradient, error);
    ripple_backend_set_row(backend, g_intern_string("update 1"));
    ok = ok && enqueue_update(work->parameter, work->gradient, error);
    ripple_backend_set_row(backend, NULL);
    return ok && ripple_backend_clear(ripple_buffer_view(work->gradient), error);
}

static void test_work(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleBackend) backend = ripple_opencl_backend_new("auto", &error);
    g_assert_no_error(error);
    g_autoptr(RippleBuffer) parameter = buffer_new(backend), gradient = buffer_new(backend);
    Work work = {parameter, gradient};
    g_auto(RippleWorkProfile) profile = {0};
    g_assert_true(ripple_work_profile(backend, work_once, &work, 6, 3, &profile, &error));
    g_assert_no_error(error);
    static const struct {
        const char *row;
        const char *name;
        gdouble launches;
    } shares[] = {{"update 0", "update", 2}, {"update 1", "update", 1}, {NULL, "clear", 1}};
    g_assert_cmpuint(profile.shares->len, ==, G_N_ELEMENTS(shares));
    gdouble seconds = 0;
    for (guint i = 0; i < G_N_ELEMENTS(shares); i++) {
        const RippleShare *share = &g_array_index(profile.shares, RippleShare, i);
        g_assert_cmpstr(share->row, ==, shares[i].row);
        g_assert_cmpstr(share->name, ==, shares[i].name);
        g_assert_cmpfloat(share->launches, ==, shares[i].launches);
        g_assert_cmpfloat(share->seconds, >, 0);
        seconds += share->seconds;
    }
    g_assert_cmpfloat(profile.launches, ==, 4);
    g_assert_cmpfloat(profile.transfers, ==, 256);
    g_assert_cmpfloat(profile.waits, ==, 0);
    g_assert_cmpfloat_with_epsilon(profile.seconds, seconds, 1e-9);
}

/* ---- what a step must cost ------------------------------------------------------------------ */

/* 3 inputs → 4 → 2, batches of 5, counted by hand. */
static void test_costs(void)
{
    const guint widths[] = {4, 2};
    const RippleActivation activations[] = {RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_SOFTMAX};
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleNetwork) network =
        ripple_network_new(3, widths, activations, 2, RIPPLE_LOSS_CROSS_ENTROPY, &error);
    g_assert_no_error(error);
    g_autoptr(GArray) costs = ripple_step_costs(network, 5, 0);
    static const struct {
        const char *row;
        gdouble operations;
        gdouble bytes;
    } rows[] = {
        /* order twice, labels and inputs in; labels and inputs out */
        {"gather", 2 * 15, 2 * 20 + 20 + 15 + 20 + 60},
        {"forward 0", 2 * 5 * 3 * 4 + 2 * 20, 4 * (15 + 16 + 20)},
        {"forward 1", 2 * 5 * 4 * 2 + 2 * 10, 4 * (20 + 10 + 10)},
        {"loss", 5 * 10, 4 * (10 + 5 + 10)},
        {"delta 0", 2 * 5 * 2 * 4 + 2 * 20, 4 * (10 + 8 + 20 + 20)},
        {"update 1", 2 * 5 * 4 * 2 + 10 + 2 * 10, 4 * (10 + 20 + 10 + 10)},
        {"update 0", 2 * 5 * 3 * 4 + 20 + 2 * 16, 4 * (20 + 15 + 16 + 16)},
    };
    g_assert_cmpuint(costs->len, ==, G_N_ELEMENTS(rows));
    for (guint i = 0; i < costs->len; i++) {
        const RippleRowCost *cost = &g_array_index(costs, RippleRowCost, i);
        g_assert_cmpstr(cost->row, ==, rows[i].row);
        g_assert_cmpfloat(cost->operations, ==, rows[i].operations);
        g_assert_cmpfloat(cost->bytes, ==, rows[i].bytes);
    }
    /* Moments are read and written, too. */
    const gdouble rules[] = {2, 4, 12};
    for (guint moments = 1; moments <= 2; moments++) {
        g_autoptr(GArray) moved = ripple_step_costs(network, 5, moments);
        const RippleRowCost *update = &g_array_index(moved, RippleRowCost, 6);
        g_assert_cmpfloat(update->bytes, ==, 4 * (20 + 15 + 2 * (1 + moments) * 16));
        g_assert_cmpfloat(update->operations, ==, 2 * 5 * 3 * 4 + 20 + rules[moments] * 16);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile/records", test_records);
    g_test_add_func("/profile/many", test_many);
    g_test_add_func("/profile/freed-early", test_freed_early);
    g_test_add_func("/profile/work", test_work);
    g_test_add_func("/profile/costs", test_costs);
    return g_test_run();
}
