/* Two pairs of IDX files, to train and to test on. A byte says which files are compressed, and
 * whether there is a second pair; two bytes tell the length of the images' file, little-endian;
 * then it comes, and the file of labels. The second pair is the first one. */
#include "fuzz/dataset.h"
#include "fuzz/input.h"

#include <glib/gstdio.h>

enum { IMAGES_COMPRESSED = 1, LABELS_COMPRESSED = 2, HAS_TEST = 4 };

static const char *const images_names[] = {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"};
static const char *const labels_names[] = {"train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    guint8 asked = fuzz_byte(&bytes, &length);
    gsize images = fuzz_byte(&bytes, &length);
    images |= (gsize)fuzz_byte(&bytes, &length) << 8;
    images = MIN(images, length);
    for (guint i = 0; i < G_N_ELEMENTS(images_names); i++) {
        g_autofree char *images_path =
            fuzz_write_compressed(images_names[i], bytes, images, asked & IMAGES_COMPRESSED);
        g_autofree char *labels_path = fuzz_write_compressed(
            labels_names[i], bytes + images, length - images, asked & LABELS_COMPRESSED);
        if (i > 0 && !(asked & HAS_TEST)) {
            g_unlink(images_path);
            g_unlink(labels_path);
        }
    }
    GError *error = NULL;
    g_autoptr(RippleData) data =
        ripple_data_load(&(RippleDataRequest){.spec = fuzz_folder()}, &error);
    fuzz_check(data != NULL, error);
    fuzz_check_data(data);
    return 0;
}
