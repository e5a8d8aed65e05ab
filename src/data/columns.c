#include "data/columns.h"

#include "base/text.h"
#include "data/records.h"

#include <ripple/error.h>
#include <string.h>

#define NAMES_LISTED 10

static gboolean is_number(const char *field)
{
    gdouble number;
    return ripple_text_number(field, &number);
}

static gboolean is_text(const char *field)
{
    return !is_number(field) && !ripple_field_is_missing(field);
}

/* A number could as well be a value, so it does not count as a name here. */
static gboolean is_wanted(const RippleWantedColumns *wanted, const char *field)
{
    return is_text(field) && ((wanted->inputs && g_strv_contains(wanted->inputs, field)) ||
                              (wanted->targets && g_strv_contains(wanted->targets, field)));
}

static gboolean is_header(const GPtrArray *first, const GPtrArray *second,
                          const RippleWantedColumns *wanted)
{
    guint texts = 0;
    for (guint c = 0; c < first->len; c++) {
        const char *field = first->pdata[c];
        if (second->len && is_text(field) && is_number(second->pdata[c]))
            return TRUE;
        texts += is_text(field);
    }
    if (second->len == 0 && texts == first->len)
        return TRUE;
    for (guint c = 0; c < first->len; c++)
        if (is_wanted(wanted, first->pdata[c]))
            return TRUE;
    return FALSE;
}

static gboolean name_columns(RippleColumns *columns, const char *path, const GPtrArray *first,
                             GError **error)
{
    columns->names = g_new0(char *, (gsize)first->len + 1);
    for (guint c = 0; c < first->len; c++) {
        const char *field = first->pdata[c];
        char *name =
            columns->has_header && *field ? g_strdup(field) : g_strdup_printf("column %u", c + 1);
        columns->names[c] = name;
        gpointer earlier;
        if (g_hash_table_lookup_extended(columns->places, name, NULL, &earlier)) {
            g_autofree char *excerpt = ripple_field_excerpt(name);
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                        "\"%s\" has two columns called \"%s\", number %u and number %u; each needs "
                        "its own name.",
                        path, excerpt, GPOINTER_TO_UINT(earlier) + 1, c + 1);
            return FALSE;
        }
        g_hash_table_insert(columns->places, name, GUINT_TO_POINTER(c));
    }
    return TRUE;
}

static gboolean find_by_name(const RippleColumns *columns, const char *name, guint *column)
{
    gpointer value;
    if (!g_hash_table_lookup_extended(columns->places, name, NULL, &value))
        return FALSE;
    *column = GPOINTER_TO_UINT(value);
    return TRUE;
}

static gboolean find_target(const RippleColumns *columns, const char *target, guint *column)
{
    guint64 number;
    if (find_by_name(columns, target, column))
        return TRUE;
    if (!ripple_text_whole(target, 1, columns->n_columns, &number))
        return FALSE;
    *column = (guint)number - 1;
    return TRUE;
}

/* Sets the error. */
static gboolean column_is_missing(const RippleColumns *columns, const char *path, const char *role,
                                  const char *name, GError **error)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint c = 0; c < columns->n_columns && c < NAMES_LISTED; c++) {
        g_autofree char *excerpt = ripple_field_excerpt(columns->names[c]);
        g_string_append_printf(list, "%s%s", c ? ", " : "", excerpt);
    }
    g_autofree char *wanted = ripple_field_excerpt(name);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "\"%s\" has no column \"%s\", which is wanted as %s; its columns%s are: %s%s.",
                path, wanted, role, columns->has_header ? "" : " (there is no header)", list->str,
                columns->n_columns > NAMES_LISTED ? ", …" : "");
    return FALSE;
}

/* Sets the error. */
static gboolean column_is_taken(const RippleColumns *columns, const char *path, guint column,
                                GError **error)
{
    g_autofree char *name = ripple_field_excerpt(columns->names[column]);
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "Column \"%s\" of \"%s\" is wanted twice: as two targets, or as input and target.",
                name, path);
    return FALSE;
}

static gboolean choose_targets(RippleColumns *columns, const char *path,
                               const RippleWantedColumns *wanted, gboolean *is_target,
                               GError **error)
{
    const char *const *targets = wanted->targets;
    guint n_targets = targets ? g_strv_length((char **)targets) : 1;
    columns->targets = g_new(guint, n_targets);

    for (guint t = 0; t < n_targets; t++) {
        guint column = columns->n_columns - 1;
        if (targets && !find_target(columns, targets[t], &column)) {
            if (!wanted->target_optional)
                return column_is_missing(columns, path, "the target", targets[t], error);
            columns->n_targets = 0;
            return TRUE;
        }
        if (is_target[column])
            return column_is_taken(columns, path, column, error);
        is_target[column] = TRUE;
        columns->targets[columns->n_targets++] = column;
    }
    return TRUE;
}

static gboolean find_inputs(RippleColumns *columns, const char *path,
                            const RippleWantedColumns *wanted, const gboolean *is_target,
                            GError **error)
{
    for (const char *const *name = wanted->inputs; *name; name++) {
        guint column;
        if (!find_by_name(columns, *name, &column))
            return column_is_missing(columns, path, "an input", *name, error);
        if (is_target[column] && !wanted->target_optional)
            return column_is_taken(columns, path, column, error);
        if (is_target[column])
            columns->n_targets = 0;
        columns->inputs[columns->n_inputs++] = column;
    }
    return TRUE;
}

static gboolean choose_columns(RippleColumns *columns, const char *path,
                               const RippleWantedColumns *wanted, GError **error)
{
    g_autofree gboolean *is_target = g_new0(gboolean, columns->n_columns);
    if (!choose_targets(columns, path, wanted, is_target, error))
        return FALSE;

    guint room = wanted->inputs ? g_strv_length((char **)wanted->inputs) : columns->n_columns;
    columns->inputs = g_new(guint, room);
    if (wanted->inputs && !find_inputs(columns, path, wanted, is_target, error))
        return FALSE;
    for (guint c = 0; !wanted->inputs && c < columns->n_columns; c++)
        if (columns->n_targets == 0 || !is_target[c])
            columns->inputs[columns->n_inputs++] = c;
    if (columns->n_inputs > 0)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "No column of \"%s\" is left as an input; its columns beside the target are "
                "the inputs.",
                path);
    return FALSE;
}

RippleColumns *ripple_columns_new(const char *path, const GPtrArray *first, const GPtrArray *second,
                                  const RippleWantedColumns *wanted, GError **error)
{
    g_autoptr(RippleColumns) columns = g_new0(RippleColumns, 1);
    columns->n_columns = first->len;
    columns->has_header = is_header(first, second, wanted);
    columns->places = g_hash_table_new(g_str_hash, g_str_equal);
    if (!name_columns(columns, path, first, error) || !choose_columns(columns, path, wanted, error))
        return NULL;
    return g_steal_pointer(&columns);
}

void ripple_columns_free(RippleColumns *columns)
{
    if (!columns)
        return;
    g_hash_table_unref(columns->places);
    g_strfreev(columns->names);
    g_free(columns->inputs);
    g_free(columns->targets);
    g_free(columns);
}
