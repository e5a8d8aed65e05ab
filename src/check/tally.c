#include "check/tally.h"

#include "check/difference.h"

#include <string.h>

RippleTally *ripple_tally_new(void)
{
    RippleTally *tally = g_new0(RippleTally, 1);
    tally->groups = g_array_new(FALSE, TRUE, sizeof(RippleSelftestGroup));
    g_array_set_clear_func(tally->groups, ripple_selftest_group_clear);
    return tally;
}

void ripple_tally_free(RippleTally *tally)
{
    if (!tally)
        return;
    if (tally->groups)
        g_array_unref(tally->groups);
    g_free(tally->failure);
    g_free(tally);
}

void ripple_selftest_group_clear(gpointer group)
{
    g_free(((RippleSelftestGroup *)group)->name);
    g_free(((RippleSelftestGroup *)group)->kernels);
}

guint ripple_tally_group(RippleTally *tally, const char *name, const char *kernels)
{
    for (guint i = 0; i < tally->groups->len; i++)
        if (strcmp(g_array_index(tally->groups, RippleSelftestGroup, i).name, name) == 0)
            return i;
    const RippleSelftestGroup group = {.name = g_strdup(name), .kernels = g_strdup(kernels)};
    g_array_append_val(tally->groups, group);
    return tally->groups->len - 1;
}

static void note_damage(RippleTally *tally, const RippleTallyPlace *place, gsize length,
                        gssize damage)
{
    gsize distance = damage < 0 ? (gsize)-damage : (gsize)damage - length + 1;
    tally->failure =
        g_strdup_printf("%s: the element %" G_GSIZE_FORMAT " %s %s was written.", place->what,
                        distance, damage < 0 ? "in front of" : "behind", place->tensor);
}

static void note_difference(RippleTally *tally, const RippleTallyPlace *place,
                            const RippleTensorComparison *worst)
{
    g_autofree char *rule = worst->tolerance > 0
                                ? g_strdup_printf("where rounding allows %.2g", worst->tolerance)
                                : g_strdup("and must be exact");
    tally->failure = g_strdup_printf("%s: element [%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT
                                     "] of %s is %.9g instead of %.9g, %s.",
                                     place->what, worst->row, worst->column, place->tensor,
                                     worst->device, worst->reference, rule);
}

void ripple_tally_hold(RippleTally *tally, const RippleTallyPlace *place, const gdouble *found,
                       const gdouble *expected, const gdouble *allowed, gsize rows, gsize columns,
                       gssize damage)
{
    RippleSelftestGroup *group = &g_array_index(tally->groups, RippleSelftestGroup, place->group);
    g_autofree gdouble *nothing = allowed ? NULL : g_new0(gdouble, rows * columns);
    RippleTensorComparison worst = {0};
    ripple_difference(found, expected, allowed ? allowed : nothing, rows, columns, &worst);
    tally->cases++;
    group->cases++;
    group->share = MAX(group->share, worst.share);
    if (worst.pass && damage == 0)
        return;
    group->wrong++;
    if (tally->failure)
        return;
    if (!worst.pass)
        note_difference(tally, place, &worst);
    else
        note_damage(tally, place, rows * columns, damage);
}
