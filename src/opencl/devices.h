/** \file
 * Which OpenCL devices are there, and which one does a selector mean?
 */
#pragma once

#include <glib.h>

/** Kinds of device, the better for training the larger. */
typedef enum {
    RIPPLE_DEVICE_CUSTOM,
    RIPPLE_DEVICE_CPU,
    RIPPLE_DEVICE_ACCELERATOR,
    RIPPLE_DEVICE_GPU,
} RippleDeviceKind;

/** One device of one platform. A device that cannot be used says why, and hides no other. */
typedef struct {
    guint platform_index;             /**< P of the selector "P:D" */
    guint device_index;               /**< D of the selector "P:D" */
    struct _cl_platform_id *platform; /**< cl_platform_id, for this floor alone */
    struct _cl_device_id *device;     /**< cl_device_id, for this floor alone */
    char *platform_name;
    char *platform_version;
    char *name;
    char *vendor;
    char *driver_version;
    char *device_version;
    RippleDeviceKind kind;
    guint compute_units;
    guint clock_megahertz;
    guint64 memory_bytes;
    guint64 largest_allocation_bytes;
    guint64 local_memory_bytes; /**< of a work-group */
    guint largest_group;        /**< work-items in one */
    char *problem;              /**< why it cannot be used, or NULL */
} RippleOpenclDevice;

void ripple_opencl_device_free(RippleOpenclDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleOpenclDevice, ripple_opencl_device_free)

/** All devices of all platforms (of RippleOpenclDevice; free with g_ptr_array_unref). Empty when
 * there is none. Where a call fails that lists them, one that has this for its problem stands for
 * those that it would have listed. */
GPtrArray *ripple_opencl_devices(void);

/** "GPU", "accelerator", "CPU" or "custom". Static. */
const char *ripple_device_kind_name(RippleDeviceKind kind);

/** Position in `devices` of the one that `selector` means: "auto" (a GPU before an accelerator
 * before a CPU, then the most compute units times clock), "P:D", or a part of a device's or
 * platform's name in any case. A DEVICE error that lists what there is when none fits. */
gboolean ripple_opencl_choose(const GPtrArray *devices, const char *selector, guint *chosen,
                              GError **error);
