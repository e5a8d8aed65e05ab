#include "cli/compare_report.h"

#include "base/text.h"
#include "cli/console.h"
#include "cli/table.h"

#include <math.h>
#include <string.h>

#define BAR_WIDTH 24

/* Of a sum, and of other operands: people look at so many, programs get all. */
#define MOST_TERMS 5
#define MOST_OPERANDS 16

char *ripple_compare_number(gdouble value)
{
    return isnan(value) ? g_strdup("NaN") : g_strdup_printf("%.9g", value);
}

/* ---- tables --------------------------------------------------------------------------------- */

static void add_element(RippleTable *table, const RippleTensorComparison *worst)
{
    ripple_table_add(table, "[%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT "]", worst->row, worst->column);
    ripple_table_add(table, "%.7g", worst->device);
    ripple_table_add(table, "%.7g", worst->reference);
    ripple_table_add(table, "%.1e", worst->max_abs);
    ripple_table_add(table, "%.1e", worst->max_rel);
    ripple_table_add(table, "%.3g", worst->max_ulp);
}

/* The step in which the tensor of that name came closest to what is allowed, or went furthest
 * beyond. NULL where there is none. */
static const RippleTensorComparison *worst_of(const GArray *tensors, const char *name)
{
    const RippleTensorComparison *worst = NULL;
    for (guint i = 0; i < tensors->len; i++) {
        const RippleTensorComparison *tensor = ripple_compared(tensors, i);
        if (strcmp(tensor->name, name) == 0 && (!worst || tensor->share > worst->share))
            worst = tensor;
    }
    return worst;
}

/* The tensors of the first step are those of every step. */
static gboolean is_of_first_step(const GArray *tensors, guint i)
{
    return ripple_compared(tensors, i)->step == ripple_compared(tensors, 0)->step;
}

static void print_tensors(const RippleComparison *found)
{
    static const char *const headings[] = {
        "tensor",   ">step",    "worst element", ">device", ">reference", ">max abs",
        ">max rel", ">max ulp", ">of bound",     "",        NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    for (guint i = 0; i < found->tensors->len && is_of_first_step(found->tensors, i); i++) {
        const RippleTensorComparison *worst =
            worst_of(found->tensors, ripple_compared(found->tensors, i)->name);
        ripple_table_add(table, "%s", worst->name);
        ripple_table_add(table, "%" G_GUINT64_FORMAT, worst->step);
        add_element(table, worst);
        ripple_table_add_share(table, worst->share);
        ripple_table_add_verdict(table, worst->pass);
    }
    ripple_table_print(table);
}

/* The reference tells which of two devices is off. */
static void print_devices(const RippleComparison *found)
{
    static const char *const headings[] = {
        "tensor",   ">step",    "worst element", ">device", ">against",   ">max abs", ">max rel",
        ">max ulp", ">of both", ">device's",     "",        ">against's", "",         NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    for (guint i = 0; i < found->between->len && is_of_first_step(found->between, i); i++) {
        const char *name = ripple_compared(found->between, i)->name;
        const RippleTensorComparison *between = worst_of(found->between, name);
        const RippleTensorComparison *own = worst_of(found->tensors, name);
        const RippleTensorComparison *other = worst_of(found->others, name);
        ripple_table_add(table, "%s", name);
        ripple_table_add(table, "%" G_GUINT64_FORMAT, between->step);
        add_element(table, between);
        ripple_table_add_share(table, between->share);
        ripple_table_add_share(table, own->share);
        ripple_table_add_verdict(table, own->pass);
        ripple_table_add_share(table, other->share);
        ripple_table_add_verdict(table, other->pass);
    }
    ripple_table_print(table);
}

/* ---- histogram ------------------------------------------------------------------------------ */

static void print_histogram(const GArray *tensors, const char *what)
{
    static const char *const headings[] = {"ulp", ">elements", ">", "", NULL};
    guint64 sum[RIPPLE_ULP_BUCKETS] = {0}, all = 0;
    ripple_compare_add_ulp(tensors, sum);
    for (guint i = 0; i < RIPPLE_ULP_BUCKETS; i++)
        all += sum[i];
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    for (guint i = 0; i < RIPPLE_ULP_BUCKETS; i++) {
        if (sum[i] == 0)
            continue;
        g_autofree char *count = ripple_text_count(sum[i]);
        gdouble fraction = (gdouble)sum[i] / all;
        g_autofree char *bar = ripple_console_bar(fraction, BAR_WIDTH);
        if (i + 1 < RIPPLE_ULP_BUCKETS)
            ripple_table_add(table, "%s%.10g", i > 0 ? "≤ " : "", ripple_ulp_bucket_limit(i));
        else
            ripple_table_add(table, "beyond");
        ripple_table_add(table, "%s", count);
        ripple_table_add(table, "%.2f%%", 100 * fraction);
        ripple_table_add(table, "%s", bar);
    }
    ripple_console_print("\n%s\n", what);
    ripple_table_print(table);
}

/* ---- one element ---------------------------------------------------------------------------- */

static char *place_of(const RippleOperand *operand)
{
    if (operand->is_scalar)
        return g_strdup(operand->name);
    return g_strdup_printf("%s[%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT "]", operand->name,
                           operand->row, operand->column);
}

static void print_operands(const GArray *operands)
{
    for (guint i = 0; i < MIN(operands->len, MOST_OPERANDS); i++) {
        const RippleOperand *operand = &g_array_index(operands, RippleOperand, i);
        g_autofree char *place = place_of(operand);
        g_autofree char *value = ripple_compare_number(operand->value);
        ripple_console_print("           %s = %s\n", place, value);
    }
    if (operands->len > MOST_OPERANDS)
        ripple_console_print("           … and %u more, which --json tells\n",
                             operands->len - MOST_OPERANDS);
}

static void print_term(const RippleTerm *term)
{
    g_autofree char *place = place_of(&term->factors[0]);
    g_autofree char *factor = ripple_compare_number(term->factors[0].value);
    g_autofree char *value = ripple_compare_number(term->value);
    if (term->n_factors == 1) {
        ripple_console_print("           %s = %s\n", place, value);
        return;
    }
    g_autofree char *other_place = place_of(&term->factors[1]);
    g_autofree char *other_factor = ripple_compare_number(term->factors[1].value);
    ripple_console_print("           %s · %s = %s · %s = %s\n", place, other_place, factor,
                         other_factor, value);
}

/* NaN before all others, then by magnitude. */
static int largest_first(gconstpointer a, gconstpointer b)
{
    const RippleTerm *one = a, *other = b;
    gdouble first = isnan(one->value) ? INFINITY : fabs(one->value);
    gdouble second = isnan(other->value) ? INFINITY : fabs(other->value);
    return (first < second) - (first > second);
}

static void print_terms(const GArray *terms)
{
    g_autoptr(GArray) sorted = g_array_copy((GArray *)terms);
    g_array_sort(sorted, largest_first);
    for (guint i = 0; i < MIN(sorted->len, MOST_TERMS); i++)
        print_term(&g_array_index(sorted, RippleTerm, i));
    if (sorted->len > MOST_TERMS)
        ripple_console_print("           … and %u smaller ones, which --json tells\n",
                             sorted->len - MOST_TERMS);
}

static void print_divergence(const char *heading, const RippleDivergence *found)
{
    g_autofree char *device = ripple_compare_number(found->device);
    g_autofree char *reference = ripple_compare_number(found->reference);
    ripple_console_print("\n%s: step %" G_GUINT64_FORMAT ", %s, layer %u, %s[%" G_GSIZE_FORMAT
                         ",%" G_GSIZE_FORMAT "] of %s\n",
                         heading, found->step, found->operation, found->layer, found->tensor,
                         found->row, found->column, found->device_name);
    ripple_console_print("device     %s%s\n", device,
                         found->is_lean ? ", where as few tensors are kept as in training" : "");
    ripple_console_print("reference  %s", reference);
    if (isfinite(found->ulp))
        ripple_console_print(", %.3g ulp apart", found->ulp);
    ripple_console_print("; rounding allows %.2g\n", found->tolerance);
    ripple_console_print("formula    %s\n", found->formula);
    if (found->terms->len > 0)
        ripple_console_print("sum        %u terms, Σ|term| = %.9g\n", found->terms->len,
                             found->magnitude);
    print_terms(found->terms);
    if (found->operands->len > 0)
        ripple_console_print("operands\n");
    print_operands(found->operands);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static const RippleLossComparison *loss_at(const RippleComparison *found, guint i)
{
    return &g_array_index(found->losses, RippleLossComparison, i);
}

static void print_losses(const RippleComparison *found)
{
    guint worst = 0;
    for (guint i = 1; i < found->losses->len; i++)
        if (loss_at(found, i)->relative > loss_at(found, worst)->relative)
            worst = i;
    if (found->losses->len == 0)
        return;
    const RippleLossComparison *loss = loss_at(found, worst);
    ripple_console_print(
        "\nA reference that trains alone has the same losses to %.1e of them (step "
        "%" G_GUINT64_FORMAT ": %.7g here, %.7g there).\n",
        loss->relative, loss->step, loss->device, loss->reference);
}

static void print_verdict(const RippleComparison *found)
{
    if (found->pass && found->not_finite)
        ripple_console_print("\nDevice and reference agree, and both leave the finite numbers.\n");
    else if (found->pass)
        ripple_console_print("Every number lies within what rounding allows.\n");
    else
        ripple_console_print("Device and reference disagree.\n");
}

void ripple_compare_print(const RippleComparison *found)
{
    ripple_console_print("device   %s\n", found->device);
    if (found->against)
        ripple_console_print("against  %s\n", found->against);
    ripple_console_print("network  %s\nsteps    %" G_GUINT64_FORMAT
                         ", each tensor at the step nearest its bound\n\n",
                         found->network, found->steps);
    if (found->against)
        print_devices(found);
    else
        print_tensors(found);
    if (found->against)
        print_histogram(found->between, "How far the devices' numbers lie from each other");
    else
        print_histogram(found->tensors, "How far the device's numbers lie from the reference's");
    if (found->divergence)
        print_divergence("First divergence", found->divergence);
    if (found->not_finite)
        print_divergence("First number that is not finite", found->not_finite);
    print_losses(found);
    print_verdict(found);
}

void ripple_compare_print_models(const RippleModelComparison *found, const char *path,
                                 const char *with)
{
    static const char *const headings[] = {"tensor",   "element",  ">model", ">with", ">max abs",
                                           ">max rel", ">max ulp", "",       NULL};
    g_autoptr(RippleTable) table = ripple_table_new(headings);
    ripple_console_print("model  %s\nwith   %s\n\n", path, with);
    for (guint i = 0; i < found->tensors->len; i++) {
        const RippleTensorComparison *tensor = ripple_compared(found->tensors, i);
        ripple_table_add(table, "%s", tensor->name);
        add_element(table, tensor);
        ripple_table_add_verdict(table, tensor->pass);
    }
    ripple_table_print(table);
    print_histogram(found->tensors, "How far the numbers lie apart");
    if (found->metadata)
        ripple_console_print("\nThe files differ in \"%s\".\n", found->metadata);
    if (!found->pass)
        ripple_console_print("\nThe models differ.\n");
    else if (found->tolerance == 0)
        ripple_console_print("\nThe models are the same, to the bit.\n");
    else
        ripple_console_print("\nNo two numbers are further apart than %g.\n", found->tolerance);
}
