/* A value of the command line: section, key and value with zero bytes between them. */
#include "fuzz/input.h"

#include <ripple/config.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    g_autofree char *section = fuzz_word(&bytes, &length);
    g_autofree char *key = fuzz_word(&bytes, &length);
    g_autofree char *value = fuzz_word(&bytes, &length);
    g_autoptr(RippleConfig) config = ripple_config_new();
    GError *error = NULL;
    gboolean ok = ripple_config_set(config, section, key, value, &error);
    fuzz_check(ok, error);
    return 0;
}
