#include "measure/suite.h"

#include "measure/peak.h"
#include "measure/step.h"

/* A round under way, and the figures of those before it. */
typedef struct {
    const RippleSuite *suite;
    RippleBackend *backend;
    guint round;             /* counted from 1 */
    GPtrArray *measurements; /* of the first round: their names and units */
    GPtrArray *values;       /* of GArray of gdouble: the median of each figure in each round */
} Rounds;

static void rounds_clear(Rounds *rounds)
{
    g_ptr_array_unref(rounds->measurements);
    g_ptr_array_unref(rounds->values);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rounds, rounds_clear)

static void tell(const Rounds *rounds, const char *what)
{
    g_autofree char *line =
        g_strdup_printf("round %u of %u: timing %s", rounds->round, rounds->suite->rounds, what);
    rounds->suite->progress(line, rounds->suite->user_data);
}

static gboolean time_products(const Rounds *rounds, GPtrArray *found, GError **error)
{
    guint n_providers;
    const RippleGemmProvider *providers = ripple_gemm_providers(&n_providers);
    for (guint i = 0; i < rounds->suite->shapes->len * RIPPLE_N_PRODUCTS * n_providers; i++) {
        const RippleGemmProvider *provider = &providers[i % n_providers];
        RippleProductForm form = i / n_providers % RIPPLE_N_PRODUCTS;
        const RippleGemmShape *shape = &g_array_index(rounds->suite->shapes, RippleGemmShape,
                                                      i / n_providers / RIPPLE_N_PRODUCTS);
        g_autofree char *shape_text = ripple_gemm_shape_text(shape);
        g_autofree char *name = g_strdup_printf("gemm %s %s by %s", ripple_product_name(form),
                                                shape_text, provider->name);
        RippleThroughput gflops;
        tell(rounds, name);
        if (!ripple_gemm_measure(rounds->backend, provider, form, shape, rounds->suite->seconds,
                                 &gflops, error))
            return FALSE;
        ripple_measurements_add(found, name, "GFLOP/s", FALSE, &gflops.median, 1);
    }
    return TRUE;
}

static gboolean time_step(const Rounds *rounds, GPtrArray *found, GError **error)
{
    const RippleSuite *suite = rounds->suite;
    g_auto(RippleStepSpeed) speed = {0};
    tell(rounds, "training steps");
    if (!ripple_step_measure(rounds->backend, suite->network, suite->config, suite->seconds, &speed,
                             error))
        return FALSE;
    ripple_measurements_add(found, "step", "samples/s", FALSE, &speed.samples_per_second, 1);
    return TRUE;
}

static gboolean run_round(Rounds *rounds, GError **error)
{
    g_autoptr(GPtrArray) found = ripple_measurements_new();
    tell(rounds, "the device at its best");
    if (!ripple_peak_measure(rounds->backend, rounds->suite->seconds, found, error) ||
        !time_products(rounds, found, error) || !time_step(rounds, found, error))
        return FALSE;
    for (guint i = 0; i < found->len; i++) {
        const RippleMeasurement *measurement = g_ptr_array_index(found, i);
        if (rounds->round == 1) {
            ripple_measurements_add_copy(rounds->measurements, measurement);
            g_ptr_array_add(rounds->values, g_array_new(FALSE, FALSE, sizeof(gdouble)));
        }
        GArray *values = g_ptr_array_index(rounds->values, i);
        g_array_append_val(values, measurement->median);
    }
    return TRUE;
}

gboolean ripple_suite_run(const RippleSuite *suite, RippleBackend *backend, GPtrArray *measurements,
                          GError **error)
{
    g_auto(Rounds) rounds = {
        .suite = suite,
        .backend = backend,
        .measurements = ripple_measurements_new(),
        .values = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref),
    };
    for (rounds.round = 1; rounds.round <= suite->rounds; rounds.round++)
        if (!run_round(&rounds, error))
            return FALSE;
    for (guint i = 0; i < rounds.measurements->len; i++) {
        const RippleMeasurement *measurement = g_ptr_array_index(rounds.measurements, i);
        GArray *values = g_ptr_array_index(rounds.values, i);
        ripple_measurements_add(measurements, measurement->name, measurement->unit,
                                measurement->less_is_better, (gdouble *)(gpointer)values->data,
                                values->len);
    }
    return TRUE;
}
