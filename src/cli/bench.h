/** \file
 * What the files of `ripple bench` share: the device, its peak, and how figures are shown.
 */
#pragma once

#include "cli/console.h"
#include "cli/table.h"
#include "measure/timing.h"

/** A device to time, and what it could do at best. */
typedef struct {
    const RippleConsole *console;
    RippleBackend *backend;
    gdouble peak;      /**< GFLOP/s; NAN for the reference */
    gdouble bandwidth; /**< GB/s; NAN until it is measured, and for the reference */
} RippleBench;

/** Open the device that `selector` names (NULL for "auto"). A USAGE error when `needs_opencl` and
 * it is the reference. */
gboolean ripple_bench_open(RippleBench *bench, const char *selector, gboolean needs_opencl,
                           GError **error);

/** Measure its peak, unless it is the reference. */
gboolean ripple_bench_measure_peak(RippleBench *bench, GError **error);

/** Measure how fast it copies, unless it is the reference. */
gboolean ripple_bench_measure_bandwidth(RippleBench *bench, GError **error);
void ripple_bench_clear(RippleBench *bench);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RippleBench, ripple_bench_clear)

/** Begin an object about `bench`, open where the results go. Free with g_string_free(). */
GString *ripple_bench_begin_json(const RippleBench *bench);

/** Add device, driver, version and commit. */
void ripple_bench_add_origin(GString *json, const RippleBench *bench);

/** Add `gflops` to the result under way. */
void ripple_bench_add_json(GString *json, const RippleBench *bench, const RippleThroughput *gflops);

/** End and print the object. */
void ripple_bench_end_json(GString *json);

/** Print what the results will be about. */
void ripple_bench_print_device(const RippleBench *bench);

/** The headings of the cells that ripple_bench_add_cells() adds. */
#define RIPPLE_BENCH_HEADINGS ">GFLOP/s", ">min…max", ">of peak"

/** Add three cells: the median of `gflops`, its spread, and its share of the peak. */
void ripple_bench_add_cells(RippleTable *table, const RippleBench *bench,
                            const RippleThroughput *gflops);

/** A number with four significant digits, and no exponent. Free with g_free. */
char *ripple_bench_number(gdouble number);

/** The commands; as those in command.h. */
gboolean ripple_command_bench_peak(int argc, char **argv, GError **error);
gboolean ripple_command_bench_gemm(int argc, char **argv, GError **error);
gboolean ripple_command_bench_step(int argc, char **argv, GError **error);
gboolean ripple_command_bench_save(int argc, char **argv, GError **error);
gboolean ripple_command_bench_compare(int argc, char **argv, GError **error);
