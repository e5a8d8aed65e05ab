/** \file
 * Principal directions of points in very many dimensions, by the Gram matrix of the points, which
 * is as small as they are few.
 *
 * With the points as the rows of M, M·Mᵀ = U·Λ·Uᵀ, and row k of Λ^(−½)·Uᵀ·M is the direction along
 * which the sum of squares is the k-th largest, λₖ (Jolliffe, "Principal Component Analysis",
 * section 3.5: the singular value decomposition of M).
 */
#pragma once

#include <glib.h>

/** Eigenvalues of the symmetric `matrix` (n × n, which is overwritten), the largest first, into
 * `values`, and their eigenvectors, of length 1, into the rows of `vectors` (n × n). By Jacobi's
 * rotations (Golub, Van Loan, "Matrix Computations", section 8.5). */
void ripple_eigen_symmetric(gdouble *matrix, guint n, gdouble *values, gdouble *vectors);

/** The dot products of all pairs of `points` less `origin` (n × n): `length` floats each. */
gdouble *ripple_gram_matrix(gfloat *const *points, guint n, const gfloat *origin, gsize length);

/** The directions of the largest `n_directions` (at most n) sums of squares of `points` about
 * `origin`, of length 1 and at right angles to each other, into `directions` (arrays of `length`),
 * and the sums into `sums`. Directions along which there is nothing are 0, and so is their sum.
 * Returns the sum of squares in all directions. */
gdouble ripple_principal_directions(gfloat *const *points, guint n, const gfloat *origin,
                                    gsize length, guint n_directions, gfloat *const *directions,
                                    gdouble *sums);
