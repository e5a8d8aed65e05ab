#include "cli/bench.h"
#include "draw/canvas.h"
#include "measure/gemm.h"
#include "report/roofline.h"
#include "train/json_object.h"

#include <ripple/device.h>
#include <ripple/error.h>
#include <string.h>

static const char *const default_shapes[] = {"128x512x784", "128x512x512", "128x10x512",
                                             "1024x1024x1024", NULL};

/* What a training step computes in each form. */
static const char *const form_uses[RIPPLE_N_PRODUCTS] = {
    [RIPPLE_PRODUCT_NT] = "forward",
    [RIPPLE_PRODUCT_NN] = "delta",
    [RIPPLE_PRODUCT_TN] = "gradient",
};

typedef struct {
    const RippleGemmProvider *provider;
    RippleGemmShape shape;
    RippleProductForm form;
    RippleThroughput gflops;
} GemmResult;

static gboolean measure_gemm(const RippleBench *bench, GemmResult *result, GError **error)
{
    g_autofree char *shape = ripple_gemm_shape_text(&result->shape);
    g_autofree char *line = g_strdup_printf(
        "timing %s %s by %s", shape, ripple_product_name(result->form), result->provider->name);
    ripple_console_progress(bench->console, line);
    return ripple_gemm_measure(bench->backend, result->provider, result->form, &result->shape,
                               RIPPLE_TIMING_SECONDS, &result->gflops, error);
}

static gboolean parse_shapes(const char *const *texts, GArray *shapes, GError **error)
{
    for (guint i = 0; texts[i]; i++) {
        RippleGemmShape shape;
        if (!ripple_gemm_shape_parse(texts[i], &shape, error))
            return FALSE;
        g_array_append_val(shapes, shape);
    }
    return TRUE;
}

static const RippleGemmProvider *find_provider(const char *name, GError **error)
{
    guint count;
    const RippleGemmProvider *all = ripple_gemm_providers(&count);
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
        g_string_append_printf(names, "%s%s", i ? ", " : "", all[i].name);
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "There is no provider of products called \"%s\"; there is: %s.", name, names->str);
    return NULL;
}

/* Those called `names`, as an array of const RippleGemmProvider *; all where there are no names. */
static gboolean choose_providers(const char *const *names, GPtrArray *chosen, GError **error)
{
    guint count;
    const RippleGemmProvider *all = ripple_gemm_providers(&count);
    for (guint i = 0; !names && i < count; i++)
        g_ptr_array_add(chosen, (gpointer)&all[i]);
    for (guint i = 0; names && names[i]; i++) {
        const RippleGemmProvider *provider = find_provider(names[i], error);
        if (!provider)
            return FALSE;
        g_ptr_array_add(chosen, (gpointer)provider);
    }
    return TRUE;
}

/* Each of `shapes` in each form by each of `providers`, as an array of GemmResult. */
static gboolean measure_gemms(const RippleBench *bench, const GArray *shapes,
                              const GPtrArray *providers, GArray *results, GError **error)
{
    guint count = providers->len;
    for (guint i = 0; i < shapes->len * RIPPLE_N_PRODUCTS * count; i++) {
        GemmResult result = {
            .provider = g_ptr_array_index(providers, i % count),
            .form = i / count % RIPPLE_N_PRODUCTS,
            .shape = g_array_index(shapes, RippleGemmShape, i / count / RIPPLE_N_PRODUCTS),
        };
        if (!measure_gemm(bench, &result, error))
            return FALSE;
        g_array_append_val(results, result);
    }
    return TRUE;
}

static void print_gemms_json(const RippleBench *bench, const GArray *results)
{
    g_autoptr(GString) json = ripple_bench_begin_json(bench);
    for (guint i = 0; i < results->len; i++) {
        const GemmResult *result = &g_array_index(results, GemmResult, i);
        g_autofree char *shape = ripple_gemm_shape_text(&result->shape);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "provider", result->provider->name);
        ripple_json_set_text(json, "shape", shape);
        ripple_json_set_text(json, "transpose", ripple_product_name(result->form));
        ripple_bench_add_json(json, bench, &result->gflops);
        ripple_json_end_object(json);
    }
    ripple_bench_end_json(json);
}

static void print_gemms(const RippleBench *bench, const GArray *results)
{
    static const char *const headings[] = {"shape M×N×K", "form", "provider", RIPPLE_BENCH_HEADINGS,
                                           NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    for (guint i = 0; i < results->len; i++) {
        const GemmResult *result = &g_array_index(results, GemmResult, i);
        g_autofree char *shape = ripple_gemm_shape_text(&result->shape);
        ripple_table_add(table, "%s", shape);
        ripple_table_add(table, "%s  %s", ripple_product_name(result->form),
                         form_uses[result->form]);
        ripple_table_add(table, "%s", result->provider->name);
        ripple_bench_add_cells(table, bench, &result->gflops);
    }
    ripple_table_print(table);
}

/* A product reads its operands once and writes its result once, at least. */
static gdouble intensity_of(const RippleGemmShape *shape)
{
    gdouble m = shape->m, n = shape->n, k = shape->k;
    return 2 * m * n * k / (sizeof(gfloat) * (m * k + k * n + m * n));
}

static gboolean draw_gemms(const RippleBench *bench, const GArray *results, const char *path,
                           GError **error)
{
    g_autoptr(RippleRoofline) picture = ripple_roofline_new(
        "Matrix products", "NT forward, NN delta, TN gradient; M×N×K sums over K",
        ripple_device_name(bench->backend), bench->peak, bench->bandwidth);
    for (guint i = 0; i < results->len; i++) {
        const GemmResult *result = &g_array_index(results, GemmResult, i);
        g_autofree char *shape = ripple_gemm_shape_text(&result->shape);
        g_autofree char *label = g_strdup_printf("%s %s", ripple_product_name(result->form), shape);
        ripple_roofline_add(picture, result->provider->name, label, intensity_of(&result->shape),
                            result->gflops.median, 0);
    }
    return ripple_roofline_write(picture, path, error);
}

gboolean ripple_command_bench_gemm(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_autofree char *device = NULL;
    g_autofree char *roofline = NULL;
    g_auto(GStrv) texts = NULL;
    g_auto(GStrv) names = NULL;
    const GOptionEntry entries[] = {
        {"shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &texts,
         "C has M rows and N columns, and sums over K; may be given several times", "MxNxK"},
        {"provider", 0, 0, G_OPTION_ARG_STRING_ARRAY, &names,
         "time this one alone: panel, tile or clblast; may be given several times", "NAME"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &device, "auto, P:D, or a part of a name", "SEL"},
        {"roofline", 0, 0, G_OPTION_ARG_FILENAME, &roofline,
         "Draw the products under the roof of the device", "FILE.svg|png"},
        G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Times matrix products in the three forms that training needs: NT (forward), NN "
            "(delta) and TN (gradient). Each is held against dot products in double precision "
            "first; exits with 5 when one is wrong.\n\n"
            "Example: ripple bench gemm --shape 128x512x784 --shape 2048x2048x2048",
            entries, NULL, &console, NULL, error))
        return FALSE;

    if (roofline && !ripple_canvas_check_path(roofline, error))
        return FALSE;
    g_auto(RippleBench) bench = {.console = &console};
    g_autoptr(GArray) shapes = g_array_new(FALSE, FALSE, sizeof(RippleGemmShape));
    g_autoptr(GPtrArray) providers = g_ptr_array_new();
    g_autoptr(GArray) results = g_array_new(FALSE, FALSE, sizeof(GemmResult));
    if (!parse_shapes(texts ? (const char *const *)texts : default_shapes, shapes, error) ||
        !choose_providers((const char *const *)names, providers, error) ||
        !ripple_bench_open(&bench, device, TRUE, error) ||
        !ripple_bench_measure_peak(&bench, error) ||
        (roofline && !ripple_bench_measure_bandwidth(&bench, error)))
        return FALSE;
    if (!console.json) {
        ripple_bench_print_device(&bench);
        ripple_console_print("\n");
    }
    if (!measure_gemms(&bench, shapes, providers, results, error))
        return FALSE;
    if (console.json)
        print_gemms_json(&bench, results);
    else
        print_gemms(&bench, results);
    return !roofline || draw_gemms(&bench, results, roofline, error);
}
