#include "measure/baseline.h"

#include "base/replacement.h"
#include "base/text.h"
#include "data/file.h"
#include "train/json_object.h"
#include "train/json_text.h"

#include <ripple/error.h>
#include <ripple/version.h>
#include <string.h>

/* What the file says it is; another number when its members change their meaning. */
#define FORMAT "ripple benchmark 1"

#define LARGEST_FILE (1u << 20)

RippleBaseline *ripple_baseline_new(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    RippleBaseline *baseline = g_new0(RippleBaseline, 1);
    baseline->version = g_strdup(RIPPLE_VERSION);
    baseline->commit = g_strdup(RIPPLE_COMMIT);
    baseline->time = g_date_time_format_iso8601(now);
    baseline->shapes = g_ptr_array_new_with_free_func(g_free);
    baseline->step = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    baseline->measurements = ripple_measurements_new();
    return baseline;
}

void ripple_baseline_free(RippleBaseline *baseline)
{
    if (!baseline)
        return;
    g_free(baseline->device);
    g_free(baseline->driver);
    g_free(baseline->version);
    g_free(baseline->commit);
    g_free(baseline->time);
    g_ptr_array_unref(baseline->shapes);
    g_hash_table_unref(baseline->step);
    g_ptr_array_unref(baseline->measurements);
    g_free(baseline);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_work(const RippleBaseline *baseline, GString *json)
{
    ripple_json_set_whole(json, "rounds", baseline->rounds);
    ripple_json_set_number(json, "seconds", baseline->seconds);
    ripple_json_begin_array(json, "shapes");
    for (guint i = 0; i < baseline->shapes->len; i++)
        ripple_json_set_text(json, NULL, g_ptr_array_index(baseline->shapes, i));
    ripple_json_end_array(json);

    ripple_json_begin_object(json, "step");
    g_autoptr(GList) keys =
        g_list_sort(g_hash_table_get_keys(baseline->step), (GCompareFunc)strcmp);
    for (const GList *key = keys; key; key = key->next)
        ripple_json_set_text(json, key->data, g_hash_table_lookup(baseline->step, key->data));
    ripple_json_end_object(json);
}

static void write_measurement(const RippleMeasurement *measurement, GString *json)
{
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "name", measurement->name);
    ripple_json_set_text(json, "unit", measurement->unit);
    ripple_json_set_flag(json, "less_is_better", measurement->less_is_better);
    ripple_json_set_number(json, "median", measurement->median);
    ripple_json_set_number(json, "min", measurement->least);
    ripple_json_set_number(json, "max", measurement->most);
    ripple_json_set_number(json, "lower_quartile", measurement->lower);
    ripple_json_set_number(json, "upper_quartile", measurement->upper);
    ripple_json_end_object(json);
}

static GString *write_baseline(const RippleBaseline *baseline)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "format", FORMAT);
    ripple_json_set_text(json, "device", baseline->device);
    ripple_json_set_text(json, "driver", baseline->driver);
    ripple_json_set_text(json, "version", baseline->version);
    ripple_json_set_text(json, "commit", baseline->commit);
    ripple_json_set_text(json, "time", baseline->time);
    write_work(baseline, json);
    ripple_json_begin_array(json, "figures");
    for (guint i = 0; i < baseline->measurements->len; i++)
        write_measurement(g_ptr_array_index(baseline->measurements, i), json);
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    g_string_append_c(json, '\n');
    return json;
}

gboolean ripple_baseline_save(const RippleBaseline *baseline, const char *path, GError **error)
{
    g_autoptr(RippleReplacement) file = ripple_replacement_new(path, error);
    if (!file)
        return FALSE;
    GString *text = write_baseline(baseline);
    g_autofree char *json = g_string_free(text, FALSE);
    return ripple_replacement_write(file, json, strlen(json), error) &&
           ripple_replacement_finish(file, error);
}

/* ---- reading -------------------------------------------------------------------------------- */

static gboolean refuse(const char *reason, GError **error)
{
    g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, reason);
    return FALSE;
}

/* A text, without which a file is none. */
static gboolean read_text(JsonNode *node, const char *key, char **text, GError **error)
{
    const char *found = ripple_json_string(ripple_json_member(node, key));
    if (found) {
        g_free(*text);
        *text = g_strdup(found);
        return TRUE;
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "its %s is no text.", key);
    return FALSE;
}

static gboolean read_work(RippleBaseline *baseline, JsonNode *root, GError **error)
{
    guint64 rounds;
    JsonArray *shapes = ripple_json_member_array(root, "shapes");
    JsonNode *step = ripple_json_member(root, "step");
    if (!ripple_json_whole(ripple_json_member(root, "rounds"), RIPPLE_MOST_ROUNDS, &rounds) ||
        rounds < RIPPLE_FEWEST_ROUNDS)
        return refuse("its rounds are no whole number from 3 to 1000.", error);
    if (!ripple_json_number(ripple_json_member(root, "seconds"), &baseline->seconds) ||
        !(baseline->seconds >= RIPPLE_FEWEST_SECONDS && baseline->seconds <= RIPPLE_MOST_SECONDS))
        return refuse("its seconds are no number from 0.01 to 60.", error);
    if (!shapes || !step || !JSON_NODE_HOLDS_OBJECT(step))
        return refuse("it does not say which shapes and which step were timed.", error);

    baseline->rounds = (guint)rounds;
    for (guint i = 0; i < json_array_get_length(shapes); i++) {
        const char *shape = ripple_json_string(json_array_get_element(shapes, i));
        if (!shape)
            return refuse("one of its shapes is no text.", error);
        g_ptr_array_add(baseline->shapes, g_strdup(shape));
    }
    JsonObjectIter iter;
    const char *name;
    JsonNode *value;
    json_object_iter_init(&iter, json_node_get_object(step));
    while (json_object_iter_next(&iter, &name, &value)) {
        if (!ripple_json_string(value))
            return refuse("one of the options of its step is no text.", error);
        g_hash_table_insert(baseline->step, g_strdup(name), g_strdup(ripple_json_string(value)));
    }
    return TRUE;
}

static gboolean read_measurement(RippleBaseline *baseline, JsonNode *node, GError **error)
{
    const char *name = ripple_json_string(ripple_json_member(node, "name"));
    const char *unit = ripple_json_string(ripple_json_member(node, "unit"));
    JsonNode *flag = ripple_json_member(node, "less_is_better");
    RippleMeasurement measurement = {.name = name, .unit = unit, .runs = baseline->rounds};
    if (!name || !unit || !flag || !JSON_NODE_HOLDS_VALUE(flag) ||
        json_node_get_value_type(flag) != G_TYPE_BOOLEAN ||
        !ripple_json_number(ripple_json_member(node, "median"), &measurement.median) ||
        !ripple_json_number(ripple_json_member(node, "min"), &measurement.least) ||
        !ripple_json_number(ripple_json_member(node, "max"), &measurement.most) ||
        !ripple_json_number(ripple_json_member(node, "lower_quartile"), &measurement.lower) ||
        !ripple_json_number(ripple_json_member(node, "upper_quartile"), &measurement.upper))
        return refuse("one of its figures lacks a name, a unit, less_is_better, median, min, max "
                      "or a quartile.",
                      error);
    measurement.less_is_better = json_node_get_boolean(flag);
    if (!(0 < measurement.least && measurement.least <= measurement.lower &&
          measurement.lower <= measurement.median && measurement.median <= measurement.upper &&
          measurement.upper <= measurement.most)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "the numbers of its figure \"%s\" are not above 0, or not in order.", name);
        return FALSE;
    }
    if (ripple_measurements_find(baseline->measurements, name)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "its figure \"%s\" stands there twice.",
                    name);
        return FALSE;
    }
    ripple_measurements_add_copy(baseline->measurements, &measurement);
    return TRUE;
}

static gboolean read_baseline(RippleBaseline *baseline, const char *text, gsize length,
                              GError **error)
{
    g_autoptr(JsonNode) root = ripple_json_parse(text, length, error);
    if (!root)
        return FALSE;
    const char *format = ripple_json_string(ripple_json_member(root, "format"));
    JsonArray *measurements = ripple_json_member_array(root, "figures");
    if (!format || strcmp(format, FORMAT) != 0)
        return refuse("its format is not \"" FORMAT "\".", error);
    if (!measurements || json_array_get_length(measurements) == 0)
        return refuse("it has no figures.", error);

    if (!read_text(root, "device", &baseline->device, error) ||
        !read_text(root, "driver", &baseline->driver, error) ||
        !read_text(root, "version", &baseline->version, error) ||
        !read_text(root, "commit", &baseline->commit, error) ||
        !read_text(root, "time", &baseline->time, error) || !read_work(baseline, root, error))
        return FALSE;
    for (guint i = 0; i < json_array_get_length(measurements); i++)
        if (!read_measurement(baseline, json_array_get_element(measurements, i), error))
            return FALSE;
    return TRUE;
}

RippleBaseline *ripple_baseline_load(const char *path, GError **error)
{
    gsize length;
    g_autofree char *text = ripple_file_read_text(path, LARGEST_FILE, &length, error);
    if (!text)
        return NULL;
    g_autoptr(GError) reason = NULL;
    g_autoptr(RippleBaseline) baseline = ripple_baseline_new();
    if (read_baseline(baseline, text, length, &reason))
        return g_steal_pointer(&baseline);
    ripple_text_make_readable(reason);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The file \"%s\" is no saved benchmark: %s `ripple bench save` writes one.", path,
                reason->message);
    return NULL;
}
