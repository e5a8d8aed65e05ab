#include "doctor_tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

char *program;
char *forbidden;

static gboolean may_use(const char *path)
{
    return g_strcmp0(path, forbidden) != 0;
}

/* ---- trees ---------------------------------------------------------------------------------- */

void tree_set_up(Tree *tree, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    tree->root = g_dir_make_tmp("ripple-tree-XXXXXX", &error);
    g_assert_no_error(error);
    tree->vendors = g_build_filename(tree->root, "etc/OpenCL/vendors", NULL);
    g_assert_cmpint(g_mkdir_with_parents(tree->vendors, 0700), ==, 0);
}

void remove_tree(const char *path)
{
    g_autoptr(GDir) entries =
        g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    for (const char *name; entries && (name = g_dir_read_name(entries));) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        remove_tree(inner);
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

void tree_tear_down(Tree *tree, gconstpointer data)
{
    remove_tree(tree->root);
    g_free(tree->root);
    g_free(tree->vendors);
    g_clear_pointer(&forbidden, g_free);
}

char *plant(const Tree *tree, const char *name, const char *contents)
{
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(tree->root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_file_set_contents(path, contents, -1, &error);
    g_assert_no_error(error);
    return path;
}

void plant_away(const Tree *tree, const char *name, const char *contents)
{
    g_free(plant(tree, name, contents));
}

void plant_driver(const Tree *tree, const char *name, const char *library)
{
    g_autofree char *file = g_strdup_printf("etc/OpenCL/vendors/%s.icd", name);
    plant_away(tree, file, library);
}

void plant_broken(const Tree *tree, const char *name)
{
    g_autofree char *library = g_strdup_printf(DRIVERS "/libdriver_%s.so\n", name);
    plant_driver(tree, name, library);
}

void plant_pocl(const Tree *tree)
{
    g_autofree char *pocl = NULL;
    g_assert_true(g_file_get_contents("/etc/OpenCL/vendors/pocl.icd", &pocl, NULL, NULL));
    plant_driver(tree, "pocl", pocl);
}

void plant_gpu(const Tree *tree, const char *address, const char *vendor, const char *driver)
{
    g_autofree char *folder = g_strconcat("sys/bus/pci/devices/", address, NULL);
    g_autofree char *class_name = g_strconcat(folder, "/class", NULL);
    g_autofree char *vendor_name = g_strconcat(folder, "/vendor", NULL);
    plant_away(tree, class_name, "0x030000\n");
    plant_away(tree, vendor_name, vendor);
    g_autofree char *link = g_build_filename(tree->root, folder, "driver", NULL);
    g_autofree char *target = g_strconcat("../../drivers/", driver, NULL);
    if (driver)
        g_assert_cmpint(symlink(target, link), ==, 0);
}

RippleDoctor *examine_by(const Tree *tree, const char *prober, gdouble seconds)
{
    const char *const child[] = {prober, "--probe", NULL};
    const RipplePlaceToExamine place = {
        .root = tree->root, .child = child, .timeout_seconds = seconds, .may_use = may_use};
    return ripple_doctor_examine(&place);
}

RippleDoctor *examine(const Tree *tree, gdouble seconds)
{
    return examine_by(tree, program, seconds);
}

/* ---- findings ------------------------------------------------------------------------------- */

const RippleFinding *find(const RippleDoctor *doctor, RippleTopic topic, const char *subject)
{
    const RippleFinding *found = NULL;
    for (guint i = 0; i < doctor->findings->len; i++) {
        const RippleFinding *finding = doctor->findings->pdata[i];
        if (finding->topic != topic || !strstr(finding->subject, subject))
            continue;
        if (found)
            g_error("two findings about \"%s\"", subject);
        found = finding;
    }
    return found;
}

void check(const RippleDoctor *doctor, RippleTopic topic, const char *subject,
           RippleFindingState state, const char *words, const char *cure)
{
    const RippleFinding *finding = find(doctor, topic, subject);
    if (!finding)
        g_error("there is no finding about \"%s\"", subject);
    if (finding->state != state || !strstr(finding->text, words))
        g_error("\"%s\" is %s: \"%s\", and should be %s and say \"%s\"", finding->subject,
                ripple_finding_state_name(finding->state), finding->text,
                ripple_finding_state_name(state), words);
    if (g_strcmp0(finding->cure, cure) == 0)
        return;
    if (!finding->cure || !cure || !g_str_has_suffix(finding->cure, cure))
        g_error("\"%s\" is mended by \"%s\", and should be by \"%s\"", finding->subject,
                finding->cure, cure);
}
