#include "layer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *name;
    GPtrArray *arguments; /* of cl_mem; NULL where an argument is no buffer */
} Kernel;

/* A buffer as it was before a launch. */
typedef struct {
    cl_mem memory;
    guint32 *words;
    gsize n_words;
} Before;

static GMutex lock;
static GHashTable *kernels;  /* cl_kernel → Kernel */
static GHashTable *launches; /* name → how often */
static GString *report;

/* What RIPPLE_TEST_WRONG says. */
static struct {
    char *kernel; /* NULL: nothing shall be wrong */
    guint64 launch;
    guint64 buffer;
    guint64 percent;
} wanted;

static void kernel_free(gpointer data)
{
    Kernel *kernel = data;
    g_free(kernel->name);
    g_ptr_array_unref(kernel->arguments);
    g_free(kernel);
}

void layer_wrong_init(void)
{
    const char *text = g_getenv("RIPPLE_TEST_WRONG");
    kernels = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, kernel_free);
    launches = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    report = g_string_new(NULL);
    if (!text || !*text)
        return;
    g_auto(GStrv) parts = g_strsplit(text, ":", -1);
    if (g_strv_length(parts) != 4) {
        fprintf(stderr, "RIPPLE_TEST_WRONG: \"%s\" is not KERNEL:LAUNCH:BUFFER:PERCENT\n", text);
        abort();
    }
    wanted.kernel = g_strdup(parts[0]);
    wanted.launch = g_ascii_strtoull(parts[1], NULL, 10);
    wanted.buffer = g_ascii_strtoull(parts[2], NULL, 10);
    wanted.percent = MIN(g_ascii_strtoull(parts[3], NULL, 10), 100);
}

void layer_kernel_named(cl_kernel handle, const char *name)
{
    Kernel *kernel = g_new0(Kernel, 1);
    kernel->name = g_strdup(name);
    kernel->arguments = g_ptr_array_new();
    g_mutex_lock(&lock);
    g_hash_table_insert(kernels, handle, kernel);
    g_mutex_unlock(&lock);
}

void layer_kernel_argument(cl_kernel handle, cl_uint index, size_t size, const void *value)
{
    cl_mem memory = NULL;
    if (size == sizeof memory && value)
        memcpy(&memory, value, sizeof memory);
    if (!layer_object_is(LAYER_BUFFER, memory))
        memory = NULL;
    g_mutex_lock(&lock);
    Kernel *kernel = g_hash_table_lookup(kernels, handle);
    if (kernel) {
        if (index >= kernel->arguments->len)
            g_ptr_array_set_size(kernel->arguments, (gint)index + 1);
        kernel->arguments->pdata[index] = memory;
    }
    g_mutex_unlock(&lock);
}

/* ---- around a launch ------------------------------------------------------------------------ */

static void before_clear(gpointer data)
{
    g_free(((Before *)data)->words);
}

static guint32 *read_words(cl_command_queue queue, cl_mem memory, gsize n_words)
{
    guint32 *words = g_new0(guint32, n_words);
    layer_target->clEnqueueReadBuffer(queue, memory, CL_TRUE, 0, n_words * sizeof *words, words, 0,
                                      NULL, NULL);
    return words;
}

static gboolean is_in(const GArray *all, cl_mem memory)
{
    for (guint i = 0; i < all->len; i++)
        if (g_array_index(all, Before, i).memory == memory)
            return TRUE;
    return FALSE;
}

static GArray *look_at(cl_command_queue queue, const Kernel *kernel)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Before));
    g_array_set_clear_func(all, before_clear);
    for (guint i = 0; i < kernel->arguments->len; i++) {
        cl_mem memory = kernel->arguments->pdata[i];
        size_t bytes = 0;
        if (!memory || is_in(all, memory))
            continue;
        layer_target->clGetMemObjectInfo(memory, CL_MEM_SIZE, sizeof bytes, &bytes, NULL);
        Before before = {memory, NULL, bytes / sizeof(guint32)};
        before.words = read_words(queue, memory, before.n_words);
        g_array_append_val(all, before);
    }
    return all;
}

gpointer layer_before_launch(cl_command_queue queue, cl_kernel handle)
{
    GArray *before = NULL;
    g_mutex_lock(&lock);
    const Kernel *kernel = g_hash_table_lookup(kernels, handle);
    if (kernel) {
        guint64 *count = g_hash_table_lookup(launches, kernel->name);
        if (!count)
            g_hash_table_insert(launches, g_strdup(kernel->name), count = g_new0(guint64, 1));
        ++*count;
        if (wanted.kernel && strcmp(kernel->name, wanted.kernel) == 0 && *count == wanted.launch)
            before = look_at(queue, kernel);
    }
    g_mutex_unlock(&lock);
    return before;
}

/* Positions of the words that the launch wrote something new to, which is not zero. */
static GArray *find_changes(const Before *before, const guint32 *words)
{
    GArray *changes = g_array_new(FALSE, FALSE, sizeof(gsize));
    for (gsize i = 0; i < before->n_words; i++)
        if (words[i] != before->words[i] && words[i] != 0)
            g_array_append_val(changes, i);
    return changes;
}

/* A label or an index stays one; any other number is a hundredth off, and a little more. */
static guint32 spoil(guint32 word)
{
    gfloat value;
    if (word <= G_MAXUINT16)
        return word - 1;
    memcpy(&value, &word, sizeof value);
    value += copysignf(0.01f * fabsf(value) + 1e-3f, value);
    memcpy(&word, &value, sizeof word);
    return word;
}

static void write_wrong(cl_command_queue queue, const Before *before, const guint32 *words,
                        const GArray *changes)
{
    gsize position = g_array_index(changes, gsize, (changes->len - 1) * wanted.percent / 100);
    guint32 word = spoil(words[position]);
    layer_target->clEnqueueWriteBuffer(queue, before->memory, CL_TRUE, position * sizeof word,
                                       sizeof word, &word, 0, NULL, NULL);
    g_string_append_printf(report, "spoiled %s element %zu of %zu 0x%08x 0x%08x\n", wanted.kernel,
                           position, before->n_words, words[position], word);
}

void layer_after_launch(cl_command_queue queue, gpointer data)
{
    g_autoptr(GArray) all = data;
    guint64 n_changed = 0;
    for (guint i = 0; all && i < all->len; i++) {
        const Before *before = &g_array_index(all, Before, i);
        g_autofree guint32 *words = read_words(queue, before->memory, before->n_words);
        g_autoptr(GArray) changes = find_changes(before, words);
        if (changes->len > 0 && n_changed++ == wanted.buffer)
            write_wrong(queue, before, words, changes);
    }
    if (all)
        g_string_append_printf(report, "changed %s %" G_GUINT64_FORMAT "\n", wanted.kernel,
                               n_changed);
}

void layer_wrong_report(FILE *file)
{
    GHashTableIter iter;
    gpointer name, count;
    g_mutex_lock(&lock);
    g_hash_table_iter_init(&iter, launches);
    while (g_hash_table_iter_next(&iter, &name, &count))
        fprintf(file, "launch %s %" G_GUINT64_FORMAT "\n", (const char *)name, *(guint64 *)count);
    fputs(report->str, file);
    g_mutex_unlock(&lock);
}
