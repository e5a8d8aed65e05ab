#include "explain/story.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

/* Of a name, so that tables stay narrow. */
#define MOST_CHARACTERS 28

static void block_free(gpointer data)
{
    RippleBlock *block = data;
    g_free(block->text);
    if (block->cells)
        g_ptr_array_unref(block->cells);
    g_free(block);
}

RippleStory *ripple_story_new(void)
{
    RippleStory *story = g_new0(RippleStory, 1);
    story->blocks = g_ptr_array_new_with_free_func(block_free);
    return story;
}

void ripple_story_free(RippleStory *story)
{
    if (!story)
        return;
    g_ptr_array_unref(story->blocks);
    g_free(story);
}

static RippleBlock *add(RippleStory *story, RippleBlockKind kind, char *text)
{
    RippleBlock *block = g_new0(RippleBlock, 1);
    block->kind = kind;
    block->text = text;
    g_ptr_array_add(story->blocks, block);
    return block;
}

void ripple_story_heading(RippleStory *story, const char *text)
{
    add(story, RIPPLE_BLOCK_HEADING, g_strdup(text));
}

void ripple_story_paragraph(RippleStory *story, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(story, RIPPLE_BLOCK_PARAGRAPH, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

void ripple_story_formula(RippleStory *story, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(story, RIPPLE_BLOCK_FORMULA, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

void ripple_story_table(RippleStory *story, const char *const *headings)
{
    RippleBlock *block = add(story, RIPPLE_BLOCK_TABLE, NULL);
    block->n_columns = g_strv_length((char **)headings);
    block->cells = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < block->n_columns; i++)
        g_ptr_array_add(block->cells, g_strdup(headings[i]));
}

void ripple_story_cell(RippleStory *story, const char *format, ...)
{
    RippleBlock *block = story->blocks->pdata[story->blocks->len - 1];
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(block->cells, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

/* ---- numbers -------------------------------------------------------------------------------- */

char *ripple_story_digits(gdouble number, guint digits)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *format = g_strdup_printf("%%.%ug", digits);
    if (!isfinite(number))
        return g_strdup(isnan(number) ? "–" : number > 0 ? "∞" : "−∞");
    g_ascii_formatd(text, sizeof text, format, number == 0 ? 0 : number);
    GString *result = g_string_new(text);
    g_string_replace(result, "-", "−", 0);
    g_string_replace(result, "e+", "e", 0);
    return g_string_free(result, FALSE);
}

char *ripple_story_number(gdouble number)
{
    return ripple_story_digits(number, 4);
}

/* At most so many characters. */
static char *shortened(char *text)
{
    if (g_utf8_strlen(text, -1) <= MOST_CHARACTERS)
        return text;
    g_autofree char *start = g_utf8_substring(text, 0, MOST_CHARACTERS - 1);
    g_free(text);
    return g_strconcat(start, "…", NULL);
}

char *ripple_story_output(const RippleModel *model, guint output)
{
    const char *name = NULL;
    if (model->class_names && model->network->outputs > 1)
        name = model->class_names[output];
    else if (model->class_names)
        name = model->class_names[1];
    else if (model->target_names)
        name = model->target_names[output];
    return name ? shortened(ripple_text_readable(name)) : g_strdup_printf("%u", output);
}
