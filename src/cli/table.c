#include "cli/table.h"

#include "cli/console.h"

struct _RippleTable {
    guint n_columns;
    gboolean *to_the_right;
    glong *widths;    /* in characters */
    GPtrArray *cells; /* of char *, row by row, the headings first */
};

RippleTable *ripple_table_new(const char *const *headings)
{
    RippleTable *table = g_new0(RippleTable, 1);
    table->n_columns = g_strv_length((char **)headings);
    table->to_the_right = g_new0(gboolean, table->n_columns);
    table->widths = g_new0(glong, table->n_columns);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < table->n_columns; i++) {
        table->to_the_right[i] = headings[i][0] == '>';
        ripple_table_add(table, "%s", headings[i] + table->to_the_right[i]);
    }
    return table;
}

void ripple_table_free(RippleTable *table)
{
    if (!table)
        return;
    g_free(table->to_the_right);
    g_free(table->widths);
    g_ptr_array_unref(table->cells);
    g_free(table);
}

void ripple_table_add(RippleTable *table, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *cell = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    guint column = table->cells->len % table->n_columns;
    table->widths[column] = MAX(table->widths[column], g_utf8_strlen(cell, -1));
    g_ptr_array_add(table->cells, cell);
}

void ripple_table_add_share(RippleTable *table, gdouble share)
{
    if (share <= 1)
        ripple_table_add(table, "%.1f%%", 100 * share);
    else
        ripple_table_add(table, "%.2g×", share);
}

void ripple_table_add_verdict(RippleTable *table, gboolean pass)
{
    if (pass)
        ripple_table_add(table, "pass");
    else
        ripple_table_add(table, ripple_console_has_colour() ? "\033[1;31mFAIL\033[m" : "FAIL");
}

void ripple_table_print(const RippleTable *table)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < table->cells->len; i++) {
        guint column = i % table->n_columns;
        const char *cell = g_ptr_array_index(table->cells, i);
        gboolean is_last = column + 1 == table->n_columns;
        int padding = (int)(table->widths[column] - g_utf8_strlen(cell, -1));
        g_string_append_printf(text, "%*s%s%*s  ", table->to_the_right[column] ? padding : 0, "",
                               cell, table->to_the_right[column] ? 0 : padding, "");
        if (is_last) {
            ripple_console_print("%s\n", g_strchomp(text->str));
            g_string_truncate(text, 0);
        }
    }
}
