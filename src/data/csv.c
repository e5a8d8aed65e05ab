#include "data/csv.h"

#include "base/text.h"
#include "data/classes.h"
#include "data/columns.h"
#include "data/file.h"
#include "data/records.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

/* A table on its way into a data set. */
typedef struct {
    RippleRecords *records;
    RippleColumns *columns;
    RippleClasses *classes; /* NULL unless the target is a class */
    RippleDataset *dataset;
} Table;

static void table_clear(Table *table)
{
    g_clear_pointer(&table->records, ripple_records_free);
    g_clear_pointer(&table->columns, ripple_columns_free);
    g_clear_pointer(&table->classes, ripple_classes_free);
    g_clear_pointer(&table->dataset, ripple_dataset_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

/* Sets the error. */
static gboolean field_is_wrong(const Table *table, guint column, gsize line, const char *field,
                               const char *reason, GError **error)
{
    g_autofree char *name = ripple_field_excerpt(table->columns->names[column]);
    g_autofree char *value = ripple_field_excerpt(field);
    if (ripple_field_is_missing(field))
        reason = "is a missing value; fill it in or leave the line out";
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "Line %zu of \"%s\", column \"%s\": \"%s\" %s.", line, table->records->path, name,
                value, reason);
    return FALSE;
}

static gboolean read_numbers(const Table *table, const GPtrArray *fields, gsize line,
                             const guint *columns, guint n_columns, const char *reason,
                             gfloat *values, GError **error)
{
    for (guint i = 0; i < n_columns; i++) {
        const char *field = fields->pdata[columns[i]];
        gdouble number;
        if (!ripple_text_number(field, &number))
            return field_is_wrong(table, columns[i], line, field, reason, error);
        values[i] = (gfloat)number;
        if (!isfinite(values[i]))
            return field_is_wrong(table, columns[i], line, field,
                                  "is too large for a number in single precision", error);
    }
    return TRUE;
}

static gboolean read_label(const Table *table, const GPtrArray *fields, gsize line, guint32 *label,
                           GError **error)
{
    guint column = table->columns->targets[0];
    const char *field = fields->pdata[column];
    if (!ripple_field_is_missing(field) && ripple_classes_label(table->classes, field, label))
        return TRUE;
    return field_is_wrong(table, column, line, field, "is none of the known classes", error);
}

static gboolean append_sample(const Table *table, const GPtrArray *fields, gsize line,
                              GError **error)
{
    RippleDataset *dataset = table->dataset;
    gsize sample = dataset->samples;
    if (!read_numbers(table, fields, line, table->columns->inputs, dataset->inputs,
                      "is not a number; inputs that are texts need to be turned into numbers",
                      dataset->input_values + sample * dataset->inputs, error))
        return FALSE;
    if (dataset->labels && !read_label(table, fields, line, &dataset->labels[sample], error))
        return FALSE;
    if (dataset->target_values &&
        !read_numbers(table, fields, line, table->columns->targets, dataset->targets,
                      "is not a number, though a target of numbers is read; ask for classes if "
                      "the column holds them",
                      dataset->target_values + sample * dataset->targets, error))
        return FALSE;
    dataset->samples++;
    return TRUE;
}

static gboolean is_class(const RippleDataRequest *request, const RippleDataset *like,
                         const RippleColumns *columns, const GPtrArray *sample)
{
    if (like)
        return like->target_kind == RIPPLE_TARGET_LABELS;
    if (request->target_is_class || request->class_names)
        return TRUE;
    gdouble number;
    const char *field = sample->pdata[columns->targets[0]];
    return columns->n_targets == 1 && !ripple_field_is_missing(field) &&
           !ripple_text_number(field, &number);
}

/* `sample` is the first one. */
static gboolean choose_target_kind(Table *table, const RippleDataRequest *request,
                                   const RippleDataset *like, const GPtrArray *sample,
                                   GError **error)
{
    RippleDataset *dataset = table->dataset;
    guint n_targets = table->columns->n_targets;
    if (n_targets == 0) {
        dataset->target_kind = RIPPLE_TARGET_NONE;
        return TRUE;
    }
    if (!is_class(request, like, table->columns, sample)) {
        dataset->target_kind = RIPPLE_TARGET_VALUES;
        dataset->targets = n_targets;
        return TRUE;
    }
    if (n_targets > 1) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "Classes are wanted from %u target columns of \"%s\"; they stand in one.",
                    n_targets, table->records->path);
        return FALSE;
    }
    char *const *known = like ? like->class_names : request->class_names;
    dataset->target_kind = RIPPLE_TARGET_LABELS;
    table->classes = ripple_classes_new((const char *const *)known);
    return TRUE;
}

static char **pick_names(const RippleColumns *columns, const guint *chosen, guint n_chosen)
{
    char **names = g_new0(char *, (gsize)n_chosen + 1);
    for (guint i = 0; i < n_chosen; i++)
        names[i] = g_strdup(columns->names[chosen[i]]);
    return names;
}

static void describe_columns(const Table *table)
{
    const RippleColumns *columns = table->columns;
    RippleDataset *dataset = table->dataset;
    dataset->source = g_strdup(table->records->path);
    dataset->inputs = columns->n_inputs;
    dataset->input_names = pick_names(columns, columns->inputs, columns->n_inputs);
    if (columns->n_targets)
        dataset->target_names = pick_names(columns, columns->targets, columns->n_targets);
}

/* Room for as many samples as the text can hold: a record takes a byte for each column, to end the
 * field, and one more for the value of an input. */
static gboolean make_room(const Table *table, GError **error)
{
    RippleDataset *dataset = table->dataset;
    gsize samples = table->records->length / ((gsize)table->columns->n_columns + 1) + 1;
    gboolean has_labels = table->classes != NULL;

    dataset->input_values = g_try_new(gfloat, samples * dataset->inputs);
    if (has_labels)
        dataset->labels = g_try_new(guint32, samples);
    if (dataset->targets)
        dataset->target_values = g_try_new(gfloat, samples * dataset->targets);
    if (dataset->input_values && (dataset->labels || !has_labels) &&
        (dataset->target_values || !dataset->targets))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "Memory is too small for the table \"%s\" of %zu bytes.", table->records->path,
                table->records->length);
    return FALSE;
}

static void give_room_back(RippleDataset *dataset)
{
    gsize samples = dataset->samples;
    dataset->input_values = g_renew(gfloat, dataset->input_values, samples * dataset->inputs);
    if (dataset->labels)
        dataset->labels = g_renew(guint32, dataset->labels, samples);
    if (dataset->target_values)
        dataset->target_values =
            g_renew(gfloat, dataset->target_values, samples * dataset->targets);
}

/* A single name may have a comma in it, and an empty one is a name too. */
static char **split_targets(const char *target, const GPtrArray *first)
{
    gboolean is_name = *target == '\0';
    for (guint c = 0; c < first->len; c++)
        is_name |= strcmp(first->pdata[c], target) == 0;
    if (is_name)
        return g_strdupv((char *[]){(char *)target, NULL});
    char **targets = g_strsplit(target, ",", -1);
    for (guint t = 0; targets[t]; t++)
        g_strstrip(targets[t]);
    return targets;
}

/* Columns from `first` and the record read after it, which is the last one read. */
static gboolean find_columns(Table *table, const RippleDataRequest *request,
                             const RippleDataset *like, const GPtrArray *first, GError **error)
{
    static const char *const none[] = {NULL};
    g_auto(GStrv) targets = NULL;
    if (like)
        targets = g_strdupv(like->target_names ? like->target_names : (char **)none);
    else if (request->target)
        targets = split_targets(request->target, first);

    char *const *inputs = like ? like->input_names : request->input_names;
    RippleWantedColumns wanted = {(const char *const *)inputs, (const char *const *)targets,
                                  request->target_optional};
    table->columns =
        ripple_columns_new(table->records->path, first, table->records->fields, &wanted, error);
    return table->columns != NULL;
}

/* All samples, from `first` on if it is one. */
static gboolean read_samples(const Table *table, const GPtrArray *first, gsize first_line,
                             GError **error)
{
    RippleRecords *records = table->records;
    if (!table->columns->has_header && !append_sample(table, first, first_line, error))
        return FALSE;
    while (records->fields->len > 0)
        if (!append_sample(table, records->fields, records->line, error) ||
            !ripple_records_next(records, error))
            return FALSE;
    return TRUE;
}

RippleDataset *ripple_csv_load(const char *path, const RippleDataRequest *request,
                               const RippleDataset *like, GError **error)
{
    g_auto(Table) table = {0};
    RippleRecords *records = table.records = ripple_records_open(path, error);
    if (!records || !ripple_records_next(records, error))
        return NULL;
    g_autoptr(GPtrArray) first = g_ptr_array_copy(records->fields, NULL, NULL);
    gsize first_line = records->line;
    if (first->len == 0) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "\"%s\" is empty.", path);
        return NULL;
    }
    if (!ripple_records_next(records, error) || !find_columns(&table, request, like, first, error))
        return NULL;

    const GPtrArray *sample = table.columns->has_header ? records->fields : first;
    if (sample->len == 0) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "\"%s\" has a header and no samples below it.", path);
        return NULL;
    }
    table.dataset = g_new0(RippleDataset, 1);
    describe_columns(&table);
    if (!choose_target_kind(&table, request, like, sample, error) || !make_room(&table, error) ||
        !read_samples(&table, first, first_line, error))
        return NULL;
    give_room_back(table.dataset);
    if (table.classes)
        ripple_classes_finish(table.classes, table.dataset);
    return g_steal_pointer(&table.dataset);
}
