/* An entry of the cache of compiled programs: it is whole, or it counts as none. */
#include "fuzz/input.h"
#include "opencl/program_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *folder = g_build_filename(fuzz_folder(), "ripple", "programs", NULL);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_autofree char *path = fuzz_write("ripple/programs/entry", bytes, length);
    g_autoptr(GBytes) binary = ripple_program_cache_load("entry");
    if (!binary)
        return 0;
    gsize size;
    const void *found = g_bytes_get_data(binary, &size);
    g_assert_cmpmem(found, size, bytes + length - size, size);
    return 0;
}
