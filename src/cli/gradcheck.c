#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/place_option.h"
#include "cli/run_options.h"
#include "cli/table.h"
#include "train/json_object.h"

#include <math.h>
#include <ripple/error.h>
#include <ripple/gradcheck.h>
#include <string.h>

#define DEFAULT_PARAMETERS 20
#define BAR_WIDTH 24

static void show_progress(guint64 done, guint64 parameters, gpointer user_data)
{
    g_autofree char *bar = ripple_console_bar((gdouble)done / parameters, BAR_WIDTH);
    g_autofree char *line = g_strdup_printf(
        "checking %s parameter %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, bar, done, parameters);
    ripple_console_progress(user_data, line);
}

/* ---- what is asked for ---------------------------------------------------------------------- */

static gboolean parse_count(const char *text, guint64 *parameters, GError **error)
{
    *parameters = DEFAULT_PARAMETERS;
    if (!text || ripple_text_whole(text, 1, G_MAXUINT32, parameters))
        return TRUE;
    if (strcmp(text, "all") == 0) {
        *parameters = 0;
        return TRUE;
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "--parameters cannot be \"%s\": it takes a whole number above 0, or all.", text);
    return FALSE;
}

/* ---- what was found ------------------------------------------------------------------------- */

static const RippleGradientCheck *check_at(const RippleGradcheck *found, guint i)
{
    return &g_array_index(found->parameters, RippleGradientCheck, i);
}

static gdouble share_of(const RippleGradientCheck *check)
{
    return fmax(check->share, check->device_share); /* of NAN and a number, the number */
}

static gboolean is_same_tensor(const RippleGradientCheck *a, const RippleGradientCheck *b)
{
    return a->place.layer == b->place.layer && a->place.is_bias == b->place.is_bias;
}

/* The worst of those from `first` on that belong to the same weight or bias. */
static const RippleGradientCheck *worst_of(const RippleGradcheck *found, guint first)
{
    const RippleGradientCheck *worst = check_at(found, first);
    for (guint i = first + 1; i < found->parameters->len; i++) {
        const RippleGradientCheck *check = check_at(found, i);
        if (!is_same_tensor(check, worst))
            break;
        if (isnan(share_of(worst)) || share_of(check) > share_of(worst))
            worst = check;
    }
    return worst;
}

static const RippleGradientCheck *worst_of_all(const RippleGradcheck *found)
{
    const RippleGradientCheck *worst = check_at(found, 0);
    for (guint i = 1; i < found->parameters->len; i++)
        if (isnan(share_of(worst)) || share_of(check_at(found, i)) > share_of(worst))
            worst = check_at(found, i);
    return worst;
}

static char *name_of(const RippleParameterPlace *place)
{
    if (place->is_bias)
        return g_strdup_printf("layers.%u.bias[%u]", place->layer, place->output);
    return g_strdup_printf("layers.%u.weight[%u,%u]", place->layer, place->output, place->input);
}

/* ---- for programs --------------------------------------------------------------------------- */

static void add_check(GString *json, const RippleGradientCheck *check)
{
    g_autofree char *name = name_of(&check->place);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "name", name);
    ripple_json_set_number(json, "analytic", check->analytic);
    ripple_json_set_number(json, "numeric", check->numeric);
    ripple_json_set_number(json, "relative", check->relative);
    ripple_json_set_number(json, "tolerance", check->tolerance);
    ripple_json_set_number(json, "share", check->share);
    ripple_json_set_number(json, "step", check->step);
    ripple_json_set_text(json, "kind", ripple_slope_kind_name(check->kind));
    ripple_json_set_flag(json, "on_kink", check->is_on_kink);
    ripple_json_set_number(json, "device", check->device);
    ripple_json_set_number(json, "device_tolerance", check->device_tolerance);
    ripple_json_set_number(json, "device_share", check->device_share);
    ripple_json_set_flag(json, "pass", check->pass);
    ripple_json_end_object(json);
}

static void print_json(const RippleGradcheck *found)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_flag(json, "pass", found->pass);
    ripple_json_set_text(json, "network", found->network);
    ripple_json_set_text(json, "device", found->device);
    ripple_json_set_whole(json, "samples", found->samples);
    ripple_json_set_number(json, "loss", found->loss);
    ripple_json_set_whole(json, "central", found->counts[RIPPLE_SLOPE_CENTRAL]);
    ripple_json_set_whole(json, "smaller_step", found->counts[RIPPLE_SLOPE_SMALLER]);
    ripple_json_set_whole(json, "one_sided", found->counts[RIPPLE_SLOPE_ONE_SIDED]);
    ripple_json_set_whole(json, "unmeasured", found->counts[RIPPLE_SLOPE_UNMEASURED]);
    ripple_json_set_whole(json, "on_kinks", found->on_kinks);
    ripple_json_begin_array(json, "parameters");
    for (guint i = 0; i < found->parameters->len; i++)
        add_check(json, check_at(found, i));
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

/* ---- for people ----------------------------------------------------------------------------- */

static void add_row(RippleTable *table, const RippleGradientCheck *check, gboolean has_device)
{
    g_autofree char *name = name_of(&check->place);
    gboolean is_measured = check->kind != RIPPLE_SLOPE_UNMEASURED;
    ripple_table_add(table, "%s", name);
    ripple_table_add(table, "%.9g", check->analytic);
    ripple_table_add(table, is_measured ? "%.9g" : "–", check->numeric);
    ripple_table_add(table, is_measured ? "%.1e" : "–", check->relative);
    ripple_table_add(table, is_measured ? "%.2g" : "–", check->share);
    ripple_table_add(table, is_measured ? "%.1e" : "–", check->step);
    ripple_table_add(table, "%s", ripple_slope_kind_name(check->kind));
    if (has_device) {
        ripple_table_add(table, "%.9g", check->device);
        ripple_table_add(table, "%.2g", check->device_share);
    }
    if (!check->pass && !is_measured && !(check->device_share > 1))
        ripple_table_add(table, "–");
    else
        ripple_table_add_verdict(table, check->pass);
}

static void print_counts(const RippleGradcheck *found)
{
    g_autofree char *count = ripple_console_count(found->parameters->len);
    g_autofree char *central = ripple_console_count(found->counts[RIPPLE_SLOPE_CENTRAL]);
    g_autofree char *smaller = ripple_console_count(found->counts[RIPPLE_SLOPE_SMALLER]);
    g_autofree char *one_sided = ripple_console_count(found->counts[RIPPLE_SLOPE_ONE_SIDED]);
    g_autofree char *unmeasured = ripple_console_count(found->counts[RIPPLE_SLOPE_UNMEASURED]);
    g_autofree char *on_kinks = ripple_console_count(found->on_kinks);
    ripple_console_print(
        "\nOf %s parameters %s were measured with the full step, %s with a smaller "
        "one for a kink near by, and %s on one side of a kink; %s could not be "
        "measured, with kinks on both sides. %s lie exactly on a kink.\n",
        count, central, smaller, one_sided, unmeasured, on_kinks);
}

static void print_table(const RippleGradcheck *found)
{
    static const char *const headings[] = {
        "worst parameter", ">analytic", ">numeric", ">relative", ">of tolerance",
        ">step",           "measured",  "",         NULL};
    static const char *const device_headings[] = {
        "worst parameter", ">analytic", ">numeric", ">relative",
        ">of tolerance",   ">step",     "measured", ">device",
        ">of bound",       "",          NULL};
    ripple_console_print("network  %s\nsamples  %" G_GSIZE_FORMAT ", loss %.9g\n", found->network,
                         found->samples, found->loss);
    if (found->device)
        ripple_console_print("device   %s\n", found->device);
    ripple_console_print("\n");
    g_autoptr(RippleTable) table = ripple_table_new(found->device ? device_headings : headings);
    for (guint i = 0; i < found->parameters->len; i++)
        if (i == 0 || !is_same_tensor(check_at(found, i), check_at(found, i - 1)))
            add_row(table, worst_of(found, i), found->device != NULL);
    ripple_table_print(table);
    print_counts(found);
    ripple_console_print("%s\n", found->pass ? "The gradient is the derivative of the loss."
                                             : "Gradient and derivative of the loss disagree.");
}

static void set_disagreement(const RippleGradcheck *found, GError **error)
{
    const RippleGradientCheck *worst = worst_of_all(found);
    g_autofree char *name = name_of(&worst->place);
    if (found->counts[RIPPLE_SLOPE_UNMEASURED] == found->parameters->len)
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                            "No parameter could be measured, since all lie on kinks; try another "
                            "--seed, or other samples.");
    else if (worst->device_share > 1 && !(worst->share > worst->device_share))
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                    "The gradient of %s is %.9g on %s and %.9g in the reference, where rounding "
                    "allows %.2g.",
                    name, worst->device, found->device, worst->analytic, worst->device_tolerance);
    else
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                    "The gradient of %s is %.9g by backpropagation and %.9g by differences of the "
                    "loss, which may differ by %.2g.",
                    name, worst->analytic, worst->numeric, worst->tolerance);
}

/* ---- the command ---------------------------------------------------------------------------- */

typedef struct {
    char *parameters;
    char *weight;
    char *bias;
    char *fault;
} Words;

static void words_clear(Words *words)
{
    g_free(words->parameters);
    g_free(words->weight);
    g_free(words->bias);
    g_free(words->fault);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

static gboolean make_options(const Words *words, RippleParameterPlace *place,
                             RippleGradcheckOptions *options, GError **error)
{
    guint chosen = (words->parameters != NULL) + (words->weight != NULL) + (words->bias != NULL);
    if (chosen > 1) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "--parameters, --weight and --bias each say which parameters are "
                            "checked; choose one.");
        return FALSE;
    }
    if ((words->weight && !ripple_place_option("weight", words->weight, FALSE, place, error)) ||
        (words->bias && !ripple_place_option("bias", words->bias, TRUE, place, error)))
        return FALSE;
    options->place = words->weight || words->bias ? place : NULL;
    options->fault = words->fault;
    return parse_count(words->parameters, &options->parameters, error);
}

gboolean ripple_command_gradcheck(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_auto(Words) words = {0};
    const GOptionEntry entries[] = {
        {"parameters", 0, 0, G_OPTION_ARG_STRING, &words.parameters,
         "How many of each weight and each bias, drawn by the seed (default: 20)", "N|all"},
        {"weight", 0, 0, G_OPTION_ARG_STRING, &words.weight, "This weight alone",
         "LAYER:OUTPUT,INPUT"},
        {"bias", 0, 0, G_OPTION_ARG_STRING, &words.bias, "This bias alone", "LAYER:OUTPUT"},
        {"inject-fault", 0, 0, G_OPTION_ARG_STRING, &words.fault,
         "Get the derivative of this activation or loss wrong by a thousandth, to see it found",
         "NAME"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(RippleRunOptions) run = ripple_run_options_new();
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Holds the gradient of the first --batch samples against differences of their loss, "
            "in double precision on the CPU; with --device, that device's gradient, too. Exits "
            "with 5 when they disagree.\n\n"
            "Example: ripple gradcheck --data fashion-mnist --hidden 64:tanh,32 --parameters 50",
            entries, ripple_run_options_group(run), &console, NULL, error))
        return FALSE;
    RippleParameterPlace place;
    RippleGradcheckOptions options = {0};
    g_autoptr(RippleConfig) config = ripple_run_options_config(run, error);
    if (!config || !make_options(&words, &place, &options, error))
        return FALSE;
    if (ripple_run_options_has(run, "device"))
        options.device = config->device;

    g_autoptr(RippleGradcheck) found =
        ripple_gradcheck(config, &options, show_progress, &console, error);
    ripple_console_end_progress();
    if (!found)
        return FALSE;
    if (console.json)
        print_json(found);
    else
        print_table(found);
    if (!found->pass)
        set_disagreement(found, error);
    return found->pass;
}
