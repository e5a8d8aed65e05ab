/* Compiled programs in the cache: whatever happened to them, a run gives the same result, and
 * leaves whole ones behind. */
#include "train/program.h"
#include "train/runs.h"
#include "unit/data_files.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    char *directory;
    char *table;
    char *cache;
    char *programs; /* the folder of the entries */
    char **environment;
} Place;

static Place place_new(void)
{
    char *directory = data_directory_new();
    char *cache = g_build_filename(directory, "cache", NULL);
    char **environment =
        g_environ_setenv(test_environment(cache), "RIPPLE_PROGRAM_CACHE", "on", TRUE);
    return (Place){directory, test_table(directory, "classes.csv", 40, 5, 3, 0), cache,
                   g_build_filename(cache, "ripple", "programs", NULL), environment};
}

static void place_clear(Place *place)
{
    data_directory_remove(place->directory);
    g_free(place->table);
    g_free(place->cache);
    g_free(place->programs);
    g_strfreev(place->environment);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

/* The model that a fresh process trains. Neither is the device tuned nor tested before: what that
 * finds is remembered, so that it needs programs the first time alone. */
static GBytes *train(const Place *place)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = g_build_filename(place->directory, "run", NULL);
    g_autofree char *model = g_build_filename(out, "model.safetensors", NULL);
    g_autoptr(TestOutput) output =
        test_program(place->environment,
                     "train --hidden 9:gelu,5:tanh --momentum 0.9 --batch 16 --epochs 2 --quiet "
                     "--device auto --tune off --trust-device",
                     "--data", place->table, "--out", out, NULL);
    test_assert_status(output, 0);
    char *contents;
    gsize length;
    g_file_get_contents(model, &contents, &length, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(contents, length);
}

static GPtrArray *entries_of(const Place *place)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) folder = g_dir_open(place->programs, 0, &error);
    g_assert_no_error(error);
    GPtrArray *entries = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(folder));)
        g_ptr_array_add(entries, g_build_filename(place->programs, name, NULL));
    return entries;
}

/* Magic, the checksum of what follows, and a program behind it. */
static gboolean is_whole(const char *path)
{
    const gsize magic = strlen("ripple program 1\n"), header = magic + 64 + 1;
    g_autofree char *contents = NULL;
    gsize length;
    if (!g_file_get_contents(path, &contents, &length, NULL) || length <= header)
        return FALSE;
    g_autofree char *checksum = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const guchar *)contents + header, length - header);
    return strncmp(contents, "ripple program 1\n", magic) == 0 &&
           strncmp(contents + magic, checksum, 64) == 0;
}

static guint count_whole(const Place *place)
{
    g_autoptr(GPtrArray) entries = entries_of(place);
    guint whole = 0;
    for (guint i = 0; i < entries->len; i++)
        whole += is_whole(g_ptr_array_index(entries, i));
    g_assert_cmpuint(whole, ==, entries->len);
    return whole;
}

/* ---- damage --------------------------------------------------------------------------------- */

static void write_file(const char *path, const char *contents, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, contents, (gssize)length, &error);
    g_assert_no_error(error);
}

static void empty(const char *path, char *contents, gsize length)
{
    write_file(path, contents, 0);
}

static void truncate_half(const char *path, char *contents, gsize length)
{
    write_file(path, contents, length / 2);
}

static void flip_first(const char *path, char *contents, gsize length)
{
    contents[0] ^= 1;
    write_file(path, contents, length);
}

static void flip_last(const char *path, char *contents, gsize length)
{
    contents[length - 1] ^= 1;
    write_file(path, contents, length);
}

/* Whole as far as the cache can tell, but no program: the driver will not take it. */
static void replace_program(const char *path, char *contents, gsize length)
{
    static const char nonsense[] = "no program at all";
    g_autofree char *checksum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, nonsense, -1);
    g_autofree char *entry = g_strdup_printf("ripple program 1\n%s\n%s", checksum, nonsense);
    write_file(path, entry, strlen(entry));
    g_assert_true(is_whole(path));
}

static void put_folder_there(const char *path, char *contents, gsize length)
{
    g_assert_cmpint(g_remove(path), ==, 0);
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
}

typedef void (*Damage)(const char *path, char *contents, gsize length);

static void damage_all(const Place *place, Damage damage)
{
    g_autoptr(GPtrArray) entries = entries_of(place);
    g_assert_cmpuint(entries->len, >, 0);
    for (guint i = 0; i < entries->len; i++) {
        const char *path = g_ptr_array_index(entries, i);
        g_autofree char *contents = NULL;
        gsize length;
        g_assert_true(g_file_get_contents(path, &contents, &length, NULL));
        damage(path, contents, length);
    }
}

static void assert_same(GBytes *one, GBytes *other)
{
    g_assert_cmpmem(g_bytes_get_data(one, NULL), g_bytes_get_size(one),
                    g_bytes_get_data(other, NULL), g_bytes_get_size(other));
}

static void test_damaged(void)
{
    static const Damage damages[] = {empty, truncate_half, flip_first, flip_last, replace_program};
    g_auto(Place) place = place_new();
    g_autoptr(GBytes) first = train(&place);
    guint n_entries = count_whole(&place);
    for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
        damage_all(&place, damages[i]);
        g_autoptr(GBytes) again = train(&place);
        assert_same(first, again);
        g_assert_cmpuint(count_whole(&place), ==, n_entries);
    }
}

/* Where an entry can be neither read nor written, there is no cache, and no error. */
static void test_unusable(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GBytes) first = train(&place);
    damage_all(&place, put_folder_there);
    g_autoptr(GBytes) again = train(&place);
    assert_same(first, again);
}

/* ---- use ------------------------------------------------------------------------------------ */

/* Whole entries are used and left alone. */
static void test_used(void)
{
    g_auto(Place) place = place_new();
    g_autoptr(GBytes) first = train(&place);
    g_autoptr(GPtrArray) entries = entries_of(&place);
    g_autofree GStatBuf *before = g_new(GStatBuf, entries->len);
    for (guint i = 0; i < entries->len; i++)
        g_assert_cmpint(g_stat(g_ptr_array_index(entries, i), &before[i]), ==, 0);

    g_autoptr(GBytes) again = train(&place);
    assert_same(first, again);
    for (guint i = 0; i < entries->len; i++) {
        GStatBuf after;
        g_assert_cmpint(g_stat(g_ptr_array_index(entries, i), &after), ==, 0);
        /* Replacing one would make another file of it. */
        g_assert_cmpuint(after.st_ino, ==, before[i].st_ino);
        g_assert_cmpint(after.st_mtim.tv_sec, ==, before[i].st_mtim.tv_sec);
        g_assert_cmpint(after.st_mtim.tv_nsec, ==, before[i].st_mtim.tv_nsec);
    }
    g_autoptr(GPtrArray) entries_after = entries_of(&place);
    g_assert_cmpuint(entries_after->len, ==, entries->len);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cached/damaged", test_damaged);
    g_test_add_func("/cached/unusable", test_unusable);
    g_test_add_func("/cached/used", test_used);
    return g_test_run();
}
