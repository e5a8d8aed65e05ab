#include "cli/compare_report.h"
#include "cli/console.h"
#include "train/json_object.h"

#include <math.h>

void ripple_compare_add_ulp(const GArray *tensors, guint64 sum[RIPPLE_ULP_BUCKETS])
{
    for (guint i = 0; i < tensors->len; i++)
        for (guint bucket = 0; bucket < RIPPLE_ULP_BUCKETS; bucket++)
            sum[bucket] += ripple_compared(tensors, i)->ulp[bucket];
}

static void add_tensor(GString *json, const RippleTensorComparison *tensor)
{
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "name", tensor->name);
    ripple_json_set_whole(json, "step", tensor->step);
    ripple_json_set_number(json, "max_abs", tensor->max_abs);
    ripple_json_set_number(json, "max_rel", tensor->max_rel);
    ripple_json_set_number(json, "max_ulp", tensor->max_ulp);
    ripple_json_set_number(json, "tolerance", tensor->tolerance);
    ripple_json_set_number(json, "share", tensor->share);
    ripple_json_set_whole(json, "row", tensor->row);
    ripple_json_set_whole(json, "column", tensor->column);
    ripple_json_set_number(json, "device", tensor->device);
    ripple_json_set_number(json, "reference", tensor->reference);
    ripple_json_set_flag(json, "lean", tensor->is_lean);
    ripple_json_set_flag(json, "pass", tensor->pass);
    ripple_json_end_object(json);
}

static void add_tensors(GString *json, const char *name, const GArray *tensors)
{
    ripple_json_begin_array(json, name);
    for (guint i = 0; i < tensors->len; i++)
        add_tensor(json, ripple_compared(tensors, i));
    ripple_json_end_array(json);
}

/* The last bucket has no limit, which is null. */
static void add_histogram(GString *json, const char *name, const GArray *tensors)
{
    guint64 sum[RIPPLE_ULP_BUCKETS] = {0};
    ripple_compare_add_ulp(tensors, sum);
    ripple_json_begin_array(json, name);
    for (guint bucket = 0; bucket < RIPPLE_ULP_BUCKETS; bucket++) {
        ripple_json_begin_object(json, NULL);
        ripple_json_set_number(json, "up_to", ripple_ulp_bucket_limit(bucket));
        ripple_json_set_whole(json, "elements", sum[bucket]);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}

/* ---- divergences ---------------------------------------------------------------------------- */

/* JSON has no number for what is not finite: text says it. */
static void set_value(GString *json, const char *name, gdouble value)
{
    g_autofree char *text = ripple_compare_number(value);
    if (isfinite(value))
        ripple_json_set_number(json, name, value);
    else
        ripple_json_set_text(json, name, text);
}

static void add_operand(GString *json, const RippleOperand *operand)
{
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "name", operand->name);
    if (!operand->is_scalar) {
        ripple_json_set_whole(json, "row", operand->row);
        ripple_json_set_whole(json, "column", operand->column);
    }
    set_value(json, "value", operand->value);
    ripple_json_end_object(json);
}

static void add_term(GString *json, const RippleTerm *term)
{
    ripple_json_begin_object(json, NULL);
    set_value(json, "value", term->value);
    ripple_json_begin_array(json, "factors");
    for (guint i = 0; i < term->n_factors; i++)
        add_operand(json, &term->factors[i]);
    ripple_json_end_array(json);
    ripple_json_end_object(json);
}

static void add_divergence(GString *json, const char *name, const RippleDivergence *divergence)
{
    if (!divergence) {
        ripple_json_set_text(json, name, NULL);
        return;
    }
    ripple_json_begin_object(json, name);
    ripple_json_set_whole(json, "step", divergence->step);
    ripple_json_set_text(json, "of", divergence->device_name);
    ripple_json_set_text(json, "operation", divergence->operation);
    ripple_json_set_whole(json, "layer", divergence->layer);
    ripple_json_set_text(json, "tensor", divergence->tensor);
    ripple_json_set_whole(json, "row", divergence->row);
    ripple_json_set_whole(json, "column", divergence->column);
    set_value(json, "device", divergence->device);
    set_value(json, "reference", divergence->reference);
    ripple_json_set_number(json, "tolerance", divergence->tolerance);
    ripple_json_set_number(json, "ulp", divergence->ulp);
    ripple_json_set_flag(json, "lean", divergence->is_lean);
    ripple_json_set_text(json, "formula", divergence->formula);
    ripple_json_set_number(json, "magnitude", divergence->magnitude);
    ripple_json_begin_array(json, "operands");
    for (guint i = 0; i < divergence->operands->len; i++)
        add_operand(json, &g_array_index(divergence->operands, RippleOperand, i));
    ripple_json_end_array(json);
    ripple_json_begin_array(json, "terms");
    for (guint i = 0; i < divergence->terms->len; i++)
        add_term(json, &g_array_index(divergence->terms, RippleTerm, i));
    ripple_json_end_array(json);
    ripple_json_end_object(json);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void add_losses(GString *json, const GArray *losses)
{
    ripple_json_begin_array(json, "losses");
    for (guint i = 0; i < losses->len; i++) {
        const RippleLossComparison *loss = &g_array_index(losses, RippleLossComparison, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_whole(json, "step", loss->step);
        ripple_json_set_number(json, "device", loss->device);
        ripple_json_set_number(json, "reference", loss->reference);
        ripple_json_set_number(json, "relative", loss->relative);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
}

void ripple_compare_print_json(const RippleComparison *found)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_flag(json, "pass", found->pass);
    ripple_json_set_text(json, "device", found->device);
    if (found->against)
        ripple_json_set_text(json, "against", found->against);
    ripple_json_set_text(json, "network", found->network);
    ripple_json_set_whole(json, "steps", found->steps);
    add_tensors(json, "tensors", found->tensors);
    add_histogram(json, "ulp", found->tensors);
    if (found->against) {
        add_tensors(json, "others", found->others);
        add_histogram(json, "others_ulp", found->others);
        add_tensors(json, "between", found->between);
        add_histogram(json, "between_ulp", found->between);
    }
    add_losses(json, found->losses);
    add_divergence(json, "divergence", found->divergence);
    add_divergence(json, "not_finite", found->not_finite);
    ripple_json_end_object(json);
    ripple_console_json(json);
}

void ripple_compare_print_models_json(const RippleModelComparison *found, const char *path,
                                      const char *with)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_flag(json, "pass", found->pass);
    ripple_json_set_text(json, "model", path);
    ripple_json_set_text(json, "with", with);
    ripple_json_set_number(json, "tolerance", found->tolerance);
    ripple_json_set_text(json, "metadata", found->metadata);
    ripple_json_begin_array(json, "tensors");
    for (guint i = 0; i < found->tensors->len; i++) {
        const RippleTensorComparison *tensor = ripple_compared(found->tensors, i);
        ripple_json_begin_object(json, NULL);
        ripple_json_set_text(json, "name", tensor->name);
        ripple_json_set_number(json, "max_abs", tensor->max_abs);
        ripple_json_set_number(json, "max_rel", tensor->max_rel);
        ripple_json_set_number(json, "max_ulp", tensor->max_ulp);
        ripple_json_set_whole(json, "row", tensor->row);
        ripple_json_set_whole(json, "column", tensor->column);
        ripple_json_set_number(json, "model", tensor->device);
        ripple_json_set_number(json, "with", tensor->reference);
        ripple_json_set_flag(json, "pass", tensor->pass);
        ripple_json_end_object(json);
    }
    ripple_json_end_array(json);
    add_histogram(json, "ulp", found->tensors);
    ripple_json_end_object(json);
    ripple_console_json(json);
}
