/* The tuning table: its defaults, what it writes and reads back, and what it makes of damage. */
#include "opencl/tuning.h"

#include <glib/gstdio.h>
#include <ripple/error.h>
#include <string.h>

static const RippleProduct first = {RIPPLE_PRODUCT_NT, 128, 512, 784};
static const RippleProduct second = {RIPPLE_PRODUCT_TN, 10, 512, 128};

static RippleOpenclDevice device_of(RippleDeviceKind kind, const char *name)
{
    return (RippleOpenclDevice){
        .platform_name = (char *)"Platform",
        .platform_version = (char *)"OpenCL 3.0",
        .name = (char *)name,
        .vendor = (char *)"Vendor",
        .driver_version = (char *)"1.2",
        .device_version = (char *)"OpenCL 1.2",
        .kind = kind,
        .compute_units = 2,
        .local_memory_bytes = 1 << 21,
        .largest_group = 1024,
    };
}

static RippleTuning *open_table(const RippleOpenclDevice *device)
{
    g_autoptr(GError) error = NULL;
    RippleTuning *tuning = ripple_tuning_new(device, &error);
    g_assert_no_error(error);
    return tuning;
}

static void check_plan(const RippleProductPlan *plan, const char *text)
{
    g_autofree char *found = ripple_plan_describe(plan);
    g_assert_cmpstr(found, ==, text);
}

static void check_products(const RippleTuning *tuning, gboolean has_first, gboolean has_second)
{
    g_assert_cmpint(ripple_tuning_find(tuning, &first) != NULL, ==, has_first);
    g_assert_cmpint(ripple_tuning_find(tuning, &second) != NULL, ==, has_second);
}

/* ---- defaults ------------------------------------------------------------------------------- */

static void test_defaults(void)
{
    static const struct {
        RippleDeviceKind kind;
        const char *name;
        const char *plan;
        gboolean is_known;
    } devices[] = {
        {RIPPLE_DEVICE_CPU, "pthread-skylake-avx512-Xeon",
         "panel rows 6 vectors 4 depth 128 tiles 43 copy auto", TRUE},
        {RIPPLE_DEVICE_CPU, "pthread-sapphirerapids-Xeon",
         "panel rows 6 vectors 4 depth 128 tiles 43 copy auto", FALSE},
        {RIPPLE_DEVICE_CPU, "pthread-haswell-i7",
         "panel rows 6 vectors 1 depth 256 tiles 22 copy auto", FALSE},
        {RIPPLE_DEVICE_GPU, "a GPU called skylake-avx512",
         "tile tile_m auto tile_n auto tile_k auto item_m auto item_n auto pieces auto", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(devices); i++) {
        RippleOpenclDevice device = device_of(devices[i].kind, devices[i].name);
        g_autoptr(RippleTuning) tuning = open_table(&device);
        RippleProductPlan plan = ripple_tuning_plan(tuning, &first);
        check_plan(&plan, devices[i].plan);
        g_assert_cmpint(ripple_tuning_is_known(tuning), ==, devices[i].is_known);
        g_assert_null(ripple_tuning_problem(tuning));
    }
}

/* A single row, and few columns, of what the panel kernel computes: Cᵀ where it is NT. */
static void test_narrow(void)
{
    static const char single[] = "panel rows 1 vectors 8 depth 128 tiles 1 copy 0";
    static const char narrow[] = "panel rows 14 vectors 1 depth 128 tiles 43 copy auto";
    static const struct {
        RippleProduct product;
        const char *plan;
    } cases[] = {
        {{RIPPLE_PRODUCT_NN, 1, 512, 512}, single}, {{RIPPLE_PRODUCT_NT, 128, 1, 512}, single},
        {{RIPPLE_PRODUCT_TN, 1, 512, 128}, single}, {{RIPPLE_PRODUCT_NT, 1, 512, 784}, narrow},
        {{RIPPLE_PRODUCT_NN, 128, 10, 64}, narrow}, {{RIPPLE_PRODUCT_TN, 64, 16, 128}, narrow},
    };
    RippleOpenclDevice device = device_of(RIPPLE_DEVICE_CPU, "pthread-skylake-avx512-Xeon");
    g_autoptr(RippleTuning) tuning = open_table(&device);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        RippleProductPlan plan = ripple_tuning_plan(tuning, &cases[i].product);
        check_plan(&plan, cases[i].plan);
    }
}

/* Where local memory is small, the defaults copy less; a device with hardly any says so. */
static void test_small_device(void)
{
    g_autoptr(GError) error = NULL;
    RippleOpenclDevice device = device_of(RIPPLE_DEVICE_CPU, "tiny");
    device.local_memory_bytes = 1 << 14;
    g_autoptr(RippleTuning) shallow = open_table(&device);
    RippleProductPlan plan = ripple_tuning_plan(shallow, &first);
    check_plan(&plan, "panel rows 6 vectors 1 depth 128 tiles 11 copy auto");
    device.local_memory_bytes = 1024;
    g_assert_null(ripple_tuning_new(&device, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    g_assert_nonnull(strstr(error->message, "local memory"));
}

/* ---- the file ------------------------------------------------------------------------------- */

static const RippleTuned tuned = {
    .plan = {.provider = RIPPLE_PROVIDER_PANEL, .panel = {12, 2, 128, 8, 1}},
    .gflops = 150.25,
    .default_gflops = 100};

static void check_path_is_free(const RippleTuning *tuning)
{
    g_assert_false(g_file_test(ripple_tuning_path(tuning), G_FILE_TEST_EXISTS));
}

static void test_round_trip(void)
{
    g_autoptr(GError) error = NULL;
    RippleOpenclDevice device = device_of(RIPPLE_DEVICE_CPU, "round trip");
    RippleOpenclDevice other = device;
    other.compute_units = 4;
    {
        g_autoptr(RippleTuning) tuning = open_table(&device);
        RippleTuned library = {.plan = {.provider = RIPPLE_PROVIDER_CLBLAST},
                               .gflops = 1,
                               .default_gflops = 0}; /* the default was wrong */
        check_path_is_free(tuning);
        ripple_tuning_set(tuning, &first, &tuned);
        ripple_tuning_set(tuning, &second, &library);
        g_assert_true(ripple_tuning_save(tuning, &error));
        g_assert_no_error(error);
    }
    g_autoptr(RippleTuning) tuning = open_table(&device);
    g_assert_null(ripple_tuning_problem(tuning));
    g_assert_true(ripple_tuning_is_known(tuning));
    check_products(tuning, TRUE, TRUE);
    const RippleTuned *found = ripple_tuning_find(tuning, &first);
    check_plan(&found->plan, "panel rows 12 vectors 2 depth 128 tiles 8 copy 1");
    g_assert_true(found->gflops == 150.25 || found->gflops == 150.2); /* four digits */
    g_assert_cmpfloat(found->default_gflops, ==, 100);
    RippleProductPlan plan = ripple_tuning_plan(tuning, &second);
    check_plan(&plan, "clblast");
    plan = ripple_tuning_default(tuning, &first);
    check_plan(&plan, "panel rows 6 vectors 1 depth 256 tiles 22 copy auto");
    plan = ripple_tuning_plan_by(tuning, RIPPLE_PROVIDER_CLBLAST, &first);
    check_plan(&plan, "clblast");

    /* It is of this device alone. */
    g_autoptr(RippleTuning) another = open_table(&other);
    check_products(another, FALSE, FALSE);
    g_assert_false(ripple_tuning_is_known(another));

    g_assert_true(ripple_tuning_forget(tuning, &error));
    check_path_is_free(tuning);
    g_assert_true(ripple_tuning_forget(tuning, &error));
    g_assert_no_error(error);
}

#define GOOD_SECOND "[TN 10x512x128]\nprovider=clblast\ngflops=3\ndefault_gflops=2.5\n"
#define PANEL(rows, vectors, depth, tiles, copy, gflops)                                           \
    "[NT 128x512x784]\nprovider=panel\nrows=" rows "\nvectors=" vectors "\ndepth=" depth           \
    "\ntiles=" tiles "\ncopy=" copy "\ngflops=" gflops "\ndefault_gflops=1\n"
#define TILE(tile_m, tile_k, item_m, pieces)                                                       \
    "[NT 128x512x784]\nprovider=tile\ntile_m=" tile_m "\ntile_n=32\ntile_k=" tile_k                \
    "\nitem_m=" item_m "\nitem_n=4\npieces=" pieces "\ngflops=1\ndefault_gflops=1\n"

/* Each text, before a good group, with words of what is said about it. */
static const struct {
    const char *text;
    const char *group;
    const char *words;
} damages[] = {
    {PANEL("0", "4", "256", "22", "1", "1"), "[NT 128x512x784]", "\"rows\" cannot be \"0\""},
    {PANEL("33", "4", "256", "22", "1", "1"), "[NT 128x512x784]", "from 1 to 32"},
    {PANEL("-6", "4", "256", "22", "1", "1"), "[NT 128x512x784]", "\"rows\""},
    {PANEL("6", "4x", "256", "22", "1", "1"), "[NT 128x512x784]", "\"vectors\""},
    {PANEL("6", "4", "", "22", "1", "1"), "[NT 128x512x784]", "\"depth\""},
    {PANEL("6", "4", "256", "4294967295", "1", "1"), "[NT 128x512x784]", "\"tiles\""},
    {PANEL("6", "4", "256", "auto", "1", "1"), "[NT 128x512x784]", "\"tiles\""},
    {PANEL("6", "4", "256", "22", "2", "1"), "[NT 128x512x784]", "or auto"},
    {PANEL("6", "4", "256", "22", "1", "nan"), "[NT 128x512x784]", "\"gflops\""},
    {PANEL("6", "4", "256", "22", "1", "-1"), "[NT 128x512x784]", "\"gflops\""},
    {PANEL("32", "16", "1", "1", "1", "1"), "[NT 128x512x784]", "\"rows\" and \"vectors\""},
    {PANEL("6", "8", "4096", "256", "1", "1"), "[NT 128x512x784]", "local memory"},
    {PANEL("6", "4", "256", "22", "1", "1") "speed=1\n", "[NT 128x512x784]", "\"speed\""},
    {TILE("512", "16", "4", "1"), "[NT 128x512x784]", "from 4 to 256, or auto"},
    {TILE("24", "16", "4", "1"), "[NT 128x512x784]", "powers of two"},
    {TILE("32", "16", "3", "1"), "[NT 128x512x784]", "powers of two"},
    {TILE("8", "16", "16", "1"), "[NT 128x512x784]", "no item is larger"},
    {TILE("32", "16", "4", "0"), "[NT 128x512x784]", "\"pieces\" cannot be \"0\""},
    {TILE("256", "16", "1", "1"), "[NT 128x512x784]", "groups of 1024 work-items"},
    {"[NT 128x512x784]\n", "[NT 128x512x784]", "\"provider\" is missing"},
    {"[NT 128x512x784]\nprovider=magic\n", "[NT 128x512x784]", "\"magic\""},
    {"[NT 128x512x784]\nprovider=panel\nrows=6\n", "[NT 128x512x784]", "\"vectors\" is missing"},
    {"[NT 128x512x784]\nprovider=clblast\ngflops=1\n", "[NT 128x512x784]", "\"default_gflops\""},
    {"[NT 128x512x784]\nprovider=\xff\xfe\n", "[NT 128x512x784]", "\"provider\""},
    {"[TT 128x512x784]\nprovider=clblast\n", "[TT 128x512x784]", "names no product"},
    {"[NT 128x512]\n", "[NT 128x512]", "names no product"},
    {"[NT 128x512x0]\n", "[NT 128x512x0]", "names no product"},
    {"[NT 128x512x99999999999999999999]\n", "[NT 128x512x99999999999999999999]",
     "names no product"},
    {"[anything]\n", "[anything]", "names no product"},
};

static void write_file(const RippleTuning *tuning, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_path_get_dirname(ripple_tuning_path(tuning));
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_file_set_contents(ripple_tuning_path(tuning), text, -1, &error);
    g_assert_no_error(error);
}

static void check_problem(const RippleTuning *tuning, const char *words)
{
    const char *problem = ripple_tuning_problem(tuning);
    g_assert_nonnull(problem);
    g_test_message("%s", problem);
    g_assert_true(g_utf8_validate(problem, -1, NULL));
    g_assert_null(strchr(problem, '\033'));
    g_assert_nonnull(strstr(problem, ripple_tuning_path(tuning)));
    g_assert_nonnull(strstr(problem, words));
    g_assert_nonnull(strstr(problem, "delete the file"));
    g_assert_true(g_str_has_suffix(problem, "."));
}

/* What is damaged is left out and told; the rest holds; and a new file is whole again. */
static void test_damaged_entries(void)
{
    RippleOpenclDevice device = device_of(RIPPLE_DEVICE_CPU, "damaged entries");
    for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RippleTuning) before = open_table(&device);
        g_autofree char *text = g_strconcat(damages[i].text, GOOD_SECOND, NULL);
        write_file(before, text);

        g_autoptr(RippleTuning) tuning = open_table(&device);
        check_problem(tuning, damages[i].words);
        check_problem(tuning, damages[i].group);
        check_products(tuning, FALSE, TRUE);

        g_assert_true(ripple_tuning_save(tuning, &error));
        g_assert_null(ripple_tuning_problem(tuning));
        g_autoptr(RippleTuning) after = open_table(&device);
        g_assert_null(ripple_tuning_problem(after));
        check_products(after, FALSE, TRUE);
    }
}

/* What the damaged groups are made from is good, beside a product that is. */
static void test_whole_entries(void)
{
    static const struct {
        const char *text;
        const char *plan;
    } entries[] = {
        {PANEL("6", "4", "256", "22", "auto", "1e2"),
         "panel rows 6 vectors 4 depth 256 tiles 22 copy auto"},
        {TILE("64", "16", "8", "3"),
         "tile tile_m 64 tile_n 32 tile_k 16 item_m 8 item_n 4 pieces 3"},
        {TILE("auto", "16", "8", "auto"),
         "tile tile_m auto tile_n 32 tile_k 16 item_m 8 item_n 4 pieces auto"},
    };
    RippleOpenclDevice device = device_of(RIPPLE_DEVICE_CPU, "whole entries");
    for (guint i = 0; i < G_N_ELEMENTS(entries); i++) {
        g_autoptr(RippleTuning) before = open_table(&device);
        g_autofree char *text = g_strconcat(entries[i].text, GOOD_SECOND, NULL);
        write_file(before, text);
        g_autoptr(RippleTuning) tuning = open_table(&device);
        g_assert_null(ripple_tuning_problem(tuning));
        check_products(tuning, TRUE, TRUE);
        check_plan(&ripple_tuning_find(tuning, &first)->plan, entries[i].plan);
    }
}

static void test_damaged_file(void)
{
    static const char *const texts[] = {"no key file", "[NT 1x1x1\n",
                                        "\033[31m\n",  "[NT 1x1x1]\nprovider=\033[31m\n",
                                        "\xff\xfe[",   "key=1\n"};
    RippleOpenclDevice device = device_of(RIPPLE_DEVICE_CPU, "damaged file");
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(RippleTuning) before = open_table(&device);
        write_file(before, texts[i]);
        g_autoptr(RippleTuning) tuning = open_table(&device);
        check_problem(tuning, "The tuning file");
        check_products(tuning, FALSE, FALSE);
    }
}

/* A folder stands where the file should: what was there stays, and the error names it. */
static void test_unwritable(void)
{
    g_autoptr(GError) error = NULL;
    RippleOpenclDevice device = device_of(RIPPLE_DEVICE_CPU, "unwritable");
    g_autoptr(RippleTuning) before = open_table(&device);
    g_assert_cmpint(g_mkdir_with_parents(ripple_tuning_path(before), 0700), ==, 0);
    g_autoptr(RippleTuning) tuning = open_table(&device);
    check_problem(tuning, "The tuning file");
    g_assert_false(ripple_tuning_save(tuning, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, ripple_tuning_path(tuning)));
    g_clear_error(&error);
    g_assert_false(ripple_tuning_forget(tuning, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_assert_true(g_file_test(ripple_tuning_path(tuning), G_FILE_TEST_IS_DIR));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
    g_test_add_func("/tuning/defaults", test_defaults);
    g_test_add_func("/tuning/narrow", test_narrow);
    g_test_add_func("/tuning/small-device", test_small_device);
    g_test_add_func("/tuning/round-trip", test_round_trip);
    g_test_add_func("/tuning/damaged-entries", test_damaged_entries);
    g_test_add_func("/tuning/whole-entries", test_whole_entries);
    g_test_add_func("/tuning/damaged-file", test_damaged_file);
    g_test_add_func("/tuning/unwritable", test_unwritable);
    return g_test_run();
}
