/** \file
 * A playground in this process, and requests to it.
 */
#pragma once

#include "playground/server.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

typedef struct {
    RipplePlayground *playground;
    SoupSession *session;
} Client;

/** A playground on `device`, and a client of it. */
Client *client_new(const char *device, const char *data);
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

/** Send a request to `address`: a whole URL, or what follows the page's own. `body` is JSON, or
 * NULL. Returns the status; the answer goes to `answer` (may be NULL), to be freed with g_free. */
guint client_send(Client *client, const char *method, const char *address, const char *body,
                  char **answer);

/** A message to be sent by client_send_message(), whose headers may be changed before. */
SoupMessage *client_message(Client *client, const char *method, const char *address,
                            const char *body);
guint client_send_message(Client *client, SoupMessage *message, char **answer);

/** The same for a message whose connection may be cut off: the status then is what was heard, or 0.
 */
guint client_try(Client *client, SoupMessage *message);

/** Send a command that must be accepted, and wait until it was obeyed and the device is ready. */
void client_command(Client *client, const char *name, const char *body);

/** The object at `address`. Free with json_object_unref(). */
JsonObject *client_get(Client *client, const char *address);

/** The state, once a number of it is at least that. */
JsonObject *client_wait(Client *client, const char *member, gint64 least);

/** A message of the member "error" in `answer`, which must be a sentence. */
void client_check_sentence(const char *answer);
