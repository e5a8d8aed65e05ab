/** \file
 * Telling how far a computation has come that takes seconds.
 */
#pragma once

#include <glib.h>

/** Whom to tell; a NULL in place of one is nobody. */
typedef struct {
    /** `done` of `all` are done of what is being done ("loss at points of the plane"). */
    void (*tell)(const char *doing, guint64 done, guint64 all, gpointer user_data);
    gpointer user_data;
} RippleExplainProgress;

static inline void ripple_explain_tell(const RippleExplainProgress *progress, const char *doing,
                                       guint64 done, guint64 all)
{
    if (progress && progress->tell)
        progress->tell(doing, done, all, progress->user_data);
}
