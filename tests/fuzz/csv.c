/* A table in a CSV file. The first byte says what is asked of it, the rest is the file. */
#include "fuzz/input.h"

#include <ripple/dataset.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static char *const inputs[] = {"a", "b", NULL};
    static char *const classes[] = {"0", "yes", NULL};
    if (length == 0)
        return 0;
    guint8 asked = bytes[0];
    g_autofree char *path = fuzz_write(asked & 1 ? "table.tsv" : "table.csv", bytes + 1, length - 1);
    RippleDataRequest request = {
        .spec = path,
        .target = asked & 2 ? "a,2" : asked & 4 ? "b" : NULL,
        .target_is_class = (asked & 8) != 0,
        .target_optional = (asked & 16) != 0,
        .input_names = asked & 32 ? inputs : NULL,
        .class_names = asked & 64 ? classes : NULL,
    };
    GError *error = NULL;
    g_autoptr(RippleData) data = ripple_data_load(&request, &error);
    fuzz_check(data != NULL, error);
    if (data) {
        GError *transform_error = NULL;
        g_autoptr(RippleTransform) transform = ripple_transform_learn(
            data->train, RIPPLE_SCALING_STANDARDISE, &transform_error);
        fuzz_check(transform != NULL, transform_error);
    }
    return 0;
}
