#include <ripple/dataset.h>

#include "data/csv.h"
#include "data/fashion_mnist.h"
#include "data/idx.h"

#include <ripple/error.h>
#include <string.h>

#define FASHION_MNIST "fashion-mnist"

void ripple_dataset_free(RippleDataset *dataset)
{
    if (!dataset)
        return;
    g_free(dataset->source);
    g_free(dataset->input_bytes);
    g_free(dataset->input_values);
    g_strfreev(dataset->input_names);
    g_free(dataset->labels);
    g_strfreev(dataset->class_names);
    g_free(dataset->target_values);
    g_strfreev(dataset->target_names);
    g_free(dataset);
}

void ripple_data_free(RippleData *data)
{
    if (!data)
        return;
    ripple_dataset_free(data->train);
    ripple_dataset_free(data->test);
    g_free(data);
}

/* Leaves data->train NULL when there is no training set. */
static gboolean load_idx(RippleData *data, const char *directory, const char *const *names,
                         const RippleDataRequest *request, GError **error)
{
    if (!ripple_idx_load(directory, "train", names, (const char *const *)request->class_names,
                         &data->train, error))
        return FALSE;
    if (!data->train)
        return TRUE;
    if (!ripple_idx_load(directory, "test", names, (const char *const *)data->train->class_names,
                         &data->test, error))
        return FALSE;
    if (data->test && data->test->inputs != data->train->inputs) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "\"%s\" has %u inputs a sample, but \"%s\" %u.", data->train->source,
                    data->train->inputs, data->test->source, data->test->inputs);
        return FALSE;
    }
    return TRUE;
}

/* "train.csv" or the like in `directory`, or NULL. */
static char *find_table(const char *directory, const char *set)
{
    static const char *const endings[] = {"csv", "tsv", "csv.gz", "tsv.gz"};
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *name = g_strdup_printf("%s.%s", set, endings[i]);
        g_autofree char *path = g_build_filename(directory, name, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
    }
    return NULL;
}

static gboolean load_tables(RippleData *data, const char *train, const char *test,
                            const RippleDataRequest *request, GError **error)
{
    data->train = ripple_csv_load(train, request, NULL, error);
    if (data->train && test)
        data->test = ripple_csv_load(test, request, data->train, error);
    return data->train && (data->test || !test);
}

static gboolean load_directory(RippleData *data, const RippleDataRequest *request, GError **error)
{
    if (!load_idx(data, request->spec, NULL, request, error))
        return FALSE;
    if (data->train)
        return TRUE;

    g_autofree char *train = find_table(request->spec, "train");
    g_autofree char *test = find_table(request->spec, "test");
    if (train)
        return load_tables(data, train, test, request, error);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The directory \"%s\" holds no training set: neither train-images-idx3-ubyte and "
                "train-labels-idx1-ubyte (perhaps with .gz) nor train.csv or train.tsv.",
                request->spec);
    return FALSE;
}

static gboolean load_fashion_mnist(RippleData *data, const RippleDataRequest *request,
                                   GError **error)
{
    g_autoptr(GStrvBuilder) directories = g_strv_builder_new();
    g_strv_builder_addv(directories, (const char **)g_get_system_data_dirs());
    g_strv_builder_add(directories, "/usr/share");
    g_auto(GStrv) list = g_strv_builder_end(directories);
    g_autofree char *directory = ripple_fashion_mnist_find((const char *const *)list, error);

    if (!directory || !load_idx(data, directory, ripple_fashion_mnist_classes, request, error))
        return FALSE;
    if (data->train)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The directory \"%s\" lacks train-images-idx3-ubyte.gz; install the package "
                "dataset-fashion-mnist again.",
                directory);
    return FALSE;
}

RippleData *ripple_data_load(const RippleDataRequest *request, GError **error)
{
    g_autoptr(RippleData) data = g_new0(RippleData, 1);
    gboolean is_loaded;
    if (strcmp(request->spec, FASHION_MNIST) == 0)
        is_loaded = load_fashion_mnist(data, request, error);
    else if (g_file_test(request->spec, G_FILE_TEST_IS_DIR))
        is_loaded = load_directory(data, request, error);
    else
        is_loaded = load_tables(data, request->spec, NULL, request, error);
    return is_loaded ? g_steal_pointer(&data) : NULL;
}
