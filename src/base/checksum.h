/** \file
 * Checksums of many bytes, by xxHash: XXH64 with seed 0. It notices damage and change, and is no
 * protection against someone who forges.
 */
#pragma once

#include <glib.h>
#include <xxhash.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(XXH64_state_t, XXH64_freeState)

/** A checksum of no bytes yet: add them by XXH64_update(), and read it by XXH64_digest(). */
static inline XXH64_state_t *ripple_checksum_new(void)
{
    XXH64_state_t *state = XXH64_createState();
    XXH64_reset(state, 0);
    return state;
}
