#include "cli/console.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <ripple/error.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SHARE_WIDTH 16 /* of the bar of ripple_console_progress_share() */

static GArray *progress_widths; /* of guint: of the lines that are drawn; NULL for none */

/* ---- options -------------------------------------------------------------------------------- */

/* Asked for anywhere: whoever has a wrong option beside it wants help all the more. */
static gboolean wants_help(char **argv)
{
    return g_strv_contains((const char *const *)argv, "--help") ||
           g_strv_contains((const char *const *)argv, "-h");
}

static gboolean check_words(const char *command, const char *arguments, char **words,
                            GError **error)
{
    guint found = g_strv_length(words);
    g_auto(GStrv) wanted = g_strsplit(arguments ? arguments : "", " ", -1);
    guint n_wanted = arguments ? g_strv_length(wanted) : 0;
    gboolean takes_more = arguments && g_str_has_suffix(arguments, "…");
    if (takes_more && *wanted[n_wanted - 1] == '[')
        n_wanted--;
    if (found == n_wanted || (takes_more && found > n_wanted))
        return TRUE;
    if (found < n_wanted)
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "`ripple %s` needs %s; `ripple %s --help` tells more.", command, wanted[found],
                    command);
    else
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "`ripple %s` does not know what to do with \"%s\"; `ripple %s --help` tells "
                    "more.",
                    command, words[n_wanted], command);
    return FALSE;
}

gboolean ripple_console_parse(int argc, char **argv, const char *arguments, const char *summary,
                              const GOptionEntry *entries, GOptionGroup *group,
                              RippleConsole *console, char ***words, GError **error)
{
    const GOptionEntry shared[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &console->json, "Print one JSON object on stdout", NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &console->quiet, "Print results only", NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &console->verbose, "Tell more on stderr", NULL},
        G_OPTION_ENTRY_NULL};
    const char *command = argv[0];
    g_autofree char *name = g_strconcat("ripple ", command, NULL);
    g_autoptr(GOptionContext) context = g_option_context_new(arguments);
    g_autoptr(GError) cause = NULL;
    g_auto(GStrv) rest = g_strdupv(argv);

    g_set_prgname(name);
    g_option_context_set_summary(context, summary);
    if (group)
        g_option_context_set_main_group(context, group);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, shared, NULL);
    if (wants_help(argv)) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        ripple_console_print("%s", help);
        return FALSE;
    }
    gboolean is_parsed = g_option_context_parse_strv(context, &rest, &cause);
    g_set_prgname("ripple");
    if (!is_parsed) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE, "%s; `%s --help` tells more.",
                    cause->message, name);
        return FALSE;
    }
    if (console->verbose)
        g_setenv("G_MESSAGES_DEBUG", "ripple", TRUE);
    g_auto(GStrv) found = g_strdupv(rest[0] ? rest + 1 : rest);
    if (!check_words(command, arguments, found, error))
        return FALSE;
    if (words)
        *words = g_steal_pointer(&found);
    return TRUE;
}

/* ---- stderr --------------------------------------------------------------------------------- */

static gboolean is_capable(int descriptor)
{
    const char *terminal = g_getenv("TERM");
    return isatty(descriptor) && terminal && strcmp(terminal, "dumb") != 0;
}

gboolean ripple_console_is_terminal(void)
{
    return is_capable(STDERR_FILENO);
}

void ripple_console_note(const RippleConsole *console, const char *format, ...)
{
    if (console->quiet)
        return;
    ripple_console_end_progress();
    fflush(stdout); /* where both go to one place, they keep their order */
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void ripple_console_size(guint *columns, guint *rows)
{
    struct winsize size;
    gboolean is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
    *columns = is_known && size.ws_col > 0 ? size.ws_col : G_MAXINT16;
    *rows = is_known && size.ws_row > 0 ? size.ws_row : 1;
}

/* How many rows the last drawing takes by now: a narrower terminal has wrapped it. */
static guint rows_shown(guint columns)
{
    guint rows = 0;
    for (guint i = 0; i < progress_widths->len; i++)
        rows += MAX(1, (g_array_index(progress_widths, guint, i) + columns - 1) / columns);
    return rows;
}

/* To the first column of the first row of the last drawing. */
static void append_return(GString *frame, guint columns)
{
    guint rows = progress_widths ? rows_shown(columns) : 0;
    if (rows > 1)
        g_string_append_printf(frame, "\033[%uA", rows - 1);
    g_string_append_c(frame, '\r');
}

/* The beginning of a line that fits, since what wraps cannot be drawn over. It ends where one of
 * its parts does: half a number would be another number. */
static char *beginning(const char *line, guint most)
{
    if ((guint)g_utf8_strlen(line, -1) <= most)
        return g_strdup(line);
    char *row = g_utf8_substring(line, 0, most);
    const char *rest = g_utf8_offset_to_pointer(line, (glong)most);
    gboolean is_whole = g_str_has_prefix(rest, "  ") || g_str_has_prefix(rest, "; ");
    char *spaces = g_strrstr(row, "  "), *semicolon = g_strrstr(row, "; ");
    char *end = MAX(spaces, semicolon);
    if (end && end > row && !is_whole)
        *end = '\0';
    return row;
}

void ripple_console_progress(const RippleConsole *console, const char *lines)
{
    if (console->quiet || !ripple_console_is_terminal())
        return;
    guint columns, rows;
    ripple_console_size(&columns, &rows);
    g_auto(GStrv) parts = g_strsplit(lines, "\n", -1);
    g_autoptr(GString) frame = g_string_new(NULL);
    append_return(frame, columns);
    if (!progress_widths)
        progress_widths = g_array_new(FALSE, FALSE, sizeof(guint));
    guint before = rows_shown(columns);
    g_array_set_size(progress_widths, 0);
    for (guint i = 0; parts[i]; i++) {
        g_autofree char *row = beginning(parts[i], columns - 1);
        guint width = (guint)g_utf8_strlen(row, -1);
        g_string_append_printf(frame, "%s%s\033[K", i == 0 ? "" : "\n\r", row);
        g_array_append_val(progress_widths, width);
    }
    if (before > progress_widths->len)
        g_string_append(frame, "\033[J");
    fputs(frame->str, stderr); /* at once, or it would flicker */
    fflush(stderr);
}

void ripple_console_progress_share(const RippleConsole *console, gdouble done, const char *doing)
{
    g_autofree char *bar = ripple_console_bar(done, SHARE_WIDTH);
    g_autofree char *line = g_strdup_printf("%s %3.0f%%  %s", bar, 100 * done, doing);
    ripple_console_progress(console, line);
}

void ripple_console_end_progress(void)
{
    if (!progress_widths)
        return;
    guint columns, rows;
    ripple_console_size(&columns, &rows);
    g_autoptr(GString) frame = g_string_new(NULL);
    append_return(frame, columns);
    g_string_append(frame, rows_shown(columns) > 1 ? "\033[J" : "\033[K");
    fputs(frame->str, stderr);
    g_clear_pointer(&progress_widths, g_array_unref);
}

char *ripple_console_bar(gdouble fraction, guint width)
{
    GString *bar = g_string_new(NULL);
    guint filled = (guint)lround(CLAMP(fraction, 0, 1) * width);
    for (guint cell = 0; cell < width; cell++)
        g_string_append(bar, cell < filled ? "━" : "─");
    return g_string_free(bar, FALSE);
}

/* ---- stdout --------------------------------------------------------------------------------- */

gboolean ripple_console_has_colour(void)
{
    const char *no_colour = g_getenv("NO_COLOR");
    return is_capable(STDOUT_FILENO) && !(no_colour && *no_colour);
}

void ripple_console_print(const char *format, ...)
{
    ripple_console_end_progress();
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
}

void ripple_console_json(const GString *json)
{
    ripple_console_print("%s\n", json->str);
}

gboolean ripple_console_flush(GError **error)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return TRUE;
    int saved = errno;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "Could not write to stdout: %s.",
                g_strerror(saved));
    return FALSE;
}

char *ripple_console_count(gdouble number)
{
    return isfinite(number) ? ripple_text_count((guint64)llround(number)) : g_strdup("?");
}

char *ripple_console_loss(gdouble loss)
{
    gboolean is_plain = loss == 0 || (fabs(loss) >= 0.001 && fabs(loss) < 1e6);
    return g_strdup_printf(is_plain ? "%.4f" : "%.3e", loss);
}

char *ripple_console_duration(gdouble seconds)
{
    if (!isfinite(seconds) || seconds < 0)
        return g_strdup("?");
    guint64 whole = (guint64)seconds;
    if (whole >= 3600)
        return g_strdup_printf("%" G_GUINT64_FORMAT ":%02u:%02u", whole / 3600,
                               (guint)(whole / 60 % 60), (guint)(whole % 60));
    return g_strdup_printf("%u:%02u", (guint)(whole / 60), (guint)(whole % 60));
}
