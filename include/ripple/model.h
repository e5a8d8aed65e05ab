/** \file
 * A trained network and all that is needed to use it, and the file it is kept in.
 *
 * The file is in the safetensors format: tensors `layers.0.weight` (outputs × inputs) and
 * `layers.0.bias` and so on, as PyTorch's `Linear` names and shapes them, in single precision. What
 * else the network needs (activations, loss, class names, what is done to inputs) stands in the
 * file's metadata, as docs/formats.md describes.
 */
#pragma once

#include <ripple/dataset.h>
#include <ripple/network.h>

G_BEGIN_DECLS

typedef struct {
    RippleNetwork *network;
    gfloat *parameters;         /**< network->parameter_span floats, laid out as network.h says */
    RippleTransform *transform; /**< one pair, or one per input */
    char **input_names;         /**< NULL-terminated, network->inputs long, or NULL */
    char **class_names;         /**< NULL-terminated, or NULL when the targets are numbers */
    char **target_names;        /**< NULL-terminated, or NULL */
    guint image_height;         /**< pixels; 0 when the inputs are no image */
    guint image_width;
} RippleModel;

/** A model that owns `network` and `transform`, with parameters of 0 and no names. */
RIPPLE_API RippleModel *ripple_model_new(RippleNetwork *network, RippleTransform *transform);
RIPPLE_API void ripple_model_free(RippleModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleModel, ripple_model_free)

/** Write `model` to `path`: to a new file beside it, synced, then renamed, so that a model that was
 * there before is whole until the new one is. A FAILED error when it cannot be written, or when a
 * name is not UTF-8; a NOT_FINITE error, before anything is written, when a number in it is not
 * finite. */
RIPPLE_API gboolean ripple_model_save(const RippleModel *model, const char *path, GError **error);

/** Read a model that ripple_model_save() wrote. The file is taken for hostile: every length and
 * offset in it is checked against the file before it is used, and numbers that are not finite are
 * refused. DATA errors name the file and what is wrong in it. */
RIPPLE_API RippleModel *ripple_model_load(const char *path, GError **error);

/** Read only weights and biases for `network` into `parameters` (parameter_span floats) from any
 * safetensors file: from the `….weight` and `….bias` pairs in it, in the natural order of their
 * names ("2.weight" before "10.weight"), as ripple itself or a PyTorch `Sequential` saves them.
 * F32, F64, F16 and BF16 are read. There must be one pair for each layer, of its shape, and no
 * other tensor. A DATA error names the file and the tensor; what `parameters` holds then is
 * undefined. */
RIPPLE_API gboolean ripple_model_load_parameters(const char *path, const RippleNetwork *network,
                                                 gfloat *parameters, GError **error);

G_END_DECLS
