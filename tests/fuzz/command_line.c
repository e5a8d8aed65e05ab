/* Words of a command line, with zero bytes between them. The first says whose they are: the options
 * of a run, those of a step, shapes of products, or a device. */
#include "base/text.h"
#include "cli/run_options.h"
#include "cli/step_options.h"
#include "fuzz/input.h"
#include "measure/gemm.h"
#include "opencl/devices.h"

#include <string.h>

/* Words are quoted as they were typed: the program makes readable what it prints. */
static void check(gboolean ok, GError *error)
{
    if (error)
        ripple_text_make_readable(error);
    fuzz_check(ok, error);
}

static gboolean parse(GOptionGroup *group, char **words)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_auto(GStrv) rest = g_strdupv(words);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_main_group(context, group);
    return g_option_context_parse_strv(context, &rest, NULL);
}

static void parse_run(char **words)
{
    g_autoptr(RippleRunOptions) options = ripple_run_options_new();
    g_autoptr(RippleConfig) config = ripple_config_new();
    if (!parse(ripple_run_options_group(options), words))
        return;
    GError *error = NULL;
    gboolean ok = ripple_run_options_apply(options, config, &error);
    check(ok, error);
    if (!ok)
        return;
    error = NULL;
    ok = ripple_config_check(config, &error);
    check(ok, error);
}

static void parse_step(char **words)
{
    g_autoptr(GHashTable) options = ripple_step_options_new();
    g_autoptr(RippleConfig) config = NULL;
    g_autoptr(RippleNetwork) network = NULL;
    if (!parse(ripple_step_options_group(options), words))
        return;
    GError *error = NULL;
    gboolean ok = ripple_step_options_resolve(options, &config, &network, &error);
    check(ok, error);
    g_assert_true(ok == (config && network));
}

static void parse_shapes(char **words)
{
    for (guint i = 1; words[i]; i++) {
        RippleGemmShape shape, again;
        GError *error = NULL;
        gboolean ok = ripple_gemm_shape_parse(words[i], &shape, &error);
        check(ok, error);
        if (!ok)
            continue;
        g_autofree char *text = ripple_gemm_shape_text(&shape);
        g_assert_true(ripple_gemm_shape_parse(text, &again, NULL));
        g_assert_cmpmem(&shape, sizeof shape, &again, sizeof again);
    }
}

static void choose_device(char **words)
{
    static RippleOpenclDevice processor = {.platform_name = (char *)"Portable Computing Language",
                                           .name = (char *)"pthread-skylake-avx512",
                                           .kind = RIPPLE_DEVICE_CPU};
    static RippleOpenclDevice broken = {.platform_index = 1,
                                        .platform_name = (char *)"Größe",
                                        .name = (char *)"GPU 0",
                                        .kind = RIPPLE_DEVICE_GPU,
                                        .problem = (char *)"its driver has no compiler"};
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    g_ptr_array_add(devices, &processor);
    g_ptr_array_add(devices, &broken);
    for (guint i = 1; words[i]; i++) {
        GError *error = NULL;
        guint chosen = G_MAXUINT;
        gboolean ok = ripple_opencl_choose(devices, words[i], &chosen, &error);
        check(ok, error);
        if (ok)
            g_assert_cmpuint(chosen, ==, 0);
    }
}

static const struct {
    const char *name;
    void (*run)(char **words);
} commands[] = {
    {"run", parse_run},
    {"step", parse_step},
    {"shapes", parse_shapes},
    {"device", choose_device},
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    while (length > 0) {
        g_autofree char *word = fuzz_word(&bytes, &length);
        g_strv_builder_add(builder, word);
    }
    g_auto(GStrv) words = g_strv_builder_end(builder);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_strcmp0(words[0], commands[i].name) == 0)
            commands[i].run(words);
    return 0;
}
