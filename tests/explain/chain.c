/* The story of each parameter, for every hidden activation with every loss and output activation:
 * its gradient is the one that gradcheck checks, its factors multiply to it, its terms add up to
 * it, the slope of the loss agrees, and so does a step. */
#include "explain/chain.h"
#include "gradient/setup.h"

#include <math.h>
#include <ripple/error.h>

/* Of numbers in double precision that were added up in another order. */
#define ROUNDING 1e-12

static void check_near(gdouble got, gdouble expected, gdouble size)
{
    if (!(fabs(got - expected) <= ROUNDING * size))
        g_error("%.17g instead of %.17g", got, expected);
}

static RippleSample *sample_of(const RippleMaterial *material, guint64 index)
{
    g_autoptr(GError) error = NULL;
    RippleSample *sample = ripple_sample_new(material->model, material->train, index, &error);
    g_assert_no_error(error);
    return sample;
}

/* The mean of the samples' gradients is the batch's, as gradcheck has it, and so is their loss. */
static void test_gradient(gconstpointer data)
{
    g_autoptr(RippleMaterial) material = setup_material(data);
    g_autoptr(RippleLossProbe) probe = setup_probe(material, NULL, FALSE);
    gsize span = probe->network->parameter_span;
    g_autofree gdouble *sum = g_new0(gdouble, span);
    gdouble loss = 0;
    for (guint n = 0; n < SETUP_SAMPLES; n++) {
        g_autoptr(RippleSample) sample = sample_of(material, n);
        for (gsize i = 0; i < span; i++)
            sum[i] += sample->gradient[i] / SETUP_SAMPLES;
        loss += sample->loss / SETUP_SAMPLES;
    }
    check_near(loss, probe->loss, probe->loss);
    for (gsize i = 0; i < span; i++)
        check_near(sum[i], probe->gradient[i], probe->sizes[i]);
}

/* ---- one parameter -------------------------------------------------------------------------- */

static void check_output(const RippleChain *chain)
{
    gdouble sum = 0, size = 0;
    for (guint i = 0; i < chain->outputs->len; i++) {
        const RippleOutputTerm *term = &g_array_index(chain->outputs, RippleOutputTerm, i);
        sum += term->product;
        size += fabs(term->product);
        g_assert_cmpfloat(term->product, ==, term->loss_slope * term->activation_slope);
        if (i > 0)
            g_assert_cmpfloat(fabs(term->product), <=, fabs(term[-1].product));
    }
    check_near(sum, chain->delta, size);
    if (chain->is_fused)
        check_near(chain->delta, (chain->a - chain->target) / chain->divisor, 1);
}

static void check_hidden(const RippleChain *chain, const RippleNetwork *network)
{
    gdouble sum = 0, size = 0;
    g_assert_cmpuint(chain->terms->len, ==, network->layers[chain->place.layer + 1].outputs);
    for (guint i = 0; i < chain->terms->len; i++) {
        const RippleChainTerm *term = &g_array_index(chain->terms, RippleChainTerm, i);
        sum += term->weight * term->delta;
        size += fabs(term->product);
        if (i > 0)
            g_assert_cmpfloat(fabs(term->product), <=, fabs(term[-1].product));
    }
    check_near(chain->loss_slope, sum, size);
    check_near(chain->loss_slope * chain->derivative, chain->delta, size);
}

/* A step so small that the loss is a straight line: its error is of second order in the rate. */
static void check_step(const RippleChain *chain)
{
    gdouble change = chain->loss_after - chain->loss;
    g_assert_cmpfloat(chain->predicted, ==, -chain->rate * chain->gradient * chain->gradient);
    if (chain->slope.form == RIPPLE_SLOPE_FORM_NONE)
        return;
    g_assert_cmpfloat(fabs(change - chain->predicted), <=,
                      1e-2 * fabs(chain->predicted) + 1e-15 * (1 + fabs(chain->loss)));
}

static void check_place(const RippleSample *sample, RipplePlace place)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleChain) chain = ripple_chain_new(sample, &place, 1e-4, 1000, &error);
    g_assert_no_error(error);
    const RippleLayer *layer = &sample->network->layers[place.layer];
    gsize index = place.is_bias ? layer->bias_offset + place.output
                                : layer->weight_offset + place.output * layer->inputs + place.input;
    g_assert_cmpfloat(chain->gradient, ==, sample->gradient[index]);
    g_assert_cmpfloat(chain->value, ==, sample->parameters[index]);
    check_near(chain->delta * chain->x, chain->gradient, fabs(chain->gradient));
    if (chain->is_output)
        check_output(chain);
    else
        check_hidden(chain, sample->network);

    const RipplePaths *paths = chain->paths;
    gdouble all = paths->positive - paths->negative;
    check_near(paths->positive + paths->negative, chain->gradient, all);
    check_near(paths->shown, chain->gradient, all); /* as there are fewer than a thousand */
    g_assert_cmpfloat(paths->n_strongest, ==, paths->alive);

    if (chain->slope.form != RIPPLE_SLOPE_FORM_NONE)
        g_assert_cmpfloat(fabs(chain->slope.value - chain->gradient), <=, chain->slope.tolerance);
    check_step(chain);
}

static void test_chain(gconstpointer data)
{
    g_autoptr(RippleMaterial) material = setup_material(data);
    g_autoptr(RippleSample) sample = sample_of(material, 2);
    /* From the first layer to the last and back, so that none relies on the order. */
    for (guint n = 0; n < 2 * SETUP_LAYERS; n++) {
        guint l = n < SETUP_LAYERS ? n : 2 * SETUP_LAYERS - 1 - n;
        const RippleLayer *layer = &sample->network->layers[l];
        for (guint o = 0; o < layer->outputs; o++) {
            for (guint i = 0; i < layer->inputs; i++)
                check_place(sample, (RipplePlace){l, FALSE, o, i});
            check_place(sample, (RipplePlace){l, TRUE, o, 0});
        }
    }
}

/* ---- what is picked, and what there is not -------------------------------------------------- */

static const Combination usual = {RIPPLE_ACTIVATION_TANH, RIPPLE_ACTIVATION_SOFTMAX,
                                  RIPPLE_LOSS_CROSS_ENTROPY, 3, TRUE};

static void test_largest(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleMaterial) material = setup_material(&usual);
    g_autoptr(RippleSample) sample = sample_of(material, 0);
    g_autoptr(RippleChain) chain = ripple_chain_new(sample, NULL, 0.1, 3, &error);
    g_assert_no_error(error);
    g_assert_true(chain->is_largest && !chain->place.is_bias);
    for (guint l = 0; l < SETUP_LAYERS; l++) {
        const RippleLayer *layer = &sample->network->layers[l];
        for (gsize i = layer->weight_offset; i < layer->bias_offset; i++)
            g_assert_cmpfloat(fabs(sample->gradient[i]), <=, fabs(chain->gradient));
    }
}

static void check_refused(const RippleSample *sample, RipplePlace place, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(ripple_chain_new(sample, &place, 0.1, 3, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_assert_cmpstr(error->message, ==, message);
}

static void test_refused(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleMaterial) material = setup_material(&usual);
    g_autoptr(RippleSample) sample = sample_of(material, 0);
    check_refused(sample, (RipplePlace){3, FALSE, 0, 0},
                  "There is no layer 3; the network has layers 0 to 2.");
    check_refused(sample, (RipplePlace){0, FALSE, 0, 3},
                  "Layer 0 has outputs 0 to 3 and inputs 0 to 2, and so no weight to output 0 from "
                  "that input.");
    check_refused(sample, (RipplePlace){1, TRUE, 5, 0},
                  "Layer 1 has outputs 0 to 4 and inputs 0 to 3, and so no bias 5.");
    g_assert_null(ripple_sample_new(material->model, material->train, SETUP_SAMPLES, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
    g_clear_error(&error);
    material->train->input_values[1] = INFINITY;
    g_assert_null(ripple_sample_new(material->model, material->train, 0, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_NOT_FINITE);
}

/* ---- every combination ---------------------------------------------------------------------- */

static void add(Combination combination)
{
    g_autofree char *name = g_strdup_printf(
        "%s/%s-%s-%u-%s", ripple_activation_name(combination.hidden),
        ripple_loss_name(combination.loss), ripple_activation_name(combination.output),
        combination.outputs, combination.has_labels ? "labels" : "targets");
    g_autofree char *gradient = g_strconcat("/chain/gradient/", name, NULL);
    g_autofree char *chain = g_strconcat("/chain/parameters/", name, NULL);
    g_test_add_data_func_full(gradient, g_memdup2(&combination, sizeof combination), test_gradient,
                              g_free);
    g_test_add_data_func_full(chain, g_memdup2(&combination, sizeof combination), test_chain,
                              g_free);
}

int main(int argc, char **argv)
{
    const RippleActivation softmax = RIPPLE_ACTIVATION_SOFTMAX, sigmoid = RIPPLE_ACTIVATION_SIGMOID;
    const RippleLoss cross = RIPPLE_LOSS_CROSS_ENTROPY, binary = RIPPLE_LOSS_BINARY_CROSS_ENTROPY;
    g_test_init(&argc, &argv, NULL);
    for (guint hidden = 0; hidden < RIPPLE_ACTIVATION_SOFTMAX; hidden++) {
        for (guint output = 0; output < RIPPLE_N_ACTIVATIONS; output++)
            add((Combination){hidden, output, RIPPLE_LOSS_MSE, 3, TRUE});
        add((Combination){hidden, softmax, RIPPLE_LOSS_MSE, 3, FALSE});
        add((Combination){hidden, sigmoid, RIPPLE_LOSS_MSE, 1, TRUE});
        add((Combination){hidden, softmax, cross, 3, TRUE});
        add((Combination){hidden, sigmoid, binary, 3, FALSE});
        add((Combination){hidden, sigmoid, binary, 1, TRUE});
    }
    g_test_add_func("/chain/largest", test_largest);
    g_test_add_func("/chain/refused", test_refused);
    return g_test_run();
}
