/* One seed, one result: the same bits on one device, every time. */
#include "train/runs.h"
#include "unit/data_files.h"

#include <string.h>

static RippleConfig *config_with(const char *path, const char *device, const char *optimizer,
                                 const char *seed)
{
    /* A batch that does not divide the samples, and samples kept for validation. */
    return test_config("data.data", path, "data.val_split", "0.1", "network.hidden", "17:gelu,8",
                       "training.optimizer", optimizer, "training.momentum",
                       strcmp(optimizer, "sgd") == 0 ? "0.9" : "0", "training.seed", seed,
                       "training.batch", "13", "training.epochs", "4", "run.device", device,
                       "run.log_every", "1", NULL);
}

static TestRun *run_with(const char *path, const char *device, const char *optimizer,
                         const char *seed)
{
    g_autoptr(RippleConfig) config = config_with(path, device, optimizer, seed);
    TestRun *run = test_run(config);
    g_assert_no_error(run->error);
    return run;
}

static void check_same(const TestRun *one, const TestRun *other)
{
    g_assert_cmpmem(one->parameters, one->length * sizeof(gfloat), other->parameters,
                    other->length * sizeof(gfloat));
    g_assert_cmpmem(one->losses->data, one->losses->len * sizeof(gdouble), other->losses->data,
                    other->losses->len * sizeof(gdouble));
    g_assert_cmpfloat(one->result.val_loss, ==, other->result.val_loss);
}

static guint count_equal(const TestRun *one, const TestRun *other)
{
    guint equal = 0;
    g_assert_cmpuint(one->length, ==, other->length);
    for (gsize i = 0; i < one->length; i++)
        equal += one->parameters[i] == other->parameters[i] && one->parameters[i] != 0;
    return equal;
}

static void check_repeats(const char *path, const char *device, const char *optimizer)
{
    g_autoptr(TestRun) one = run_with(path, device, optimizer, "5");
    g_autoptr(TestRun) again = run_with(path, device, optimizer, "5");
    g_autoptr(TestRun) other = run_with(path, device, optimizer, "6");
    g_assert_cmpuint(one->losses->len, ==, 4 * 7); /* 90 samples by 13 */
    check_same(one, again);
    g_assert_cmpuint(count_equal(one, other), <, 3); /* padding apart, by chance at most */
}

static void test_seeds(void)
{
    char *directory = data_directory_new();
    g_autofree char *path = test_table(directory, "table.csv", 100, 6, 3, 0);
    for (guint d = 0; test_devices[d]; d++) {
        check_repeats(path, test_devices[d], "sgd");
        check_repeats(path, test_devices[d], "adam");
    }
    data_directory_remove(directory);
}

/* Row by row it repeats itself as well as many steps at once; and how many go into a launch, which
 * checkpoints decide here, changes nothing. */
static void check_ways(const char *steps, const char *optimizer)
{
    char *directory = data_directory_new();
    g_autofree char *path = test_table(directory, "table.csv", 100, 6, 3, 0);
    g_setenv("RIPPLE_STEPS", steps, TRUE);
    g_autoptr(TestRun) one = run_with(path, "auto", optimizer, "5");
    g_autoptr(TestRun) again = run_with(path, "auto", optimizer, "5");
    check_same(one, again);
    for (guint every = 1; every <= 5; every += 2) {
        g_autoptr(RippleConfig) config = config_with(path, "auto", optimizer, "5");
        config->out = g_strdup_printf("%s/run-%u", directory, every);
        config->checkpoint_every = (RippleInterval){every, RIPPLE_INTERVAL_STEPS};
        g_autoptr(TestRun) split = test_run(config);
        g_assert_no_error(split->error);
        check_same(one, split);
    }
    g_unsetenv("RIPPLE_STEPS");
    data_directory_remove(directory);
}

static void test_ways(void)
{
    check_ways("one", "sgd");
    check_ways("one", "adam");
    check_ways("many", "sgd");
    check_ways("many", "adam");
}

/* The configuration that a run leaves behind repeats it, and looking on changes nothing. */
static void test_written_configuration(void)
{
    char *directory = data_directory_new();
    g_autofree char *path = test_table(directory, "table.csv", 100, 6, 3, 0);
    g_autofree char *out = g_build_filename(directory, "run", NULL);
    g_autofree char *ini = g_build_filename(out, "config.ini", NULL);
    g_autoptr(GError) error = NULL;

    g_autoptr(RippleConfig) first = config_with(path, "auto", "adam", "18446744073709551615");
    first->out = g_strdup(out);
    g_autoptr(TestRun) one = test_run(first);
    g_assert_no_error(one->error);

    g_autoptr(RippleConfig) second = ripple_config_new();
    ripple_config_load(second, ini, &error);
    g_assert_no_error(error);
    g_autoptr(TestRun) again = test_run(second);
    g_assert_no_error(again->error);
    check_same(one, again);

    g_autoptr(RippleConfig) unseen = config_with(path, "auto", "adam", "18446744073709551615");
    unseen->log_every = 0;
    g_autoptr(TestRun) quiet = test_run(unseen);
    g_assert_cmpuint(quiet->losses->len, ==, 0);
    g_assert_cmpmem(one->parameters, one->length * sizeof(gfloat), quiet->parameters,
                    quiet->length * sizeof(gfloat));
    data_directory_remove(directory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/repeat/seeds", test_seeds);
    g_test_add_func("/repeat/ways", test_ways);
    g_test_add_func("/repeat/written-configuration", test_written_configuration);
    return g_test_run();
}
