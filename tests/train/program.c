#include "train/program.h"

#include <gio/gio.h>

char **test_environment(const char *cache)
{
    char **environment = g_get_environ();
    /* PoCL looks below XDG_CACHE_HOME, too, unless it is told where. */
    g_autofree char *pocl = g_build_filename(g_get_user_cache_dir(), "pocl", "kcache", NULL);
    environment = g_environ_setenv(environment, "POCL_CACHE_DIR", pocl, FALSE);
    return g_environ_setenv(environment, "XDG_CACHE_HOME", cache, TRUE);
}

TestOutput *test_program(char **environment, const char *command, ...)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_auto(GStrv) words = g_strsplit(command, " ", -1);
    g_strv_builder_add(builder, RIPPLE_PROGRAM);
    g_strv_builder_addv(builder, (const char **)words);
    va_list more;
    va_start(more, command);
    for (const char *word; (word = va_arg(more, const char *));)
        g_strv_builder_add(builder, word);
    va_end(more);
    g_auto(GStrv) arguments = g_strv_builder_end(builder);

    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    if (environment)
        g_subprocess_launcher_set_environ(launcher, environment);
    g_autoptr(GSubprocess) process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)arguments, &error);
    g_assert_no_error(error);
    TestOutput *output = g_new0(TestOutput, 1);
    g_subprocess_communicate_utf8(process, NULL, NULL, &output->out, &output->err, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_exited(process));
    output->status = g_subprocess_get_exit_status(process);
    return output;
}

void test_spoil_kernel(const char *folder, const char *file, const char *right, const char *wrong)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *source = NULL;
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "..", "kernels", file, NULL);
    g_autofree char *to = g_build_filename(folder, file, NULL);
    g_file_get_contents(path, &source, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) parts = g_strsplit(source, right, -1);
    if (g_strv_length(parts) != 2)
        g_error("%s has \"%s\" %u times, and should have it once", file, right,
                g_strv_length(parts) - 1);
    g_autofree char *spoilt = g_strjoinv(wrong, parts);
    g_file_set_contents(to, spoilt, -1, &error);
    g_assert_no_error(error);
}

void test_output_free(TestOutput *output)
{
    if (!output)
        return;
    g_free(output->out);
    g_free(output->err);
    g_free(output);
}

void test_assert_status(const TestOutput *output, int status)
{
    if (output->status != status)
        g_error("ripple ended with %d and not %d: %s\n%s", output->status, status, output->err,
                output->out);
}
