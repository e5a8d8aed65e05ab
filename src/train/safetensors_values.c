/* The elements of a stored tensor, from whichever type they are kept in to single precision. */
#include "train/safetensors.h"

#include <math.h>
#include <string.h>

/* Elements are copied out byte by byte: nothing in the file is aligned. */
static gfloat float_from_bits(guint32 bits)
{
    gfloat value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static gfloat read_f32(const char *bytes)
{
    guint32 bits;
    memcpy(&bits, bytes, sizeof bits);
    return float_from_bits(GUINT32_FROM_LE(bits));
}

/* Rounds to nearest; beyond the largest float it becomes infinite, which the caller refuses. */
static gfloat read_f64(const char *bytes)
{
    guint64 bits;
    gdouble value;
    memcpy(&bits, bytes, sizeof bits);
    bits = GUINT64_FROM_LE(bits);
    memcpy(&value, &bits, sizeof value);
    return (gfloat)value;
}

/* IEEE 754 binary16: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. */
static gfloat read_f16(const char *bytes)
{
    guint16 bits;
    memcpy(&bits, bytes, sizeof bits);
    bits = GUINT16_FROM_LE(bits);
    gint exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
    gfloat magnitude;
    if (exponent == 0x1f)
        magnitude = fraction ? NAN : INFINITY;
    else if (exponent == 0)
        magnitude = ldexpf((gfloat)fraction, -24);
    else
        magnitude = ldexpf((gfloat)(fraction | 0x400), exponent - 25);
    return bits >> 15 ? -magnitude : magnitude;
}

/* bfloat16 is the upper half of a float. */
static gfloat read_bf16(const char *bytes)
{
    guint16 bits;
    memcpy(&bits, bytes, sizeof bits);
    return float_from_bits((guint32)GUINT16_FROM_LE(bits) << 16);
}

static const struct {
    const char *type;
    gsize bytes;
    gfloat (*read)(const char *bytes);
} readers[] = {
    {"F32", 4, read_f32},
    {"F64", 8, read_f64},
    {"F16", 2, read_f16},
    {"BF16", 2, read_bf16},
};

gboolean ripple_safetensors_read(const RippleSafetensors *file, const RippleStoredTensor *tensor,
                                 gfloat *values, GError **error)
{
    guint r = 0;
    while (r < G_N_ELEMENTS(readers) && strcmp(readers[r].type, tensor->type) != 0)
        r++;
    if (r == G_N_ELEMENTS(readers))
        return ripple_safetensors_blame(
            ripple_safetensors_path(file), error,
            "the tensor \"%s\" has the dtype %s; F32, F64, F16 and BF16 are read.", tensor->name,
            tensor->type);

    const char *bytes = tensor->bytes;
    for (gsize i = 0; i < tensor->elements; i++) {
        values[i] = readers[r].read(bytes + i * readers[r].bytes);
        if (!isfinite(values[i]))
            return ripple_safetensors_blame(ripple_safetensors_path(file), error,
                                            "the element %" G_GSIZE_FORMAT
                                            " of the tensor \"%s\" is not a finite number in "
                                            "single precision.",
                                            i, tensor->name);
    }
    return TRUE;
}
