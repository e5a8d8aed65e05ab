/* The planes through the weights of a network, what the loss is on them, and lines of equal loss.
 */
#include "explain/contours.h"
#include "explain/models.h"
#include "explain/objective.h"
#include "explain/plane.h"
#include "unit/data_files.h"

#include <math.h>
#include <ripple/device.h>
#include <ripple/inference.h>
#include <string.h>

#define POINTS 6

typedef struct {
    RippleModel *model;
    guint64 steps[POINTS];
    gfloat *weights[POINTS];
    RippleTrajectory trajectory;
} Fixture;

/* A way of six points, each as far from the last as chance has it. */
static void set_up(Fixture *self, gconstpointer data)
{
    self->model = models_network(2, (const guint[]){5, 3, 2}, 3, RIPPLE_ACTIVATION_TANH);
    gsize span = self->model->network->parameter_span;
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (guint i = 0; i < POINTS; i++) {
        self->steps[i] = 10 * i;
        self->weights[i] = g_memdup2(self->model->parameters, span * sizeof(gfloat));
        for (gsize j = 0; j < span; j++)
            self->weights[i][j] += (gfloat)(g_rand_double_range(random, -0.3, 0.3) * (POINTS - i));
    }
    self->trajectory = (RippleTrajectory){.kind = RIPPLE_TRAJECTORY_OBSERVED,
                                          .n_points = POINTS,
                                          .steps = self->steps,
                                          .weights = self->weights};
}

static void tear_down(Fixture *self, gconstpointer data)
{
    for (guint i = 0; i < POINTS; i++)
        g_free(self->weights[i]);
    ripple_model_free(self->model);
}

static gdouble dot(const gfloat *a, const gfloat *b, gsize count)
{
    gdouble sum = 0;
    for (gsize i = 0; i < count; i++)
        sum += (gdouble)a[i] * b[i];
    return sum;
}

/* ---- planes --------------------------------------------------------------------------------- */

/* The square of what a unit has: its row of the weight, and its bias. */
static gdouble unit_square(const RippleLayer *layer, guint unit, const gfloat *weights)
{
    const gfloat *row = weights + layer->weight_offset + (gsize)unit * layer->inputs;
    gdouble bias = weights[layer->bias_offset + unit];
    return dot(row, row, layer->inputs) + bias * bias;
}

static void test_random(Fixture *self, gconstpointer data)
{
    const RippleNetwork *network = self->model->network;
    g_autoptr(RipplePlane) plane =
        ripple_plane_new(RIPPLE_PLANE_RANDOM, network, &self->trajectory, 3);
    g_autoptr(RipplePlane) other =
        ripple_plane_new(RIPPLE_PLANE_RANDOM, network, &self->trajectory, 4);
    for (guint l = 0; l < network->n_layers; l++)
        for (guint unit = 0; unit < network->layers[l].outputs; unit++)
            for (guint which = 0; which < 2; which++)
                g_assert_cmpfloat_with_epsilon(
                    unit_square(&network->layers[l], unit, plane->directions[which]),
                    unit_square(&network->layers[l], unit, self->weights[POINTS - 1]), 1e-4);
    g_assert_cmpfloat(fabs(dot(plane->directions[0], plane->directions[1], plane->length)), <,
                      0.9 * dot(plane->directions[0], plane->directions[0], plane->length));
    g_assert_true(
        memcmp(plane->directions[0], other->directions[0], plane->length * sizeof(gfloat)) != 0);
}

/* Where a point of the plane lies, and back from there. */
static void test_points(Fixture *self, gconstpointer data)
{
    for (RipplePlaneKind kind = RIPPLE_PLANE_RANDOM; kind <= RIPPLE_PLANE_PRINCIPAL; kind++) {
        g_autoptr(RipplePlane) plane =
            ripple_plane_new(kind, self->model->network, &self->trajectory, 3);
        g_autofree gfloat *point = g_new(gfloat, plane->length);
        gdouble x, y, within;
        ripple_plane_point(plane, 0.4, -0.7, point);
        for (gsize i = 0; i < plane->length; i++)
            g_assert_cmpfloat_with_epsilon(point[i],
                                           self->weights[POINTS - 1][i] +
                                               0.4 * plane->directions[0][i] -
                                               0.7 * plane->directions[1][i],
                                           1e-6);
        gdouble square = ripple_plane_project(plane, point, &x, &y, &within);
        g_assert_cmpfloat_with_epsilon(x, 0.4, 1e-5);
        g_assert_cmpfloat_with_epsilon(y, -0.7, 1e-5);
        g_assert_cmpfloat_with_epsilon(within, square, 1e-5 * square);
    }
}

/* Σ of the squares of the way's projections on a direction of length 1. */
static gdouble square_along(const Fixture *self, const gdouble *direction, gsize span)
{
    gdouble sum = 0;
    for (guint i = 0; i < POINTS; i++) {
        gdouble along = 0;
        for (gsize j = 0; j < span; j++)
            along += direction[j] * (self->weights[i][j] - self->weights[POINTS - 1][j]);
        sum += along * along;
    }
    return sum;
}

/* The direction of the largest sum of squares, by going round and round: v ← MᵀM·v. */
static gdouble *power_iteration(const Fixture *self, gsize span)
{
    gdouble *v = g_new(gdouble, span);
    g_autofree gdouble *next = g_new(gdouble, span);
    for (gsize j = 0; j < span; j++)
        v[j] = 1 + 0.01 * j;
    for (guint turn = 0; turn < 5000; turn++) {
        gdouble square = 0;
        memset(next, 0, span * sizeof *next);
        for (guint i = 0; i < POINTS; i++) {
            gdouble along = 0;
            for (gsize j = 0; j < span; j++)
                along += v[j] * (self->weights[i][j] - self->weights[POINTS - 1][j]);
            for (gsize j = 0; j < span; j++)
                next[j] += along * (self->weights[i][j] - self->weights[POINTS - 1][j]);
        }
        for (gsize j = 0; j < span; j++)
            square += next[j] * next[j];
        for (gsize j = 0; j < span; j++)
            v[j] = next[j] / sqrt(square);
    }
    return v;
}

static void test_principal(Fixture *self, gconstpointer data)
{
    g_autoptr(RipplePlane) plane =
        ripple_plane_new(RIPPLE_PLANE_PRINCIPAL, self->model->network, &self->trajectory, 3);
    gsize span = plane->length;
    g_autofree gdouble *first = power_iteration(self, span);
    gdouble along = 0;
    for (gsize i = 0; i < span; i++)
        along += first[i] * plane->directions[0][i];
    g_assert_cmpfloat_with_epsilon(fabs(along), 1, 1e-5);
    g_assert_cmpfloat_with_epsilon(dot(plane->directions[0], plane->directions[1], span), 0, 1e-5);
    g_assert_cmpfloat_with_epsilon(dot(plane->directions[1], plane->directions[1], span), 1, 1e-5);

    /* What the plane holds of the way, from the projections of its points. */
    g_autofree gdouble *second = g_new(gdouble, span);
    for (gsize i = 0; i < span; i++)
        second[i] = plane->directions[1][i];
    gdouble held = 0;
    for (guint i = 0; i < POINTS; i++) {
        gdouble x, y, within;
        ripple_plane_project(plane, self->weights[i], &x, &y, &within);
        held += within;
    }
    gdouble expected = square_along(self, first, span) + square_along(self, second, span);
    g_assert_cmpfloat_with_epsilon(held, expected, 1e-4 * expected);
    g_assert_cmpfloat(square_along(self, first, span), >=, square_along(self, second, span));
}

/* ---- the loss ------------------------------------------------------------------------------- */

/* At points of a plane it is that of a model with those weights. */
static void test_loss(Fixture *self, gconstpointer data)
{
    static const char *const inputs[] = {"a", "b", NULL}, *const classes[] = {"low", "high", NULL};
    g_autoptr(GError) error = NULL;
    char *directory = data_directory_new();
    g_autofree char *file =
        data_write_text(directory, "data.csv", "a,b,kind\n0.5,-1,low\n0.25,2,high\n-1,1,high\n");
    self->model->input_names = g_strdupv((char **)inputs);
    self->model->class_names = g_strdupv((char **)classes);
    g_autoptr(RippleDataset) dataset =
        ripple_model_load_data(self->model, file, NULL, RIPPLE_SPLIT_AUTO, FALSE, &error);
    g_assert_no_error(error);
    RippleBackend *backend = ripple_device_open("reference", &error);
    g_assert_no_error(error);
    const RippleObjectiveSamples samples = {.model = self->model, .dataset = dataset};
    g_autoptr(RippleObjective) objective = ripple_objective_new(backend, &samples, &error);
    g_assert_no_error(error);
    g_autoptr(RipplePlane) plane =
        ripple_plane_new(RIPPLE_PLANE_RANDOM, self->model->network, &self->trajectory, 3);
    for (gint i = -2; i <= 2; i++) {
        gdouble loss, expected, accuracy;
        ripple_plane_point(plane, 0.3 * i, 0.2 - 0.1 * i, self->model->parameters);
        ripple_objective_loss(objective, self->model->parameters, &loss, &error);
        g_assert_no_error(error);
        g_autoptr(RippleInference) inference =
            ripple_inference_new(self->model, "reference", &error);
        g_assert_no_error(error);
        ripple_inference_score(inference, dataset, &expected, &accuracy, &error);
        g_assert_no_error(error);
        g_assert_cmpfloat_with_epsilon(loss, expected, 1e-6 * expected);
    }
    g_clear_pointer(&objective, ripple_objective_free);
    ripple_device_close(backend);
    data_directory_remove(directory);
}

/* ---- lines of equal loss -------------------------------------------------------------------- */

#define COLUMNS 13
#define ROWS 9

static gboolean is_whole(gdouble value)
{
    return fabs(value - round(value)) < 1e-9;
}

/* Edges along the rows whose ends lie to both sides of `level`. */
static guint count_crossings(const gdouble *values, gdouble level)
{
    guint count = 0;
    for (guint row = 0; row < ROWS; row++)
        for (guint column = 0; column + 1 < COLUMNS; column++)
            count += (values[row * COLUMNS + column] > level) !=
                     (values[row * COLUMNS + column + 1] > level);
    return count;
}

/* Each point lies at the level, and each edge that the level crosses has its point. */
static void test_isolines(void)
{
    gdouble values[ROWS * COLUMNS];
    for (guint row = 0; row < ROWS; row++)
        for (guint column = 0; column < COLUMNS; column++)
            values[row * COLUMNS + column] = sin(0.7 * column) * cos(0.9 * row) + 0.01 * column;
    for (gdouble level = -0.85; level < 1; level += 0.2) {
        g_autoptr(GPtrArray) lines = ripple_isolines(values, COLUMNS, ROWS, level);
        guint on_rows = 0;
        for (guint i = 0; i < lines->len; i++) {
            const RippleIsoline *line = g_ptr_array_index(lines, i);
            const RippleGridPoint *points = line->points;
            gboolean is_closed = points[0].column == points[line->n_points - 1].column &&
                                 points[0].row == points[line->n_points - 1].row;
            for (guint j = 0; j < line->n_points; j++)
                g_assert_cmpfloat_with_epsilon(
                    ripple_grid_value(values, COLUMNS, ROWS, points[j].column, points[j].row),
                    level, 1e-9);
            for (guint j = is_closed ? 1 : 0; j < line->n_points; j++)
                on_rows += is_whole(points[j].row);
        }
        g_assert_cmpuint(on_rows, ==, count_crossings(values, level));
    }
}

static void test_levels(void)
{
    g_autoptr(GArray) levels = ripple_levels(0.013, 0.52, 8, TRUE);
    const gdouble expected[] = {0.02, 0.05, 0.1, 0.2, 0.5};
    g_assert_cmpuint(levels->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < levels->len; i++)
        g_assert_cmpfloat_with_epsilon(g_array_index(levels, gdouble, i), expected[i], 1e-12);
    g_autoptr(GArray) none = ripple_levels(0.3, 0.3, 8, FALSE);
    g_assert_cmpuint(none->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/landscape/random", Fixture, NULL, set_up, test_random, tear_down);
    g_test_add("/landscape/points", Fixture, NULL, set_up, test_points, tear_down);
    g_test_add("/landscape/principal", Fixture, NULL, set_up, test_principal, tear_down);
    g_test_add("/landscape/loss", Fixture, NULL, set_up, test_loss, tear_down);
    g_test_add_func("/landscape/isolines", test_isolines);
    g_test_add_func("/landscape/levels", test_levels);
    return g_test_run();
}
