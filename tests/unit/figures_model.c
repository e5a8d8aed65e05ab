/* Figures of models: what they show against the same computed here, from the parameters and the
 * samples alone. */
#include "report/kinds.h"
#include "train/json_text.h"

#include "support/texts.h"
#include "unit/data_files.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

#define SAMPLES 60u
#define HIDDEN 3u

/* A run whose model was never trained: 2 → 3 tanh → `classes` softmax, over a table. */
typedef struct {
    char *directory;
    RippleRunRecord *record;
    guint classes;
    gdouble x[SAMPLES][2];
    guint labels[SAMPLES];
} Run;

static char *class_name(guint class, gboolean is_long)
{
    return is_long ? g_strdup_printf("%03u a class whose name has about as many letters as the "
                                     "longest that anybody writes down",
                                     class)
                   : g_strdup_printf("c%03u", class);
}

static void write_table(Run *run, gboolean is_long)
{
    g_autoptr(GString) table = g_string_new("width (mm),height (mm),class\n");
    for (guint i = 0; i < SAMPLES; i++) {
        run->x[i][0] = (gdouble)((i * 37) % 64) / 8;
        run->x[i][1] = (gdouble)((i * 23) % 64) / 4 - 8;
        run->labels[i] = (i * 7) % run->classes;
        g_autofree char *name = class_name(run->labels[i], is_long);
        g_string_append_printf(table, "%g,%g,%s\n", run->x[i][0], run->x[i][1], name);
    }
    g_autofree char *path = data_write_text(run->directory, "table.csv", table->str);
    g_autofree char *config = g_strdup_printf("[data]\ndata=%s\n[network]\nhidden=%d:tanh\n"
                                              "[training]\nlearning_rate=0.1\nepochs=1\n"
                                              "[run]\ndevice=reference\n",
                                              path, HIDDEN);
    g_free(data_write_text(run->directory, "config.ini", config));
}

static void save_model(const Run *run, gboolean is_long)
{
    g_autoptr(GError) error = NULL;
    const guint widths[] = {HIDDEN, run->classes};
    const RippleActivation activations[] = {RIPPLE_ACTIVATION_TANH, RIPPLE_ACTIVATION_SOFTMAX};
    RippleTransform *transform = ripple_transform_new(2);
    transform->scale[0] = 0.25;
    transform->shift[0] = -1;
    transform->scale[1] = 0.125;
    transform->shift[1] = 0.5;
    g_autoptr(RippleModel) model = ripple_model_new(
        ripple_network_new(2, widths, activations, 2, RIPPLE_LOSS_CROSS_ENTROPY, &error),
        transform);
    g_assert_no_error(error);
    ripple_network_initialise(model->network, 5, model->parameters);
    model->input_names = g_strsplit("width (mm),height (mm)", ",", -1);
    model->target_names = g_strsplit("class", ",", -1);
    model->class_names = g_new0(char *, run->classes + 1);
    for (guint i = 0; i < run->classes; i++)
        model->class_names[i] = class_name(i, is_long);
    g_autofree char *path = g_build_filename(run->directory, "model.safetensors", NULL);
    ripple_model_save(model, path, &error);
    g_assert_no_error(error);
}

static Run *run_new(guint classes, gboolean is_long)
{
    g_autoptr(GError) error = NULL;
    Run *run = g_new0(Run, 1);
    run->directory = data_directory_new();
    run->classes = classes;
    write_table(run, is_long);
    save_model(run, is_long);
    run->record = ripple_run_record_new(run->directory, &error);
    g_assert_no_error(error);
    return run;
}

static void run_free(Run *run)
{
    ripple_run_record_free(run->record);
    data_directory_remove(run->directory);
    g_free(run);
}

/* The probabilities for one sample, by the formulas alone. */
static void forward(const Run *run, const gdouble *x, gdouble *probabilities)
{
    const RippleModel *model = run->record->model;
    const gfloat *w0 = model->parameters + model->network->layers[0].weight_offset;
    const gfloat *w1 = model->parameters + model->network->layers[1].weight_offset;
    gdouble in[] = {0.25 * x[0] - 1, 0.125 * x[1] + 0.5}, hidden[HIDDEN], sum = 0;
    for (guint i = 0; i < HIDDEN; i++)
        hidden[i] = tanh(w0[2 * i] * in[0] + w0[2 * i + 1] * in[1]);
    for (guint i = 0; i < run->classes; i++) {
        gdouble z = 0;
        for (guint j = 0; j < HIDDEN; j++)
            z += w1[HIDDEN * i + j] * hidden[j];
        probabilities[i] = exp(z);
        sum += probabilities[i];
    }
    for (guint i = 0; i < run->classes; i++)
        probabilities[i] /= sum;
}

static RippleFigure *figure_new(const Run *run, const char *name, guint points)
{
    g_autoptr(GError) error = NULL;
    const RippleRunRecord *runs[] = {run->record};
    const RippleFigureRequest request = {
        .runs = runs, .n_runs = 1, .device = "reference", .layer = -1, .points = points};
    const RippleFigureKind *kind = ripple_figure_kind(name, &error);
    g_assert_no_error(error);
    ripple_figure_check(kind, &request, &error);
    g_assert_no_error(error);
    RippleFigure *figure = kind->make(&request, &error);
    g_assert_no_error(error);
    test_check_texts(figure->canvas);
    return figure;
}

static JsonNode *numbers_of(const RippleFigure *figure)
{
    g_autoptr(GError) error = NULL;
    JsonNode *root = ripple_json_parse(figure->json->str, figure->json->len, &error);
    g_assert_no_error(error);
    return root;
}

static gdouble number_at(JsonArray *array, guint index)
{
    return json_array_get_double_element(array, index);
}

/* ---- confusion ------------------------------------------------------------------------------ */

static void test_confusion(void)
{
    Run *run = run_new(3, FALSE);
    g_autoptr(RippleFigure) figure = figure_new(run, "confusion", 0);
    g_autoptr(JsonNode) root = numbers_of(figure);
    gint64 counts[3][3] = {0};
    gdouble surest = 0;
    guint wrong = 0;
    for (guint i = 0; i < SAMPLES; i++) {
        gdouble p[3];
        forward(run, run->x[i], p);
        guint best = p[1] > p[0] ? 1 : 0;
        best = p[2] > p[best] ? 2 : best;
        counts[run->labels[i]][best]++;
        wrong += best != run->labels[i];
        if (best != run->labels[i])
            surest = fmax(surest, p[best]);
    }
    JsonArray *rows = ripple_json_member_array(root, "counts");
    for (guint row = 0; row < 3; row++)
        for (guint i = 0; i < 3; i++)
            g_assert_cmpint(json_array_get_int_element(json_array_get_array_element(rows, row), i),
                            ==, counts[row][i]);
    guint64 mistakes;
    g_assert_true(ripple_json_whole(ripple_json_member(root, "mistakes"), SAMPLES, &mistakes));
    g_assert_cmpuint(mistakes, ==, wrong);
    JsonArray *worst = ripple_json_member_array(root, "worst_mistakes");
    gdouble before = 1;
    for (guint i = 0; i < json_array_get_length(worst); i++) {
        gdouble p;
        g_assert_true(ripple_json_number(
            ripple_json_member(json_array_get_element(worst, i), "probability"), &p));
        g_assert_cmpfloat(p, <=, before);
        if (i == 0)
            g_assert_cmpfloat_with_epsilon(p, surest, 1e-6);
        before = p;
    }
    test_check_has_text(figure->canvas, "Wrong, and surest of it");
    run_free(run);
}

/* ---- boundary ------------------------------------------------------------------------------- */

static void test_boundary(void)
{
    enum { POINTS = 9 };
    Run *run = run_new(3, FALSE);
    g_autoptr(RippleFigure) figure = figure_new(run, "boundary", POINTS);
    g_autoptr(JsonNode) root = numbers_of(figure);
    JsonArray *low = ripple_json_member_array(root, "low");
    JsonArray *high = ripple_json_member_array(root, "high");
    JsonArray *outputs = ripple_json_member_array(root, "outputs");
    gdouble least[] = {INFINITY, INFINITY}, most[] = {-INFINITY, -INFINITY};
    for (guint i = 0; i < SAMPLES; i++)
        for (guint axis = 0; axis < 2; axis++) {
            least[axis] = fmin(least[axis], run->x[i][axis]);
            most[axis] = fmax(most[axis], run->x[i][axis]);
        }
    for (guint axis = 0; axis < 2; axis++) {
        gdouble room = 0.1 * (most[axis] - least[axis]);
        g_assert_cmpfloat_with_epsilon(number_at(low, axis), least[axis] - room, 1e-5);
        g_assert_cmpfloat_with_epsilon(number_at(high, axis), most[axis] + room, 1e-5);
    }
    g_assert_cmpuint(json_array_get_length(outputs), ==, POINTS * POINTS);
    for (guint i = 0; i < POINTS * POINTS; i++) {
        const guint index[] = {i % POINTS, i / POINTS};
        gdouble x[2], p[3];
        for (guint axis = 0; axis < 2; axis++)
            x[axis] = number_at(low, axis) +
                      (index[axis] + 0.5) / POINTS * (number_at(high, axis) - number_at(low, axis));
        forward(run, x, p);
        for (guint class = 0; class < 3; class ++)
            g_assert_cmpfloat_with_epsilon(
                number_at(json_array_get_array_element(outputs, i), class), p[class], 1e-5);
    }
    test_check_has_text(figure->canvas, "height (mm)");
    run_free(run);
}

/* ---- weights -------------------------------------------------------------------------------- */

static void test_weights(void)
{
    Run *run = run_new(3, FALSE);
    const RippleModel *model = run->record->model;
    g_autoptr(RippleFigure) figure = figure_new(run, "weights", 0);
    g_autoptr(JsonNode) root = numbers_of(figure);
    JsonArray *layers = ripple_json_member_array(root, "layers");
    g_assert_cmpuint(json_array_get_length(layers), ==, 2);
    for (guint l = 0; l < 2; l++) {
        const RippleLayer *layer = &model->network->layers[l];
        JsonNode *own = json_array_get_element(layers, l);
        JsonArray *edges = ripple_json_member_array(own, "edges");
        JsonArray *counts = ripple_json_member_array(own, "counts");
        guint n = layer->inputs * layer->outputs, bins = json_array_get_length(counts);
        gdouble sum = 0, mean, total = 0;
        for (guint i = 0; i < n; i++)
            sum += model->parameters[layer->weight_offset + i];
        g_assert_true(ripple_json_number(ripple_json_member(own, "mean"), &mean));
        g_assert_cmpfloat_with_epsilon(mean, sum / n, 1e-12);
        for (guint bin = 0; bin < bins; bin++) {
            guint expected = 0;
            for (guint i = 0; i < n; i++) {
                gdouble w = model->parameters[layer->weight_offset + i];
                expected += w >= number_at(edges, bin) - 1e-12 &&
                            (w < number_at(edges, bin + 1) - 1e-12 || bin + 1 == bins);
            }
            g_assert_cmpfloat(number_at(counts, bin), ==, expected);
            total += expected;
        }
        g_assert_cmpfloat(total, ==, n);
    }
    run_free(run);
}

/* ---- filters -------------------------------------------------------------------------------- */

/* 2 × 3 pixels → 4 relu → 2: each unit's pixels have the colours of its weights. */
static void test_filters(void)
{
    g_autoptr(GError) error = NULL;
    const guint widths[] = {4, 2};
    const RippleActivation activations[] = {RIPPLE_ACTIVATION_RELU, RIPPLE_ACTIVATION_SOFTMAX};
    RippleRunRecord record = {.path = (char *)"run", .model_path = (char *)"model"};
    g_autoptr(RippleModel) model = ripple_model_new(
        ripple_network_new(6, widths, activations, 2, RIPPLE_LOSS_CROSS_ENTROPY, &error),
        ripple_transform_new(1));
    model->image_height = 2;
    model->image_width = 3;
    ripple_network_initialise(model->network, 3, model->parameters);
    record.model = model;
    Run run = {.record = &record};
    g_autoptr(RippleFigure) figure = figure_new(&run, "filters", 0);
    g_autoptr(JsonNode) root = numbers_of(figure);
    JsonArray *units = ripple_json_member_array(root, "units");
    g_assert_cmpuint(json_array_get_length(units), ==, 4);
    gdouble largest, before = INFINITY;
    g_assert_true(ripple_json_number(ripple_json_member(root, "largest_weight"), &largest));
    guint columns, rows;
    g_autofree guint8 *rgb =
        ripple_canvas_to_rgb(figure->canvas, 1, RIPPLE_THEME_LIGHT, &columns, &rows, &error);
    for (guint i = 0; i < 4; i++) {
        JsonNode *own = json_array_get_element(units, i);
        guint64 unit;
        gdouble influence, in = 0, out = 0;
        g_assert_true(ripple_json_whole(ripple_json_member(own, "unit"), 3, &unit));
        g_assert_true(ripple_json_number(ripple_json_member(own, "influence"), &influence));
        const gfloat *weights =
            model->parameters + model->network->layers[0].weight_offset + 6 * unit;
        const gfloat *after = model->parameters + model->network->layers[1].weight_offset;
        for (guint input = 0; input < 6; input++) {
            in += (gdouble)weights[input] * weights[input];
            g_assert_cmpfloat_with_epsilon(
                number_at(ripple_json_member_array(own, "weights"), input), weights[input], 1e-12);
            guint x = (guint)(24 + i * 100 + (input % 3 + 0.5) * 88 / 3);
            guint y = (guint)(92 + (input / 3 + 0.5) * 88 / 3);
            guint32 expected = ripple_paint_value(ripple_paint_signed(weights[input] / largest),
                                                  RIPPLE_THEME_LIGHT);
            for (guint part = 0; part < 3; part++)
                g_assert_cmpint(ABS((int)rgb[3 * (y * columns + x) + part] -
                                    (int)((expected >> (16 - 8 * part)) & 0xff)),
                                <=, 1);
        }
        for (guint output = 0; output < 2; output++)
            out += (gdouble)after[4 * output + unit] * after[4 * output + unit];
        g_assert_cmpfloat_with_epsilon(influence, sqrt(in * out), 1e-9);
        g_assert_cmpfloat(influence, <=, before);
        before = influence;
    }
}

/* ---- what is unusual ------------------------------------------------------------------------ */

static void test_many_classes(void)
{
    static const guint classes[] = {2, 60};
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++)
        for (gint is_long = 0; is_long <= 1; is_long++) {
            Run *run = run_new(classes[i], is_long);
            for (const RippleFigureKind *kind = ripple_figure_kinds; kind->name; kind++) {
                const RippleRunRecord *runs[] = {run->record};
                const RippleFigureRequest request = {.runs = runs, .n_runs = 1, .layer = -1};
                if (kind->applies && !kind->applies(&request, NULL))
                    continue;
                g_autoptr(RippleFigure) figure = figure_new(run, kind->name, 16);
                g_assert_cmpuint(figure->json->len, >, 2);
            }
            run_free(run);
        }
}

static void test_refused(void)
{
    Run *run = run_new(3, FALSE);
    g_autoptr(GError) error = NULL;
    const RippleRunRecord *runs[] = {run->record};
    RippleFigureRequest request = {.runs = runs, .n_runs = 1, .layer = 2};
    g_assert_null(ripple_figure_weights(&request, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_clear_error(&error);
    request.data = "/no/such/data.csv";
    g_assert_null(ripple_figure_confusion(&request, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    g_clear_error(&error);
    const char *why = NULL;
    g_assert_false(ripple_filters_apply(&request, &why));
    g_assert_nonnull(why);
    g_assert_false(ripple_curves_apply(&request, &why));
    /* Without a model, each says so. */
    g_clear_pointer(&run->record->model, ripple_model_free);
    g_assert_false(ripple_boundary_applies(&request, &why));
    g_assert_nonnull(strstr(why, "no model"));
    g_assert_null(ripple_figure_boundary(&request, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    run_free(run);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/figures-model/confusion", test_confusion);
    g_test_add_func("/figures-model/boundary", test_boundary);
    g_test_add_func("/figures-model/weights", test_weights);
    g_test_add_func("/figures-model/filters", test_filters);
    g_test_add_func("/figures-model/many-classes", test_many_classes);
    g_test_add_func("/figures-model/refused", test_refused);
    return g_test_run();
}
