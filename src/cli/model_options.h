/** \file
 * The options of using a model on data, which `eval` and `predict` share.
 */
#pragma once

#include <ripple/inference.h>

typedef struct {
    char *data;
    char *target;
    char *split;
    char *device;
    char *memory_limit;
} RippleModelOptions;

void ripple_model_options_clear(RippleModelOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RippleModelOptions, ripple_model_options_clear)

/** The options as a group for the parser, which takes it; it fills `options`. */
GOptionGroup *ripple_model_options_group(RippleModelOptions *options);

/** Those of them that say which data. */
GOptionGroup *ripple_model_options_data_group(RippleModelOptions *options);

/** Read the data that `options` name as `model` wants them. */
RippleDataset *ripple_model_options_load(const RippleModelOptions *options,
                                         const RippleModel *model, gboolean target_optional,
                                         GError **error);

/** Bring `model` onto the device that `options` name. */
RippleInference *ripple_model_options_open(const RippleModelOptions *options,
                                           const RippleModel *model, GError **error);
