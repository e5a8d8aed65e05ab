/* The elements of a stored tensor, from whichever type they are kept in. */
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

static gdouble read_f32(const char *bytes)
{
    guint32 bits;
    memcpy(&bits, bytes, sizeof bits);
    return float_from_bits(GUINT32_FROM_LE(bits));
}

static gdouble read_f64(const char *bytes)
{
    guint64 bits;
    gdouble value;
    memcpy(&bits, bytes, sizeof bits);
    bits = GUINT64_FROM_LE(bits);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. */
static gdouble read_f16(const char *bytes)
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
static gdouble read_bf16(const char *bytes)
{
    guint16 bits;
    memcpy(&bits, bytes, sizeof bits);
    return float_from_bits((guint32)GUINT16_FROM_LE(bits) << 16);
}

typedef gdouble (*Reader)(const char *bytes);

static const struct {
    const char *type;
    gsize bytes;
    Reader read;
} readers[] = {
    {"F32", 4, read_f32},
    {"F64", 8, read_f64},
    {"F16", 2, read_f16},
    {"BF16", 2, read_bf16},
};

static Reader find_reader(const RippleSafetensors *file, const RippleStoredTensor *tensor,
                          gsize *bytes, GError **error)
{
    for (guint r = 0; r < G_N_ELEMENTS(readers); r++)
        if (strcmp(readers[r].type, tensor->type) == 0) {
            *bytes = readers[r].bytes;
            return readers[r].read;
        }
    ripple_safetensors_blame(ripple_safetensors_path(file), error,
                             "the tensor \"%s\" has the dtype %s; F32, F64, F16 and BF16 are read.",
                             tensor->name, tensor->type);
    return NULL;
}

static gboolean refuse(const RippleSafetensors *file, const RippleStoredTensor *tensor, gsize i,
                       const char *precision, GError **error)
{
    return ripple_safetensors_blame(ripple_safetensors_path(file), error,
                                    "the element %" G_GSIZE_FORMAT
                                    " of the tensor \"%s\" is not a finite number%s.",
                                    i, tensor->name, precision);
}

gboolean ripple_safetensors_read(const RippleSafetensors *file, const RippleStoredTensor *tensor,
                                 gfloat *values, GError **error)
{
    gsize bytes;
    Reader reader = find_reader(file, tensor, &bytes, error);
    for (gsize i = 0; reader && i < tensor->elements; i++) {
        /* Rounds to nearest; beyond the largest float it becomes infinite. */
        values[i] = (gfloat)reader(tensor->bytes + i * bytes);
        if (!isfinite(values[i]))
            return refuse(file, tensor, i, " in single precision", error);
    }
    return reader != NULL;
}

gboolean ripple_safetensors_read_exact(const RippleSafetensors *file,
                                       const RippleStoredTensor *tensor, gdouble *values,
                                       GError **error)
{
    gsize bytes;
    Reader reader = find_reader(file, tensor, &bytes, error);
    for (gsize i = 0; reader && i < tensor->elements; i++) {
        values[i] = reader(tensor->bytes + i * bytes);
        if (!isfinite(values[i]))
            return refuse(file, tensor, i, "", error);
    }
    return reader != NULL;
}
