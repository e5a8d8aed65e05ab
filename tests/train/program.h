/** \file
 * The program itself, run as a user runs it.
 */
#pragma once

#include <glib.h>

/** How it ended and what it said. */
typedef struct {
    int status; /**< exit code */
    char *out;
    char *err;
} TestOutput;

/** An environment in which compiled programs are kept under `cache` and nowhere else. (The driver
 * keeps what it compiles where it always does: it is not under test, and slow.) */
char **test_environment(const char *cache);

/** Run `ripple` with the words of `command` as arguments, which blanks part, and PATH options
 * behind them; NULL at the end. `environment` may be NULL for this process's own. */
TestOutput *test_program(char **environment, const char *command, ...) G_GNUC_NULL_TERMINATED;

/** Write the kernel `file` into `folder`, with `wrong` in place of `right`, which it must have
 * once.
 */
void test_spoil_kernel(const char *folder, const char *file, const char *right, const char *wrong);

void test_output_free(TestOutput *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestOutput, test_output_free)

/** Fail the test, and show what the program said, unless it ended with `status`. */
void test_assert_status(const TestOutput *output, int status);
