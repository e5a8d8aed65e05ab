/** \file
 * A network: dense layers one after the other, and the loss at the end.
 *
 * Layer l holds a weight W (outputs × inputs, row-major) and a bias b (outputs). It takes x
 * (batch × inputs) to z = x·Wᵀ + b and a = f(z), and a is the next layer's x. Layers count from 0,
 * as PyTorch's `nn.Sequential` does.
 *
 * All parameters live in one array of floats. Each layer's weight and bias lie side by side, so
 * that one pass updates both; each layer begins at a multiple of RIPPLE_PARAMETER_ALIGNMENT
 * elements, and the padding between layers is zero.
 */
#pragma once

#include <ripple/activation.h>
#include <ripple/loss.h>

G_BEGIN_DECLS

/** Elements to whose multiple each layer's parameters are aligned (128 bytes of float). */
#define RIPPLE_PARAMETER_ALIGNMENT 32

/** Widest layer: what 32-bit kernel indices and BLAS sizes hold without care. */
#define RIPPLE_MAXIMUM_WIDTH (1u << 24)

/** Most layers in one network. */
#define RIPPLE_MAXIMUM_LAYERS 1024u

/** One dense layer. Read only. */
typedef struct {
    guint inputs;
    guint outputs;
    RippleActivation activation;
    gsize weight_offset; /**< elements from the start of the parameters */
    gsize bias_offset;   /**< weight_offset + outputs·inputs */
} RippleLayer;

/** Layers, loss, and where the parameters lie. Read only after it is made. */
typedef struct {
    guint inputs;
    guint outputs;
    guint n_layers;
    RippleLayer *layers;
    RippleLoss loss;
    gsize parameter_count; /**< weights and biases */
    gsize parameter_span;  /**< elements in the array, padding included */
} RippleNetwork;

/** A network of `n_layers` layers (at least one): layer l has widths[l] outputs and activations[l].
 * A USAGE error when a width is zero or beyond RIPPLE_MAXIMUM_WIDTH, when softmax stands anywhere
 * but at an output of two or more, or when the loss asks for another output activation. */
RIPPLE_API RippleNetwork *ripple_network_new(guint inputs, const guint *widths,
                                             const RippleActivation *activations, guint n_layers,
                                             RippleLoss loss, GError **error);

RIPPLE_API void ripple_network_free(RippleNetwork *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleNetwork, ripple_network_free)

/** An independent copy. */
RIPPLE_API RippleNetwork *ripple_network_copy(const RippleNetwork *network);

/** For people: "784 → 128 relu → 10 softmax, cross-entropy, 101,770 parameters". Free with g_free.
 */
RIPPLE_API char *ripple_network_describe(const RippleNetwork *network);

/** Fill `parameters` (parameter_span floats) with a start drawn from `seed`: biases and padding 0,
 * weights uniform in ±limit with
 *
 *     limit = √(6 / inputs)                for relu, leaky-relu, elu, softplus, silu, gelu
 *             (He, Zhang, Ren, Sun 2015, eq. 10, as a uniform distribution of that variance)
 *     limit = √(6 / (inputs + outputs))    for the others
 *             (Glorot, Bengio 2010, eq. 16)
 *
 * The same seed gives the same bits on every machine and backend. */
RIPPLE_API void ripple_network_initialise(const RippleNetwork *network, guint64 seed,
                                          gfloat *parameters);

G_END_DECLS
