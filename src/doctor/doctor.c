#include "doctor/doctor.h"

#include "doctor/drivers.h"
#include "doctor/findings.h"
#include "doctor/hardware.h"
#include "doctor/probe.h"

#include <ripple/device.h>
#include <ripple/version.h>
#include <string.h>

typedef struct {
    const RipplePlaceToExamine *place;
    RippleDoctor *doctor;
    GPtrArray *probes;  /* of RippleProbe: of each driver, whose devices are in `devices` */
    GPtrArray *devices; /* of RippleProbedDevice, borrowed */
    gboolean is_deadly; /* a driver takes down whoever loads it */
    gboolean is_over;   /* no process can be started to try anything in */
} Examination;

/* ---- processes ------------------------------------------------------------------------------ */

/* See ripple_probe_new(). Where nothing can be tried, that is said once, and blamed on no driver.
 */
static RippleProbe *start_probe(Examination *self, RippleProbeKind kind, const char *library,
                                guint first)
{
    RippleProbe *probe = ripple_probe_new(self->place, kind, library, first);
    if (!probe->unstarted || self->is_over)
        return probe;
    self->is_over = TRUE;
    if (probe->has_no_place)
        ripple_doctor_report_no_place(self->place, probe->unstarted, self->doctor);
    else
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_INSTALLED, RIPPLE_FINDING_BAD, "processes",
                          NULL, "none can be started to try a driver in: %s", probe->unstarted);
    return probe;
}

/* ---- what is installed ---------------------------------------------------------------------- */

/* Returns whether the loader is that of Khronos; FALSE, too, where that cannot be found out. */
static gboolean examine_installed(Examination *self)
{
    RippleDoctor *doctor = self->doctor;
    ripple_doctor_add(doctor, RIPPLE_TOPIC_INSTALLED, RIPPLE_FINDING_GOOD, "ripple", NULL,
                      "%s, commit %s", RIPPLE_VERSION, RIPPLE_COMMIT);
    g_autoptr(RippleProbe) probe = start_probe(self, RIPPLE_PROBE_LOADER, NULL, 0);
    const RippleOpenclLoader *loader = probe->loader;
    if (self->is_over)
        return FALSE;
    if (!loader) {
        ripple_doctor_add(doctor, RIPPLE_TOPIC_INSTALLED, RIPPLE_FINDING_BAD, "OpenCL loader",
                          ripple_doctor_as_root("apt reinstall ocl-icd-libopencl1"),
                          "it does not work, even without any driver: %s",
                          probe->death ? probe->death : "it says nothing of itself");
        return FALSE;
    }
    ripple_doctor_add(doctor, RIPPLE_TOPIC_INSTALLED, RIPPLE_FINDING_GOOD, "OpenCL loader", NULL,
                      "%s%s%s, %s", loader->vendor ? loader->vendor : "of unknown make",
                      loader->version ? " " : "", loader->version ? loader->version : "",
                      loader->path ? loader->path : "at an unknown path");
    ripple_doctor_add(doctor, RIPPLE_TOPIC_INSTALLED, RIPPLE_FINDING_GOOD, "CLBlast", NULL,
                      "%s, %s", loader->clblast_version ? loader->clblast_version : "unknown",
                      loader->clblast_path ? loader->clblast_path : "at an unknown path");
    return loader->vendor && strstr(loader->vendor, "Khronos") != NULL;
}

/* ---- drivers -------------------------------------------------------------------------------- */

/* So that the others can be used until it works: the loader reads what ends in .icd. */
static char *cure_of_deadly(const RippleNamedDriver *driver)
{
    if (driver->cure)
        return g_strdup(driver->cure);
    g_autofree char *quoted = ripple_doctor_quote(driver->named_by);
    g_autofree char *off = g_strconcat(driver->named_by, ".off", NULL);
    g_autofree char *quoted_off = ripple_doctor_quote(off);
    return ripple_doctor_as_root("mv %s %s", quoted, quoted_off);
}

/* "libX.so.1" where dlerror() says "libX.so.1: cannot open shared object file: …", else NULL. */
static char *missing_library(const char *problem)
{
    const char *end = strstr(problem, ": cannot open shared object file: No such file");
    return end ? g_strndup(problem, (gsize)(end - problem)) : NULL;
}

static char *cure_of_unloadable(const Examination *self, const RippleNamedDriver *driver,
                                const char *missing)
{
    g_autofree char *owner = ripple_doctor_owner(self->place, driver->named_by);
    const char *package = owner ? owner : ripple_doctor_driver_package(driver->library);
    g_autofree char *quoted = ripple_doctor_quote(driver->named_by);
    if (driver->cure)
        return g_strdup(driver->cure);
    if (package)
        return ripple_doctor_as_root("apt install --reinstall %s", package);
    if (missing && strcmp(missing, driver->library) != 0)
        return ripple_doctor_as_root("sh -c 'apt install apt-file && apt-file update && "
                                     "apt-file search %s'",
                                     missing);
    return ripple_doctor_as_root("rm %s", quoted);
}

static void report_unloadable(const Examination *self, const RippleNamedDriver *driver,
                              const RippleProbe *probe)
{
    g_autofree char *missing = missing_library(probe->problem);
    char *cure = cure_of_unloadable(self, driver, missing);
    if (!missing)
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_BAD, driver->named_by,
                          cure, "%s", probe->problem);
    else if (strcmp(missing, driver->library) == 0)
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_BAD, driver->named_by,
                          cure, "the library %s, which it names, is not there", missing);
    else
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_BAD, driver->named_by,
                          cure, "%s needs the library %s, which is not there", driver->library,
                          missing);
}

/* Is the driver's death more than that of a device, which is told of that? */
static gboolean is_deadly(const RippleProbe *probe)
{
    return probe->death && probe->stage != RIPPLE_STAGE_COMPUTE;
}

static void report_driver(Examination *self, const RippleNamedDriver *driver,
                          const RippleProbe *probe)
{
    static const char *const doings[] = {"before it was loaded", "while it was being loaded",
                                         "while it listed its devices", "while it computed",
                                         "when the program ended"};
    RippleDoctor *doctor = self->doctor;
    if (is_deadly(probe)) {
        self->is_deadly = TRUE;
        ripple_doctor_add(doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_BAD, driver->named_by,
                          cure_of_deadly(driver), "%s, %s: %s", driver->library,
                          doings[probe->stage], probe->death);
    } else if (probe->problem && !probe->path) {
        report_unloadable(self, driver, probe);
    } else if (probe->problem) {
        ripple_doctor_add(doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_BAD, driver->named_by, NULL,
                          "%s is loaded, and has nothing to compute on: %s", probe->path,
                          probe->problem);
    } else {
        ripple_doctor_add(doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_GOOD, driver->named_by, NULL,
                          "%s, %u device%s", probe->path ? probe->path : driver->library,
                          probe->devices->len, probe->devices->len == 1 ? "" : "s");
    }
}

/* What became of the devices from `first` on: of those before it is known already. */
static void take_verdicts(RippleProbe *all, RippleProbe *next, guint first)
{
    for (guint i = first; i < MIN(all->devices->len, next->devices->len); i++) {
        RippleProbedDevice *to = all->devices->pdata[i], *from = next->devices->pdata[i];
        to->is_good = from->is_good;
        g_free(to->failure);
        to->failure = g_steal_pointer(&from->failure);
    }
}

/* The device that took the process down: the last that was begun. */
static gboolean find_victim(const RippleProbe *probe, guint *position)
{
    for (guint i = probe->devices->len; i-- > 0;) {
        const RippleProbedDevice *probed = probe->devices->pdata[i];
        if (!probed->failure)
            continue;
        *position = i;
        return TRUE;
    }
    return FALSE;
}

static void blame_victim(RippleProbe *all, guint position, const char *death)
{
    RippleProbedDevice *probed = all->devices->pdata[position];
    g_free(probed->failure);
    probed->failure = g_strdup_printf("while it compiled and computed, %s", death);
}

/* A device that takes its driver down does not hide those after it. */
static RippleProbe *probe_devices(Examination *self, const char *library)
{
    RippleProbe *all = start_probe(self, RIPPLE_PROBE_DRIVER, library, 0);
    guint victim;
    if (!all->death || all->stage != RIPPLE_STAGE_COMPUTE || !find_victim(all, &victim))
        return all;
    blame_victim(all, victim, all->death);
    while (victim + 1 < all->devices->len) {
        guint first = victim + 1;
        g_autoptr(RippleProbe) next = start_probe(self, RIPPLE_PROBE_DRIVER, library, first);
        take_verdicts(all, next, first);
        if (!next->death || !find_victim(next, &victim) || victim < first)
            break;
        blame_victim(all, victim, next->death);
    }
    return all;
}

static void examine_driver(Examination *self, const RippleNamedDriver *driver)
{
    if (!driver->library) {
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_BAD, driver->named_by,
                          g_strdup(driver->cure), "%s", driver->problem);
        return;
    }
    RippleProbe *probe = probe_devices(self, driver->library);
    g_ptr_array_add(self->probes, probe);
    if (self->is_over)
        return;
    report_driver(self, driver, probe);
    for (guint i = 0; i < probe->devices->len; i++) {
        RippleProbedDevice *probed = probe->devices->pdata[i];
        probed->named_by = g_strdup(driver->named_by);
        probed->is_deadly = is_deadly(probe);
        g_ptr_array_add(self->devices, probed);
    }
}

static void examine_drivers(Examination *self, gboolean is_khronos)
{
    g_autoptr(GPtrArray) drivers = ripple_doctor_named_drivers(self->place, is_khronos);
    for (guint i = 0; i < drivers->len && !self->is_over; i++)
        examine_driver(self, drivers->pdata[i]);
    if (g_getenv("OCL_ICD_FILENAMES") && !is_khronos)
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_NOTE,
                          "OCL_ICD_FILENAMES", NULL, "this loader does not read it");
    if (g_getenv("OPENCL_LAYERS"))
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_NOTE, "OPENCL_LAYERS",
                          NULL, "%s stands between ripple and the drivers",
                          g_getenv("OPENCL_LAYERS"));
}

/* Where no driver is named at all. */
static void report_none(Examination *self, const char *packages)
{
    const char *vendors = g_getenv("OCL_ICD_VENDORS");
    if (vendors && *vendors)
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_BAD, "OCL_ICD_VENDORS",
                          g_strdup("unset OCL_ICD_VENDORS"), "no file in %s names an OpenCL driver",
                          vendors);
    else
        ripple_doctor_add(
            self->doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_BAD, "/etc/OpenCL/vendors",
            ripple_doctor_as_root("apt install %s", *packages ? packages : "pocl-opencl-icd"),
            "no file there names an OpenCL driver");
}

/* ---- devices -------------------------------------------------------------------------------- */

/* So that a run finds this device alone, whatever other drivers do. */
static char *cure_of_hidden(const RippleProbedDevice *probed)
{
    g_autofree char *quoted = ripple_doctor_quote(probed->named_by);
    return g_str_has_suffix(probed->named_by, ".icd")
               ? g_strdup_printf("export OCL_ICD_VENDORS=%s", quoted)
               : NULL;
}

/* The device as a run sees it, whose selector it has. */
static const RippleOpenclDevice *find_in(const RippleProbe *all, const RippleOpenclDevice *device)
{
    for (guint i = 0; i < all->devices->len; i++) {
        const RippleProbedDevice *probed = all->devices->pdata[i];
        const RippleOpenclDevice *other = probed->device;
        if (other->device_index == device->device_index && strcmp(other->name, device->name) == 0 &&
            strcmp(other->platform_name, device->platform_name) == 0 &&
            strcmp(other->driver_version, device->driver_version) == 0)
            return other;
    }
    return NULL;
}

static void report_device(Examination *self, const RippleProbedDevice *probed,
                          const RippleProbe *all)
{
    const RippleOpenclDevice *device = probed->device, *seen = find_in(all, device);
    g_autofree char *subject =
        seen ? g_strdup_printf("%u:%u %s", seen->platform_index, seen->device_index, device->name)
             : g_strdup(device->name);
    const char *failure = device->problem ? device->problem : probed->failure;
    const char *kind = ripple_device_kind_name(device->kind);
    if (!probed->is_good)
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DEVICES, RIPPLE_FINDING_BAD, subject, NULL,
                          "%s of %s; %s", kind, device->platform_name,
                          failure && *failure ? failure : "it was not tried");
    else if (!seen && probed->is_deadly)
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DEVICES, RIPPLE_FINDING_BAD, subject, NULL,
                          "%s of %s; it computes, but its driver crashes or hangs when the program "
                          "ends",
                          kind, device->platform_name);
    else if (!seen)
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DEVICES, RIPPLE_FINDING_BAD, subject,
                          cure_of_hidden(probed),
                          "%s of %s; it computes, but another driver takes down whatever run "
                          "wants it",
                          kind, device->platform_name);
    else
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DEVICES, RIPPLE_FINDING_GOOD, subject, NULL,
                          "%s of %s; compiles, and computes what is right", kind,
                          device->platform_name);
    self->doctor->usable += probed->is_good && seen;
}

/* RIPPLE_DEVICE must name one of those that a run sees. */
static void examine_choice(Examination *self, const RippleProbe *all)
{
    const char *wanted = g_getenv(RIPPLE_DEVICE_VARIABLE);
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    guint chosen;
    for (guint i = 0; i < all->devices->len; i++)
        g_ptr_array_add(devices, ((RippleProbedDevice *)all->devices->pdata[i])->device);
    if (!wanted || !*wanted)
        return;
    if (strcmp(wanted, "reference") == 0 || ripple_opencl_choose(devices, wanted, &chosen, NULL))
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DEVICES, RIPPLE_FINDING_NOTE,
                          RIPPLE_DEVICE_VARIABLE, NULL, "%s, where a run names no --device",
                          wanted);
    else
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DEVICES, RIPPLE_FINDING_BAD,
                          RIPPLE_DEVICE_VARIABLE, g_strdup("unset " RIPPLE_DEVICE_VARIABLE),
                          "%s, which fits no usable device", wanted);
}

static void examine_devices(Examination *self)
{
    /* Drivers that are known to take a process down need not do so again. */
    g_autoptr(RippleProbe) all = self->is_deadly || self->devices->len == 0
                                     ? NULL
                                     : start_probe(self, RIPPLE_PROBE_ALL, NULL, 0);
    if (self->is_over)
        return;
    RippleProbe none = {.devices = self->devices};
    if (all && all->death) {
        self->is_deadly = TRUE;
        ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DRIVERS, RIPPLE_FINDING_BAD, "all together",
                          g_getenv("OPENCL_LAYERS") ? g_strdup("unset OPENCL_LAYERS") : NULL,
                          "each by itself loads; together, %s", all->death);
    }
    g_autoptr(GPtrArray) nothing = g_ptr_array_new();
    if (!all || all->death)
        none.devices = nothing;
    const RippleProbe *seen = all && !all->death ? all : &none;
    for (guint i = 0; i < self->devices->len; i++)
        report_device(self, self->devices->pdata[i], seen);
    ripple_doctor_add(self->doctor, RIPPLE_TOPIC_DEVICES, RIPPLE_FINDING_NOTE, "reference", NULL,
                      "the CPU in double precision, with no OpenCL at all");
    examine_choice(self, seen);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static gint compare_topics(gconstpointer a, gconstpointer b)
{
    const RippleFinding *first = *(RippleFinding *const *)a;
    const RippleFinding *second = *(RippleFinding *const *)b;
    return (gint)first->topic - (gint)second->topic;
}

static void examine_all(Examination *self)
{
    gboolean is_khronos = examine_installed(self);
    guint before = self->doctor->findings->len;
    if (self->is_over)
        return;
    examine_drivers(self, is_khronos);
    if (self->is_over)
        return;
    gboolean is_none = self->doctor->findings->len == before;
    examine_devices(self);
    if (self->is_over)
        return;
    g_autofree char *packages =
        ripple_doctor_examine_gpus(self->place, self->devices, self->doctor);
    if (is_none)
        report_none(self, packages);
    ripple_doctor_examine_permissions(self->place, self->doctor);
    ripple_doctor_examine_caches(self->place, self->doctor);
}

RippleDoctor *ripple_doctor_examine(const RipplePlaceToExamine *place)
{
    g_autoptr(GPtrArray) probes = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_probe_free);
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    Examination self = {
        .place = place, .doctor = g_new0(RippleDoctor, 1), .probes = probes, .devices = devices};
    examine_all(&self);
    g_ptr_array_sort(self.doctor->findings, compare_topics);
    return self.doctor;
}
