#include "data/idx.h"

#include "data/file.h"

#include <ripple/error.h>
#include <string.h>

#define TYPE_UNSIGNED_BYTE 0x08
#define LABEL_VALUES 256

typedef struct {
    guint dimensions;
    guint32 sizes[255];
    gsize row; /* bytes of one sample */
    guint8 *bytes;
} IdxArray;

static void idx_array_clear(IdxArray *array)
{
    g_free(array->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxArray, idx_array_clear)

static gboolean read_part(RippleFile *file, const char *path, const char *part, gsize count,
                          guint8 **bytes, GError **error)
{
    gsize length;
    g_autofree guint8 *read = ripple_file_read(file, count, &length, error);
    if (!read)
        return FALSE;
    if (length < count) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "\"%s\" is cut short: of the %zu bytes of its %s, %zu are there.", path, count,
                    part, length);
        return FALSE;
    }
    *bytes = g_steal_pointer(&read);
    return TRUE;
}

static gboolean check_magic(const char *path, const guint8 *magic, GError **error)
{
    if (magic[0] != 0 || magic[1] != 0 || magic[3] == 0) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "\"%s\" is not an IDX file: it begins with the bytes %02x %02x %02x %02x.",
                    path, magic[0], magic[1], magic[2], magic[3]);
        return FALSE;
    }
    if (magic[2] != TYPE_UNSIGNED_BYTE) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "\"%s\" holds values of the IDX type 0x%02x; only unsigned bytes, type 0x%02x, "
                    "can be read.",
                    path, magic[2], TYPE_UNSIGNED_BYTE);
        return FALSE;
    }
    return TRUE;
}

static gboolean parse_sizes(IdxArray *array, const char *path, const guint8 *header, GError **error)
{
    guint64 row = 1;
    for (guint d = 0; d < array->dimensions; d++) {
        guint32 size;
        memcpy(&size, header + 4 * d, sizeof size);
        array->sizes[d] = GUINT32_FROM_BE(size);
        if (array->sizes[d] == 0) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                        "\"%s\" is empty: its dimension %u has the size 0.", path, d + 1);
            return FALSE;
        }
        /* Neither this product nor samples × row overflows: row stays within 2^24. */
        if (d > 0)
            row *= array->sizes[d];
        if (row > RIPPLE_DATA_MAXIMUM_INPUTS) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                        "A sample of \"%s\" has %" G_GUINT64_FORMAT
                        " values or more; at most %u can be read.",
                        path, row, RIPPLE_DATA_MAXIMUM_INPUTS);
            return FALSE;
        }
    }
    array->row = row;
    return TRUE;
}

static gboolean idx_array_read(IdxArray *array, const char *path, GError **error)
{
    g_autofree guint8 *magic = NULL;
    g_autofree guint8 *sizes = NULL;
    g_autofree guint8 *rest = NULL;
    g_autoptr(RippleFile) file = ripple_file_open(path, error);

    if (!file || !read_part(file, path, "magic number", 4, &magic, error) ||
        !check_magic(path, magic, error))
        return FALSE;
    array->dimensions = magic[3];
    if (!read_part(file, path, "header", 4 * array->dimensions, &sizes, error) ||
        !parse_sizes(array, path, sizes, error) ||
        !read_part(file, path, "values", array->sizes[0] * array->row, &array->bytes, error))
        return FALSE;

    /* Asking for one byte more also makes the checksum of compressed data count. */
    gsize surplus;
    rest = ripple_file_read(file, 1, &surplus, error);
    if (!rest)
        return FALSE;
    if (surplus == 0)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "\"%s\" goes on after the %zu bytes of values that its header promises.", path,
                array->sizes[0] * array->row);
    return FALSE;
}

static gboolean check_dimensions(const IdxArray *array, const char *path, guint least, guint most,
                                 GError **error)
{
    if (array->dimensions >= least && array->dimensions <= most)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "\"%s\" has %u dimensions; labels have 1, and images 2 or more.", path,
                array->dimensions);
    return FALSE;
}

/* The class of each value a label may have, G_MAXUINT32 where it has none; the classes are `known`,
 * or else the labels' own names. */
static void match_classes(const char *const *names, const char *const *known, guint largest,
                          RippleDataset *dataset, guint32 *class_of)
{
    g_auto(GStrv) numbers = g_new0(char *, largest + 2);
    for (guint value = 0; value <= largest; value++)
        numbers[value] = g_strdup_printf("%u", value);
    if (!names)
        names = (const char *const *)numbers;
    if (!known)
        known = names;

    dataset->class_names = g_strdupv((char **)known);
    dataset->classes = g_strv_length((char **)known);
    guint n_names = g_strv_length((char **)names);
    for (guint value = 0; value < LABEL_VALUES; value++) {
        class_of[value] = G_MAXUINT32;
        for (guint32 c = 0; value < n_names && c < dataset->classes; c++)
            if (strcmp(names[value], known[c]) == 0)
                class_of[value] = c;
    }
}

static gboolean set_labels(RippleDataset *dataset, const char *path, const IdxArray *array,
                           const char *const *names, const char *const *known, GError **error)
{
    guint8 largest = 0;
    for (gsize s = 0; s < dataset->samples; s++)
        largest = MAX(largest, array->bytes[s]);
    guint32 class_of[LABEL_VALUES];
    match_classes(names, known, largest, dataset, class_of);

    dataset->target_kind = RIPPLE_TARGET_LABELS;
    dataset->labels = g_new(guint32, dataset->samples);
    for (gsize s = 0; s < dataset->samples; s++) {
        dataset->labels[s] = class_of[array->bytes[s]];
        if (dataset->labels[s] == G_MAXUINT32) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                        "The label %u of sample %zu in \"%s\" is none of the %u known classes.",
                        array->bytes[s], s + 1, path, dataset->classes);
            return FALSE;
        }
    }
    return TRUE;
}

static RippleDataset *load_pair(const char *images_path, const char *labels_path,
                                const char *const *names, const char *const *known, GError **error)
{
    g_auto(IdxArray) images = {0};
    g_auto(IdxArray) labels = {0};
    if (!idx_array_read(&labels, labels_path, error) ||
        !check_dimensions(&labels, labels_path, 1, 1, error) ||
        !idx_array_read(&images, images_path, error) ||
        !check_dimensions(&images, images_path, 2, G_MAXUINT8, error))
        return NULL;
    if (labels.sizes[0] != images.sizes[0]) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "\"%s\" holds %u images, but \"%s\" %u labels.", images_path, images.sizes[0],
                    labels_path, labels.sizes[0]);
        return NULL;
    }

    g_autoptr(RippleDataset) dataset = g_new0(RippleDataset, 1);
    dataset->source = g_strdup(images_path);
    dataset->samples = images.sizes[0];
    dataset->inputs = (guint)images.row;
    dataset->input_bytes = g_steal_pointer(&images.bytes);
    if (images.dimensions == 3) {
        dataset->image_height = images.sizes[1];
        dataset->image_width = images.sizes[2];
    }
    if (!set_labels(dataset, labels_path, &labels, names, known, error))
        return NULL;
    return g_steal_pointer(&dataset);
}

/* The file of one kind by any of its usual names, or NULL. */
static char *find_file(const char *directory, const char *set, const char *kind, guint dimensions)
{
    const char *prefixes[] = {set, strcmp(set, "test") == 0 ? "t10k" : set};
    for (guint i = 0; i < 8; i++) {
        g_autofree char *name = g_strdup_printf("%s-%s%cidx%u-ubyte%s", prefixes[i % 2], kind,
                                                i & 2 ? '.' : '-', dimensions, i & 4 ? ".gz" : "");
        g_autofree char *path = g_build_filename(directory, name, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
    }
    return NULL;
}

gboolean ripple_idx_load(const char *directory, const char *set, const char *const *names,
                         const char *const *known, RippleDataset **dataset, GError **error)
{
    g_autofree char *images = find_file(directory, set, "images", 3);
    g_autofree char *labels = find_file(directory, set, "labels", 1);

    *dataset = NULL;
    if (!images && !labels)
        return TRUE;
    if (!images || !labels) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "\"%s\" stands alone: its directory has no %s-%s-ubyte, nor that with .gz.",
                    images ? images : labels, set, images ? "labels-idx1" : "images-idx3");
        return FALSE;
    }
    *dataset = load_pair(images, labels, names, known, error);
    return *dataset != NULL;
}
