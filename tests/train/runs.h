/** \file
 * Small data sets, configurations and training runs for tests.
 */
#pragma once

#include <ripple/trainer.h>

/** Where to train: the reference, and the device that "auto" names. NULL at the end. */
extern const char *const test_devices[];

/** A configuration with these options: the name as "section.key", then its value, and so on; NULL
 * at the end. Data stand at "data.data". */
RippleConfig *test_config(const char *option, ...) G_GNUC_NULL_TERMINATED;

/** Write a table of random inputs "x1", "x2", … of `samples` rows, whose targets follow from them
 * with some noise. With `classes` > 0 the last column, "class", is one of as many words; otherwise
 * there are columns "t1" … of `targets` numbers between 0 and 1, which "data.target" must name
 * where there are several. Returns its path; free with g_free. */
char *test_table(const char *directory, const char *name, guint samples, guint inputs,
                 guint classes, guint targets);

/** What came of a run. */
typedef struct {
    GError *error; /**< or NULL */
    RippleTrainingResult result;
    gboolean is_streamed;
    guint64 data_bytes; /**< that the data take on the device */
    gfloat *parameters; /**< those the model has in the end */
    gsize length;       /**< how many, padding included */
    GArray *losses;     /**< gdouble: of each step that was reported */
    GArray *epochs;     /**< of RippleEpochReport */
} TestRun;

/** Train as `config` says; fails the test when training cannot even begin. */
TestRun *test_run(RippleConfig *config);

/** The same, interrupted as soon as the results of `steps` steps are known. */
TestRun *test_run_interrupted(RippleConfig *config, guint steps);

void test_run_free(TestRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestRun, test_run_free)
