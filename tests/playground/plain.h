/** \file
 * Backpropagation once more, written for these tests alone: plain loops in double precision that
 * share no line with the backends.
 */
#pragma once

#include <glib.h>

#define PLAIN_MOST_LAYERS 8
#define PLAIN_MOST_UNITS 16
#define PLAIN_MOST_BATCH 64

typedef enum { PLAIN_BINARY, PLAIN_CROSS_ENTROPY, PLAIN_SQUARES } PlainLoss;

typedef struct {
    guint inputs;
    guint outputs;
    gboolean is_sigmoid;                               /**< of a hidden layer; otherwise tanh */
    double weight[PLAIN_MOST_UNITS][PLAIN_MOST_UNITS]; /**< unit, input */
    double bias[PLAIN_MOST_UNITS];
    double weight_gradient[PLAIN_MOST_UNITS][PLAIN_MOST_UNITS];
    double bias_gradient[PLAIN_MOST_UNITS];
    double moments[2][PLAIN_MOST_UNITS][PLAIN_MOST_UNITS + 1]; /**< of the weights, then the bias */
    double z[PLAIN_MOST_BATCH][PLAIN_MOST_UNITS];
    double a[PLAIN_MOST_BATCH][PLAIN_MOST_UNITS];
    double delta[PLAIN_MOST_BATCH][PLAIN_MOST_UNITS];
} PlainLayer;

typedef struct {
    guint n_layers;
    PlainLayer layers[PLAIN_MOST_LAYERS];
    PlainLoss loss;
    gboolean is_adam;
    double rate;
    double momentum;
    guint steps;
    double batch_loss;
} Plain;

/** The outputs of each layer for the sample in row `row` of the batch. */
void plain_forward(Plain *self, guint row, const double input[2]);

/** A training step on `count` samples: two inputs and a target each, which is a class or a number.
 */
void plain_step(Plain *self, guint count, double (*samples)[3]);
