/* The memory that the device's backend takes for itself in a step is what was planned for it,
 * whoever multiplies. */
#include "opencl/private.h"
#include "train/memory_plan.h"
#include "train/session.h"

#define SAMPLES 260 /* enough for every way that turns a matrix first */
#define INPUTS 9
#define OUTPUTS 3

/* Wide enough for the products of CLBlast that take memory, and narrow enough for those of tiles.
 */
static const guint widths[] = {520, 700, 12, OUTPUTS};
static const RippleActivation activations[] = {RIPPLE_ACTIVATION_TANH, RIPPLE_ACTIVATION_GELU,
                                               RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_IDENTITY};

static RippleModel *model_new(void)
{
    g_autoptr(GError) error = NULL;
    RippleNetwork *network = ripple_network_new(INPUTS, widths, activations, G_N_ELEMENTS(widths),
                                                RIPPLE_LOSS_MSE, &error);
    g_assert_no_error(error);
    RippleModel *model = ripple_model_new(network, ripple_transform_new(1));
    ripple_network_initialise(network, 1, model->parameters);
    return model;
}

static guint64 transposed_beside(RippleSession *session, RippleRole role, guint layer)
{
    RippleView view = ripple_scheduler_view(session->scheduler, role, layer, SAMPLES);
    return view.buffer ? ((RippleOpenclBuffer *)view.buffer)->transposed.scratch.bytes : 0;
}

static void check_taken(const RippleOpencl *backend, RippleSession *session,
                        const RippleScratchNeed *need)
{
    guint64 kept = transposed_beside(session, RIPPLE_ROLE_INPUT, 0);
    for (guint l = 0; l < G_N_ELEMENTS(widths); l++)
        kept += transposed_beside(session, RIPPLE_ROLE_ACTIVATION, l);
    g_assert_cmpuint(kept, ==, need->kept);
    g_assert_cmpuint(backend->losses.bytes + backend->rights.bytes, ==, need->losses);
    g_assert_cmpuint(backend->product.bytes, ==, need->product);
    g_assert_cmpuint(backend->gradient.bytes, ==, need->gradient);
    g_assert_cmpuint(backend->transposed.bytes, ==, need->transposed);
}

static void test_scratch(gconstpointer provider)
{
    static gfloat inputs[SAMPLES * INPUTS], targets[SAMPLES * OUTPUTS];
    static guint32 order[SAMPLES];
    const RippleDataset dataset = {.samples = SAMPLES,
                                   .inputs = INPUTS,
                                   .input_values = inputs,
                                   .target_kind = RIPPLE_TARGET_VALUES,
                                   .target_values = targets,
                                   .targets = OUTPUTS};
    for (guint32 i = 0; i < SAMPLES; i++)
        order[i] = i;
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleModel) model = model_new();
    g_setenv("RIPPLE_PRODUCTS", provider, TRUE);
    g_autoptr(RippleBackend) backend = ripple_opencl_backend_new("auto", &error);
    g_unsetenv("RIPPLE_PRODUCTS");
    g_assert_no_error(error);
    RippleScheduleOptions options = {.batch = SAMPLES};
    g_autoptr(RippleSession) session =
        ripple_session_new(backend, model, &dataset, 0, SAMPLES, options, &error);
    g_assert_no_error(error);
    RippleScratchNeed need = {0};
    ripple_backend_add_scratch(backend, ripple_scheduler_schedule(session->scheduler), &need);

    RippleBatch batch;
    const RippleRates rates = {.learning_rate = 0.01, .step = 1};
    g_assert_true(ripple_session_set_order(session, order, &error));
    g_assert_true(ripple_session_batch(session, 0, SAMPLES, &batch, &error));
    /* Twice: some of it is taken once it is known that it is wanted. */
    for (guint i = 0; i < 2; i++)
        g_assert_true(ripple_scheduler_step(session->scheduler, &batch, &rates,
                                            ripple_buffer_view(session->result), &error));
    g_assert_true(ripple_backend_wait(backend, &error));
    g_assert_no_error(error);
    check_taken(RIPPLE_OPENCL(backend), session, &need);
    g_assert_cmpuint(need.largest, <=,
                     need.kept + need.losses + need.product + need.gradient + need.transposed);
    g_assert_cmpuint(need.kept + need.product + need.gradient, >, 0);
}

int main(int argc, char **argv)
{
    static const char *const providers[] = {"panel", "tile", "clblast"};
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(providers); i++) {
        g_autofree char *name = g_strconcat("/memory/scratch/", providers[i], NULL);
        g_test_add_data_func(name, providers[i], test_scratch);
    }
    return g_test_run();
}
