/* XXH64 against known answers, and that it does not matter how bytes are cut. */
#include "base/hash.h"

#include <string.h>

static guint64 hash_of(gconstpointer bytes, gsize length)
{
    RippleHash hash;
    ripple_hash_begin(&hash);
    ripple_hash_add(&hash, bytes, length);
    return ripple_hash_end(&hash);
}

/* From the reference implementation, xxhsum 0.8. */
static void test_known_answers(void)
{
    static const struct {
        const char *text;
        guint64 sum;
    } cases[] = {
        {"", 0xef46db3751d8e999},
        {"a", 0xd24ec4f1a98c6e5b},
        {"abc", 0x44bc2cf5ad770999},
        {"The training step is data: a flat array of rows", 0x453b2ff47e1aef46},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmphex(hash_of(cases[i].text, strlen(cases[i].text)), ==, cases[i].sum);
    guint8 bytes[1000];
    for (guint i = 0; i < sizeof bytes; i++)
        bytes[i] = (guint8)(i % 251);
    g_assert_cmphex(hash_of(bytes, sizeof bytes), ==, 0xf306f04aa88b54d3);
}

static void test_pieces(void)
{
    guint8 bytes[200];
    for (guint i = 0; i < sizeof bytes; i++)
        bytes[i] = (guint8)(i * 37 + 11);
    for (gsize length = 0; length <= sizeof bytes; length++)
        for (gsize piece = 1; piece < 70; piece += 3) {
            RippleHash hash;
            ripple_hash_begin(&hash);
            for (gsize done = 0; done < length; done += piece)
                ripple_hash_add(&hash, bytes + done, MIN(piece, length - done));
            g_assert_cmphex(ripple_hash_end(&hash), ==, hash_of(bytes, length));
        }
}

/* Any one bit that is another makes another sum, and so does a byte more. */
static void test_changes(void)
{
    guint8 bytes[101] = {0};
    guint64 sum = hash_of(bytes, 100);
    for (guint bit = 0; bit < 800; bit++) {
        bytes[bit / 8] ^= 1 << bit % 8;
        g_assert_cmphex(hash_of(bytes, 100), !=, sum);
        bytes[bit / 8] ^= 1 << bit % 8;
    }
    g_assert_cmphex(hash_of(bytes, 101), !=, sum);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hash/known-answers", test_known_answers);
    g_test_add_func("/hash/pieces", test_pieces);
    g_test_add_func("/hash/changes", test_changes);
    return g_test_run();
}
