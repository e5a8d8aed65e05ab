/* Weights from anybody's safetensors file: names, natural order, types, and what does not fit. */
#include "train/safetensors.h"
#include "unit/safetensors_files.h"

#include <ripple/error.h>
#include <ripple/model.h>
#include <string.h>

/* inputs → 2 → 2 → … with `n_layers` layers. */
static RippleNetwork *make_network(guint inputs, guint n_layers)
{
    g_autofree guint *widths = g_new(guint, n_layers);
    g_autofree RippleActivation *activations = g_new(RippleActivation, n_layers);
    for (guint l = 0; l < n_layers; l++) {
        widths[l] = 2;
        activations[l] = RIPPLE_ACTIVATION_TANH;
    }
    g_autoptr(GError) error = NULL;
    RippleNetwork *network =
        ripple_network_new(inputs, widths, activations, n_layers, RIPPLE_LOSS_MSE, &error);
    g_assert_no_error(error);
    return network;
}

typedef struct {
    const char *name;
    guint rank;
    gsize shape[2];
} Stored;

/* Writes tensors of those names and shapes; every element of the t-th is t + 1. */
static char *write_tensors(const Stored *stored, guint count)
{
    static gfloat values[16][16];
    RippleTensorToStore tensors[16];
    const char *metadata[] = {NULL};
    g_assert_cmpuint(count, <=, 16);
    for (guint t = 0; t < count; t++) {
        for (guint i = 0; i < 16; i++)
            values[t][i] = (gfloat)t + 1;
        tensors[t] = (RippleTensorToStore){stored[t].name,
                                           stored[t].rank,
                                           {stored[t].shape[0], stored[t].shape[1]},
                                           values[t],
                                           NULL};
    }
    char *path = files_path("weights");
    g_autoptr(GError) error = NULL;
    ripple_safetensors_write(path, metadata, tensors, count, &error);
    g_assert_no_error(error);
    return path;
}

/* Layer l holds the values of the tensors numbered weights[l] and biases[l]; padding is 0. */
static void assert_layers(const char *path, const RippleNetwork *network, const guint *weights,
                          const guint *biases)
{
    g_autofree gfloat *parameters = g_new(gfloat, network->parameter_span);
    memset(parameters, 0xff, network->parameter_span * sizeof *parameters);
    g_autoptr(GError) error = NULL;
    ripple_model_load_parameters(path, network, parameters, &error);
    g_assert_no_error(error);

    gsize at = 0;
    for (guint l = 0; l < network->n_layers; l++) {
        const RippleLayer *layer = &network->layers[l];
        for (; at < layer->weight_offset; at++)
            g_assert_cmpfloat(parameters[at], ==, 0);
        for (; at < layer->bias_offset; at++)
            g_assert_cmpfloat(parameters[at], ==, weights[l] + 1);
        for (; at < layer->bias_offset + layer->outputs; at++)
            g_assert_cmpfloat(parameters[at], ==, biases[l] + 1);
    }
    for (; at < network->parameter_span; at++)
        g_assert_cmpfloat(parameters[at], ==, 0);
}

static void test_own_names(void)
{
    static const Stored stored[] = {{"layers.0.weight", 2, {2, 3}},
                                    {"layers.0.bias", 1, {2}},
                                    {"layers.1.weight", 2, {2, 2}},
                                    {"layers.1.bias", 1, {2}}};
    g_autofree char *path = write_tensors(stored, 4);
    g_autoptr(RippleNetwork) network = make_network(3, 2);
    assert_layers(path, network, (guint[]){0, 2}, (guint[]){1, 3});
}

/* As PyTorch's Sequential names them, sorted as text: 10 stands before 2. */
static void test_natural_order(void)
{
    static const Stored stored[] = {
        {"10.bias", 1, {2}},     {"10.weight", 2, {2, 2}}, {"2.bias", 1, {2}},
        {"2.weight", 2, {2, 2}}, {"0.bias", 1, {2}},       {"0.weight", 2, {2, 3}},
    };
    g_autofree char *path = write_tensors(stored, 6);
    g_autoptr(RippleNetwork) network = make_network(3, 3);
    assert_layers(path, network, (guint[]){5, 3, 1}, (guint[]){4, 2, 0});
}

static void test_natural_order_of_text(void)
{
    static const Stored stored[] = {
        {"net9.fc2.weight", 2, {2, 2}},  {"net9.fc2.bias", 1, {2}},
        {"net10.fc1.weight", 2, {2, 2}}, {"net10.fc1.bias", 1, {2}},
        {"net9.fc01.weight", 2, {2, 2}}, {"net9.fc01.bias", 1, {2}},
        {"net.weight", 2, {2, 2}},       {"net.bias", 1, {2}},
        {"net9.fc1.weight", 2, {2, 2}},  {"net9.fc1.bias", 1, {2}},
        {"net9.weight", 2, {2, 2}},      {"net9.bias", 1, {2}},
    };
    g_autofree char *path = write_tensors(stored, 12);
    g_autoptr(RippleNetwork) network = make_network(2, 6);
    /* net, net9.fc01, net9.fc1, net9.fc2, net9 ("f" before "w"), net10 */
    assert_layers(path, network, (guint[]){6, 4, 8, 0, 10, 2}, (guint[]){7, 5, 9, 1, 11, 3});
}

/* A single Linear saves "weight" and "bias". */
static void test_bare_names(void)
{
    static const Stored stored[] = {{"bias", 1, {2}}, {"weight", 2, {2, 5}}};
    g_autofree char *path = write_tensors(stored, 2);
    g_autoptr(RippleNetwork) network = make_network(5, 1);
    assert_layers(path, network, (guint[]){1}, (guint[]){0});
}

static void test_types(void)
{
    static const struct {
        const char *type;
        guint bytes;
        guint8 one[8];
    } types[] = {
        {"F64", 8, {0, 0, 0, 0, 0, 0, 0xf0, 0x3f}},
        {"F16", 2, {0, 0x3c}},
        {"BF16", 2, {0x80, 0x3f}},
    };
    g_autoptr(RippleNetwork) network = make_network(1, 1);
    for (guint t = 0; t < G_N_ELEMENTS(types); t++) {
        guint8 data[4 * 8];
        for (guint i = 0; i < 4; i++)
            memcpy(data + i * types[t].bytes, types[t].one, types[t].bytes);
        g_autofree char *header = g_strdup_printf(
            "{\"weight\":{\"dtype\":\"%s\",\"shape\":[2,1],\"data_offsets\":[0,%u]},"
            "\"bias\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[%u,%u]}}",
            types[t].type, 2 * types[t].bytes, types[t].type, 2 * types[t].bytes,
            4 * types[t].bytes);
        g_autofree char *path = files_write_safetensors("types", header, data, 4 * types[t].bytes);
        assert_layers(path, network, (guint[]){0}, (guint[]){0});
    }
}

static void test_what_does_not_fit(void)
{
    static const struct {
        Stored stored[6];
        const char *words;
    } cases[] = {
        {{{"0.weight", 2, {2, 4}}, {"0.bias", 1, {2}}, {"1.weight", 2, {2, 2}}, {"1.bias", 1, {2}}},
         "\"0.weight\" has the shape [2, 4], and the network needs [2, 3]"},
        {{{"0.weight", 2, {3, 2}}, {"0.bias", 1, {2}}, {"1.weight", 2, {2, 2}}, {"1.bias", 1, {2}}},
         "\"0.weight\" has the shape [3, 2], and the network needs [2, 3]"},
        {{{"0.weight", 2, {2, 3}}, {"0.bias", 1, {2}}, {"1.weight", 2, {2, 2}}, {"1.bias", 1, {3}}},
         "\"1.bias\" has the shape [3], and the network needs [2]"},
        {{{"0.weight", 2, {2, 3}},
          {"0.bias", 2, {2, 1}},
          {"1.weight", 2, {2, 2}},
          {"1.bias", 1, {2}}},
         "\"0.bias\" has the shape [2, 1], and the network needs [2]"},
        {{{"0.weight", 2, {2, 3}}, {"0.bias", 1, {2}}, {"1.weight", 2, {2, 2}}},
         "the layer of \"1.weight\" has no bias \"1.bias\"; ripple's layers do"},
        {{{"0.weight", 2, {2, 3}}, {"0.bias", 1, {2}}, {"1.bias", 1, {2}}},
         "\"1.bias\" has no \"1.weight\" beside it"},
        {{{"0.weight", 2, {2, 3}}, {"0.bias", 1, {2}}},
         "it holds 1 layers, and the network has 2: a weight [2, 2] is missing"},
        {{{NULL, 0, {0}}}, "it holds 0 layers, and the network has 2: a weight [2, 3] is missing"},
        {{{"0.weight", 2, {2, 3}},
          {"0.bias", 1, {2}},
          {"2.weight", 2, {2, 2}},
          {"2.bias", 1, {2}},
          {"10.weight", 2, {1, 2}},
          {"10.bias", 1, {1}}},
         "it holds 3 layers, and the network has 2: \"10.weight\" [1, 2] is one too many"},
        {{{"0.weight", 2, {2, 3}}, {"0.bias", 1, {2}}, {"1.running_mean", 1, {2}}},
         "\"1.running_mean\" is neither a weight nor a bias"},
        {{{"overweight", 2, {2, 3}}}, "\"overweight\" is neither a weight nor a bias"},
    };
    g_autoptr(RippleNetwork) network = make_network(3, 2);
    g_autofree gfloat *parameters = g_new(gfloat, network->parameter_span);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint count = 0;
        while (count < 6 && cases[i].stored[count].name)
            count++;
        g_autofree char *path = write_tensors(cases[i].stored, count);
        g_autoptr(GError) error = NULL;
        g_assert_false(ripple_model_load_parameters(path, network, parameters, &error));
        files_assert_blamed(error, path, cases[i].words);
    }
}

static void test_bad_files(void)
{
    g_autoptr(RippleNetwork) network = make_network(3, 2);
    g_autofree gfloat *parameters = g_new(gfloat, network->parameter_span);
    g_autofree char *missing = files_path("missing");
    g_autofree char *text = files_write("text", "0.1,0.2\n0.3,0.4\n", 16);
    const char *paths[] = {missing, text};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(ripple_model_load_parameters(paths[i], network, parameters, &error));
        files_assert_blamed(error, paths[i], i == 0 ? "No such file" : "is it a safetensors file?");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model-parameters/own-names", test_own_names);
    g_test_add_func("/model-parameters/natural-order", test_natural_order);
    g_test_add_func("/model-parameters/natural-order-of-text", test_natural_order_of_text);
    g_test_add_func("/model-parameters/bare-names", test_bare_names);
    g_test_add_func("/model-parameters/types", test_types);
    g_test_add_func("/model-parameters/what-does-not-fit", test_what_does_not_fit);
    g_test_add_func("/model-parameters/bad-files", test_bad_files);
    int failed = g_test_run();
    files_clear();
    return failed;
}
