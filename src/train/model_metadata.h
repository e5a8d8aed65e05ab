/** \file
 * What a model file says about its network beside the tensors, as text under these keys of the
 * metadata; docs/formats.md describes each.
 *
 *     format, ripple.version, ripple.network, ripple.transform,
 *     ripple.inputs, ripple.classes, ripple.targets, ripple.image
 */
#pragma once

#include "train/safetensors.h"

#include <ripple/model.h>

/** The metadata of `model`: key, text, key, text, …, NULL. A FAILED error when its names cannot be
 * kept in a file. Free with g_strfreev. */
char **ripple_model_metadata(const RippleModel *model, GError **error);

/** The network that the metadata of `file` describes. Nothing of its size is allocated. */
RippleNetwork *ripple_metadata_network(const RippleSafetensors *file, GError **error);

/** The transform that it describes, for `inputs` inputs. */
RippleTransform *ripple_metadata_transform(const RippleSafetensors *file, guint inputs,
                                           GError **error);

/** Set the names and the image size of `model`, whose network is given, from the metadata. */
gboolean ripple_metadata_names(const RippleSafetensors *file, RippleModel *model, GError **error);
