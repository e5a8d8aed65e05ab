/** \file
 * What is installed, which drivers are read, which devices compute, and what mends those that do
 * not.
 *
 * A driver that crashes or hangs takes whoever loads it along. So each is tried in a process of its
 * own, and none is ever loaded in the one that asks.
 */
#pragma once

#include <glib.h>

typedef enum {
    RIPPLE_FINDING_GOOD,
    RIPPLE_FINDING_NOTE, /**< neither good nor bad, but worth knowing */
    RIPPLE_FINDING_BAD,
} RippleFindingState;

typedef enum {
    RIPPLE_TOPIC_INSTALLED,
    RIPPLE_TOPIC_DRIVERS,
    RIPPLE_TOPIC_DEVICES,
    RIPPLE_TOPIC_HARDWARE,
    RIPPLE_TOPIC_PERMISSIONS,
    RIPPLE_TOPIC_CACHES,
    RIPPLE_N_TOPICS
} RippleTopic;

typedef struct {
    RippleTopic topic;
    RippleFindingState state;
    char *subject; /**< a file, a device, a part of ripple */
    char *text;    /**< what was found there */
    char *cure;    /**< a line for the shell that mends it, or NULL */
} RippleFinding;

typedef struct {
    GPtrArray *findings; /**< of RippleFinding, topic after topic */
    guint usable;        /**< OpenCL devices that compute, and that a run gets hold of */
} RippleDoctor;

/** Where to look. */
typedef struct {
    /** A directory that stands for "/" when /etc, /sys, /dev and /var are read; "" for itself. */
    const char *root;
    /** The words of a command, NULL-terminated, that calls ripple_doctor_child() with those that
     * are put behind them. */
    const char *const *child;
    /** How long a driver may take to load, to list its devices, and to compute on one, in all. */
    gdouble timeout_seconds;
    /** May this user read and write `path`? NULL for what the system says. */
    gboolean (*may_use)(const char *path);
} RipplePlaceToExamine;

/** Examine the machine. */
RippleDoctor *ripple_doctor_examine(const RipplePlaceToExamine *place);
void ripple_doctor_free(RippleDoctor *doctor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleDoctor, ripple_doctor_free)

/** "good", "note" or "bad"; "installed", "drivers", …. Static. */
const char *ripple_finding_state_name(RippleFindingState state);
const char *ripple_topic_name(RippleTopic topic);

/** The other process: do what `words` ask for, those that stand behind `child`. May crash or hang
 * where a driver does. FALSE when the report cannot be written or the words are no such words. */
gboolean ripple_doctor_child(char **words, GError **error);
