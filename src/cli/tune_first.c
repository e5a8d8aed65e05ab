#include "cli/tune.h"

#include "opencl/tuning.h"

void ripple_tune_note_problem(const RippleConsole *console, RippleBackend *backend)
{
    const RippleTuning *tuning = ripple_opencl_tuning(backend);
    if (tuning && ripple_tuning_problem(tuning))
        ripple_console_note(console, "%s", ripple_tuning_problem(tuning));
}

static void show_progress(const RippleProduct *product, guint done, guint n, guint candidate,
                          guint n_candidates, gpointer user_data)
{
    g_autofree char *line = g_strdup_printf("tuning products, %u of %u", done + 1, n);
    ripple_console_progress(user_data, line);
}

void ripple_tune_first(const RippleConsole *console, RippleBackend *backend, RippleTuneMode mode,
                       const RippleNetwork *network, gsize batch)
{
    const RippleTuneObserver observer = {.progress = show_progress, .user_data = (gpointer)console};
    g_autoptr(GError) error = NULL;
    gboolean tuned;
    gint64 start = g_get_monotonic_time();
    ripple_tune_note_problem(console, backend);
    gboolean ok =
        ripple_tune_for_training(backend, mode, network, batch, &observer, &tuned, &error);
    ripple_console_end_progress();
    if (!ok)
        ripple_console_note(console, "Tuning has ended early. %s", error->message);
    else if (tuned)
        ripple_console_note(console, "tuning   %.1f s for the products of this network, kept in %s",
                            (g_get_monotonic_time() - start) / 1e6,
                            ripple_tuning_path(ripple_opencl_tuning(backend)));
}
