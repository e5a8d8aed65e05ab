/** \file
 * A checksum of many bytes, as fast as memory: XXH64.
 *
 * It notices damage and change, and is no protection against someone who forges.
 *
 * Source: Collet, "XXH64", https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
 */
#pragma once

#include <glib.h>

#define RIPPLE_HASH_LANES 4

/** A checksum under way. */
typedef struct {
    guint64 lanes[RIPPLE_HASH_LANES];
    guint64 length;                                   /**< bytes so far */
    guint8 rest[RIPPLE_HASH_LANES * sizeof(guint64)]; /**< those that fill no block yet */
} RippleHash;

/** With seed 0. */
void ripple_hash_begin(RippleHash *hash);

/** However the bytes are cut into pieces, the checksum is that of all of them. */
void ripple_hash_add(RippleHash *hash, gconstpointer bytes, gsize length);

/** The checksum of what was added so far. */
guint64 ripple_hash_end(const RippleHash *hash);
