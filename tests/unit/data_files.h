/** \file
 * Data files that tests write, and assertions about the errors of reading them.
 */
#pragma once

#include <ripple/dataset.h>

/** Names as a RippleDataRequest has them. */
#define DATA_NAMES(...) ((char *const *)(const char *const[]){__VA_ARGS__, NULL})

/** A new directory. End it with data_directory_remove(). */
char *data_directory_new(void);
void data_directory_remove(char *directory);

/** Write a file; returns its path. Free with g_free. */
char *data_write(const char *directory, const char *name, gconstpointer bytes, gsize length);

/** The same for a text. */
char *data_write_text(const char *directory, const char *name, const char *text);

/** `bytes` compressed as one gzip member. */
GByteArray *data_gzip(gconstpointer bytes, gsize length);

/** An IDX file of `type` with the sizes given, and `length` values. */
GByteArray *data_idx(guint8 type, guint dimensions, const guint32 *sizes, gconstpointer values,
                     gsize length);

/** Write a pair of train or t10k files for `samples` images of 2 × 3 pixels: pixel p of sample s is
 * 10·s + p, and its label labels[s]. */
void data_write_set(const char *directory, const char *set, const guint8 *labels, guint32 samples);

/** `error` is a DATA error, a sentence, and its message has `file` and `place` in it. */
void data_assert_error(const GError *error, const char *file, const char *place);
