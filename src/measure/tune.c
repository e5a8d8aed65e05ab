#include "measure/tune.h"

#include "measure/gemm.h"
#include "measure/search.h"
#include "measure/tune_candidates.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

#define QUICK_SECONDS 3.0 /* for all products together */
#define FULL_SECONDS 60.0 /* for each product */
#define QUICK_RUN 0.004   /* seconds of a run */
#define FULL_RUN 0.02

/* ---- products ------------------------------------------------------------------------------- */

static gdouble work_of(const RippleProduct *product)
{
    return 2.0 * product->m * product->n * product->k;
}

static int compare_work(gconstpointer a, gconstpointer b)
{
    gdouble x = work_of(a), y = work_of(b);
    return (x < y) - (x > y);
}

static void add_product(GArray *products, RippleProductForm form, gsize m, gsize n, gsize k)
{
    RippleProduct product = {form, m, n, k};
    for (guint i = 0; i < products->len; i++)
        if (memcmp(&g_array_index(products, RippleProduct, i), &product, sizeof product) == 0)
            return;
    g_array_append_val(products, product);
}

GArray *ripple_tune_products(const RippleNetwork *network, gsize batch)
{
    GArray *products = g_array_new(FALSE, FALSE, sizeof(RippleProduct));
    for (guint i = 0; i < network->n_layers; i++) {
        const RippleLayer *layer = &network->layers[i];
        add_product(products, RIPPLE_PRODUCT_NT, batch, layer->outputs, layer->inputs);
        add_product(products, RIPPLE_PRODUCT_TN, layer->outputs, layer->inputs, batch);
        if (i > 0)
            add_product(products, RIPPLE_PRODUCT_NN, batch, layer->inputs, layer->outputs);
    }
    g_array_sort(products, compare_work);
    return products;
}

/* ---- one product ---------------------------------------------------------------------------- */

/* A search under way. */
typedef struct {
    RippleGemm *gemm;
    RippleProduct product;
    const GArray *plans;
    guint64 *launches; /* of each plan in a run; 0 until it was timed */
    gdouble run_seconds;
    guint done; /* products before this one */
    guint n_products;
    const RippleTuneObserver *observer;
} Trial;

/* One of its plans. */
typedef struct {
    const Trial *trial;
    const RippleProductPlan *plan;
} Candidate;

static Candidate candidate_of(const Trial *trial, guint i)
{
    return (Candidate){trial, &g_array_index(trial->plans, RippleProductPlan, i)};
}

static gboolean multiply(gpointer user_data, GError **error)
{
    const Candidate *candidate = user_data;
    const RippleGemm *gemm = candidate->trial->gemm;
    return ripple_opencl_product_by(gemm->backend, candidate->plan, &candidate->trial->product,
                                    ripple_buffer_view(gemm->a), ripple_buffer_view(gemm->b),
                                    ripple_buffer_view(gemm->c), error);
}

static gboolean check(gpointer user_data, guint i, GError **error)
{
    const Trial *trial = user_data;
    const RippleTuneObserver *observer = trial->observer;
    Candidate candidate = candidate_of(trial, i);
    g_autofree char *name = ripple_plan_describe(candidate.plan);
    if (observer && observer->progress)
        observer->progress(&trial->product, trial->done, trial->n_products, i, trial->plans->len,
                           observer->user_data);
    return ripple_gemm_verify(trial->gemm, name, multiply, &candidate, error);
}

static gboolean time_run(gpointer user_data, guint i, gdouble *seconds, GError **error)
{
    Trial *trial = user_data;
    Candidate candidate = candidate_of(trial, i);
    if (trial->launches[i] == 0) {
        /* What waiting adds makes a run rather too short than too long. */
        gdouble once;
        if (!ripple_timing_run(trial->gemm->backend, multiply, &candidate, 1, &once, error))
            return FALSE;
        trial->launches[i] = (guint64)CLAMP(trial->run_seconds / once, 1, 10000);
    }
    return ripple_timing_run(trial->gemm->backend, multiply, &candidate, trial->launches[i],
                             seconds, error);
}

static gboolean search_among(Trial *trial, const GArray *plans, gint64 deadline,
                             RippleSearchResult *found, GError **error)
{
    g_autofree guint64 *launches = g_new0(guint64, plans->len);
    const RippleSearch search = {plans->len, check, time_run, trial, deadline};
    trial->plans = plans;
    trial->launches = launches;
    return ripple_search(&search, found, error);
}

/* Look among `plans` (taken), of which the first is the default's. */
static gboolean take_best(Trial *trial, GArray *plans, gint64 deadline, RippleTuneResult *result,
                          GError **error)
{
    g_autoptr(GArray) own = plans;
    gdouble work = 1e-9 * work_of(&trial->product);
    RippleSearchResult found;
    if (!search_among(trial, own, deadline, &found, error))
        return FALSE;
    result->product = trial->product;
    result->default_plan = g_array_index(own, RippleProductPlan, 0);
    result->tuned.plan = g_array_index(own, RippleProductPlan, found.best);
    result->tuned.gflops = work / found.seconds;
    result->tuned.default_gflops = isfinite(found.first_seconds) ? work / found.first_seconds : 0;
    result->tried = MAX(result->tried, found.tried);
    result->wrong += found.wrong;
    return TRUE;
}

/* Look among the candidates, and in a full search among those that are much like the best. */
static gboolean tune_product(Trial *trial, RippleTuneMode mode, gint64 deadline,
                             RippleTuneResult *result, GError **error)
{
    RippleBackend *backend = trial->gemm->backend;
    *result = (RippleTuneResult){0};
    if (!take_best(trial, ripple_tune_candidates(backend, mode, &trial->product), deadline, result,
                   error))
        return FALSE;
    if (mode != RIPPLE_TUNE_FULL)
        return TRUE;
    RippleProductPlan best = result->tuned.plan;
    return take_best(trial, ripple_tune_refinements(backend, &trial->product, &best), deadline,
                     result, error);
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* Until when there is time for a product. Those that come first compile programs for those that
 * come later, and get half of what is left. */
static gint64 deadline_of(RippleTuneMode mode, gint64 end)
{
    gint64 now = g_get_monotonic_time();
    return mode == RIPPLE_TUNE_FULL ? now + (gint64)(FULL_SECONDS * G_USEC_PER_SEC)
                                    : now + (end - now) / 2;
}

static gboolean tune_next(RippleBackend *backend, RippleTuneMode mode, const GArray *products,
                          guint i, gint64 deadline, const RippleTuneObserver *observer,
                          GError **error)
{
    const RippleProduct *product = &g_array_index(products, RippleProduct, i);
    RippleGemmShape shape = {product->m, product->n, product->k};
    g_autoptr(RippleGemm) gemm =
        ripple_gemm_new(backend, (RippleProductForm)product->form, &shape, error);
    if (!gemm)
        return FALSE;
    Trial trial = {
        .gemm = gemm,
        .product = *product,
        .run_seconds = mode == RIPPLE_TUNE_FULL ? FULL_RUN : QUICK_RUN,
        .done = i,
        .n_products = products->len,
        .observer = observer,
    };
    RippleTuneResult result;
    if (!tune_product(&trial, mode, deadline, &result, error))
        return FALSE;
    /* The default alone was not held against anything. */
    if (result.tried > 1)
        ripple_tuning_set(ripple_opencl_tuning(backend), product, &result.tuned);
    if (observer && observer->tuned)
        observer->tuned(&result, observer->user_data);
    return TRUE;
}

gboolean ripple_tune(RippleBackend *backend, RippleTuneMode mode, const GArray *products,
                     const RippleTuneObserver *observer, GError **error)
{
    gint64 end = g_get_monotonic_time() + (gint64)(QUICK_SECONDS * G_USEC_PER_SEC);
    g_autoptr(GError) unwritten = NULL;
    for (guint i = 0; i < products->len; i++) {
        gint64 deadline = deadline_of(mode, end);
        if (mode == RIPPLE_TUNE_QUICK && g_get_monotonic_time() >= end)
            break;
        if (!tune_next(backend, mode, products, i, deadline, observer, error))
            return FALSE;
        g_clear_error(&unwritten);
        ripple_tuning_save(ripple_opencl_tuning(backend), &unwritten);
    }
    if (!unwritten)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&unwritten));
    return FALSE;
}

gboolean ripple_tune_for_training(RippleBackend *backend, RippleTuneMode mode,
                                  const RippleNetwork *network, gsize batch,
                                  const RippleTuneObserver *observer, gboolean *tuned,
                                  GError **error)
{
    const RippleTuning *tuning = ripple_opencl_tuning(backend);
    *tuned = tuning && mode != RIPPLE_TUNE_OFF &&
             (mode == RIPPLE_TUNE_FULL || !ripple_tuning_is_known(tuning));
    if (!*tuned)
        return TRUE;
    g_autoptr(GArray) products = ripple_tune_products(network, batch);
    return ripple_tune(backend, mode, products, observer, error);
}
