#include "playground/state_json.h"

#include "playground/chain_json.h"
#include "train/json_object.h"

#include <math.h>

/* ---- the step ------------------------------------------------------------------------------- */

static const char *moment_of(RippleStepKind kind)
{
    static const char *const moments[] = {
        [RIPPLE_STEP_GATHER] = "forward",    [RIPPLE_STEP_FORWARD] = "forward",
        [RIPPLE_STEP_LOSS] = "error",        [RIPPLE_STEP_DELTA] = "backward",
        [RIPPLE_STEP_GRADIENT] = "backward", [RIPPLE_STEP_UPDATE] = "update"};
    return moments[kind];
}

static void write_rows(GString *json, const RippleSnapshot *snapshot)
{
    ripple_json_begin_array(json, "rows");
    for (guint row = 0; row < snapshot->n_rows; row++) {
        g_autofree char *name = ripple_step_describe(&snapshot->rows[row]);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "name", name);
        ripple_json_set_text(json, "moment", moment_of(snapshot->rows[row].kind));
        ripple_json_set_whole(json, "layer", snapshot->rows[row].layer);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}

static void write_batch(GString *json, const RippleSnapshot *snapshot)
{
    ripple_json_begin_array(json, "batch");
    for (gsize i = 0; i < snapshot->count; i++)
        ripple_json_set_whole(json, NULL, snapshot->samples[i]);
    ripple_json_end_array(json);
}

/* ---- layers --------------------------------------------------------------------------------- */

/* null where there are no values yet. */
static void write_values(GString *json, const char *name, const gdouble *values, gsize count)
{
    if (values)
        ripple_json_set_numbers(json, name, values, count);
    else
        ripple_json_set_text(json, name, NULL);
}

static const gdouble *of_sample(const gdouble *values, gsize sample, guint width)
{
    return values ? values + sample * width : NULL;
}

static void write_layer(GString *json, const RippleSnapshot *snapshot, guint l, gsize sample)
{
    const RippleLayer *layer = &snapshot->start->model->network->layers[l];
    const RippleSnapshotLayer *step = &snapshot->layers[l];
    gsize n_weights = (gsize)layer->outputs * layer->inputs;
    const gdouble *gradient = step->has_gradient ? snapshot->gradient : NULL;
    ripple_json_begin_object(json, NULL);
    ripple_json_set_whole(json, "inputs", layer->inputs);
    ripple_json_set_whole(json, "outputs", layer->outputs);
    ripple_json_set_text(json, "activation", ripple_activation_name(layer->activation));
    ripple_json_set_flag(json, "updated", step->is_updated);
    write_values(json, "weight", snapshot->parameters + layer->weight_offset, n_weights);
    write_values(json, "bias", snapshot->parameters + layer->bias_offset, layer->outputs);
    write_values(json, "weight_gradient", gradient ? gradient + layer->weight_offset : NULL,
                 n_weights);
    write_values(json, "bias_gradient", gradient ? gradient + layer->bias_offset : NULL,
                 layer->outputs);
    write_values(json, "z", of_sample(step->z, sample, layer->outputs), layer->outputs);
    write_values(json, "a", of_sample(step->activation, sample, layer->outputs), layer->outputs);
    write_values(json, "delta", of_sample(step->delta, sample, layer->outputs), layer->outputs);
    ripple_json_end_object(json);
}

static void write_layers(GString *json, const RippleSnapshot *snapshot, gsize sample)
{
    ripple_json_begin_array(json, "layers");
    for (guint l = 0; l < snapshot->start->model->network->n_layers; l++)
        write_layer(json, snapshot, l, sample);
    ripple_json_end_array(json);
}

/* ---- results -------------------------------------------------------------------------------- */

static void write_score(GString *json, const char *name, const RippleScore *score)
{
    ripple_json_begin_object(json, name);
    ripple_json_set_number(json, "loss", score->loss);
    ripple_json_set_number(json, "accuracy", score->accuracy);
    ripple_json_end_object(json);
}

static void write_curve(GString *json, const RippleCurve *curve)
{
    ripple_json_begin_array(json, "curve");
    for (guint i = 0; i < curve->count; i++) {
        ripple_json_begin_array(json, NULL);
        ripple_json_set_whole(json, NULL, curve->points[i].step);
        ripple_json_set_number(json, NULL, curve->points[i].train);
        ripple_json_set_number(json, NULL, curve->points[i].test);
        ripple_json_end_array(json);
    }
    ripple_json_end_array(json);
}

/* Thousands of numbers: as the bytes of little-endian floats. */
static void write_grid(GString *json, const RippleSnapshot *snapshot)
{
    gsize values = ripple_grid_values(snapshot->start->model->network);
    g_autofree guint32 *bits = g_new(guint32, values);
    for (gsize i = 0; i < values; i++) {
        union {
            gfloat value;
            guint32 bits;
        } number = {snapshot->grid[i]};
        bits[i] = GUINT32_TO_LE(number.bits);
    }
    g_autofree char *text = g_base64_encode((const guchar *)bits, values * sizeof *bits);
    ripple_json_begin_object(json, "grid");
    ripple_json_set_whole(json, "side", RIPPLE_GRID_SIDE);
    ripple_json_set_whole(json, "unit_side", RIPPLE_GRID_UNIT_SIDE);
    ripple_json_set_text(json, "values", text);
    ripple_json_end_object(json);
}

static void write_snapshot(GString *json, const RippleSnapshot *snapshot, const RippleFocus *focus)
{
    gsize sample = snapshot->count ? MIN(focus->sample, snapshot->count - 1) : 0;
    g_autofree char *network = ripple_network_describe(snapshot->start->model->network);
    ripple_json_set_text(json, "network", network);
    ripple_json_set_text(json, "loss_name",
                         ripple_loss_name(snapshot->start->model->network->loss));
    ripple_json_set_whole(json, "step", snapshot->step);
    ripple_json_set_whole(json, "epoch", snapshot->epoch);
    ripple_json_set_whole(json, "row", snapshot->row);
    write_rows(json, snapshot);
    ripple_json_set_flag(json, "finite", snapshot->is_finite);
    ripple_json_set_number(json, "loss", snapshot->loss);
    ripple_json_set_number(json, "rate", snapshot->learning_rate);
    write_score(json, "train", &snapshot->train);
    write_score(json, "test", &snapshot->test);
    write_curve(json, &snapshot->curve);
    write_batch(json, snapshot);
    ripple_json_set_whole(json, "sample", sample);
    write_values(json, "input", of_sample(snapshot->input, sample, 2), 2);
    write_layers(json, snapshot, sample);
    if (focus->has_weight)
        ripple_chain_write(json, "chain", snapshot, focus->layer, focus->unit, focus->input,
                           sample);
    write_grid(json, snapshot);
}

GString *ripple_state_json(const RipplePlayState *state, const RipplePlayer *player,
                           const RipplePlaySettings *settings, const RippleFocus *focus)
{
    GString *json = g_string_sized_new(1 << 15);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_whole(json, "revision", state->revision);
    ripple_json_set_whole(json, "done", state->done);
    ripple_json_set_whole(json, "starts", state->starts);
    ripple_json_set_text(json, "device", ripple_player_device_name(player));
    ripple_json_set_flag(json, "preparing", state->is_preparing);
    ripple_json_set_flag(json, "playing", state->is_playing);
    ripple_json_set_flag(json, "resting", state->is_resting);
    ripple_json_set_text(json, "speed", ripple_speed_name(state->speed));
    ripple_json_set_text(json, "problem", state->problem);
    ripple_play_settings_write(settings, json, "settings");
    if (state->snapshot)
        write_snapshot(json, state->snapshot, focus);
    ripple_json_end_object(json);
    return json;
}

/* ---- samples -------------------------------------------------------------------------------- */

/* Each as x, y, and its label or number. */
static void write_samples(GString *json, const char *name, const RippleDataset *dataset)
{
    ripple_json_begin_array(json, name);
    for (gsize i = 0; dataset && i < dataset->samples; i++) {
        ripple_json_begin_array(json, NULL);
        ripple_json_set_number(json, NULL, dataset->input_values[2 * i]);
        ripple_json_set_number(json, NULL, dataset->input_values[2 * i + 1]);
        if (dataset->labels)
            ripple_json_set_whole(json, NULL, dataset->labels[i]);
        else
            ripple_json_set_number(json, NULL, dataset->target_values[i]);
        ripple_json_end_array(json);
    }
    ripple_json_end_array(json);
}

static void write_names(GString *json, const char *name, char *const *names)
{
    ripple_json_begin_array(json, name);
    for (guint i = 0; names && names[i]; i++)
        ripple_json_set_text(json, NULL, names[i]);
    ripple_json_end_array(json);
}

/* What the ends of the range are in the numbers of the user's table. */
static void write_axis(GString *json, const RippleStart *start, guint axis)
{
    const RippleTransform *transform = start->model->transform;
    gdouble scale = transform->scale[axis], shift = transform->shift[axis];
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "name", start->train->input_names[axis]);
    ripple_json_set_number(json, "low", start->range.low[axis]);
    ripple_json_set_number(json, "high", start->range.high[axis]);
    ripple_json_set_number(json, "own_low", (start->range.low[axis] - shift) / scale);
    ripple_json_set_number(json, "own_high", (start->range.high[axis] - shift) / scale);
    ripple_json_end_object(json);
}

GString *ripple_samples_json(const RippleStart *start)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_begin_array(json, "axes");
    write_axis(json, start, 0);
    write_axis(json, start, 1);
    ripple_json_end_array(json);
    write_names(json, "classes", start->train->class_names);
    ripple_json_set_text(json, "target",
                         start->train->target_names ? start->train->target_names[0] : NULL);
    write_samples(json, "train", start->train);
    write_samples(json, "test", start->test);
    ripple_json_end_object(json);
    return json;
}
