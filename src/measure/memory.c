#include "measure/memory.h"

#include <ripple/error.h>
#include <unistd.h>

gboolean ripple_memory_check(gdouble bytes, const char *what, GError **error)
{
    gdouble memory = (gdouble)sysconf(_SC_PHYS_PAGES) * (gdouble)sysconf(_SC_PAGESIZE);
    if (bytes <= memory)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "%s needs %.1f GiB of memory, and this machine has %.1f GiB; choose a smaller one.",
                what, bytes / (1 << 30), memory / (1 << 30));
    return FALSE;
}
