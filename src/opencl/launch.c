#include "opencl/launch.h"

char *ripple_choice_option(const char *macro, const char *name)
{
    g_autofree char *upper = g_ascii_strup(name, -1);
    g_strdelimit(upper, "-", '_');
    return g_strdup_printf("-D%s=%s_%s", macro, macro, upper);
}

char *ripple_activation_option(RippleActivation activation)
{
    return ripple_choice_option("ACTIVATION", ripple_activation_name(activation));
}
