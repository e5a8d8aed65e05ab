/** \file
 * Aligned tables on stdout.
 */
#pragma once

#include <glib.h>

typedef struct _RippleTable RippleTable;

/** A table with the given headings, NULL-terminated. A heading that begins with '>' aligns its
 * column to the right. */
RippleTable *ripple_table_new(const char *const *headings);
void ripple_table_free(RippleTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleTable, ripple_table_free)

/** Add one cell to the row under way; a row is full when it has a cell for each heading. */
void ripple_table_add(RippleTable *table, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** Add a share of what is allowed: in percent, or how many times over it. */
void ripple_table_add_share(RippleTable *table, gdouble share);

/** Add "pass", or "FAIL" where that is to be seen at once. */
void ripple_table_add_verdict(RippleTable *table, gboolean pass);

/** Print it. */
void ripple_table_print(const RippleTable *table);
