/** \file
 * A figure: a picture, the numbers that it shows, and a sentence that says what is to be seen.
 *
 * Whoever makes one computes the numbers first (src/explain), and draws nothing that is not among
 * them; so a test can hold the numbers against the run's tensors, and a user can draw them anew.
 */
#pragma once

#include "draw/canvas.h"
#include "explain/landscape.h"
#include "explain/progress.h"
#include "explain/run_record.h"
#include "report/animation.h"

typedef struct {
    RippleCanvas *canvas;
    GString *json;              /**< one JSON object: the numbers drawn */
    RippleAnimation *animation; /**< the same frame by frame, or NULL */
} RippleFigure;

/** A figure that owns both. */
RippleFigure *ripple_figure_new(RippleCanvas *canvas, GString *json);

/** A figure that moves, and owns both; its picture is the last frame. */
RippleFigure *ripple_figure_new_animated(RippleAnimation *animation, GString *json);
void ripple_figure_free(RippleFigure *figure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleFigure, ripple_figure_free)

/** Is `path` called .svg, .png, .pdf, .json, .gif or .html? Otherwise a USAGE error. */
gboolean ripple_figure_check_path(const char *path, GError **error);

/** Write the picture to `path`, its numbers where that is called .json, or its frames where that is
 * called .gif or .html: a USAGE error of a figure that has none. */
gboolean ripple_figure_write(const RippleFigure *figure, const char *path, GError **error);

/** What is computed once for several figures of one request; the first that asks puts it there. */
typedef struct {
    RippleLandscape *landscape;
} RippleFigureShared;

void ripple_figure_shared_clear(RippleFigureShared *shared);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RippleFigureShared, ripple_figure_shared_clear)

/** What figures are made from. What is left 0 or NULL is chosen for you. */
typedef struct {
    const RippleRunRecord *const *runs; /**< at least one */
    guint n_runs;
    const char *data;   /**< SPEC of the samples to show; else the run's own, the test set first */
    const char *device; /**< selector of where to compute */
    gint64 sample;      /**< which of the samples, counted from 0 */
    gint64 layer;       /**< counted from 0; −1 for all, or the one that fits best */
    guint64 seed;
    guint points;          /**< per side, of pictures that are computed on a grid */
    RipplePlaneKind plane; /**< through the weights, on which the loss is drawn */
    const gdouble *rates;  /**< learning rates to compare, positive and rising */
    guint n_rates;
    RippleFigureShared *shared; /**< of the same request's other figures */
    const RippleExplainProgress *progress;
} RippleFigureRequest;

/** A kind of figure, as `ripple plot` and `ripple report` know it. */
typedef struct {
    const char *name;    /**< "curves" */
    const char *summary; /**< what it shows, in half a line */
    gboolean takes_runs; /**< several at once, compared; else the first is drawn */
    /** May this run have such a figure? NULL: always. Where not, `*why` (unless `why` is NULL)
     * becomes a sentence that says what is missing and which option of train would record it;
     * static. */
    gboolean (*applies)(const RippleFigureRequest *request, const char **why);
    RippleFigure *(*make)(const RippleFigureRequest *request, GError **error);
} RippleFigureKind;

/** All kinds, in the order in which a report shows them; the last has no name. */
extern const RippleFigureKind ripple_figure_kinds[];

/** The kind called `name`; a USAGE error, with all names, when there is none. */
const RippleFigureKind *ripple_figure_kind(const char *name, GError **error);

/** May `request` have a figure of this kind? Otherwise a USAGE error that says why not. */
gboolean ripple_figure_check(const RippleFigureKind *kind, const RippleFigureRequest *request,
                             GError **error);
