/** \file
 * The texts of a picture, read from its SVG: what they are, where they lie, and that none lies upon
 * another.
 */
#pragma once

#include "draw/canvas.h"

typedef struct {
    char *text;
    gdouble x[4]; /**< its corners, in order */
    gdouble y[4];
} TestText;

/** Every text, of TestText, with where it lies on the canvas. */
GArray *test_texts(const RippleCanvas *canvas);

/** Fail the test where two texts overlap, or one reaches over the edge of the canvas. */
void test_check_texts(const RippleCanvas *canvas);

/** Fail the test unless some text is `text`. */
void test_check_has_text(const RippleCanvas *canvas, const char *text);
