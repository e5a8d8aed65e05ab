#include "train/safetensors.h"

#include "train/json_text.h"
#include "train/replacement.h"

#include <ripple/error.h>

/* Data begin at a multiple of this. */
#define ALIGNMENT 8

/* Elements turned to little-endian at a time, so that no second copy of a tensor is made. */
#define CHUNK 4096

static gsize count_elements(const RippleTensorToStore *tensor)
{
    gsize elements = 1;
    for (guint i = 0; i < tensor->rank; i++)
        elements *= tensor->shape[i];
    return elements;
}

/* Would single precision change an element? */
static gboolean is_wide(const RippleTensorToStore *tensor)
{
    gsize elements = tensor->exact ? count_elements(tensor) : 0;
    for (gsize i = 0; i < elements; i++)
        if ((gfloat)tensor->exact[i] != tensor->exact[i])
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

static GString *make_header(const char *const *metadata, const RippleTensorToStore *tensors,
                            guint n_tensors)
{
    GString *header = g_string_new("{");
    append_metadata(header, metadata);
    gsize begin = 0;
    for (guint i = 0; i < n_tensors; i++) {
        const RippleTensorToStore *tensor = &tensors[i];
        gboolean wide = is_wide(tensor);
        gsize bytes = wide ? sizeof(gdouble) : sizeof(gfloat);
        gsize end = begin + count_elements(tensor) * bytes;
        g_autofree char *shape = ripple_shape_text(tensor->shape, tensor->rank);
        g_string_append_c(header, ',');
        ripple_json_append_string(header, tensor->name);
        g_string_append_printf(header,
                               ":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%" G_GSIZE_FORMAT
                               ",%" G_GSIZE_FORMAT "]}",
                               wide ? "F64" : "F32", shape, begin, end);
        begin = end;
    }
    g_string_append_c(header, '}');
    while (header->len % ALIGNMENT != 0)
        g_string_append_c(header, ' ');
    return header;
}

static gboolean write_wide(RippleReplacement *replacement, const gdouble *values, gsize count,
                           GError **error)
{
    guint64 chunk[CHUNK];
    for (gsize done = 0; done < count; done += CHUNK) {
        gsize length = MIN(CHUNK, count - done);
        memcpy(chunk, values + done, length * sizeof *values);
        for (gsize i = 0; i < length; i++)
            chunk[i] = GUINT64_TO_LE(chunk[i]);
        if (!ripple_replacement_write(replacement, chunk, length * sizeof *chunk, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_single(RippleReplacement *replacement, const RippleTensorToStore *tensor,
                             gsize count, GError **error)
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
        if (!ripple_replacement_write(replacement, chunk, length * sizeof *chunk, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_values(RippleReplacement *replacement, const RippleTensorToStore *tensor,
                             GError **error)
{
    gsize count = count_elements(tensor);
    return is_wide(tensor) ? write_wide(replacement, tensor->exact, count, error)
                           : write_single(replacement, tensor, count, error);
}

gboolean ripple_safetensors_write(const char *path, const char *const *metadata,
                                  const RippleTensorToStore *tensors, guint n_tensors,
                                  GError **error)
{
    g_autoptr(GString) header = make_header(metadata, tensors, n_tensors);
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
    guint64 length = GUINT64_TO_LE((guint64)header->len);
    if (!ripple_replacement_write(replacement, &length, sizeof length, error) ||
        !ripple_replacement_write(replacement, header->str, header->len, error))
        return FALSE;
    for (guint i = 0; i < n_tensors; i++)
        if (!write_values(replacement, &tensors[i], error))
            return FALSE;
    return ripple_replacement_finish(replacement, error);
}
