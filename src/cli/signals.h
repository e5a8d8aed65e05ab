/** \file
 * Signals to a run: an orderly end, and how far it has come.
 */
#pragma once

#include <glib.h>

/** From now on SIGINT, SIGTERM and SIGHUP ask for an orderly end. One that comes later than half a
 * second after the first ends the program at once. */
void ripple_signals_catch_interrupts(void);

/** Was an orderly end asked for? `user_data` is not used. */
gboolean ripple_signals_is_interrupted(gpointer user_data);

/** From now on SIGUSR1 ends the program no longer: until ripple_signals_status_wanted() is first
 * called it is answered that nothing was trained yet. */
void ripple_signals_catch_status(void);

/** Has SIGUSR1 asked how far the run has come, since this was last called? To be called several
 * times a second. */
gboolean ripple_signals_status_wanted(void);
