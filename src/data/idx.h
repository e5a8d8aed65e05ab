/** \file
 * Images and labels in IDX files, the format of MNIST (LeCun, Cortes, Burges).
 *
 * Two zero bytes, the type of the values (0x08: unsigned bytes, the only one read here), the number
 * of dimensions, each size as a big-endian 32-bit number, then the values, row-major. The first
 * dimension of images is the sample; labels have no other.
 */
#pragma once

#include <ripple/dataset.h>

/** The set called "train", or "test", from the usual file names in `directory`:
 * train-images-idx3-ubyte and train-labels-idx1-ubyte, or t10k-… for "test", with a '.' or '-'
 * before "idx", plain or with ".gz". TRUE with *dataset NULL when there are none of its files.
 *
 * Label k goes by the name names[k], or by its number when `names` is NULL. `known` are the classes
 * a label may have, in their order; NULL allows all names. */
gboolean ripple_idx_load(const char *directory, const char *set, const char *const *names,
                         const char *const *known, RippleDataset **dataset, GError **error);
