#include "playground/table.h"

#include <ripple/error.h>

static gboolean refuse(const RippleDataset *table, GError **error, const char *reason)
{
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The playground cannot show %s: it takes a table of two inputs and a target, of at "
                "most %u samples and %u classes, and %s.",
                table->source, RIPPLE_PLAY_MOST_FILE_SAMPLES, RIPPLE_PLAY_MOST_CLASSES, reason);
    return FALSE;
}

static gboolean check(const RippleDataset *table, GError **error)
{
    g_autofree char *reason = NULL;
    if (table->inputs != 2 || !table->input_values)
        reason = g_strdup_printf("this has %u inputs", table->inputs);
    else if (table->target_kind == RIPPLE_TARGET_VALUES && table->targets != 1)
        reason = g_strdup_printf("this has %u targets", table->targets);
    else if (table->target_kind == RIPPLE_TARGET_LABELS &&
             (table->classes < 2 || table->classes > RIPPLE_PLAY_MOST_CLASSES))
        reason = g_strdup_printf("this has %u", table->classes);
    else if (table->samples > RIPPLE_PLAY_MOST_FILE_SAMPLES)
        reason = g_strdup_printf("this has %" G_GSIZE_FORMAT " samples", table->samples);
    return !reason || refuse(table, error, reason);
}

RippleDataset *ripple_play_table_load(const char *spec, GError **error)
{
    RippleDataRequest request = {.spec = spec};
    g_autoptr(RippleData) data = ripple_data_load(&request, error);
    if (!data || !check(data->train, error))
        return NULL;
    return g_steal_pointer(&data->train);
}

RippleDataset *ripple_play_table_take(const RippleDataset *table, const guint32 *chosen,
                                      gsize count)
{
    RippleDataset *part = g_new0(RippleDataset, 1);
    part->source = g_strdup(table->source);
    part->samples = count;
    part->inputs = table->inputs;
    part->input_values = g_new(gfloat, count * table->inputs);
    part->input_names = g_strdupv(table->input_names);
    part->target_kind = table->target_kind;
    part->classes = table->classes;
    part->class_names = g_strdupv(table->class_names);
    part->targets = table->targets;
    part->target_names = g_strdupv(table->target_names);
    if (table->labels)
        part->labels = g_new(guint32, count);
    else
        part->target_values = g_new(gfloat, count);
    for (gsize i = 0; i < count; i++) {
        for (guint c = 0; c < table->inputs; c++)
            part->input_values[i * table->inputs + c] =
                table->input_values[(gsize)chosen[i] * table->inputs + c];
        if (table->labels)
            part->labels[i] = table->labels[chosen[i]];
        else
            part->target_values[i] = table->target_values[chosen[i]];
    }
    return part;
}
