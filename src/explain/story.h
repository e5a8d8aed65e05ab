/** \file
 * An explanation in words and numbers, as blocks that a terminal and a page show alike.
 */
#pragma once

#include "explain/chain.h"

typedef enum {
    RIPPLE_BLOCK_HEADING,
    RIPPLE_BLOCK_PARAGRAPH,
    RIPPLE_BLOCK_FORMULA, /**< lines that stay as they are; at most 78 characters each */
    RIPPLE_BLOCK_TABLE,
} RippleBlockKind;

typedef struct {
    RippleBlockKind kind;
    char *text;       /**< NULL for a table */
    guint n_columns;  /**< of a table, as the next */
    GPtrArray *cells; /**< of char *, row by row, the headings first; a heading that begins with '>'
                           aligns its column to the right */
} RippleBlock;

typedef struct {
    GPtrArray *blocks; /**< of RippleBlock * */
} RippleStory;

RippleStory *ripple_story_new(void);
void ripple_story_free(RippleStory *story);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleStory, ripple_story_free)

void ripple_story_heading(RippleStory *story, const char *text);
void ripple_story_paragraph(RippleStory *story, const char *format, ...) G_GNUC_PRINTF(2, 3);
void ripple_story_formula(RippleStory *story, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** Begin a table with the given headings, NULL-terminated. */
void ripple_story_table(RippleStory *story, const char *const *headings);

/** Add a cell to the table under way. */
void ripple_story_cell(RippleStory *story, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** A number with four digits, a true minus, and powers of ten where they are shorter: "−0.01234",
 * "1.2e−07". Free with g_free. */
char *ripple_story_number(gdouble number);

/** The same with `digits` digits. */
char *ripple_story_digits(gdouble number, guint digits);

/** What there is to tell of `sample` of `dataset`, and of a weight of it. */
RippleStory *ripple_story_of_chain(const RippleModel *model, const RippleDataset *dataset,
                                   const RippleSample *sample, const RippleChain *chain);

/** What output `output` is called: a class, a target's name, or its number; long names
 * are cut. Free with g_free. */
char *ripple_story_output(const RippleModel *model, guint output);
