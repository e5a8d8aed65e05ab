/* An entry of the cache of compiled programs: it is whole, or it counts as none. A byte says
 * whether the rest of the input is the file, or is a program that is stored, perhaps to be damaged
 * then. */
#include "opencl/program_cache.h"
#include "fuzz/input.h"

#include <string.h>

enum { IS_STORED = 1, IS_DAMAGED = 2 };

#define KEY "entry"

/* Something in the file, where two bytes of the input say, becomes something else. */
static void damage(const char *path, gsize place, guint8 change)
{
    g_autofree char *file = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &file, &length, NULL));
    file[place % length] ^= change ? change : 1;
    g_free(fuzz_write("ripple/programs/" KEY, file, length));
}

static void load_file(const uint8_t *bytes, size_t length)
{
    g_free(fuzz_write("ripple/programs/" KEY, bytes, length));
    g_autoptr(GBytes) binary = ripple_program_cache_load(KEY);
    if (!binary)
        return;
    gsize size;
    const void *found = g_bytes_get_data(binary, &size);
    g_assert_cmpuint(size, <, length);
    g_assert_cmpmem(found, size, bytes + length - size, size);
}

static void load_stored(gboolean is_damaged, const uint8_t *bytes, size_t length)
{
    g_autofree char *path = g_build_filename(fuzz_folder(), "ripple", "programs", KEY, NULL);
    gsize place = fuzz_byte(&bytes, &length);
    place |= (gsize)fuzz_byte(&bytes, &length) << 8;
    guint8 change = fuzz_byte(&bytes, &length);
    ripple_program_cache_store(KEY, bytes, length);
    if (is_damaged)
        damage(path, place, change);
    g_autoptr(GBytes) binary = ripple_program_cache_load(KEY);
    if (is_damaged || length == 0) {
        g_assert_null(binary);
    } else {
        gsize size;
        const void *found = g_bytes_get_data(binary, &size);
        g_assert_cmpmem(found, size, bytes, length);
    }
    ripple_program_cache_forget(KEY);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *folder = g_build_filename(fuzz_folder(), "ripple", "programs", NULL);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    guint8 asked = fuzz_byte(&bytes, &length);
    if (asked & IS_STORED)
        load_stored((asked & IS_DAMAGED) != 0, bytes, length);
    else
        load_file(bytes, length);
    return 0;
}
