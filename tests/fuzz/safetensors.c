/* A safetensors file: every tensor in it is read, and then all of it as a model. */
#include "fuzz/input.h"
#include "train/safetensors.h"

#include <ripple/model.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *path = fuzz_write("model.safetensors", bytes, length);
    GError *error = NULL;
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, &error);
    fuzz_check(file != NULL, error);
    for (guint i = 0; file && i < ripple_safetensors_count(file); i++) {
        const RippleStoredTensor *tensor = ripple_safetensors_tensor(file, i);
        g_autofree gfloat *values = g_new(gfloat, tensor->elements);
        GError *read_error = NULL;
        gboolean ok = ripple_safetensors_read(file, tensor, values, &read_error);
        fuzz_check(ok, read_error);
    }
    error = NULL;
    g_autoptr(RippleModel) model = ripple_model_load(path, &error);
    fuzz_check(model != NULL, error);
    return 0;
}
