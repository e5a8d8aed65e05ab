#include "base/machine.h"

#include <unistd.h>

guint64 ripple_machine_memory(void)
{
    return (guint64)sysconf(_SC_PHYS_PAGES) * (guint64)sysconf(_SC_PAGESIZE);
}
