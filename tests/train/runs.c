#include "train/runs.h"

#include "base/random.h"
#include "unit/data_files.h"

#include <string.h>

#define DATA_SEED 17

const char *const test_devices[] = {"reference", "auto", NULL};

static void set_option(RippleConfig *config, const char *option, const char *value)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) parts = g_strsplit(option, ".", 2);
    ripple_config_set(config, parts[0], parts[1], value, &error);
    g_assert_no_error(error);
}

RippleConfig *test_config(const char *option, ...)
{
    RippleConfig *config = ripple_config_new();
    va_list options;
    va_start(options, option);
    for (; option; option = va_arg(options, const char *))
        set_option(config, option, va_arg(options, const char *));
    va_end(options);
    return config;
}

/* ---- data ----------------------------------------------------------------------------------- */

static void append_headings(GString *text, const char *name, guint count)
{
    for (guint i = 1; i <= count; i++)
        g_string_append_printf(text, "%s%s%u", text->len ? "," : "", name, i);
}

/* Uniform in −1…1, the same in every run. */
static gdouble draw(guint64 *index)
{
    return 2 * ripple_random_unit(DATA_SEED, RIPPLE_STREAM_TEST, 0, (*index)++) - 1.0;
}

char *test_table(const char *directory, const char *name, guint samples, guint inputs,
                 guint classes, guint targets)
{
    static const char *const words[] = {"red", "green", "blue", "grey"};
    g_autoptr(GString) text = g_string_new(NULL);
    guint64 index = 0;
    g_assert_cmpuint(classes, <=, G_N_ELEMENTS(words));

    append_headings(text, "x", inputs);
    if (classes > 0)
        g_string_append(text, ",class");
    else
        append_headings(text, "t", targets);
    for (guint s = 0; s < samples; s++) {
        gdouble sum = 0;
        for (guint i = 0; i < inputs; i++) {
            gdouble x = draw(&index);
            sum += x * (i % 2 ? 0.5 : -1);
            g_string_append_printf(text, "%s%.6f", i ? "," : "\n", x);
        }
        if (classes > 0)
            g_string_append_printf(text, ",%s",
                                   words[(guint)((sum + inputs + draw(&index)) * 2) % classes]);
        for (guint t = 0; classes == 0 && t < targets; t++)
            g_string_append_printf(
                text, ",%.6f", 0.5 + 0.3 * sum / inputs * (t + 1) / targets + 0.1 * draw(&index));
    }
    g_string_append_c(text, '\n');
    return data_write_text(directory, name, text->str);
}

/* ---- runs ----------------------------------------------------------------------------------- */

typedef struct {
    TestRun *run;
    guint interrupt_after; /* steps; 0 for never */
    guint results;
} Watch;

static void watch_step(const RippleStepReport *report, gpointer user_data)
{
    Watch *watch = user_data;
    g_array_append_val(watch->run->losses, report->loss);
}

static void watch_epoch(const RippleEpochReport *report, gpointer user_data)
{
    Watch *watch = user_data;
    g_array_append_val(watch->run->epochs, *report);
}

static gboolean watch_interrupt(gpointer user_data)
{
    Watch *watch = user_data;
    return ++watch->results >= watch->interrupt_after && watch->interrupt_after > 0;
}

TestRun *test_run_interrupted(RippleConfig *config, guint steps)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleTrainer) trainer = ripple_trainer_new(config, &error);
    g_assert_no_error(error);

    TestRun *run = g_new0(TestRun, 1);
    run->losses = g_array_new(FALSE, FALSE, sizeof(gdouble));
    run->epochs = g_array_new(FALSE, FALSE, sizeof(RippleEpochReport));
    run->is_streamed = ripple_trainer_is_streamed(trainer, &run->data_bytes);
    Watch watch = {.run = run, .interrupt_after = steps};
    const RippleObserver observer = {.step = watch_step,
                                     .epoch = watch_epoch,
                                     .is_interrupted = watch_interrupt,
                                     .user_data = &watch};
    gboolean ok = ripple_trainer_run(trainer, &observer, &run->result, &run->error);
    g_assert_true(ok == !run->error);

    const RippleModel *model = ripple_trainer_model(trainer);
    run->length = model->network->parameter_span;
    run->parameters = g_memdup2(model->parameters, run->length * sizeof(gfloat));
    return run;
}

TestRun *test_run(RippleConfig *config)
{
    return test_run_interrupted(config, 0);
}

void test_run_free(TestRun *run)
{
    if (!run)
        return;
    g_clear_error(&run->error);
    g_free(run->parameters);
    g_array_unref(run->losses);
    g_array_unref(run->epochs);
    g_free(run);
}
