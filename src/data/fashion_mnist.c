#include "data/fashion_mnist.h"

#include <ripple/error.h>

/* Xiao, Rasul, Vollgraf, "Fashion-MNIST" (2017), table 2. */
const char *const ripple_fashion_mnist_classes[] = {
    "T-shirt/top", "Trouser", "Pullover", "Dress",      "Coat", "Sandal",
    "Shirt",       "Sneaker", "Bag",      "Ankle boot", NULL,
};

char *ripple_fashion_mnist_find(const char *const *data_directories, GError **error)
{
    for (; *data_directories; data_directories++) {
        g_autofree char *directory =
            g_build_filename(*data_directories, "datasets", "fashion-mnist", NULL);
        if (g_file_test(directory, G_FILE_TEST_IS_DIR))
            return g_steal_pointer(&directory);
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "Fashion-MNIST is not installed: no data directory holds datasets/fashion-mnist. "
                "On Debian, \"apt install dataset-fashion-mnist\" brings it.");
    return NULL;
}
