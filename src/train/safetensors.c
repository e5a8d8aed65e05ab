#include "train/safetensors.h"

#include "base/text.h"
#include "train/json_text.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <ripple/error.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LENGTH_BYTES 8

struct _RippleSafetensors {
    char *path;
    int descriptor;
    gsize length;
    GPtrArray *tensors;   /* owns its RippleStoredTensor */
    GHashTable *by_name;  /* borrows from tensors */
    GHashTable *metadata; /* char * → char * */
};

/* The format's element types. The reader knows their sizes so that it can check every tensor, also
 * those whose values ripple cannot use. */
static const struct {
    const char *name;
    gsize bytes;
} types[] = {
    {"F64", 8},  {"F32", 4}, {"F16", 2},     {"BF16", 2},    {"I64", 8},     {"I32", 4},
    {"I16", 2},  {"I8", 1},  {"U64", 8},     {"U32", 4},     {"U16", 2},     {"U8", 1},
    {"BOOL", 1}, {"C64", 8}, {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"F8_E8M0", 1},
};

/* ---- errors --------------------------------------------------------------------------------- */

#define LONGEST_SENTENCE 1000

gboolean ripple_safetensors_blame(const char *path, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    g_autofree char *sentence = ripple_text_readable(raw);
    gboolean is_long = strlen(sentence) > LONGEST_SENTENCE;
    if (is_long) {
        const char *cut = g_utf8_find_prev_char(sentence, sentence + LONGEST_SENTENCE);
        sentence[cut - sentence] = '\0';
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "The model file \"%s\" cannot be used: %s%s", path, sentence, is_long ? "…" : "");
    return FALSE;
}

char *ripple_shape_text(const gsize *shape, guint rank)
{
    GString *text = g_string_new("[");
    for (guint i = 0; i < rank; i++)
        g_string_append_printf(text, "%s%" G_GSIZE_FORMAT, i ? ", " : "", shape[i]);
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

/* ---- one tensor of the header --------------------------------------------------------------- */

static void stored_tensor_free(gpointer data)
{
    RippleStoredTensor *tensor = data;
    g_free(tensor->name);
    g_free(tensor->shape);
    g_free(tensor);
}

static gboolean read_type(RippleSafetensors *file, RippleStoredTensor *tensor, JsonNode *entry,
                          gsize *element_bytes, GError **error)
{
    const char *name = ripple_json_string(ripple_json_member(entry, "dtype"));
    for (guint i = 0; name && i < G_N_ELEMENTS(types); i++)
        if (strcmp(types[i].name, name) == 0) {
            tensor->type = types[i].name;
            *element_bytes = types[i].bytes;
            return TRUE;
        }
    if (name)
        return ripple_safetensors_blame(file->path, error,
                                        "the tensor \"%s\" has the unknown dtype \"%s\".",
                                        tensor->name, name);
    return ripple_safetensors_blame(file->path, error, "the tensor \"%s\" has no dtype.",
                                    tensor->name);
}

static gboolean read_shape(RippleSafetensors *file, RippleStoredTensor *tensor, JsonNode *entry,
                           GError **error)
{
    JsonArray *sizes = ripple_json_member_array(entry, "shape");
    if (!sizes)
        return ripple_safetensors_blame(file->path, error, "the tensor \"%s\" has no shape.",
                                        tensor->name);
    tensor->rank = json_array_get_length(sizes);
    tensor->shape = g_new0(gsize, tensor->rank);
    tensor->elements = 1;
    for (guint i = 0; i < tensor->rank; i++) {
        guint64 size;
        if (!ripple_json_whole(json_array_get_element(sizes, i), G_MAXINT64, &size))
            return ripple_safetensors_blame(
                file->path, error,
                "the shape of the tensor \"%s\" holds something that is no whole number.",
                tensor->name);
        tensor->shape[i] = size;
        if (!g_size_checked_mul(&tensor->elements, tensor->elements, size))
            return ripple_safetensors_blame(file->path, error,
                                            "the shape of the tensor \"%s\" is beyond any memory.",
                                            tensor->name);
    }
    return TRUE;
}

static gboolean read_offsets(RippleSafetensors *file, RippleStoredTensor *tensor, JsonNode *entry,
                             gsize data_begin, gsize element_bytes, GError **error)
{
    JsonArray *offsets = ripple_json_member_array(entry, "data_offsets");
    guint64 begin, end;
    if (!offsets || json_array_get_length(offsets) != 2 ||
        !ripple_json_whole(json_array_get_element(offsets, 0), G_MAXINT64, &begin) ||
        !ripple_json_whole(json_array_get_element(offsets, 1), G_MAXINT64, &end))
        return ripple_safetensors_blame(
            file->path, error, "the data_offsets of the tensor \"%s\" are not two whole numbers.",
            tensor->name);

    gsize available = file->length - data_begin;
    if (begin > end || end > available)
        return ripple_safetensors_blame(file->path, error,
                                        "the tensor \"%s\" claims the bytes %" G_GUINT64_FORMAT
                                        " to %" G_GUINT64_FORMAT " of %" G_GSIZE_FORMAT
                                        " bytes of data.",
                                        tensor->name, begin, end, available);

    gsize wanted;
    if (!g_size_checked_mul(&wanted, tensor->elements, element_bytes) || wanted != end - begin) {
        g_autofree char *shape = ripple_shape_text(tensor->shape, tensor->rank);
        return ripple_safetensors_blame(
            file->path, error,
            "the tensor \"%s\" of shape %s and dtype %s cannot lie in %" G_GUINT64_FORMAT " bytes.",
            tensor->name, shape, tensor->type, end - begin);
    }
    tensor->begin = data_begin + begin;
    tensor->end = data_begin + end;
    return TRUE;
}

static gboolean read_tensor(RippleSafetensors *file, const char *name, JsonNode *entry,
                            gsize data_begin, GError **error)
{
    RippleStoredTensor *tensor = g_new0(RippleStoredTensor, 1);
    tensor->name = g_strdup(name);
    g_ptr_array_add(file->tensors, tensor);
    g_hash_table_insert(file->by_name, tensor->name, tensor);

    gsize element_bytes;
    return read_type(file, tensor, entry, &element_bytes, error) &&
           read_shape(file, tensor, entry, error) &&
           read_offsets(file, tensor, entry, data_begin, element_bytes, error);
}

/* ---- the header ----------------------------------------------------------------------------- */

static gboolean read_metadata(RippleSafetensors *file, JsonNode *node, GError **error)
{
    if (!JSON_NODE_HOLDS_OBJECT(node))
        return ripple_safetensors_blame(file->path, error, "its __metadata__ is not an object.");

    JsonObjectIter iterator;
    const char *key;
    JsonNode *member;
    json_object_iter_init(&iterator, json_node_get_object(node));
    while (json_object_iter_next(&iterator, &key, &member)) {
        const char *text = ripple_json_string(member);
        if (!text)
            return ripple_safetensors_blame(file->path, error,
                                            "its metadata \"%s\" is not a string.", key);
        g_hash_table_insert(file->metadata, g_strdup(key), g_strdup(text));
    }
    return TRUE;
}

static gint compare_begin(gconstpointer a, gconstpointer b)
{
    const RippleStoredTensor *first = *(RippleStoredTensor *const *)a;
    const RippleStoredTensor *second = *(RippleStoredTensor *const *)b;
    if (first->begin != second->begin)
        return first->begin < second->begin ? -1 : 1;
    if (first->end != second->end)
        return first->end < second->end ? -1 : 1;
    return strcmp(first->name, second->name);
}

/* Every byte of data belongs to exactly one tensor. */
static gboolean check_coverage(RippleSafetensors *file, gsize data_begin, GError **error)
{
    g_ptr_array_sort(file->tensors, compare_begin);
    gsize covered = data_begin;
    for (guint i = 0; i < file->tensors->len; i++) {
        const RippleStoredTensor *tensor = file->tensors->pdata[i];
        if (tensor->begin != covered)
            return ripple_safetensors_blame(
                file->path, error,
                "the tensor \"%s\" begins at byte %" G_GSIZE_FORMAT
                " of the file, and the tensor before it ends at byte %" G_GSIZE_FORMAT ".",
                tensor->name, tensor->begin, covered);
        covered = tensor->end;
    }
    if (covered != file->length)
        return ripple_safetensors_blame(file->path, error,
                                        "its tensors end at byte %" G_GSIZE_FORMAT
                                        ", and the file at byte %" G_GSIZE_FORMAT ".",
                                        covered, file->length);
    return TRUE;
}

static gboolean read_members(RippleSafetensors *file, JsonNode *root, gsize data_begin,
                             GError **error)
{
    JsonObjectIter iterator;
    const char *name;
    JsonNode *member;
    json_object_iter_init(&iterator, json_node_get_object(root));
    while (json_object_iter_next(&iterator, &name, &member)) {
        gboolean good = strcmp(name, "__metadata__") == 0
                            ? read_metadata(file, member, error)
                            : read_tensor(file, name, member, data_begin, error);
        if (!good)
            return FALSE;
    }
    return TRUE;
}

/* How long the header claims to be, which the file is long enough for. */
static gboolean read_header_length(const RippleSafetensors *file, guint64 *length, GError **error)
{
    if (file->length < LENGTH_BYTES)
        return ripple_safetensors_blame(
            file->path, error, "it has %" G_GSIZE_FORMAT " bytes, too few for a safetensors file.",
            file->length);
    if (!ripple_safetensors_bytes(file, 0, length, sizeof *length, error))
        return FALSE;
    *length = GUINT64_FROM_LE(*length);
    if (*length > RIPPLE_SAFETENSORS_MAXIMUM_HEADER || *length > file->length - LENGTH_BYTES)
        return ripple_safetensors_blame(file->path, error,
                                        "it claims a header of %" G_GUINT64_FORMAT
                                        " bytes, and the file has %" G_GSIZE_FORMAT
                                        " bytes; is it a safetensors file?",
                                        *length, file->length);
    return TRUE;
}

static gboolean read_header(RippleSafetensors *file, GError **error)
{
    guint64 header_length;
    if (!read_header_length(file, &header_length, error))
        return FALSE;
    /* A hundred megabytes are little for a machine, but not for every limit that was set on it. */
    g_autofree char *header = g_try_malloc(header_length + 1);
    if (!header)
        return ripple_safetensors_blame(
            file->path, error, "there is no memory for its header of %" G_GUINT64_FORMAT " bytes.",
            header_length);
    if (!ripple_safetensors_bytes(file, LENGTH_BYTES, header, header_length, error))
        return FALSE;
    if (header_length == 0 || header[0] != '{')
        return ripple_safetensors_blame(file->path, error,
                                        "its header does not begin with a brace; is it a "
                                        "safetensors file?");
    g_autoptr(GError) reason = NULL;
    g_autoptr(JsonNode) root = ripple_json_parse(header, header_length, &reason);
    if (!root)
        return ripple_safetensors_blame(file->path, error, "its header is not good JSON: %s",
                                        reason->message);

    gsize data_begin = LENGTH_BYTES + (gsize)header_length;
    return read_members(file, root, data_begin, error) && check_coverage(file, data_begin, error);
}

/* ---- the file ------------------------------------------------------------------------------- */

static gboolean open_file(RippleSafetensors *file, GError **error)
{
    struct stat status;
    file->descriptor = g_open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (file->descriptor < 0 || fstat(file->descriptor, &status) != 0) {
        int code = errno;
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "Cannot read the model file \"%s\": %s.", file->path, g_strerror(code));
        return FALSE;
    }
    if (S_ISDIR(status.st_mode))
        return ripple_safetensors_blame(file->path, error,
                                        "it is a directory; name the file in it, which is called "
                                        "model.safetensors where ripple wrote it.");
    /* A pipe or a device would never end. */
    if (!S_ISREG(status.st_mode))
        return ripple_safetensors_blame(file->path, error, "it is not a regular file.");
    file->length = (gsize)status.st_size;
    return TRUE;
}

RippleSafetensors *ripple_safetensors_open(const char *path, GError **error)
{
    g_autoptr(RippleSafetensors) file = g_new0(RippleSafetensors, 1);
    file->path = g_strdup(path);
    file->tensors = g_ptr_array_new_with_free_func(stored_tensor_free);
    file->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    file->metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return open_file(file, error) && read_header(file, error) ? g_steal_pointer(&file) : NULL;
}

void ripple_safetensors_free(RippleSafetensors *file)
{
    if (!file)
        return;
    g_hash_table_unref(file->by_name);
    g_hash_table_unref(file->metadata);
    g_ptr_array_unref(file->tensors);
    if (file->descriptor >= 0)
        close(file->descriptor);
    g_free(file->path);
    g_free(file);
}

gboolean ripple_safetensors_bytes(const RippleSafetensors *file, gsize begin, gpointer bytes,
                                  gsize count, GError **error)
{
    for (gsize done = 0; done < count;) {
        gssize got =
            pread(file->descriptor, (char *)bytes + done, count - done, (off_t)(begin + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ripple_safetensors_blame(file->path, error, "it cannot be read: %s.",
                                            g_strerror(errno));
        if (got == 0)
            return ripple_safetensors_blame(
                file->path, error, "it ended at byte %" G_GSIZE_FORMAT " while it was read.",
                begin + done);
        done += (gsize)got;
    }
    return TRUE;
}

const char *ripple_safetensors_path(const RippleSafetensors *file)
{
    return file->path;
}

guint ripple_safetensors_count(const RippleSafetensors *file)
{
    return file->tensors->len;
}

const RippleStoredTensor *ripple_safetensors_tensor(const RippleSafetensors *file, guint index)
{
    g_return_val_if_fail(index < file->tensors->len, NULL);
    return file->tensors->pdata[index];
}

const RippleStoredTensor *ripple_safetensors_find(const RippleSafetensors *file, const char *name)
{
    return g_hash_table_lookup(file->by_name, name);
}

const char *ripple_safetensors_metadata(const RippleSafetensors *file, const char *key)
{
    return g_hash_table_lookup(file->metadata, key);
}
