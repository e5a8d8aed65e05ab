/* Which samples a run looks at: every one once in each epoch, whatever the size of a batch.
 *
 * A network of one weight and one bias that begins at 0, and hardly moves, says 0 of every sample,
 * so that a sample's loss is the square of its target. Sample i has the target 2ⁱ: its loss is the
 * digit i, to base 4, of the sum over an epoch. */
#include "train/runs.h"
#include "unit/data_files.h"

#include <math.h>

#define SAMPLES 8
#define ALL ((1u << SAMPLES) - 1)

typedef struct {
    char *directory;
    char *table;
    char *zeros; /* a network to begin with */
} Material;

static Material material_new(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new("x,t\n");
    for (guint i = 0; i < SAMPLES; i++)
        g_string_append_printf(text, "%u,%u\n", i, 1u << i);
    Material material = {.directory = data_directory_new()};
    material.table = data_write_text(material.directory, "powers.csv", text->str);
    material.zeros = g_build_filename(material.directory, "zeros.safetensors", NULL);

    const RippleActivation identity = RIPPLE_ACTIVATION_IDENTITY;
    RippleNetwork *network =
        ripple_network_new(1, (const guint[]){1}, &identity, 1, RIPPLE_LOSS_MSE, &error);
    g_autoptr(RippleModel) model = ripple_model_new(network, ripple_transform_new(1));
    ripple_model_save(model, material.zeros, &error);
    g_assert_no_error(error);
    return material;
}

static void material_clear(Material *material)
{
    g_free(material->table);
    g_free(material->zeros);
    data_directory_remove(material->directory);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Material, material_clear)

static RippleConfig *config_new(const Material *material, const char *device, guint batch)
{
    g_autofree char *size = g_strdup_printf("%u", batch);
    return test_config("data.data", material->table, "data.scaling", "none", "network.init",
                       material->zeros, "training.learning_rate", "1e-30", "training.batch", size,
                       "training.epochs", "3", "run.log_every", "1", "run.device", device, NULL);
}

/* The samples of which `sum` is the loss, as bits. Each occurs once. */
static guint samples_in(gdouble sum)
{
    guint samples = 0;
    gdouble whole = round(sum);
    /* At most 4⁸/3 with a few roundings of 2⁻²⁴: no digit is lost. */
    g_assert_cmpfloat_with_epsilon(sum, whole, 0.05);
    for (guint i = 0; i < SAMPLES; i++) {
        guint digit = (guint64)whole >> 2 * i & 3;
        g_assert_cmpuint(digit, <=, 1);
        samples |= digit << i;
    }
    g_assert_cmpfloat(whole, <, 1u << 2 * SAMPLES);
    return samples;
}

/* The samples of step `step` of an epoch of `samples`. */
static guint samples_of_step(const TestRun *run, guint step, guint batch, guint samples)
{
    guint steps_per_epoch = (samples + batch - 1) / batch;
    guint first = step % steps_per_epoch * batch;
    gdouble mean = g_array_index(run->losses, gdouble, step);
    return samples_in(mean * MIN(batch, samples - first));
}

static void check_batch(const Material *material, const char *device, guint batch, gboolean shuffle)
{
    g_autoptr(RippleConfig) config = config_new(material, device, batch);
    config->shuffle = shuffle;
    g_autoptr(TestRun) run = test_run(config);
    guint steps_per_epoch = (SAMPLES + batch - 1) / batch;
    g_assert_no_error(run->error);
    g_assert_cmpuint(run->epochs->len, ==, 3);
    g_assert_cmpuint(run->losses->len, ==, 3 * steps_per_epoch);
    for (guint e = 0; e < 3; e++) {
        const RippleEpochReport *epoch = &g_array_index(run->epochs, RippleEpochReport, e);
        guint seen = 0;
        g_assert_cmpuint(epoch->step, ==, (e + 1) * steps_per_epoch);
        /* The mean of the epoch weighs each sample alike, those of the short batch too. */
        g_assert_cmpuint(samples_in(epoch->train_loss * SAMPLES), ==, ALL);
        for (guint s = 0; s < steps_per_epoch; s++) {
            guint samples = samples_of_step(run, e * steps_per_epoch + s, batch, SAMPLES);
            g_assert_cmpuint(samples & seen, ==, 0);
            seen |= samples;
        }
        g_assert_cmpuint(seen, ==, ALL);
    }
}

static void test_every_batch_size(void)
{
    g_auto(Material) material = material_new();
    for (guint d = 0; test_devices[d]; d++)
        for (guint batch = 1; batch <= SAMPLES + 1; batch++) {
            check_batch(&material, test_devices[d], batch, TRUE);
            check_batch(&material, test_devices[d], batch, FALSE);
        }
}

/* One sample a step shows the order itself: another in each epoch, that of the data when it is not
 * to be shuffled. */
static void test_order(void)
{
    g_auto(Material) material = material_new();
    g_autoptr(RippleConfig) shuffled = config_new(&material, "auto", 1);
    g_autoptr(RippleConfig) plain = config_new(&material, "auto", 1);
    plain->shuffle = FALSE;
    g_autoptr(TestRun) run = test_run(shuffled);
    g_autoptr(TestRun) run_in_order = test_run(plain);
    guint kept[3] = {0, 0, 0};
    for (guint step = 0; step < 3 * SAMPLES; step++) {
        guint here = samples_of_step(run, step, 1, SAMPLES);
        guint next_epoch = samples_of_step(run, (step + SAMPLES) % (3 * SAMPLES), 1, SAMPLES);
        kept[step / SAMPLES] += here == next_epoch;
        g_assert_cmpuint(samples_of_step(run_in_order, step, 1, SAMPLES), ==, 1u << step % SAMPLES);
    }
    for (guint i = 0; i < 3; i++)
        g_assert_cmpuint(kept[i], <, SAMPLES);
}

/* What is kept for validation is never trained on. */
static void test_validation(void)
{
    g_auto(Material) material = material_new();
    for (guint d = 0; test_devices[d]; d++)
        for (guint batch = 1; batch <= 7; batch += 3) {
            g_autoptr(RippleConfig) config = config_new(&material, test_devices[d], batch);
            config->val_split = 0.25;
            g_autoptr(TestRun) run = test_run(config);
            g_assert_no_error(run->error);
            for (guint e = 0; e < 3; e++) {
                const RippleEpochReport *epoch = &g_array_index(run->epochs, RippleEpochReport, e);
                guint trained = samples_in(epoch->train_loss * (SAMPLES - 2));
                guint validated = samples_in(epoch->val_loss * 2);
                g_assert_cmpuint(trained & validated, ==, 0);
                g_assert_cmpuint(trained | validated, ==, ALL);
            }
        }
}

/* The seed chooses which: each sample is kept sooner or later. */
static void test_validation_is_chosen(void)
{
    g_auto(Material) material = material_new();
    guint kept = 0;
    for (guint seed = 1; seed <= 24; seed++) {
        g_autoptr(RippleConfig) config = config_new(&material, "reference", SAMPLES);
        config->val_split = 0.25;
        config->seed = seed;
        g_autoptr(TestRun) run = test_run(config);
        g_assert_no_error(run->error);
        kept |= samples_in(run->result.val_loss * 2);
    }
    g_assert_cmpuint(kept, ==, ALL);
}

/* A number of steps that ends within an epoch. */
static void test_steps(void)
{
    g_auto(Material) material = material_new();
    for (guint steps = 1; steps <= 7; steps++) {
        g_autoptr(RippleConfig) config = config_new(&material, "auto", 3);
        config->steps = steps;
        g_autoptr(TestRun) run = test_run(config);
        g_assert_no_error(run->error);
        g_assert_cmpuint(run->result.steps, ==, steps);
        g_assert_cmpuint(run->losses->len, ==, steps);
        g_assert_cmpuint(run->result.epochs, ==, (steps + 2) / 3);
        guint seen = 0, expected = steps % 3 ? steps % 3 * 3 : SAMPLES;
        for (guint step = (steps - 1) / 3 * 3; step < steps; step++)
            seen |= samples_of_step(run, step, 3, SAMPLES);
        const RippleEpochReport *last =
            &g_array_index(run->epochs, RippleEpochReport, run->epochs->len - 1);
        g_assert_cmpuint(samples_in(last->train_loss * expected), ==, seen);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/coverage/every-batch-size", test_every_batch_size);
    g_test_add_func("/coverage/order", test_order);
    g_test_add_func("/coverage/validation", test_validation);
    g_test_add_func("/coverage/validation-is-chosen", test_validation_is_chosen);
    g_test_add_func("/coverage/steps", test_steps);
    return g_test_run();
}
