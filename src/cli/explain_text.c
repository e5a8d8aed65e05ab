#include "cli/explain_text.h"

#include <string.h>

#define COLUMNS 78

/* Words on lines of at most COLUMNS characters. */
static void append_wrapped(GString *text, const char *paragraph)
{
    g_auto(GStrv) words = g_strsplit(paragraph, " ", -1);
    glong column = 0;
    for (guint i = 0; words[i]; i++) {
        glong width = g_utf8_strlen(words[i], -1);
        if (column > 0 && column + 1 + width > COLUMNS) {
            g_string_append_c(text, '\n');
            column = 0;
        }
        if (column > 0)
            g_string_append_c(text, ' ');
        column += width + (column > 0);
        g_string_append(text, words[i]);
    }
    g_string_append_c(text, '\n');
}

static void append_indented(GString *text, const char *formula)
{
    g_auto(GStrv) lines = g_strsplit(formula, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        g_string_append_printf(text, "  %s\n", lines[i]);
}

static const char *cell_of(const RippleBlock *block, guint i)
{
    const char *cell = block->cells->pdata[i];
    return i < block->n_columns && *cell == '>' ? cell + 1 : cell;
}

static gboolean is_right(const RippleBlock *block, guint column)
{
    return *(const char *)block->cells->pdata[column] == '>';
}

static void append_table(GString *text, const RippleBlock *block)
{
    g_autofree glong *widths = g_new0(glong, block->n_columns);
    for (guint i = 0; i < block->cells->len; i++) {
        guint column = i % block->n_columns;
        widths[column] = MAX(widths[column], g_utf8_strlen(cell_of(block, i), -1));
    }
    for (guint first = 0; first < block->cells->len; first += block->n_columns) {
        g_autoptr(GString) line = g_string_new("  ");
        for (guint c = 0; c < block->n_columns; c++) {
            const char *cell = cell_of(block, first + c);
            int padding = (int)(widths[c] - g_utf8_strlen(cell, -1));
            g_string_append_printf(line, "%*s%s%*s  ", is_right(block, c) ? padding : 0, "", cell,
                                   is_right(block, c) ? 0 : padding, "");
        }
        g_string_append_printf(text, "%s\n", g_strchomp(line->str));
    }
}

char *ripple_explain_text(const RippleStory *story)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < story->blocks->len; i++) {
        const RippleBlock *block = story->blocks->pdata[i];
        if (i > 0)
            g_string_append_c(text, '\n');
        switch (block->kind) {
        case RIPPLE_BLOCK_HEADING: {
            g_string_append_printf(text, "%s\n", block->text);
            for (glong n = g_utf8_strlen(block->text, -1); n > 0; n--)
                g_string_append(text, "─");
            g_string_append_c(text, '\n');
            break;
        }
        case RIPPLE_BLOCK_PARAGRAPH:
            append_wrapped(text, block->text);
            break;
        case RIPPLE_BLOCK_FORMULA:
            append_indented(text, block->text);
            break;
        case RIPPLE_BLOCK_TABLE:
            append_table(text, block);
            break;
        }
    }
    return g_string_free(text, FALSE);
}
