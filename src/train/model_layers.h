/** \file
 * Which tensors of a file are the weights and biases of which layers.
 */
#pragma once

#include "train/safetensors.h"

#include <ripple/network.h>

/** What a file holds for one layer. Borrowed from the file. */
typedef struct {
    const RippleStoredTensor *weight; /**< outputs × inputs */
    const RippleStoredTensor *bias;   /**< outputs */
} RippleStoredLayer;

/** The tensors `layers.L.weight` and `layers.L.bias`, with `prefix` before these names, for every
 * layer of `network` (n_layers entries; free with g_free). A DATA error when one is missing, has
 * another shape, or when there are others than parameters and what model_write.h adds. */
RippleStoredLayer *ripple_stored_layers_by_name(const RippleSafetensors *file,
                                                const RippleNetwork *network, const char *prefix,
                                                GError **error);

/** The same from tensors of any names that end in `weight` and `bias`: the pair whose name comes
 * first in natural order ("2.weight" before "10.weight") is layer 0, and so on. */
RippleStoredLayer *ripple_stored_layers_by_order(const RippleSafetensors *file,
                                                 const RippleNetwork *network, GError **error);

/** Read the values of `layers`, laid out as parameters are (parameter_span doubles; padding becomes
 * 0), with all their digits. On an error some of them are read. */
gboolean ripple_stored_layers_read_exact(const RippleSafetensors *file,
                                         const RippleNetwork *network,
                                         const RippleStoredLayer *layers, gdouble *values,
                                         GError **error);

/** Read the values of `layers` into `parameters` (parameter_span floats; padding becomes 0). On an
 * error some of them are read. */
gboolean ripple_stored_layers_read(const RippleSafetensors *file, const RippleNetwork *network,
                                   const RippleStoredLayer *layers, gfloat *parameters,
                                   GError **error);
