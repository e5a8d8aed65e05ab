#include "cli/signals.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

/* Some tools send a signal to a process and to its group: two within this time are one. */
#define ONE_SIGNAL_SECONDS 0.5

/* ---- interrupts ----------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;
static struct timespec interrupted_at;

/* The first signal asks for an orderly end; one that comes later ends the program. */
static void note_interrupt(int signal_number)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!interrupted) {
        interrupted_at = now;
        interrupted = 1;
    } else if ((now.tv_sec - interrupted_at.tv_sec) + (now.tv_nsec - interrupted_at.tv_nsec) / 1e9 >
               ONE_SIGNAL_SECONDS) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
}

void ripple_signals_catch_interrupts(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note_interrupt, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaction(signals[i], &action, NULL);
}

gboolean ripple_signals_is_interrupted(gpointer user_data)
{
    return interrupted != 0;
}

/* ---- status --------------------------------------------------------------------------------- */

static volatile sig_atomic_t is_training;
static volatile sig_atomic_t status_wanted;

static void note_status(int signal_number)
{
    static const char early[] = "no step was taken yet: the run is being prepared\n";
    if (is_training)
        status_wanted = 1;
    else if (write(STDERR_FILENO, early, sizeof early - 1) < 0)
        return; /* nobody is there to read it */
}

void ripple_signals_catch_status(void)
{
    struct sigaction action = {.sa_handler = note_status, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
}

/* The compiler within a driver, such as LLVM, takes the signal for itself when it is first used: it
 * is taken back again and again. */
gboolean ripple_signals_status_wanted(void)
{
    gboolean wanted = status_wanted != 0;
    is_training = 1;
    status_wanted = 0;
    ripple_signals_catch_status();
    return wanted;
}
