#include "cli/command.h"
#include "cli/console.h"
#include "cli/run_options.h"
#include "cli/table.h"
#include "train/json_object.h"

#include <ripple/compare.h>
#include <ripple/error.h>
#include <string.h>

#define DEFAULT_STEPS 20
#define BAR_WIDTH 24

static void show_progress(guint64 step, guint64 steps, gpointer user_data)
{
    g_autofree char *bar = ripple_console_bar((gdouble)step / steps, BAR_WIDTH);
    g_autofree char *line = g_strdup_printf(
        "comparing %s step %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, bar, step, steps);
    ripple_console_progress(user_data, line);
}

/* ---- what was found ------------------------------------------------------------------------- */

static const RippleTensorComparison *tensor_at(const RippleComparison *found, guint i)
{
    return &g_array_index(found->tensors, RippleTensorComparison, i);
}

static const RippleLossComparison *loss_at(const RippleComparison *found, guint i)
{
    return &g_array_index(found->losses, RippleLossComparison, i);
}

static guint worst_loss(const RippleComparison *found)
{
    guint worst = 0;
    for (guint i = 1; i < found->losses->len; i++)
        if (loss_at(found, i)->relative > loss_at(found, worst)->relative)
            worst = i;
    return worst;
}

static const RippleTensorComparison *first_failure(const RippleComparison *found)
{
    for (guint i = 0; i < found->tensors->len; i++)
        if (!tensor_at(found, i)->pass)
            return tensor_at(found, i);
    return NULL;
}

/* ---- for programs --------------------------------------------------------------------------- */

static void add_tensor(GString *json, const RippleTensorComparison *tensor)
{
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "name", tensor->name);
    ripple_json_set_whole(json, "step", tensor->step);
    ripple_json_set_number(json, "max_abs", tensor->max_abs);
    ripple_json_set_number(json, "max_rel", tensor->max_rel);
    ripple_json_set_number(json, "max_ulp", tensor->max_ulp);
    ripple_json_set_number(json, "tolerance", tensor->tolerance);
    ripple_json_set_number(json, "share", tensor->share);
    ripple_json_set_whole(json, "row", tensor->row);
    ripple_json_set_whole(json, "column", tensor->column);
    ripple_json_set_number(json, "device", tensor->device);
    ripple_json_set_number(json, "reference", tensor->reference);
    ripple_json_set_flag(json, "pass", tensor->pass);
    ripple_json_end_object(json);
}

static void print_json(const RippleComparison *found)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_flag(json, "pass", found->pass);
    ripple_json_set_text(json, "device", found->device);
    ripple_json_set_text(json, "network", found->network);
    ripple_json_set_whole(json, "steps", found->steps);
    ripple_json_begin_array(json, "tensors");
    for (guint i = 0; i < found->tensors->len; i++)
        add_tensor(json, tensor_at(found, i));
    ripple_json_end_array(json);
    ripple_json_begin_array(json, "losses");
    for (guint i = 0; i < found->losses->len; i++) {
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "step", i + 1);
        ripple_json_set_number(json, "device", loss_at(found, i)->device);
        ripple_json_set_number(json, "reference", loss_at(found, i)->reference);
        ripple_json_set_number(json, "relative", loss_at(found, i)->relative);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

/* ---- for people ----------------------------------------------------------------------------- */

/* The step in which the tensor of that name came closest to what is allowed, or went furthest
 * beyond. */
static const RippleTensorComparison *worst_of(const RippleComparison *found, const char *name)
{
    const RippleTensorComparison *worst = NULL;
    for (guint i = 0; i < found->tensors->len; i++) {
        const RippleTensorComparison *tensor = tensor_at(found, i);
        if (strcmp(tensor->name, name) == 0 && (!worst || tensor->share > worst->share))
            worst = tensor;
    }
    return worst;
}

/* A part of the bound in percent, or how many times over it. */
static void add_share(RippleTable *table, gdouble share)
{
    if (share <= 1)
        ripple_table_add(table, "%.1f%%", 100 * share);
    else
        ripple_table_add(table, "%.2g×", share);
}

static void add_verdict(RippleTable *table, gboolean pass)
{
    if (pass)
        ripple_table_add(table, "pass");
    else
        ripple_table_add(table, ripple_console_has_colour() ? "\033[1;31mFAIL\033[m" : "FAIL");
}

static void add_row(RippleTable *table, const RippleTensorComparison *worst)
{
    ripple_table_add(table, "%s", worst->name);
    ripple_table_add(table, "%" G_GUINT64_FORMAT, worst->step);
    ripple_table_add(table, "[%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT "]", worst->row, worst->column);
    ripple_table_add(table, "%.7g", worst->device);
    ripple_table_add(table, "%.7g", worst->reference);
    ripple_table_add(table, "%.1e", worst->max_abs);
    ripple_table_add(table, "%.3g", worst->max_ulp);
    add_share(table, worst->share);
    add_verdict(table, worst->pass);
}

static void print_table(const RippleComparison *found)
{
    static const char *const headings[] = {"tensor",     ">step",    "worst element", ">device",
                                           ">reference", ">max abs", ">max ulp",      ">of bound",
                                           "",           NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    ripple_console_print("device   %s\nnetwork  %s\nsteps    %" G_GUINT64_FORMAT
                         ", each tensor at the step nearest its bound\n\n",
                         found->device, found->network, found->steps);
    /* The tensors of the first step are those of every step. */
    for (guint i = 0; i < found->tensors->len && tensor_at(found, i)->step == 1; i++)
        add_row(table, worst_of(found, tensor_at(found, i)->name));
    ripple_table_print(table);

    guint worst = worst_loss(found);
    const RippleLossComparison *loss = loss_at(found, worst);
    ripple_console_print(
        "\nA reference that trains alone has the same losses to %.1e of them (step %u: "
        "%.7g here, %.7g there).\n",
        loss->relative, worst + 1, loss->device, loss->reference);
    ripple_console_print("%s\n", found->pass ? "Every number lies within what rounding allows."
                                             : "Device and reference disagree.");
}

static void set_disagreement(const RippleComparison *found, GError **error)
{
    const RippleTensorComparison *first = first_failure(found);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                "%s and the reference disagree, first at step %" G_GUINT64_FORMAT
                " in %s, element [%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT
                "]: %.9g instead of %.9g, where rounding allows %.2g.",
                found->device, first->step, first->name, first->row, first->column, first->device,
                first->reference, first->tolerance);
}

gboolean ripple_command_compare(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_autofree char *fault = NULL;
    const GOptionEntry entries[] = {
        {"inject-fault", 0, 0, G_OPTION_ARG_STRING, &fault,
         "Spoil one element of this tensor on the device, to see it found", "TENSOR"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(RippleRunOptions) options = ripple_run_options_new();
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Trains 20 steps, or --steps of them, on a device and on the CPU reference, from the "
            "same start over the "
            "same batches, and holds every tensor together. Exits with 5 when they disagree.\n\n"
            "Example: ripple compare --data fashion-mnist --hidden 64,32 --steps 20",
            entries, ripple_run_options_group(options), &console, NULL, error))
        return FALSE;
    g_autoptr(RippleConfig) config = ripple_run_options_config(options, error);
    if (!config)
        return FALSE;
    if (config->steps == 0)
        config->steps = DEFAULT_STEPS;

    g_autoptr(RippleComparison) found =
        ripple_compare(config, fault, show_progress, &console, error);
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
