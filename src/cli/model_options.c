#include "cli/model_options.h"

#include "base/text.h"

#include <ripple/error.h>

void ripple_model_options_clear(RippleModelOptions *options)
{
    g_free(options->data);
    g_free(options->target);
    g_free(options->split);
    g_free(options->device);
    g_free(options->memory_limit);
}

/* As a file name, a text arrives as it was typed, whatever the locale. */
static void add_data(GOptionGroup *group, RippleModelOptions *options)
{
    const GOptionEntry entries[] = {
        {"data", 0, 0, G_OPTION_ARG_FILENAME, &options->data,
         "fashion-mnist, a directory of IDX files, or a CSV or TSV file", "SPEC"},
        {"split", 0, 0, G_OPTION_ARG_FILENAME, &options->split,
         "train or test (default: test where there is one)", "SET"},
        {"target", 0, 0, G_OPTION_ARG_FILENAME, &options->target,
         "Target columns of a table (default: the model's own, or the last)", "COLUMN,…"},
        G_OPTION_ENTRY_NULL};
    g_option_group_add_entries(group, entries);
}

GOptionGroup *ripple_model_options_data_group(RippleModelOptions *options)
{
    GOptionGroup *group = g_option_group_new("main", "Options", "Options", NULL, NULL);
    add_data(group, options);
    return group;
}

GOptionGroup *ripple_model_options_group(RippleModelOptions *options)
{
    const GOptionEntry entries[] = {
        {"device", 0, 0, G_OPTION_ARG_FILENAME, &options->device,
         "auto, reference, P:D, or a part of a name", "SEL"},
        {"memory-limit", 0, 0, G_OPTION_ARG_FILENAME, &options->memory_limit,
         "Bytes of the device that the data may take; more are streamed (default: half)", "BYTES"},
        G_OPTION_ENTRY_NULL};
    GOptionGroup *group = ripple_model_options_data_group(options);
    g_option_group_add_entries(group, entries);
    return group;
}

RippleDataset *ripple_model_options_load(const RippleModelOptions *options,
                                         const RippleModel *model, gboolean target_optional,
                                         GError **error)
{
    static const char *const splits[] = {"auto", "train", "test"};
    guint split;
    if (!options->data) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "No data were named; try --data fashion-mnist or --data FILE.csv.");
        return NULL;
    }
    if (!ripple_text_choose("split", options->split ? options->split : "auto", splits,
                            G_N_ELEMENTS(splits), &split, error))
        return NULL;
    return ripple_model_load_data(model, options->data, options->target, split, target_optional,
                                  error);
}

RippleInference *ripple_model_options_open(const RippleModelOptions *options,
                                           const RippleModel *model, GError **error)
{
    guint64 limit = 0;
    if (options->memory_limit && !ripple_text_bytes(options->memory_limit, &limit)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The option --memory-limit cannot be \"%s\": it takes " RIPPLE_TEXT_BYTES ".",
                    options->memory_limit);
        return NULL;
    }
    RippleInference *inference =
        ripple_inference_new(model, options->device ? options->device : "auto", error);
    if (inference)
        ripple_inference_set_memory_limit(inference, limit);
    return inference;
}
