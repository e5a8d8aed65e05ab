/** \file
 * A report: one page that tells a run, or compares several.
 *
 * What was asked, what came of it, every picture that the runs have the numbers for, the device and
 * its speed, and how to run it again.
 */
#pragma once

#include "report/figure.h"

typedef struct {
    RippleFigureRequest request; /**< the runs, and what pictures are made from */
    const char *const *without;  /**< NULL-terminated names of kinds to leave out; or NULL */
    gboolean measures_speed;     /**< of the first run's steps, on the device at hand */
    /** Told before each part, with the share of all that is done; may be NULL. */
    void (*progress)(const char *part, gdouble fraction, gpointer user_data);
    gpointer user_data;
} RippleReportOptions;

/** The report as HTML; free with g_free. A picture that cannot be made is named, with the reason,
 * and the rest is there. A USAGE error when `without` names no kind. */
char *ripple_report_html(const RippleReportOptions *options, GError **error);
