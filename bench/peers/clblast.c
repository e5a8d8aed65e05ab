/* CLBlast as it comes, without tuning, on an OpenCL device. */
#include "products.h"

#include <clblast_c.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PLATFORMS 16
#define MOST_DEVICES 64

const char *const multiplier_name = "clblast";

static const struct {
    CLBlastTranspose a;
    CLBlastTranspose b;
} forms[N_FORMS] = {
    [FORM_NT] = {CLBlastTransposeNo, CLBlastTransposeYes},
    [FORM_NN] = {CLBlastTransposeNo, CLBlastTransposeNo},
    [FORM_TN] = {CLBlastTransposeYes, CLBlastTransposeNo},
};

static cl_context context;
static cl_command_queue queue;
static cl_mem a, b, c, temporary;

static void check(const char *call, int status)
{
    if (status == CL_SUCCESS)
        return;
    g_printerr("clblast: %s failed with %d.\n", call, status);
    exit(EXIT_FAILURE);
}

static gboolean is_called(cl_device_id device, const char *part)
{
    char name[256] = "";
    check("clGetDeviceInfo", clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name, name, NULL));
    return !part || strstr(name, part) != NULL;
}

static cl_device_id find_device(const char *part)
{
    cl_platform_id platforms[MOST_PLATFORMS];
    cl_uint n_platforms = 0;
    check("clGetPlatformIDs", clGetPlatformIDs(MOST_PLATFORMS, platforms, &n_platforms));
    for (cl_uint i = 0; i < MIN(n_platforms, MOST_PLATFORMS); i++) {
        cl_device_id devices[MOST_DEVICES];
        cl_uint n_devices = 0;
        if (clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, MOST_DEVICES, devices, &n_devices) !=
            CL_SUCCESS)
            continue;
        for (cl_uint j = 0; j < MIN(n_devices, MOST_DEVICES); j++)
            if (is_called(devices[j], part))
                return devices[j];
    }
    g_printerr("clblast: no OpenCL device%s%s.\n", part ? " is called " : "", part ? part : "");
    exit(EXIT_FAILURE);
}

void multiplier_open(const char *device)
{
    cl_device_id found = find_device(device);
    cl_int status;
    context = clCreateContext(NULL, 1, &found, NULL, NULL, &status);
    check("clCreateContext", status);
    queue = clCreateCommandQueue(context, found, 0, &status);
    check("clCreateCommandQueue", status);
}

void multiplier_close(void)
{
    CLBlastClearCache();
    clReleaseCommandQueue(queue);
    clReleaseContext(context);
}

char *multiplier_version(void)
{
    return g_strdup(VERSION);
}

guint multiplier_threads(void)
{
    return 0;
}

static cl_mem matrix(gsize length, gfloat *values)
{
    cl_int status;
    cl_mem_flags flags = CL_MEM_READ_WRITE | (values ? CL_MEM_COPY_HOST_PTR : 0);
    cl_mem memory = clCreateBuffer(context, flags, length * sizeof(gfloat), values, &status);
    check("clCreateBuffer", status);
    return memory;
}

static gsize a_columns(const Product *product)
{
    return product->form == FORM_TN ? product->m : product->k;
}

static gsize b_columns(const Product *product)
{
    return product->form == FORM_NT ? product->k : product->n;
}

void multiplier_load(Product *product)
{
    a = matrix(product->m * product->k, product->a);
    b = matrix(product->k * product->n, product->b);
    c = matrix(product->m * product->n, product->c);

    size_t bytes = 0;
    check("CLBlastSGemmTempBufferSize",
          CLBlastSGemmTempBufferSize(CLBlastLayoutRowMajor, forms[product->form].a,
                                     forms[product->form].b, product->m, product->n, product->k, 0,
                                     a_columns(product), 0, b_columns(product), 0, product->n,
                                     &queue, &bytes));
    temporary = bytes > 0 ? matrix((bytes + sizeof(gfloat) - 1) / sizeof(gfloat), NULL) : NULL;
}

void multiplier_multiply(Product *product, guint64 times)
{
    for (guint64 i = 0; i < times; i++)
        check("CLBlastSgemm",
              CLBlastSgemmWithTempBuffer(CLBlastLayoutRowMajor, forms[product->form].a,
                                         forms[product->form].b, product->m, product->n, product->k,
                                         1.0f, a, 0, a_columns(product), b, 0, b_columns(product),
                                         0.0f, c, 0, product->n, &queue, NULL, temporary));
    check("clFinish", clFinish(queue));
}

void multiplier_unload(Product *product)
{
    gsize bytes = product->m * product->n * sizeof(gfloat);
    check("clEnqueueReadBuffer",
          clEnqueueReadBuffer(queue, c, CL_TRUE, 0, bytes, product->c, 0, NULL, NULL));
    clReleaseMemObject(a);
    clReleaseMemObject(b);
    clReleaseMemObject(c);
    if (temporary)
        clReleaseMemObject(temporary);
}
