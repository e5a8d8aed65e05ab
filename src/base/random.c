#include "base/random.h"

#define PHILOX_ROUNDS 10
#define PHILOX_MULTIPLIER_0 0xD2511F53u
#define PHILOX_MULTIPLIER_1 0xCD9E8D57u
#define PHILOX_WEYL_0 0x9E3779B9u
#define PHILOX_WEYL_1 0xBB67AE85u

void ripple_philox(const guint32 counter[4], const guint32 key[2], guint32 words[4])
{
    guint32 c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    guint32 k0 = key[0], k1 = key[1];

    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        guint64 p0 = (guint64)PHILOX_MULTIPLIER_0 * c0;
        guint64 p1 = (guint64)PHILOX_MULTIPLIER_1 * c2;
        c0 = (guint32)(p1 >> 32) ^ c1 ^ k0;
        c1 = (guint32)p1;
        c2 = (guint32)(p0 >> 32) ^ c3 ^ k1;
        c3 = (guint32)p0;
        k0 += PHILOX_WEYL_0;
        k1 += PHILOX_WEYL_1;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}

guint32 ripple_random_word(guint64 seed, RippleStream stream, guint32 substream, guint64 index)
{
    guint64 block = index / 4;
    guint32 counter[4] = {(guint32)block, (guint32)(block >> 32), substream, (guint32)stream};
    guint32 key[2] = {(guint32)seed, (guint32)(seed >> 32)};
    guint32 words[4];

    ripple_philox(counter, key, words);
    return words[index % 4];
}

float ripple_random_unit(guint64 seed, RippleStream stream, guint32 substream, guint64 index)
{
    return (float)(ripple_random_word(seed, stream, substream, index) >> 8) * 0x1p-24f;
}

/* Uniform below `bound` without bias: words in the last, incomplete copy of the range are drawn
 * again (Lemire 2019). A draw consumes at least one index. */
static guint32 draw_below(guint32 bound, guint64 seed, RippleStream stream, guint32 substream,
                          guint64 *index)
{
    guint32 threshold = -bound % bound;
    for (;;) {
        guint64 product = (guint64)ripple_random_word(seed, stream, substream, (*index)++) * bound;
        if ((guint32)product >= threshold)
            return (guint32)(product >> 32);
    }
}

void ripple_random_shuffle(guint32 *values, gsize count, guint64 seed, RippleStream stream,
                           guint32 substream)
{
    guint64 index = 0;
    for (gsize remaining = count; remaining > 1; remaining--) {
        guint32 pick = draw_below((guint32)remaining, seed, stream, substream, &index);
        guint32 swapped = values[remaining - 1];
        values[remaining - 1] = values[pick];
        values[pick] = swapped;
    }
}
