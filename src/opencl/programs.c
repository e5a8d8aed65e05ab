#include "opencl/programs.h"

#include "opencl/profile_hooks.h"
#include "opencl/program_cache.h"

#include <gio/gio.h>
#include <ripple/error.h>
#include <string.h>

/* Made by glib-compile-resources from kernels/ripple.gresource.xml. */
extern GResource *ripple_kernels_get_resource(void);

/* Multiply and add may fuse. Nothing that supposes finite numbers: a trainer must see NaN. Moments
 * that fade away end below the smallest normal number, where a CPU takes a hundred times as long;
 * they may as well be zero. */
#define COMMON_OPTIONS "-cl-std=CL1.2 -cl-mad-enable -cl-denorms-are-zero"

/* A second, narrower group for narrow rows, where most of a wide one would idle. */
#define NARROW_GROUP_WIDTH 16

static void kernel_free(gpointer kernel)
{
    clReleaseKernel(kernel);
}

GHashTable *ripple_kernels_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kernel_free);
}

/* ---- source --------------------------------------------------------------------------------- */

GBytes *ripple_embedded_file(const char *file, GError **error)
{
    static gsize is_registered;
    if (g_once_init_enter(&is_registered)) {
        g_resources_register(ripple_kernels_get_resource());
        g_once_init_leave(&is_registered, TRUE);
    }
    /* Not in that resource alone: G_RESOURCE_OVERLAYS may have another in its place. */
    g_autofree char *path = g_strconcat("/ripple/kernels/", file, NULL);
    return g_resources_lookup_data(path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
}

/* What stands in `file`, for `place`. */
static char *load_file(const char *file, const char *place, GError **error)
{
    g_autoptr(GBytes) bytes = ripple_embedded_file(file, NULL);
    if (!bytes) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                    "There is no file %s among the kernels, and %s asks for it.", file, place);
        return NULL;
    }
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    return g_strndup(text, size);
}

/* Append the source in `file`, with what stands in the files it includes in place of each `#include
 * "…"` at the start of a line: drivers do not see our files. */
static gboolean append_source(GString *source, const char *file, const char *place, GError **error)
{
    g_autofree char *text = load_file(file, place, error);
    if (!text)
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_string_append_printf(source, "#line 1 \"%s\"\n", file);
    for (guint i = 0; lines[i]; i++) {
        if (!g_str_has_prefix(lines[i], "#include \"")) {
            g_string_append_printf(source, "%s\n", lines[i]);
            continue;
        }
        g_auto(GStrv) parts = g_strsplit(lines[i], "\"", 3);
        g_autofree char *line = g_strdup_printf("line %u of %s", i + 1, file);
        if (!append_source(source, parts[1], line, error))
            return FALSE;
        g_string_append_printf(source, "#line %u \"%s\"\n", i + 2, file);
    }
    return TRUE;
}

static char *load_source(const char *name, GError **error)
{
    g_autofree char *file = g_strconcat(name, ".cl", NULL);
    g_autoptr(GString) source = g_string_new(NULL);
    if (!append_source(source, file, "the backend", error))
        return NULL;
    return g_string_free(g_steal_pointer(&source), FALSE);
}

/* ---- compiling ------------------------------------------------------------------------------ */

/* No colours, nor what else a terminal might obey. */
static void make_plain(char *text)
{
    for (char *c = text; *c; c++)
        if (g_ascii_iscntrl(*c) && *c != '\n' && *c != '\t')
            *c = ' ';
}

/* What the compiler had to say, or that it said nothing. Free with g_free. */
static char *build_log(RippleOpencl *self, cl_program program)
{
    size_t size = 0;
    cl_device_id device = self->device->device;
    cl_int status = clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
    g_autofree char *log = g_malloc0(size + 1);
    if (status == CL_SUCCESS)
        status = clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, log, NULL);
    if (status != CL_SUCCESS || !*g_strchomp(log))
        return g_strdup("The compiler gives no reason.");
    make_plain(log);
    return g_utf8_make_valid(log, -1);
}

static void set_build_error(RippleOpencl *self, cl_program program, const char *name,
                            const char *options, cl_int status, GError **error)
{
    if (status != CL_BUILD_PROGRAM_FAILURE && status != CL_INVALID_BUILD_OPTIONS) {
        ripple_opencl_report(self, "clBuildProgram", status, error);
        return;
    }
    g_autofree char *log = build_log(self, program);
    g_autofree char *text = ripple_opencl_status_text(status);
    g_set_error(
        error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
        "clBuildProgram failed on %s: %s. The kernel %s.cl did not compile with \"%s\":\n%s",
        self->parent.device_name, text, name, options, log);
}

/* A program from a binary of the cache, or NULL when the driver does not take it. */
static cl_program build_from_cache(RippleOpencl *self, const char *key, const char *options)
{
    g_autoptr(GBytes) binary = ripple_program_cache_load(key);
    if (!binary)
        return NULL;
    gsize size;
    const unsigned char *data = g_bytes_get_data(binary, &size);
    cl_int status, binary_status;
    cl_program program = clCreateProgramWithBinary(self->context, 1, &self->device->device, &size,
                                                   &data, &binary_status, &status);
    if (status == CL_SUCCESS && binary_status == CL_SUCCESS &&
        clBuildProgram(program, 1, &self->device->device, options, NULL, NULL) == CL_SUCCESS)
        return program;
    if (program)
        clReleaseProgram(program);
    ripple_program_cache_forget(key);
    return NULL;
}

static void store_in_cache(cl_program program, const char *key)
{
    size_t size = 0;
    if (clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL) !=
            CL_SUCCESS ||
        size == 0)
        return;
    g_autofree unsigned char *binary = g_malloc(size);
    if (clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) == CL_SUCCESS)
        ripple_program_cache_store(key, binary, size);
}

static cl_program build_from_source(RippleOpencl *self, const char *name, const char *source,
                                    const char *options, GError **error)
{
    cl_int status;
    cl_program program = clCreateProgramWithSource(self->context, 1, &source, NULL, &status);
    if (status != CL_SUCCESS) {
        ripple_opencl_report(self, "clCreateProgramWithSource", status, error);
        return NULL;
    }
    status = clBuildProgram(program, 1, &self->device->device, options, NULL, NULL);
    if (status == CL_SUCCESS)
        return program;
    set_build_error(self, program, name, options, status, error);
    clReleaseProgram(program);
    return NULL;
}

gboolean ripple_programs_choose_cache(RippleOpencl *self, GError **error)
{
    const char *wanted = g_getenv("RIPPLE_PROGRAM_CACHE");
    /* PoCL keeps what it compiled itself, and to hand a binary out it compiles each kernel once
     * more, for groups of any size. */
    self->keep_programs = strcmp(self->device->platform_name, "Portable Computing Language") != 0;
    if (!wanted || !*wanted || strcmp(wanted, "auto") == 0)
        return TRUE;
    self->keep_programs = strcmp(wanted, "on") == 0;
    if (self->keep_programs || strcmp(wanted, "off") == 0)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                "The environment variable RIPPLE_PROGRAM_CACHE cannot be \"%s\": it is \"on\", "
                "\"off\" or \"auto\".",
                wanted);
    return FALSE;
}

static cl_program build(RippleOpencl *self, const char *name, const char *options, GError **error)
{
    g_autofree char *source = load_source(name, error);
    if (!source)
        return NULL;
    if (!self->keep_programs)
        return build_from_source(self, name, source, options, error);
    g_autofree char *key = ripple_program_cache_key(self->device, source, options);
    cl_program program = build_from_cache(self, key, options);
    if (program)
        return program;
    program = build_from_source(self, name, source, options, error);
    if (program)
        store_in_cache(program, key);
    return program;
}

static cl_kernel compile(RippleOpencl *self, const char *name, const char *options, GError **error)
{
    gint64 start = g_get_monotonic_time();
    g_autofree char *all_options = g_strconcat(COMMON_OPTIONS " ", options, NULL);
    cl_program program = build(self, name, all_options, error);
    if (!program)
        return NULL;
    cl_int status;
    cl_kernel kernel = clCreateKernel(program, name, &status);
    clReleaseProgram(program); /* the kernel holds on to it */
    self->parent.compile_seconds += (g_get_monotonic_time() - start) / 1e6;
    if (status == CL_SUCCESS)
        return kernel;
    ripple_opencl_report(self, "clCreateKernel", status, error);
    return NULL;
}

cl_kernel ripple_kernel_get(RippleOpencl *self, const char *name, const char *options,
                            GError **error)
{
    g_autofree char *key = g_strconcat(name, " ", options, NULL);
    cl_kernel kernel = g_hash_table_lookup(self->kernels, key);
    if (kernel)
        return kernel;
    kernel = compile(self, name, options, error);
    if (kernel)
        g_hash_table_insert(self->kernels, g_steal_pointer(&key), kernel);
    return kernel;
}

/* ---- launching ------------------------------------------------------------------------------ */

gboolean ripple_kernel_launch_groups(RippleOpencl *self, cl_kernel kernel, const gsize *global,
                                     const gsize *local, const RippleArgument *arguments,
                                     guint n_arguments, GError **error)
{
    for (guint i = 0; i < n_arguments; i++) {
        cl_int status = clSetKernelArg(kernel, i, arguments[i].size, arguments[i].value);
        if (status != CL_SUCCESS)
            return ripple_opencl_report(self, "clSetKernelArg", status, error);
    }
    cl_int status =
        clEnqueueNDRangeKernel(self->queue, kernel, 2, NULL, global, local, 0, NULL,
                               ripple_profile_next_kernel(self, RIPPLE_QUEUE_COMPUTE, kernel));
    return status == CL_SUCCESS ||
           ripple_opencl_report(self, "clEnqueueNDRangeKernel", status, error);
}

gboolean ripple_kernel_launch(RippleOpencl *self, cl_kernel kernel, gsize columns, gsize rows,
                              const RippleArgument *arguments, guint n_arguments, GError **error)
{
    gsize width = columns <= NARROW_GROUP_WIDTH ? NARROW_GROUP_WIDTH : RIPPLE_GROUP_WIDTH;
    const gsize local[2] = {width, 1};
    const gsize global[2] = {(columns + width - 1) / width * width, rows};
    return ripple_kernel_launch_groups(self, kernel, global, local, arguments, n_arguments, error);
}
