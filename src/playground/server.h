/** \file
 * The playground: a page on the loopback of this machine, on which a small network is trained and
 * watched. One network, whoever watches: all pages show the same training, and each may command it.
 *
 * The page asks for the state some twenty times a second, and hears "nothing new" where nothing is.
 * That keeps no connection open, needs no memory for pages that are gone, asks a slow page no
 * faster than it draws, and is one kind of request with one way to be checked; over the loopback a
 * request takes less than a millisecond.
 */
#pragma once

#include <glib.h>

typedef struct {
    guint port;         /**< 0 for any that is free */
    const char *device; /**< selector */
    const char *data;   /**< a table of two inputs, or NULL */
} RipplePlaygroundOptions;

typedef struct _RipplePlayground RipplePlayground;

/** Listen on 127.0.0.1, and on nothing else, and begin with the samples of a file where one is
 * named, with the circles otherwise. Requests are answered while the default main context runs. A
 * FAILED error when the port is in use, a DATA error for a table that cannot be shown, a DEVICE
 * error. */
RipplePlayground *ripple_playground_new(const RipplePlaygroundOptions *options, GError **error);

/** End training, close the device, and stop listening. */
void ripple_playground_free(RipplePlayground *playground);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RipplePlayground, ripple_playground_free)

/** The page's address, with the token. Owned by `playground`. */
const char *ripple_playground_url(const RipplePlayground *playground);
guint ripple_playground_port(const RipplePlayground *playground);
const char *ripple_playground_device_name(const RipplePlayground *playground);

/** Answer requests until `is_interrupted` says TRUE, which is asked ten times a second. */
void ripple_playground_run(RipplePlayground *playground,
                           gboolean (*is_interrupted)(gpointer user_data), gpointer user_data);
