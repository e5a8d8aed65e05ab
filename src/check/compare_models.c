/* Two model files, number by number. */
#include "check/difference.h"
#include "train/model_write.h"
#include "train/safetensors.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

static RippleModelComparison *comparison_new(gdouble tolerance)
{
    RippleModelComparison *self = g_new0(RippleModelComparison, 1);
    self->tolerance = tolerance;
    self->pass = TRUE;
    self->tensors = ripple_differences_new();
    return self;
}

void ripple_model_comparison_free(RippleModelComparison *comparison)
{
    if (!comparison)
        return;
    g_array_unref(comparison->tensors);
    g_free(comparison->metadata);
    g_free(comparison);
}

/* ---- what the files say of themselves ------------------------------------------------------- */

/* A file that another program wrote may say nothing. */
static gboolean says_other(const RippleSafetensors *file, const RippleSafetensors *with,
                           const char *key)
{
    const char *one = ripple_safetensors_metadata(file, key);
    const char *other = ripple_safetensors_metadata(with, key);
    return one && other && strcmp(one, other) != 0;
}

static gboolean compare_metadata(RippleModelComparison *self, const RippleSafetensors *file,
                                 const RippleSafetensors *with, GError **error)
{
    static const char *const keys[] = {"ripple.transform", "ripple.inputs", "ripple.classes",
                                       "ripple.targets", "ripple.image"};
    if (says_other(file, with, "ripple.network")) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "The models %s and %s are of different networks; what can be compared has the "
                    "same layers, activations and loss.",
                    ripple_safetensors_path(file), ripple_safetensors_path(with));
        return FALSE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(keys) && !self->metadata; i++)
        if (says_other(file, with, keys[i]))
            self->metadata = g_strdup(keys[i]);
    self->pass = self->pass && !self->metadata;
    return TRUE;
}

/* ---- tensors -------------------------------------------------------------------------------- */

/* The checksum of a checkpoint says nothing of the model; and a model has no moments. */
static gboolean is_compared(const RippleStoredTensor *tensor, const RippleSafetensors *with)
{
    if (strcmp(tensor->name, RIPPLE_SAFETENSORS_CHECKSUM) == 0)
        return FALSE;
    return !g_str_has_prefix(tensor->name, RIPPLE_OPTIMIZER_PREFIX) ||
           ripple_safetensors_find(with, tensor->name);
}

static const RippleStoredTensor *counterpart(const RippleSafetensors *with,
                                             const RippleStoredTensor *tensor,
                                             const RippleSafetensors *file, GError **error)
{
    const RippleStoredTensor *other = ripple_safetensors_find(with, tensor->name);
    if (other && other->rank == tensor->rank &&
        (tensor->rank == 0 ||
         memcmp(other->shape, tensor->shape, tensor->rank * sizeof *tensor->shape) == 0))
        return other;
    g_autofree char *shape = ripple_shape_text(tensor->shape, tensor->rank);
    g_autofree char *found = other ? ripple_shape_text(other->shape, other->rank) : NULL;
    ripple_safetensors_blame(ripple_safetensors_path(with), error,
                             "%s has the tensor \"%s\" %s, and it has %s%s.",
                             ripple_safetensors_path(file), tensor->name, shape,
                             found ? "the shape " : "none of that name", found ? found : "");
    return NULL;
}

static gboolean check_all_there(const RippleSafetensors *file, const RippleSafetensors *with,
                                GError **error)
{
    for (guint i = 0; i < ripple_safetensors_count(file); i++) {
        const RippleStoredTensor *tensor = ripple_safetensors_tensor(file, i);
        if (is_compared(tensor, with) && !counterpart(with, tensor, file, error))
            return FALSE;
    }
    return TRUE;
}

/* Where no difference is allowed, 0 and −0 are two numbers. */
static void tell_zeros_apart(const gdouble *one, const gdouble *other, gsize columns,
                             gsize elements, RippleTensorComparison *found)
{
    for (gsize i = 0; found->pass && i < elements; i++) {
        if (signbit(one[i]) == signbit(other[i]))
            continue;
        found->pass = FALSE;
        found->share = INFINITY;
        found->row = i / columns;
        found->column = i % columns;
        found->device = one[i];
        found->reference = other[i];
    }
}

static gboolean compare_tensor(RippleModelComparison *self, const RippleSafetensors *file,
                               const RippleStoredTensor *tensor, const RippleSafetensors *with,
                               const RippleStoredTensor *other, GError **error)
{
    gsize elements = tensor->elements;
    gsize rows = tensor->rank == 2 ? tensor->shape[0] : 1, columns = rows ? elements / rows : 0;
    g_autofree char *what = g_strdup_printf("the elements of the tensor \"%s\"", tensor->name);
    g_autofree gdouble *one =
        ripple_safetensors_allocate(file, what, elements, 3 * sizeof(gdouble), error);
    if (!one)
        return FALSE;
    gdouble *two = one + elements, *allowed = two + elements;
    if (!ripple_safetensors_read_exact(file, tensor, one, error) ||
        !ripple_safetensors_read_exact(with, other, two, error))
        return FALSE;
    for (gsize i = 0; i < elements; i++)
        allowed[i] = self->tolerance;
    RippleTensorComparison found = {.name = g_strdup(tensor->name)};
    ripple_difference(one, two, allowed, rows, columns, &found);
    if (self->tolerance == 0)
        tell_zeros_apart(one, two, columns, elements, &found);
    self->pass = self->pass && found.pass;
    g_array_append_val(self->tensors, found);
    return TRUE;
}

RippleModelComparison *ripple_compare_models(const char *path, const char *with, gdouble tolerance,
                                             GError **error)
{
    g_return_val_if_fail(tolerance >= 0, NULL);
    g_autoptr(RippleSafetensors) file = ripple_safetensors_open(path, error);
    g_autoptr(RippleSafetensors) other = file ? ripple_safetensors_open(with, error) : NULL;
    g_autoptr(RippleModelComparison) self = comparison_new(tolerance);
    if (!other || !ripple_safetensors_check_sum(file, error) ||
        !ripple_safetensors_check_sum(other, error) ||
        !compare_metadata(self, file, other, error) || !check_all_there(file, other, error) ||
        !check_all_there(other, file, error))
        return NULL;
    for (guint i = 0; i < ripple_safetensors_count(file); i++) {
        const RippleStoredTensor *tensor = ripple_safetensors_tensor(file, i);
        if (is_compared(tensor, other) &&
            !compare_tensor(self, file, tensor, other, ripple_safetensors_find(other, tensor->name),
                            error))
            return NULL;
    }
    return g_steal_pointer(&self);
}
