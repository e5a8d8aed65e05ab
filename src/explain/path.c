#include "explain/path.h"

#include <ripple/error.h>
#include <ripple/model.h>
#include <stdlib.h>
#include <string.h>

#define OBSERVED "path"
#define CHECKPOINTS "checkpoints"
#define PREFIX "step-"
#define SUFFIX ".safetensors"
#define MOST_DIGITS 19 /* any such number fits 64 bits */

static gboolean parse_name(const char *name, guint64 *step)
{
    if (!g_str_has_prefix(name, PREFIX))
        return FALSE;
    const char *number = name + strlen(PREFIX);
    gsize digits = strspn(number, "0123456789");
    if (digits == 0 || digits > MOST_DIGITS || strcmp(number + digits, SUFFIX) != 0)
        return FALSE;
    *step = g_ascii_strtoull(number, NULL, 10);
    return TRUE;
}

static int by_step(const void *a, const void *b)
{
    const RipplePathPlace *one = a, *other = b;
    return one->step < other->step ? -1 : one->step > other->step;
}

static RipplePath *list(const char *directory, const char *name, GError **error)
{
    g_autofree char *folder = g_build_filename(directory, name, NULL);
    g_autoptr(RipplePath) self = g_new0(RipplePath, 1);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        return g_steal_pointer(&self);

    g_autoptr(GError) reason = NULL;
    g_autoptr(GDir) open = g_dir_open(folder, 0, &reason);
    if (!open) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "The weights that the run in %s left on its way cannot be listed: %s.",
                    directory, reason->message);
        return NULL;
    }
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(RipplePathPlace));
    for (const char *file; (file = g_dir_read_name(open));) {
        RipplePathPlace place;
        if (!parse_name(file, &place.step))
            continue;
        place.file = g_build_filename(folder, file, NULL);
        g_array_append_val(places, place);
    }
    self->n_places = places->len;
    self->places = (RipplePathPlace *)(gpointer)g_array_free(g_steal_pointer(&places), FALSE);
    if (self->n_places > 0)
        qsort(self->places, self->n_places, sizeof *self->places, by_step);
    return g_steal_pointer(&self);
}

RipplePath *ripple_path_new(const char *directory, GError **error)
{
    return list(directory, OBSERVED, error);
}

RipplePath *ripple_path_of_checkpoints(const char *directory, GError **error)
{
    return list(directory, CHECKPOINTS, error);
}

void ripple_path_free(RipplePath *path)
{
    if (!path)
        return;
    for (guint i = 0; i < path->n_places; i++)
        g_free(path->places[i].file);
    g_free(path->places);
    g_free(path);
}

static gboolean is_like(const RippleNetwork *one, const RippleNetwork *other)
{
    gboolean same = one->inputs == other->inputs && one->n_layers == other->n_layers;
    for (guint l = 0; same && l < one->n_layers; l++)
        same = one->layers[l].outputs == other->layers[l].outputs;
    return same;
}

gboolean ripple_path_read(const RipplePath *path, guint index, const RippleNetwork *network,
                          gfloat *parameters, GError **error)
{
    g_return_val_if_fail(index < path->n_places, FALSE);
    const char *file = path->places[index].file;
    g_autoptr(RippleModel) model = ripple_model_load(file, error);
    if (!model)
        return FALSE;
    if (!is_like(model->network, network)) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "The weights in %s are those of another network than the run's model; remove "
                    "the file if it is left from an earlier run.",
                    file);
        return FALSE;
    }
    memcpy(parameters, model->parameters, network->parameter_span * sizeof *parameters);
    return TRUE;
}
