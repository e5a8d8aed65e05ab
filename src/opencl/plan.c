#include "opencl/plan.h"

#include "base/key_file.h"
#include "base/text.h"
#include "opencl/tile_shape.h"

#include <ripple/error.h>
#include <string.h>

/* Accumulators of sixteen numbers beyond which no device has registers, and compilers take minutes.
 */
#define MOST_ACCUMULATORS 48

#define VECTOR_BYTES (16 * sizeof(gfloat))

/* One number of a provider's plan. */
typedef struct {
    const char *key;
    gsize offset; /* of a guint32 in RippleProductPlan */
    guint32 minimum;
    guint32 maximum;
    gboolean automatic; /* it may be "auto" */
} Parameter;

#define PANEL(member) #member, G_STRUCT_OFFSET(RippleProductPlan, panel.member)

static const Parameter panel_parameters[] = {
    {PANEL(rows), 1, 32, FALSE},   {PANEL(vectors), 1, 16, FALSE}, {PANEL(depth), 1, 4096, FALSE},
    {PANEL(tiles), 1, 256, FALSE}, {PANEL(copy), 0, 1, TRUE},
};

#define TILE(member) #member, G_STRUCT_OFFSET(RippleProductPlan, tile.member)

static const Parameter tile_parameters[] = {
    {TILE(tile_m), 4, 256, TRUE}, {TILE(tile_n), 4, 256, TRUE}, {TILE(tile_k), 8, 64, TRUE},
    {TILE(item_m), 1, 16, TRUE},  {TILE(item_n), 1, 16, TRUE},  {TILE(pieces), 1, 64, TRUE},
};

static const struct {
    const Parameter *parameters;
    guint count;
} providers[RIPPLE_N_PROVIDERS] = {
    [RIPPLE_PROVIDER_PANEL] = {panel_parameters, G_N_ELEMENTS(panel_parameters)},
    [RIPPLE_PROVIDER_TILE] = {tile_parameters, G_N_ELEMENTS(tile_parameters)},
};

static guint32 *value_of(RippleProductPlan *plan, const Parameter *parameter)
{
    return (guint32 *)(gpointer)((char *)plan + parameter->offset);
}

static char *value_text(const RippleProductPlan *plan, const Parameter *parameter)
{
    guint32 value = *value_of((RippleProductPlan *)plan, parameter);
    return value == RIPPLE_PLAN_AUTO ? g_strdup("auto") : g_strdup_printf("%u", value);
}

/* ---- files ---------------------------------------------------------------------------------- */

static gboolean refuse(const char *key, const char *value, const char *takes, GError **error)
{
    if (value)
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "the key \"%s\" cannot be \"%s\": it takes %s", key, value, takes);
    else
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "the key \"%s\" is missing, which takes %s", key, takes);
    return FALSE;
}

static gboolean load_provider(RippleProductPlan *plan, GKeyFile *file, const char *group,
                              GError **error)
{
    g_autofree char *name = ripple_key_file_text(file, group, "provider", NULL);
    g_autoptr(GString) takes = g_string_new(NULL);
    for (guint32 i = 0; i < RIPPLE_N_PROVIDERS; i++) {
        g_string_append_printf(takes, "%s%s", i ? " or " : "", ripple_provider_name(i));
        plan->provider = i;
        if (g_strcmp0(name, ripple_provider_name(i)) == 0)
            return TRUE;
    }
    return refuse("provider", name, takes->str, error);
}

static gboolean load_parameter(RippleProductPlan *plan, const Parameter *parameter, GKeyFile *file,
                               const char *group, GError **error)
{
    g_autofree char *text = ripple_key_file_text(file, group, parameter->key, NULL);
    guint64 number;
    if (text && parameter->automatic && strcmp(text, "auto") == 0) {
        *value_of(plan, parameter) = RIPPLE_PLAN_AUTO;
        return TRUE;
    }
    if (text && ripple_text_whole(text, parameter->minimum, parameter->maximum, &number)) {
        *value_of(plan, parameter) = (guint32)number;
        return TRUE;
    }
    g_autofree char *takes =
        g_strdup_printf("a whole number from %u to %u%s", parameter->minimum, parameter->maximum,
                        parameter->automatic ? ", or auto" : "");
    return refuse(parameter->key, text, takes, error);
}

gboolean ripple_plan_load(RippleProductPlan *plan, GKeyFile *file, const char *group,
                          GError **error)
{
    RippleProductPlan loaded = {0};
    if (!load_provider(&loaded, file, group, error))
        return FALSE;
    for (guint i = 0; i < providers[loaded.provider].count; i++)
        if (!load_parameter(&loaded, &providers[loaded.provider].parameters[i], file, group, error))
            return FALSE;
    *plan = loaded;
    return TRUE;
}

void ripple_plan_store(const RippleProductPlan *plan, GKeyFile *file, const char *group)
{
    g_key_file_set_string(file, group, "provider", ripple_provider_name(plan->provider));
    for (guint i = 0; i < providers[plan->provider].count; i++) {
        const Parameter *parameter = &providers[plan->provider].parameters[i];
        g_autofree char *text = value_text(plan, parameter);
        g_key_file_set_string(file, group, parameter->key, text);
    }
}

gboolean ripple_plan_has_key(const RippleProductPlan *plan, const char *key)
{
    for (guint i = 0; i < providers[plan->provider].count; i++)
        if (strcmp(key, providers[plan->provider].parameters[i].key) == 0)
            return TRUE;
    return strcmp(key, "provider") == 0;
}

char *ripple_plan_describe(const RippleProductPlan *plan)
{
    GString *text = g_string_new(ripple_provider_name(plan->provider));
    for (guint i = 0; i < providers[plan->provider].count; i++) {
        const Parameter *parameter = &providers[plan->provider].parameters[i];
        g_autofree char *value = value_text(plan, parameter);
        g_string_append_printf(text, " %s %s", parameter->key, value);
    }
    return g_string_free(text, FALSE);
}

/* ---- devices -------------------------------------------------------------------------------- */

static gboolean check_panel(const RipplePanelShape *panel, const RippleOpenclDevice *device,
                            GError **error)
{
    if (panel->rows * panel->vectors > MOST_ACCUMULATORS) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "the keys \"rows\" and \"vectors\" are %u and %u, whose product may be %u at "
                    "most",
                    panel->rows, panel->vectors, MOST_ACCUMULATORS);
        return FALSE;
    }
    guint64 bytes =
        ((guint64)panel->depth + panel->tiles * panel->rows) * panel->vectors * VECTOR_BYTES;
    if (bytes > device->local_memory_bytes) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "the keys \"depth\" and \"tiles\" are %u and %u, which takes %" G_GUINT64_FORMAT
                    " bytes of local memory, and the device has %" G_GUINT64_FORMAT,
                    panel->depth, panel->tiles, bytes, device->local_memory_bytes);
        return FALSE;
    }
    return TRUE;
}

static gboolean check_tile(const RippleTileShape *tile, const RippleOpenclDevice *device,
                           GError **error)
{
    if (ripple_tile_shape_is_auto(tile) || ripple_tile_shape_fits(tile, device))
        return TRUE;
    g_set_error(
        error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
        "the keys \"tile_m\", \"tile_n\", \"tile_k\", \"item_m\" and \"item_n\" are %u, %u, "
        "%u, %u and %u, which the kernel is not made for or which is too much for the "
        "device: all are powers of two, no item is larger than its tile, and the device has "
        "%" G_GUINT64_FORMAT " bytes of local memory and groups of %u work-items",
        tile->tile_m, tile->tile_n, tile->tile_k, tile->item_m, tile->item_n,
        device->local_memory_bytes, device->largest_group);
    return FALSE;
}

gboolean ripple_plan_check(const RippleProductPlan *plan, const RippleOpenclDevice *device,
                           GError **error)
{
    if (plan->provider == RIPPLE_PROVIDER_PANEL)
        return check_panel(&plan->panel, device, error);
    if (plan->provider == RIPPLE_PROVIDER_TILE)
        return check_tile(&plan->tile, device, error);
    return TRUE;
}
