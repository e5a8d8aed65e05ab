/** \file
 * Fashion-MNIST as Debian packages it.
 */
#pragma once

#include <glib.h>

/** What the labels 0 … 9 mean (NULL-terminated). */
extern const char *const ripple_fashion_mnist_classes[];

/** The directory datasets/fashion-mnist below the first of `data_directories` that has it, or NULL
 * and a DATA error that names the package. Free with g_free. */
char *ripple_fashion_mnist_find(const char *const *data_directories, GError **error);
