/** \file
 * Model files that hold more than the model: what is needed to go on with its training.
 *
 * The optimizer's moments stand beside the parameters, as tensors `optimizer.first_moment.` and
 * `optimizer.second_moment.` before the parameter's name, a batch as tensors `batch.`, and a
 * checksum stands at the end. Whoever
 * reads the model passes over them.
 */
#pragma once

#include "network/schedule.h"
#include "train/safetensors.h"

#include <ripple/model.h>

/** What the names of the moments' tensors begin with. */
#define RIPPLE_OPTIMIZER_PREFIX "optimizer."
/** What the names of the tensors of a batch begin with; see bundle.h. */
#define RIPPLE_BATCH_PREFIX "batch."

extern const char *const ripple_moment_prefixes[RIPPLE_MOST_MOMENTS];

/** Beside a model. Borrows everything. */
typedef struct {
    char *const *metadata;     /**< key, text, …, NULL; or NULL for none */
    const gdouble *parameters; /**< in place of the model's, with all their digits; or NULL */
    const gdouble *moments[RIPPLE_MOST_MOMENTS]; /**< parameter_span each, or NULL */
    const RippleTensorToStore *tensors;          /**< others, of finite numbers */
    guint n_tensors;
} RippleModelExtras;

/** Write `model` as ripple_model_save() does, and `extras`, unless that is NULL, beside it. */
gboolean ripple_model_write(const RippleModel *model, const RippleModelExtras *extras,
                            const char *path, GError **error);
