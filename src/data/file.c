#include "data/file.h"

#include <gio/gio.h>
#include <ripple/error.h>
#include <string.h>

#define CHUNK 65536

/* What changes when somebody writes to a file. */
typedef struct {
    gboolean is_known; /* not of pipes, nor of what only looks like a file, which has no size */
    goffset size;
    guint64 seconds; /* when it was last written */
    guint32 microseconds;
} FileState;

struct _RippleFile {
    char *path;
    GInputStream *stream;
    GConverter *decompressor; /* NULL for a plain file */
    gboolean between_members; /* gzip data are one member after the other */
    gboolean stream_ended;    /* nothing comes after what is in the chunk */
    FileState state;          /* when it was opened */
    goffset taken;            /* bytes read from it */
    gsize begin, end;         /* the part of the chunk that is not used yet */
    guint8 chunk[CHUNK];
};

static FileState state_of(const RippleFile *file)
{
    g_autoptr(GFileInfo) info = g_file_input_stream_query_info(
        G_FILE_INPUT_STREAM(file->stream),
        G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE
                                       "," G_FILE_ATTRIBUTE_TIME_MODIFIED
                                       "," G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC,
        NULL, NULL);
    if (!info || g_file_info_get_file_type(info) != G_FILE_TYPE_REGULAR)
        return (FileState){0};
    return (FileState){g_file_info_get_size(info) > 0, g_file_info_get_size(info),
                       g_file_info_get_attribute_uint64(info, G_FILE_ATTRIBUTE_TIME_MODIFIED),
                       g_file_info_get_attribute_uint32(info, G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC)};
}

/* Of a file that somebody writes to, part of what was read may be old and part new. */
static gboolean check_unchanged(const RippleFile *file, GError **error)
{
    const FileState *before = &file->state;
    FileState now = state_of(file);
    if (!before->is_known ||
        (file->taken == before->size && now.size == before->size &&
         now.seconds == before->seconds && now.microseconds == before->microseconds))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "\"%s\" was changed while it was read; wait until it is whole, and try again.",
                file->path);
    return FALSE;
}

static gboolean refill(RippleFile *file, GError **error)
{
    g_autoptr(GError) cause = NULL;
    file->begin = file->end = 0;
    if (!g_input_stream_read_all(file->stream, file->chunk, CHUNK, &file->end, NULL, &cause)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "Cannot read \"%s\": %s.", file->path,
                    cause->message);
        return FALSE;
    }
    file->taken += file->end;
    file->stream_ended = file->end < CHUNK;
    return !file->stream_ended || check_unchanged(file, error);
}

RippleFile *ripple_file_open(const char *path, GError **error)
{
    g_autoptr(GFile) location = g_file_new_for_path(path);
    g_autoptr(GError) cause = NULL;
    g_autoptr(RippleFile) file = g_new0(RippleFile, 1);

    file->path = g_strdup(path);
    file->stream = G_INPUT_STREAM(g_file_read(location, NULL, &cause));
    if (!file->stream) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "Cannot read \"%s\": %s.", path,
                    cause->message);
        return NULL;
    }
    file->state = state_of(file);
    if (!refill(file, error))
        return NULL;
    if (file->end >= 2 && file->chunk[0] == 0x1f && file->chunk[1] == 0x8b)
        file->decompressor = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
    return g_steal_pointer(&file);
}

void ripple_file_free(RippleFile *file)
{
    if (!file)
        return;
    g_clear_object(&file->decompressor);
    g_clear_object(&file->stream);
    g_free(file->path);
    g_free(file);
}

/* One step of decompression; it may yield nothing yet. The end of a member is where its checksum is
 * compared. */
static gboolean decompress(RippleFile *file, guint8 *bytes, gsize count, gsize *got, GError **error)
{
    g_autoptr(GError) cause = NULL;
    gsize used;
    GConverterResult result = g_converter_convert(
        file->decompressor, file->chunk + file->begin, file->end - file->begin, bytes, count,
        file->stream_ended ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS, &used, got, &cause);
    if (result == G_CONVERTER_ERROR) {
        gboolean is_cut = g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "Cannot decompress \"%s\": %s.",
                    file->path, is_cut ? "the file is cut short" : cause->message);
        return FALSE;
    }
    file->begin += used;
    file->between_members = result == G_CONVERTER_FINISHED;
    if (file->between_members)
        g_converter_reset(file->decompressor);
    return TRUE;
}

/* At least one byte, unless the file ends here. */
static gboolean read_some(RippleFile *file, guint8 *bytes, gsize count, gsize *got, GError **error)
{
    for (*got = 0; *got == 0;) {
        if (file->begin == file->end && !file->stream_ended && !refill(file, error))
            return FALSE;
        if (file->begin == file->end && (!file->decompressor || file->between_members))
            return TRUE;
        if (file->decompressor) {
            if (!decompress(file, bytes, count, got, error))
                return FALSE;
        } else {
            *got = MIN(count, file->end - file->begin);
            memcpy(bytes, file->chunk + file->begin, *got);
            file->begin += *got;
        }
    }
    return TRUE;
}

/* With `is_text`, no more is read once there is a zero byte. */
static guint8 *read_growing(RippleFile *file, gsize maximum, gboolean is_text, gsize *length,
                            GError **error)
{
    g_autofree guint8 *bytes = g_malloc(1);
    gsize capacity = 0, got = 1;
    gboolean is_refused = FALSE;

    for (*length = 0; *length < maximum && got > 0 && !is_refused; *length += got) {
        if (*length == capacity) {
            capacity = MIN(maximum, MAX(2 * capacity, CHUNK));
            guint8 *grown = g_try_realloc(bytes, capacity + 1);
            if (!grown) {
                g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                            "Memory is too small for \"%s\", which holds more than %zu bytes.",
                            file->path, *length);
                return NULL;
            }
            bytes = grown;
        }
        if (!read_some(file, bytes + *length, capacity - *length, &got, error))
            return NULL;
        is_refused = is_text && memchr(bytes + *length, 0, got);
    }
    bytes[*length] = 0;
    return g_steal_pointer(&bytes);
}

guint8 *ripple_file_read(RippleFile *file, gsize maximum, gsize *length, GError **error)
{
    return read_growing(file, maximum, FALSE, length, error);
}

static gboolean check_text(const char *path, const char *text, gsize length, GError **error)
{
    const char *end;
    if (g_utf8_validate_len(text, length, &end))
        return TRUE;
    if (length >= 3 && text[0] == 0 && text[1] == 0 && text[2] != 0) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "\"%s\" is not text but looks like an IDX file; name the directory that holds "
                    "the images and their labels.",
                    path);
        return FALSE;
    }
    gsize line = 1;
    for (const char *c = text; c < end; c++)
        line += *c == '\n';
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "Line %zu of \"%s\" is not UTF-8 text: byte %zu of the file is 0x%02x. Save the "
                "table as UTF-8.",
                line, path, (gsize)(end - text) + 1, (guint8)*end);
    return FALSE;
}

char *ripple_file_read_text(const char *path, gsize maximum, gsize *length, GError **error)
{
    g_autoptr(RippleFile) file = ripple_file_open(path, error);
    if (!file)
        return NULL;
    g_autofree char *text = (char *)read_growing(file, maximum + 1, TRUE, length, error);
    if (!text)
        return NULL;
    if (*length > maximum) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "\"%s\" holds more than %zu bytes of text; split it.", path, maximum);
        return NULL;
    }
    if (!check_text(path, text, *length, error))
        return NULL;
    return g_steal_pointer(&text);
}
