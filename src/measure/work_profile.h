/** \file
 * Where does the time of work on a device go? By OpenCL's own events, apart from the timing, which
 * they would slow down.
 */
#pragma once

#include "measure/timing.h"

/** One kernel in one row of the schedule, each figure for the work once. */
typedef struct {
    const char *row;  /**< interned; NULL for what serves no row */
    const char *name; /**< interned */
    gdouble launches;
    gdouble seconds;
} RippleShare;

/** What became of work, each figure for the work once. */
typedef struct {
    GArray *shares;    /**< of RippleShare, in the order they first ran */
    gdouble launches;  /**< of kernels, transfers included */
    gdouble seconds;   /**< in which the device was at work */
    gdouble transfers; /**< bytes between host and device, or copied or cleared */
    gdouble waits;     /**< of the host while it enqueued */
} RippleWorkProfile;

void ripple_work_profile_clear(RippleWorkProfile *profile);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RippleWorkProfile, ripple_work_profile_clear)

/** Make of what became of work what became of one of its `parts`, which are alike. */
void ripple_work_profile_divide(RippleWorkProfile *profile, gdouble parts);

/** Enqueue `work` `times` times (at least once), wait, and do all that `runs` times over. `backend`
 * must be an opencl one, and warm. */
gboolean ripple_work_profile(RippleBackend *backend, RippleWork work, gpointer user_data,
                             guint64 times, guint runs, RippleWorkProfile *profile, GError **error);
