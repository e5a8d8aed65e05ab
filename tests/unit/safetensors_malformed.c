/* Every way in which the container can be wrong is refused, with the file and the place named. */
#include "train/safetensors.h"
#include "unit/safetensors_files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- headers -------------------------------------------------------------------------------- */

#define X(dtype, shape, offsets)                                                                   \
    "{\"x\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"
#define Y(name, begin, end)                                                                        \
    "\"" name "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[" begin "," end "]}"

static const struct {
    const char *header; /* over 8 bytes of data */
    const char *words;
} cases[] = {
    /* Not JSON, or not the JSON of a header. */
    {"", "does not begin with a brace"},
    {" {}", "does not begin with a brace"},
    {"[]", "does not begin with a brace"},
    {"{", "not good JSON"},
    {"{\"x", "at byte 1 begins a string that does not end"},
    {"{\"x\"", "not good JSON"},
    {"{\"x\":", "not good JSON"},
    {"{}}", "at byte 2 stands something after the end"},
    {"{} []", "at byte 3 stands something after the end"},
    {"{},{}", "at byte 2 stands something after the end"},
    {"{]", "not good JSON"},
    {"{\"x\":1]", "not good JSON"},
    {"{\"x\":[1}", "not good JSON"},
    {"{\"x\":[1}]", "not good JSON"},
    {"{\"x\" 1}", "not good JSON"},
    {"{\"x\":1 2}", "not good JSON"},
    {"{\"x\":truefalse}", "not good JSON"},
    {"{\"x\":1true}", "not good JSON"},
    {"{\"x\"::1}", "not good JSON"},
    {"{,}", "not good JSON"},
    {"{1:1}", "not good JSON"},
    {"{\"x\":1,}", "not good JSON"},
    {"{x:1}", "at byte 1 stands something that JSON does not know"},
    {"{'x':1}", "at byte 1 stands something that JSON does not know"},
    {"{/**/}", "at byte 1 stands something that JSON does not know"},
    {"{\"x\":nul}", "at byte 5 stands something that JSON does not know"},
    {"{\"x\":NaN}", "at byte 5 stands something that JSON does not know"},
    {"{\"x\":01}", "at byte 5 stands a malformed number"},
    {"{\"x\":0x1}", "not good JSON"},
    {"{\"x\":- 1}", "at byte 5 stands a malformed number"},
    {"{\"x\":1.}", "at byte 5 stands a malformed number"},
    {"{\"x\":1e}", "at byte 5 stands a malformed number"},
    {"{\"x\":1234567890123456789}", "at byte 5 stands a whole number of more than 18 digits"},
    {"{\"\\x\":1}", "at byte 2 stands an unknown escape"},
    {"{\"\\u12g4\":1}", "at byte 2 stands an escape without four hexadecimal digits"},
    {"{\"\\u0000\":1}", "at byte 2 stands a zero character"},
    {"{\"\\ud800\":1}", "at byte 2 stands half of a pair of escapes"},
    {"{\"\\ud800\\ud800\":1}", "at byte 2 stands half of a pair of escapes"},
    {"{\"\\ud800\\n\":1}", "at byte 2 stands half of a pair of escapes"},
    {"{\"\\ud83d\\u0041\":1}", "at byte 2 stands half of a pair of escapes"},
    {"{\"\\ude00\":1}", "at byte 2 stands half of a pair of escapes"},
    {"{\"\\ud83d\\u12g4\":1}", "at byte 2 stands an escape without four hexadecimal digits"},
    {"{\"\\ud83d\\ude00\":1}", "\"\xf0\x9f\x98\x80\" has no dtype"},
    {"{\"\\u009b31m\":1}", "\"?31m\" has no dtype"},
    {"{\"a\nb\":1}", "at byte 3 stands a control character"},
    {"{\"a\xff\":1}", "at byte 3 stands a byte that is not UTF-8"},
    {"{\"a\xc3", "at byte 3 stands a byte that is not UTF-8"},
    {"{\"a\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}", "nests deeper than 16 levels"},
    {"{" Y("x", "0", "4") "," Y("x", "4", "8") "}", "the key \"x\" stands there twice"},
    {"{\"x\":{\"dtype\":\"U8\",\"shape\":[8],\"shape\":[8],\"data_offsets\":[0,8]}}",
     "the key \"shape\" stands there twice"},
    /* Metadata. */
    {"{\"__metadata__\":1}", "__metadata__ is not an object"},
    {"{\"__metadata__\":null}", "__metadata__ is not an object"},
    {"{\"__metadata__\":{\"k\":1}}", "metadata \"k\" is not a string"},
    {"{\"__metadata__\":{\"k\":null}}", "metadata \"k\" is not a string"},
    {"{\"__metadata__\":{\"k\":{}}}", "metadata \"k\" is not a string"},
    {"{\"__metadata__\":{\"k\":\"a\",\"k\":\"b\"}}", "the key \"k\" stands there twice"},
    /* Types. */
    {"{\"x\":null}", "\"x\" has no dtype"},
    {"{\"x\":[]}", "\"x\" has no dtype"},
    {"{\"x\":{}}", "\"x\" has no dtype"},
    {X("7", "[8]", "[0,8]"), "\"x\" has no dtype"},
    {X("\"F31\"", "[2]", "[0,8]"), "\"x\" has the unknown dtype \"F31\""},
    {X("\"f32\"", "[2]", "[0,8]"), "\"x\" has the unknown dtype \"f32\""},
    /* Shapes. */
    {"{\"x\":{\"dtype\":\"U8\",\"data_offsets\":[0,8]}}", "\"x\" has no shape"},
    {X("\"U8\"", "8", "[0,8]"), "\"x\" has no shape"},
    {X("\"U8\"", "[-8]", "[0,8]"), "shape of the tensor \"x\" holds something that is no whole"},
    {X("\"U8\"", "[8.0]", "[0,8]"), "shape of the tensor \"x\" holds something that is no whole"},
    {X("\"U8\"", "[8e0]", "[0,8]"), "shape of the tensor \"x\" holds something that is no whole"},
    {X("\"U8\"", "[\"8\"]", "[0,8]"), "shape of the tensor \"x\" holds something that is no whole"},
    {X("\"U8\"", "[true]", "[0,8]"), "shape of the tensor \"x\" holds something that is no whole"},
    {X("\"U8\"", "[null]", "[0,8]"), "shape of the tensor \"x\" holds something that is no whole"},
    {X("\"U8\"", "[[8]]", "[0,8]"), "shape of the tensor \"x\" holds something that is no whole"},
    {X("\"U8\"", "[4294967296,4294967296]", "[0,8]"), "shape of the tensor \"x\" is beyond"},
    {X("\"U8\"", "[100000000000000000,100000000000000000,0]", "[0,0]"),
     "shape of the tensor \"x\" is beyond"},
    /* 2⁶¹ + 1 elements of 8 bytes: a product in 64 bits wraps around to 8. */
    {X("\"F64\"", "[3,768614336404564651]", "[0,8]"), "cannot lie in 8 bytes"},
    /* Offsets. */
    {"{\"x\":{\"dtype\":\"U8\",\"shape\":[8]}}", "data_offsets of the tensor \"x\""},
    {X("\"U8\"", "[8]", "8"), "data_offsets of the tensor \"x\""},
    {X("\"U8\"", "[8]", "[]"), "data_offsets of the tensor \"x\""},
    {X("\"U8\"", "[8]", "[0]"), "data_offsets of the tensor \"x\""},
    {X("\"U8\"", "[8]", "[0,8,8]"), "data_offsets of the tensor \"x\""},
    {X("\"U8\"", "[8]", "[-1,7]"), "data_offsets of the tensor \"x\""},
    {X("\"U8\"", "[8]", "[0.0,8]"), "data_offsets of the tensor \"x\""},
    {X("\"U8\"", "[8]", "[0,8.5]"), "data_offsets of the tensor \"x\""},
    {X("\"U8\"", "[8]", "[0,\"8\"]"), "data_offsets of the tensor \"x\""},
    {X("\"U8\"", "[8]", "[8,0]"), "\"x\" claims the bytes 8 to 0 of 8"},
    {X("\"U8\"", "[9]", "[0,9]"), "\"x\" claims the bytes 0 to 9 of 8"},
    {X("\"U8\"", "[8]", "[999999999999999990,999999999999999998]"), "claims the bytes"},
    {X("\"U8\"", "[7]", "[0,8]"), "\"x\" of shape [7] and dtype U8 cannot lie in 8 bytes"},
    {X("\"F32\"", "[8]", "[0,8]"), "\"x\" of shape [8] and dtype F32 cannot lie in 8 bytes"},
    {X("\"F32\"", "[2,0]", "[0,8]"), "\"x\" of shape [2, 0] and dtype F32 cannot lie in 8"},
    {X("\"F32\"", "[]", "[0,8]"), "\"x\" of shape [] and dtype F32 cannot lie in 8 bytes"},
    /* Coverage. */
    {"{}", "its tensors end at byte 10, and the file at byte 18"},
    {"{" Y("x", "0", "4") "}", "its tensors end at byte 65, and the file at byte 69"},
    {"{" Y("x", "4", "8") "}", "\"x\" begins at byte 65"},
    {"{" Y("x", "0", "4") "," Y("y", "0", "4") "}", "\"y\" begins at byte"},
    {"{" Y("x", "0", "4") "," Y("y", "3", "7") "}", "\"y\" begins at byte"},
    {"{" Y("y", "0", "4") "," Y("x", "4", "8") "," Y("z", "4", "8") "}", "\"z\" begins at byte"},
};

static void test_headers(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path =
            files_write_safetensors("malformed", cases[i].header, "12345678", 8);
        g_test_message("%s", cases[i].header);
        g_assert_null(ripple_safetensors_open(path, &error));
        files_assert_blamed(error, path, cases[i].words);
    }
}

/* ---- whole files ---------------------------------------------------------------------------- */

static void assert_refused(const char *path, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(ripple_safetensors_open(path, &error));
    files_assert_blamed(error, path, words);
}

static void test_lengths(void)
{
    static const struct {
        guint8 bytes[16];
        guint length;
        const char *words;
    } lengths[] = {
        {{0}, 0, "it has 0 bytes"},
        {{2, 0, 0, 0, 0, 0, 0}, 7, "it has 7 bytes"},
        {{0}, 8, "does not begin with a brace"},
        {{2, 0, 0, 0, 0, 0, 0, 0, '{'}, 9, "claims a header of 2 bytes, and the file has 9"},
        {{255, 255, 255, 255, 255, 255, 255, 255, '{', '}'}, 10, "18446744073709551615 bytes"},
        {{250, 255, 255, 255, 255, 255, 255, 255, '{', '}'}, 10, "claims a header"},
        {{0, 0, 0, 0, 0, 0, 0, 128, '{', '}'}, 10, "claims a header"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autofree char *path = files_write("length", lengths[i].bytes, lengths[i].length);
        assert_refused(path, lengths[i].words);
    }
}

static void test_no_regular_file(void)
{
    g_autofree char *missing = files_path("none");
    assert_refused(missing, "No such file");
    assert_refused("/dev/zero", "not a regular file");
    assert_refused(g_get_tmp_dir(), "it is a directory");
}

/* Neither brackets nor values are bounded by the length of the header alone. */
static void test_bounds(void)
{
    g_autofree char *brackets = g_strnfill(1 << 20, '[');
    g_autofree char *deep = g_strdup_printf("{\"x\":%s", brackets);
    g_autofree char *deep_path = files_write_safetensors("deep", deep, NULL, 0);
    assert_refused(deep_path, "nests deeper than 16 levels");

    GString *many = g_string_new("{\"x\":[0");
    for (guint i = 0; i <= 1 << 22; i++)
        g_string_append(many, ",0");
    g_string_append(many, "]}");
    g_autofree char *text = g_string_free(many, FALSE);
    g_autofree char *many_path = files_write_safetensors("many", text, NULL, 0);
    assert_refused(many_path, "more than 4,194,304 values");
}

/* `count` members of an object, in groups of `group` to an object of its own. */
static char *write_members(guint count, guint group)
{
    g_autoptr(GString) header = g_string_new("{\"x\":[{");
    for (guint i = 0; i < count; i++)
        g_string_append_printf(header, "%s\"%u\":0", i == 0 ? "" : i % group ? "," : "},{", i);
    g_string_append(header, "}]}");
    return files_write_safetensors("members", header->str, NULL, 0);
}

static void test_members(void)
{
    static const struct {
        guint count, group;
        const char *words;
    } objects[] = {
        {8192, 8192, "\"x\" has no dtype"}, /* this many are looked at */
        {8193, 8193, "an object has more than 8,192 members"},
        {32767, 4096, "\"x\" has no dtype"},
        {32768, 4096, "its objects have more than 32,768 members"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(objects); i++) {
        g_autofree char *path = write_members(objects[i].count, objects[i].group);
        assert_refused(path, objects[i].words);
    }
}

/* `count` keys with one and the same hash: "ab" and "bA" have the same, and so has any chain of
 * them. */
static void append_keys(GString *header, guint count)
{
    for (guint i = 0; i < count; i++) {
        g_string_append(header, i ? ",\"" : "\"");
        for (guint bit = 0; bit < 17; bit++)
            g_string_append(header, i >> bit & 1 ? "ab" : "bA");
        g_string_append(header, "\":\"\"");
    }
}

/* Tables slow down with the square of such keys. A hundred thousand would take minutes. */
static void test_colliding_members(void)
{
    g_autoptr(GString) header = g_string_new("{\"__metadata__\":{");
    append_keys(header, 8192);
    g_string_append(header, "}}");
    g_autoptr(GError) error = NULL;
    g_autofree char *most_path = files_write_safetensors("most", header->str, NULL, 0);
    g_autoptr(RippleSafetensors) most = ripple_safetensors_open(most_path, &error);
    g_assert_no_error(error);
    g_assert_nonnull(most);

    g_string_assign(header, "{");
    append_keys(header, 1 << 17);
    g_string_append_c(header, '}');
    g_autofree char *flood = files_write_safetensors("flood", header->str, NULL, 0);
    assert_refused(flood, "an object has more than 8,192 members");
}

/* The header's limit holds also for a file that is long enough. */
static void test_header_too_long(void)
{
    gsize length = RIPPLE_SAFETENSORS_MAXIMUM_HEADER + 1;
    g_autofree char *path = files_path("long");
    FILE *stream = fopen(path, "wb");
    g_assert_nonnull(stream);
    guint64 little = GUINT64_TO_LE((guint64)length);
    g_assert_cmpuint(fwrite(&little, 1, 8, stream), ==, 8);
    g_assert_cmpint(fputc('{', stream), ==, '{');
    g_assert_cmpint(fseek(stream, (long)(8 + length - 1), SEEK_SET), ==, 0);
    g_assert_cmpint(fputc('}', stream), ==, '}'); /* a hole before it takes no disk */
    g_assert_cmpint(fclose(stream), ==, 0);
    assert_refused(path, "claims a header of 100000001 bytes");
}

/* A file that somebody cuts short after it was checked. */
static void test_cut_meanwhile(void)
{
    static const gfloat data[1000];
    g_autofree char *path = files_write_safetensors(
        "file", "{\"t\":{\"dtype\":\"F32\",\"shape\":[1000],\"data_offsets\":[0,4000]}}", data,
        sizeof data);
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, &error);
    g_assert_no_error(error);
    g_assert_cmpint(truncate(path, 100), ==, 0);
    g_autofree gfloat *values = g_new(gfloat, 1000);
    g_assert_false(
        ripple_safetensors_read(file, ripple_safetensors_tensor(file, 0), values, &error));
    files_assert_blamed(error, path, "it ended at byte 100 while it was read");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/safetensors-malformed/headers", test_headers);
    g_test_add_func("/safetensors-malformed/lengths", test_lengths);
    g_test_add_func("/safetensors-malformed/no-regular-file", test_no_regular_file);
    g_test_add_func("/safetensors-malformed/bounds", test_bounds);
    g_test_add_func("/safetensors-malformed/members", test_members);
    g_test_add_func("/safetensors-malformed/colliding-members", test_colliding_members);
    g_test_add_func("/safetensors-malformed/header-too-long", test_header_too_long);
    g_test_add_func("/safetensors-malformed/cut-meanwhile", test_cut_meanwhile);
    int failed = g_test_run();
    files_clear();
    return failed;
}
