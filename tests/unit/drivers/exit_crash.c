/* A driver that works, as PoCL does all of it, and crashes when the program ends. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

int clIcdGetPlatformIDsKHR(unsigned room, void *platforms, unsigned *count);
void *clGetExtensionFunctionAddress(const char *name);

static void *pocl(const char *symbol)
{
    char library[4096] = "";
    FILE *file = fopen("/etc/OpenCL/vendors/pocl.icd", "r");
    if (!file)
        return NULL;
    if (!fgets(library, sizeof library, file))
        library[0] = '\0';
    fclose(file);
    library[strcspn(library, "\n")] = '\0';
    void *handle = *library ? dlopen(library, RTLD_LAZY | RTLD_LOCAL) : NULL;
    return handle ? dlsym(handle, symbol) : NULL;
}

__attribute__((visibility("default"))) int clIcdGetPlatformIDsKHR(unsigned room, void *platforms,
                                                                  unsigned *count)
{
    int (*get)(unsigned, void *, unsigned *);
    void *symbol = pocl("clIcdGetPlatformIDsKHR");
    memcpy(&get, &symbol, sizeof get);
    return get ? get(room, platforms, count) : -1001;
}

__attribute__((visibility("default"))) void *clGetExtensionFunctionAddress(const char *name)
{
    void *(*get)(const char *);
    void *symbol = pocl("clGetExtensionFunctionAddress");
    memcpy(&get, &symbol, sizeof get);
    return get ? get(name) : NULL;
}

__attribute__((destructor)) static void crash(void)
{
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
}
