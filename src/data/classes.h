/** \file
 * Class names of a table and the labels that stand for them.
 *
 * A name that is a number is written in one way whatever its spelling: "1.0", "1" and "1e0" are all
 * class "1". Collected names come in order: numbers by value, then texts by their bytes.
 */
#pragma once

#include <ripple/dataset.h>

typedef struct {
    GPtrArray *names;   /**< by label */
    GHashTable *labels; /**< by name, which `names` owns */
    gboolean are_known; /**< no others are added */
} RippleClasses;

/** With the classes `known` in their order, or none and all to be collected when it is NULL. */
RippleClasses *ripple_classes_new(const char *const *known);

/** The label of `name`; FALSE when it is not among the known classes. */
gboolean ripple_classes_label(RippleClasses *classes, const char *name, guint32 *label);

/** Bring collected classes in order, give their names to `dataset`, and change its labels to that
 * order. */
void ripple_classes_finish(const RippleClasses *classes, RippleDataset *dataset);

void ripple_classes_free(RippleClasses *classes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleClasses, ripple_classes_free)
