/* Loss, accuracy and learning rate over the epochs, of a run or of several. */
#include "explain/curves.h"
#include "report/chart.h"
#include "report/kinds.h"

#include <math.h>

/* Of the plots, in points. */
#define LOSS_HEIGHT 260.0
#define ACCURACY_HEIGHT 180.0
#define RATE_HEIGHT 48.0

/* Losses that span more than that are shown on a logarithmic axis. */
#define WIDE_SPAN 30.0

/* More lines than that have no number at their end. */
#define MOST_NUMBERED 4u

typedef enum {
    TRAIN,
    VALIDATION,
    TEST,
    N_SETS,
} Set;

static const char *const set_names[] = {"train", "validation", "test"};

static gdouble loss_of(const RippleEpochReport *epoch, Set set)
{
    return set == TRAIN        ? epoch->train_loss
           : set == VALIDATION ? epoch->val_loss
                               : epoch->test_loss;
}

static gdouble accuracy_of(const RippleEpochReport *epoch, Set set)
{
    return set == TRAIN        ? epoch->train_accuracy
           : set == VALIDATION ? epoch->val_accuracy
                               : epoch->test_accuracy;
}

typedef gdouble (*Measure)(const RippleEpochReport *epoch, Set set);

/* A picture under way. */
typedef struct {
    const RippleFigureRequest *request;
    gboolean has_epochs; /* of any run; else the axis counts steps */
    gboolean has_set[N_SETS];
    gboolean has_accuracy;
    RippleScale scale; /* of the losses */
    gdouble least_loss;
    gdouble most_loss;
    gdouble most_x;
} Curves;

static const RippleEpochReport *epoch_at(const RippleRunRecord *run, guint index)
{
    return &g_array_index(run->epochs, RippleEpochReport, index);
}

static const RippleStepReport *step_at(const RippleRunRecord *run, guint index)
{
    return &g_array_index(run->steps, RippleStepReport, index);
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* Where the step lies on the axis; NAN where that is told in epochs and the run has none. */
static gdouble x_of_step(const Curves *curves, const RippleRunRecord *run, guint64 step)
{
    if (!curves->has_epochs)
        return step;
    gdouble each = ripple_curves_steps_per_epoch(run);
    return each > 0 ? step / each : NAN;
}

static void hold_loss(Curves *curves, gdouble loss)
{
    if (!isfinite(loss))
        return;
    curves->least_loss = fmin(curves->least_loss, loss);
    curves->most_loss = fmax(curves->most_loss, loss);
}

static void survey_run(Curves *curves, const RippleRunRecord *run)
{
    for (guint i = 0; i < run->epochs->len; i++)
        for (Set set = TRAIN; set < N_SETS; set++) {
            const RippleEpochReport *epoch = epoch_at(run, i);
            curves->has_set[set] |= isfinite(loss_of(epoch, set));
            curves->has_accuracy |= isfinite(accuracy_of(epoch, set));
            hold_loss(curves, loss_of(epoch, set));
            curves->most_x = fmax(curves->most_x, epoch->epoch);
        }
    for (guint i = 0; i < run->steps->len; i++) {
        gdouble x = x_of_step(curves, run, step_at(run, i)->step);
        hold_loss(curves, step_at(run, i)->loss);
        curves->most_x = isfinite(x) ? fmax(curves->most_x, x) : curves->most_x;
    }
}

static void hold_not_finite(Curves *curves, const RippleRunRecord *run)
{
    gdouble x = run->not_finite_step > 0 ? x_of_step(curves, run, run->not_finite_step) : NAN;
    if (isfinite(x))
        curves->most_x = fmax(curves->most_x, x);
}

static Curves survey(const RippleFigureRequest *request)
{
    Curves curves = {.request = request, .least_loss = INFINITY, .most_loss = -INFINITY};
    for (guint i = 0; i < request->n_runs; i++)
        curves.has_epochs |= request->runs[i]->epochs->len > 0;
    for (guint i = 0; i < request->n_runs; i++) {
        survey_run(&curves, request->runs[i]);
        hold_not_finite(&curves, request->runs[i]);
    }
    curves.has_set[TRAIN] = TRUE;
    if (curves.least_loss > 0 && curves.most_loss / curves.least_loss > WIDE_SPAN)
        curves.scale = RIPPLE_SCALE_LOGARITHMIC;
    return curves;
}

/* ---- lines ---------------------------------------------------------------------------------- */

static RippleChartAxis x_axis(const Curves *curves, gboolean is_lowest)
{
    return (RippleChartAxis){.title = !is_lowest           ? NULL
                                      : curves->has_epochs ? "epoch"
                                                           : "step",
                             .ticks = RIPPLE_TICKS_WHOLE,
                             .least = 0,
                             .most = curves->most_x * 1.06};
}

/* One run has a colour for each set, several have one each. */
static RippleStyle style_of(const Curves *curves, guint run, Set set)
{
    guint index = curves->request->n_runs > 1 ? run : set;
    return (RippleStyle){.stroke = ripple_paint_series(index),
                         .width = 2,
                         .dashed = (index / RIPPLE_PAINT_SERIES) % 2 == 1};
}

static const char *name_of(const Curves *curves, guint run, Set set)
{
    return curves->request->n_runs > 1 ? curves->request->runs[run]->path : set_names[set];
}

static void add_steps(const Curves *curves, RippleChart *chart, guint index)
{
    const RippleRunRecord *run = curves->request->runs[index];
    gsize count = run->steps->len;
    if (count == 0)
        return;
    g_autofree gdouble *x = g_new(gdouble, count), *y = g_new(gdouble, count);
    for (guint i = 0; i < count; i++) {
        x[i] = x_of_step(curves, run, step_at(run, i)->step);
        y[i] = step_at(run, i)->loss;
    }
    RippleStyle style = style_of(curves, index, TRAIN);
    style.width = 1;
    style.opacity = 0.35;
    ripple_chart_line(chart, curves->request->n_runs > 1 ? NULL : "train, one batch", x, y, count,
                      style);
}

/* The last number, beside it. */
static void add_last_number(RippleChart *chart, const gdouble *x, const gdouble *y, gsize count,
                            RippleTicks ticks, RipplePaint paint)
{
    while (count > 0 && !isfinite(y[count - 1]))
        count--;
    if (count == 0)
        return;
    gdouble last = y[count - 1];
    g_autofree char *text = ticks == RIPPLE_TICKS_PERCENT ? g_strdup_printf("%.2f%%", 100 * last)
                                                          : g_strdup_printf("%.4g", last);
    ripple_chart_label(chart, x[count - 1], last, text, (RippleTextStyle){.paint = paint});
}

static void add_epochs(const Curves *curves, RippleChart *chart, guint index, Set set,
                       Measure measure, RippleTicks ticks)
{
    const RippleRunRecord *run = curves->request->runs[index];
    gsize count = run->epochs->len;
    g_autofree gdouble *x = g_new(gdouble, count + 1), *y = g_new(gdouble, count + 1);
    gboolean is_known = FALSE;
    for (guint i = 0; i < count; i++) {
        x[i] = epoch_at(run, i)->epoch;
        y[i] = measure(epoch_at(run, i), set);
        is_known = is_known || isfinite(y[i]);
    }
    if (!is_known)
        return;
    RippleStyle style = style_of(curves, index, set);
    ripple_chart_line(chart, name_of(curves, index, set), x, y, count, style);
    if (curves->request->n_runs <= MOST_NUMBERED)
        add_last_number(chart, x, y, count, ticks, style.stroke);
}

/* Where numbers stopped being finite. */
static void add_not_finite(const Curves *curves, RippleChart *chart, guint index)
{
    const RippleRunRecord *run = curves->request->runs[index];
    gdouble x = run->not_finite_step > 0 ? x_of_step(curves, run, run->not_finite_step) : NAN;
    if (!isfinite(x))
        return;
    g_autofree char *text =
        g_strdup_printf("not finite from step %" G_GUINT64_FORMAT " on", run->not_finite_step);
    ripple_chart_rule_x(chart, x, text, RIPPLE_PAINT_WARNING);
}

/* The best epoch is the one that best.safetensors is of. */
static void add_best(const Curves *curves, RippleChart *chart)
{
    const RippleRunRecord *run = curves->request->runs[0];
    const RippleEpochReport *best = ripple_curves_best_epoch(run);
    if (!best || curves->request->n_runs > 1)
        return;
    gdouble x = best->epoch, y = best->val_loss;
    RipplePaint paint = style_of(curves, 0, VALIDATION).stroke;
    ripple_chart_points(chart, NULL, &x, &y, 1, 4.5,
                        (RippleStyle){.fill = paint, .stroke = RIPPLE_PAINT_PAPER});
    g_autofree char *text =
        g_strdup_printf("lowest validation loss: epoch %" G_GUINT64_FORMAT, best->epoch);
    ripple_chart_label(chart, x, y, text, (RippleTextStyle){.paint = paint});
}

/* ---- charts --------------------------------------------------------------------------------- */

/* Of one set of several runs, or of all sets of one. */
static RippleChart *loss_chart(const Curves *curves, Set only)
{
    gboolean is_one = curves->request->n_runs == 1;
    RippleChartAxis x = x_axis(curves, FALSE);
    RippleChartAxis y = {.title = ripple_figure_loss_title(curves->request->runs[0]->config),
                         .scale = curves->scale};
    if (!is_one && curves->least_loss < curves->most_loss) {
        /* The columns can be compared. */
        RippleAxis shared =
            ripple_axis_fit(curves->scale, curves->least_loss, curves->most_loss, 0, 1);
        y.least = curves->least_loss >= 0 ? fmax(shared.low, 0) : shared.low;
        y.most = shared.high;
    }
    g_autofree char *title = is_one ? NULL : g_strdup_printf("Loss, %s", set_names[only]);
    RippleChart *chart = ripple_chart_new(is_one ? "Loss" : title, &x, &y);
    ripple_chart_set_height(chart, LOSS_HEIGHT);
    ripple_chart_set_empty_text(chart, "no loss that is a finite number");
    for (guint i = 0; i < curves->request->n_runs; i++) {
        if (only == TRAIN)
            add_steps(curves, chart, i);
        for (Set set = is_one ? TRAIN : only; set < (is_one ? N_SETS : only + 1); set++)
            add_epochs(curves, chart, i, set, loss_of, RIPPLE_TICKS_NUMBERS);
        if (only == TRAIN)
            add_not_finite(curves, chart, i);
    }
    if (is_one)
        add_best(curves, chart);
    return chart;
}

static RippleChart *accuracy_chart(const Curves *curves, Set only)
{
    gboolean is_one = curves->request->n_runs == 1;
    RippleChartAxis x = x_axis(curves, FALSE);
    RippleChartAxis y = {.title = "samples classified rightly", .ticks = RIPPLE_TICKS_PERCENT};
    g_autofree char *title = is_one ? NULL : g_strdup_printf("Accuracy, %s", set_names[only]);
    RippleChart *chart = ripple_chart_new(is_one ? "Accuracy" : title, &x, &y);
    ripple_chart_set_height(chart, ACCURACY_HEIGHT);
    for (guint i = 0; i < curves->request->n_runs; i++)
        for (Set set = is_one ? TRAIN : only; set < (is_one ? N_SETS : only + 1); set++)
            add_epochs(curves, chart, i, set, accuracy_of, RIPPLE_TICKS_PERCENT);
    return chart;
}

/* Of each recorded step; without them the one that the configuration says. */
static void add_rate(const Curves *curves, RippleChart *chart, guint index)
{
    const RippleRunRecord *run = curves->request->runs[index];
    gsize count = run->steps->len;
    g_autofree gdouble *x = g_new(gdouble, count + 2), *y = g_new(gdouble, count + 2);
    for (guint i = 0; i < count; i++) {
        x[i] = x_of_step(curves, run, step_at(run, i)->step);
        y[i] = step_at(run, i)->learning_rate;
    }
    if (count == 0 && run->epochs->len > 0) {
        x[0] = 0;
        x[1] = epoch_at(run, run->epochs->len - 1)->epoch;
        y[0] = y[1] = run->config->learning_rate;
        count = 2;
    }
    RippleStyle style = style_of(curves, index, TRAIN);
    if (curves->request->n_runs == 1)
        style.stroke = RIPPLE_PAINT_INK;
    ripple_chart_line(chart, NULL, x, y, count, style);
}

static RippleChart *rate_chart(const Curves *curves)
{
    RippleChartAxis x = x_axis(curves, TRUE), y = {0};
    gdouble least = INFINITY, most = 0;
    for (guint i = 0; i < curves->request->n_runs; i++) {
        const RippleRunRecord *run = curves->request->runs[i];
        gdouble highest = run->config->learning_rate;
        for (guint step = 0; step < run->steps->len; step++)
            highest = fmax(highest, step_at(run, step)->learning_rate);
        if (!isfinite(highest))
            continue;
        least = fmin(least, highest);
        most = fmax(most, highest);
    }
    y.most = most * 1.15;
    /* Runs whose highest rates lie far apart would show but one of them. */
    if (least > 0 && most / least > WIDE_SPAN) {
        y.scale = RIPPLE_SCALE_LOGARITHMIC;
        y.least = least / 3;
        y.most = most * 3;
    }
    RippleChart *chart = ripple_chart_new("Learning rate", &x, &y);
    ripple_chart_set_height(chart, RATE_HEIGHT);
    for (guint i = 0; i < curves->request->n_runs; i++)
        add_rate(curves, chart, i);
    return chart;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Of one run: loss, accuracy and rate below each other. Of several: a column for each set that
 * there is. */
static RippleCanvas *draw(const Curves *curves, const RippleChartSheet *sheet)
{
    g_autoptr(GPtrArray) charts = g_ptr_array_new_with_free_func((GDestroyNotify)ripple_chart_free);
    guint n_sets = curves->request->n_runs == 1 ? 1 : sheet->columns;
    for (guint row = 0; row < (curves->has_accuracy ? 2 : 1); row++)
        for (Set set = TRAIN, column = 0; set < N_SETS && column < n_sets; set++) {
            if (!curves->has_set[set])
                continue;
            g_ptr_array_add(charts,
                            row == 0 ? loss_chart(curves, set) : accuracy_chart(curves, set));
            column++;
        }
    g_ptr_array_add(charts, rate_chart(curves));
    return ripple_charts_draw(sheet, (RippleChart *const *)charts->pdata, charts->len, NULL);
}

static char *title_of(const RippleFigureRequest *request)
{
    if (request->n_runs > 1)
        return g_strdup_printf("How %u runs learnt", request->n_runs);
    return g_strdup_printf("How %s learnt", request->runs[0]->path);
}

/* What the numbers are, and how far the run came. */
static char *note_of(const Curves *curves)
{
    const RippleRunRecord *run = curves->request->runs[0];
    guint64 asked = run->config->steps > 0 ? 0 : run->config->epochs;
    g_autoptr(GString) note = g_string_new(
        "Train: the mean over an epoch, each batch before its update. Validation and test: after "
        "the epoch.");
    if (curves->request->n_runs > 1)
        return g_string_free(g_steal_pointer(&note), FALSE);
    if (run->epochs->len == 0)
        g_string_append(note, " No epoch is over yet.");
    else if (asked > epoch_at(run, run->epochs->len - 1)->epoch)
        g_string_append_printf(note, " %u of %" G_GUINT64_FORMAT " epochs so far.",
                               run->epochs->len, asked);
    if (run->epochs->len > 0 && !curves->has_set[TEST])
        g_string_append(note, " The run has no test set.");
    return g_string_free(g_steal_pointer(&note), FALSE);
}

gboolean ripple_curves_apply(const RippleFigureRequest *request, const char **why)
{
    for (guint i = 0; i < request->n_runs; i++)
        if (request->runs[i]->epochs->len > 0 || request->runs[i]->steps->len > 0)
            return TRUE;
    if (why)
        *why = "No epoch was completed, and no step was recorded; `ripple train --log-every 1` "
               "records each.";
    return FALSE;
}

RippleFigure *ripple_figure_curves(const RippleFigureRequest *request, GError **error)
{
    Curves curves = survey(request);
    g_autofree char *title = title_of(request), *note = note_of(&curves);
    RippleChartSheet sheet = {.title = title, .note = note, .columns = 1};
    for (Set set = VALIDATION; request->n_runs > 1 && set < N_SETS; set++)
        sheet.columns += curves.has_set[set];
    return ripple_figure_new(draw(&curves, &sheet),
                             ripple_curves_json(request->runs, request->n_runs));
}
