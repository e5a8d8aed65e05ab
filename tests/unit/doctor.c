/* What is found on machines that are made up: trees that stand for "/", and drivers that crash,
 * hang or lie. The test program is the process that loads them, too. */
#include "doctor_tree.h"

#include <glib/gstdio.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- drivers -------------------------------------------------------------------------------- */

#define DRIVERS_BAD(name, words, cure)                                                             \
    check(doctor, RIPPLE_TOPIC_DRIVERS, name ".icd", RIPPLE_FINDING_BAD, words, cure)

static void test_none(Tree *tree, gconstpointer data)
{
    g_autoptr(RippleDoctor) doctor = examine(tree, PATIENCE_SECONDS);
    g_assert_cmpuint(doctor->usable, ==, 0);
    check(doctor, RIPPLE_TOPIC_INSTALLED, "OpenCL loader", RIPPLE_FINDING_GOOD, "libOpenCL.so",
          NULL);
    check(doctor, RIPPLE_TOPIC_DRIVERS, "vendors", RIPPLE_FINDING_BAD, "no file there",
          "apt install pocl-opencl-icd");
    check(doctor, RIPPLE_TOPIC_DEVICES, "reference", RIPPLE_FINDING_NOTE, "no OpenCL", NULL);
}

/* Those that keep nobody from the others: the device of PoCL is found and computes. */
static void test_useless(Tree *tree, gconstpointer data)
{
    plant_pocl(tree);
    plant_driver(tree, "gone", "libgone.so.7");
    plant_driver(tree, "gone-intel", "/usr/lib/intel-opencl/libigdrcl.so");
    plant_driver(tree, "empty", "\n");
    plant_driver(tree, "text", "/etc/passwd");
    plant_broken(tree, "plain");
    plant_broken(tree, "needy");
    g_autofree char *directory = g_build_filename(tree->vendors, "folder.icd", NULL);
    g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);
    plant_away(tree, "etc/OpenCL/vendors/README", "not read");
    /* A package that is broken is installed anew. */
    plant_driver(tree, "owned", "libowned.so");
    g_autofree char *list = g_strdup_printf("/.\n%s/owned.icd\n/usr/share/doc\n", tree->vendors);
    plant_away(tree, "var/lib/dpkg/info/acme-opencl-icd:amd64.list", list);
    plant_away(tree, "var/lib/dpkg/info/other.list", "/.\n/usr/bin/other\n");

    g_autoptr(RippleDoctor) doctor = examine(tree, PATIENCE_SECONDS);
    g_assert_cmpuint(doctor->usable, ==, 1);
    check(doctor, RIPPLE_TOPIC_DRIVERS, "pocl.icd", RIPPLE_FINDING_GOOD, "libpocl", NULL);
    DRIVERS_BAD("gone", "the library libgone.so.7, which it names, is not there", "/gone.icd");
    DRIVERS_BAD("gone-intel", "is not there", "apt install --reinstall intel-opencl-icd");
    DRIVERS_BAD("owned", "is not there", "apt install --reinstall acme-opencl-icd");
    DRIVERS_BAD("empty", "names no library", "/empty.icd");
    DRIVERS_BAD("folder", "no regular file", "/folder.icd");
    DRIVERS_BAD("text", "/etc/passwd", "/text.icd");
    DRIVERS_BAD("plain", "is no OpenCL driver", "/plain.icd");
    DRIVERS_BAD("needy", "needs the library libdriver_plain.so, which is not there",
                "apt-file search libdriver_plain.so'");
    g_assert_null(find(doctor, RIPPLE_TOPIC_DRIVERS, "README"));
}

/* Those that take down whoever loads them, too. PoCL's device is seen, and how to get at it. */
static void test_deadly(Tree *tree, gconstpointer data)
{
    plant_pocl(tree);
    plant_broken(tree, "crash");
    plant_broken(tree, "leave");

    g_autoptr(RippleDoctor) doctor = examine(tree, PATIENCE_SECONDS);
    g_assert_cmpuint(doctor->usable, ==, 0);
    DRIVERS_BAD("crash", "while it was being loaded: it crashed (", "/crash.icd.off");
    DRIVERS_BAD("leave", "it ended the program with status 3; its last words: no licence found",
                "/leave.icd.off");
    check(doctor, RIPPLE_TOPIC_DRIVERS, "pocl.icd", RIPPLE_FINDING_GOOD, "1 device", NULL);
    guint computes = 0;
    for (guint i = 0; i < doctor->findings->len; i++) {
        const RippleFinding *finding = doctor->findings->pdata[i];
        if (finding->topic == RIPPLE_TOPIC_DEVICES && strstr(finding->text, "it computes, but"))
            computes += g_str_has_suffix(finding->cure, "/pocl.icd");
    }
    g_assert_cmpuint(computes, ==, 1);
}

/* One that does so only at the end is told of its device, too, and no other is blamed. */
static void test_deadly_end(Tree *tree, gconstpointer data)
{
    plant_broken(tree, "exit_crash");
    g_autoptr(RippleDoctor) doctor = examine(tree, PATIENCE_SECONDS);
    g_assert_cmpuint(doctor->usable, ==, 0);
    DRIVERS_BAD("exit_crash", "when the program ended: it crashed (Aborted)",
                "/exit_crash.icd.off");
    guint computes = 0;
    for (guint i = 0; i < doctor->findings->len; i++) {
        const RippleFinding *finding = doctor->findings->pdata[i];
        g_assert_null(strstr(finding->text, "another driver"));
        if (!strstr(finding->text, "it computes, but its driver crashes or hangs when the program"))
            continue;
        g_assert_cmpint(finding->topic, ==, RIPPLE_TOPIC_DEVICES);
        g_assert_null(finding->cure);
        computes++;
    }
    g_assert_cmpuint(computes, ==, 1);
}

static void test_hang(Tree *tree, gconstpointer data)
{
    plant_broken(tree, "hang");
    gint64 start = g_get_monotonic_time();
    g_autoptr(RippleDoctor) doctor = examine(tree, IMPATIENCE_SECONDS);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 60 * G_USEC_PER_SEC);
    g_assert_cmpuint(doctor->usable, ==, 0);
    DRIVERS_BAD("hang", "while it was being loaded: it did not answer within 0.3 s",
                "/hang.icd.off");
}

/* Each device says for itself what it does wrong, behind one that crashes, too. */
static void test_devices(Tree *tree, gconstpointer data)
{
    plant_broken(tree, "faulty");
    plant_gpu(tree, "0000:01:00.0", "0x10de\n", "nvidia");
    plant_gpu(tree, "0000:02:00.0", "0x1002\n", "amdgpu");
    g_autoptr(RippleDoctor) doctor = examine(tree, PATIENCE_SECONDS);
    g_assert_cmpuint(doctor->usable, ==, 0);
    check(doctor, RIPPLE_TOPIC_DRIVERS, "faulty.icd", RIPPLE_FINDING_GOOD, "3 devices", NULL);
    check(doctor, RIPPLE_TOPIC_DEVICES, "Crasher", RIPPLE_FINDING_BAD,
          "while it compiled and computed, it crashed", NULL);
    check(doctor, RIPPLE_TOPIC_DEVICES, "Refuser", RIPPLE_FINDING_BAD,
          "clCreateContext failed on Refuser: CL_OUT_OF_RESOURCES", NULL);
    check(doctor, RIPPLE_TOPIC_DEVICES, "Liar", RIPPLE_FINDING_BAD,
          "Liar computes wrongly: 3·-100 + 0 gives 0", NULL);
    /* They are devices of AMD's, and none of NVIDIA's. */
    check(doctor, RIPPLE_TOPIC_HARDWARE, "AMD", RIPPLE_FINDING_GOOD, "kernel driver amdgpu", NULL);
    check(doctor, RIPPLE_TOPIC_HARDWARE, "NVIDIA", RIPPLE_FINDING_BAD, "no OpenCL device is of it",
          "apt install nvidia-opencl-icd");
}

/* What the environment names comes first. */
static void test_environment(Tree *tree, gconstpointer data)
{
    plant_driver(tree, "gone", "libgone.so.7");
    g_setenv("OCL_ICD_VENDORS", DRIVERS "/libdriver_plain.so", TRUE);
    g_setenv("RIPPLE_DEVICE", "abacus", TRUE);
    g_autoptr(RippleDoctor) library = examine(tree, PATIENCE_SECONDS);
    check(library, RIPPLE_TOPIC_DRIVERS, "OCL_ICD_VENDORS", RIPPLE_FINDING_BAD,
          "is no OpenCL driver", "unset OCL_ICD_VENDORS");
    g_assert_null(find(library, RIPPLE_TOPIC_DRIVERS, "gone.icd"));
    check(library, RIPPLE_TOPIC_DEVICES, "RIPPLE_DEVICE", RIPPLE_FINDING_BAD,
          "abacus, which fits no usable device", "unset RIPPLE_DEVICE");
    g_unsetenv("RIPPLE_DEVICE");

    g_setenv("OCL_ICD_VENDORS", "nowhere.icd", TRUE);
    g_autoptr(RippleDoctor) file = examine(tree, PATIENCE_SECONDS);
    check(file, RIPPLE_TOPIC_DRIVERS, "OCL_ICD_VENDORS", RIPPLE_FINDING_BAD,
          "there is no file nowhere.icd", "unset OCL_ICD_VENDORS");

    g_setenv("OCL_ICD_VENDORS", "gone.icd", TRUE);
    g_autoptr(RippleDoctor) beside = examine(tree, PATIENCE_SECONDS);
    check(beside, RIPPLE_TOPIC_DRIVERS, "vendors/gone.icd", RIPPLE_FINDING_BAD, "is not there",
          "/gone.icd");

    g_setenv("OCL_ICD_VENDORS", tree->root, TRUE);
    plant_away(tree, "own.icd", "libown.so");
    g_autoptr(RippleDoctor) directory = examine(tree, PATIENCE_SECONDS);
    check(directory, RIPPLE_TOPIC_DRIVERS, "own.icd", RIPPLE_FINDING_BAD, "libown.so", "/own.icd");
    g_unsetenv("OCL_ICD_VENDORS");
}

/* ---- hardware, permissions, caches ----------------------------------------------------------- */

static void test_gpus(Tree *tree, gconstpointer data)
{
    plant_gpu(tree, "0000:00:02.0", "0x8086\n", "i915");
    plant_gpu(tree, "0000:01:00.0", "0x10de\n", NULL);
    plant_gpu(tree, "0000:02:00.0", "0x1002\n", "vfio-pci");
    plant_gpu(tree, "0000:03:00.0", "0x1002\n", "amdgpu");
    plant_gpu(tree, "0000:04:00.0", "0x1af4\n", "virtio-pci");
    plant_gpu(tree, "0000:05:00.0", "nonsense", "i915");
    plant_away(tree, "sys/bus/pci/devices/0000:06:00.0/class", "0x020000\n");
    plant_away(tree, "sys/bus/pci/devices/0000:06:00.0/vendor", "0x8086\n");
    plant_away(tree, "sys/bus/pci/devices/0000:03:00.0/drm/renderD129/dev", "226:129\n");

    g_autoptr(RippleDoctor) doctor = examine(tree, PATIENCE_SECONDS);
    check(doctor, RIPPLE_TOPIC_HARDWARE, "Intel GPU 0000:00:02.0", RIPPLE_FINDING_BAD,
          "kernel driver i915", "apt install intel-opencl-icd");
    check(doctor, RIPPLE_TOPIC_HARDWARE, "NVIDIA GPU 0000:01:00.0", RIPPLE_FINDING_BAD,
          "kernel driver missing", "apt install nvidia-opencl-icd");
    check(doctor, RIPPLE_TOPIC_HARDWARE, "AMD GPU 0000:02:00.0", RIPPLE_FINDING_NOTE,
          "set aside for a virtual machine", NULL);
    check(doctor, RIPPLE_TOPIC_HARDWARE, "AMD GPU 0000:03:00.0", RIPPLE_FINDING_BAD,
          "/dev/dri/renderD129 is not there", NULL);
    for (guint i = 4; i <= 6; i++) {
        g_autofree char *address = g_strdup_printf("0000:0%u:00.0", i);
        g_assert_null(find(doctor, RIPPLE_TOPIC_HARDWARE, address));
    }
    check(doctor, RIPPLE_TOPIC_DRIVERS, "vendors", RIPPLE_FINDING_BAD, "no file there",
          "apt install intel-opencl-icd mesa-opencl-icd nvidia-opencl-icd");
}

/* A group other than root's, which this process may give a file to. */
static const struct group *other_group(void)
{
    return getgrgid(getegid() ? getegid() : 1);
}

static void test_permissions(Tree *tree, gconstpointer data)
{
    const struct group *group = other_group();
    g_assert_nonnull(group);
    plant_away(tree, "dev/nvidia0", "");
    plant_away(tree, "dev/nvidia-modeset", "");
    forbidden = plant(tree, "dev/dri/renderD128", "");
    g_assert_cmpint(chown(forbidden, (uid_t)-1, group->gr_gid), ==, 0);
    g_assert_cmpint(g_chmod(forbidden, 0660), ==, 0);
    g_autoptr(RippleDoctor) by_group = examine(tree, PATIENCE_SECONDS);
    g_autofree char *join = g_strdup_printf("usermod -aG %s %s", group->gr_name, g_get_user_name());
    check(by_group, RIPPLE_TOPIC_PERMISSIONS, "renderD128", RIPPLE_FINDING_BAD, "may not", join);
    check(by_group, RIPPLE_TOPIC_PERMISSIONS, "nvidia0", RIPPLE_FINDING_GOOD, "may read", NULL);
    g_assert_null(find(by_group, RIPPLE_TOPIC_PERMISSIONS, "modeset"));

    g_assert_cmpint(g_chmod(forbidden, 0600), ==, 0);
    g_autofree char *mode = g_strdup_printf("chmod a+rw %s", forbidden);
    g_autoptr(RippleDoctor) by_nobody = examine(tree, PATIENCE_SECONDS);
    check(by_nobody, RIPPLE_TOPIC_PERMISSIONS, "renderD128", RIPPLE_FINDING_BAD, "no group may",
          mode);
}

/* main() has put the caches below a directory of its own. */
static void test_caches(Tree *tree, gconstpointer data)
{
    const char *cache = g_get_user_cache_dir();
    g_autoptr(RippleDoctor) good = examine(tree, PATIENCE_SECONDS);
    check(good, RIPPLE_TOPIC_CACHES, "/cache/ripple", RIPPLE_FINDING_GOOD, "can be kept", NULL);
    check(good, RIPPLE_TOPIC_CACHES, "/cache/pocl", RIPPLE_FINDING_GOOD, "can be kept", NULL);

    forbidden = g_build_filename(cache, "ripple", NULL);
    g_assert_cmpint(g_mkdir(forbidden, 0700), ==, 0);
    g_autofree char *own = g_strdup_printf("chown -R %s %s", g_get_user_name(), forbidden);
    g_autoptr(RippleDoctor) bad = examine(tree, PATIENCE_SECONDS);
    check(bad, RIPPLE_TOPIC_CACHES, "/cache/ripple", RIPPLE_FINDING_BAD, "made anew each time",
          own);
    g_assert_cmpint(g_rmdir(forbidden), ==, 0);

    g_assert_true(g_file_set_contents(forbidden, "a file", -1, NULL));
    g_autofree char *removed = g_strdup_printf("rm %s", forbidden);
    g_autoptr(RippleDoctor) file = examine(tree, PATIENCE_SECONDS);
    check(file, RIPPLE_TOPIC_CACHES, "/cache/ripple", RIPPLE_FINDING_BAD, "is no directory",
          removed);
    g_assert_cmpint(g_remove(forbidden), ==, 0);
}

/* Nothing of a probe is left behind, however it ends. */
static void test_nothing_left(Tree *tree, gconstpointer data)
{
    plant_broken(tree, "hang");
    plant_broken(tree, "crash");
    g_autoptr(RippleDoctor) doctor = examine(tree, IMPATIENCE_SECONDS);
    g_assert_nonnull(find(doctor, RIPPLE_TOPIC_DRIVERS, "hang.icd"));
    g_autoptr(GDir) entries = g_dir_open(g_get_tmp_dir(), 0, NULL);
    g_autofree char *own = g_path_get_basename(tree->root);
    for (const char *name; (name = g_dir_read_name(entries));)
        g_assert_cmpstr(name, ==, own);
}

/* ---- what is nobody's fault ------------------------------------------------------------------ */

/* Where no process can be started, no driver is blamed, nor anything else looked for. */
static void test_unstarted(Tree *tree, gconstpointer data)
{
    plant_pocl(tree);
    g_autofree char *nowhere = g_build_filename(tree->root, "nowhere", NULL);
    g_autoptr(RippleDoctor) doctor = examine_by(tree, nowhere, PATIENCE_SECONDS);
    g_assert_cmpuint(doctor->usable, ==, 0);
    g_assert_cmpuint(doctor->findings->len, ==, 2);
    check(doctor, RIPPLE_TOPIC_INSTALLED, "ripple", RIPPLE_FINDING_GOOD, "commit", NULL);
    check(doctor, RIPPLE_TOPIC_INSTALLED, "processes", RIPPLE_FINDING_BAD, "No such file", NULL);
}

/* The same where there is no place for temporary files, which can be had elsewhere. */
static void test_no_place(Tree *tree, gconstpointer data)
{
    plant_pocl(tree);
    g_autofree char *away = g_strconcat(g_get_tmp_dir(), "-away", NULL);
    g_assert_cmpint(g_rename(g_get_tmp_dir(), away), ==, 0);
    g_autoptr(RippleDoctor) doctor = examine(tree, PATIENCE_SECONDS);
    g_assert_cmpint(g_rename(away, g_get_tmp_dir()), ==, 0);
    g_assert_cmpuint(doctor->usable, ==, 0);
    g_assert_cmpuint(doctor->findings->len, ==, 2);
    check(doctor, RIPPLE_TOPIC_INSTALLED, "temporary files", RIPPLE_FINDING_BAD,
          "no place for them in", "export TMPDIR=/tmp");
}

#define ADD(name, function)                                                                        \
    g_test_add("/doctor/" name, Tree, NULL, tree_set_up, function, tree_tear_down)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--probe") == 0)
        return ripple_doctor_child(argv + 2, NULL) ? 0 : 1;

    /* GLib looks at these once. */
    g_autofree char *place = g_mkdtemp(g_strdup("/tmp/ripple-doctor-test-XXXXXX"));
    g_autofree char *cache = g_build_filename(place, "cache", NULL);
    g_autofree char *temporary = g_build_filename(place, "tmp", NULL);
    g_mkdir_with_parents(cache, 0700);
    g_mkdir_with_parents(temporary, 0700);
    g_setenv("XDG_CACHE_HOME", cache, TRUE);
    g_setenv("TMPDIR", temporary, TRUE);
    g_unsetenv("POCL_CACHE_DIR");
    g_unsetenv("OCL_ICD_VENDORS");
    g_unsetenv("OCL_ICD_FILENAMES");
    g_unsetenv("OPENCL_VENDOR_PATH");
    g_unsetenv("OPENCL_LAYERS");
    g_unsetenv("RIPPLE_DEVICE");
    program = g_file_read_link("/proc/self/exe", NULL);
    g_test_init(&argc, &argv, NULL);
    ADD("none", test_none);
    ADD("useless", test_useless);
    ADD("deadly", test_deadly);
    ADD("deadly-end", test_deadly_end);
    ADD("hang", test_hang);
    ADD("devices", test_devices);
    ADD("environment", test_environment);
    ADD("gpus", test_gpus);
    ADD("permissions", test_permissions);
    ADD("caches", test_caches);
    ADD("unstarted", test_unstarted);
    ADD("no-place", test_no_place);
    ADD("nothing-left", test_nothing_left);
    int failed = g_test_run();
    remove_tree(place);
    g_free(program);
    return failed;
}
