/* Philox against the known answers of its authors, and what is built on it. */
#include "base/random.h"

/* Known answers published with Random123 (kat_vectors, philox4x32 10). */
static void test_known_answers(void)
{
    static const struct {
        guint32 counter[4], key[2], words[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint32 words[4];
        ripple_philox(cases[i].counter, cases[i].key, words);
        for (guint w = 0; w < 4; w++)
            g_assert_cmphex(words[w], ==, cases[i].words[w]);
    }
}

static void test_streams_differ(void)
{
    guint equal = 0;
    for (guint64 i = 0; i < 1000; i++) {
        guint32 word = ripple_random_word(1, RIPPLE_STREAM_WEIGHTS, 0, i);
        equal += word == ripple_random_word(2, RIPPLE_STREAM_WEIGHTS, 0, i);
        equal += word == ripple_random_word(1, RIPPLE_STREAM_PERMUTATION, 0, i);
        equal += word == ripple_random_word(1, RIPPLE_STREAM_WEIGHTS, 1, i);
    }
    g_assert_cmpuint(equal, <, 3);
}

static void test_unit_is_uniform(void)
{
    const guint count = 100000;
    gdouble sum = 0, squares = 0;
    for (guint i = 0; i < count; i++) {
        gdouble unit = ripple_random_unit(7, RIPPLE_STREAM_TEST, 0, i);
        g_assert_cmpfloat(unit, >=, 0);
        g_assert_cmpfloat(unit, <, 1);
        sum += unit;
        squares += unit * unit;
    }
    /* Five standard errors of the mean (σ = √(1/12)) and of the second moment (σ = √(4/45)). */
    g_assert_cmpfloat_with_epsilon(sum / count, 1.0 / 2, 5 * 0.2887 / 316.2);
    g_assert_cmpfloat_with_epsilon(squares / count, 1.0 / 3, 5 * 0.2981 / 316.2);
}

static void test_shuffle_permutes(void)
{
    enum { COUNT = 1000 };
    guint32 values[COUNT], again[COUNT];
    gboolean seen[COUNT] = {FALSE};
    guint in_place = 0;

    for (guint32 i = 0; i < COUNT; i++)
        values[i] = again[i] = i;
    ripple_random_shuffle(values, COUNT, 1, RIPPLE_STREAM_PERMUTATION, 3);
    ripple_random_shuffle(again, COUNT, 1, RIPPLE_STREAM_PERMUTATION, 3);
    for (guint i = 0; i < COUNT; i++) {
        g_assert_cmpuint(values[i], ==, again[i]);
        g_assert_false(seen[values[i]]);
        seen[values[i]] = TRUE;
        in_place += values[i] == i;
    }
    g_assert_cmpuint(in_place, <, 10); /* one is expected */
}

/* Each of the 6 orders of 3 values comes equally often. */
static void test_shuffle_is_fair(void)
{
    guint counts[27] = {0};
    for (guint32 epoch = 0; epoch < 6000; epoch++) {
        guint32 values[3] = {0, 1, 2};
        ripple_random_shuffle(values, 3, 1, RIPPLE_STREAM_PERMUTATION, epoch);
        counts[values[0] * 9 + values[1] * 3 + values[2]]++;
    }
    for (guint code = 0; code < 27; code++)
        if (counts[code])
            g_assert_cmpfloat_with_epsilon(counts[code], 1000.0, 5 * 28.9);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/random/known-answers", test_known_answers);
    g_test_add_func("/random/streams-differ", test_streams_differ);
    g_test_add_func("/random/unit-is-uniform", test_unit_is_uniform);
    g_test_add_func("/random/shuffle-permutes", test_shuffle_permutes);
    g_test_add_func("/random/shuffle-is-fair", test_shuffle_is_fair);
    return g_test_run();
}
