#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "train/json_object.h"

#include <gio/gio.h>
#include <ripple/error.h>
#include <string.h>

/* Text gathered before it is written on. */
#define CHUNK 65536

/* ---- CSV ------------------------------------------------------------------------------------ */

/* A field as RFC 4180 has it: quoted where it must be. */
static void append_field(GString *line, const char *field)
{
    if (!strpbrk(field, ",\"\r\n")) {
        g_string_append(line, field);
        return;
    }
    g_string_append_c(line, '"');
    for (; *field; field++) {
        if (*field == '"')
            g_string_append_c(line, '"');
        g_string_append_c(line, *field);
    }
    g_string_append_c(line, '"');
}

/* One output of a network of two classes is the probability of the second. */
static const char *output_name(const RippleModel *model, guint output)
{
    if (model->class_names)
        return model->class_names[model->network->outputs == 1 ? 1 : output];
    return model->target_names ? model->target_names[output] : NULL;
}

static void append_heading(GString *text, const RippleModel *model)
{
    g_string_append(text, model->class_names ? "sample,class" : "sample");
    for (guint i = 0; i < model->network->outputs; i++) {
        g_string_append_c(text, ',');
        if (output_name(model, i))
            append_field(text, output_name(model, i));
        else
            g_string_append_printf(text, "output %u", i + 1);
    }
    g_string_append_c(text, '\n');
}

static void append_sample(GString *text, const RippleModel *model, gsize sample,
                          const gfloat *outputs)
{
    guint n_outputs = model->network->outputs;
    g_string_append_printf(text, "%" G_GSIZE_FORMAT, sample);
    if (model->class_names) {
        g_string_append_c(text, ',');
        append_field(text, model->class_names[ripple_class_of(outputs, n_outputs)]);
    }
    for (guint i = 0; i < n_outputs; i++) {
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append_c(text, ',');
        g_string_append(text, g_ascii_formatd(number, sizeof number, "%.9g", outputs[i]));
    }
    g_string_append_c(text, '\n');
}

static gboolean write_text(GOutputStream *stream, GString *text, GError **error)
{
    if (stream) {
        if (!g_output_stream_write_all(stream, text->str, text->len, NULL, NULL, error))
            return FALSE;
    } else {
        ripple_console_print("%s", text->str);
    }
    g_string_truncate(text, 0);
    return TRUE;
}

static gboolean write_csv(GOutputStream *stream, const RippleModel *model, gsize samples,
                          const gfloat *outputs, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    append_heading(text, model);
    for (gsize i = 0; i < samples; i++) {
        append_sample(text, model, i, outputs + i * model->network->outputs);
        if (text->len >= CHUNK && !write_text(stream, text, error))
            return FALSE;
    }
    return write_text(stream, text, error);
}

/* A file that was there before is replaced when the new one is whole; what a link leads to, a pipe
 * or a terminal is written to. */
static GFileOutputStream *open_output(const char *path, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_commandline_arg(path);
    GFileType type = g_file_query_file_type(file, G_FILE_QUERY_INFO_NONE, NULL);
    if (type == G_FILE_TYPE_SPECIAL)
        return g_file_append_to(file, G_FILE_CREATE_NONE, NULL, error);
    return g_file_replace(file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, error);
}

static gboolean write_csv_file(const char *path, const RippleModel *model, gsize samples,
                               const gfloat *outputs, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GCancellable) abandon = g_cancellable_new();
    g_autoptr(GFileOutputStream) stream = open_output(path, &cause);
    gboolean ok = stream && write_csv(G_OUTPUT_STREAM(stream), model, samples, outputs, &cause);
    if (stream && !ok) {
        /* Closed under a cancelled operation, the half-written file is dropped. */
        g_cancellable_cancel(abandon);
        g_output_stream_close(G_OUTPUT_STREAM(stream), abandon, NULL);
    } else if (stream) {
        ok = g_output_stream_close(G_OUTPUT_STREAM(stream), NULL, &cause);
    }
    if (!ok)
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED, "Could not write %s: %s.", path,
                    cause->message);
    return ok;
}

static void note_written(const RippleConsole *console, const char *path, gsize samples)
{
    g_autofree char *count = ripple_text_count(samples);
    ripple_console_note(console, "%s prediction%s %s in %s", count, samples == 1 ? "" : "s",
                        samples == 1 ? "is" : "are", path);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void print_json(const RippleModel *model, gsize samples, const gfloat *outputs)
{
    guint n_outputs = model->network->outputs;
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_begin_array(json, "predictions");
    for (gsize i = 0; i < samples; i++) {
        const gfloat *own = outputs + i * n_outputs;
        ripple_json_begin_object(json, NULL);
        if (model->class_names)
            ripple_json_set_text(json, "class",
                                 model->class_names[ripple_class_of(own, n_outputs)]);
        ripple_json_begin_array(json, "outputs");
        for (guint o = 0; o < n_outputs; o++)
            ripple_json_set_number(json, NULL, own[o]);
        ripple_json_end_array(json);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

gboolean ripple_command_predict(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_autofree char *output = NULL;
    const GOptionEntry entries[] = {{"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
                                     "Write to this file instead of stdout", "FILE.csv"},
                                    G_OPTION_ENTRY_NULL};
    g_auto(RippleModelOptions) options = {0};
    g_auto(GStrv) words = NULL;
    if (!ripple_console_parse(argc, argv, "MODEL",
                              "Writes down what a trained model says of each sample, as CSV: its "
                              "class and the probability of each class, or its values.\n\nExample: "
                              "ripple predict runs/first/model.safetensors --data fashion-mnist",
                              entries, ripple_model_options_group(&options), &console, &words,
                              error))
        return FALSE;
    g_autoptr(RippleModel) model = ripple_model_load(words[0], error);
    g_autoptr(RippleDataset) dataset =
        model ? ripple_model_options_load(&options, model, TRUE, error) : NULL;
    g_autoptr(RippleInference) inference =
        dataset ? ripple_model_options_open(&options, model, error) : NULL;
    if (!inference)
        return FALSE;
    g_autofree gfloat *outputs = g_new(gfloat, dataset->samples * model->network->outputs);
    if (!ripple_inference_predict(inference, dataset, outputs, error))
        return FALSE;

    if (output && !write_csv_file(output, model, dataset->samples, outputs, error))
        return FALSE;
    if (console.json)
        print_json(model, dataset->samples, outputs);
    else if (!output)
        return write_csv(NULL, model, dataset->samples, outputs, error);
    else
        note_written(&console, output, dataset->samples);
    return TRUE;
}
