#include "data/classes.h"

#include "base/text.h"

#include <string.h>

static void add(RippleClasses *classes, char *name)
{
    g_hash_table_insert(classes->labels, name, GUINT_TO_POINTER(classes->names->len));
    g_ptr_array_add(classes->names, name);
}

RippleClasses *ripple_classes_new(const char *const *known)
{
    RippleClasses *classes = g_new0(RippleClasses, 1);
    classes->names = g_ptr_array_new_with_free_func(g_free);
    classes->labels = g_hash_table_new(g_str_hash, g_str_equal);
    classes->are_known = known != NULL;
    for (; known && *known; known++)
        add(classes, g_strdup(*known));
    return classes;
}

void ripple_classes_free(RippleClasses *classes)
{
    if (!classes)
        return;
    g_hash_table_unref(classes->labels);
    g_ptr_array_unref(classes->names);
    g_free(classes);
}

/* Fifteen digits: what any double keeps of a decimal number. Adding 0 turns −0 into 0. */
static char *normalise(const char *name)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    gdouble number;
    if (!ripple_text_number(name, &number))
        return g_strdup(name);
    return g_strdup(g_ascii_formatd(digits, sizeof digits, "%.15g", number + 0.0));
}

static gboolean look_up(const RippleClasses *classes, const char *name, guint32 *label)
{
    gpointer value;
    gboolean is_there = g_hash_table_lookup_extended(classes->labels, name, NULL, &value);
    if (is_there)
        *label = GPOINTER_TO_UINT(value);
    return is_there;
}

gboolean ripple_classes_label(RippleClasses *classes, const char *name, guint32 *label)
{
    if (look_up(classes, name, label))
        return TRUE;
    g_autofree char *normal = normalise(name);
    if (look_up(classes, normal, label))
        return TRUE;
    if (classes->are_known)
        return FALSE;
    *label = classes->names->len;
    add(classes, g_steal_pointer(&normal));
    return TRUE;
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    const char *names[2] = {*(char *const *)a, *(char *const *)b};
    gdouble numbers[2];
    gboolean is_number[2];
    for (int i = 0; i < 2; i++)
        is_number[i] = ripple_text_number(names[i], &numbers[i]);
    if (is_number[0] != is_number[1])
        return is_number[0] ? -1 : 1;
    if (is_number[0])
        return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1]);
    return strcmp(names[0], names[1]);
}

void ripple_classes_finish(const RippleClasses *classes, RippleDataset *dataset)
{
    guint n_classes = classes->names->len;
    dataset->classes = n_classes;
    dataset->class_names = g_new0(char *, (gsize)n_classes + 1);
    for (guint c = 0; c < n_classes; c++)
        dataset->class_names[c] = g_strdup(classes->names->pdata[c]);
    if (classes->are_known)
        return;

    qsort(dataset->class_names, n_classes, sizeof *dataset->class_names, compare_names);
    g_autofree guint32 *label_of = g_new(guint32, n_classes);
    for (guint c = 0; c < n_classes; c++) {
        gpointer label = g_hash_table_lookup(classes->labels, dataset->class_names[c]);
        label_of[GPOINTER_TO_UINT(label)] = c;
    }
    for (gsize s = 0; s < dataset->samples; s++)
        dataset->labels[s] = label_of[dataset->labels[s]];
}
