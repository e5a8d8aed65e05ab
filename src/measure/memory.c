#include "measure/memory.h"

#include "base/machine.h"

#include <ripple/error.h>

gboolean ripple_memory_check(gdouble bytes, const char *what, GError **error)
{
    gdouble memory = (gdouble)ripple_machine_memory();
    if (bytes <= memory)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "%s needs %.1f GiB of memory, and this machine has %.1f GiB; choose a smaller one.",
                what, bytes / (1 << 30), memory / (1 << 30));
    return FALSE;
}
