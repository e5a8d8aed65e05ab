/** \file
 * A backend that differentiates wrongly on purpose, to show that a check of gradients can fail.
 */
#pragma once

#include "network/backend.h"

/** What is wrong. */
typedef struct {
    RippleActivation activation;    /**< its derivative, or RIPPLE_N_ACTIVATIONS for none … */
    RippleLoss loss;                /**< … or this loss's, or RIPPLE_N_LOSSES for none */
    RippleActivation derivative_of; /**< is that of this activation instead, where it is a function
                                         of one number … */
    gdouble factor;                 /**< … and so many times as large */
} RippleWrongDerivative;

/** Have `backend` go wrong from now on, until it is freed. */
void ripple_wrong_derivative_plant(RippleBackend *backend, const RippleWrongDerivative *wrong);
