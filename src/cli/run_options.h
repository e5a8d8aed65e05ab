/** \file
 * The options of a run, which `train` and `compare` share: each sets one key of the configuration.
 */
#pragma once

#include <ripple/config.h>

/** What the command line asks for; applied to a configuration once the file under it was read. */
typedef struct {
    GPtrArray *settings; /**< of char *: section, key, value in turn */
    char *config_path;   /**< --config, or NULL */
} RippleRunOptions;

RippleRunOptions *ripple_run_options_new(void);
void ripple_run_options_free(RippleRunOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RippleRunOptions, ripple_run_options_free)

/** The options as a group for the parser, which takes it; it fills `options`. */
GOptionGroup *ripple_run_options_group(RippleRunOptions *options);

/** The configuration that results: defaults, then the file, then the command line. */
RippleConfig *ripple_run_options_config(const RippleRunOptions *options, GError **error);

/** Set in `config` what was said on the command line, and nothing else. */
gboolean ripple_run_options_apply(const RippleRunOptions *options, RippleConfig *config,
                                  GError **error);

/** Was the option with this key of the configuration given on the command line? */
gboolean ripple_run_options_has(const RippleRunOptions *options, const char *key);
