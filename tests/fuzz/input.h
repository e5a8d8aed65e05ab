/** \file
 * What the fuzzing targets have in common. A target is a file with LLVMFuzzerTestOneInput(); it is
 * linked with libFuzzer to search, and with replay.c to read the inputs that are kept.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

/** Called with each input: any bytes. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/** A folder of this process's own, in memory where the system has that, which is also the user's
 * cache directory. It goes when the process ends. Owned by the module. */
const char *fuzz_folder(void);

/** Write a file called `name` into the folder. Its path; free with g_free. */
char *fuzz_write(const char *name, gconstpointer bytes, gsize length);

/** The same, compressed with gzip where `is_compressed`: what is searched for should be in the
 * parser, and nobody finds a checksum by chance. */
char *fuzz_write_compressed(const char *name, gconstpointer bytes, gsize length,
                            gboolean is_compressed);

/** The next byte of the input, 0 where it has ended. */
guint8 fuzz_byte(const uint8_t **bytes, size_t *length);

/** The input up to the first zero byte, which `*bytes` and `*length` then follow; or all of it.
 * Free with g_free. */
char *fuzz_word(const uint8_t **bytes, size_t *length);

/** What a function that reports errors must hold: it says why exactly when it failed, in a sentence
 * of printable UTF-8. Frees the error. */
void fuzz_check(gboolean ok, GError *error);
