#include "layer.h"

static const char *const kinds[LAYER_N_KINDS] = {"context", "queue",  "buffer", "mapping",
                                                 "program", "kernel", "event"};

typedef struct {
    LayerKind kind;
    guint references;
    const LayerPlace *place; /* where it was made */
} Object;

static GMutex lock;
static GHashTable *objects; /* handle → Object */
static guint64 made[LAYER_N_KINDS], freed[LAYER_N_KINDS];
static GPtrArray *misused; /* lines of the report */

static GHashTable *table(void)
{
    if (!objects) {
        objects = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
        misused = g_ptr_array_new();
    }
    return objects;
}

void layer_object_add(LayerKind kind, const void *handle, const LayerCall *call)
{
    Object *object = g_new0(Object, 1);
    *object = (Object){kind, 1, call->place};
    g_mutex_lock(&lock);
    g_hash_table_insert(table(), (gpointer)handle, object);
    made[kind]++;
    g_mutex_unlock(&lock);
}

void layer_object_retain(LayerKind kind, const void *handle)
{
    g_mutex_lock(&lock);
    Object *object = g_hash_table_lookup(table(), handle);
    if (object && object->kind == kind)
        object->references++;
    g_mutex_unlock(&lock);
}

gboolean layer_object_is(LayerKind kind, const void *handle)
{
    g_mutex_lock(&lock);
    const Object *object = g_hash_table_lookup(table(), handle);
    gboolean is_kind = object && object->kind == kind;
    g_mutex_unlock(&lock);
    return is_kind;
}

gboolean layer_object_release(LayerKind kind, const void *handle, const LayerCall *call)
{
    g_mutex_lock(&lock);
    Object *object = g_hash_table_lookup(table(), handle);
    gboolean is_there = object && object->kind == kind;
    if (!is_there) {
        g_ptr_array_add(
            misused, g_strdup_printf("released-too-often %s %s", kinds[kind], call->place->site));
    } else if (--object->references == 0) {
        g_hash_table_remove(objects, handle);
        freed[kind]++;
        if (kind == LAYER_QUEUE || kind == LAYER_EVENT)
            layer_commands_forget(handle);
    }
    g_mutex_unlock(&lock);
    return is_there;
}

void layer_objects_report(FILE *file)
{
    GHashTableIter iter;
    gpointer value;
    g_mutex_lock(&lock);
    g_hash_table_iter_init(&iter, table());
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Object *object = value;
        fprintf(file, "leak %s %s %u\n", kinds[object->kind], object->place->site,
                object->references);
    }
    for (guint i = 0; i < misused->len; i++)
        fprintf(file, "%s\n", (const char *)g_ptr_array_index(misused, i));
    for (guint i = 0; i < LAYER_N_KINDS; i++)
        fprintf(file, "objects %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", kinds[i], made[i],
                freed[i]);
    g_mutex_unlock(&lock);
}
