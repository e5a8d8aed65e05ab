/* A safetensors file: every tensor in it is read, then all of it as a model, and as weights to
 * start from. */
#include "train/safetensors.h"
#include "fuzz/input.h"

#include <math.h>
#include <ripple/model.h>

static void check_finite(const gfloat *values, gsize count)
{
    for (gsize i = 0; i < count; i++)
        g_assert_true(isfinite(values[i]));
}

static void read_tensors(const char *path)
{
    GError *error = NULL;
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, &error);
    fuzz_check(file != NULL, error);
    for (guint i = 0; file && i < ripple_safetensors_count(file); i++) {
        const RippleStoredTensor *tensor = ripple_safetensors_tensor(file, i);
        g_assert_true(ripple_safetensors_find(file, tensor->name) == tensor);
        g_autofree gfloat *values = g_new(gfloat, tensor->elements);
        error = NULL;
        gboolean ok = ripple_safetensors_read(file, tensor, values, &error);
        fuzz_check(ok, error);
        if (ok)
            check_finite(values, tensor->elements);
        g_autofree gdouble *exact = g_new(gdouble, tensor->elements);
        error = NULL;
        gboolean is_exact = ripple_safetensors_read_exact(file, tensor, exact, &error);
        fuzz_check(is_exact, error);
        g_assert_true(is_exact || !ok); /* what is finite as a float is so as a double */
    }
}

static void load_model(const char *path)
{
    GError *error = NULL;
    g_autoptr(RippleModel) model = ripple_model_load(path, &error);
    fuzz_check(model != NULL, error);
    if (!model)
        return;
    check_finite(model->parameters, model->network->parameter_span);

    /* It goes to a file and back; and its weights suit its own network. */
    g_autofree char *saved = g_build_filename(fuzz_folder(), "again.safetensors", NULL);
    error = NULL;
    gboolean ok = ripple_model_save(model, saved, &error);
    fuzz_check(ok, error);
    g_assert_true(ok);
    g_autofree gfloat *parameters = g_new(gfloat, model->network->parameter_span);
    ok = ripple_model_load_parameters(saved, model->network, parameters, &error);
    g_assert_no_error(error);
    gsize bytes = model->network->parameter_span * sizeof *parameters;
    g_assert_cmpmem(parameters, bytes, model->parameters, bytes);
}

static void load_weights(const char *path)
{
    static RippleNetwork *network;
    static const guint widths[] = {3, 2};
    static const RippleActivation activations[] = {RIPPLE_ACTIVATION_RELU,
                                                   RIPPLE_ACTIVATION_IDENTITY};
    if (!network)
        network = ripple_network_new(2, widths, activations, 2, RIPPLE_LOSS_MSE, NULL);
    g_autofree gfloat *parameters = g_new(gfloat, network->parameter_span);
    GError *error = NULL;
    gboolean ok = ripple_model_load_parameters(path, network, parameters, &error);
    fuzz_check(ok, error);
    if (ok)
        check_finite(parameters, network->parameter_span);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *path = fuzz_write("model.safetensors", bytes, length);
    read_tensors(path);
    load_model(path);
    load_weights(path);
    return 0;
}
