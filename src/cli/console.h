/** \file
 * Talking to people and to programs: data go to stdout, everything else to stderr.
 */
#pragma once

#include <glib.h>

/** What every command understands; set by ripple_console_parse(). */
typedef struct {
    gboolean quiet;   /**< no progress, no notes */
    gboolean verbose; /**< what happens behind the scenes, too */
    gboolean json;    /**< exactly one JSON object on stdout */
} RippleConsole;

/** Parse a command's options, of which `entries` are its own and `group` (may be NULL; taken)
 * those it shares, together with --quiet, --verbose and --json. `arguments` says what follows the
 * options ("MODEL"), or NULL when nothing may; exactly as many words as it has must then be in
 * `words` (NULL-terminated; free with g_strfreev), or as many at least where it ends in "…" (one
 * fewer where that word is in brackets). `--help` prints `summary` and the options: FALSE without
 * an error then. */
gboolean ripple_console_parse(int argc, char **argv, const char *arguments, const char *summary,
                              const GOptionEntry *entries, GOptionGroup *group,
                              RippleConsole *console, char ***words, GError **error);

/** A line for people on stderr, unless --quiet. */
void ripple_console_note(const RippleConsole *console, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** Draw `lines`, with a newline between, each cut to the terminal's width, over what was drawn
 * before; nothing where there is no terminal. */
void ripple_console_progress(const RippleConsole *console, const char *lines);

/** The same, for a computation of which the share `done` is done: a bar, and what is under way. */
void ripple_console_progress_share(const RippleConsole *console, gdouble done, const char *doing);

/** The size of the terminal that stderr is, as it is now. */
void ripple_console_size(guint *columns, guint *rows);

/** Take what was drawn away. */
void ripple_console_end_progress(void);

/** A bar of `width` cells filled to `fraction`; free with g_free. */
char *ripple_console_bar(gdouble fraction, guint width);

/** Is stderr a terminal that can redraw a line? */
gboolean ripple_console_is_terminal(void);

/** May colours be used on stdout? Not when NO_COLOR is set, nor into a pipe or on a dumb terminal.
 */
gboolean ripple_console_has_colour(void);

/** Data for people on stdout. */
void ripple_console_print(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** The one JSON object on stdout. */
void ripple_console_json(const GString *json);

/** Everything printed must have arrived: an error when stdout was full or closed. */
gboolean ripple_console_flush(GError **error);

/** 38412.7 → "38,413"; free with g_free. */
char *ripple_console_count(gdouble number);

/** Four decimals, or a power of ten where they would not do: 0.3214, 1.960e+30; free with g_free.
 */
char *ripple_console_loss(gdouble loss);

/** 3700.4 → "1:01:40"; free with g_free. */
char *ripple_console_duration(gdouble seconds);
