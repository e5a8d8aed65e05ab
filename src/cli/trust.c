#include "cli/trust.h"

#include "train/json_object.h"

#include <ripple/error.h>
#include <ripple/selftest.h>

static void print_json(const RippleTrainer *trainer, const RippleTrust *trust)
{
    const RippleBackend *device = ripple_trainer_device(trainer);
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_flag(json, "trusted", FALSE);
    ripple_json_set_text(json, "device", ripple_device_name(device));
    ripple_json_set_text(json, "failure", trust->failure);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

gboolean ripple_trust_first(const RippleConsole *console, RippleTrainer *trainer, GError **error)
{
    ripple_console_progress(console, "testing the device");
    g_autoptr(RippleTrust) trust = ripple_trust(trainer, error);
    ripple_console_end_progress();
    if (!trust)
        return FALSE;
    if (trust->problem)
        ripple_console_note(console, "%s", trust->problem);
    if (!trust->is_right && console->json)
        print_json(trainer, trust);
    if (!trust->is_right) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK,
                    "%s computes wrong numbers, and nothing was trained. %s Try another driver or "
                    "device, `ripple selftest` to see what else is wrong, or --trust-device to "
                    "train all the same.",
                    ripple_device_name(ripple_trainer_device(trainer)), trust->failure);
        return FALSE;
    }
    if (console->verbose && !trust->is_remembered && trust->path)
        ripple_console_note(console,
                            "tested   %.1f s for the operations of this network, kept in %s",
                            trust->seconds, trust->path);
    return TRUE;
}
