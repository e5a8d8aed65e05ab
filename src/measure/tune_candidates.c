#include "measure/tune_candidates.h"

#include <string.h>

/* Tiles of the panel kernel for registers of any number and width: sums, of sixteen numbers each,
 * from a few to as many as 32 wide registers hold. */
static const struct {
    guint32 rows;
    guint32 vectors;
} tiles[] = {{6, 4}, {6, 1},  {14, 1}, {6, 2}, {12, 2}, {4, 4}, {9, 3},
             {4, 2}, {24, 1}, {2, 8},  {1, 8}, {1, 4},  {1, 1}};

/* How many of them a quick search tries. */
#define QUICK_TILES 4

/* Shapes of the tile kernel, from products with a few tiles to those with many. */
static const RippleTileShape groups[] = {
    {64, 64, 16, 8, 4, 1}, {32, 32, 16, 4, 4, 1},  {32, 32, 16, 4, 4, 4}, {64, 64, 16, 8, 4, 4},
    {64, 64, 16, 4, 4, 1}, {128, 128, 8, 8, 8, 1}, {128, 64, 8, 8, 4, 1}, {64, 128, 8, 4, 8, 1},
    {32, 64, 16, 4, 4, 1}, {64, 32, 16, 4, 4, 1},  {32, 32, 32, 2, 4, 1}, {16, 64, 16, 4, 4, 1},
    {64, 16, 16, 4, 4, 1}, {4, 64, 16, 4, 1, 1},   {64, 4, 16, 1, 4, 1},  {16, 16, 32, 2, 4, 8},
};

/* How many of them a quick search tries. */
#define QUICK_GROUPS 4

static const guint32 piece_counts[] = {1, 2, 4, 8, 16, 32};
static const guint32 panel_depths[] = {8, 16, 32};

static const guint32 copies[] = {0, 1};
static const guint32 depths[] = {64, 256, 1024};
static const guint32 tile_counts[] = {1, 4, 8, 22, 86};

static void add(GArray *plans, RippleBackend *backend, const RippleProductPlan *plan)
{
    for (guint i = 0; i < plans->len; i++)
        if (memcmp(&g_array_index(plans, RippleProductPlan, i), plan, sizeof *plan) == 0)
            return;
    if (ripple_opencl_can(backend, plan))
        g_array_append_val(plans, *plan);
}

/* Has the plan's tile a say? */
static gboolean is_tiled(const RippleProduct *product)
{
    return product->form != RIPPLE_PRODUCT_NT || product->m > RIPPLE_PANEL_FEW_SAMPLES;
}

static void add_panels(GArray *plans, RippleBackend *backend, RippleTuneMode mode,
                       const RippleProduct *product)
{
    RippleProductPlan plan =
        ripple_tuning_plan_by(ripple_opencl_tuning(backend), RIPPLE_PROVIDER_PANEL, product);
    guint count = mode == RIPPLE_TUNE_QUICK ? QUICK_TILES : G_N_ELEMENTS(tiles);
    for (guint i = 0; i < count; i++) {
        plan.panel.rows = tiles[i].rows;
        plan.panel.vectors = tiles[i].vectors;
        add(plans, backend, &plan);
    }
}

static void add_groups(GArray *plans, RippleBackend *backend, RippleTuneMode mode)
{
    guint count = mode == RIPPLE_TUNE_QUICK ? QUICK_GROUPS : G_N_ELEMENTS(groups);
    for (guint i = 0; i < count; i++) {
        RippleProductPlan plan = {.provider = RIPPLE_PROVIDER_TILE, .tile = groups[i]};
        add(plans, backend, &plan);
    }
}

GArray *ripple_tune_candidates(RippleBackend *backend, RippleTuneMode mode,
                               const RippleProduct *product)
{
    const RippleTuning *tuning = ripple_opencl_tuning(backend);
    GArray *plans = g_array_new(FALSE, FALSE, sizeof(RippleProductPlan));
    RippleProductPlan plan = ripple_tuning_default(tuning, product);
    gboolean is_processor = ripple_opencl_is_processor(backend);
    add(plans, backend, &plan);
    /* The panel kernel is for processors; elsewhere its default is enough. */
    if (is_processor && is_tiled(product))
        add_panels(plans, backend, mode, product);
    /* The tile kernel is for all other devices. */
    if (!is_processor)
        add_groups(plans, backend, mode);
    /* The others take seconds to compile on a processor, and have not won there yet. */
    for (guint i = 0; i < RIPPLE_N_PROVIDERS; i++) {
        if (is_processor && mode == RIPPLE_TUNE_QUICK && i != RIPPLE_PROVIDER_PANEL)
            continue;
        plan = ripple_tuning_plan_by(tuning, i, product);
        add(plans, backend, &plan);
    }
    return plans;
}

/* `best`, but for one of its parameters. */
static void vary(GArray *plans, RippleBackend *backend, const RippleProductPlan *best,
                 gsize parameter, const guint32 *values, guint n_values)
{
    for (guint i = 0; i < n_values; i++) {
        RippleProductPlan plan = *best;
        *(guint32 *)(gpointer)((char *)&plan + parameter) = values[i];
        add(plans, backend, &plan);
    }
}

#define VARY(member, values)                                                                       \
    vary(plans, backend, best, G_STRUCT_OFFSET(RippleProductPlan, member), values,                 \
         G_N_ELEMENTS(values))

GArray *ripple_tune_refinements(RippleBackend *backend, const RippleProduct *product,
                                const RippleProductPlan *best)
{
    GArray *plans = g_array_new(FALSE, FALSE, sizeof(RippleProductPlan));
    RippleProductPlan usual = ripple_tuning_default(ripple_opencl_tuning(backend), product);
    add(plans, backend, &usual);
    add(plans, backend, best);
    if (best->provider == RIPPLE_PROVIDER_PANEL && is_tiled(product)) {
        VARY(panel.copy, copies);
        VARY(panel.tiles, tile_counts);
        VARY(panel.depth, depths);
    }
    if (best->provider == RIPPLE_PROVIDER_TILE && best->tile.pieces != RIPPLE_PLAN_AUTO) {
        VARY(tile.pieces, piece_counts);
        VARY(tile.tile_k, panel_depths);
    }
    return plans;
}
