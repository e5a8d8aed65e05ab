#include "opencl/tile_shape.h"

/* Two pairs of panels in local memory, whose rows are padded by so many numbers (PAD in
 * product_tile.cl). */
#define PANELS 2
#define PAD 4

/* Tiles for products whose sides are both long, the larger first. A work-item of the first reads 16
 * numbers for 64 multiply-adds, one of the last 8 for 16: larger tiles are faster where there are
 * enough of them. The last fits every device. */
static const RippleTileShape square[] = {
    {128, 128, 8, 8, 8, 1},
    {64, 64, 16, 8, 4, 1},
    {32, 32, 16, 4, 4, 1},
};

/* Tiles for products with a short side, the shorter first, of as many columns (rows) as that. */
static const RippleTileShape short_n[] = {{64, 4, 16, 1, 4, 1}, {64, 16, 16, 4, 4, 1}};
static const RippleTileShape short_m[] = {{4, 64, 16, 4, 1, 1}, {16, 64, 16, 4, 4, 1}};

/* Groups for each compute unit that a split of k aims at, so that one computes while the other
 * waits for memory. */
#define GROUPS_PER_UNIT 2

/* Least of k in a piece: below, a second kernel costs more than it saves. */
#define LEAST_DEPTH 64

/* Most pieces: the second kernel adds them one after another. */
#define MOST_PIECES 32

/* Most sums of a work-item: more do not fit in registers. */
#define MOST_SUMS 64

gboolean ripple_tile_shape_is_auto(const RippleTileShape *shape)
{
    return shape->tile_m == RIPPLE_PLAN_AUTO || shape->tile_n == RIPPLE_PLAN_AUTO ||
           shape->tile_k == RIPPLE_PLAN_AUTO || shape->item_m == RIPPLE_PLAN_AUTO ||
           shape->item_n == RIPPLE_PLAN_AUTO || shape->pieces == RIPPLE_PLAN_AUTO;
}

gsize ripple_tile_shape_items(const RippleTileShape *shape)
{
    return (gsize)(shape->tile_m / shape->item_m) * (shape->tile_n / shape->item_n);
}

gsize ripple_tile_shape_local_bytes(const RippleTileShape *shape)
{
    gsize row = (gsize)shape->tile_m + PAD + shape->tile_n + PAD;
    return PANELS * row * shape->tile_k * sizeof(gfloat);
}

static gsize ceiling(gsize numerator, gsize denominator)
{
    return (numerator + denominator - 1) / denominator;
}

gsize ripple_tile_shape_depth(const RippleTileShape *shape, gsize k)
{
    return ceiling(ceiling(k, shape->pieces), shape->tile_k) * shape->tile_k;
}

static gboolean is_power_of_two(guint32 number)
{
    return number > 0 && (number & (number - 1)) == 0;
}

gboolean ripple_tile_shape_fits(const RippleTileShape *shape, const RippleOpenclDevice *device)
{
    return is_power_of_two(shape->tile_m) && is_power_of_two(shape->tile_n) &&
           is_power_of_two(shape->tile_k) && is_power_of_two(shape->item_m) &&
           is_power_of_two(shape->item_n) && shape->pieces > 0 && shape->tile_m >= 4 &&
           shape->tile_n >= 4 && shape->tile_k >= 8 && shape->item_m <= shape->tile_m &&
           shape->item_n <= shape->tile_n && shape->item_m * shape->item_n <= MOST_SUMS &&
           ripple_tile_shape_items(shape) <= device->largest_group &&
           ripple_tile_shape_local_bytes(shape) <= device->local_memory_bytes;
}

static gsize tiles_of(const RippleTileShape *shape, gsize m, gsize n)
{
    return ceiling(m, shape->tile_m) * ceiling(n, shape->tile_n);
}

static const RippleTileShape *choose_square(const RippleOpenclDevice *device, gsize m, gsize n)
{
    guint last = G_N_ELEMENTS(square) - 1;
    for (guint i = 0; i < last; i++)
        if (tiles_of(&square[i], m, n) >= device->compute_units &&
            ripple_tile_shape_fits(&square[i], device))
            return &square[i];
    return &square[last];
}

static const RippleTileShape *choose_tiles(const RippleOpenclDevice *device, gsize m, gsize n)
{
    for (guint i = 0; i < G_N_ELEMENTS(short_n); i++)
        if (n <= short_n[i].tile_n)
            return &short_n[i];
    for (guint i = 0; i < G_N_ELEMENTS(short_m); i++)
        if (m <= short_m[i].tile_m)
            return &short_m[i];
    return choose_square(device, m, n);
}

RippleTileShape ripple_tile_shape_choose(const RippleOpenclDevice *device,
                                         const RippleProduct *product)
{
    RippleTileShape shape = *choose_tiles(device, product->m, product->n);
    gsize tiles = tiles_of(&shape, product->m, product->n);
    if (2 * tiles <= device->compute_units) {
        gsize wanted = GROUPS_PER_UNIT * device->compute_units / tiles;
        shape.pieces = (guint32)CLAMP(product->k / LEAST_DEPTH, 1, MIN(wanted, MOST_PIECES));
    }
    return shape;
}
