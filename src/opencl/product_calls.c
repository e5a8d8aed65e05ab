/* What is found out of a product when it is first enqueued: every step enqueues it again. */
#include "opencl/product_private.h"

#include <string.h>

/* Hashed as bytes: its members have no gaps between them. */
typedef struct {
    RippleProduct product;
    RippleProductEnd end;
    RippleProductPlan plan;
} Key;

/* A key, and the call behind it in one piece of memory. */
typedef struct {
    Key key;
    RippleProductCall call;
} Entry;

static guint key_hash(gconstpointer key)
{
    const guint32 *words = key;
    guint64 hash = 0;
    for (guint i = 0; i < sizeof(Key) / sizeof *words; i++)
        hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15;
    return (guint)(hash >> 32);
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(Key)) == 0;
}

GHashTable *ripple_product_calls_new(void)
{
    return g_hash_table_new_full(key_hash, key_equal, NULL, g_free);
}

RippleProductCall *ripple_product_call(RippleOpencl *self, const RippleProductPlan *plan,
                                       const RippleProduct *product, const RippleProductEnd *end)
{
    const Key key = {*product, *end, *plan};
    Entry *entry = g_hash_table_lookup(self->product_calls, &key);
    if (!entry) {
        entry = g_new0(Entry, 1);
        entry->key = key;
        g_hash_table_insert(self->product_calls, &entry->key, entry);
    }
    return &entry->call;
}
