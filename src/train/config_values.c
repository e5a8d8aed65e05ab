#include "train/config_values.h"

#include "base/text.h"
#include "train/number.h"

#include <float.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>

/* Corrected by √(1 − β₂) or more, it still is a number that a device does not flush to zero, and
 * far above the root of those that it does. */
#define SMALLEST_EPSILON 1e-15

static gpointer field(const RippleConfigOption *option, const RippleConfig *config)
{
    return (char *)config + option->offset;
}

static gboolean refuse(const RippleConfigOption *option, const char *value, const char *takes,
                       GError **error)
{
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The option %s cannot be \"%s\": it takes %s.", option->key, value, takes);
    return FALSE;
}

/* ---- strings -------------------------------------------------------------------------------- */

gboolean ripple_config_parse_string(const RippleConfigOption *option, RippleConfig *config,
                                    const char *value, GError **error)
{
    if (!g_utf8_validate(value, -1, NULL)) {
        g_autofree char *readable = g_utf8_make_valid(value, -1);
        return refuse(option, readable, "text in UTF-8", error);
    }
    char **string = field(option, config);
    g_free(*string);
    *string = g_strdup(*value ? value : option->unset);
    return TRUE;
}

char *ripple_config_format_string(const RippleConfigOption *option, const RippleConfig *config)
{
    char *const *string = field(option, config);
    return g_strdup(*string ? *string : "");
}

/* ---- numbers -------------------------------------------------------------------------------- */

gboolean ripple_config_parse_whole(const RippleConfigOption *option, RippleConfig *config,
                                   const char *value, GError **error)
{
    guint64 maximum = option->maximum ? option->maximum : G_MAXUINT64;
    if (ripple_text_whole(value, option->minimum, maximum, field(option, config)))
        return TRUE;
    g_autofree char *takes =
        g_strdup_printf("a whole number between %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT,
                        option->minimum, maximum);
    return refuse(option, value, takes, error);
}

char *ripple_config_format_whole(const RippleConfigOption *option, const RippleConfig *config)
{
    const guint64 *number = field(option, config);
    return g_strdup_printf("%" G_GUINT64_FORMAT, *number);
}

/* Is `value` a number with `low` ≤ number < `high`, or "auto" where that may be? */
static gboolean parse_number(const RippleConfigOption *option, RippleConfig *config,
                             const char *value, gdouble low, gdouble high, const char *takes,
                             GError **error)
{
    gdouble *number = field(option, config), parsed;
    if (option->automatic && strcmp(value, "auto") == 0) {
        *number = NAN;
        return TRUE;
    }
    if (ripple_text_number(value, &parsed) && parsed >= low && parsed < high) {
        *number = parsed;
        return TRUE;
    }
    g_autofree char *both = g_strconcat(takes, option->automatic ? ", or auto" : "", NULL);
    return refuse(option, value, both, error);
}

gboolean ripple_config_parse_fraction(const RippleConfigOption *option, RippleConfig *config,
                                      const char *value, GError **error)
{
    return parse_number(option, config, value, 0, 1, "a number from 0 to just below 1", error);
}

gboolean ripple_config_parse_positive(const RippleConfigOption *option, RippleConfig *config,
                                      const char *value, GError **error)
{
    return parse_number(option, config, value, DBL_TRUE_MIN, INFINITY, "a number above 0", error);
}

gboolean ripple_config_parse_epsilon(const RippleConfigOption *option, RippleConfig *config,
                                     const char *value, GError **error)
{
    return parse_number(option, config, value, SMALLEST_EPSILON, 1,
                        "a number from 1e-15 to just below 1", error);
}

static char *format_number(const RippleConfigOption *option, const RippleConfig *config)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    const gdouble *number = field(option, config);
    if (option->automatic && isnan(*number))
        return g_strdup("auto");
    return g_strdup(ripple_number_text(*number, text));
}

char *ripple_config_format_fraction(const RippleConfigOption *option, const RippleConfig *config)
{
    return format_number(option, config);
}

char *ripple_config_format_positive(const RippleConfigOption *option, const RippleConfig *config)
{
    return format_number(option, config);
}

char *ripple_config_format_epsilon(const RippleConfigOption *option, const RippleConfig *config)
{
    return format_number(option, config);
}

gboolean ripple_config_parse_boolean(const RippleConfigOption *option, RippleConfig *config,
                                     const char *value, GError **error)
{
    gboolean is_true = strcmp(value, "true") == 0;
    if (!is_true && strcmp(value, "false") != 0)
        return refuse(option, value, "true or false", error);
    *(gboolean *)field(option, config) = is_true;
    return TRUE;
}

char *ripple_config_format_boolean(const RippleConfigOption *option, const RippleConfig *config)
{
    const gboolean *is_true = field(option, config);
    return g_strdup(*is_true ? "true" : "false");
}

/* ---- bytes ---------------------------------------------------------------------------------- */

gboolean ripple_config_parse_bytes(const RippleConfigOption *option, RippleConfig *config,
                                   const char *value, GError **error)
{
    guint64 bytes = 0;
    if (strcmp(value, "auto") != 0 && !ripple_text_bytes(value, &bytes))
        return refuse(option, value, RIPPLE_TEXT_BYTES " or auto", error);
    *(guint64 *)field(option, config) = bytes;
    return TRUE;
}

char *ripple_config_format_bytes(const RippleConfigOption *option, const RippleConfig *config)
{
    const guint64 *bytes = field(option, config);
    return *bytes > 0 ? g_strdup_printf("%" G_GUINT64_FORMAT, *bytes) : g_strdup("auto");
}

/* ---- intervals ------------------------------------------------------------------------------- */

static const char *const interval_units[RIPPLE_N_INTERVALS] = {"s", "steps", "epochs"};

/* A number alone counts steps. */
gboolean ripple_config_parse_interval(const RippleConfigOption *option, RippleConfig *config,
                                      const char *value, GError **error)
{
    RippleInterval interval = {0, RIPPLE_INTERVAL_STEPS};
    gsize digits = strspn(value, "0123456789");
    g_autofree char *count = g_strndup(value, digits);
    guint unit = RIPPLE_INTERVAL_STEPS;
    if (value[digits] != '\0')
        for (unit = 0; unit < RIPPLE_N_INTERVALS && strcmp(value + digits, interval_units[unit]);)
            unit++;
    if (strcmp(value, "never") != 0 &&
        (unit == RIPPLE_N_INTERVALS || !ripple_text_whole(count, 1, G_MAXUINT32, &interval.count)))
        return refuse(option, value, "such as 30s, 500steps or 1epochs, or never", error);
    if (interval.count > 0)
        interval.unit = (RippleIntervalUnit)unit;
    *(RippleInterval *)field(option, config) = interval;
    return TRUE;
}

/* What comes by the clock would not come at the same steps again. */
gboolean ripple_config_parse_observation(const RippleConfigOption *option, RippleConfig *config,
                                         const char *value, GError **error)
{
    RippleInterval *interval = field(option, config), before = *interval;
    if (ripple_config_parse_interval(option, config, value, NULL) &&
        interval->unit != RIPPLE_INTERVAL_SECONDS)
        return TRUE;
    *interval = before;
    return refuse(option, value, "such as 500steps or 1epochs, or never", error);
}

char *ripple_config_format_observation(const RippleConfigOption *option, const RippleConfig *config)
{
    return ripple_config_format_interval(option, config);
}

char *ripple_config_format_interval(const RippleConfigOption *option, const RippleConfig *config)
{
    const RippleInterval *interval = field(option, config);
    if (interval->count == 0)
        return g_strdup("never");
    return g_strdup_printf("%" G_GUINT64_FORMAT "%s", interval->count,
                           interval_units[interval->unit]);
}

/* ---- names ---------------------------------------------------------------------------------- */

/* The parsers of names quote the value and list the names; the option is said in front. */
static gboolean name_option(const RippleConfigOption *option, gboolean good, GError **error)
{
    if (!good)
        g_prefix_error(error, "The option %s: ", option->key);
    return good;
}

gboolean ripple_config_parse_scaling(const RippleConfigOption *option, RippleConfig *config,
                                     const char *value, GError **error)
{
    return name_option(option, ripple_scaling_parse(value, &config->scaling, error), error);
}

char *ripple_config_format_scaling(const RippleConfigOption *option, const RippleConfig *config)
{
    return g_strdup(ripple_scaling_name(config->scaling));
}

gboolean ripple_config_parse_activation(const RippleConfigOption *option, RippleConfig *config,
                                        const char *value, GError **error)
{
    return name_option(option, ripple_activation_parse(value, &config->activation, error), error);
}

char *ripple_config_format_activation(const RippleConfigOption *option, const RippleConfig *config)
{
    return g_strdup(ripple_activation_name(config->activation));
}

gboolean ripple_config_parse_output_activation(const RippleConfigOption *option,
                                               RippleConfig *config, const char *value,
                                               GError **error)
{
    if (strcmp(value, "auto") == 0) {
        config->output_activation = RIPPLE_N_ACTIVATIONS;
        return TRUE;
    }
    return name_option(option, ripple_activation_parse(value, &config->output_activation, error),
                       error);
}

char *ripple_config_format_output_activation(const RippleConfigOption *option,
                                             const RippleConfig *config)
{
    if (config->output_activation == RIPPLE_N_ACTIVATIONS)
        return g_strdup("auto");
    return g_strdup(ripple_activation_name(config->output_activation));
}

gboolean ripple_config_parse_loss(const RippleConfigOption *option, RippleConfig *config,
                                  const char *value, GError **error)
{
    if (strcmp(value, "auto") == 0) {
        config->loss = RIPPLE_N_LOSSES;
        return TRUE;
    }
    return name_option(option, ripple_loss_parse(value, &config->loss, error), error);
}

char *ripple_config_format_loss(const RippleConfigOption *option, const RippleConfig *config)
{
    if (config->loss == RIPPLE_N_LOSSES)
        return g_strdup("auto");
    return g_strdup(ripple_loss_name(config->loss));
}

gboolean ripple_config_parse_optimizer(const RippleConfigOption *option, RippleConfig *config,
                                       const char *value, GError **error)
{
    return name_option(option, ripple_optimizer_parse(value, &config->optimizer, error), error);
}

char *ripple_config_format_optimizer(const RippleConfigOption *option, const RippleConfig *config)
{
    return g_strdup(ripple_optimizer_name(config->optimizer));
}

/* ---- tuning --------------------------------------------------------------------------------- */

static const char *const tune_modes[RIPPLE_N_TUNE_MODES] = {"off", "quick", "full"};

gboolean ripple_config_parse_tune(const RippleConfigOption *option, RippleConfig *config,
                                  const char *value, GError **error)
{
    guint mode;
    if (!ripple_text_choose("tuning mode", value, tune_modes, RIPPLE_N_TUNE_MODES, &mode, error))
        return FALSE;
    config->tune = (RippleTuneMode)mode;
    return TRUE;
}

char *ripple_config_format_tune(const RippleConfigOption *option, const RippleConfig *config)
{
    return g_strdup(tune_modes[config->tune]);
}
