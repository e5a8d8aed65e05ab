/** \file
 * The safetensors container: named tensors in one file, and strings that say more about them.
 *
 *     8 bytes           length of the header, little-endian
 *     header            JSON: {"NAME": {"dtype": "F32", "shape": [10, 4],
 *                                       "data_offsets": [0, 160]}, …,
 *                              "__metadata__": {"KEY": "TEXT", …}}
 *     the rest          the tensors' elements, little-endian, row-major, without gaps or overlaps;
 *                       data_offsets count from here
 *
 * The reader takes a file for hostile: nothing in it is used before it is checked against the file.
 */
#pragma once

#include <glib.h>

/** Longest header in bytes, the same as in the format's reference implementation. */
#define RIPPLE_SAFETENSORS_MAXIMUM_HEADER 100000000u

/** A tensor in a file. Read only. */
typedef struct {
    char *name;
    const char *type; /**< "F32", "BF16", …; static */
    guint rank;
    gsize *shape;   /**< rank sizes */
    gsize elements; /**< their product */
    gsize begin;    /**< byte from the start of the file */
    gsize end;      /**< the byte after the last */
} RippleStoredTensor;

typedef struct _RippleSafetensors RippleSafetensors;

/* ---- reading -------------------------------------------------------------------------------- */

/** Open the file at `path` and check all of its header. What tensors hold is read when it is asked
 * for. */
RippleSafetensors *ripple_safetensors_open(const char *path, GError **error);
void ripple_safetensors_free(RippleSafetensors *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleSafetensors, ripple_safetensors_free)

/** The path it was opened with, for messages. Borrowed. */
const char *ripple_safetensors_path(const RippleSafetensors *file);

/** How many tensors there are, and the one at `index`, in the order of their data. */
guint ripple_safetensors_count(const RippleSafetensors *file);
const RippleStoredTensor *ripple_safetensors_tensor(const RippleSafetensors *file, guint index);

/** The tensor called `name`, or NULL. */
const RippleStoredTensor *ripple_safetensors_find(const RippleSafetensors *file, const char *name);

/** The metadata's text for `key`, or NULL. */
const char *ripple_safetensors_metadata(const RippleSafetensors *file, const char *key);

/** The `count` bytes of the file from `begin` on. A DATA error when it has become shorter. */
gboolean ripple_safetensors_bytes(const RippleSafetensors *file, gsize begin, gpointer bytes,
                                  gsize count, GError **error);

/** Room for `count` values of `bytes` each, all 0, which `what` ("its parameters") takes; free with
 * g_free. A file may have holes: it takes no room on the disk, and claims more than any memory
 * holds, which is a DATA error. */
gpointer ripple_safetensors_allocate(const RippleSafetensors *file, const char *what, gsize count,
                                     gsize bytes, GError **error);

/** The elements of `tensor` as floats (`tensor->elements` of them into `values`). F32, F64, F16 and
 * BF16 are read; every element must be finite as a float. */
gboolean ripple_safetensors_read(const RippleSafetensors *file, const RippleStoredTensor *tensor,
                                 gfloat *values, GError **error);

/** The same in double precision. */
gboolean ripple_safetensors_read_exact(const RippleSafetensors *file,
                                       const RippleStoredTensor *tensor, gdouble *values,
                                       GError **error);

/** The name of a tensor, the last eight bytes of the file: the XXH64 of all before, little-endian.
 */
#define RIPPLE_SAFETENSORS_CHECKSUM "checksum"

/** A DATA error when the file has such a tensor and something was changed in it since. */
gboolean ripple_safetensors_check_sum(const RippleSafetensors *file, GError **error);

/** "[10, 4]". Free with g_free. */
char *ripple_shape_text(const gsize *shape, guint rank);

/** Set a DATA error: "The model file "PATH" cannot be used: ", then the rest of the sentence from
 * `format`. What comes from the file may be in it: it is made readable, and cut when it is very
 * long. Always FALSE. */
gboolean ripple_safetensors_blame(const char *path, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* ---- writing -------------------------------------------------------------------------------- */

/** A tensor to write. Borrows everything. */
typedef struct {
    const char *name;
    guint rank; /**< at most 2 */
    gsize shape[2];
    const gfloat *values; /**< written as F32; or NULL for these, which are F64 in a file where F32
                               would not keep every one of them: */
    const gdouble *exact;
} RippleTensorToStore;

/** Write `tensors` in their order, and `metadata` (key, text, key, text, …, NULL; in UTF-8), to a
 * file that takes the place of `path` once it is whole. The header is padded with blanks so that
 * the data begin at a multiple of 8 bytes. */
gboolean ripple_safetensors_write(const char *path, const char *const *metadata,
                                  const RippleTensorToStore *tensors, guint n_tensors,
                                  GError **error);

/** The same with a checksum behind the tensors. */
gboolean ripple_safetensors_write_checked(const char *path, const char *const *metadata,
                                          const RippleTensorToStore *tensors, guint n_tensors,
                                          GError **error);
