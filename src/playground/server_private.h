/** \file
 * The playground from within: what routes answer from.
 */
#pragma once

#include "playground/guard.h"
#include "playground/player.h"
#include "playground/server.h"
#include "playground/table.h"

struct _RipplePlayground {
    SoupServer *server;
    RippleGuard *guard;
    guint port;
    char *url;
    RippleDataset *table;        /* or NULL */
    RipplePlaySettings settings; /* those asked for last */
    RippleStart *start;          /* what they came to */
    RipplePlayer *player;
};

/** Answer a request that the guard admitted; `rest` is what follows the token in its path. */
void ripple_playground_answer(RipplePlayground *self, SoupServerMessage *message, const char *rest,
                              GHashTable *query);
