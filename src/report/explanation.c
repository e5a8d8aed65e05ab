#include "report/explanation.h"

#include "report/network_picture.h"
#include "report/page.h"

#include <string.h>

/* What is shown of wide and of deep networks. */
#define MOST_UNITS 10
#define MOST_COLUMNS 12

static RippleCanvas *draw(RippleViewKind kind, const RippleModel *model, const RippleSample *sample,
                          const RippleChain *chain, const char *title, const char *caption)
{
    g_autoptr(GArray) wanted = ripple_network_picture_wanted(chain);
    const RippleViewRequest request = {.kind = kind,
                                       .most_units = MOST_UNITS,
                                       .most_columns = MOST_COLUMNS,
                                       .wanted = (const guint *)wanted->data,
                                       .n_wanted = wanted->len / 2};
    g_autoptr(RippleNetworkView) view = ripple_network_view_new(model, sample, &request);
    const RippleNetworkDrawing drawing = {
        .model = model, .sample = sample, .chain = chain, .title = title, .caption = caption};
    return ripple_network_picture(view, &drawing);
}

static RippleCanvas *draw_forward(const RippleModel *model, const RippleSample *sample,
                                  const RippleChain *chain)
{
    g_autofree char *loss = ripple_story_number(sample->loss);
    g_autofree char *caption = g_strdup_printf(
        "From left to right: each unit adds up what comes in, z = Σ w·x + b, and passes on "
        "a = f(z).\nAt the end stands the loss, L = %s.",
        loss);
    g_autofree char *title = g_strdup_printf("Forward: sample %" G_GSIZE_FORMAT, sample->index);
    return draw(RIPPLE_VIEW_FORWARD, model, sample, chain, title, caption);
}

RippleCanvas *ripple_explanation_picture(const RippleModel *model, const RippleSample *sample,
                                         const RippleChain *chain)
{
    g_autofree char *name = ripple_place_name(&chain->place);
    g_autofree char *value = ripple_story_number(chain->value);
    g_autofree char *gradient = ripple_story_number(chain->gradient);
    g_autofree char *caption =
        g_strdup_printf("From right to left: the deltas δ = ∂L/∂z come back through the same "
                        "weights.\n%s = %s, and its gradient is %s.",
                        name, value, gradient);
    g_autofree char *title = g_strdup_printf("Backward: sample %" G_GSIZE_FORMAT, sample->index);
    return draw(RIPPLE_VIEW_BACKWARD, model, sample, chain, title, caption);
}

/* ---- the page ------------------------------------------------------------------------------- */

static void add_table(RipplePage *page, const RippleBlock *block)
{
    g_autoptr(GPtrArray) headings = g_ptr_array_new();
    for (guint c = 0; c < block->n_columns; c++)
        g_ptr_array_add(headings, block->cells->pdata[c]);
    g_ptr_array_add(headings, NULL);
    ripple_page_begin_table(page, NULL, (const char *const *)headings->pdata);
    for (guint i = block->n_columns; i < block->cells->len; i++) {
        if (i % block->n_columns == 0)
            ripple_page_begin_row(page);
        ripple_page_cell(page, "%s", (const char *)block->cells->pdata[i]);
        if ((i + 1) % block->n_columns == 0)
            ripple_page_end_row(page);
    }
    ripple_page_end_table(page);
}

static void add_block(RipplePage *page, const RippleBlock *block, guint section)
{
    g_autofree char *id = g_strdup_printf("part-%u", section);
    switch (block->kind) {
    case RIPPLE_BLOCK_HEADING:
        ripple_page_section(page, id, block->text);
        break;
    case RIPPLE_BLOCK_PARAGRAPH:
        ripple_page_text(page, "%s", block->text);
        break;
    case RIPPLE_BLOCK_FORMULA:
        ripple_page_code(page, block->text);
        break;
    case RIPPLE_BLOCK_TABLE:
        add_table(page, block);
        break;
    }
}

/* A picture each ends the first two sections, which tell of the way forward and back. */
char *ripple_explanation_page(const RippleModel *model, const RippleDataset *dataset,
                              const RippleSample *sample, const RippleChain *chain)
{
    g_autofree char *name = ripple_place_name(&chain->place);
    g_autofree char *title = g_strdup_printf("How %s comes by its gradient", name);
    g_autofree char *network = ripple_network_describe(model->network);
    g_autoptr(RipplePage) page = ripple_page_new(title, network);
    g_autoptr(RippleStory) story = ripple_story_of_chain(model, dataset, sample, chain);
    g_autoptr(RippleCanvas) forward = draw_forward(model, sample, chain);
    g_autoptr(RippleCanvas) backward = ripple_explanation_picture(model, sample, chain);
    guint section = 0;
    for (guint i = 0; i < story->blocks->len; i++) {
        const RippleBlock *block = story->blocks->pdata[i];
        if (block->kind == RIPPLE_BLOCK_HEADING && ++section == 2)
            ripple_page_picture(page, forward, NULL);
        else if (block->kind == RIPPLE_BLOCK_HEADING && section == 3)
            ripple_page_picture(page, backward, NULL);
        add_block(page, block, section);
    }
    return ripple_page_to_html(page);
}
