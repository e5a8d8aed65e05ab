#include "explain/weight_curve.h"
#include "train/json_object.h"

static void set_curve(GString *json, const RippleWeightCurve *curve)
{
    ripple_json_begin_object(json, NULL);
    ripple_json_set_whole(json, "step", curve->step);
    ripple_json_set_number(json, "weight", curve->weight);
    ripple_json_set_number(json, "loss", curve->loss);
    ripple_json_set_number(json, "slope", curve->slope);
    ripple_json_set_numbers(json, "weights", curve->weights, curve->n_points);
    ripple_json_set_numbers(json, "losses", curve->losses, curve->n_points);
    ripple_json_set_number(json, "rate", curve->rate);
    ripple_json_set_numbers(json, "step_weights", curve->step_weights, curve->n_steps);
    ripple_json_set_numbers(json, "step_losses", curve->step_losses, curve->n_steps);
    ripple_json_end_object(json);
}

GString *ripple_weight_curves_json(const RippleWeightCurves *curves)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_whole(json, "layer", curves->place.layer);
    ripple_json_set_whole(json, "output", curves->place.output);
    ripple_json_set_whole(json, "input", curves->place.input);
    ripple_json_set_text(json, "loss_name", curves->loss_name);
    ripple_json_set_text(json, "samples", curves->samples);
    ripple_json_set_text(json, "device", curves->device);
    ripple_json_set_number(json, "run_rate", curves->run_rate);
    ripple_json_begin_array(json, "curves");
    for (guint i = 0; i < curves->n_curves; i++)
        set_curve(json, &curves->curves[i]);
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    return json;
}
