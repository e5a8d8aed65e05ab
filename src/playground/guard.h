/** \file
 * Who may ask, and how much at a time: looked at before anything else of a request is read.
 *
 * - The address begins with the token.
 * - The Host is the loopback, so that no other name leads here (DNS rebinding).
 * - The Origin, where a browser names one, is this page, so that no other page may ask.
 * - A body is JSON of at most RIPPLE_GUARD_MOST_BYTES, and says beforehand how long it is; for one
 * that does not, the connection ends.
 */
#pragma once

#include <libsoup/soup.h>

#define RIPPLE_GUARD_MOST_BYTES 4096

/** What a request must agree with. */
typedef struct {
    char *token;
    char *hosts[2];   /**< "127.0.0.1:PORT" and "localhost:PORT" */
    char *origins[2]; /**< the same after "http://" */
} RippleGuard;

/** A guard for `port`, with a token of its own. */
RippleGuard *ripple_guard_new(guint port, GError **error);
void ripple_guard_free(RippleGuard *guard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleGuard, ripple_guard_free)

/** May it be read? If not, it is answered, and nothing more is to be done. */
gboolean ripple_guard_admits(const RippleGuard *guard, SoupServerMessage *message,
                             const char *path);

/** What follows the token in `path`: "" for the page itself. NULL where the token is wrong.
 * Borrowed from `path`. */
const char *ripple_guard_rest(const RippleGuard *guard, const char *path);

/** Answer with `status` and a sentence. */
void ripple_guard_refuse(SoupServerMessage *message, guint status, const char *sentence);

/** Set what every answer says: that nothing from outside may be loaded, and nothing kept. */
void ripple_guard_set_headers(SoupServerMessage *message);
