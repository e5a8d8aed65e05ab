#include "base/hash.h"

#include <string.h>

#define BLOCK sizeof((RippleHash *)NULL)->rest

/* The primes of the specification. */
static const guint64 prime_1 = 0x9e3779b185ebca87, prime_2 = 0xc2b2ae3d27d4eb4f,
                     prime_3 = 0x165667b19e3779f9, prime_4 = 0x85ebca77c2b2ae63,
                     prime_5 = 0x27d4eb2f165667c5;

static guint64 rotate(guint64 word, guint bits)
{
    return word << bits | word >> (64 - bits);
}

static guint64 word_at(const guint8 *bytes)
{
    guint64 word;
    memcpy(&word, bytes, sizeof word);
    return GUINT64_FROM_LE(word);
}

static guint32 half_at(const guint8 *bytes)
{
    guint32 half;
    memcpy(&half, bytes, sizeof half);
    return GUINT32_FROM_LE(half);
}

static guint64 mix(guint64 lane, guint64 word)
{
    return rotate(lane + word * prime_2, 31) * prime_1;
}

void ripple_hash_begin(RippleHash *hash)
{
    *hash = (RippleHash){{prime_1 + prime_2, prime_2, 0, -prime_1}, 0, {0}};
}

static void add_block(RippleHash *hash, const guint8 *block)
{
    for (guint i = 0; i < RIPPLE_HASH_LANES; i++)
        hash->lanes[i] = mix(hash->lanes[i], word_at(block + i * sizeof(guint64)));
}

void ripple_hash_add(RippleHash *hash, gconstpointer bytes, gsize length)
{
    const guint8 *next = bytes;
    gsize filled = hash->length % BLOCK;
    hash->length += length;
    if (filled > 0) {
        gsize piece = MIN(BLOCK - filled, length);
        memcpy(hash->rest + filled, next, piece);
        if (filled + piece < BLOCK)
            return;
        add_block(hash, hash->rest);
        next += piece;
        length -= piece;
    }
    for (; length >= BLOCK; next += BLOCK, length -= BLOCK)
        add_block(hash, next);
    if (length > 0)
        memcpy(hash->rest, next, length);
}

static guint64 join_lanes(const guint64 *lanes)
{
    guint64 sum =
        rotate(lanes[0], 1) + rotate(lanes[1], 7) + rotate(lanes[2], 12) + rotate(lanes[3], 18);
    for (guint i = 0; i < RIPPLE_HASH_LANES; i++)
        sum = (sum ^ mix(0, lanes[i])) * prime_1 + prime_4;
    return sum;
}

/* Every bit of the sum comes to depend on every other. */
static guint64 spread(guint64 sum)
{
    sum = (sum ^ sum >> 33) * prime_2;
    sum = (sum ^ sum >> 29) * prime_3;
    return sum ^ sum >> 32;
}

guint64 ripple_hash_end(const RippleHash *hash)
{
    guint64 sum = hash->length < BLOCK ? prime_5 : join_lanes(hash->lanes);
    sum += hash->length;
    const guint8 *next = hash->rest, *end = next + hash->length % BLOCK;
    for (; end - next >= 8; next += 8)
        sum = rotate(sum ^ mix(0, word_at(next)), 27) * prime_1 + prime_4;
    if (end - next >= 4) {
        sum = rotate(sum ^ half_at(next) * prime_1, 23) * prime_2 + prime_3;
        next += 4;
    }
    for (; next < end; next++)
        sum = rotate(sum ^ *next * prime_5, 11) * prime_1;
    return spread(sum);
}
