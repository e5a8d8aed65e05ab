#include "base/replacement.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/explain_text.h"
#include "cli/model_options.h"
#include "cli/place_option.h"
#include "explain/chain_json.h"
#include "report/explanation.h"
#include "report/path_graph.h"
#include "train/rates.h"

#include <ripple/error.h>
#include <string.h>

/* Paths that are named. */
#define DEFAULT_PATHS 8
#define MOST_PATHS 1000

enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_DOT, FORMAT_SVG, FORMAT_HTML };
static const char *const formats[] = {"text", "json", "dot", "svg", "html"};

/* ---- what is asked for ---------------------------------------------------------------------- */

typedef struct {
    char *sample;
    char *weight;
    char *bias;
    char *rate;
    char *paths;
    char *format;
    char *output;
} Words;

static void words_clear(Words *words)
{
    g_free(words->sample);
    g_free(words->weight);
    g_free(words->bias);
    g_free(words->rate);
    g_free(words->paths);
    g_free(words->format);
    g_free(words->output);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

typedef struct {
    guint64 sample;
    gboolean has_place;
    RipplePlace place;
    gdouble rate;
    guint64 paths;
    guint format;
} Request;

static gboolean usage_error(GError **error, const char *option, const char *text, const char *fits)
{
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE, "--%s cannot be \"%s\": it takes %s.",
                option, text, fits);
    return FALSE;
}

static gboolean parse_place(const Words *words, Request *request, GError **error)
{
    RippleParameterPlace place = {0};
    if (words->weight && words->bias) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "--weight and --bias each say which parameter is explained; choose "
                            "one.");
        return FALSE;
    }
    if ((words->weight && !ripple_place_option("weight", words->weight, FALSE, &place, error)) ||
        (words->bias && !ripple_place_option("bias", words->bias, TRUE, &place, error)))
        return FALSE;
    request->has_place = words->weight || words->bias;
    request->place = (RipplePlace){place.layer, place.is_bias, place.output, place.input};
    return TRUE;
}

/* What looks like one of these, but holds a text, no program opens. */
static gboolean check_name(const char *path, GError **error)
{
    static const char *const others[] = {".png", ".pdf", ".gif", ".jpg", ".jpeg"};
    for (guint i = 0; path && i < G_N_ELEMENTS(others); i++) {
        if (!g_str_has_suffix(path, others[i]))
            continue;
        g_set_error(
            error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
            "Cannot explain in \"%s\": the name of a picture ends in .svg, that of a page in "
            ".html, of a graph in .dot, of numbers in .json, and of a text in .txt.",
            path);
        return FALSE;
    }
    return TRUE;
}

/* The format that a file's name asks for; text where it asks for none. */
static const char *format_of(const char *path)
{
    for (guint i = 0; path && i < G_N_ELEMENTS(formats); i++) {
        g_autofree char *suffix = g_strconcat(".", formats[i], NULL);
        if (g_str_has_suffix(path, suffix))
            return formats[i];
    }
    return "text";
}

static gboolean parse(const Words *words, gboolean is_json, Request *request, GError **error)
{
    request->paths = DEFAULT_PATHS;
    request->rate = -1;
    if (words->sample && !ripple_text_whole(words->sample, 0, G_MAXUINT32, &request->sample))
        return usage_error(error, "sample", words->sample, "the number of a sample, from 0");
    if (words->paths && !ripple_text_whole(words->paths, 1, MOST_PATHS, &request->paths))
        return usage_error(error, "paths", words->paths, "a whole number from 1 to 1000");
    if (words->rate && !(ripple_text_number(words->rate, &request->rate) && request->rate > 0))
        return usage_error(error, "lr", words->rate, "a number above 0");
    const char *format = words->format ? words->format : format_of(words->output);
    if (!parse_place(words, request, error) ||
        (!words->format && !check_name(words->output, error)) ||
        !ripple_text_choose("format", format, formats, G_N_ELEMENTS(formats), &request->format,
                            error))
        return FALSE;
    if (is_json && words->format && request->format != FORMAT_JSON) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "--json and --format %s exclude each other.", words->format);
        return FALSE;
    }
    if (is_json)
        request->format = FORMAT_JSON;
    return TRUE;
}

/* ---- what the run beside the model knows ---------------------------------------------------- */

/* A run stands for its model. */
static char *path_of_model(const char *word)
{
    if (g_file_test(word, G_FILE_TEST_IS_DIR))
        return g_build_filename(word, "model.safetensors", NULL);
    return g_strdup(word);
}

static gboolean take_from_run(const RippleConsole *console, const char *model_path,
                              RippleModelOptions *options, Request *request, GError **error)
{
    g_autofree char *directory = g_path_get_dirname(model_path);
    g_autofree char *path = g_build_filename(directory, "config.ini", NULL);
    g_autoptr(RippleConfig) config = ripple_config_new();
    gboolean has_run = g_file_test(path, G_FILE_TEST_EXISTS);
    if (has_run && (!options->data || request->rate < 0) &&
        !ripple_config_load(config, path, error))
        return FALSE;
    if (!options->data && config->data) {
        options->data = g_strdup(config->data);
        ripple_console_note(console, "data     %s, as %s has it", options->data, path);
    }
    if (request->rate > 0)
        return TRUE;
    ripple_config_settle_optimizer(config);
    request->rate = config->learning_rate;
    if (!has_run)
        ripple_console_note(console,
                            "rate     %g, the usual one, as there is no config.ini beside "
                            "the model; --lr takes another",
                            request->rate);
    return TRUE;
}

/* ---- what comes out ------------------------------------------------------------------------- */

static gboolean write_out(const RippleConsole *console, const char *path, const GString *text,
                          GError **error)
{
    if (!path) {
        ripple_console_print("%s", text->str);
        return TRUE;
    }
    g_autoptr(RippleReplacement) file = ripple_replacement_new(path, error);
    if (!file || !ripple_replacement_write(file, text->str, text->len, error) ||
        !ripple_replacement_finish(file, error))
        return FALSE;
    ripple_console_note(console, "explanation is in %s", path);
    return TRUE;
}

static GString *render(const Request *request, const RippleModel *model,
                       const RippleDataset *dataset, const RippleSample *sample,
                       const RippleChain *chain)
{
    g_autofree char *text = NULL;
    switch (request->format) {
    case FORMAT_JSON: {
        GString *json = g_string_new(NULL);
        ripple_chain_to_json(sample, chain, json);
        return g_string_append_c(json, '\n');
    }
    case FORMAT_DOT:
        text = ripple_path_graph(model, sample, chain);
        break;
    case FORMAT_SVG: {
        g_autoptr(RippleCanvas) canvas = ripple_explanation_picture(model, sample, chain);
        text = ripple_canvas_to_svg(canvas, TRUE);
        break;
    }
    case FORMAT_HTML:
        text = ripple_explanation_page(model, dataset, sample, chain);
        break;
    default: {
        g_autoptr(RippleStory) story = ripple_story_of_chain(model, dataset, sample, chain);
        text = ripple_explain_text(story);
    }
    }
    return g_string_new(text);
}

gboolean ripple_command_explain(int argc, char **argv, GError **error)
{
    RippleConsole console = {0};
    g_auto(Words) words = {0};
    const GOptionEntry entries[] = {
        {"sample", 0, 0, G_OPTION_ARG_STRING, &words.sample,
         "Which sample of the data, counted from 0 (default: 0)", "I"},
        {"weight", 0, 0, G_OPTION_ARG_STRING, &words.weight,
         "Explain this weight (default: the one with the largest gradient)", "LAYER:OUTPUT,INPUT"},
        {"bias", 0, 0, G_OPTION_ARG_STRING, &words.bias, "Explain this bias", "LAYER:OUTPUT"},
        {"lr", 0, 0, G_OPTION_ARG_STRING, &words.rate,
         "Learning rate of the step (default: the one the model was trained with)", "RATE"},
        {"paths", 0, 0, G_OPTION_ARG_STRING, &words.paths,
         "How many of the strongest paths are named (default: 8)", "K"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &words.format,
         "text, json, dot, svg or html (default: by the name of FILE, or text)", "FORMAT"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &words.output,
         "Write to this file instead of stdout", "FILE"},
        G_OPTION_ENTRY_NULL};
    g_auto(RippleModelOptions) options = {0};
    g_auto(GStrv) arguments = NULL;
    Request request = {0};
    if (!ripple_console_parse(
            argc, argv, "MODEL",
            "Tells how one weight of a model comes by its gradient for one sample: the chain rule "
            "with its numbers, the paths to the outputs, the slope of the loss itself beside it, "
            "and what one step does to the loss. It computes in double precision on the CPU.\n\n"
            "MODEL is a file, or the directory of a run.\n\n"
            "Example: ripple explain runs/first --data fashion-mnist --sample 3 --weight 0:5,325",
            entries, ripple_model_options_data_group(&options), &console, &arguments, error) ||
        !parse(&words, console.json, &request, error))
        return FALSE;
    g_autofree char *path = path_of_model(arguments[0]);
    g_autoptr(RippleModel) model = ripple_model_load(path, error);
    if (!model || !take_from_run(&console, path, &options, &request, error))
        return FALSE;
    g_autoptr(RippleDataset) dataset = ripple_model_options_load(&options, model, FALSE, error);
    g_autoptr(RippleSample) sample =
        dataset ? ripple_sample_new(model, dataset, request.sample, error) : NULL;
    g_autoptr(RippleChain) chain =
        sample ? ripple_chain_new(sample, request.has_place ? &request.place : NULL, request.rate,
                                  (guint)request.paths, error)
               : NULL;
    if (!chain)
        return FALSE;
    g_autoptr(GString) text = render(&request, model, dataset, sample, chain);
    return write_out(&console, words.output, text, error);
}
