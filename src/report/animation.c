#include "report/animation.h"

#include "explain/story.h"
#include "report/network_picture.h"
#include "train/json_object.h"

/* Fewer than in a picture that is looked at for longer. */
#define MOST_UNITS 10
#define MOST_COLUMNS 9

/* How long a frame stands, and the last. */
#define SHORT 120
#define LONG 400

/* The frames under way, and what they are drawn from. */
typedef struct {
    RippleAnimation *animation;
    const RippleModel *model;
    const RippleSample *sample;
    gdouble rate;
    guint n_columns;
    RippleNetworkView *forward;
    RippleNetworkView *backward;
    RippleNetworkView *gradient;
} Film;

static RippleNetworkView *backward_view(const RippleModel *model, const RippleSample *sample)
{
    const RippleViewRequest request = {
        .kind = RIPPLE_VIEW_BACKWARD, .most_units = MOST_UNITS, .most_columns = MOST_COLUMNS};
    return ripple_network_view_new(model, sample, &request);
}

/* ---- one frame ------------------------------------------------------------------------------ */

typedef struct {
    const RippleNetworkView *view;
    guint first; /* columns that are reached */
    guint end;
    guint mark;
    const char *name; /* borrowed, as the next */
    const char *caption;
    gboolean is_long;
} Frame;

static void add_frame(Film *self, Frame frame)
{
    RippleNetworkDrawing drawing = {.model = self->model,
                                    .sample = self->sample,
                                    .title = frame.name,
                                    .caption = frame.caption,
                                    .first = frame.first,
                                    .end = frame.end,
                                    .has_mark = frame.mark < self->n_columns,
                                    .mark = frame.mark};
    guint hundredths = frame.is_long ? LONG : SHORT;
    g_ptr_array_add(self->animation->frames, ripple_network_picture(frame.view, &drawing));
    g_ptr_array_add(self->animation->names, g_strdup(frame.name));
    g_array_append_val(self->animation->hundredths, hundredths);
}

static const RippleLayer *layer_of(const Film *self, guint c)
{
    return &self->model->network->layers[self->forward->columns[c].column - 1];
}

/* ---- forward -------------------------------------------------------------------------------- */

static void add_input(Film *self)
{
    g_autofree char *caption = g_strdup_printf("The input, x: %u numbers. Nothing is computed yet.",
                                               self->model->network->inputs);
    g_autofree char *name =
        g_strdup_printf("Sample %" G_GSIZE_FORMAT " comes in", self->sample->index);
    add_frame(self, (Frame){self->forward, 0, 1, 0, name, caption, FALSE});
}

static void add_forward(Film *self, guint c)
{
    guint layer = self->forward->columns[c].column - 1;
    g_autofree char *norm = ripple_story_number(self->forward->columns[c].norm);
    g_autofree char *name = g_strdup_printf("Forward: layer %u", layer);
    g_autofree char *caption = g_strdup_printf(
        "z = W·%s + b: each unit adds up what comes in, by its weights. Then a = f(z), here "
        "%s.\nTogether the activations are ‖a‖ = %s long.",
        layer == 0 ? "x" : "a", ripple_activation_name(layer_of(self, c)->activation), norm);
    add_frame(self, (Frame){self->forward, 0, c + 1, c, name, caption, FALSE});
}

static void add_loss(Film *self)
{
    g_autofree char *loss = ripple_story_number(self->sample->loss);
    g_autofree char *wanted = self->sample->label >= 0 && self->model->network->outputs > 1
                                  ? ripple_story_output(self->model, (guint)self->sample->label)
                                  : NULL;
    g_autofree char *name = g_strdup_printf("The loss: L = %s", loss);
    g_autofree char *caption =
        wanted ? g_strdup_printf("The outputs are held against what they should be: \"%s\".\n%s "
                                 "turns the mistake into one number.",
                                 wanted, ripple_loss_name(self->model->network->loss))
               : g_strdup_printf("The outputs are held against what they should be.\n%s turns the "
                                 "mistake into one number.",
                                 ripple_loss_name(self->model->network->loss));
    add_frame(self, (Frame){self->forward, 0, self->n_columns, self->n_columns - 1, name, caption,
                            FALSE});
}

/* ---- backward ------------------------------------------------------------------------------- */

static void add_backward(Film *self, guint c)
{
    const RippleViewColumn *column = &self->backward->columns[c];
    gboolean is_last = c + 1 == self->n_columns;
    g_autofree char *norm = ripple_story_number(column->norm);
    g_autofree char *name = column->column == 0
                                ? g_strdup("Backward: to the input")
                                : g_strdup_printf("Backward: layer %u", column->column - 1);
    g_autofree char *caption =
        is_last ? g_strdup_printf("δ = ∂L/∂z: how the loss changes with each output's z. Here the "
                                  "correction begins.\nTogether the deltas are ‖δ‖ = %s long.",
                                  norm)
        : column->column == 0
            ? g_strdup_printf("∂L/∂x = Wᵀ·δ: what the loss would like the input to be. Training "
                              "has no use for it.\nTogether ‖∂L/∂x‖ = %s.",
                              norm)
            : g_strdup_printf("δ = (Wᵀ·δ above) ∘ f′(z): the deltas of the layer above come back "
                              "through the same weights.\nTogether they are ‖δ‖ = %s long.",
                              norm);
    add_frame(self, (Frame){self->backward, c, self->n_columns, c, name, caption, FALSE});
}

static void add_gradient(Film *self)
{
    g_autofree char *rate = ripple_story_number(self->rate);
    g_autofree char *caption = g_strdup_printf(
        "∂L/∂w = δ·x: a unit's delta times what comes in through the weight.\nA step of gradient "
        "descent moves each weight against its own: w ← w − %s · ∂L/∂w.",
        rate);
    add_frame(self, (Frame){self->gradient, 0, self->n_columns, self->n_columns,
                            "The gradients, and the step", caption, TRUE});
}

/* ---- the whole ------------------------------------------------------------------------------ */

RippleAnimation *ripple_animation_new(const RippleModel *model, const RippleSample *sample,
                                      gdouble rate)
{
    RippleAnimation *self = g_new0(RippleAnimation, 1);
    g_autoptr(RippleNetworkView) backward = backward_view(model, sample);
    g_autoptr(RippleNetworkView) forward =
        ripple_network_view_like(backward, model, sample, RIPPLE_VIEW_FORWARD);
    g_autoptr(RippleNetworkView) gradient =
        ripple_network_view_like(backward, model, sample, RIPPLE_VIEW_GRADIENT);
    Film film = {self, model, sample, rate, backward->n_columns, forward, backward, gradient};
    self->title = g_strdup("One training step, forward and back");
    self->frames = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_canvas_free);
    self->names = g_ptr_array_new_with_free_func(g_free);
    self->hundredths = g_array_new(FALSE, FALSE, sizeof(guint));
    add_input(&film);
    for (guint c = 1; c < film.n_columns; c++)
        add_forward(&film, c);
    add_loss(&film);
    for (guint c = film.n_columns; c-- > 0;)
        add_backward(&film, c);
    add_gradient(&film);
    return self;
}

void ripple_animation_free(RippleAnimation *animation)
{
    if (!animation)
        return;
    g_free(animation->title);
    g_ptr_array_unref(animation->frames);
    g_ptr_array_unref(animation->names);
    g_array_unref(animation->hundredths);
    g_free(animation);
}

void ripple_animation_to_json(const RippleModel *model, const RippleSample *sample, GString *json)
{
    g_autoptr(RippleNetworkView) backward = backward_view(model, sample);
    g_autoptr(RippleNetworkView) forward =
        ripple_network_view_like(backward, model, sample, RIPPLE_VIEW_FORWARD);
    g_autoptr(RippleNetworkView) gradient =
        ripple_network_view_like(backward, model, sample, RIPPLE_VIEW_GRADIENT);
    const RippleNetworkView *views[] = {forward, backward, gradient};
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "kind", "animation");
    ripple_json_set_whole(json, "sample", sample->index);
    ripple_json_set_number(json, "loss", sample->loss);
    ripple_json_begin_array(json, "views");
    for (guint i = 0; i < G_N_ELEMENTS(views); i++)
        ripple_network_view_to_json(views[i], json);
    ripple_json_end_array(json);
    ripple_json_end_object(json);
}
