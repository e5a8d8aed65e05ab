/* The figures of a network as `ripple plot` makes them: their numbers are the sample's, and each is
 * written in the formats that it has. */
#include "explain/models.h"
#include "report/figure.h"
#include "train/json_text.h"
#include "unit/data_files.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

typedef struct {
    char *directory;
    char *data;
    RippleRunRecord record;
    const RippleRunRecord *runs[1];
} Fixture;

static void set_up(Fixture *self, gconstpointer data)
{
    static const char *const inputs[] = {"a", "b", NULL}, *const classes[] = {"low", "high", NULL};
    self->directory = data_directory_new();
    self->data = data_write_text(self->directory, "data.csv",
                                 "a,b,kind\n0.5,-1,low\n0.25,2,high\n-1,1,high\n");
    self->record.path = self->directory;
    self->record.model_path = self->data;
    self->record.config = ripple_config_new();
    self->record.config->data = g_strdup(self->data);
    self->record.config->learning_rate = 0.25;
    self->record.model = models_network(2, (const guint[]){12, 2}, 2, RIPPLE_ACTIVATION_TANH);
    self->record.model->input_names = g_strdupv((char **)inputs);
    self->record.model->class_names = g_strdupv((char **)classes);
    self->runs[0] = &self->record;
}

static void tear_down(Fixture *self, gconstpointer data)
{
    ripple_model_free(self->record.model);
    ripple_config_free(self->record.config);
    g_free(self->data);
    data_directory_remove(self->directory);
}

static RippleFigure *make(const Fixture *self, const char *name, gint64 sample)
{
    g_autoptr(GError) error = NULL;
    const RippleFigureRequest request = {.runs = self->runs, .n_runs = 1, .sample = sample};
    const RippleFigureKind *kind = ripple_figure_kind(name, &error);
    g_assert_no_error(error);
    g_assert_true(ripple_figure_check(kind, &request, &error));
    RippleFigure *figure = kind->make(&request, &error);
    g_assert_no_error(error);
    return figure;
}

/* Value `unit` of column `column` in the numbers of a view; NAN where it is not shown. */
static gdouble value_in(JsonNode *view, guint column, guint unit)
{
    JsonArray *columns = ripple_json_member_array(view, "columns");
    JsonArray *shown = ripple_json_member_array(json_array_get_element(columns, column), "shown");
    for (guint n = 0; n < json_array_get_length(shown); n++) {
        JsonNode *own = json_array_get_element(shown, n);
        guint64 number;
        gdouble value = NAN;
        g_assert_true(ripple_json_whole(ripple_json_member(own, "unit"), G_MAXUINT32, &number));
        if (number == unit && ripple_json_number(ripple_json_member(own, "value"), &value))
            return value;
    }
    return NAN;
}

static JsonNode *numbers_of(const RippleFigure *figure)
{
    g_autoptr(GError) error = NULL;
    JsonNode *root = ripple_json_parse(figure->json->str, figure->json->len, &error);
    g_assert_no_error(error);
    return root;
}

static RippleSample *sample_of(const Fixture *self, guint64 index)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleDataset) dataset = ripple_run_record_load_data(&self->record, NULL, &error);
    g_assert_no_error(error);
    RippleSample *sample = ripple_sample_new(self->record.model, dataset, index, &error);
    g_assert_no_error(error);
    return sample;
}

static void test_numbers(Fixture *self, gconstpointer data)
{
    for (guint64 index = 0; index < 3; index++) {
        g_autoptr(RippleSample) sample = sample_of(self, index);
        g_autoptr(RippleFigure) forward = make(self, "forward", (gint64)index);
        g_autoptr(RippleFigure) backward = make(self, "backward", (gint64)index);
        g_autoptr(JsonNode) activations = numbers_of(forward);
        g_autoptr(JsonNode) deltas = numbers_of(backward);
        for (guint o = 0; o < 2; o++) {
            g_assert_cmpfloat(value_in(activations, 0, o), ==, sample->input[o]);
            g_assert_cmpfloat(value_in(activations, 2, o), ==, sample->activation[1][o]);
            g_assert_cmpfloat(value_in(deltas, 0, o), ==, sample->input_delta[o]);
            g_assert_cmpfloat(value_in(deltas, 2, o), ==, sample->delta[1][o]);
        }
        guint shown = 0;
        for (guint u = 0; u < 12; u++) {
            gdouble delta = value_in(deltas, 1, u);
            shown += !isnan(delta);
            if (!isnan(delta))
                g_assert_cmpfloat(delta, ==, sample->delta[0][u]);
        }
        g_assert_cmpuint(shown, ==, 10);
    }
    g_autoptr(RippleFigure) network = make(self, "network", 0);
    g_autoptr(JsonNode) weights = numbers_of(network);
    JsonArray *connections = ripple_json_member_array(weights, "connections");
    g_assert_cmpuint(json_array_get_length(connections), ==, 2 * 10 + 10 * 2);
}

static void check_written(const Fixture *self, const RippleFigure *figure, const char *suffix,
                          const char *start)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    g_autofree char *path = g_strconcat(self->directory, "/figure", suffix, NULL);
    gsize length;
    g_assert_true(ripple_figure_check_path(path, &error));
    g_assert_true(ripple_figure_write(figure, path, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    g_assert_true(g_str_has_prefix(bytes, start));
}

static void test_written(Fixture *self, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleFigure) animation = make(self, "animation", 1);
    g_assert_cmpuint(animation->animation->frames->len, ==, 8);
    check_written(self, animation, ".gif", "GIF89a");
    check_written(self, animation, ".html", "<!DOCTYPE html>");
    check_written(self, animation, ".svg", "<");
    check_written(self, animation, ".json", "{\"kind\": \"animation\"");
    check_written(self, animation, ".png", "\x89PNG");
    g_autoptr(RippleFigure) network = make(self, "network", 0);
    check_written(self, network, ".pdf", "%PDF");
    g_autofree char *path = g_strconcat(self->directory, "/figure.gif", NULL);
    g_assert_false(ripple_figure_write(network, path, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
}

static void test_refused(Fixture *self, gconstpointer data)
{
    static const char *const names[] = {"forward", "backward", "animation"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        const RippleFigureRequest request = {.runs = self->runs, .n_runs = 1, .sample = 3};
        g_assert_null(ripple_figure_kind(names[i], NULL)->make(&request, &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    }
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&self->record.model, ripple_model_free);
    const RippleFigureRequest request = {.runs = self->runs, .n_runs = 1};
    g_assert_false(ripple_figure_check(ripple_figure_kind("network", NULL), &request, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/figures/numbers", Fixture, NULL, set_up, test_numbers, tear_down);
    g_test_add("/figures/written", Fixture, NULL, set_up, test_written, tear_down);
    g_test_add("/figures/refused", Fixture, NULL, set_up, test_refused, tear_down);
    return g_test_run();
}
