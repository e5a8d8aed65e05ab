/* Where batches come from: resident or streamed, a step finds the same samples. */
#include "train/source.h"

#include "support/backends.h"
#include "support/guarded.h"

#define SAMPLES 43
#define WIDTH 5
#define OUTPUTS 2

typedef struct {
    const char *name;
    gboolean is_bytes;
    RippleTargetKind targets;
} Kind;

static const Kind kinds[] = {
    {"bytes, labels", TRUE, RIPPLE_TARGET_LABELS},
    {"bytes, values", TRUE, RIPPLE_TARGET_VALUES},
    {"floats, labels", FALSE, RIPPLE_TARGET_LABELS},
    {"floats, values", FALSE, RIPPLE_TARGET_VALUES},
    {"floats alone", FALSE, RIPPLE_TARGET_NONE},
};

typedef struct {
    RippleBackend *backend;
    RippleDataset dataset;
    RippleTransform *transform;
} Place;

static void place_clear(Place *place)
{
    g_free(place->dataset.input_bytes);
    g_free(place->dataset.input_values);
    g_free(place->dataset.labels);
    g_free(place->dataset.target_values);
    ripple_transform_free(place->transform);
    ripple_backend_free(place->backend);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

/* Input j of sample i is WIDTH·i + j; label and targets follow from i as well. */
static Place place_new(const char *backend, const Kind *kind)
{
    g_autoptr(GError) error = NULL;
    Place place = {
        .backend = test_backend_open(backend, &error),
        .dataset = {.samples = SAMPLES, .inputs = WIDTH, .target_kind = kind->targets},
        .transform = ripple_transform_new(1),
    };
    g_assert_no_error(error);
    RippleDataset *dataset = &place.dataset;
    dataset->input_bytes = kind->is_bytes ? g_new(guint8, SAMPLES * WIDTH) : NULL;
    dataset->input_values = kind->is_bytes ? NULL : g_new(gfloat, SAMPLES * WIDTH);
    for (guint i = 0; i < SAMPLES * WIDTH; i++)
        if (kind->is_bytes)
            dataset->input_bytes[i] = (guint8)i;
        else
            dataset->input_values[i] = i;
    if (kind->targets == RIPPLE_TARGET_LABELS) {
        dataset->labels = g_new(guint32, SAMPLES);
        for (guint i = 0; i < SAMPLES; i++)
            dataset->labels[i] = 100 + i;
    }
    if (kind->targets == RIPPLE_TARGET_VALUES) {
        dataset->targets = OUTPUTS;
        dataset->target_values = g_new(gfloat, SAMPLES * OUTPUTS);
        for (guint i = 0; i < SAMPLES * OUTPUTS; i++)
            dataset->target_values[i] = 1000 + i;
    }
    return place;
}

static RippleSource *source_new(const Place *place, gsize window)
{
    g_autoptr(GError) error = NULL;
    RippleSource *source =
        ripple_source_new(place->backend, &place->dataset, place->transform, window, &error);
    g_assert_no_error(error);
    return source;
}

static void begin(RippleSource *source, const guint32 *order, gsize count, gsize batch)
{
    g_autoptr(GError) error = NULL;
    ripple_source_begin(source, order, count, batch, &error);
    g_assert_no_error(error);
}

static void gather(const Place *place, const RippleBatch *batch, RippleBuffer *from,
                   const TestTensor *to)
{
    g_autoptr(GError) error = NULL;
    const RippleGather operation = {
        .order = ripple_buffer_view(batch->order),
        .first = batch->first,
        .source = ripple_view(from, 0, batch->data->samples, to->view.columns),
        .destination = to->view,
        .scale = batch->data->scale,
        .shift = batch->data->shift,
    };
    ripple_backend_gather(place->backend, &operation, &error);
    g_assert_no_error(error);
}

/* Element j of sample i is start + columns·i + j. */
static void check_reals(const Place *place, const RippleBatch *batch, RippleBuffer *from,
                        gsize columns, guint start, const guint32 *samples)
{
    g_autoptr(TestTensor) found =
        test_variable(place->backend, TEST_ODD, batch->count, columns, NULL);
    gather(place, batch, from, found);
    g_autofree gdouble *values = test_values(found);
    for (gsize i = 0; i < batch->count * columns; i++)
        g_assert_cmpfloat(values[i], ==, start + columns * samples[i / columns] + i % columns);
}

static void check_labels(const Place *place, const RippleBatch *batch, const guint32 *samples)
{
    g_autoptr(TestTensor) found = test_variable_indices(place->backend, TEST_ODD, batch->count, 1);
    gather(place, batch, batch->data->labels, found);
    g_autofree guint32 *values = test_index_values(found);
    for (gsize i = 0; i < batch->count; i++)
        g_assert_cmpuint(values[i], ==, 100 + samples[i]);
}

static void check_batch(const Place *place, const RippleBatch *batch, const guint32 *samples)
{
    check_reals(place, batch, batch->data->inputs, WIDTH, 0, samples);
    g_assert_true((batch->data->labels != NULL) == (place->dataset.labels != NULL));
    g_assert_true((batch->data->targets != NULL) == (place->dataset.target_values != NULL));
    if (batch->data->labels)
        check_labels(place, batch, samples);
    if (batch->data->targets)
        check_reals(place, batch, batch->data->targets, OUTPUTS, 1000, samples);
}

/* Batches up to position `end`, each asked for twice, as compare does. */
static void check_order(const Place *place, RippleSource *source, const guint32 *order, gsize count,
                        gsize batch_size, gsize end)
{
    g_autoptr(GError) error = NULL;
    for (gsize first = 0; first < end; first += batch_size)
        for (guint again = 0; again < 2; again++) {
            RippleBatch batch;
            gsize size = MIN(batch_size, count - first);
            ripple_source_batch(source, first, size, &batch, &error);
            g_assert_no_error(error);
            g_assert_cmpuint(batch.count, ==, size);
            check_batch(place, &batch, order + first);
        }
}

/* A permutation of the samples, of which a part is gone through. */
static guint32 *permutation(guint32 step)
{
    guint32 *order = g_new(guint32, SAMPLES);
    for (guint32 i = 0; i < SAMPLES; i++)
        order[i] = (7 + step * i) % SAMPLES;
    return order;
}

static void check_window(const Place *place, gsize window)
{
    static const gsize batches[] = {4, 1, 9};
    g_autoptr(RippleSource) source = source_new(place, window);
    for (guint i = 0; i < G_N_ELEMENTS(batches); i++) {
        g_autofree guint32 *order = permutation(5 + i);
        /* All of them; a part; the same once more from the start; and left half way. */
        begin(source, order, SAMPLES, batches[i]);
        check_order(place, source, order, SAMPLES, batches[i], SAMPLES);
        begin(source, order + 3, 29, batches[i]);
        check_order(place, source, order + 3, 29, batches[i], 29);
        check_order(place, source, order + 3, 29, batches[i], 29);
        check_order(place, source, order + 3, 29, batches[i], 10);
    }
    guint32 identity[SAMPLES];
    for (guint32 i = 0; i < SAMPLES; i++)
        identity[i] = i;
    begin(source, NULL, SAMPLES, 9);
    check_order(place, source, identity, SAMPLES, 9, SAMPLES);
}

static void test_windows(void)
{
    /* Resident; one batch of the largest; not whole batches; all at once. */
    static const gsize windows[] = {0, 9, 22, SAMPLES};
    for (guint b = 0; test_backend_names[b]; b++)
        for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
            g_test_message("%s on %s", kinds[k].name, test_backend_names[b]);
            g_auto(Place) place = place_new(test_backend_names[b], &kinds[k]);
            for (guint w = 0; w < G_N_ELEMENTS(windows); w++)
                check_window(&place, windows[w]);
        }
}

/* A batch may be larger than the set: then all of it is one. */
static void test_batch_larger_than_the_order(void)
{
    for (guint b = 0; test_backend_names[b]; b++) {
        g_auto(Place) place = place_new(test_backend_names[b], &kinds[0]);
        g_autoptr(RippleSource) source = source_new(&place, 11);
        g_autofree guint32 *order = permutation(3);
        begin(source, order, 11, 1000);
        check_order(&place, source, order, 11, 1000, 11);
    }
}

/* Freed before it began, and while windows are on their way. */
static void test_free(void)
{
    for (guint b = 0; test_backend_names[b]; b++) {
        g_auto(Place) place = place_new(test_backend_names[b], &kinds[0]);
        g_autofree guint32 *order = permutation(3);
        ripple_source_free(source_new(&place, 9));
        for (guint i = 0; i < 20; i++) {
            RippleSource *source = source_new(&place, 9);
            begin(source, order, SAMPLES, 9);
            ripple_source_free(source);
        }
        ripple_source_free(NULL);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source/windows", test_windows);
    g_test_add_func("/source/batch-larger-than-the-order", test_batch_larger_than_the_order);
    g_test_add_func("/source/free", test_free);
    return g_test_run();
}
