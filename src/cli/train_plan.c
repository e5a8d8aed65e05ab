#include "cli/train_plan.h"
#include "cli/table.h"
#include "train/json_object.h"
#include "train/memory_plan.h"

#include <ripple/device.h>

static const char *data_way(const RippleMemoryPlan *plan)
{
    return plan->data.is_streamed ? "streamed" : "resident";
}

static void print_json(const RippleMemoryPlan *plan, const RippleBackend *backend)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "device", ripple_device_name(backend));
    ripple_json_set_whole(json, "memory_bytes", plan->memory_bytes);
    ripple_json_set_whole(json, "largest_allocation_bytes", plan->largest_buffer);
    ripple_json_set_whole(json, "batch", plan->batch);
    ripple_json_set_whole(json, "evaluation_batch", plan->evaluation_batch);
    ripple_json_set_text(json, "data", data_way(plan));
    ripple_json_begin_array(json, "parts");
    for (RippleMemoryKind kind = 0; kind < RIPPLE_N_MEMORY_PARTS; kind++) {
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "name", ripple_memory_name(kind));
        ripple_json_set_whole(json, "bytes", plan->parts[kind].bytes);
        ripple_json_set_whole(json, "largest_buffer_bytes", plan->parts[kind].largest_buffer);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_set_whole(json, "bytes", plan->bytes);
    ripple_json_set_flag(json, "fits", plan->fits);
    if (!plan->fits)
        ripple_json_set_whole(json, "fitting_batch", plan->fitting_batch);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

static void add_row(RippleTable *table, const char *name, guint64 bytes, guint64 largest)
{
    g_autofree char *bytes_text = ripple_console_count(bytes);
    g_autofree char *largest_text = ripple_console_count(largest);
    ripple_table_add(table, "%s", name);
    ripple_table_add(table, "%s", bytes_text);
    ripple_table_add(table, "%s", largest_text);
}

static void print_table(const RippleMemoryPlan *plan)
{
    static const char *const headings[] = {"", ">bytes", ">largest buffer", NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    for (RippleMemoryKind kind = 0; kind < RIPPLE_N_MEMORY_PARTS; kind++) {
        const RippleMemoryPart *part = &plan->parts[kind];
        g_autofree char *name = kind == RIPPLE_MEMORY_DATA
                                    ? g_strdup_printf("data, %s", data_way(plan))
                                    : g_strdup(ripple_memory_name(kind));
        add_row(table, name, part->bytes, part->largest_buffer);
    }
    guint64 largest = 0;
    for (RippleMemoryKind kind = 0; kind < RIPPLE_N_MEMORY_PARTS; kind++)
        largest = MAX(largest, plan->parts[kind].largest_buffer);
    add_row(table, "in all", plan->bytes, largest);
    add_row(table, "the device has", plan->memory_bytes, plan->largest_buffer);
    ripple_table_print(table);
}

static void show_start(const RippleConsole *console, const RippleMemoryPlan *plan,
                       const RippleMaterial *material, const RippleBackend *backend)
{
    g_autofree char *network = ripple_network_describe(material->model->network);
    g_autofree char *batch = ripple_console_count(plan->batch);
    g_autofree char *evaluation = ripple_console_count(plan->evaluation_batch);
    ripple_console_note(console, "device   %s", ripple_device_name(backend));
    ripple_console_note(console, "network  %s", network);
    if (plan->evaluation_batch > 0)
        ripple_console_note(console, "batch    %s samples, %s in evaluation", batch, evaluation);
    else
        ripple_console_note(console, "batch    %s samples", batch);
}

gboolean ripple_train_plan(const RippleConsole *console, RippleConfig *config, gboolean is_resumed,
                           GError **error)
{
    g_autoptr(RippleMaterial) material =
        is_resumed ? ripple_material_resume(config, error) : ripple_material_new(config, error);
    g_autoptr(RippleBackend) backend = material ? ripple_device_open(config->device, error) : NULL;
    RippleMemoryPlan plan;
    if (!backend || !ripple_memory_plan(config, material, backend, &plan, error))
        return FALSE;
    if (console->json) {
        print_json(&plan, backend);
    } else {
        show_start(console, &plan, material, backend);
        print_table(&plan);
    }
    return ripple_memory_plan_check(&plan, backend, error);
}
