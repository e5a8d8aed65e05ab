#include "cli/command.h"
#include "cli/console.h"

#include <locale.h>
#include <ripple/error.h>
#include <ripple/version.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    RippleCommandFunction run;
    const char *summary;
} commands[] = {
    {"train", ripple_command_train, "train a network on a data set"},
    {"eval", ripple_command_eval, "score a trained model on a data set"},
    {"predict", ripple_command_predict, "write down what a trained model says of each sample"},
    {"compare", ripple_command_compare,
     "hold a device against the CPU reference, number by number"},
    {"devices", ripple_command_devices, "list where ripple can compute"},
};

static void print_usage(FILE *stream)
{
    fprintf(stream,
            "Usage: ripple COMMAND [OPTION…]\n\n"
            "Trains neural networks on any OpenCL device, proves the numbers against a CPU\n"
            "reference, and shows what backpropagation did.\n\nCommands:\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(stream, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fprintf(stream, "\n`ripple COMMAND --help` tells a command's options, `ripple --version` the "
                    "version.\n\n"
                    "Try:  ripple train --data fashion-mnist --hidden 128\n");
}

static RippleCommandFunction find_command(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run;
    return NULL;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_set_prgname("ripple");
    if (argc < 2) {
        print_usage(stderr);
        return RIPPLE_ERROR_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("ripple %s\n", RIPPLE_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return 0;
    }
    RippleCommandFunction run = find_command(argv[1]);
    if (!run) {
        fprintf(stderr, "ripple: There is no command \"%s\"; `ripple --help` lists them.\n",
                argv[1]);
        return RIPPLE_ERROR_USAGE;
    }

    g_autoptr(GError) error = NULL;
    if (!run(argc - 1, argv + 1, &error)) {
        ripple_console_end_progress();
        fprintf(stderr, "ripple: %s\n", error->message);
    } else if (!ripple_console_flush(&error)) {
        fprintf(stderr, "ripple: %s\n", error->message);
    }
    return ripple_error_exit_code(error);
}
