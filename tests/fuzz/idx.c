/* A pair of IDX files. Two bytes give the length of the images' file, little-endian; then it, then
 * that of the labels. */
#include "fuzz/input.h"

#include <ripple/dataset.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < 2)
        return 0;
    gsize images = bytes[0] | bytes[1] << 8;
    bytes += 2;
    length -= 2;
    images = MIN(images, length);
    g_autofree char *images_path = fuzz_write("train-images-idx3-ubyte", bytes, images);
    g_autofree char *labels_path =
        fuzz_write("train-labels-idx1-ubyte", bytes + images, length - images);
    GError *error = NULL;
    g_autoptr(RippleData) data =
        ripple_data_load(&(RippleDataRequest){.spec = fuzz_folder()}, &error);
    fuzz_check(data != NULL, error);
    return 0;
}
