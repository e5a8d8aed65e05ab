/** \file
 * The one list of a run's options: setting, loading and writing them down all walk it.
 */
#pragma once

#include <ripple/config.h>

typedef struct _RippleConfigOption RippleConfigOption;

/** One option: where it stands in the INI file, and how its value becomes text and back. */
struct _RippleConfigOption {
    const char *section;
    const char *key;
    gsize offset; /**< of its field in RippleConfig */

    /** Set the field from `value`, or a USAGE error that quotes it and says what fits. */
    gboolean (*parse)(const RippleConfigOption *option, RippleConfig *config, const char *value,
                      GError **error);
    /** The text that parse() reads back to the same value. Free with g_free. */
    char *(*format)(const RippleConfigOption *option, const RippleConfig *config);

    guint64 minimum;    /**< whole numbers */
    guint64 maximum;    /**< whole numbers; 0 for 2⁶⁴ − 1 */
    const char *unset;  /**< strings: what an empty value stands for, NULL for none */
    gboolean automatic; /**< numbers: they may be "auto", which is NAN */
};

/** Set what the INI text says, as ripple_config_load() does for a file. */
gboolean ripple_config_parse(RippleConfig *config, const char *text, GError **error);

/** An independent copy, by way of its text. */
RippleConfig *ripple_config_copy(const RippleConfig *config, GError **error);

/** All options, by section, in the order in which they are written. */
const RippleConfigOption *ripple_config_options(guint *count);

/** The option `key` of `section`, or a USAGE error that lists those there are. */
const RippleConfigOption *ripple_config_option_find(const char *section, const char *key,
                                                    GError **error);
