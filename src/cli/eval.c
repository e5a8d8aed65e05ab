#include "cli/command.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "train/json_object.h"

#include <math.h>

gboolean ripple_command_eval(int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {G_OPTION_ENTRY_NULL};
    RippleConsole console = {0};
    g_auto(RippleModelOptions) options = {0};
    g_auto(GStrv) words = NULL;
    if (!ripple_console_parse(argc, argv, "MODEL",
                              "Scores a trained model on a data set.\n\nExample: ripple eval "
                              "runs/first/model.safetensors --data fashion-mnist",
                              entries, ripple_model_options_group(&options), &console, &words,
                              error))
        return FALSE;
    g_autoptr(RippleModel) model = ripple_model_load(words[0], error);
    g_autoptr(RippleDataset) dataset =
        model ? ripple_model_options_load(&options, model, FALSE, error) : NULL;
    g_autoptr(RippleInference) inference =
        dataset ? ripple_model_options_open(&options, model, error) : NULL;
    gdouble loss, accuracy;
    if (!inference || !ripple_inference_score(inference, dataset, &loss, &accuracy, error))
        return FALSE;

    if (console.json) {
        const RippleBackend *device = ripple_inference_device(inference);
        g_autoptr(GString) json = g_string_new(NULL);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "backend", ripple_device_kind(device));
        ripple_json_set_text(json, "device", ripple_device_name(device));
        ripple_json_set_text(json, "model", words[0]);
        ripple_json_set_text(json, "data", dataset->source);
        ripple_json_set_whole(json, "samples", dataset->samples);
        ripple_json_set_number(json, "loss", loss);
        ripple_json_set_number(json, "accuracy", accuracy);
        ripple_json_end_object(json);
        ripple_console_json(json);
        return TRUE;
    }
    g_autofree char *samples = ripple_console_count(dataset->samples);
    g_autofree char *loss_text = ripple_console_loss(loss);
    ripple_console_print("samples   %s\nloss      %s\n", samples, loss_text);
    if (isfinite(accuracy))
        ripple_console_print("accuracy  %.4f\n", accuracy);
    return TRUE;
}
