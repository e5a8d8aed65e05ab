/* Trains a network with FANN, which knows two ways of gradient descent: an update after each sample
 * (incremental), and one for all samples (batch). Times both, and prints one JSON object. */
#include "timing.h"

#include <fann.h>
#include <stdlib.h>

#define SAMPLES 1024
#define SEED 1

/* Sigmoids and the squared error: FANN has no softmax, and its only relu is a limited one. The
 * errors of a batch are summed, so that its rate is for a sum over all samples. */
static const struct {
    const char *name;
    enum fann_train_enum algorithm;
    gfloat rate;
} ways[] = {
    {"incremental", FANN_TRAIN_INCREMENTAL, 0.1f},
    {"batch", FANN_TRAIN_BATCH, 0.7f},
};

typedef struct {
    struct fann *network;
    struct fann_train_data *data;
} Training;

/* Classes lie around points of their own, so that any training that works learns them. */
static struct fann_train_data *random_data(guint inputs, guint outputs)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(SEED);
    g_autofree gfloat *centres = g_new(gfloat, (gsize)inputs * outputs);
    for (gsize i = 0; i < (gsize)inputs * outputs; i++)
        centres[i] = (gfloat)g_rand_double(random);

    struct fann_train_data *data = fann_create_train(SAMPLES, inputs, outputs);
    for (guint i = 0; i < SAMPLES; i++) {
        guint class = i % outputs;
        for (guint j = 0; j < inputs; j++)
            data->input[i][j] =
                0.5f * centres[(gsize) class * inputs + j] + 0.5f * (gfloat)g_rand_double(random);
        for (guint j = 0; j < outputs; j++)
            data->output[i][j] = j == class ? 1 : 0;
    }
    return data;
}

static void train(gpointer user_data, guint64 times)
{
    Training *training = user_data;
    for (guint64 i = 0; i < times; i++)
        fann_train_epoch(training->network, training->data);
}

/* FALSE where the error did not fall. */
static gboolean measure(guint way, const guint *widths, guint n_widths,
                        struct fann_train_data *data)
{
    struct fann *network = fann_create_standard_array(n_widths, widths);
    srand(SEED); /* which fann_create_standard_array() set by the clock */
    fann_randomize_weights(network, -0.1f, 0.1f);
    fann_set_activation_function_hidden(network, FANN_SIGMOID);
    fann_set_activation_function_output(network, FANN_SIGMOID);
    fann_set_training_algorithm(network, ways[way].algorithm);
    fann_set_learning_rate(network, ways[way].rate);

    Training training = {network, data};
    gfloat error_before = fann_test_data(network, data);
    PeerTiming timing = peer_time(train, &training);
    gfloat error_after = fann_test_data(network, data);
    fann_destroy(network);

    g_print("{\"training\": \"%s\", \"samples_per_second\": %.1f, \"error_before\": %.6g, "
            "\"error_after\": %.6g, \"runs\": %u}",
            ways[way].name, SAMPLES / timing.median, error_before, error_after, timing.runs);
    if (error_after < 0.9f * error_before)
        return TRUE;
    g_printerr("fann: %s training left the error at %g, from %g.\n", ways[way].name, error_after,
               error_before);
    return FALSE;
}

/* "784,128,10" as widths of layers; how many, or 0 where it is no such list. */
static guint parse_widths(const char *text, guint *widths, guint most)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    guint count = g_strv_length(words);
    if (count < 2 || count > most)
        return 0;
    for (guint i = 0; i < count; i++) {
        guint64 width;
        if (!g_ascii_string_to_unsigned(words[i], 10, 1, 1 << 16, &width, NULL))
            return 0;
        widths[i] = (guint)width;
    }
    return count;
}

int main(int argc, char **argv)
{
    guint widths[16];
    guint n_widths = argc == 2 ? parse_widths(argv[1], widths, G_N_ELEMENTS(widths)) : 0;
    if (n_widths == 0) {
        g_printerr("usage: steps_fann WIDTH,WIDTH,... such as 784,128,10\n");
        return 2;
    }
    struct fann_train_data *data = random_data(widths[0], widths[n_widths - 1]);
    gboolean learns = TRUE;
    g_print("{\"results\": [");
    for (guint way = 0; way < G_N_ELEMENTS(ways); way++) {
        g_print(way > 0 ? ", " : "");
        learns = measure(way, widths, n_widths, data) && learns;
    }
    g_print("]}\n");
    fann_destroy_train(data);
    return learns ? EXIT_SUCCESS : EXIT_FAILURE;
}
