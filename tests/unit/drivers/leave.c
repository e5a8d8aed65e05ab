/* A driver that ends the program when it is loaded, and says why. */
#include <stdio.h>
#include <stdlib.h>

__attribute__((constructor)) static void leave(void)
{
    fputs("some line\nno licence found\n", stderr);
    exit(3);
}
