/* A file of data, plain or compressed, as it comes in pieces. A byte says how often the rest of the
 * input stands in the file, so that it outgrows the reader's own room; another how much is asked
 * for at a time. All in one piece must be the same. */
#include "data/file.h"
#include "fuzz/input.h"

#include <string.h>

#define ALL G_MAXUINT32

/* Then the longest input outgrows that room of 64 KiB. */
#define MOST_TIMES 20

/* Compressed, a short file may be a thousand times as long: the rest is read at once. */
#define MOST_PIECES 4096

static GByteArray *read_in_pieces(const char *path, gsize piece, GError **error)
{
    g_autoptr(RippleFile) file = ripple_file_open(path, error);
    g_autoptr(GByteArray) all = g_byte_array_new();
    gsize wanted = piece, got = file ? piece : 0;
    for (guint pieces = 0; got == wanted; pieces++) {
        wanted = pieces < MOST_PIECES ? piece : ALL;
        g_autofree guint8 *bytes = ripple_file_read(file, wanted, &got, error);
        if (!bytes)
            return NULL;
        g_assert_cmpuint(got, <=, wanted);
        g_assert_cmpuint(bytes[got], ==, 0);
        g_byte_array_append(all, bytes, (guint)got);
    }
    return file ? g_steal_pointer(&all) : NULL;
}

static void check_text(const char *path, const GByteArray *all)
{
    GError *error = NULL;
    gsize length;
    g_autofree char *text = ripple_file_read_text(path, ALL, &length, &error);
    fuzz_check(text != NULL, error);
    if (text)
        g_assert_cmpmem(text, strlen(text), all->data, all->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    gsize times = fuzz_byte(&bytes, &length) % MOST_TIMES + 1;
    gsize piece = (gsize)fuzz_byte(&bytes, &length) * 97 + 1;
    g_autoptr(GByteArray) contents = g_byte_array_new();
    for (gsize i = 0; i < times; i++)
        g_byte_array_append(contents, bytes, (guint)length);
    g_autofree char *path = fuzz_write("data", contents->data, contents->len);

    GError *error = NULL;
    g_autoptr(GByteArray) whole = read_in_pieces(path, ALL, &error);
    fuzz_check(whole != NULL, error);
    error = NULL;
    g_autoptr(GByteArray) joined = read_in_pieces(path, piece, &error);
    fuzz_check(joined != NULL, error);
    g_assert_true(!whole == !joined);
    if (!whole)
        return 0;
    g_assert_cmpmem(whole->data, whole->len, joined->data, joined->len);
    check_text(path, whole);
    return 0;
}
