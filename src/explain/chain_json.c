#include "explain/chain_json.h"

#include "train/json_object.h"

static void add_sample(GString *json, const RippleSample *sample)
{
    const RippleNetwork *network = sample->network;
    guint last = network->n_layers - 1;
    ripple_json_begin_object(json, "sample");
    ripple_json_set_whole(json, "index", sample->index);
    if (sample->label >= 0)
        ripple_json_set_whole(json, "label", (guint64)sample->label);
    ripple_json_set_number(json, "loss", sample->loss);
    ripple_json_set_numbers(json, "outputs", sample->activation[last], network->outputs);
    ripple_json_set_numbers(json, "targets", sample->target, network->outputs);
    ripple_json_end_object(json);
    ripple_json_begin_array(json, "layers");
    for (guint l = 0; l <= last; l++) {
        const RippleLayer *layer = &network->layers[l];
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "units", layer->outputs);
        ripple_json_set_text(json, "activation", ripple_activation_name(layer->activation));
        ripple_json_set_number(json, "activation_norm",
                               ripple_norm(sample->activation[l], layer->outputs));
        ripple_json_set_number(json, "delta_norm", ripple_norm(sample->delta[l], layer->outputs));
        ripple_json_set_number(json, "weight_gradient_norm",
                               ripple_norm(sample->gradient + layer->weight_offset,
                                           (gsize)layer->outputs * layer->inputs));
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}

static void add_terms(GString *json, const RippleChain *chain)
{
    ripple_json_begin_array(json, "outputs");
    for (guint i = 0; i < chain->outputs->len; i++) {
        const RippleOutputTerm *term = &g_array_index(chain->outputs, RippleOutputTerm, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "output", term->output);
        ripple_json_set_number(json, "loss_slope", term->loss_slope);
        ripple_json_set_number(json, "activation_slope", term->activation_slope);
        ripple_json_set_number(json, "product", term->product);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_begin_array(json, "terms");
    for (guint i = 0; i < chain->terms->len; i++) {
        const RippleChainTerm *term = &g_array_index(chain->terms, RippleChainTerm, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "unit", term->unit);
        ripple_json_set_number(json, "weight", term->weight);
        ripple_json_set_number(json, "delta", term->delta);
        ripple_json_set_number(json, "product", term->product);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}

static void add_paths(GString *json, const RipplePaths *paths)
{
    ripple_json_begin_object(json, "paths");
    ripple_json_set_number(json, "count", paths->count);
    ripple_json_set_number(json, "alive", paths->alive);
    ripple_json_set_number(json, "positive", paths->positive);
    ripple_json_set_number(json, "negative", paths->negative);
    ripple_json_set_number(json, "shown", paths->shown);
    ripple_json_begin_array(json, "strongest");
    for (guint i = 0; i < paths->n_strongest; i++) {
        ripple_json_begin_object(json, NULL);
        ripple_json_begin_array(json, "units");
        for (guint n = 0; n < paths->n_units; n++)
            ripple_json_set_whole(json, NULL, paths->strongest[i].units[n]);
        ripple_json_end_array(json);
        ripple_json_set_number(json, "contribution", paths->strongest[i].contribution);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
}

static void add_proof(GString *json, const RippleChain *chain)
{
    static const char *const forms[] = {"central", "smaller step", "one-sided", "unmeasured"};
    ripple_json_begin_object(json, "difference");
    ripple_json_set_text(json, "kind", forms[chain->slope.form]);
    ripple_json_set_number(json, "numeric", chain->slope.value);
    ripple_json_set_number(json, "step", chain->slope.step);
    ripple_json_set_number(json, "tolerance", chain->slope.tolerance);
    ripple_json_end_object(json);
    ripple_json_begin_object(json, "step");
    ripple_json_set_number(json, "learning_rate", chain->rate);
    ripple_json_set_number(json, "loss_before", chain->loss);
    ripple_json_set_number(json, "loss_after", chain->loss_after);
    ripple_json_set_number(json, "predicted_change", chain->predicted);
    ripple_json_end_object(json);
}

void ripple_chain_to_json(const RippleSample *sample, const RippleChain *chain, GString *json)
{
    g_autofree char *name = ripple_place_name(&chain->place);
    ripple_json_begin_object(json, NULL);
    add_sample(json, sample);
    ripple_json_begin_object(json, "parameter");
    ripple_json_set_text(json, "name", name);
    ripple_json_set_flag(json, "is_largest", chain->is_largest);
    ripple_json_set_number(json, "value", chain->value);
    ripple_json_set_number(json, "gradient", chain->gradient);
    ripple_json_set_number(json, "x", chain->x);
    ripple_json_set_number(json, "z", chain->z);
    ripple_json_set_number(json, "activation", chain->a);
    ripple_json_set_number(json, "derivative", chain->derivative);
    ripple_json_set_number(json, "loss_slope", chain->loss_slope);
    ripple_json_set_number(json, "delta", chain->delta);
    ripple_json_set_flag(json, "is_fused", chain->is_fused);
    add_terms(json, chain);
    ripple_json_end_object(json);
    add_paths(json, chain->paths);
    add_proof(json, chain);
    ripple_json_end_object(json);
}
