#include "train/safetensors.h"

#include "base/checksum.h"
#include "base/replacement.h"
#include "train/json_text.h"

#include <ripple/error.h>

/* Data begin at a multiple of this. */
#define ALIGNMENT 8

/* Elements turned to little-endian at a time, so that no second copy of a tensor is made. */
#define CHUNK 4096

/* A file under way, and the checksum of what is in it. */
typedef struct {
    RippleReplacement *replacement;
    gboolean is_double; /* exact numbers are written as F64 */
    XXH64_state_t *hash;
} Output;

static gboolean put(Output *output, gconstpointer bytes, gsize length, GError **error)
{
    XXH64_update(output->hash, bytes, length);
    return ripple_replacement_write(output->replacement, bytes, length, error);
}

static gsize count_elements(const RippleTensorToStore *tensor)
{
    gsize elements = 1;
    for (guint i = 0; i < tensor->rank; i++)
        elements *= tensor->shape[i];
    return elements;
}

/* Would single precision change an element? */
static gboolean needs_double(const RippleTensorToStore *tensor)
{
    gsize elements = tensor->exact ? count_elements(tensor) : 0;
    for (gsize i = 0; i < elements; i++)
        if ((gfloat)tensor->exact[i] != tensor->exact[i])
            return TRUE;
    return FALSE;
}

/* One for all, so that each tensor lies at a multiple of its element's size. */
static gboolean any_needs_double(const RippleTensorToStore *tensors, guint n_tensors)
{
    for (guint i = 0; i < n_tensors; i++)
        if (needs_double(&tensors[i]))
            return TRUE;
    return FALSE;
}

static void append_metadata(GString *header, const char *const *metadata)
{
    g_string_append(header, "\"__metadata__\":{");
    for (guint i = 0; metadata[i]; i += 2) {
        if (i > 0)
            g_string_append_c(header, ',');
        ripple_json_append_string(header, metadata[i]);
        g_string_append_c(header, ':');
        ripple_json_append_string(header, metadata[i + 1]);
    }
    g_string_append_c(header, '}');
}

/* The `bytes` of a tensor from `*begin`, which then is where they end. */
static void append_tensor(GString *header, const char *name, const char *type, const gsize *sizes,
                          guint rank, gsize bytes, gsize *begin)
{
    g_autofree char *shape = ripple_shape_text(sizes, rank);
    g_string_append_c(header, ',');
    ripple_json_append_string(header, name);
    g_string_append_printf(header,
                           ":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%" G_GSIZE_FORMAT
                           ",%" G_GSIZE_FORMAT "]}",
                           type, shape, *begin, *begin + bytes);
    *begin += bytes;
}

static GString *make_header(const char *const *metadata, const RippleTensorToStore *tensors,
                            guint n_tensors, gboolean is_double, gboolean is_checked)
{
    static const gsize sum_bytes = sizeof(guint64);
    GString *header = g_string_new("{");
    append_metadata(header, metadata);
    gsize begin = 0;
    for (guint i = 0; i < n_tensors; i++) {
        const RippleTensorToStore *tensor = &tensors[i];
        gboolean wide = is_double && tensor->exact;
        gsize bytes = count_elements(tensor) * (wide ? sizeof(gdouble) : sizeof(gfloat));
        append_tensor(header, tensor->name, wide ? "F64" : "F32", tensor->shape, tensor->rank,
                      bytes, &begin);
    }
    if (is_checked)
        append_tensor(header, RIPPLE_SAFETENSORS_CHECKSUM, "U8", &sum_bytes, 1, sum_bytes, &begin);
    g_string_append_c(header, '}');
    while (header->len % ALIGNMENT != 0)
        g_string_append_c(header, ' ');
    return header;
}

static gboolean write_wide(Output *output, const gdouble *values, gsize count, GError **error)
{
    guint64 chunk[CHUNK];
    for (gsize done = 0; done < count; done += CHUNK) {
        gsize length = MIN(CHUNK, count - done);
        memcpy(chunk, values + done, length * sizeof *values);
        for (gsize i = 0; i < length; i++)
            chunk[i] = GUINT64_TO_LE(chunk[i]);
        if (!put(output, chunk, length * sizeof *chunk, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_single(Output *output, const RippleTensorToStore *tensor, gsize count,
                             GError **error)
{
    guint32 chunk[CHUNK];
    for (gsize done = 0; done < count; done += CHUNK) {
        gsize length = MIN(CHUNK, count - done);
        for (gsize i = 0; i < length; i++) {
            gfloat value =
                tensor->values ? tensor->values[done + i] : (gfloat)tensor->exact[done + i];
            memcpy(&chunk[i], &value, sizeof value);
            chunk[i] = GUINT32_TO_LE(chunk[i]);
        }
        if (!put(output, chunk, length * sizeof *chunk, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_values(Output *output, const RippleTensorToStore *tensor, GError **error)
{
    gsize count = count_elements(tensor);
    return output->is_double && tensor->exact ? write_wide(output, tensor->exact, count, error)
                                              : write_single(output, tensor, count, error);
}

static gboolean write_file(const char *path, const char *const *metadata,
                           const RippleTensorToStore *tensors, guint n_tensors, gboolean is_checked,
                           GError **error)
{
    gboolean is_double = any_needs_double(tensors, n_tensors);
    g_autoptr(GString) header = make_header(metadata, tensors, n_tensors, is_double, is_checked);
    if (header->len > RIPPLE_SAFETENSORS_MAXIMUM_HEADER) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "Cannot write the file \"%s\": its header of %" G_GSIZE_FORMAT
                    " bytes would be longer than the format allows, %u.",
                    path, header->len, RIPPLE_SAFETENSORS_MAXIMUM_HEADER);
        return FALSE;
    }

    g_autoptr(RippleReplacement) replacement = ripple_replacement_new(path, error);
    if (!replacement)
        return FALSE;
    g_autoptr(XXH64_state_t) hash = ripple_checksum_new();
    Output output = {replacement, is_double, hash};
    guint64 length = GUINT64_TO_LE((guint64)header->len);
    if (!put(&output, &length, sizeof length, error) ||
        !put(&output, header->str, header->len, error))
        return FALSE;
    for (guint i = 0; i < n_tensors; i++)
        if (!write_values(&output, &tensors[i], error))
            return FALSE;
    guint64 sum = GUINT64_TO_LE(XXH64_digest(hash));
    if (is_checked && !put(&output, &sum, sizeof sum, error))
        return FALSE;
    return ripple_replacement_finish(replacement, error);
}

gboolean ripple_safetensors_write(const char *path, const char *const *metadata,
                                  const RippleTensorToStore *tensors, guint n_tensors,
                                  GError **error)
{
    return write_file(path, metadata, tensors, n_tensors, FALSE, error);
}

gboolean ripple_safetensors_write_checked(const char *path, const char *const *metadata,
                                          const RippleTensorToStore *tensors, guint n_tensors,
                                          GError **error)
{
    return write_file(path, metadata, tensors, n_tensors, TRUE, error);
}
