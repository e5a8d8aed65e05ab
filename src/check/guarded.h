/** \file
 * Tensors in the middle of a larger buffer, so that what is written beside them is found.
 */
#pragma once

#include "network/backend.h"

typedef struct {
    RippleView view;  /**< the tensor */
    gfloat *uploaded; /**< the whole buffer as it was uploaded; NULL for indices and bytes */
} RippleGuarded;

/** A REAL tensor of `rows` × `columns`, filled with the number that stands around it, so that what
 * is not written shows. Its first element lies where a layer's parameters may. */
RippleGuarded *ripple_guarded_new(RippleBackend *backend, gsize rows, gsize columns,
                                  GError **error);

/** An INDEX or BYTE tensor with `values`, around which stand zeros, which
 * are in every range. */
RippleGuarded *ripple_guarded_new_of(RippleBackend *backend, RippleElement element, gsize rows,
                                     gsize columns, gconstpointer values, GError **error);
void ripple_guarded_free(RippleGuarded *guarded);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleGuarded, ripple_guarded_free)

/** The view, or none for NULL. */
RippleView ripple_guarded_view(const RippleGuarded *guarded);

/** Upload the tensor's elements, or with NULL the number around it. */
gboolean ripple_guarded_set(RippleGuarded *guarded, const gfloat *values, GError **error);

/** Download the tensor into `values` (its length), and see what changed around it: `damage` is the
 * distance in elements of what did from the tensor's beginning, negative in front of it, or 0. */
gboolean ripple_guarded_read(const RippleGuarded *guarded, gdouble *values, gssize *damage,
                             GError **error);
