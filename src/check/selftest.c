#include <ripple/selftest.h>

#include "check/selftest_units.h"

#include <ripple/device.h>
#include <ripple/error.h>
#include <string.h>

/* Between two reports of progress. */
#define PROGRESS_MICROSECONDS 50000

/* ---- one unit ------------------------------------------------------------------------------- */

static RippleNetwork *network_of(const RippleSelftestUnit *unit, GError **error)
{
    const guint widths[] = {unit->hidden, unit->outputs};
    const RippleActivation activations[] = {unit->activation, unit->output_activation};
    guint skip = unit->hidden == 0;
    return ripple_network_new(unit->inputs, widths + skip, activations + skip, 2 - skip, unit->loss,
                              error);
}

static gboolean try_layers(RippleTrial *trial, guint operations, GError **error)
{
    guint n_layers = trial->options.network->n_layers;
    for (guint l = 0; l < n_layers; l++) {
        if ((operations & RIPPLE_TRY_FORWARD) && !ripple_trial_forward(trial, l, error))
            return FALSE;
        if ((operations & RIPPLE_TRY_DELTA) && l + 1 < n_layers &&
            !ripple_trial_delta(trial, l, error))
            return FALSE;
        if ((operations & (RIPPLE_TRY_DESCENT | RIPPLE_TRY_GRADIENT)) &&
            !ripple_trial_descent(trial, l, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean try_network(RippleBackend *device, const RippleSelftestUnit *unit,
                            RippleTally *tally, GError **error)
{
    g_autoptr(RippleNetwork) network = network_of(unit, error);
    if (!network)
        return FALSE;
    const RippleTrialOptions options = {
        .network = network,
        .batch = unit->batch,
        .has_labels = unit->has_labels,
        .has_bytes = unit->has_bytes,
        .keep_all = (unit->operations & RIPPLE_TRY_GRADIENT) != 0,
        .rates = {.optimizer = unit->optimizer,
                  .learning_rate = unit->optimizer == RIPPLE_OPTIMIZER_ADAM ? 0.001 : 0.1,
                  .momentum = unit->momentum,
                  .beta1 = 0.9,
                  .beta2 = 0.999,
                  .epsilon = 1e-8,
                  .step = 3},
        .by =
            unit->provider < 0 ? NULL : ripple_provider_name((RippleProductProvider)unit->provider),
    };
    g_autoptr(RippleTrial) trial = ripple_trial_new(device, &options, tally, error);
    guint operations = unit->operations;
    return trial && try_layers(trial, operations, error) &&
           (!(operations & RIPPLE_TRY_LOSS) || ripple_trial_loss(trial, error)) &&
           (!(operations & RIPPLE_TRY_GATHER) || ripple_trial_gather(trial, error)) &&
           (!(operations & RIPPLE_TRY_CHAIN) || ripple_trial_chain(trial, error)) &&
           (!(operations & RIPPLE_TRY_STEPS) || ripple_trial_steps(trial, error));
}

static gboolean try_unit(RippleBackend *device, const RippleSelftestUnit *unit, RippleTally *tally,
                         GError **error)
{
    if (unit->operations & RIPPLE_TRY_PRODUCT)
        return ripple_try_products(device, unit, tally, error);
    if (unit->operations & RIPPLE_TRY_FINITE)
        return ripple_try_finite(device, unit, tally, error);
    if (unit->operations & RIPPLE_TRY_OBSERVE)
        return ripple_try_observe(device, unit, tally, error);
    gint before = ripple_opencl_force_provider(device, unit->provider);
    gboolean ok = try_network(device, unit, tally, error);
    ripple_opencl_force_provider(device, before);
    return ok;
}

/* ---- those that are wanted ------------------------------------------------------------------ */

static void note_name(GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(g_ptr_array_index(names, i), name) == 0)
            return;
    g_ptr_array_add(names, g_strdup(name));
}

/* The operations of `unit` whose group has `only` in its name. */
static guint wanted_operations(const RippleSelftestUnit *unit, const char *only, GPtrArray *names)
{
    guint wanted = 0;
    for (guint operation = RIPPLE_TRY_FORWARD; operation <= RIPPLE_TRY_OBSERVE; operation <<= 1) {
        if (!(unit->operations & operation))
            continue;
        g_autofree char *name = ripple_selftest_group_name(unit, (RippleTry)operation);
        note_name(names, name);
        if (!only || strstr(name, only))
            wanted |= operation;
    }
    return wanted;
}

static GArray *choose_units(const char *only, GError **error)
{
    g_autoptr(GArray) all = ripple_selftest_units();
    g_autoptr(GArray) chosen = g_array_new(FALSE, FALSE, sizeof(RippleSelftestUnit));
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < all->len; i++) {
        RippleSelftestUnit unit = g_array_index(all, RippleSelftestUnit, i);
        unit.operations = wanted_operations(&unit, only, names);
        if (unit.operations)
            g_array_append_val(chosen, unit);
    }
    if (chosen->len > 0)
        return g_steal_pointer(&chosen);
    g_ptr_array_add(names, NULL);
    g_autofree char *list = g_strjoinv("; ", (char **)names->pdata);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "No group of the self-test has \"%s\" in its name; there are: %s.", only, list);
    return NULL;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static RippleBackend *open_device(const char *selector, GError **error)
{
    g_autoptr(RippleBackend) backend = ripple_device_open(selector, error);
    if (backend && strcmp(ripple_backend_kind(backend), "reference") == 0) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "The reference is what devices are held against; choose a device that "
                            "`ripple devices` lists.");
        return NULL;
    }
    return g_steal_pointer(&backend);
}

static gboolean try_all(RippleBackend *device, const GArray *units, gboolean fail_fast,
                        RippleTally *tally, RippleSelftestProgress progress, gpointer user_data,
                        GError **error)
{
    gint64 last = 0;
    for (guint i = 0; i < units->len && !(fail_fast && tally->failure); i++) {
        const RippleSelftestUnit *unit = &g_array_index(units, RippleSelftestUnit, i);
        gint64 now = g_get_monotonic_time();
        if (progress && now - last >= PROGRESS_MICROSECONDS) {
            RippleTry first = (RippleTry)(unit->operations & -unit->operations);
            g_autofree char *name = ripple_selftest_group_name(unit, first);
            progress(i, units->len, name, user_data);
            last = now;
        }
        if (!try_unit(device, unit, tally, error))
            return FALSE;
    }
    return TRUE;
}

RippleSelftest *ripple_selftest(const RippleSelftestOptions *options,
                                RippleSelftestProgress progress, gpointer user_data, GError **error)
{
    gint64 start = g_get_monotonic_time();
    g_autoptr(GArray) units = choose_units(options->only, error);
    g_autoptr(RippleBackend) device = units ? open_device(options->device, error) : NULL;
    g_autoptr(RippleTally) tally = ripple_tally_new();
    if (!device || !try_all(device, units, options->fail_fast, tally, progress, user_data, error))
        return NULL;

    RippleSelftest *found = g_new0(RippleSelftest, 1);
    found->pass = tally->failure == NULL;
    found->device = g_strdup(ripple_backend_device_name(device));
    found->driver = g_strdup(ripple_backend_driver(device));
    found->groups = g_steal_pointer(&tally->groups);
    found->cases = tally->cases;
    found->failure = g_steal_pointer(&tally->failure);
    found->seconds = (g_get_monotonic_time() - start) / 1e6;
    return found;
}

void ripple_selftest_free(RippleSelftest *selftest)
{
    if (!selftest)
        return;
    g_free(selftest->device);
    g_free(selftest->driver);
    g_free(selftest->failure);
    g_array_unref(selftest->groups);
    g_free(selftest);
}
