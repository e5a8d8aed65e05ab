/* Where ocl-icd and the loader of Khronos look for drivers: libOpenCL(7). */
#include "doctor/drivers.h"

#include "doctor/findings.h"

#include <string.h>

static void named_driver_free(gpointer data)
{
    RippleNamedDriver *driver = data;
    g_free(driver->named_by);
    g_free(driver->library);
    g_free(driver->problem);
    g_free(driver->cure);
    g_free(driver);
}

static RippleNamedDriver *add(GPtrArray *drivers, const char *named_by, const char *library)
{
    RippleNamedDriver *driver = g_new0(RippleNamedDriver, 1);
    driver->named_by = g_strdup(named_by);
    driver->library = g_strdup(library);
    g_ptr_array_add(drivers, driver);
    return driver;
}

/* An .icd file: its first line names the library. */
static void add_file(GPtrArray *drivers, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *contents = NULL;
    g_autofree char *quoted = ripple_doctor_quote(path);
    RippleNamedDriver *driver = add(drivers, path, NULL);
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        driver->problem = g_strdup("it is no regular file");
        driver->cure = ripple_doctor_as_root("rm %s", quoted);
    } else if (!g_file_get_contents(path, &contents, NULL, &error)) {
        driver->problem = g_strdup(error->message);
        driver->cure = ripple_doctor_as_root("chmod a+r %s", quoted);
    } else {
        contents[strcspn(contents, "\n")] = '\0';
        g_strstrip(contents);
        if (*contents) {
            driver->library = g_steal_pointer(&contents);
            return;
        }
        driver->problem = g_strdup("its first line names no library");
        driver->cure = ripple_doctor_as_root("rm %s", quoted);
    }
}

static void add_directory(GPtrArray *drivers, const char *directory)
{
    g_autoptr(GPtrArray) names = ripple_doctor_names_in(directory);
    for (guint i = 0; i < names->len; i++) {
        if (!g_str_has_suffix(names->pdata[i], ".icd"))
            continue;
        g_autofree char *path = g_build_filename(directory, names->pdata[i], NULL);
        add_file(drivers, path);
    }
}

/* The value of an environment variable, NULL where it is not set or empty. */
static const char *variable(const char *name)
{
    const char *value = g_getenv(name);
    return value && *value ? value : NULL;
}

/* OCL_ICD_VENDORS names a directory, an .icd file, or a library. */
static void add_vendors(GPtrArray *drivers, const char *directory, const char *vendors)
{
    if (g_file_test(vendors, G_FILE_TEST_IS_DIR)) {
        add_directory(drivers, vendors);
        return;
    }
    if (!g_str_has_suffix(vendors, ".icd")) {
        RippleNamedDriver *driver = add(drivers, "OCL_ICD_VENDORS", vendors);
        driver->cure = g_strdup("unset OCL_ICD_VENDORS");
        return;
    }
    g_autofree char *beside = g_build_filename(directory, vendors, NULL);
    gboolean is_beside = !strchr(vendors, '/') && g_file_test(beside, G_FILE_TEST_EXISTS);
    const char *path = is_beside ? beside : vendors;
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        add_file(drivers, path);
        return;
    }
    RippleNamedDriver *driver = add(drivers, "OCL_ICD_VENDORS", NULL);
    driver->problem = g_strdup_printf("there is no file %s", vendors);
    driver->cure = g_strdup("unset OCL_ICD_VENDORS");
}

GPtrArray *ripple_doctor_named_drivers(const RipplePlaceToExamine *place, gboolean is_khronos)
{
    GPtrArray *drivers = g_ptr_array_new_with_free_func(named_driver_free);
    g_autofree char *standard = ripple_doctor_path(place, "/etc/OpenCL/vendors");
    const char *replaced = is_khronos ? NULL : variable("OPENCL_VENDOR_PATH");
    const char *directory = replaced ? replaced : standard;
    const char *vendors = variable("OCL_ICD_VENDORS");
    if (vendors)
        add_vendors(drivers, directory, vendors);
    else
        add_directory(drivers, directory);

    const char *files = is_khronos ? variable("OCL_ICD_FILENAMES") : NULL;
    g_auto(GStrv) libraries = g_strsplit(files ? files : "", ":", -1);
    for (guint i = 0; libraries[i]; i++) {
        RippleNamedDriver *driver = add(drivers, "OCL_ICD_FILENAMES", libraries[i]);
        driver->cure = g_strdup("unset OCL_ICD_FILENAMES");
    }
    return drivers;
}
