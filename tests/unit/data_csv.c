/* Tables: what is read from good ones. data_bad.c has those that must be refused. */
#include "unit/data_files.h"

#include <string.h>

/* Loads the single table `text` as `name`; its spec in `request` is filled in. */
static RippleData *load(const char *name, const char *text, RippleDataRequest request)
{
    char *directory = data_directory_new();
    g_autofree char *path = data_write_text(directory, name, text);
    g_autoptr(GError) error = NULL;
    request.spec = path;
    RippleData *data = ripple_data_load(&request, &error);
    g_assert_no_error(error);
    g_assert_null(data->test);
    g_assert_cmpstr(data->train->source, ==, path);
    data_directory_remove(directory);
    return data;
}

#define LOAD(name, text, ...) load(name, text, (RippleDataRequest){__VA_ARGS__})

static void assert_names(char *const *names, const char *expected)
{
    g_autofree char *joined = names ? g_strjoinv("|", (char **)names) : g_strdup("(none)");
    g_assert_cmpstr(joined, ==, expected);
}

/* The expected numbers are all exact in single precision. */
static void assert_inputs(const RippleDataset *set, guint inputs, gsize samples,
                          const gfloat *expected)
{
    g_assert_cmpuint(set->inputs, ==, inputs);
    g_assert_cmpuint(set->samples, ==, samples);
    g_assert_null(set->input_bytes);
    for (gsize i = 0; i < samples * inputs; i++)
        g_assert_cmpfloat(set->input_values[i], ==, expected[i]);
}

static void assert_labels(const RippleDataset *set, const char *names, const guint32 *expected)
{
    g_assert_cmpint(set->target_kind, ==, RIPPLE_TARGET_LABELS);
    assert_names(set->class_names, names);
    g_assert_cmpuint(set->classes, ==, g_strv_length(set->class_names));
    g_assert_null(set->target_values);
    for (gsize s = 0; s < set->samples; s++)
        g_assert_cmpuint(set->labels[s], ==, expected[s]);
}

static void assert_values(const RippleDataset *set, const char *names, const gfloat *expected)
{
    g_assert_cmpint(set->target_kind, ==, RIPPLE_TARGET_VALUES);
    assert_names(set->target_names, names);
    g_assert_cmpuint(set->targets, ==, g_strv_length(set->target_names));
    g_assert_null(set->labels);
    g_assert_null(set->class_names);
    for (gsize i = 0; i < set->samples * set->targets; i++)
        g_assert_cmpfloat(set->target_values[i], ==, expected[i]);
}

static void assert_no_targets(const RippleDataset *set)
{
    g_assert_cmpint(set->target_kind, ==, RIPPLE_TARGET_NONE);
    g_assert_null(set->labels);
    g_assert_null(set->target_values);
    g_assert_null(set->target_names);
}

/* A table in one form or another, always with the same contents. */
static void test_forms(void)
{
    static const struct {
        const char *name, *text;
    } forms[] = {
        {"a.csv", "a,b,c\n1,2,3\n-4,5e-1,6.25\n"},
        {"no-end.csv", "a,b,c\n1,2,3\n-4,5e-1,6.25"},
        {"carriage.csv", "a,b,c\r\n1,2,3\r\n-4,5e-1,6.25\r\n"},
        {"old.csv", "a,b,c\r1,2,3\r-4,5e-1,6.25\r"},
        {"mark.csv", "\xef\xbb\xbf"
                     "a,b,c\n1,2,3\n-4,5e-1,6.25\n"},
        {"marked-quote.csv", "\xef\xbb\xbf\"a\",b,c\n1,2,3\n-4,5e-1,6.25\n"},
        {"blank.csv", "\n  \na,b,c\n\n1,2,3\r\n \t\r\n-4,5e-1,6.25\n\n\n"},
        {"spaces.csv", " a ,b\t, c\n 1, 2 ,\t3 \n-4,5e-1 ,  6.25\n"},
        {"quotes.csv", "\"a\",\"b\",c\n\"1\",2,\"3\"\n-4 , \"5e-1\" ,\" 6.25 \"\n"},
        {"semicolon.csv", "a;b;c\n1;2;3\n-4;5e-1;6.25\n"},
        {"tabs.tsv", "a\tb\tc\n1\t 2\t3\n-4\t5e-1\t6.25\n"},
        {"tabs.tab", "a\tb\tc\n\n1\t2\t3\n-4\t5e-1\t6.25\n"},
        {"table.data", "a,b,c\n1,2,3\n-4,5e-1,6.25\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_test_message("%s", forms[i].name);
        g_autoptr(RippleData) data = LOAD(forms[i].name, forms[i].text);
        assert_inputs(data->train, 2, 2, (const gfloat[]){1, 2, -4, 0.5f});
        assert_values(data->train, "c", (const gfloat[]){3, 6.25f});
        assert_names(data->train->input_names, "a|b");
    }
}

static void test_quoting(void)
{
    g_autoptr(RippleData) data =
        LOAD("a.csv", "\"x, or \"\"ex\"\"\",class\n1,\"one\nand \"\"two\"\", \"\n"
                      "2,it's 5\" wide\n3,\" \"\n4,\"\"\"\"\n");
    assert_names(data->train->input_names, "x, or \"ex\"");
    assert_inputs(data->train, 1, 4, (const gfloat[]){1, 2, 3, 4});
    assert_labels(data->train, " |\"|it's 5\" wide|one\nand \"two\", ",
                  (const guint32[]){3, 2, 0, 1});
}

static void test_compressed(void)
{
    static const char text[] = "a\tb\n1\t2\n3\t4\n";
    char *directory = data_directory_new();
    /* Two members, the first of which ends in the middle of a number's line. */
    g_autoptr(GByteArray) file = data_gzip(text, 7);
    g_autoptr(GByteArray) second = data_gzip(text + 7, strlen(text) - 7);
    g_byte_array_append(file, second->data, second->len);
    g_autofree char *path = data_write(directory, "a.tsv.gz", file->data, file->len);
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleData) data = ripple_data_load(&(RippleDataRequest){.spec = path}, &error);
    g_assert_no_error(error);
    assert_inputs(data->train, 1, 2, (const gfloat[]){1, 3});
    assert_values(data->train, "b", (const gfloat[]){2, 4});
    data_directory_remove(directory);
}

/* Where the first record is a header, and where it is a sample. */
static void test_header(void)
{
    static const struct {
        const char *text;
        const char *target;
        gboolean has_header;
    } cases[] = {
        {"width,species\n5,setosa\n6,virginica\n", NULL, TRUE},
        {"5,setosa\n6,virginica\n", NULL, FALSE},
        {"1,2\n3,4\n", NULL, FALSE},
        {"1,2\n", NULL, FALSE},
        {"1,a\n", NULL, FALSE},
        {"0,1,label\n7,8,9\n", NULL, TRUE},
        {"label,0,1\n7,8,9\n", "1", TRUE},
        {"1,2\n3,4\n", "1", FALSE},         /* a number in the data is no name */
        {"1,kind\n2,rose\n", "kind", TRUE}, /* a wanted name is one, whatever stands below */
        {"1,kind\n2,rose\n", NULL, FALSE},
        {"?,kind\n2,3\n", NULL, TRUE},
        {",kind\n2,3\n", NULL, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].text);
        g_autoptr(RippleData) data = LOAD("a.csv", cases[i].text, .target = cases[i].target);
        guint lines = 0;
        for (const char *c = cases[i].text; *c; c++)
            lines += *c == '\n';
        g_assert_cmpuint(data->train->samples, ==, lines - cases[i].has_header);
        if (!cases[i].has_header)
            g_assert_true(g_str_has_prefix(data->train->input_names[0], "column "));
    }
    g_autoptr(RippleData) unnamed = LOAD("a.csv", ",b\n2,3\n");
    assert_names(unnamed->train->input_names, "column 1");
    g_autoptr(RippleData) headless = LOAD("a.csv", "2,3,4\n", .target = "2");
    assert_names(headless->train->input_names, "column 1|column 3");
    assert_names(headless->train->target_names, "column 2");
}

static void test_targets(void)
{
    static const char table[] = "a,b,3,\"d,e\"\n1,2,3,4\n5,6,7,8\n";
    g_autoptr(RippleData) last = LOAD("a.csv", table);
    assert_values(last->train, "d,e", (const gfloat[]){4, 8});
    g_autoptr(RippleData) named = LOAD("a.csv", table, .target = "a");
    assert_values(named->train, "a", (const gfloat[]){1, 5});
    assert_inputs(named->train, 3, 2, (const gfloat[]){2, 3, 4, 6, 7, 8});
    g_autoptr(RippleData) numbered = LOAD("a.csv", table, .target = "2");
    assert_values(numbered->train, "b", (const gfloat[]){2, 6});
    g_autoptr(RippleData) several = LOAD("a.csv", table, .target = "4, 3,a");
    assert_values(several->train, "d,e|3|a", (const gfloat[]){4, 3, 1, 8, 7, 5});
    assert_inputs(several->train, 1, 2, (const gfloat[]){2, 6});
    g_autoptr(RippleData) comma = LOAD("a.csv", table, .target = "d,e");
    assert_values(comma->train, "d,e", (const gfloat[]){4, 8});
    /* A name goes before a number. */
    g_autoptr(RippleData) name = LOAD("a.csv", "3,2,c\n1,4,2\n", .target = "3");
    assert_values(name->train, "3", (const gfloat[]){1});
}

static void test_classes(void)
{
    g_autoptr(RippleData) texts = LOAD("a.csv", "1,pear\n2,apple\n3,pear\n4,Quince\n");
    assert_labels(texts->train, "Quince|apple|pear", (const guint32[]){2, 1, 2, 0});
    assert_names(texts->train->target_names, "column 2");
    /* Numbers are ordered as such and are one class however they are spelt. */
    g_autoptr(RippleData) numbers =
        LOAD("a.csv", "1,10\n2,9\n3,1e1\n4,-0.5\n5,9.0\n6,-0\n7,0\n", .target_is_class = TRUE);
    assert_labels(numbers->train, "-0.5|0|9|10", (const guint32[]){3, 2, 3, 0, 2, 1, 1});
    g_autoptr(RippleData) mixed = LOAD("a.csv", "1,b\n2,a\n3,7\n4,07\n");
    assert_labels(mixed->train, "7|a|b", (const guint32[]){2, 1, 0, 0});
    g_autoptr(RippleData) known =
        LOAD("a.csv", "1,2.0\n2,b\n3,a\n4,2\n", .class_names = DATA_NAMES("b", "a", "x", "2"));
    assert_labels(known->train, "b|a|x|2", (const guint32[]){3, 0, 1, 3});
    /* Without being asked, numbers stay numbers. */
    g_autoptr(RippleData) values = LOAD("a.csv", "1,0\n2,1\n");
    assert_values(values->train, "column 2", (const gfloat[]){0, 1});
}

static void test_many_classes(void)
{
    enum { COUNT = 5000 };
    g_autoptr(GString) text = g_string_new("x,name\n");
    for (guint i = 0; i < COUNT; i++)
        g_string_append_printf(text, "%u,n%04u\n", i, (i * 7) % COUNT);
    g_autoptr(RippleData) data = LOAD("a.csv", text->str);
    g_assert_cmpuint(data->train->classes, ==, COUNT);
    for (guint i = 0; i < COUNT; i++)
        g_assert_cmpuint(data->train->labels[i], ==, (i * 7) % COUNT);
}

/* What a trained model asks for: its inputs in its order, its target where there is one. */
static void test_wanted_inputs(void)
{
    static const char table[] = "id,b,a,kind\nx7,2,1,no\nx8,4,3,yes\n";
    RippleDataRequest request = {.target = "kind",
                                 .target_optional = TRUE,
                                 .input_names = DATA_NAMES("a", "b"),
                                 .class_names = DATA_NAMES("yes", "no")};
    g_autoptr(RippleData) data = load("a.csv", table, request);
    assert_names(data->train->input_names, "a|b");
    assert_inputs(data->train, 2, 2, (const gfloat[]){1, 2, 3, 4});
    assert_labels(data->train, "yes|no", (const guint32[]){1, 0});

    g_autoptr(RippleData) without = load("a.csv", "b,a\n2,1\n4,3\n", request);
    assert_inputs(without->train, 2, 2, (const gfloat[]){1, 2, 3, 4});
    assert_no_targets(without->train);

    /* Without a name the target is the last column, unless that is an input. */
    request.target = NULL;
    request.class_names = NULL;
    g_autoptr(RippleData) last = load("a.csv", "b,a\n2,1\n4,3\n", request);
    assert_no_targets(last->train);
    g_autoptr(RippleData) headless =
        LOAD("a.csv", "1,2,5\n3,4,6\n", .input_names = DATA_NAMES("column 2", "column 1"));
    assert_inputs(headless->train, 2, 2, (const gfloat[]){2, 1, 4, 3});
    assert_values(headless->train, "column 3", (const gfloat[]){5, 6});
    g_autoptr(RippleData) all = LOAD("a.csv", "1,2\n", .target = "z", .target_optional = TRUE);
    assert_inputs(all->train, 2, 1, (const gfloat[]){1, 2});
    assert_no_targets(all->train);
}

/* Missing and bad values in columns that nobody wants are no concern. */
static void test_unwanted_columns(void)
{
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"a.csv", "x,a,b\n?,1,2\n,3,NA\ntext,5,6\n"},
        {"a.tsv", "x\ta\tb\n?\t1\t2\n\t3\t\ntext\t5\t6\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RippleData) data =
            LOAD(cases[i].name, cases[i].text, .input_names = DATA_NAMES("a"), .target = "2",
                 .target_optional = TRUE);
        assert_inputs(data->train, 1, 3, (const gfloat[]){1, 3, 5});
        assert_no_targets(data->train);
    }
}

/* As many samples as so much text can hold: one byte a value, and one to end it. */
static void test_densest_text(void)
{
    g_autoptr(RippleData) plain = LOAD("a.csv", "1\n2\n3", .target = "z", .target_optional = TRUE);
    assert_inputs(plain->train, 1, 3, (const gfloat[]){1, 2, 3});
    g_autoptr(RippleData) sparse =
        LOAD("a.csv", "1,,\n2,,\n3,,", .input_names = DATA_NAMES("column 1"), .target = "z",
             .target_optional = TRUE);
    assert_inputs(sparse->train, 1, 3, (const gfloat[]){1, 2, 3});
}

/* A comma in the first line goes before semicolons, which are text then. */
static void test_separator(void)
{
    g_autoptr(RippleData) data = LOAD("a.csv", "x;y,z\n1,2\n");
    assert_names(data->train->input_names, "x;y");
    assert_values(data->train, "z", (const gfloat[]){2});
}

/* The test set has the columns and classes of the training set, whatever its own order. */
static void test_directory(void)
{
    char *directory = data_directory_new();
    G_GNUC_UNUSED g_autofree char *train =
        data_write_text(directory, "train.csv", "a,kind,b\n1,pear,2\n3,apple,4\n");
    G_GNUC_UNUSED g_autofree char *test =
        data_write_text(directory, "test.tsv", "kind\tb\tid\ta\npear\t6\tq\t5\n");
    g_autoptr(GError) error = NULL;
    RippleDataRequest request = {.spec = directory, .target = "2"};
    g_autoptr(RippleData) data = ripple_data_load(&request, &error);
    g_assert_no_error(error);
    assert_inputs(data->train, 2, 2, (const gfloat[]){1, 2, 3, 4});
    assert_labels(data->train, "apple|pear", (const guint32[]){1, 0});
    assert_inputs(data->test, 2, 1, (const gfloat[]){5, 6});
    assert_labels(data->test, "apple|pear", (const guint32[]){1});
    data_directory_remove(directory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/data/csv/forms", test_forms);
    g_test_add_func("/data/csv/quoting", test_quoting);
    g_test_add_func("/data/csv/compressed", test_compressed);
    g_test_add_func("/data/csv/header", test_header);
    g_test_add_func("/data/csv/targets", test_targets);
    g_test_add_func("/data/csv/classes", test_classes);
    g_test_add_func("/data/csv/many-classes", test_many_classes);
    g_test_add_func("/data/csv/wanted-inputs", test_wanted_inputs);
    g_test_add_func("/data/csv/unwanted-columns", test_unwanted_columns);
    g_test_add_func("/data/csv/densest-text", test_densest_text);
    g_test_add_func("/data/csv/separator", test_separator);
    g_test_add_func("/data/csv/directory", test_directory);
    return g_test_run();
}
