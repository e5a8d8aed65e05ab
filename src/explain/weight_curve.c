#include "explain/weight_curve.h"

#include "explain/trajectory.h"

#include <math.h>
#include <ripple/error.h>

#define POINTS 121
#define STEPS 8
#define MOST_DOUBLINGS 10

/* All losses and gradients that are asked for, as losses. */
#define COST (2 * (POINTS + MOST_DOUBLINGS + 2 * 4 * (STEPS + 1)))

/* The weights at a point of the run, of which one is moved. */
typedef struct {
    RippleObjective *objective;
    gfloat *weights;
    gdouble *gradient;
    gsize index; /* of the weight */
    const RippleExplainProgress *progress;
    guint done;
} Walker;

/* ---- which weight ---------------------------------------------------------------------------- */

static gboolean check_choice(const RippleNetwork *network, RippleWeightChoice choice,
                             GError **error)
{
    if (choice.layer >= network->n_layers) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "There is no layer %" G_GINT64_FORMAT "; the network has %u, counted from 0.",
                    choice.layer, network->n_layers);
        return FALSE;
    }
    if (choice.layer < 0 && (choice.output >= 0 || choice.input >= 0)) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "Name the layer, too, to which the weight belongs.");
        return FALSE;
    }
    const RippleLayer *layer = &network->layers[MAX(choice.layer, 0)];
    if (choice.layer >= 0 && (choice.output >= layer->outputs || choice.input >= layer->inputs)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "Layer %" G_GINT64_FORMAT " has %u units of %u inputs, counted from 0.",
                    choice.layer, layer->outputs, layer->inputs);
        return FALSE;
    }
    return TRUE;
}

static gsize index_of(const RippleNetwork *network, RippleWeightPlace place)
{
    const RippleLayer *layer = &network->layers[place.layer];
    return layer->weight_offset + (gsize)place.output * layer->inputs + place.input;
}

static gboolean is_chosen(gint64 choice, guint number)
{
    return choice < 0 || choice == number;
}

static RippleWeightPlace choose(const RippleNetwork *network, RippleWeightChoice choice,
                                const gdouble *gradient)
{
    RippleWeightPlace best = {0};
    gdouble largest = -1;
    for (guint l = 0; l < network->n_layers; l++)
        for (guint o = 0; is_chosen(choice.layer, l) && o < network->layers[l].outputs; o++)
            for (guint i = 0; is_chosen(choice.output, o) && i < network->layers[l].inputs; i++) {
                RippleWeightPlace place = {l, o, i};
                gdouble size = fabs(gradient[index_of(network, place)]);
                if (is_chosen(choice.input, i) && size > largest) {
                    largest = size;
                    best = place;
                }
            }
    return best;
}

/* ---- looking around -------------------------------------------------------------------------- */

static gboolean look(Walker *walker, gdouble weight, gdouble *loss, GError **error)
{
    ripple_explain_tell(walker->progress, "loss along a weight", MIN(++walker->done, COST), COST);
    walker->weights[walker->index] = (gfloat)weight;
    return ripple_objective_loss(walker->objective, walker->weights, loss, error);
}

static gboolean feel(Walker *walker, gdouble weight, gdouble *slope, GError **error)
{
    walker->weights[walker->index] = (gfloat)weight;
    if (!ripple_objective_gradient(walker->objective, walker->weights, walker->gradient, error))
        return FALSE;
    *slope = walker->gradient[walker->index];
    return TRUE;
}

/* How far downhill the other side of the valley is: from there on the loss is higher than here. Or
 * where it no longer falls. */
static gboolean find_width(Walker *walker, const RippleWeightCurve *curve, gdouble scale,
                           gdouble *width, GError **error)
{
    gdouble downhill = curve->slope > 0 ? -1 : 1, before = curve->loss;
    *width = scale;
    for (guint i = 0; i < MOST_DOUBLINGS; i++, *width *= 2) {
        gdouble loss;
        if (!look(walker, curve->weight + downhill * *width, &loss, error))
            return FALSE;
        if (!(loss < curve->loss) || before - loss < 0.01 * (curve->loss - loss))
            return TRUE;
        before = loss;
    }
    return TRUE;
}

static gboolean trace_curve(Walker *walker, RippleWeightCurve *curve, gdouble width, GError **error)
{
    gdouble downhill = curve->slope > 0 ? -1 : 1;
    gdouble from = curve->weight - 0.5 * downhill * width;
    gdouble to = curve->weight + 1.15 * downhill * width;
    curve->n_points = POINTS;
    curve->weights = g_new0(gdouble, POINTS);
    curve->losses = g_new0(gdouble, POINTS);
    for (guint i = 0; i < POINTS; i++) {
        /* What the device computes with is a float. */
        gdouble weight = fmin(from, to) + fabs(to - from) * i / (POINTS - 1);
        curve->weights[i] = (gfloat)weight;
        if (!look(walker, weight, &curve->losses[i], error))
            return FALSE;
    }
    return TRUE;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static gboolean descend(Walker *walker, RippleWeightCurve *curve, gdouble rate, GError **error)
{
    gdouble weight = curve->weight, slope = curve->slope;
    curve->rate = rate;
    curve->n_steps = 0;
    for (guint i = 0; i <= STEPS && isfinite(weight); i++) {
        if (!look(walker, weight, &curve->step_losses[i], error))
            return FALSE;
        curve->step_weights[i] = (gfloat)weight;
        curve->n_steps = i + 1;
        if (i < STEPS && i > 0 && !feel(walker, weight, &slope, error))
            return FALSE;
        weight -= rate * slope;
    }
    return TRUE;
}

static gdouble lowest(const RippleWeightCurve *curve)
{
    guint best = 0;
    for (guint i = 1; i < curve->n_points; i++)
        if (curve->losses[i] < curve->losses[best])
            best = i;
    return curve->weights[best];
}

/* By the run's own learning rate; where such steps are too small, or too large, to be seen, by one
 * whose first step goes a quarter of the way. */
static gboolean take_steps(Walker *walker, RippleWeightCurve *curve, gdouble rate, GError **error)
{
    curve->step_weights = g_new0(gdouble, STEPS + 1);
    curve->step_losses = g_new0(gdouble, STEPS + 1);
    gdouble way = fabs(lowest(curve) - curve->weight), first = fabs(curve->slope);
    gdouble whole = curve->weights[curve->n_points - 1] - curve->weights[0];
    if (first > 0 && way > 0 && (STEPS * rate * first < way / 4 || rate * first > whole))
        rate = way / 4 / first;
    return descend(walker, curve, rate, error);
}

/* ---- curves ---------------------------------------------------------------------------------- */

static gdouble scale_of(const RippleLayer *layer, const gfloat *weights)
{
    gdouble sum = 0;
    gsize count = (gsize)layer->outputs * layer->inputs;
    for (gsize i = 0; i < count; i++)
        sum += (gdouble)weights[layer->weight_offset + i] * weights[layer->weight_offset + i];
    return sum > 0 ? 0.25 * sqrt(sum / count) : 0.1;
}

static gboolean fill_curve(RippleWeightCurves *self, Walker *walker, const RippleNetwork *network,
                           const RippleTrajectory *trajectory, guint point, GError **error)
{
    RippleWeightCurve *curve = &self->curves[self->n_curves];
    gsize length = network->parameter_span;
    g_autofree gfloat *weights =
        g_memdup2(trajectory->weights[point], length * sizeof *walker->weights);
    walker->weights = weights;
    walker->index = index_of(network, self->place);
    curve->step = trajectory->steps[point];
    curve->weight = weights[walker->index];
    gdouble scale = scale_of(&network->layers[self->place.layer], weights), width;
    self->n_curves++;
    return feel(walker, curve->weight, &curve->slope, error) &&
           look(walker, curve->weight, &curve->loss, error) &&
           find_width(walker, curve, scale, &width, error) &&
           trace_curve(walker, curve, width, error) &&
           take_steps(walker, curve, self->run_rate, error);
}

static gboolean fill_curves(RippleWeightCurves *self, RippleRunLoss *loss,
                            const RippleRunLossRequest *request, RippleWeightChoice choice,
                            GError **error)
{
    const RippleNetwork *network = request->model->network;
    g_autoptr(RippleTrajectory) trajectory = ripple_trajectory_new(
        request->directory, loss->config, request->model, loss->planned_steps, 2, error);
    if (!trajectory)
        return FALSE;
    g_autofree gdouble *gradient = g_new(gdouble, network->parameter_span);
    Walker walker = {
        .objective = loss->objective, .gradient = gradient, .progress = request->progress};
    if (!ripple_objective_gradient(loss->objective, trajectory->weights[0], gradient, error))
        return FALSE;
    self->place = choose(network, choice, gradient);
    for (guint i = 0; i < trajectory->n_points; i++)
        if (!fill_curve(self, &walker, network, trajectory, i, error))
            return FALSE;
    return TRUE;
}

RippleWeightCurves *ripple_weight_curves_new(const RippleRunLossRequest *request,
                                             RippleWeightChoice choice, GError **error)
{
    if (!check_choice(request->model->network, choice, error))
        return NULL;
    RippleRunLossRequest wanted = *request;
    wanted.points = COST;
    g_autoptr(RippleRunLoss) loss = ripple_run_loss_new(&wanted, error);
    if (!loss)
        return NULL;
    g_autoptr(RippleWeightCurves) self = g_new0(RippleWeightCurves, 1);
    self->run_rate = loss->config->learning_rate;
    self->loss_name = g_strdup(ripple_loss_name(request->model->network->loss));
    self->samples = ripple_run_loss_describe(loss);
    self->device = g_strdup(ripple_backend_device_name(loss->backend));
    return fill_curves(self, loss, &wanted, choice, error) ? g_steal_pointer(&self) : NULL;
}

void ripple_weight_curves_free(RippleWeightCurves *curves)
{
    if (!curves)
        return;
    for (guint i = 0; i < curves->n_curves; i++) {
        g_free(curves->curves[i].weights);
        g_free(curves->curves[i].losses);
        g_free(curves->curves[i].step_weights);
        g_free(curves->curves[i].step_losses);
    }
    g_free(curves->loss_name);
    g_free(curves->samples);
    g_free(curves->device);
    g_free(curves);
}
