#include "playground/plain.h"

#include <math.h>

static void answer(Plain *self, guint l, guint row)
{
    PlainLayer *layer = &self->layers[l];
    double sum = 0;
    for (guint u = 0; u < layer->outputs; u++) {
        double z = layer->z[row][u];
        gboolean is_output = l + 1 == self->n_layers;
        if (is_output && self->loss == PLAIN_CROSS_ENTROPY)
            sum += layer->a[row][u] = exp(z);
        else if (is_output && self->loss == PLAIN_SQUARES)
            layer->a[row][u] = z;
        else if (is_output || layer->is_sigmoid)
            layer->a[row][u] = 1 / (1 + exp(-z));
        else
            layer->a[row][u] = tanh(z);
    }
    for (guint u = 0; sum > 0 && u < layer->outputs; u++)
        layer->a[row][u] /= sum;
}

void plain_forward(Plain *self, guint row, const double input[2])
{
    const double *x = input;
    for (guint l = 0; l < self->n_layers; l++) {
        PlainLayer *layer = &self->layers[l];
        for (guint u = 0; u < layer->outputs; u++) {
            layer->z[row][u] = layer->bias[u];
            for (guint i = 0; i < layer->inputs; i++)
                layer->z[row][u] += layer->weight[u][i] * x[i];
        }
        answer(self, l, row);
        x = layer->a[row];
    }
}

static double target_of(const Plain *self, guint unit, double target)
{
    return self->loss == PLAIN_CROSS_ENTROPY ? target == unit : target;
}

static void begin_backward(Plain *self, guint row, guint count, double target)
{
    PlainLayer *layer = &self->layers[self->n_layers - 1];
    for (guint u = 0; u < layer->outputs; u++) {
        double a = layer->a[row][u], t = target_of(self, u, target);
        if (self->loss == PLAIN_BINARY)
            self->batch_loss -= (t * log(a) + (1 - t) * log(1 - a)) / count;
        else if (self->loss == PLAIN_CROSS_ENTROPY)
            self->batch_loss -= t * log(a) / count;
        else
            self->batch_loss += (a - t) * (a - t) / count;
        layer->delta[row][u] = (self->loss == PLAIN_SQUARES ? 2 : 1) * (a - t) / count;
    }
}

static void go_backward(Plain *self, guint row)
{
    for (guint l = self->n_layers - 1; l-- > 0;) {
        PlainLayer *layer = &self->layers[l], *above = &self->layers[l + 1];
        for (guint u = 0; u < layer->outputs; u++) {
            double a = layer->a[row][u], sum = 0;
            for (guint k = 0; k < above->outputs; k++)
                sum += above->delta[row][k] * above->weight[k][u];
            layer->delta[row][u] = sum * (layer->is_sigmoid ? a * (1 - a) : 1 - a * a);
        }
    }
}

static void change(const Plain *self, double *weight, double gradient, double *first,
                   double *second)
{
    if (self->is_adam) {
        *first = 0.9 * *first + 0.1 * gradient;
        *second = 0.999 * *second + 0.001 * gradient * gradient;
        double m = *first / (1 - pow(0.9, self->steps)),
               v = *second / (1 - pow(0.999, self->steps));
        *weight -= self->rate * m / (sqrt(v) + 1e-8);
        return;
    }
    *first = self->momentum * *first + gradient;
    *weight -= self->rate * *first;
}

static void learn(Plain *self, guint count, double (*samples)[3])
{
    for (guint l = 0; l < self->n_layers; l++) {
        PlainLayer *layer = &self->layers[l];
        for (guint u = 0; u < layer->outputs; u++)
            for (guint i = 0; i <= layer->inputs; i++) {
                gboolean is_bias = i == layer->inputs;
                double gradient = 0;
                for (guint row = 0; row < count; row++) {
                    double x = is_bias ? 1 : l ? self->layers[l - 1].a[row][i] : samples[row][i];
                    gradient += layer->delta[row][u] * x;
                }
                *(is_bias ? &layer->bias_gradient[u] : &layer->weight_gradient[u][i]) = gradient;
                change(self, is_bias ? &layer->bias[u] : &layer->weight[u][i], gradient,
                       &layer->moments[0][u][i], &layer->moments[1][u][i]);
            }
    }
}

void plain_step(Plain *self, guint count, double (*samples)[3])
{
    self->batch_loss = 0;
    self->steps++;
    for (guint row = 0; row < count; row++) {
        plain_forward(self, row, samples[row]);
        begin_backward(self, row, count, samples[row][2]);
        go_backward(self, row);
    }
    learn(self, count, samples);
}
