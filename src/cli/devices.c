#include "opencl/devices.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/table.h"
#include "train/json_object.h"

#include <ripple/device.h>
#include <string.h>

/* What a run without --device would use: position in `devices`, or -1 for the reference, or -2 for
 * nothing. */
enum { CHOICE_REFERENCE = -1, CHOICE_NONE = -2 };

static const char *preferred_selector(void)
{
    const char *preferred = g_getenv(RIPPLE_DEVICE_VARIABLE);
    return preferred && *preferred ? preferred : "auto";
}

static int find_choice(const GPtrArray *devices)
{
    const char *selector = preferred_selector();
    guint chosen;
    if (strcmp(selector, "reference") == 0)
        return CHOICE_REFERENCE;
    return ripple_opencl_choose(devices, selector, &chosen, NULL) ? (int)chosen : CHOICE_NONE;
}

static void print_json(const GPtrArray *devices, int choice)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_begin_array(json, "devices");
    for (guint i = 0; i < devices->len; i++) {
        const RippleOpenclDevice *device = g_ptr_array_index(devices, i);
        g_autofree char *selector =
            g_strdup_printf("%u:%u", device->platform_index, device->device_index);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "selector", selector);
        ripple_json_set_text(json, "name", device->name);
        ripple_json_set_text(json, "kind", ripple_device_kind_name(device->kind));
        ripple_json_set_text(json, "platform", device->platform_name);
        ripple_json_set_text(json, "platform_version", device->platform_version);
        ripple_json_set_text(json, "vendor", device->vendor);
        ripple_json_set_text(json, "driver_version", device->driver_version);
        ripple_json_set_text(json, "device_version", device->device_version);
        ripple_json_set_whole(json, "compute_units", device->compute_units);
        ripple_json_set_whole(json, "clock_megahertz", device->clock_megahertz);
        ripple_json_set_whole(json, "memory_bytes", device->memory_bytes);
        ripple_json_set_whole(json, "largest_allocation_bytes", device->largest_allocation_bytes);
        ripple_json_set_text(json, "problem", device->problem);
        ripple_json_set_flag(json, "chosen", choice == (int)i);
        ripple_json_end_object(json);
    }
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "selector", "reference");
    ripple_json_set_text(json, "name", "CPU reference in double precision");
    ripple_json_set_flag(json, "chosen", choice == CHOICE_REFERENCE);
    ripple_json_end_object(json);
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

static void print_table(const GPtrArray *devices, int choice)
{
    static const char *const headings[] = {"",        "device", "kind", ">units",
                                           ">memory", "driver", "name", NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    for (guint i = 0; i < devices->len; i++) {
        const RippleOpenclDevice *device = g_ptr_array_index(devices, i);
        ripple_table_add(table, "%s", choice == (int)i ? "*" : "");
        ripple_table_add(table, "%u:%u", device->platform_index, device->device_index);
        ripple_table_add(table, "%s", ripple_device_kind_name(device->kind));
        ripple_table_add(table, "%u", device->compute_units);
        ripple_table_add(table, "%.1f GiB", (gdouble)device->memory_bytes / (1 << 30));
        ripple_table_add(table, "%s %s", device->platform_name, device->driver_version);
        ripple_table_add(table, "%s%s%s", device->name, device->problem ? "; not usable: " : "",
                         device->problem ? device->problem : "");
    }
    ripple_table_add(table, "%s", choice == CHOICE_REFERENCE ? "*" : "");
    ripple_table_add(table, "reference");
    ripple_table_add(table, "CPU");
    ripple_table_add(table, "1");
    ripple_table_add(table, " ");
    ripple_table_add(table, " ");
    ripple_table_add(table, "the reference in double precision, always there");
    ripple_table_print(table);
}

gboolean ripple_command_devices(int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {G_OPTION_ENTRY_NULL};
    RippleConsole console = {0};
    if (!ripple_console_parse(argc, argv, NULL,
                              "Lists where ripple can compute. A star marks what a run uses that "
                              "names no --device; the environment variable RIPPLE_DEVICE changes "
                              "that.",
                              entries, NULL, &console, NULL, error))
        return FALSE;
    g_autoptr(GPtrArray) devices = ripple_opencl_devices();
    int choice = find_choice(devices);
    if (console.json) {
        print_json(devices, choice);
        return TRUE;
    }
    print_table(devices, choice);
    if (devices->len == 0)
        ripple_console_note(&console,
                            "There is no OpenCL device. Install your GPU's driver, or `apt install "
                            "pocl-opencl-icd` to compute on the CPU.");
    else if (choice == CHOICE_NONE)
        ripple_console_note(&console, "No usable device fits %s, \"%s\".", RIPPLE_DEVICE_VARIABLE,
                            preferred_selector());
    return TRUE;
}
