/** \file
 * Files of data, plain or compressed with gzip, read from front to back.
 */
#pragma once

#include <glib.h>

/** Widest sample: as many inputs as a network's layer may have. */
#define RIPPLE_DATA_MAXIMUM_INPUTS (1u << 24)

typedef struct _RippleFile RippleFile;

/** Open the file at `path`. What begins like gzip data is decompressed as it is read. A DATA error,
 * here or when more is read, when somebody writes to it meanwhile. */
RippleFile *ripple_file_open(const char *path, GError **error);

/** The next `maximum` bytes, fewer only where the file ends, and a zero byte after them. Memory
 * grows as data arrive, so `maximum` may come from a header that nobody has checked. Free with
 * g_free. */
guint8 *ripple_file_read(RippleFile *file, gsize maximum, gsize *length, GError **error);

/** All of the file at `path`, which must be UTF-8 without zero bytes and at most `maximum` bytes
 * long. Free with g_free. */
char *ripple_file_read_text(const char *path, gsize maximum, gsize *length, GError **error);

void ripple_file_free(RippleFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleFile, ripple_file_free)
