/** \file
 * A page: one HTML file that needs nothing else.
 *
 * It is read without a script, aloud, on light and on dark ground, on a narrow screen, and on
 * paper. Nothing in it is fetched from anywhere: its own policy forbids that.
 */
#pragma once

#include "draw/canvas.h"

typedef struct _RipplePage RipplePage;

/** An empty page. Under its title stands what it is of; `subtitle` may be NULL. */
RipplePage *ripple_page_new(const char *title, const char *subtitle);
void ripple_page_free(RipplePage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RipplePage, ripple_page_free)

/** What follows is a section of its own, which the list at the top leads to. `id` is its name in
 * the address: lower-case letters and hyphens. */
void ripple_page_section(RipplePage *page, const char *id, const char *title);

/** A paragraph. */
void ripple_page_text(RipplePage *page, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** Lines to be copied, as they are. */
void ripple_page_code(RipplePage *page, const char *text);

/** A table: `headings` (NULL-terminated; one that begins with '>' has numbers under it, and that
 * mark is not shown), then rows, whose first cell names them. `caption` may be NULL. */
void ripple_page_begin_table(RipplePage *page, const char *caption, const char *const *headings);
void ripple_page_begin_row(RipplePage *page);
void ripple_page_cell(RipplePage *page, const char *format, ...) G_GNUC_PRINTF(2, 3);
void ripple_page_end_row(RipplePage *page);
void ripple_page_end_table(RipplePage *page);

/** A picture; the caption (may be NULL) stands below it. */
void ripple_page_picture(RipplePage *page, const RippleCanvas *canvas, const char *caption);

/** Something that is shown when it is asked for, without a script, until ripple_page_end_fold(). */
void ripple_page_begin_fold(RipplePage *page, const char *summary);
void ripple_page_end_fold(RipplePage *page);

/** Markup of the caller's own, well-formed, and style rules for it. */
void ripple_page_markup(RipplePage *page, const char *markup);
void ripple_page_style(RipplePage *page, const char *css);

/** A script, the only one that the page's policy lets run: at most one. The page must be of use
 * without it. */
void ripple_page_script(RipplePage *page, const char *script);

/** The whole as HTML. Free with g_free. */
char *ripple_page_to_html(const RipplePage *page);
