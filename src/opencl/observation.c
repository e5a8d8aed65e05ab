/* What tensors are like: summaries, histograms, and how far units still pass deltas on. */
#include "opencl/launch.h"

/* Elements of a work-item, and what it leaves of them; the kernels are told. */
#define SUMMARY_PART 1024
#define SUMMARY_PARTIALS 7
#define HISTOGRAM_PART 4096

/* Work-items of a group. They have much to do, so that few keep all of a processor's cores busy. */
#define PARTS_OF_GROUP 4

gsize ripple_opencl_partial_bytes(gsize count)
{
    gsize summary = ripple_ceiling(count, SUMMARY_PART) * SUMMARY_PARTIALS * sizeof(cl_float);
    gsize histogram =
        ripple_ceiling(count, HISTOGRAM_PART) * RIPPLE_HISTOGRAM_BINS * sizeof(cl_uint);
    return MAX(summary, histogram);
}

static gboolean launch_parts(RippleOpencl *self, cl_kernel kernel, gsize parts,
                             const RippleArgument *arguments, guint n_arguments, GError **error)
{
    const gsize local[2] = {PARTS_OF_GROUP, 1};
    const gsize global[2] = {ripple_ceiling(parts, PARTS_OF_GROUP) * PARTS_OF_GROUP, 1};
    return ripple_kernel_launch_groups(self, kernel, global, local, arguments, n_arguments, error);
}

/* ---- summary -------------------------------------------------------------------------------- */

static gboolean summarise_parts(RippleOpencl *self, const RippleSummary *summary, cl_ulong count,
                                GError **error)
{
    g_autofree char *options =
        g_strdup_printf("-DPART=%d -DMINUS=%d", SUMMARY_PART, summary->minus.buffer != NULL);
    cl_kernel kernel = ripple_kernel_get(self, "summary", options, error);
    if (!kernel)
        return FALSE;
    RippleOperand values = ripple_operand(summary->values), minus = ripple_operand(summary->minus);
    const RippleArgument arguments[] = {RIPPLE_OPERAND(values), RIPPLE_OPERAND(minus),
                                        RIPPLE_ARGUMENT(self->partials.memory),
                                        RIPPLE_ARGUMENT(count)};
    return launch_parts(self, kernel, ripple_ceiling(count, SUMMARY_PART), arguments,
                        G_N_ELEMENTS(arguments), error);
}

static gboolean merge_parts(RippleOpencl *self, const RippleSummary *summary, cl_ulong count,
                            GError **error)
{
    cl_kernel kernel = ripple_kernel_get(self, "summary_merge", "", error);
    if (!kernel)
        return FALSE;
    RippleOperand result = ripple_operand(summary->result);
    cl_uint parts = (cl_uint)ripple_ceiling(count, SUMMARY_PART);
    const RippleArgument arguments[] = {RIPPLE_ARGUMENT(self->partials.memory),
                                        RIPPLE_OPERAND(result), RIPPLE_ARGUMENT(parts)};
    return ripple_kernel_launch(self, kernel, RIPPLE_GROUP_WIDTH, 1, arguments,
                                G_N_ELEMENTS(arguments), error);
}

gboolean ripple_opencl_summary(RippleBackend *backend, const RippleSummary *summary, GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    cl_ulong count = summary->values.rows * summary->values.columns;
    ripple_opencl_written(summary->result);
    return ripple_opencl_scratch(self, &self->partials, ripple_opencl_partial_bytes(count),
                                 error) &&
           summarise_parts(self, summary, count, error) && merge_parts(self, summary, count, error);
}

/* ---- histogram ------------------------------------------------------------------------------ */

static gboolean count_parts(RippleOpencl *self, const RippleHistogram *histogram, cl_ulong count,
                            GError **error)
{
    g_autofree char *options = g_strdup_printf("-DPART=%d", HISTOGRAM_PART);
    cl_kernel kernel = ripple_kernel_get(self, "histogram", options, error);
    if (!kernel)
        return FALSE;
    RippleOperand values = ripple_operand(histogram->values);
    RippleOperand summary = ripple_operand(histogram->summary);
    summary.offset += RIPPLE_SUMMARY_LEAST; /* and the most behind it */
    const RippleArgument arguments[] = {RIPPLE_OPERAND(values), RIPPLE_OPERAND(summary),
                                        RIPPLE_ARGUMENT(self->partials.memory),
                                        RIPPLE_ARGUMENT(count)};
    return launch_parts(self, kernel, ripple_ceiling(count, HISTOGRAM_PART), arguments,
                        G_N_ELEMENTS(arguments), error);
}

static gboolean sum_parts(RippleOpencl *self, const RippleHistogram *histogram, cl_ulong count,
                          GError **error)
{
    cl_kernel kernel = ripple_kernel_get(self, "histogram_sum", "", error);
    if (!kernel)
        return FALSE;
    RippleOperand result = ripple_operand(histogram->result);
    cl_uint parts = (cl_uint)ripple_ceiling(count, HISTOGRAM_PART);
    const RippleArgument arguments[] = {RIPPLE_ARGUMENT(self->partials.memory),
                                        RIPPLE_OPERAND(result), RIPPLE_ARGUMENT(parts)};
    return ripple_kernel_launch(self, kernel, RIPPLE_HISTOGRAM_BINS, 1, arguments,
                                G_N_ELEMENTS(arguments), error);
}

gboolean ripple_opencl_histogram(RippleBackend *backend, const RippleHistogram *histogram,
                                 GError **error)
{
    G_STATIC_ASSERT(RIPPLE_SUMMARY_MOST == RIPPLE_SUMMARY_LEAST + 1);
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    cl_ulong count = histogram->values.rows * histogram->values.columns;
    ripple_opencl_written(histogram->result);
    return ripple_opencl_scratch(self, &self->partials, ripple_opencl_partial_bytes(count),
                                 error) &&
           count_parts(self, histogram, count, error) && sum_parts(self, histogram, count, error);
}

/* ---- units ---------------------------------------------------------------------------------- */

gboolean ripple_opencl_derivative_peak(RippleBackend *backend, const RippleDerivativePeak *peak,
                                       GError **error)
{
    RippleOpencl *self = RIPPLE_OPENCL(backend);
    g_autofree char *options = ripple_activation_option(peak->activation);
    cl_kernel kernel = ripple_kernel_get(self, "derivative_peak", options, error);
    if (!kernel)
        return FALSE;
    ripple_opencl_written(peak->result);
    RippleOperand source =
        ripple_operand(ripple_activation_needs_z(peak->activation) ? peak->z : peak->a);
    RippleOperand result = ripple_operand(peak->result);
    cl_uint rows = (cl_uint)peak->a.rows, columns = (cl_uint)peak->a.columns;
    const RippleArgument arguments[] = {RIPPLE_OPERAND(source), RIPPLE_OPERAND(result),
                                        RIPPLE_ARGUMENT(rows), RIPPLE_ARGUMENT(columns)};
    return ripple_kernel_launch(self, kernel, columns, 1, arguments, G_N_ELEMENTS(arguments),
                                error);
}
