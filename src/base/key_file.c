#include "base/key_file.h"

#include <string.h>

/* GKeyFile sets one error over another where a value has a wrong escape and ends in a backslash. */
char *ripple_key_file_text(GKeyFile *file, const char *group, const char *key, GError **error)
{
    g_autofree char *raw = g_key_file_get_value(file, group, key, error);
    for (const char *c = raw ? strchr(raw, '\\') : NULL; c; c = strchr(c + 2, '\\'))
        if (c[1] == '\0' || !strchr("sntr\\", c[1])) {
            g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                        "The value of %s in [%s] has a backslash that begins no escape; write it "
                        "twice.",
                        key, group);
            return NULL;
        }
    return raw ? g_key_file_get_string(file, group, key, error) : NULL;
}
