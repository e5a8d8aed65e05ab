/** \file
 * What is seen on a terminal while a network trains: under the line of progress the loss as a
 * curve, and how much of the device's memory is taken.
 */
#pragma once

#include <ripple/trainer.h>

typedef struct _RippleLive RippleLive;

/** The view of a run that takes `taken` of the `memory` bytes that its device has. */
RippleLive *ripple_live_new(guint64 taken, guint64 memory);
void ripple_live_free(RippleLive *live);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleLive, ripple_live_free)

/** Remember how far the run has come. */
void ripple_live_add(RippleLive *live, const RippleProgress *progress);

/** What to show below `line`, the first line, on a terminal of `columns` × `rows`: lines with a
 * newline between. `line` alone where there is too little room, or no braille in `is_utf8`. Free
 * with g_free. */
char *ripple_live_layout(const RippleLive *live, const char *line, guint columns, guint rows,
                         gboolean is_utf8);
