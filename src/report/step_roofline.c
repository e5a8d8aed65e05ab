#include "report/step_roofline.h"

RippleRoofline *ripple_step_roofline_new(const RippleStepRoof *roof, const char *work,
                                         const char *device)
{
    RippleRoofline *roofline =
        ripple_roofline_new("A training step", work, device, roof->peak, roof->bandwidth);
    for (guint i = 0; i < roof->costs->len; i++) {
        const RippleRowCost *cost = &g_array_index(roof->costs, RippleRowCost, i);
        gdouble seconds = ripple_step_roof_seconds(roof, cost->row);
        g_auto(GStrv) words = g_strsplit(cost->row, " ", 2);
        if (seconds > 0)
            ripple_roofline_add(roofline, words[0], cost->row, cost->operations / cost->bytes,
                                cost->operations / seconds / 1e9,
                                seconds / roof->speed->profile.seconds);
    }
    return roofline;
}
