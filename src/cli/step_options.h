/** \file
 * The options that say which training step is timed, which `bench step` and `bench save` share.
 */
#pragma once

#include <ripple/config.h>

/** What was asked for: name of the option ("hidden") → value. Free with g_hash_table_unref. */
GHashTable *ripple_step_options_new(void);

/** The options as a group for the parser, which takes it; it fills `options`. */
GOptionGroup *ripple_step_options_group(GHashTable *options);

/** The step that `options` ask for: a configuration, and the network for it. Both are the caller's.
 * A USAGE error names the option that makes no sense. */
gboolean ripple_step_options_resolve(GHashTable *options, RippleConfig **config,
                                     RippleNetwork **network, GError **error);
