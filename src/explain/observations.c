#include "explain/observations.h"

#include "train/json_text.h"

#include <glib/gstdio.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>
#include <sys/stat.h>

/* Observations beyond that are none. */
#define MOST_BYTES ((goffset)1 << 31)

static char *path_of(const char *directory)
{
    return g_build_filename(directory, "observations.jsonl", NULL);
}

gboolean ripple_observations_exist(const char *directory)
{
    g_autofree char *path = path_of(directory);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* ---- a line --------------------------------------------------------------------------------- */

/* A number, or NAN where it is null. */
static gboolean take_number(JsonNode *object, const char *key, gdouble *number)
{
    JsonNode *member = ripple_json_member(object, key);
    *number = NAN;
    return member && (JSON_NODE_HOLDS_NULL(member) || ripple_json_number(member, number));
}

/* Every element is in a bin, or not finite. */
static gboolean take_bins(JsonNode *object, RippleTensorObservation *tensor)
{
    JsonArray *bins = ripple_json_member_array(object, "histogram");
    guint64 sum = 0;
    if (!bins || json_array_get_length(bins) != RIPPLE_HISTOGRAM_BINS)
        return FALSE;
    for (guint b = 0; b < RIPPLE_HISTOGRAM_BINS; b++) {
        if (!ripple_json_whole(json_array_get_element(bins, b), G_MAXUINT32, &tensor->bins[b]))
            return FALSE;
        sum += tensor->bins[b];
    }
    return sum <= tensor->count || tensor->count > 1 << 24; /* beyond, floats have counted */
}

static gboolean take_tensor(JsonNode *object, RippleTensorObservation *tensor)
{
    static const char *const keys[RIPPLE_SUMMARY_VALUES] = {
        "mean", "deviation", "norm", "least", "most", "zeros", "not_finite"};
    if (!ripple_json_whole(ripple_json_member(object, "count"), G_MAXINT64, &tensor->count) ||
        tensor->count == 0)
        return FALSE;
    for (guint i = 0; i < RIPPLE_SUMMARY_VALUES; i++)
        if (!take_number(object, keys[i], &tensor->summary[i]))
            return FALSE;
    return !(tensor->summary[RIPPLE_SUMMARY_LEAST] > tensor->summary[RIPPLE_SUMMARY_MOST]) &&
           take_bins(object, tensor);
}

static gboolean take_state(JsonNode *object, RippleGradientState *state)
{
    JsonNode *member = ripple_json_member(object, "gradient");
    if (!member)
        return FALSE;
    const char *text = ripple_json_string(member);
    for (*state = 0; *state < RIPPLE_N_GRADIENT_STATES; (*state)++)
        if (g_strcmp0(text, ripple_gradient_state_name(*state)) == 0)
            return text || JSON_NODE_HOLDS_NULL(member);
    return FALSE;
}

static gboolean take_layer(JsonNode *object, RippleLayerObservation *layer)
{
    for (guint t = 0; t < RIPPLE_N_OBSERVED; t++)
        if (!take_tensor(ripple_json_member(object, ripple_observed_name(t)), &layer->tensors[t]))
            return FALSE;
    return take_number(object, "weight.update", &layer->weight_update) &&
           take_number(object, "bias.update", &layer->bias_update) &&
           take_number(object, "update_ratio", &layer->update_ratio) &&
           take_number(object, "gradient_ratio", &layer->gradient_ratio) &&
           take_number(object, "dead", &layer->dead) &&
           take_number(object, "saturated", &layer->saturated) && take_state(object, &layer->state);
}

static RippleObservation *take_observation(JsonNode *line)
{
    JsonArray *layers = ripple_json_member_array(line, "layers");
    if (!layers || json_array_get_length(layers) == 0)
        return NULL;
    g_autoptr(RippleObservation) self = ripple_observation_new(json_array_get_length(layers));
    if (!ripple_json_whole(ripple_json_member(line, "step"), G_MAXINT64, &self->step) ||
        !ripple_json_whole(ripple_json_member(line, "epoch"), G_MAXINT64, &self->epoch) ||
        self->step == 0 || !take_number(line, "loss", &self->loss) ||
        !take_number(line, "learning_rate", &self->learning_rate))
        return NULL;
    for (guint l = 0; l < self->n_layers; l++)
        if (!take_layer(json_array_get_element(layers, l), &self->layers[l]))
            return NULL;
    return g_steal_pointer(&self);
}

/* ---- the file ------------------------------------------------------------------------------- */

/* Steps rise, and layers stay. */
static gboolean follows(const GPtrArray *observations, const RippleObservation *next)
{
    if (observations->len == 0)
        return TRUE;
    const RippleObservation *last = observations->pdata[observations->len - 1];
    return next->step > last->step && next->n_layers == last->n_layers;
}

static gboolean take_line(GPtrArray *observations, const char *text, gsize length)
{
    g_autoptr(JsonNode) line = ripple_json_parse(text, length, NULL);
    g_autoptr(RippleObservation) observation = line ? take_observation(line) : NULL;
    if (!observation || !follows(observations, observation))
        return FALSE;
    g_ptr_array_add(observations, g_steal_pointer(&observation));
    return TRUE;
}

static gboolean take_lines(GPtrArray *observations, const char *path, const char *text,
                           gsize length, GError **error)
{
    guint number = 1;
    for (const char *line = text, *end = text + length; line < end; number++) {
        const char *stop = memchr(line, '\n', (gsize)(end - line));
        if (!take_line(observations, line, (gsize)((stop ? stop : end) - line)) && stop) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                        "Line %u of %s is damaged: it is none that a run writes there.", number,
                        path);
            return FALSE;
        }
        line = stop ? stop + 1 : end;
    }
    return TRUE;
}

/* What is no file, such as a pipe, might never end. */
static gboolean check_file(const char *path, GError **error)
{
    GStatBuf status;
    if (g_stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= MOST_BYTES)
        return TRUE;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "There is no %s: the run was not observed; `ripple train --observe 100steps` "
                    "would.",
                    path);
    else
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "Could not read %s: it is no file of at most 2 GiB.", path);
    return FALSE;
}

GPtrArray *ripple_observations_read(const char *directory, GError **error)
{
    g_autofree char *path = path_of(directory);
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;
    gsize length;
    if (!check_file(path, error))
        return NULL;
    if (!g_file_get_contents(path, &text, &length, &cause)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "Could not read the observations: %s.",
                    cause->message);
        return NULL;
    }
    g_autoptr(GPtrArray) observations =
        g_ptr_array_new_with_free_func((GDestroyNotify)ripple_observation_free);
    if (!take_lines(observations, path, text, length, error))
        return NULL;
    if (observations->len > 0)
        return g_steal_pointer(&observations);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "There is no observation in %s yet; the run has not taken its first step.", path);
    return NULL;
}
