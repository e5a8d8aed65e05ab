/* The elements of a stored tensor, from whichever type they are kept in. */
#include "train/safetensors.h"

#include "base/checksum.h"
#include "base/machine.h"

#include <math.h>
#include <string.h>

/* Elements, and bytes of a checksum, that are read at a time. */
#define CHUNK 8192

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

/* ---- memory --------------------------------------------------------------------------------- */

gpointer ripple_safetensors_allocate(const RippleSafetensors *file, const char *what, gsize count,
                                     gsize bytes, GError **error)
{
    gpointer values =
        count <= ripple_machine_memory() / bytes ? g_try_malloc0_n(MAX(count, 1), bytes) : NULL;
    if (!values)
        ripple_safetensors_blame(ripple_safetensors_path(file), error,
                                 "%s are %" G_GSIZE_FORMAT
                                 " numbers, more than this machine's memory holds.",
                                 what, count);
    return values;
}

/* ---- elements ------------------------------------------------------------------------------- */

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

/* Called with each element in its order; FALSE, with an error, ends the reading. */
typedef gboolean (*Taker)(const RippleSafetensors *file, const RippleStoredTensor *tensor, gsize i,
                          gdouble value, gpointer values, GError **error);

static gboolean read_elements(const RippleSafetensors *file, const RippleStoredTensor *tensor,
                              Taker take, gpointer values, GError **error)
{
    gsize bytes;
    char chunk[CHUNK * sizeof(gdouble)];
    Reader reader = find_reader(file, tensor, &bytes, error);
    for (gsize first = 0; reader && first < tensor->elements; first += CHUNK) {
        gsize count = MIN(CHUNK, tensor->elements - first);
        if (!ripple_safetensors_bytes(file, tensor->begin + first * bytes, chunk, count * bytes,
                                      error))
            return FALSE;
        for (gsize i = 0; i < count; i++)
            if (!take(file, tensor, first + i, reader(chunk + i * bytes), values, error))
                return FALSE;
    }
    return reader != NULL;
}

/* Rounds to nearest; beyond the largest float it becomes infinite. */
static gboolean take_single(const RippleSafetensors *file, const RippleStoredTensor *tensor,
                            gsize i, gdouble value, gpointer values, GError **error)
{
    gfloat *floats = values;
    floats[i] = (gfloat)value;
    return isfinite(floats[i]) || refuse(file, tensor, i, " in single precision", error);
}

static gboolean take_double(const RippleSafetensors *file, const RippleStoredTensor *tensor,
                            gsize i, gdouble value, gpointer values, GError **error)
{
    gdouble *doubles = values;
    doubles[i] = value;
    return isfinite(value) || refuse(file, tensor, i, "", error);
}

gboolean ripple_safetensors_read(const RippleSafetensors *file, const RippleStoredTensor *tensor,
                                 gfloat *values, GError **error)
{
    return read_elements(file, tensor, take_single, values, error);
}

gboolean ripple_safetensors_read_exact(const RippleSafetensors *file,
                                       const RippleStoredTensor *tensor, gdouble *values,
                                       GError **error)
{
    return read_elements(file, tensor, take_double, values, error);
}

/* ---- checksum ------------------------------------------------------------------------------- */

/* The checksum of the first `count` bytes. */
static gboolean sum_up(const RippleSafetensors *file, gsize count, guint64 *sum, GError **error)
{
    guint8 chunk[CHUNK];
    g_autoptr(XXH64_state_t) hash = ripple_checksum_new();
    for (gsize done = 0; done < count; done += CHUNK) {
        gsize length = MIN(CHUNK, count - done);
        if (!ripple_safetensors_bytes(file, done, chunk, length, error))
            return FALSE;
        XXH64_update(hash, chunk, length);
    }
    *sum = XXH64_digest(hash);
    return TRUE;
}

gboolean ripple_safetensors_check_sum(const RippleSafetensors *file, GError **error)
{
    const char *path = ripple_safetensors_path(file);
    const RippleStoredTensor *tensor = ripple_safetensors_find(file, RIPPLE_SAFETENSORS_CHECKSUM);
    if (!tensor)
        return TRUE;
    guint64 wanted, sum;
    gboolean is_last =
        ripple_safetensors_tensor(file, ripple_safetensors_count(file) - 1) == tensor;
    if (!is_last || tensor->end - tensor->begin != sizeof wanted)
        return ripple_safetensors_blame(
            path, error, "its checksum is not in its last %" G_GSIZE_FORMAT " bytes.",
            sizeof wanted);
    if (!ripple_safetensors_bytes(file, tensor->begin, &wanted, sizeof wanted, error) ||
        !sum_up(file, tensor->begin, &sum, error))
        return FALSE;
    return sum == GUINT64_FROM_LE(wanted) ||
           ripple_safetensors_blame(path, error, "it is damaged, for its checksum is another.");
}
