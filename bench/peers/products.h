/* Matrix products in the three forms that training needs, by a peer. All matrices are row-major.
 * products.c is the program; openblas.c and clblast.c each implement the functions named
 * multiplier_*.
 */
#pragma once

#include <glib.h>

/* Which operand is read transposed; named as BLAS does. */
typedef enum {
    FORM_NT, /* C = A·Bᵀ, A m×k, B n×k */
    FORM_NN, /* C = A·B,  A m×k, B k×n */
    FORM_TN, /* C = Aᵀ·B, A k×m, B k×n */
    N_FORMS
} Form;

extern const char *const form_names[N_FORMS];

typedef struct {
    Form form;
    gsize m;
    gsize n;
    gsize k;
    gfloat *a; /* m·k numbers, aligned to 64 bytes */
    gfloat *b; /* k·n */
    gfloat *c; /* m·n */
} Product;

/* What `ripple bench gemm` would call it. */
extern const char *const multiplier_name;

/* Gets ready to multiply; `device` is a part of the name of the device to use, or NULL for any.
 * Ends the program where that cannot be. */
void multiplier_open(const char *device);
void multiplier_close(void);

/* The library in words, with its version; free with g_free. */
char *multiplier_version(void);

/* How many threads of the host multiply, or 0 where a device's driver decides. */
guint multiplier_threads(void);

/* Takes over the matrices of `product`, C included. */
void multiplier_load(Product *product);

/* C = product of A and B, `times` times over; returns when that is done. */
void multiplier_multiply(Product *product, guint64 times);

/* Brings C back into `product`, and gives up what multiplier_load() took. */
void multiplier_unload(Product *product);

/* Where C is not what rounding allows, in any order of summing: a sentence that says so, to be
 * freed with g_free; else NULL. Dot products in double precision decide. */
char *product_check(const Product *product);
