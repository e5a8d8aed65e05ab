/* What a page may ask for, and what it may not. */
#include "playground/settings.h"
#include "base/random.h"
#include "playground/start.h"
#include "playground/table.h"
#include "train/json_text.h"

#include <glib/gstdio.h>
#include <ripple/error.h>
#include <string.h>

static gboolean read_settings(RipplePlaySettings *settings, const char *text, GError **error)
{
    g_autoptr(JsonNode) node = ripple_json_parse(text, strlen(text), error);
    return node && ripple_play_settings_read(settings, node, FALSE, error);
}

static void test_good(void)
{
    g_autoptr(GError) error = NULL;
    RipplePlaySettings settings = ripple_play_settings_default();
    g_assert_true(
        read_settings(&settings,
                      "{\"data\": \"spirals\", \"hidden\": [16, 1], \"learning_rate\": 1e-3, "
                      "\"seed\": 4294967295, \"loss\": \"mse\", \"noise\": 1}",
                      &error));
    g_assert_no_error(error);
    g_assert_cmpuint(settings.data, ==, RIPPLE_EXAMPLE_SPIRALS);
    g_assert_cmpuint(settings.n_hidden, ==, 2);
    g_assert_cmpuint(settings.hidden[0], ==, 16);
    g_assert_cmpfloat(settings.learning_rate, ==, 1e-3);
    g_assert_cmpuint(settings.loss, ==, RIPPLE_LOSS_MSE);
    g_assert_cmpuint(settings.batch, ==, ripple_play_settings_default().batch);

    /* What is written reads back to the same. */
    g_autoptr(GString) text = g_string_new(NULL), again = g_string_new(NULL);
    ripple_play_settings_write(&settings, text, NULL);
    RipplePlaySettings other = ripple_play_settings_default();
    g_assert_true(read_settings(&other, text->str, &error));
    ripple_play_settings_write(&other, again, NULL);
    g_assert_cmpstr(text->str, ==, again->str);
    g_assert_false(ripple_play_settings_differ_in_rate(&settings, &other));
    other.learning_rate = 1;
    g_assert_true(ripple_play_settings_differ_in_rate(&settings, &other));
    other.seed = 2;
    g_assert_false(ripple_play_settings_differ_in_rate(&settings, &other));
}

static void test_bad(void)
{
    static const char *const texts[] = {
        "{\"learning_rate\": -0.1}",
        "{\"learning_rate\": 0}",
        "{\"learning_rate\": 1e300}",
        "{\"learning_rate\": \"0.1\"}",
        "{\"learning_rate\": null}",
        "{\"hidden\": [0]}",
        "{\"hidden\": [17]}",
        "{\"hidden\": [1000000000]}",
        "{\"hidden\": [1, 1, 1, 1, 1, 1, 1]}",
        "{\"hidden\": [2.5]}",
        "{\"hidden\": [[1]]}",
        "{\"hidden\": 4}",
        "{\"samples\": 9}",
        "{\"samples\": 2001}",
        "{\"samples\": -1}",
        "{\"batch\": 0}",
        "{\"batch\": 257}",
        "{\"noise\": 1.01}",
        "{\"noise\": -0.01}",
        "{\"momentum\": 1}",
        "{\"seed\": 4294967296}",
        "{\"seed\": 1.5}",
        "{\"data\": \"file\"}",
        "{\"data\": \"/etc/passwd\"}",
        "{\"data\": 1}",
        "{\"activation\": \"softmax\"}",
        "{\"activation\": \"step\"}",
        "{\"loss\": \"hinge\"}",
        "{\"optimizer\": \"lbfgs\"}",
        "{\"colour\": 1}",
        "{\"\\u001b[31m\": 1}",
        "[]",
        "1",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) before = g_string_new(NULL), after = g_string_new(NULL);
        RipplePlaySettings settings = ripple_play_settings_default();
        ripple_play_settings_write(&settings, before, NULL);
        g_assert_false(read_settings(&settings, texts[i], &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE);
        g_assert_true(g_str_has_suffix(error->message, "."));
        g_assert_null(strchr(error->message, '\x1b'));
        ripple_play_settings_write(&settings, after, NULL);
        g_assert_cmpstr(before->str, ==, after->str);
    }
}

/* Bytes of good settings, changed at random: refused, or within the bounds. */
static void test_any_bytes(void)
{
    g_autoptr(GString) good = g_string_new(NULL);
    RipplePlaySettings start = ripple_play_settings_default();
    ripple_play_settings_write(&start, good, NULL);
    for (guint round = 0; round < 20000; round++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strdup(good->str);
        for (guint i = 0; i < 1 + round % 4; i++) {
            guint32 word = ripple_random_word(1, RIPPLE_STREAM_TEST, round, i);
            text[word % good->len] = "0123456789-.eE[]{},:\"\\ atu"[(word >> 16) % 26];
        }
        RipplePlaySettings settings = start;
        if (!read_settings(&settings, text, &error))
            continue;
        g_assert_cmpuint(settings.n_hidden, <=, RIPPLE_PLAY_MOST_HIDDEN);
        for (guint l = 0; l < settings.n_hidden; l++)
            g_assert_cmpuint(settings.hidden[l] - 1, <, RIPPLE_PLAY_MOST_UNITS);
        g_assert_cmpuint(settings.samples, <=, RIPPLE_PLAY_MOST_SAMPLES);
        g_assert_cmpuint(settings.batch - 1, <, RIPPLE_PLAY_MOST_BATCH);
        g_assert_true(settings.learning_rate > 0 && settings.noise >= 0 && settings.noise <= 1);
        g_autoptr(RippleStart) made = ripple_start_new(&settings, NULL, &error);
        g_assert_true(made || error);
    }
}

/* ---- tables --------------------------------------------------------------------------------- */

static RippleDataset *load(const char *content, GError **error)
{
    g_autofree char *directory = g_dir_make_tmp("ripple-table-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "table.csv", NULL);
    g_assert_true(g_file_set_contents(path, content, -1, NULL));
    RippleDataset *table = ripple_play_table_load(path, error);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
    return table;
}

static void test_tables(void)
{
    static const char *const bad[] = {
        "a,b,c,kind\n1,2,3,x\n4,5,6,y\n",                              /* three inputs */
        "a,kind\n1,x\n2,y\n",                                          /* one */
        "a,b,kind\n1,2,x\n3,4,x\n",                                    /* one class */
        "a,b,kind\n1,2,q\n3,4,r\n1,2,s\n3,4,t\n1,2,u\n3,4,v\n1,2,w\n", /* seven */
        "a,b,kind\n1,nan,x\n",
        "",
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(load(bad[i], &error));
        g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    }
}

/* A single sample trains without a test set; four have one to spare. Inputs are standardised. */
static void test_small_tables(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleDataset) one = load("a,b,value\n1,2,3\n", &error);
    g_assert_no_error(error);
    RipplePlaySettings settings = ripple_play_settings_default();
    settings.data = RIPPLE_EXAMPLE_FILE;
    g_autoptr(RippleStart) alone = ripple_start_new(&settings, one, &error);
    g_assert_no_error(error);
    g_assert_null(alone->test);
    g_assert_cmpfloat(alone->range.low[0], <, alone->range.high[0]);

    g_autoptr(RippleDataset) four = load("a,b,kind\n1,200,x\n2,100,y\n3,400,x\n4,300,y\n", &error);
    g_assert_no_error(error);
    g_autoptr(RippleStart) start = ripple_start_new(&settings, four, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(start->train->samples, ==, 3);
    g_assert_cmpuint(start->test->samples, ==, 1);
    gdouble sum = 0;
    for (guint i = 0; i < 3; i++)
        sum += start->train->input_values[2 * i + 1];
    g_assert_cmpfloat_with_epsilon(sum, 0, 1e-5);
    g_assert_cmpfloat(four->input_values[1], ==, 200);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/playground/settings/good", test_good);
    g_test_add_func("/playground/settings/bad", test_bad);
    g_test_add_func("/playground/settings/any-bytes", test_any_bytes);
    g_test_add_func("/playground/settings/tables", test_tables);
    g_test_add_func("/playground/settings/small-tables", test_small_tables);
    return g_test_run();
}
