/** \file
 * How the values of each kind of option become text and back; see RippleConfigOption.
 */
#pragma once

#include "train/config_options.h"

#define RIPPLE_CONFIG_KIND(kind)                                                                   \
    gboolean ripple_config_parse_##kind(const RippleConfigOption *option, RippleConfig *config,    \
                                        const char *value, GError **error);                        \
    char *ripple_config_format_##kind(const RippleConfigOption *option, const RippleConfig *config)

RIPPLE_CONFIG_KIND(string);      /**< in UTF-8; an empty one is unset */
RIPPLE_CONFIG_KIND(whole);       /**< within [minimum, maximum] */
RIPPLE_CONFIG_KIND(fraction);    /**< a number within [0, 1) */
RIPPLE_CONFIG_KIND(positive);    /**< a finite number above 0 */
RIPPLE_CONFIG_KIND(epsilon);     /**< a number within [10⁻¹⁵, 1) */
RIPPLE_CONFIG_KIND(boolean);     /**< true or false */
RIPPLE_CONFIG_KIND(bytes);       /**< above 0, see ripple_text_bytes(); "auto" for 0 */
RIPPLE_CONFIG_KIND(interval);    /**< "30s", "500steps" or "500", "1epochs"; "never" for 0 */
RIPPLE_CONFIG_KIND(observation); /**< the same without seconds */
RIPPLE_CONFIG_KIND(scaling);
RIPPLE_CONFIG_KIND(activation);
RIPPLE_CONFIG_KIND(output_activation); /**< "auto" for RIPPLE_N_ACTIVATIONS */
RIPPLE_CONFIG_KIND(loss);              /**< "auto" for RIPPLE_N_LOSSES */
RIPPLE_CONFIG_KIND(optimizer);
RIPPLE_CONFIG_KIND(tune);   /**< off, quick or full */
RIPPLE_CONFIG_KIND(hidden); /**< WIDTH[:ACTIVATION],… or "none" */
