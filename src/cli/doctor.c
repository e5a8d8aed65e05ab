#include "doctor/doctor.h"
#include "cli/command.h"
#include "cli/console.h"
#include "train/json_object.h"

#include <ripple/error.h>
#include <string.h>

/* The word after which ripple_doctor_child() has the rest; not for people. */
#define PROBE "--probe"

/* A compiler that starts for the first time takes some seconds. */
#define DEFAULT_TIMEOUT_SECONDS 30

static void print_json(const RippleDoctor *doctor)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_whole(json, "usable_devices", doctor->usable);
    ripple_json_begin_array(json, "findings");
    for (guint i = 0; i < doctor->findings->len; i++) {
        const RippleFinding *finding = doctor->findings->pdata[i];
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "topic", ripple_topic_name(finding->topic));
        ripple_json_set_text(json, "state", ripple_finding_state_name(finding->state));
        ripple_json_set_text(json, "subject", finding->subject);
        ripple_json_set_text(json, "text", finding->text);
        ripple_json_set_text(json, "cure", finding->cure);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

/* In the colour that the state has on a terminal. */
static char *mark(RippleFindingState state)
{
    static const char *const marks[] = {"✓", "·", "✗"};
    static const char *const colours[] = {"32", "2", "31"};
    if (!ripple_console_has_colour())
        return g_strdup(marks[state]);
    return g_strdup_printf("\x1b[%sm%s\x1b[0m", colours[state], marks[state]);
}

static int widest_subject(const RippleDoctor *doctor, RippleTopic topic)
{
    glong widest = 0;
    for (guint i = 0; i < doctor->findings->len; i++) {
        const RippleFinding *finding = doctor->findings->pdata[i];
        if (finding->topic == topic)
            widest = MAX(widest, g_utf8_strlen(finding->subject, -1));
    }
    return (int)widest;
}

static void print_finding(const RippleFinding *finding, int widest)
{
    int padding = widest - (int)g_utf8_strlen(finding->subject, -1);
    g_autofree char *sign = mark(finding->state);
    ripple_console_print("  %s %s%*s  %s\n", sign, finding->subject, padding, "", finding->text);
    if (finding->cure)
        ripple_console_print("    %*s  mend it: %s\n", widest, "", finding->cure);
}

static void print_topic(const RippleDoctor *doctor, RippleTopic topic)
{
    gboolean is_begun = FALSE;
    int widest = widest_subject(doctor, topic);
    for (guint i = 0; i < doctor->findings->len; i++) {
        const RippleFinding *finding = doctor->findings->pdata[i];
        if (finding->topic != topic)
            continue;
        if (!is_begun)
            ripple_console_print("%s%s\n", topic ? "\n" : "", ripple_topic_name(topic));
        is_begun = TRUE;
        print_finding(finding, widest);
    }
}

static gboolean examine(const RippleConsole *console, gdouble timeout, GError **error)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", error);
    if (!program)
        return FALSE;
    const char *const child[] = {program, "doctor", PROBE, NULL};
    const RipplePlaceToExamine place = {.root = "", .child = child, .timeout_seconds = timeout};
    g_autoptr(RippleDoctor) doctor = ripple_doctor_examine(&place);
    if (console->json)
        print_json(doctor);
    else
        for (RippleTopic topic = 0; topic < RIPPLE_N_TOPICS; topic++)
            print_topic(doctor, topic);
    if (doctor->usable > 0)
        return TRUE;
    g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE,
                        "No OpenCL device can be used; the lines above that begin with \"mend "
                        "it:\" say what to do. `--device reference` computes all the same.");
    return FALSE;
}

gboolean ripple_command_doctor(int argc, char **argv, GError **error)
{
    if (argc > 1 && strcmp(argv[1], PROBE) == 0)
        return ripple_doctor_child(argv + 2, error);

    RippleConsole console = {0};
    gint timeout = DEFAULT_TIMEOUT_SECONDS;
    const GOptionEntry entries[] = {{"timeout", 0, 0, G_OPTION_ARG_INT, &timeout,
                                     "Take a driver for hung that needs longer (default: 30)",
                                     "SECONDS"},
                                    G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Finds out what is installed, which OpenCL drivers are read, which devices compute,\n"
            "what is forbidden, and prints the line that mends what does not work. Each driver is\n"
            "tried in a process of its own, so that none that crashes or hangs hides another.",
            entries, NULL, &console, NULL, error))
        return FALSE;
    if (timeout < 1) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The option --timeout cannot be %d: it takes seconds above 0.", timeout);
        return FALSE;
    }
    return examine(&console, timeout, error);
}
