#include <ripple/error.h>

/* clang-format off */
G_DEFINE_QUARK(ripple-error-quark, ripple_error)
/* clang-format on */

int ripple_error_exit_code(const GError *error)
{
    if (!error)
        return 0;
    if (error->domain == RIPPLE_ERROR)
        return error->code;
    if (error->domain == G_OPTION_ERROR)
        return RIPPLE_ERROR_USAGE;
    return RIPPLE_ERROR_FAILED;
}
