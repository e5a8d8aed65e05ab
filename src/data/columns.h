/** \file
 * The columns of a table: their names, and which of them are inputs and targets.
 *
 * The first record is a header when one of these holds:
 * - one of its fields is the name of a wanted input or target;
 * - one of its fields is a text, and the field below it a number;
 * - it is the only record, and all of its fields are texts.
 *
 * So a table of numbers has none, nor has one whose only text is the class in each record. A text
 * is what is neither a number nor missing. Without a header, and where a header leaves a field
 * empty, a column is called "column 1", "column 2", … by its place.
 */
#pragma once

#include <ripple/dataset.h>

typedef struct {
    gboolean has_header;
    guint n_columns;
    char **names;       /**< of all columns, NULL-terminated */
    GHashTable *places; /**< by name: columns from 0; the keys are in `names` */
    guint n_inputs;
    guint *inputs; /**< columns from 0 */
    guint n_targets;
    guint *targets; /**< columns from 0 */
} RippleColumns;

/** What is wanted of a table. Borrowed. */
typedef struct {
    const char *const *inputs; /**< names; NULL for all columns that are no target */
    const char *const
        *targets; /**< names or numbers from 1, perhaps none; NULL for the last column */
    gboolean target_optional; /**< do without targets where one is missing or is an input */
} RippleWantedColumns;

/** The columns of the table at `path`, from its first two records (`second` is empty when there is
 * only one). */
RippleColumns *ripple_columns_new(const char *path, const GPtrArray *first, const GPtrArray *second,
                                  const RippleWantedColumns *wanted, GError **error);
void ripple_columns_free(RippleColumns *columns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleColumns, ripple_columns_free)
