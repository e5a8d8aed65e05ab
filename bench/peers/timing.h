/* Timing as `ripple bench` does it: first a warm-up that does not count, then the median of several
 * runs, each of them long enough that waiting for its end is nothing beside it. */
#pragma once

#include <glib.h>

/* Does the work `times` times over and returns when it is done. */
typedef void (*PeerWork)(gpointer user_data, guint64 times);

/* Seconds that the work takes once. */
typedef struct {
    gdouble median;
    gdouble fastest;
    gdouble slowest;
    guint runs;
} PeerTiming;

PeerTiming peer_time(PeerWork work, gpointer user_data);
