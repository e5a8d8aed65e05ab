#include "cli/console.h"

#include <errno.h>
#include <math.h>
#include <ripple/error.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static gboolean progress_is_shown;

/* ---- options -------------------------------------------------------------------------------- */

static gboolean check_words(const char *command, const char *arguments, char **words,
                            GError **error)
{
    guint found = g_strv_length(words);
    g_auto(GStrv) wanted = g_strsplit(arguments ? arguments : "", " ", -1);
    guint n_wanted = arguments ? g_strv_length(wanted) : 0;
    if (found == n_wanted)
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
    g_autofree char *usage = g_strconcat(arguments ? arguments : "", arguments ? " " : "", NULL);
    g_autoptr(GOptionContext) context = g_option_context_new(usage);
    g_auto(GStrv) rest = g_strdupv(argv);

    g_set_prgname(name);
    g_option_context_set_summary(context, summary);
    if (group)
        g_option_context_set_main_group(context, group);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, shared, NULL);
    if (!g_option_context_parse_strv(context, &rest, error))
        return FALSE;
    g_set_prgname("ripple");
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

gboolean ripple_console_is_terminal(void)
{
    const char *terminal = g_getenv("TERM");
    return isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

void ripple_console_note(const RippleConsole *console, const char *format, ...)
{
    if (console->quiet)
        return;
    ripple_console_end_progress();
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void ripple_console_progress(const RippleConsole *console, const char *line)
{
    if (console->quiet || !ripple_console_is_terminal())
        return;
    /* Back to the first column, the line, and away with what was longer before. */
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    progress_is_shown = TRUE;
}

void ripple_console_end_progress(void)
{
    if (progress_is_shown)
        fputs("\r\033[K", stderr);
    progress_is_shown = FALSE;
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
    return isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
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
    if (!isfinite(number))
        return g_strdup("?");
    g_autofree char *digits = g_strdup_printf("%.0f", number);
    GString *grouped = g_string_new(NULL);
    gsize length = strlen(digits);
    for (gsize i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
            g_string_append_c(grouped, ',');
        g_string_append_c(grouped, digits[i]);
    }
    return g_string_free(grouped, FALSE);
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
