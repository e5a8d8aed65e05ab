#include "report/network_layout.h"

#include "explain/story.h"

#include <math.h>

#define MARGIN 28.0
#define HEADER 128.0 /* title, caption, headings of columns */
#define FOOTER 124.0 /* norms, legend */
#define MOST_PITCH 190.0
#define SPAN 880.0 /* of all columns, where they need it */
#define MOST_NAME 120.0
#define IMAGE 168.0
#define LEAST_WIDTH 640.0

static const RippleTextStyle name_style = {.size = RIPPLE_SMALL_SIZE};

const char *ripple_network_input_name(const RippleModel *model, guint input)
{
    return model->input_names ? model->input_names[input] : NULL;
}

/* Room for the names beside the first and the last column. */
static gdouble widest_name(const RippleNetworkView *view, const RippleModel *model,
                           gboolean is_output)
{
    const RippleViewColumn *column = &view->columns[is_output ? view->n_columns - 1 : 0];
    gdouble widest = 0;
    for (guint n = 0; n < column->n_shown; n++) {
        g_autofree char *name =
            is_output ? ripple_story_output(model, column->shown[n].unit) : NULL;
        const char *own =
            is_output ? name : ripple_network_input_name(model, column->shown[n].unit);
        if (own)
            widest = fmax(widest, ripple_text_width(own, name_style));
    }
    return fmin(widest, MOST_NAME);
}

static guint places(const RippleViewColumn *column)
{
    return column->n_shown + (column->n_shown < column->units);
}

RippleNetworkLayout ripple_network_layout(const RippleNetworkView *view, const RippleModel *model)
{
    RippleNetworkLayout self = {.view = view, .model = model};
    guint most = 0, gaps = view->n_columns - 1 + (view->gap > 0);
    for (guint c = 0; c < view->n_columns; c++)
        if (c > 0 || !view->image)
            most = MAX(most, places(&view->columns[c]));
    gdouble tall = fmax(most * RIPPLE_UNIT_PITCH, view->image ? IMAGE + 30 : 0);
    gdouble before = view->image ? IMAGE / 2 : widest_name(view, model, FALSE) + 24;
    gdouble after = widest_name(view, model, TRUE) + 28;
    self.image = view->image ? IMAGE : 0;
    self.pitch = fmin(MOST_PITCH, (SPAN - (view->image ? IMAGE / 2 : 0)) / MAX(gaps, 1));
    gdouble used = before + after + gaps * self.pitch + (view->image ? IMAGE / 2 : 0) + 2 * MARGIN;
    self.width = fmax(LEAST_WIDTH, ceil(used));
    self.left = MARGIN + before + (self.width - used) / 2;
    self.top = HEADER;
    self.bottom = HEADER + ceil(tall);
    self.height = self.bottom + FOOTER;
    return self;
}

gdouble ripple_network_column_x(const RippleNetworkLayout *layout, guint c)
{
    guint places = c + (layout->view->gap > 0 && c >= layout->view->gap);
    gdouble image = c > 0 && layout->image > 0 ? layout->image / 2 : 0;
    return layout->left + image + places * layout->pitch;
}

static RipplePoint pixel(const RippleNetworkLayout *layout, guint unit)
{
    gdouble x, y, width, height;
    guint columns = layout->view->image_width, rows = layout->view->image_height;
    ripple_network_image(layout, &x, &y, &width, &height);
    return (RipplePoint){x + (unit % columns + 0.5) * width / columns,
                         y + (unit / columns + 0.5) * height / rows};
}

RipplePoint ripple_network_unit(const RippleNetworkLayout *layout, guint c, guint n)
{
    const RippleViewColumn *column = &layout->view->columns[c];
    if (c == 0 && layout->view->image && n < column->n_shown)
        return pixel(layout, column->shown[n].unit);
    gdouble tall = places(column) * RIPPLE_UNIT_PITCH;
    gdouble top = layout->top + (layout->bottom - layout->top - tall) / 2;
    return (RipplePoint){ripple_network_column_x(layout, c),
                         top + (n + 0.5) * RIPPLE_UNIT_PITCH - 6};
}

gboolean ripple_network_find(const RippleNetworkLayout *layout, guint c, guint unit,
                             RipplePoint *point)
{
    const RippleViewColumn *column = &layout->view->columns[c];
    for (guint n = 0; n < column->n_shown; n++)
        if (column->shown[n].unit == unit) {
            *point = ripple_network_unit(layout, c, n);
            return TRUE;
        }
    return FALSE;
}

gboolean ripple_network_column(const RippleNetworkView *view, guint column, guint *c)
{
    for (*c = 0; *c < view->n_columns; (*c)++)
        if (view->columns[*c].column == column)
            return TRUE;
    return FALSE;
}

void ripple_network_image(const RippleNetworkLayout *layout, gdouble *x, gdouble *y, gdouble *width,
                          gdouble *height)
{
    gdouble columns = layout->view->image_width, rows = layout->view->image_height;
    gdouble scale = layout->image / fmax(columns, rows);
    *width = columns * scale;
    *height = rows * scale;
    *x = layout->left - *width / 2;
    *y = (layout->top + layout->bottom - *height) / 2 - 6;
}
