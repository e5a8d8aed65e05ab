#include "playground/settings.h"

#include "base/text.h"
#include "train/json_object.h"
#include "train/json_text.h"

#include <ripple/error.h>
#include <string.h>

#define LEAST_RATE 1e-6
#define MOST_MOMENTUM 0.999

RipplePlaySettings ripple_play_settings_default(void)
{
    return (RipplePlaySettings){
        .data = RIPPLE_EXAMPLE_CIRCLES,
        .samples = 200,
        .noise = 0.1,
        .n_hidden = 2,
        .hidden = {4, 3},
        .activation = RIPPLE_ACTIVATION_TANH,
        .loss = RIPPLE_N_LOSSES,
        .optimizer = RIPPLE_OPTIMIZER_SGD,
        .learning_rate = 0.3,
        .batch = 10,
        .seed = 1,
    };
}

/* ---- reading -------------------------------------------------------------------------------- */

static gboolean refuse(const char *key, const char *wanted, GError **error)
{
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE, "The setting \"%s\" takes %s.", key,
                wanted);
    return FALSE;
}

static gboolean read_whole(JsonNode *node, const char *key, guint64 least, guint64 most,
                           guint64 *value, GError **error)
{
    guint64 number;
    if (ripple_json_whole(node, most, &number) && number >= least) {
        *value = number;
        return TRUE;
    }
    g_autofree char *wanted = g_strdup_printf(
        "a whole number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, least, most);
    return refuse(key, wanted, error);
}

static gboolean read_small(JsonNode *node, const char *key, guint least, guint most, guint *value,
                           GError **error)
{
    guint64 number;
    if (!read_whole(node, key, least, most, &number, error))
        return FALSE;
    *value = (guint)number;
    return TRUE;
}

static gboolean read_number(JsonNode *node, const char *key, gdouble least, gdouble most,
                            gdouble *value, GError **error)
{
    gdouble number;
    if (ripple_json_number(node, &number) && number >= least && number <= most) {
        *value = number;
        return TRUE;
    }
    g_autofree char *wanted = g_strdup_printf("a number from %g to %g", least, most);
    return refuse(key, wanted, error);
}

static gboolean read_hidden(JsonNode *node, RipplePlaySettings *settings, GError **error)
{
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    if (!array || json_array_get_length(array) > RIPPLE_PLAY_MOST_HIDDEN)
        return refuse("hidden", "a list of at most 6 layers, each as its number of units", error);
    guint n_hidden = json_array_get_length(array);
    for (guint i = 0; i < n_hidden; i++)
        if (!read_small(json_array_get_element(array, i), "hidden", 1, RIPPLE_PLAY_MOST_UNITS,
                        &settings->hidden[i], error))
            return FALSE;
    settings->n_hidden = n_hidden;
    return TRUE;
}

static gboolean read_data(const char *word, RipplePlaySettings *settings, gboolean has_file,
                          GError **error)
{
    if (!ripple_example_parse(word, &settings->data, error))
        return FALSE;
    if (settings->data == RIPPLE_EXAMPLE_FILE && !has_file) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "No file was named; start the playground with --data FILE.csv.");
        return FALSE;
    }
    return TRUE;
}

static gboolean read_activation(const char *word, RipplePlaySettings *settings, GError **error)
{
    if (!ripple_activation_parse(word, &settings->activation, error))
        return FALSE;
    if (settings->activation == RIPPLE_ACTIVATION_SOFTMAX)
        return refuse("activation", "any activation but softmax, which stands at the output only",
                      error);
    return TRUE;
}

static gboolean read_loss(const char *word, RipplePlaySettings *settings, GError **error)
{
    if (strcmp(word, "auto") != 0)
        return ripple_loss_parse(word, &settings->loss, error);
    settings->loss = RIPPLE_N_LOSSES;
    return TRUE;
}

/* Those that are words. FALSE without an error when `key` is none of them. */
static gboolean read_word(const char *key, JsonNode *node, RipplePlaySettings *settings,
                          gboolean has_file, GError **error)
{
    static const char *const keys[] = {"data", "activation", "loss", "optimizer", NULL};
    if (!g_strv_contains(keys, key))
        return FALSE;
    const char *word = ripple_json_string(node);
    if (!word)
        return refuse(key, "a word", error);
    if (strcmp(key, "data") == 0)
        return read_data(word, settings, has_file, error);
    if (strcmp(key, "activation") == 0)
        return read_activation(word, settings, error);
    if (strcmp(key, "loss") == 0)
        return read_loss(word, settings, error);
    return ripple_optimizer_parse(word, &settings->optimizer, error);
}

static gboolean read_member(const char *key, JsonNode *node, RipplePlaySettings *settings,
                            gboolean has_file, GError **error)
{
    g_autoptr(GError) refused = NULL;
    if (read_word(key, node, settings, has_file, &refused))
        return TRUE;
    if (refused) {
        g_propagate_error(error, g_steal_pointer(&refused));
        return FALSE;
    }
    if (strcmp(key, "hidden") == 0)
        return read_hidden(node, settings, error);
    if (strcmp(key, "samples") == 0)
        return read_small(node, key, RIPPLE_PLAY_LEAST_SAMPLES, RIPPLE_PLAY_MOST_SAMPLES,
                          &settings->samples, error);
    if (strcmp(key, "batch") == 0)
        return read_small(node, key, 1, RIPPLE_PLAY_MOST_BATCH, &settings->batch, error);
    if (strcmp(key, "seed") == 0)
        return read_whole(node, key, 0, RIPPLE_PLAY_MOST_SEED, &settings->seed, error);
    if (strcmp(key, "noise") == 0)
        return read_number(node, key, 0, 1, &settings->noise, error);
    if (strcmp(key, "momentum") == 0)
        return read_number(node, key, 0, MOST_MOMENTUM, &settings->momentum, error);
    if (strcmp(key, "learning_rate") == 0)
        return read_number(node, key, LEAST_RATE, RIPPLE_PLAY_MOST_RATE, &settings->learning_rate,
                           error);
    g_autofree char *readable = ripple_text_readable(key);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE, "There is no setting \"%s\".", readable);
    return FALSE;
}

gboolean ripple_play_settings_read(RipplePlaySettings *settings, JsonNode *node, gboolean has_file,
                                   GError **error)
{
    if (!node || !JSON_NODE_HOLDS_OBJECT(node)) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "Settings come as a JSON object.");
        return FALSE;
    }
    RipplePlaySettings changed = *settings;
    JsonObjectIter iterator;
    const char *key;
    JsonNode *value;
    json_object_iter_init(&iterator, json_node_get_object(node));
    while (json_object_iter_next(&iterator, &key, &value))
        if (!read_member(key, value, &changed, has_file, error)) {
            ripple_text_make_readable(*error);
            return FALSE;
        }
    *settings = changed;
    return TRUE;
}

/* ---- writing -------------------------------------------------------------------------------- */

void ripple_play_settings_write(const RipplePlaySettings *settings, GString *json, const char *name)
{
    ripple_json_begin_object(json, name);
    ripple_json_set_text(json, "data", ripple_example_name(settings->data));
    ripple_json_set_whole(json, "samples", settings->samples);
    ripple_json_set_number(json, "noise", settings->noise);
    ripple_json_begin_array(json, "hidden");
    for (guint i = 0; i < settings->n_hidden; i++)
        ripple_json_set_whole(json, NULL, settings->hidden[i]);
    ripple_json_end_array(json);
    ripple_json_set_text(json, "activation", ripple_activation_name(settings->activation));
    ripple_json_set_text(json, "loss",
                         settings->loss == RIPPLE_N_LOSSES ? "auto"
                                                           : ripple_loss_name(settings->loss));
    ripple_json_set_text(json, "optimizer", ripple_optimizer_name(settings->optimizer));
    ripple_json_set_number(json, "momentum", settings->momentum);
    ripple_json_set_number(json, "learning_rate", settings->learning_rate);
    ripple_json_set_whole(json, "batch", settings->batch);
    ripple_json_set_whole(json, "seed", settings->seed);
    ripple_json_end_object(json);
}

gboolean ripple_play_settings_differ_in_rate(const RipplePlaySettings *a,
                                             const RipplePlaySettings *b)
{
    g_autoptr(GString) first = g_string_new(NULL), second = g_string_new(NULL);
    RipplePlaySettings with_rate = *a;
    with_rate.learning_rate = b->learning_rate;
    ripple_play_settings_write(&with_rate, first, NULL);
    ripple_play_settings_write(b, second, NULL);
    return a->learning_rate != b->learning_rate && g_string_equal(first, second);
}
