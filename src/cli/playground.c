#include "playground/server.h"

#include "cli/command.h"
#include "cli/console.h"
#include "cli/signals.h"
#include "train/json_object.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <ripple/error.h>
#include <unistd.h>

#define MOST_PORT 65535

typedef struct {
    gint port;
    gboolean opens_browser;
    char *device;
    char *data;
} Options;

static void options_clear(Options *options)
{
    g_free(options->device);
    g_free(options->data);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean parse(int argc, char **argv, Options *options, RippleConsole *console,
                      GError **error)
{
    const GOptionEntry entries[] = {
        {"port", 0, 0, G_OPTION_ARG_INT, &options->port,
         "Port on 127.0.0.1 (default: any that is free)", "N"},
        {"device", 0, 0, G_OPTION_ARG_FILENAME, &options->device,
         "auto, reference, P:D, or a part of a name", "SEL"},
        {"data", 0, 0, G_OPTION_ARG_FILENAME, &options->data,
         "A table of two inputs and a target, beside the built-in data sets", "FILE.csv"},
        {"open", 0, 0, G_OPTION_ARG_NONE, &options->opens_browser, "Open the page in a browser",
         NULL},
        G_OPTION_ENTRY_NULL};
    if (!ripple_console_parse(
            argc, argv, NULL,
            "Serves a page on this machine, and to this machine alone, on which a small network is "
            "trained on two inputs: its decision boundary, weights, activations, deltas and "
            "losses, live from the device, and the chain rule at each weight in numbers. All "
            "pages that are open show the same network. Ctrl-C ends it.\n\n"
            "Example: ripple playground --open",
            entries, NULL, console, NULL, error))
        return FALSE;
    if (options->port < 0 || options->port > MOST_PORT) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The option --port cannot be %d: it takes a number from 1 to %d, or 0 for any "
                    "port that is free.",
                    options->port, MOST_PORT);
        return FALSE;
    }
    return TRUE;
}

/* What to open in a browser, at once: whoever started it waits for that. */
static gboolean announce(const RipplePlayground *playground, const RippleConsole *console,
                         GError **error)
{
    const char *url = ripple_playground_url(playground);
    if (console->json) {
        g_autoptr(GString) json = g_string_new(NULL);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "url", url);
        ripple_json_set_whole(json, "port", ripple_playground_port(playground));
        ripple_json_set_text(json, "device", ripple_playground_device_name(playground));
        ripple_json_end_object(json);
        ripple_console_json(json);
    } else {
        ripple_console_note(console, "device   %s", ripple_playground_device_name(playground));
        ripple_console_note(console, "Open this address in a browser; Ctrl-C ends the playground.");
        ripple_console_print("%s\n", url);
    }
    return ripple_console_flush(error);
}

/* A file that leads to the page. What stands on a command line, as the browser's, is for all users
 * of the machine to see; what stands in this file is for this user alone. */
static char *write_leaflet(const RipplePlayground *playground, GError **error)
{
    g_autofree char *path = NULL;
    int descriptor = g_file_open_tmp("ripple-playground-XXXXXX.html", &path, error);
    if (descriptor < 0)
        return NULL;
    close(descriptor);
    g_autofree char *content = g_strdup_printf(
        "<!DOCTYPE html>\n<title>ripple playground</title>\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<meta http-equiv=\"refresh\" content=\"0; url=%s\">\n<a href=\"%s\">The page</a>\n",
        ripple_playground_url(playground), ripple_playground_url(playground));
    if (!g_file_set_contents_full(path, content, -1, G_FILE_SET_CONTENTS_NONE, 0600, error)) {
        g_unlink(path);
        return NULL;
    }
    return g_steal_pointer(&path);
}

/* The file to be removed in the end, or NULL. */
static char *open_browser(const RipplePlayground *playground, const RippleConsole *console)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_leaflet(playground, &error);
    g_autofree char *uri = path ? g_filename_to_uri(path, NULL, &error) : NULL;
    if (!uri || !g_app_info_launch_default_for_uri(uri, NULL, &error))
        ripple_console_note(console, "No browser could be opened: %s. Open the address yourself.",
                            error->message);
    return g_steal_pointer(&path);
}

gboolean ripple_command_playground(int argc, char **argv, GError **error)
{
    g_auto(Options) options = {0};
    RippleConsole console = {0};
    if (!parse(argc, argv, &options, &console, error))
        return FALSE;
    ripple_signals_catch_interrupts();
    RipplePlaygroundOptions wanted = {.port = (guint)options.port,
                                      .device = options.device ? options.device : "auto",
                                      .data = options.data};
    g_autoptr(RipplePlayground) playground = ripple_playground_new(&wanted, error);
    if (!playground || !announce(playground, &console, error))
        return FALSE;
    g_autofree char *leaflet = options.opens_browser ? open_browser(playground, &console) : NULL;
    ripple_playground_run(playground, ripple_signals_is_interrupted, NULL);
    if (leaflet)
        g_unlink(leaflet);
    return TRUE;
}
