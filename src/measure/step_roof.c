#include "measure/step_roof.h"

#include "train/rates.h"

#include <math.h>

GArray *ripple_step_speed_costs(const RippleStepSpeed *speed, const RippleNetwork *network,
                                const RippleConfig *config)
{
    guint moments = ripple_config_moments(config);
    return speed->steps_at_once > 0 ? ripple_step_costs_joined(network, config->batch, moments)
                                    : ripple_step_costs(network, config->batch, moments);
}

gdouble ripple_step_roof_seconds(const RippleStepRoof *roof, const char *row)
{
    const GArray *shares = roof->speed->profile.shares;
    gdouble seconds = 0;
    for (guint i = 0; i < shares->len; i++) {
        const RippleShare *share = &g_array_index(shares, RippleShare, i);
        if (share->row == row)
            seconds += share->seconds;
    }
    return seconds;
}

const RippleRowCost *ripple_step_roof_cost(const RippleStepRoof *roof, const char *row)
{
    for (guint i = 0; i < roof->costs->len; i++) {
        const RippleRowCost *cost = &g_array_index(roof->costs, RippleRowCost, i);
        if (cost->row == row)
            return cost;
    }
    return NULL;
}

gdouble ripple_step_roof_floor(const RippleStepRoof *roof, const RippleRowCost *cost)
{
    return fmax(cost->operations / roof->peak, cost->bytes / roof->bandwidth) / 1e9;
}

gdouble ripple_step_roof_bytes(const RippleStepRoof *roof)
{
    gdouble bytes = 0;
    for (guint i = 0; i < roof->costs->len; i++)
        bytes += g_array_index(roof->costs, RippleRowCost, i).bytes;
    return bytes;
}
