#include "playground/examples.h"

#include "base/random.h"
#include "base/text.h"

#include <math.h>

/* Random numbers that a sample may use. */
#define DRAWS 8
/* The last two of them make its noise. */
#define NOISE_DRAW (DRAWS - 2)

static const char *const names[RIPPLE_N_EXAMPLES] = {"circles", "xor",   "clusters", "spirals",
                                                     "plane",   "hills", "file"};

/* The numbers that one sample is drawn from. */
typedef struct {
    guint64 seed;
    RippleExample example;
    gsize index;
    gdouble noise;
} Draw;

/* Where a sample lies, and what it is. */
typedef struct {
    gdouble x;
    gdouble y;
    guint label;
    gdouble value;
} Point;

const char *ripple_example_name(RippleExample example)
{
    g_return_val_if_fail(example < RIPPLE_N_EXAMPLES, NULL);
    return names[example];
}

gboolean ripple_example_parse(const char *name, RippleExample *example, GError **error)
{
    guint chosen;
    if (!ripple_text_choose("data set", name, names, G_N_ELEMENTS(names), &chosen, error))
        return FALSE;
    *example = (RippleExample)chosen;
    return TRUE;
}

/* Uniform in [low, high). */
static gdouble uniform(const Draw *draw, guint number, gdouble low, gdouble high)
{
    gdouble unit = ripple_random_unit(draw->seed, RIPPLE_STREAM_EXAMPLE, draw->example,
                                      (guint64)draw->index * DRAWS + number);
    return low + unit * (high - low);
}

/* Two independent numbers of the normal distribution (Box, Muller 1958). */
static void normals(const Draw *draw, guint number, gdouble *first, gdouble *second)
{
    gdouble radius = sqrt(-2 * log(1 - uniform(draw, number, 0, 1)));
    gdouble angle = uniform(draw, number + 1, 0, 2 * G_PI);
    *first = radius * cos(angle);
    *second = radius * sin(angle);
}

static void move(const Draw *draw, gdouble deviation, Point *point)
{
    gdouble x, y;
    normals(draw, NOISE_DRAW, &x, &y);
    point->x += deviation * draw->noise * x;
    point->y += deviation * draw->noise * y;
}

/* The root spreads samples evenly over the area. */
static Point draw_circles(const Draw *draw)
{
    guint label = draw->index % 2;
    gdouble inner = label ? 0.65 : 0, outer = label ? 0.95 : 0.4;
    gdouble radius = sqrt(uniform(draw, 0, inner * inner, outer * outer));
    gdouble angle = uniform(draw, 1, 0, 2 * G_PI);
    Point point = {radius * cos(angle), radius * sin(angle), label, 0};
    move(draw, 0.3, &point);
    return point;
}

static Point draw_xor(const Draw *draw)
{
    gboolean is_right = draw->index % 2, is_upper = draw->index / 2 % 2;
    Point point = {uniform(draw, 0, 0.05, 0.95) * (is_right ? 1 : -1),
                   uniform(draw, 1, 0.05, 0.95) * (is_upper ? 1 : -1), is_right != is_upper, 0};
    move(draw, 0.3, &point);
    return point;
}

static Point draw_clusters(const Draw *draw)
{
    guint label = draw->index % 3;
    gdouble angle = G_PI / 2 + label * 2 * G_PI / 3, x, y;
    normals(draw, 0, &x, &y);
    Point point = {0.6 * cos(angle) + 0.1 * x, 0.6 * sin(angle) + 0.1 * y, label, 0};
    move(draw, 0.4, &point);
    return point;
}

static Point draw_spirals(const Draw *draw)
{
    guint label = draw->index % 2;
    gdouble along = uniform(draw, 0, 0, 1), radius = 0.1 + 0.85 * along;
    gdouble angle = 3 * G_PI * along + label * G_PI;
    Point point = {radius * cos(angle), radius * sin(angle), label, 0};
    move(draw, 0.15, &point);
    return point;
}

static Point draw_surface(const Draw *draw)
{
    gdouble noise, unused;
    Point point = {uniform(draw, 0, -1, 1), uniform(draw, 1, -1, 1), 0, 0};
    point.value = draw->example == RIPPLE_EXAMPLE_PLANE ? (point.x + point.y) / 2
                                                        : sin(G_PI * point.x) * sin(G_PI * point.y);
    normals(draw, NOISE_DRAW, &noise, &unused);
    point.value += 0.3 * draw->noise * noise;
    return point;
}

static Point draw_point(const Draw *draw)
{
    switch (draw->example) {
    case RIPPLE_EXAMPLE_CIRCLES:
        return draw_circles(draw);
    case RIPPLE_EXAMPLE_XOR:
        return draw_xor(draw);
    case RIPPLE_EXAMPLE_CLUSTERS:
        return draw_clusters(draw);
    case RIPPLE_EXAMPLE_SPIRALS:
        return draw_spirals(draw);
    default:
        return draw_surface(draw);
    }
}

/* "class 1", "class 2", … */
static char **class_names(guint classes)
{
    char **all = g_new0(char *, classes + 1);
    for (guint i = 0; i < classes; i++)
        all[i] = g_strdup_printf("class %u", i + 1);
    return all;
}

RippleDataset *ripple_example_new(RippleExample example, gsize samples, gsize first, gdouble noise,
                                  guint64 seed)
{
    static const char *const inputs[] = {"x", "y", NULL}, *const target[] = {"value", NULL};
    gboolean has_labels = example != RIPPLE_EXAMPLE_PLANE && example != RIPPLE_EXAMPLE_HILLS;
    RippleDataset *dataset = g_new0(RippleDataset, 1);
    dataset->source = g_strdup(names[example]);
    dataset->samples = samples;
    dataset->inputs = 2;
    dataset->input_values = g_new(gfloat, samples * 2);
    dataset->input_names = g_strdupv((char **)inputs);
    dataset->target_kind = has_labels ? RIPPLE_TARGET_LABELS : RIPPLE_TARGET_VALUES;
    if (has_labels) {
        dataset->classes = example == RIPPLE_EXAMPLE_CLUSTERS ? 3 : 2;
        dataset->class_names = class_names(dataset->classes);
        dataset->labels = g_new(guint32, samples);
    } else {
        dataset->targets = 1;
        dataset->target_names = g_strdupv((char **)target);
        dataset->target_values = g_new(gfloat, samples);
    }
    for (gsize i = 0; i < samples; i++) {
        Draw draw = {seed, example, first + i, noise};
        Point point = draw_point(&draw);
        dataset->input_values[2 * i] = (gfloat)point.x;
        dataset->input_values[2 * i + 1] = (gfloat)point.y;
        if (has_labels)
            dataset->labels[i] = point.label;
        else
            dataset->target_values[i] = (gfloat)point.value;
    }
    return dataset;
}
