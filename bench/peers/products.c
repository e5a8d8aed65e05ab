/* Times a peer's matrix products, and prints the members that `ripple bench gemm --json` has, too.
 * A product is checked before it is timed: a wrong answer has no speed. */
#include "products.h"

#include "timing.h"

#include <math.h>
#include <stdlib.h>

#define ALIGNMENT 64
#define LONGEST_SIDE 65536
#define SEED 1

const char *const form_names[N_FORMS] = {[FORM_NT] = "NT", [FORM_NN] = "NN", [FORM_TN] = "TN"};

/* Numbers in [−1, 1). */
static gfloat *random_matrix(GRand *random, gsize length)
{
    gfloat *matrix = g_aligned_alloc(length, sizeof(gfloat), ALIGNMENT);
    for (gsize i = 0; i < length; i++)
        matrix[i] = (gfloat)g_rand_double_range(random, -1, 1);
    return matrix;
}

static void product_fill(Product *product)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(SEED);
    product->a = random_matrix(random, product->m * product->k);
    product->b = random_matrix(random, product->k * product->n);
    product->c = random_matrix(random, product->m * product->n);
    for (gsize i = 0; i < product->m * product->n; i++)
        product->c[i] = NAN;
}

static void product_clear(Product *product)
{
    g_aligned_free(product->a);
    g_aligned_free(product->b);
    g_aligned_free(product->c);
}

static void multiply(gpointer user_data, guint64 times)
{
    multiplier_multiply(user_data, times);
}

static void print_result(const Product *product, const PeerTiming *timing)
{
    gdouble billions = 2e-9 * product->m * product->n * product->k;
    g_print("{\"provider\": \"%s\", \"shape\": \"%zux%zux%zu\", \"transpose\": \"%s\", "
            "\"gflops\": %.3f, \"gflops_min\": %.3f, \"gflops_max\": %.3f, \"runs\": %u}",
            multiplier_name, product->m, product->n, product->k, form_names[product->form],
            billions / timing->median, billions / timing->slowest, billions / timing->fastest,
            timing->runs);
}

/* FALSE where the result is wrong. */
static gboolean measure(const Product *shape)
{
    Product product = *shape;
    product_fill(&product);
    multiplier_load(&product);
    multiplier_multiply(&product, 1);
    multiplier_unload(&product);
    g_autofree char *fault = product_check(&product);
    if (fault) {
        g_printerr("%s: %s.\n", multiplier_name, fault);
    } else {
        multiplier_load(&product);
        PeerTiming timing = peer_time(multiply, &product);
        multiplier_unload(&product);
        print_result(&product, &timing);
    }
    product_clear(&product);
    return fault == NULL;
}

static gboolean measure_forms(const Product *shape)
{
    for (Form form = 0; form < N_FORMS; form++) {
        Product product = *shape;
        product.form = form;
        if (form > 0)
            g_print(", ");
        if (!measure(&product))
            return FALSE;
    }
    return TRUE;
}

static gboolean parse_shape(const char *text, Product *shape)
{
    g_auto(GStrv) sides = g_strsplit(text, "x", -1);
    guint64 lengths[3];
    if (g_strv_length(sides) != 3)
        return FALSE;
    for (guint i = 0; i < 3; i++)
        if (!g_ascii_string_to_unsigned(sides[i], 10, 1, LONGEST_SIDE, &lengths[i], NULL))
            return FALSE;
    *shape = (Product){.m = lengths[0], .n = lengths[1], .k = lengths[2]};
    return TRUE;
}

static gboolean measure_shapes(char **texts)
{
    for (guint i = 0; texts[i]; i++) {
        Product shape;
        if (!parse_shape(texts[i], &shape)) {
            g_printerr(
                "%s: a shape is three numbers from 1 to %d such as 128x512x784, not \"%s\".\n",
                multiplier_name, LONGEST_SIDE, texts[i]);
            return FALSE;
        }
        if (i > 0)
            g_print(", ");
        if (!measure_forms(&shape))
            return FALSE;
    }
    return TRUE;
}

int main(int argc, char **argv)
{
    g_autofree char *device = NULL;
    const GOptionEntry entries[] = {
        {"device", 0, 0, G_OPTION_ARG_STRING, &device, "a part of an OpenCL device's name", "NAME"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(GOptionContext) context = g_option_context_new("MxNxK…");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc < 2) {
        g_printerr("%s: %s.\n", multiplier_name, error ? error->message : "no shape was given");
        return 2;
    }
    multiplier_open(device);
    g_autofree char *version = multiplier_version();
    g_print("{\"version\": \"%s\", \"threads\": %u, \"results\": [", version, multiplier_threads());
    gboolean is_right = measure_shapes(argv + 1);
    g_print("]}\n");
    multiplier_close();
    return is_right ? EXIT_SUCCESS : EXIT_FAILURE;
}
