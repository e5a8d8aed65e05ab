/* How products are divided by rule. The devices are made up. */
#include "opencl/tile_shape.h"

static const RippleOpenclDevice large = {
    .compute_units = 132, .local_memory_bytes = 48 << 10, .largest_group = 1024};
static const RippleOpenclDevice small = {
    .compute_units = 8, .local_memory_bytes = 16 << 10, .largest_group = 64};

static const gsize lengths[] = {1, 3, 4, 5, 10, 16, 17, 64, 128, 512, 784, 4096, 100000};

static RippleTileShape choose(const RippleOpenclDevice *device, gsize m, gsize n, gsize k)
{
    const RippleProduct product = {RIPPLE_PRODUCT_NN, m, n, k};
    return ripple_tile_shape_choose(device, &product);
}

static gsize groups_of(const RippleTileShape *shape, gsize m, gsize n)
{
    return (m + shape->tile_m - 1) / shape->tile_m * ((n + shape->tile_n - 1) / shape->tile_n);
}

/* Whatever the product, the device can take the shape, and the pieces are all of k. */
static void test_always_fits(void)
{
    const RippleOpenclDevice *const devices[] = {&large, &small};
    for (guint d = 0; d < G_N_ELEMENTS(devices); d++)
        for (guint i = 0; i < G_N_ELEMENTS(lengths); i++)
            for (guint j = 0; j < G_N_ELEMENTS(lengths); j++)
                for (guint l = 0; l < G_N_ELEMENTS(lengths); l++) {
                    gsize k = lengths[l];
                    RippleTileShape shape = choose(devices[d], lengths[i], lengths[j], k);
                    gsize depth = ripple_tile_shape_depth(&shape, k);
                    g_assert_true(ripple_tile_shape_fits(&shape, devices[d]));
                    g_assert_cmpuint(depth % shape.tile_k, ==, 0);
                    g_assert_cmpuint(depth * shape.pieces, >=, k);
                }
}

/* Large tiles where they fill the device, smaller ones and pieces where they do not. */
static void test_fills_the_device(void)
{
    RippleTileShape many = choose(&large, 4096, 4096, 4096);
    g_assert_cmpuint(many.tile_m, ==, 128);
    g_assert_cmpuint(many.pieces, ==, 1);
    RippleTileShape some = choose(&large, 1024, 1024, 1024);
    g_assert_cmpuint(groups_of(&some, 1024, 1024), >=, large.compute_units);
    g_assert_cmpuint(some.pieces, ==, 1);
    RippleTileShape few = choose(&large, 128, 512, 784);
    g_assert_cmpuint(groups_of(&few, 128, 512) * few.pieces, >=, large.compute_units);
    RippleTileShape least = choose(&large, 128, 512, 20);
    g_assert_cmpuint(least.pieces, ==, 1);
}

/* No more of a tile lies idle than its short side has to spare. */
static void test_short_sides(void)
{
    g_assert_cmpuint(choose(&large, 128, 10, 512).tile_n, ==, 16);
    g_assert_cmpuint(choose(&large, 128, 1, 512).tile_n, ==, 4);
    g_assert_cmpuint(choose(&large, 1, 512, 784).tile_m, ==, 4);
    g_assert_cmpuint(choose(&large, 10, 128, 512).tile_m, ==, 16);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tile-shape/always-fits", test_always_fits);
    g_test_add_func("/tile-shape/fills-the-device", test_fills_the_device);
    g_test_add_func("/tile-shape/short-sides", test_short_sides);
    return g_test_run();
}
