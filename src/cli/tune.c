#include "cli/tune.h"

#include "base/text.h"
#include "cli/command.h"
#include "cli/table.h"
#include "measure/gemm.h"
#include "measure/step.h"
#include "train/json_object.h"
#include "train/material.h"

#include <math.h>
#include <ripple/device.h>
#include <ripple/error.h>

/* Options as they were given, or NULL. */
typedef struct {
    char *inputs;
    char *hidden;
    char *outputs;
    char *batch;
    char *data;
    char *target;
    char **shapes;
    char *device;
    char *mode;
    gboolean list;
    gboolean forget;
} TuneOptions;

static void tune_options_clear(TuneOptions *options)
{
    g_free(options->inputs);
    g_free(options->hidden);
    g_free(options->outputs);
    g_free(options->batch);
    g_free(options->data);
    g_free(options->target);
    g_strfreev(options->shapes);
    g_free(options->device);
    g_free(options->mode);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TuneOptions, tune_options_clear)

/* ---- which products ------------------------------------------------------------------------- */

static GArray *products_of_shapes(char **texts, GError **error)
{
    g_autoptr(GArray) products = g_array_new(FALSE, FALSE, sizeof(RippleProduct));
    for (guint i = 0; texts[i]; i++) {
        RippleGemmShape shape;
        if (!ripple_gemm_shape_parse(texts[i], &shape, error))
            return NULL;
        for (guint form = 0; form < RIPPLE_N_PRODUCTS; form++) {
            RippleProduct product = {form, shape.m, shape.n, shape.k};
            g_array_append_val(products, product);
        }
    }
    return g_steal_pointer(&products);
}

static gboolean parse_width(const char *option, const char *text, guint minimum, guint *width,
                            GError **error)
{
    guint64 number = *width;
    if (text && !ripple_text_whole(text, minimum, RIPPLE_MAXIMUM_WIDTH, &number)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The option %s cannot be \"%s\": it takes a whole number from %u to %u.",
                    option, text, minimum, RIPPLE_MAXIMUM_WIDTH);
        return FALSE;
    }
    *width = (guint)number;
    return TRUE;
}

static RippleConfig *network_config(const TuneOptions *options, GError **error)
{
    const char *const settings[][3] = {
        {"network", "hidden", options->hidden || options->data ? options->hidden : "512,512"},
        {"training", "batch", options->batch},
        {"data", "data", options->data},
        {"data", "target", options->target},
    };
    g_autoptr(RippleConfig) config = ripple_config_new();
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++)
        if (settings[i][2] &&
            !ripple_config_set(config, settings[i][0], settings[i][1], settings[i][2], error))
            return NULL;
    return g_steal_pointer(&config);
}

static GArray *products_of_network(const TuneOptions *options, GError **error)
{
    guint inputs = 784, outputs = 10;
    if (!parse_width("--inputs", options->inputs, 1, &inputs, error) ||
        !parse_width("--outputs", options->outputs, 2, &outputs, error))
        return NULL;
    g_autoptr(RippleConfig) config = network_config(options, error);
    if (!config)
        return NULL;
    if (options->data) {
        g_autoptr(RippleMaterial) material = ripple_material_new(config, error);
        gsize batch = material ? MIN(config->batch, material->n_train) : 0;
        return material ? ripple_tune_products(material->model->network, batch) : NULL;
    }
    g_autoptr(RippleNetwork) network = ripple_step_network(config, inputs, outputs, error);
    return network ? ripple_tune_products(network, config->batch) : NULL;
}

static gboolean refuse_both(const char *one, const char *other, GError **error)
{
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The options %s and %s do not go together; choose one.", one, other);
    return FALSE;
}

static gboolean check_options(const TuneOptions *options, GError **error)
{
    gboolean has_network = options->inputs || options->outputs || options->hidden || options->batch;
    if (options->shapes && (has_network || options->data))
        return refuse_both("--shape", "--data or those of a network", error);
    if (options->data && (options->inputs || options->outputs))
        return refuse_both("--data", "--inputs or --outputs", error);
    if (options->list && options->forget)
        return refuse_both("--list", "--forget", error);
    return TRUE;
}

/* ---- results -------------------------------------------------------------------------------- */

/* Where rows go: a table, or the array of a JSON object. */
typedef struct {
    RippleTable *table;
    GString *json;
    const RippleTuning *tuning;
} Output;

static char *shape_text(const RippleProduct *product)
{
    RippleGemmShape shape = {product->m, product->n, product->k};
    return ripple_gemm_shape_text(&shape);
}

static void add_row(const RippleProduct *product, const RippleTuned *tuned, gpointer user_data)
{
    Output *output = user_data;
    RippleProductPlan default_plan = ripple_tuning_default(output->tuning, product);
    const char *form = ripple_product_name((RippleProductForm)product->form);
    g_autofree char *shape = shape_text(product);
    g_autofree char *plan = ripple_plan_describe(&tuned->plan);
    g_autofree char *usual = ripple_plan_describe(&default_plan);
    if (output->json) {
        ripple_json_begin_object(output->json, NULL);
        ripple_json_set_text(output->json, "shape", shape);
        ripple_json_set_text(output->json, "transpose", form);
        ripple_json_set_text(output->json, "provider", ripple_provider_name(tuned->plan.provider));
        ripple_json_set_text(output->json, "plan", plan);
        ripple_json_set_number(output->json, "gflops", tuned->gflops);
        ripple_json_set_text(output->json, "default_plan", usual);
        ripple_json_set_number(output->json, "default_gflops", tuned->default_gflops);
        ripple_json_end_object(output->json);
        return;
    }
    ripple_table_add(output->table, "%s", shape);
    ripple_table_add(output->table, "%s", form);
    ripple_table_add(output->table, "%s", plan);
    ripple_table_add(output->table, "%.2f", tuned->gflops);
    if (tuned->default_gflops > 0) {
        ripple_table_add(output->table, "%.2f", tuned->default_gflops);
        ripple_table_add(output->table, "%+.0f%%",
                         100 * (tuned->gflops / tuned->default_gflops - 1));
    } else {
        ripple_table_add(output->table, "wrong");
        ripple_table_add(output->table, "–");
    }
}

static void begin_output(Output *output, gboolean json, RippleBackend *backend)
{
    static const char *const headings[] = {"shape M×N×K", "form",  "plan", ">GFLOP/s",
                                           ">default",    ">gain", NULL};
    output->tuning = ripple_opencl_tuning(backend);
    if (!json) {
        output->table = ripple_table_new(headings);
        return;
    }
    output->json = g_string_new(NULL);
    ripple_json_begin_object(output->json, NULL);
    ripple_json_set_text(output->json, "device", ripple_device_name(backend));
    ripple_json_set_text(output->json, "file", ripple_tuning_path(output->tuning));
    ripple_json_begin_array(output->json, "results");
}

static void print_output(Output *output)
{
    if (output->json) {
        ripple_json_end_array(output->json);
        ripple_json_end_object(output->json);
        ripple_console_json(output->json);
        return;
    }
    ripple_table_print(output->table);
    ripple_console_print("\nfile  %s\n", ripple_tuning_path(output->tuning));
}

static void output_clear(Output *output)
{
    ripple_table_free(output->table);
    if (output->json)
        g_string_free(output->json, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Output, output_clear)

/* ---- commands ------------------------------------------------------------------------------- */

static void show_progress(const RippleProduct *product, guint done, guint n, guint candidate,
                          guint n_candidates, gpointer user_data)
{
    g_autofree char *shape = shape_text(product);
    g_autofree char *line = g_strdup_printf(
        "product %u of %u, %s %s: candidate %u of %u", done + 1, n,
        ripple_product_name((RippleProductForm)product->form), shape, candidate + 1, n_candidates);
    ripple_console_progress(user_data, line);
}

static gboolean tune(const RippleConsole *console, const TuneOptions *options,
                     RippleBackend *backend, const GArray *products, GError **error)
{
    static const char *const modes[] = {"quick", "full"};
    guint mode = 1;
    if (options->mode &&
        !ripple_text_choose("mode", options->mode, modes, G_N_ELEMENTS(modes), &mode, error))
        return FALSE;
    const RippleTuneObserver observer = {.progress = show_progress, .user_data = (gpointer)console};
    gboolean ok = ripple_tune(backend, mode == 0 ? RIPPLE_TUNE_QUICK : RIPPLE_TUNE_FULL, products,
                              &observer, error);
    ripple_console_end_progress();
    if (!ok)
        return FALSE;
    g_auto(Output) output = {0};
    begin_output(&output, console->json, backend);
    for (guint i = 0; i < products->len; i++) {
        const RippleProduct *product = &g_array_index(products, RippleProduct, i);
        const RippleTuned *tuned = ripple_tuning_find(output.tuning, product);
        if (tuned)
            add_row(product, tuned, &output);
    }
    print_output(&output);
    return TRUE;
}

static void list(const RippleConsole *console, RippleBackend *backend)
{
    g_auto(Output) output = {0};
    begin_output(&output, console->json, backend);
    ripple_tuning_foreach(output.tuning, add_row, &output);
    print_output(&output);
}

static gboolean forget(const RippleConsole *console, RippleBackend *backend, GError **error)
{
    const RippleTuning *tuning = ripple_opencl_tuning(backend);
    if (!ripple_tuning_forget(tuning, error))
        return FALSE;
    if (console->json) {
        g_auto(Output) output = {0};
        begin_output(&output, TRUE, backend);
        print_output(&output);
    } else {
        ripple_console_print("Nothing is kept for %s now.\n", ripple_device_name(backend));
    }
    return TRUE;
}

static gboolean run(const RippleConsole *console, const TuneOptions *options, GError **error)
{
    if (!check_options(options, error))
        return FALSE;
    g_autoptr(GArray) products = NULL;
    if (!options->list && !options->forget) {
        products = options->shapes ? products_of_shapes(options->shapes, error)
                                   : products_of_network(options, error);
        if (!products)
            return FALSE;
    }
    g_autoptr(RippleBackend) backend =
        ripple_device_open(options->device ? options->device : "auto", error);
    if (!backend)
        return FALSE;
    if (!ripple_opencl_tuning(backend)) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "There is nothing to tune about the reference; choose a device that "
                            "`ripple devices` lists.");
        return FALSE;
    }
    if (options->forget)
        return forget(console, backend, error);
    ripple_tune_note_problem(console, backend);
    if (!options->list)
        return tune(console, options, backend, products, error);
    list(console, backend);
    return TRUE;
}

gboolean ripple_command_tune(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_auto(TuneOptions) options = {0};
    const GOptionEntry entries[] = {
        {"inputs", 0, 0, G_OPTION_ARG_STRING, &options.inputs, "Inputs (default: 784)", "N"},
        {"hidden", 0, 0, G_OPTION_ARG_STRING, &options.hidden,
         "Hidden layers, or none (default: 512,512)", "WIDTH[:ACTIVATION],…"},
        {"outputs", 0, 0, G_OPTION_ARG_STRING, &options.outputs, "Outputs (default: 10)", "N"},
        {"batch", 0, 0, G_OPTION_ARG_STRING, &options.batch, "Samples in a batch (default: 128)",
         "N"},
        {"data", 0, 0, G_OPTION_ARG_FILENAME, &options.data,
         "Take inputs and outputs from these data", "SPEC"},
        {"target", 0, 0, G_OPTION_ARG_STRING, &options.target,
         "Target columns of a table (default: the last)", "COLUMN,…"},
        {"shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes,
         "Tune products of this shape instead; may be given several times", "MxNxK"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &options.device, "auto, P:D, or a part of a name",
         "SEL"},
        {"mode", 0, 0, G_OPTION_ARG_STRING, &options.mode,
         "quick: a few seconds; full: up to a minute a product (default: full)", "MODE"},
        {"list", 0, 0, G_OPTION_ARG_NONE, &options.list, "Show what is known, and tune nothing",
         NULL},
        {"forget", 0, 0, G_OPTION_ARG_NONE, &options.forget, "Delete what is known", NULL},
        G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Finds out how the matrix products of a network are computed fastest on a device, and "
            "keeps it for later runs. Each candidate is held against dot products in double "
            "precision before it is timed.\n\n"
            "Example: ripple tune --inputs 784 --hidden 512,512 --outputs 10 --batch 128",
            entries, NULL, &console, NULL, error))
        return FALSE;
    return run(&console, &options, error);
}
