/** \file
 * A thread that trains: it alone uses the device, obeys commands in their order, and after each,
 * and some twenty times a second while it plays, leaves a picture of how things stand.
 *
 * So the thread that answers the page never waits for the device, which compiles kernels for
 * seconds when a network is new to it.
 */
#pragma once

#include "playground/snapshot.h"

#include <ripple/device.h>

/** How fast it plays. */
typedef enum {
    RIPPLE_SPEED_ROWS,   /**< row by row, some two a second */
    RIPPLE_SPEED_SLOW,   /**< a step a second */
    RIPPLE_SPEED_STEADY, /**< ten steps a second */
    RIPPLE_SPEED_FAST,   /**< as many steps as the device takes */
    RIPPLE_N_SPEEDS
} RippleSpeed;

/** "rows", "slow", "steady", "fast"; static. */
const char *ripple_speed_name(RippleSpeed speed);
gboolean ripple_speed_parse(const char *name, RippleSpeed *speed, GError **error);

typedef enum {
    RIPPLE_COMMAND_START, /**< begin anew with `start` */
    RIPPLE_COMMAND_RATE,  /**< go on with learning rate `rate` */
    RIPPLE_COMMAND_PLAY,
    RIPPLE_COMMAND_PAUSE,
    RIPPLE_COMMAND_STEP, /**< to the end of the step under way, or a whole one; pauses */
    RIPPLE_COMMAND_ROW,  /**< the next row; pauses */
    RIPPLE_COMMAND_SPEED,
    RIPPLE_COMMAND_END,
} RippleCommandKind;

typedef struct {
    RippleCommandKind kind;
    RippleStart *start; /**< of START; taken */
    gdouble rate;       /**< of RATE */
    RippleSpeed speed;  /**< of SPEED */
} RipplePlayCommand;

/** How things stand. Read only, and shared by reference. */
typedef struct {
    guint64 revision;      /**< one more each time */
    guint64 done;          /**< commands obeyed so far */
    guint64 starts;        /**< of which RIPPLE_COMMAND_START */
    gboolean is_preparing; /**< the device gets ready for a new start: no snapshot yet */
    gboolean is_playing;
    gboolean is_resting; /**< it plays, but waits until somebody looks again */
    RippleSpeed speed;
    RippleSnapshot *snapshot; /**< or NULL */
    char *problem;            /**< a sentence on what made training stop, or NULL */
} RipplePlayState;

RipplePlayState *ripple_play_state_ref(RipplePlayState *state);
void ripple_play_state_unref(RipplePlayState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RipplePlayState, ripple_play_state_unref)

typedef struct _RipplePlayer RipplePlayer;

/** Open the device that `selector` names, and begin with `start`. A device that failed is opened
 * again for the next start. */
RipplePlayer *ripple_player_new(const char *selector, RippleStart *start, GError **error);

/** End the thread once it has done what it is at, and close the device. */
void ripple_player_free(RipplePlayer *player);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RipplePlayer, ripple_player_free)

/** Have `command` obeyed, and say in `number` how high `done` will be then. FALSE when too many
 * wait already: it is dropped. */
gboolean ripple_player_send(RipplePlayer *player, RipplePlayCommand command, guint64 *number);

/** The newest state, a reference of the caller's own. Somebody looks: for the next ten seconds it
 * plays on. */
RipplePlayState *ripple_player_look(RipplePlayer *player);

/** Owned by `player`. */
const char *ripple_player_device_name(const RipplePlayer *player);
