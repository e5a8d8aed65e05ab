#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"

#include <fcntl.h>
#include <locale.h>
#include <ripple/error.h>
#include <ripple/version.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    RippleCommandFunction run;
    const char *summary;
} commands[] = {
    {"train", ripple_command_train, "train a network on a data set"},
    {"eval", ripple_command_eval, "score a trained model on a data set"},
    {"predict", ripple_command_predict, "write down what a trained model says of each sample"},
    {"explain", ripple_command_explain,
     "tell the story of one weight, from the chain rule to the loss"},
    {"plot", ripple_command_plot, "draw figures of a run"},
    {"report", ripple_command_report, "tell a run, or several, on one page"},
    {"playground", ripple_command_playground,
     "train a small network on a page, and watch every number of it"},
    {"compare", ripple_command_compare,
     "hold a device against the CPU reference, number by number"},
    {"verify-resume", ripple_command_verify_resume,
     "prove that a run of yours, stopped and resumed, keeps every bit"},
    {"gradcheck", ripple_command_gradcheck, "hold the gradient against differences of the loss"},
    {"selftest", ripple_command_selftest, "have a device compute what is known beforehand"},
    {"devices", ripple_command_devices, "list where ripple can compute"},
    {"doctor", ripple_command_doctor, "find what keeps devices from computing, and what mends it"},
    {"tune", ripple_command_tune, "find the fastest way to multiply matrices on a device"},
    {"bench", ripple_command_bench, "time matrix products and training steps"},
};

static char *usage(void)
{
    GString *text = g_string_new(
        "Usage: ripple COMMAND [OPTION…]\n\n"
        "Trains neural networks on any OpenCL device, proves the numbers against a CPU\n"
        "reference, and shows what backpropagation did.\n\nCommands:\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        g_string_append_printf(text, "  %-14s %s\n", commands[i].name, commands[i].summary);
    g_string_append(text, "\n`ripple COMMAND --help` tells a command's options, `ripple --version` "
                          "the version.\n\n"
                          "Try:  ripple train --data fashion-mnist --hidden 128");
    return g_string_free(text, FALSE);
}

static RippleCommandFunction find_command(const char *name, GError **error)
{
    if (*name == '-') {
        g_set_error_literal(
            error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
            "A command comes first, and its options after it; `ripple --help` lists the "
            "commands.");
        return NULL;
    }
    const char *names[G_N_ELEMENTS(commands)];
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        names[i] = commands[i].name;
    guint chosen;
    return ripple_text_choose("command", name, names, G_N_ELEMENTS(names), &chosen, error)
               ? commands[chosen].run
               : NULL;
}

static gboolean is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* `ripple help train` is `ripple train --help`. */
static void help(char *name, GError **error)
{
    char option[] = "--help";
    char *words[] = {name, option, NULL};
    RippleCommandFunction command = find_command(name, error);
    if (command)
        command(2, words, error);
}

static void run(int argc, char **argv, GError **error)
{
    g_autofree char *text = usage();
    if (argc < 2) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE, "No command was given.\n\n%s", text);
    } else if (strcmp(argv[1], "--version") == 0) {
        ripple_console_print("ripple %s\n", RIPPLE_VERSION);
    } else if (is_help(argv[1]) && argc == 2) {
        ripple_console_print("%s\n", text);
    } else if (is_help(argv[1])) {
        help(argv[2], error);
    } else {
        RippleCommandFunction command = find_command(argv[1], error);
        if (command)
            command(argc - 1, argv + 1, error);
    }
}

/* A file opened later would take the number of a closed stdout or stderr, and with it what is
 * written there. What cannot be written to stands in: a closed stdout stays an error. */
static void keep_standard_descriptors(void)
{
    int descriptor;
    do
        descriptor = open("/dev/null", O_RDONLY);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0)
        close(descriptor);
}

/* Messages quote what was typed and what stands in files, which may be anything. */
static void print_error(const GError *error)
{
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_autofree char *line = ripple_text_readable(lines[i]);
        fprintf(stderr, "%s%s\n", i == 0 ? "ripple: " : "", line);
    }
}

int main(int argc, char **argv)
{
    keep_standard_descriptors();
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* one decimal point, for whoever reads the output */
    g_set_prgname("ripple");
    g_log_writer_default_set_use_stderr(TRUE);

    g_autoptr(GError) error = NULL;
    run(argc, argv, &error);
    ripple_console_end_progress();
    /* What was printed comes before the error, also where both go to one place. */
    g_autoptr(GError) unwritten = NULL;
    if (!ripple_console_flush(&unwritten) && !error)
        error = g_steal_pointer(&unwritten);
    if (error)
        print_error(error);
    return ripple_error_exit_code(error);
}
