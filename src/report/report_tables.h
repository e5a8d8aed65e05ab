/** \file
 * The tables of a report: what was asked of its runs, and what came of it.
 */
#pragma once

#include "explain/run_record.h"
#include "report/page.h"

/** What was asked: every option of each run; of several runs first those in which they differ. */
void ripple_report_append_asked(RipplePage *page, const RippleRunRecord *const *runs, guint n_runs);

/** What came of it: a line for each run. */
void ripple_report_append_results(RipplePage *page, const RippleRunRecord *const *runs,
                                  guint n_runs);
