/** \file
 * The records of a CSV or TSV file, as RFC 4180 has them: a field may stand in double quotes, where
 * separators and line ends are text and "" is one quote. Blanks around a field and blank lines mean
 * nothing; lines end in LF, CR LF or CR; a byte order mark is skipped.
 *
 * The separator is a tab in files called .tsv or .tab, else a semicolon when the first line has
 * semicolons and no comma, else a comma.
 */
#pragma once

#include <glib.h>

/** A file and where its reading stands. */
typedef struct {
    char *path;
    char *text; /**< all of the file; fields are cut out of it in place */
    gsize length;
    char *next;      /**< the text that is not read yet */
    gsize next_line; /**< its line, from 1 */
    gsize line;      /**< where the record last read begins */
    char separator;
    guint columns;     /**< fields of each record; known once one is read */
    GPtrArray *fields; /**< the record last read: strings within `text` */
} RippleRecords;

RippleRecords *ripple_records_open(const char *path, GError **error);

/** Read the next record into `fields`; no fields are left at the end of the file. A DATA error when
 * the record has more or fewer fields than the first, or a quote out of place. */
gboolean ripple_records_next(RippleRecords *records, GError **error);

void ripple_records_free(RippleRecords *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleRecords, ripple_records_free)

/** Does `field` say that its value is missing: empty, NA, NaN or ? */
gboolean ripple_field_is_missing(const char *field);

/** The beginning of `field`, fit to be quoted in a message. Free with g_free. */
char *ripple_field_excerpt(const char *field);
