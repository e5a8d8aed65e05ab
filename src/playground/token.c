#include "playground/token.h"

#include <errno.h>
#include <ripple/error.h>
#include <string.h>
#include <sys/random.h>

char *ripple_token_new(GError **error)
{
    guint8 bytes[RIPPLE_TOKEN_BITS / 8];
    gssize got;
    do
        got = getrandom(bytes, sizeof bytes, 0);
    while (got < 0 && errno == EINTR);
    if (got != sizeof bytes) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "The system gave no random numbers for the page's address: %s.",
                    g_strerror(errno));
        return NULL;
    }
    GString *token = g_string_new(NULL);
    for (gsize i = 0; i < sizeof bytes; i++)
        g_string_append_printf(token, "%02x", bytes[i]);
    return g_string_free(token, FALSE);
}

gboolean ripple_token_equals(const char *token, const char *text, gsize length)
{
    /* How long a token is, is no secret. */
    if (length != strlen(token))
        return FALSE;
    volatile guint8 difference = 0;
    for (gsize i = 0; i < length; i++)
        difference |= (guint8)(token[i] ^ text[i]);
    return difference == 0;
}
