/* A configuration in an INI file. What was read can be written, and read again to the same. */
#include "fuzz/input.h"

#include <ripple/config.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *path = fuzz_write("config.ini", bytes, length);
    g_autoptr(RippleConfig) config = ripple_config_new();
    GError *error = NULL;
    gboolean ok = ripple_config_load(config, path, &error);
    fuzz_check(ok, error);
    if (!ok)
        return 0;

    g_autofree char *text = ripple_config_to_text(config);
    g_autofree char *again = fuzz_write("again.ini", text, strlen(text));
    g_autoptr(RippleConfig) read = ripple_config_new();
    error = NULL;
    ok = ripple_config_load(read, again, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_autofree char *text_again = ripple_config_to_text(read);
    g_assert_cmpstr(text, ==, text_again);

    error = NULL;
    ok = ripple_config_check(config, &error);
    fuzz_check(ok, error);
    return 0;
}
