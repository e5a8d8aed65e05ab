/* A driver that crashes whoever loads it, also where a sanitizer would rather report it. */
#include <signal.h>

__attribute__((constructor)) static void crash(void)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}
