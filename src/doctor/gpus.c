/* GPUs on the PCI bus, as /sys shows them. */
#include "doctor/findings.h"
#include "doctor/hardware.h"
#include "doctor/probe.h"

#include <string.h>

#define PCI_DISPLAY 0x03     /* class of display controllers, those without a display included */
#define PCI_ACCELERATOR 0x12 /* of processing accelerators */

/* Who makes GPUs that OpenCL computes on, and the package of Debian that brings the driver. */
static const struct {
    guint id;
    const char *name;
    const char *words[3]; /* one of which is in the vendor or platform of its OpenCL devices */
    const char *package;
} makers[] = {
    {0x8086, "Intel", {"intel"}, "intel-opencl-icd"},
    {0x1002, "AMD", {"amd", "advanced micro devices"}, "mesa-opencl-icd"},
    {0x10de, "NVIDIA", {"nvidia"}, "nvidia-opencl-icd"},
};

typedef struct {
    char *address; /* "0000:01:00.0" */
    guint maker;   /* in `makers` */
    char *driver;  /* of the kernel, or NULL */
    char *node;    /* "/dev/dri/renderD128" as the kernel has it, or NULL */
} Gpu;

static void gpu_clear(Gpu *gpu)
{
    g_free(gpu->address);
    g_free(gpu->driver);
    g_free(gpu->node);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Gpu, gpu_clear)

/* The number in a file such as "0x030000\n". */
static gboolean read_number(const char *folder, const char *name, guint *number)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *contents = NULL;
    guint64 value;
    if (!g_file_get_contents(path, &contents, NULL, NULL))
        return FALSE;
    g_strstrip(contents);
    if (!g_str_has_prefix(contents, "0x") ||
        !g_ascii_string_to_unsigned(contents + 2, 16, 0, G_MAXUINT32, &value, NULL))
        return FALSE;
    *number = (guint)value;
    return TRUE;
}

static char *find_node(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "drm", NULL);
    g_autoptr(GDir) entries = g_dir_open(path, 0, NULL);
    for (const char *name; entries && (name = g_dir_read_name(entries));)
        if (g_str_has_prefix(name, "renderD"))
            return g_build_filename("/dev/dri", name, NULL);
    return NULL;
}

/* Is the PCI device in `folder` a GPU of a maker that is known? */
static gboolean read_gpu(const char *folder, const char *address, Gpu *gpu)
{
    guint class, vendor;
    if (!read_number(folder, "class", &class) || !read_number(folder, "vendor", &vendor) ||
        (class >> 16 != PCI_DISPLAY && class >> 16 != PCI_ACCELERATOR))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(makers); i++) {
        if (makers[i].id != vendor)
            continue;
        g_autofree char *link = g_build_filename(folder, "driver", NULL);
        g_autofree char *target = g_file_read_link(link, NULL);
        gpu->maker = i;
        gpu->address = g_strdup(address);
        gpu->driver = target ? g_path_get_basename(target) : NULL;
        gpu->node = find_node(folder);
        return TRUE;
    }
    return FALSE;
}

static gboolean holds(const char *text, const char *const *words)
{
    g_autofree char *folded = g_ascii_strdown(text ? text : "", -1);
    for (guint i = 0; words[i]; i++)
        if (strstr(folded, words[i]))
            return TRUE;
    return FALSE;
}

static gboolean is_used(const Gpu *gpu, const GPtrArray *devices)
{
    for (guint i = 0; i < devices->len; i++) {
        const RippleProbedDevice *probed = devices->pdata[i];
        const RippleOpenclDevice *device = probed->device;
        if (device->kind != RIPPLE_DEVICE_CPU &&
            (holds(device->vendor, makers[gpu->maker].words) ||
             holds(device->platform_name, makers[gpu->maker].words)))
            return TRUE;
    }
    return FALSE;
}

static void report(const RipplePlaceToExamine *place, const Gpu *gpu, gboolean used,
                   RippleDoctor *doctor)
{
    const char *maker = makers[gpu->maker].name, *package = makers[gpu->maker].package;
    g_autofree char *subject = g_strdup_printf("%s GPU %s", maker, gpu->address);
    g_autofree char *node = gpu->node ? ripple_doctor_path(place, gpu->node) : NULL;
    if (used)
        ripple_doctor_add(doctor, RIPPLE_TOPIC_HARDWARE, RIPPLE_FINDING_GOOD, subject, NULL,
                          "OpenCL has a device of it; kernel driver %s",
                          gpu->driver ? gpu->driver : "unknown");
    else if (gpu->driver && strcmp(gpu->driver, "vfio-pci") == 0)
        ripple_doctor_add(doctor, RIPPLE_TOPIC_HARDWARE, RIPPLE_FINDING_NOTE, subject, NULL,
                          "set aside for a virtual machine (kernel driver vfio-pci)");
    else if (node && !g_file_test(node, G_FILE_TEST_EXISTS))
        ripple_doctor_add(doctor, RIPPLE_TOPIC_HARDWARE, RIPPLE_FINDING_BAD, subject, NULL,
                          "its file %s is not there; a container must be started with it, as by "
                          "`docker run --device /dev/dri`",
                          node);
    else
        ripple_doctor_add(doctor, RIPPLE_TOPIC_HARDWARE, RIPPLE_FINDING_BAD, subject,
                          ripple_doctor_as_root("apt install %s", package),
                          "no OpenCL device is of it; kernel driver %s",
                          gpu->driver ? gpu->driver : "missing");
}

char *ripple_doctor_examine_gpus(const RipplePlaceToExamine *place, const GPtrArray *devices,
                                 RippleDoctor *doctor)
{
    g_autofree char *bus = ripple_doctor_path(place, "/sys/bus/pci/devices");
    g_autoptr(GPtrArray) addresses = ripple_doctor_names_in(bus);

    gboolean is_wanted[G_N_ELEMENTS(makers)] = {FALSE};
    for (guint i = 0; i < addresses->len; i++) {
        g_autofree char *folder = g_build_filename(bus, addresses->pdata[i], NULL);
        g_auto(Gpu) gpu = {0};
        if (!read_gpu(folder, addresses->pdata[i], &gpu))
            continue;
        gboolean used = is_used(&gpu, devices);
        is_wanted[gpu.maker] |= !used;
        report(place, &gpu, used, doctor);
    }
    GString *packages = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(makers); i++)
        if (is_wanted[i])
            g_string_append_printf(packages, "%s%s", packages->len ? " " : "", makers[i].package);
    return g_string_free(packages, FALSE);
}
