/** \file
 * The commands of the program, one file each. This floor alone prints and exits.
 */
#pragma once

#include <glib.h>

/** Carry out a command. `argv[0]` is its name; it takes its options out of both. Returns FALSE with
 * an error that main() prints and turns into the exit code, or without one after `--help`. */
typedef gboolean (*RippleCommandFunction)(int argc, char **argv, GError **error);

gboolean ripple_command_train(int argc, char **argv, GError **error);
gboolean ripple_command_eval(int argc, char **argv, GError **error);
gboolean ripple_command_predict(int argc, char **argv, GError **error);
gboolean ripple_command_explain(int argc, char **argv, GError **error);
gboolean ripple_command_plot(int argc, char **argv, GError **error);
gboolean ripple_command_report(int argc, char **argv, GError **error);
gboolean ripple_command_playground(int argc, char **argv, GError **error);
gboolean ripple_command_verify_resume(int argc, char **argv, GError **error);
gboolean ripple_command_devices(int argc, char **argv, GError **error);
gboolean ripple_command_doctor(int argc, char **argv, GError **error);
gboolean ripple_command_compare(int argc, char **argv, GError **error);
gboolean ripple_command_gradcheck(int argc, char **argv, GError **error);
gboolean ripple_command_selftest(int argc, char **argv, GError **error);
gboolean ripple_command_tune(int argc, char **argv, GError **error);
gboolean ripple_command_bench(int argc, char **argv, GError **error);
