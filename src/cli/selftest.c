#include "cli/command.h"
#include "cli/console.h"
#include "cli/table.h"
#include "train/json_object.h"

#include <ripple/error.h>
#include <ripple/selftest.h>

#define BAR_WIDTH 24

static void show_progress(guint done, guint n, const char *group, gpointer user_data)
{
    g_autofree char *bar = ripple_console_bar((gdouble)done / n, BAR_WIDTH);
    g_autofree char *line = g_strdup_printf("testing %s %s", bar, group);
    ripple_console_progress(user_data, line);
}

static const RippleSelftestGroup *group_at(const RippleSelftest *found, guint i)
{
    return &g_array_index(found->groups, RippleSelftestGroup, i);
}

static void print_json(const RippleSelftest *found)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_flag(json, "pass", found->pass);
    ripple_json_set_text(json, "device", found->device);
    ripple_json_set_text(json, "driver", found->driver);
    ripple_json_set_whole(json, "cases", found->cases);
    ripple_json_set_number(json, "seconds", found->seconds);
    ripple_json_set_text(json, "failure", found->failure);
    ripple_json_begin_array(json, "groups");
    for (guint i = 0; i < found->groups->len; i++) {
        const RippleSelftestGroup *group = group_at(found, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "name", group->name);
        ripple_json_set_text(json, "kernels", group->kernels);
        ripple_json_set_whole(json, "cases", group->cases);
        ripple_json_set_whole(json, "wrong", group->wrong);
        ripple_json_set_number(json, "share", group->share);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

static void add_share(RippleTable *table, gdouble share)
{
    if (share == 0)
        ripple_table_add(table, "exact");
    else
        ripple_table_add_share(table, share);
}

static void print_table(const RippleSelftest *found)
{
    static const char *const headings[] = {"operation", "kernels", ">cases", ">of bound", "", NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    g_autofree char *cases = ripple_console_count(found->cases);
    ripple_console_print("device  %s\ndriver  %s\n\n", found->device, found->driver);
    for (guint i = 0; i < found->groups->len; i++) {
        const RippleSelftestGroup *group = group_at(found, i);
        ripple_table_add(table, "%s", group->name);
        ripple_table_add(table, "%s", group->kernels);
        ripple_table_add(table, "%u", group->cases);
        add_share(table, group->share);
        ripple_table_add_verdict(table, group->wrong == 0);
    }
    ripple_table_print(table);
    ripple_console_print("\n%s tensors in %.1f s. %s\n", cases, found->seconds,
                         found->pass ? "Every answer is what it should be."
                                     : "The device computes wrong numbers.");
}

gboolean ripple_command_selftest(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_autofree char *selector = NULL;
    g_autofree char *only = NULL;
    gboolean fail_fast = FALSE;
    const GOptionEntry entries[] = {
        {"device", 0, 0, G_OPTION_ARG_STRING, &selector, "auto, P:D, or a part of a name", "SEL"},
        {"only", 0, 0, G_OPTION_ARG_STRING, &only, "The groups that have this in their name",
         "TEXT"},
        {"fail-fast", 0, 0, G_OPTION_ARG_NONE, &fail_fast,
         "Stop at the first operation that is wrong", NULL},
        G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Has a device compute what is known beforehand: each kernel, activation, loss and "
            "optimizer, in even and odd shapes. Exits with 5 when an answer is wrong. The first "
            "time on a device, most of the time goes into compiling.\n\n"
            "Example: ripple selftest --device auto",
            entries, NULL, &console, NULL, error))
        return FALSE;
    const RippleSelftestOptions options = {selector ? selector : "auto", only, fail_fast};
    g_autoptr(RippleSelftest) found = ripple_selftest(&options, show_progress, &console, error);
    ripple_console_end_progress();
    if (!found)
        return FALSE;
    if (console.json)
        print_json(found);
    else
        print_table(found);
    if (!found->pass)
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK, "%s computes wrong numbers. %s",
                    found->device, found->failure);
    return found->pass;
}
