/* Runs a fuzzing target over kept inputs: every file of the folders named, in order. */
#include "fuzz/input.h"

#include <stdio.h>

/* How many inputs were read. */
static guint replay(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while (folder && (name = g_dir_read_name(folder)))
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *bytes = NULL;
        gsize length;
        g_assert_true(g_file_get_contents(names->pdata[i], &bytes, &length, NULL));
        /* Without the zero byte that GLib leaves behind them, so that a sanitizer sees the end. */
        g_autofree guint8 *exact = length > 0 ? g_memdup2(bytes, length) : g_malloc(1);
        LLVMFuzzerTestOneInput(exact, length);
    }
    return names->len;
}

int main(int argc, char **argv)
{
    guint inputs = 0;
    for (int i = 1; i < argc; i++)
        inputs += replay(argv[i]);
    printf("%u inputs\n", inputs);
    return inputs > 0 ? 0 : 1;
}
