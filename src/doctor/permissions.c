/* Files that must be readable and writable: those of devices, those that caches stand in, and
 * temporary ones. */
#include "doctor/findings.h"
#include "doctor/hardware.h"

#include <glob.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files of Mesa's and Intel's drivers, of AMD's, of NVIDIA's. */
static const char *const node_patterns[] = {"/dev/dri/renderD*", "/dev/kfd", "/dev/nvidiactl",
                                            "/dev/nvidia[0-9]*", "/dev/nvidia-uvm"};

/* Is the user in the group, by the book, though not yet since this login? */
static gboolean is_listed(const struct group *group)
{
    return g_strv_contains((const char *const *)group->gr_mem, g_get_user_name());
}

static void report_forbidden(const char *path, RippleDoctor *doctor)
{
    struct stat info;
    struct group *group = NULL;
    g_autofree char *quoted = ripple_doctor_quote(path);
    gboolean group_may = stat(path, &info) == 0 && (info.st_mode & 0060) == 0060;
    if (group_may)
        group = getgrgid(info.st_gid);
    if (!group || group->gr_gid == 0)
        ripple_doctor_add(doctor, RIPPLE_TOPIC_PERMISSIONS, RIPPLE_FINDING_BAD, path,
                          ripple_doctor_as_root("chmod a+rw %s", quoted),
                          "%s may not read and write it, and no group may", g_get_user_name());
    else if (is_listed(group))
        ripple_doctor_add(doctor, RIPPLE_TOPIC_PERMISSIONS, RIPPLE_FINDING_BAD, path,
                          g_strdup_printf("newgrp %s", group->gr_name),
                          "the group %s may read and write it, which %s is in from the next login "
                          "on",
                          group->gr_name, g_get_user_name());
    else
        ripple_doctor_add(
            doctor, RIPPLE_TOPIC_PERMISSIONS, RIPPLE_FINDING_BAD, path,
            ripple_doctor_as_root("usermod -aG %s %s", group->gr_name, g_get_user_name()),
            "%s may not read and write it; the group %s may (log in again once it is mended)",
            g_get_user_name(), group->gr_name);
}

void ripple_doctor_examine_permissions(const RipplePlaceToExamine *place, RippleDoctor *doctor)
{
    for (guint i = 0; i < G_N_ELEMENTS(node_patterns); i++) {
        g_autofree char *pattern = ripple_doctor_path(place, node_patterns[i]);
        glob_t found;
        if (glob(pattern, 0, NULL, &found) != 0)
            continue;
        for (gsize n = 0; n < found.gl_pathc; n++) {
            if (ripple_doctor_may_use(place, found.gl_pathv[n]))
                ripple_doctor_add(doctor, RIPPLE_TOPIC_PERMISSIONS, RIPPLE_FINDING_GOOD,
                                  found.gl_pathv[n], NULL, "%s may read and write it",
                                  g_get_user_name());
            else
                report_forbidden(found.gl_pathv[n], doctor);
        }
        globfree(&found);
    }
}

/* ---- caches --------------------------------------------------------------------------------- */

/* `path`, or what there is of it: the directory that it would be made in. */
static char *existing_part(const char *path)
{
    char *part = g_strdup(path);
    while (!g_file_test(part, G_FILE_TEST_EXISTS)) {
        char *parent = g_path_get_dirname(part);
        gboolean is_top = strcmp(parent, part) == 0;
        g_free(part);
        part = parent;
        if (is_top)
            break;
    }
    return part;
}

static void examine_cache(const RipplePlaceToExamine *place, const char *path, const char *what,
                          RippleDoctor *doctor)
{
    g_autofree char *part = existing_part(path);
    g_autofree char *quoted = ripple_doctor_quote(part);
    if (!g_file_test(part, G_FILE_TEST_IS_DIR))
        ripple_doctor_add(doctor, RIPPLE_TOPIC_CACHES, RIPPLE_FINDING_BAD, path,
                          g_strdup_printf("rm %s", quoted), "%s cannot be kept: %s is no directory",
                          what, part);
    else if (ripple_doctor_may_use(place, part))
        ripple_doctor_add(doctor, RIPPLE_TOPIC_CACHES, RIPPLE_FINDING_GOOD, path, NULL,
                          "%s can be kept", what);
    else
        ripple_doctor_add(doctor, RIPPLE_TOPIC_CACHES, RIPPLE_FINDING_BAD, path,
                          ripple_doctor_as_root("chown -R %s %s", g_get_user_name(), quoted),
                          "%s cannot be kept, and is made anew each time: %s may not write into %s",
                          what, g_get_user_name(), part);
}

void ripple_doctor_examine_caches(const RipplePlaceToExamine *place, RippleDoctor *doctor)
{
    const char *pocl = g_getenv("POCL_CACHE_DIR");
    g_autofree char *own = g_build_filename(g_get_user_cache_dir(), "ripple", NULL);
    g_autofree char *of_pocl =
        pocl && *pocl ? g_strdup(pocl) : g_build_filename(g_get_user_cache_dir(), "pocl", NULL);
    examine_cache(place, own, "compiled kernels and tuning", doctor);
    examine_cache(place, of_pocl, "what PoCL compiles", doctor);
}

/* A directory that could be used instead of the one that cannot, or NULL. */
static const char *other_temporary(const RipplePlaceToExamine *place)
{
    const char *const others[] = {"/tmp", "/var/tmp", g_get_home_dir()};
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        if (strcmp(others[i], g_get_tmp_dir()) != 0 && g_file_test(others[i], G_FILE_TEST_IS_DIR) &&
            ripple_doctor_may_use(place, others[i]))
            return others[i];
    return NULL;
}

void ripple_doctor_report_no_place(const RipplePlaceToExamine *place, const char *why,
                                   RippleDoctor *doctor)
{
    const char *other = other_temporary(place);
    g_autofree char *quoted = other ? ripple_doctor_quote(other) : NULL;
    ripple_doctor_add(doctor, RIPPLE_TOPIC_INSTALLED, RIPPLE_FINDING_BAD, "temporary files",
                      quoted ? g_strdup_printf("export TMPDIR=%s", quoted) : NULL,
                      "there is no place for them in %s, so no driver can be tried: %s",
                      g_get_tmp_dir(), why);
}
