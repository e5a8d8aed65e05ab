#include "train/data_plan.h"

#include "base/text.h"
#include "train/samples.h"

#include <ripple/error.h>

/* A window so large hides what it costs to begin one, and is filled soon. */
#define WINDOW_BYTES (16 << 20)

/* A sample, and its number in an order. */
static guint64 sample_bytes(const RippleBackend *backend, const RippleDataset *dataset)
{
    return ripple_samples_bytes(backend, dataset) +
           ripple_backend_element_bytes(backend, RIPPLE_ELEMENT_INDEX);
}

static guint64 resident_bytes(const RippleBackend *backend, const RippleDataset *dataset)
{
    return dataset->samples * sample_bytes(backend, dataset);
}

/* Two windows, and one order for both. */
static guint64 streamed_bytes(const RippleBackend *backend, const RippleDataset *dataset,
                              gsize window)
{
    return window * (ripple_samples_bytes(backend, dataset) + sample_bytes(backend, dataset));
}

static gsize smallest_window(const RipplePlacement *set)
{
    return MIN(set->batch, set->dataset->samples);
}

static gboolean are_small_enough(const RippleBackend *backend, const RipplePlacement *sets,
                                 guint n_sets)
{
    for (guint i = 0; i < n_sets; i++) {
        const RippleDataset *dataset = sets[i].dataset;
        if (dataset->samples >
            ripple_backend_largest_buffer_bytes(backend) /
                MAX(ripple_samples_largest_bytes(backend, dataset), sizeof(guint32)))
            return FALSE;
    }
    return TRUE;
}

/* All samples that `bytes` has room for, up to what is worth it. */
static gsize choose_window(const RippleBackend *backend, const RipplePlacement *set, guint64 bytes)
{
    gsize room = bytes / streamed_bytes(backend, set->dataset, 1);
    gsize worth = MIN(WINDOW_BYTES, ripple_backend_largest_buffer_bytes(backend)) /
                  ripple_samples_bytes(backend, set->dataset);
    gsize window = MIN(MIN(room, worth), set->dataset->samples);
    return MAX(window, smallest_window(set));
}

static void set_too_little(GError **error, const RippleBackend *backend, guint64 limit,
                           guint64 allowed, guint64 smallest)
{
    g_autofree char *allowed_text = ripple_text_count(allowed);
    g_autofree char *smallest_text = ripple_text_count(smallest);
    if (limit > 0)
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "A memory limit of %s bytes is too small for the data, of which at least %s "
                    "bytes must be on the device at a time; try --memory-limit %" G_GUINT64_FORMAT
                    " or a smaller --batch.",
                    allowed_text, smallest_text, smallest);
    else
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE_MEMORY,
                    "Half the memory of %s, %s bytes, is too small for the data, of which at least "
                    "%s bytes must be on the device at a time; try a smaller --batch, or "
                    "--memory-limit %" G_GUINT64_FORMAT ".",
                    ripple_backend_device_name(backend), allowed_text, smallest_text, smallest);
}

static guint64 smallest_streamed(const RippleBackend *backend, const RipplePlacement *sets,
                                 guint n_sets)
{
    guint64 smallest = 0;
    for (guint i = 0; i < n_sets; i++)
        smallest += streamed_bytes(backend, sets[i].dataset, smallest_window(&sets[i]));
    return smallest;
}

guint64 ripple_data_plan_smallest(const RippleBackend *backend, const RipplePlacement *sets,
                                  guint n_sets)
{
    guint64 resident = 0, streamed = smallest_streamed(backend, sets, n_sets);
    for (guint i = 0; i < n_sets; i++)
        resident += resident_bytes(backend, sets[i].dataset);
    return are_small_enough(backend, sets, n_sets) ? MIN(streamed, resident) : streamed;
}

guint64 ripple_data_plan_largest_buffer(const RippleBackend *backend, const RipplePlacement *set)
{
    guint64 samples = set->window > 0 ? set->window : set->dataset->samples;
    return samples * MAX(ripple_samples_largest_bytes(backend, set->dataset), sizeof(guint32));
}

static gboolean plan_stream(const RippleBackend *backend, guint64 limit, guint64 allowed,
                            RipplePlacement *sets, guint n_sets, RippleDataPlan *plan,
                            GError **error)
{
    if (smallest_streamed(backend, sets, n_sets) > allowed) {
        set_too_little(error, backend, limit, allowed,
                       ripple_data_plan_smallest(backend, sets, n_sets));
        return FALSE;
    }
    /* The first set, which training goes through, has what the others leave. */
    *plan = (RippleDataPlan){.is_streamed = TRUE};
    for (guint i = n_sets; i-- > 0;) {
        guint64 own = streamed_bytes(backend, sets[i].dataset, smallest_window(&sets[i]));
        sets[i].window = choose_window(backend, &sets[i], i > 0 ? own : allowed - plan->bytes);
        plan->bytes += streamed_bytes(backend, sets[i].dataset, sets[i].window);
    }
    return TRUE;
}

gboolean ripple_data_plan(const RippleBackend *backend, guint64 limit, RipplePlacement *sets,
                          guint n_sets, RippleDataPlan *plan, GError **error)
{
    guint64 allowed = limit > 0 ? limit : ripple_backend_memory_bytes(backend) / 2;
    *plan = (RippleDataPlan){.is_streamed = FALSE};
    for (guint i = 0; i < n_sets; i++) {
        plan->bytes += resident_bytes(backend, sets[i].dataset);
        sets[i].window = 0;
    }
    if (plan->bytes <= allowed && are_small_enough(backend, sets, n_sets))
        return TRUE;
    return plan_stream(backend, limit, allowed, sets, n_sets, plan, error);
}
