/** \file
 * Drivers loaded and devices tried, in a process that may be lost.
 */
#pragma once

#include "doctor/doctor.h"
#include "opencl/trial.h"

/** What the other process is asked to do. */
typedef enum {
    RIPPLE_PROBE_LOADER, /**< tell about the loader, with no driver at all */
    RIPPLE_PROBE_DRIVER, /**< load one driver, list its devices, and compute on each */
    RIPPLE_PROBE_ALL, /**< list the devices that a run sees: all drivers, the environment as is */
} RippleProbeKind;

/** A device, and whether it computes. */
typedef struct {
    RippleOpenclDevice *device;
    char *named_by;     /**< what names its driver, once that is known */
    gboolean is_good;   /**< it computed what is right */
    gboolean is_deadly; /**< its driver takes down whoever loads it */
    char *failure;      /**< why not, or NULL where it was not tried */
} RippleProbedDevice;

/** How far the process came. */
typedef enum {
    RIPPLE_STAGE_BEGIN,
    RIPPLE_STAGE_LOAD,
    RIPPLE_STAGE_LIST,
    RIPPLE_STAGE_COMPUTE,
    RIPPLE_STAGE_END,
} RippleProbeStage;

typedef struct {
    RippleProbeStage stage;     /**< the last that was begun */
    char *death;                /**< how it ended before RIPPLE_STAGE_END, or NULL */
    char *unstarted;            /**< why it never began, for which no driver is to blame, or NULL */
    gboolean has_no_place;      /**< that is since no temporary file can be written */
    char *problem;              /**< with the driver, or NULL */
    RippleOpenclLoader *loader; /**< or NULL */
    char *path;                 /**< of the driver's library, or NULL */
    GPtrArray *devices;         /**< of RippleProbedDevice */
} RippleProbe;

/** Start a process that does it, and wait for it, at most as long as `place` allows. Where it
 * cannot be started, nothing but `unstarted` and `has_no_place` is told. `library` is the driver of
 * RIPPLE_PROBE_DRIVER, whose devices before `first` are listed only. Never NULL. */
RippleProbe *ripple_probe_new(const RipplePlaceToExamine *place, RippleProbeKind kind,
                              const char *library, guint first);
void ripple_probe_free(RippleProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleProbe, ripple_probe_free)

/* ---- what the two processes tell each other -------------------------------------------------- */

/** Words of the child's command line, and of the lines in its report. A line has fields between
 * tabs, escaped as by g_strescape(). */
#define RIPPLE_PROBE_WORD_LOADER "loader"
#define RIPPLE_PROBE_WORD_DRIVER "driver"
#define RIPPLE_PROBE_WORD_ALL "all"
#define RIPPLE_PROBE_WORD_STAGE "stage"
#define RIPPLE_PROBE_WORD_PROBLEM "problem"
#define RIPPLE_PROBE_WORD_PATH "path"
#define RIPPLE_PROBE_WORD_DEVICE "device"
#define RIPPLE_PROBE_WORD_GOOD "good"
#define RIPPLE_PROBE_WORD_FAILURE "failure"
