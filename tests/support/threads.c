/* GLib's mutexes, queues, counted references and pools as ThreadSanitizer should see them. GLib is
 * not built with it, and its locks are none that it knows, so that everything they order would look
 * like a race. Linked into test programs, these stand before GLib's own functions, which they call.
 */
#define GLIB_DISABLE_DEPRECATION_WARNINGS
#include <dlfcn.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>
#include <string.h>

/* GLib's own function of that name. */
#define REAL(name)                                                                                 \
    static _Thread_local __typeof__(&name) real;                                                   \
    if (!real) {                                                                                   \
        gpointer address = dlsym(RTLD_NEXT, #name);                                                \
        memcpy(&real, &address, sizeof real);                                                      \
    }

/* ---- mutexes -------------------------------------------------------------------------------- */

void g_mutex_lock(GMutex *mutex)
{
    REAL(g_mutex_lock)
    real(mutex);
    __tsan_acquire(mutex);
}

void g_mutex_unlock(GMutex *mutex)
{
    REAL(g_mutex_unlock)
    __tsan_release(mutex);
    real(mutex);
}

/* ---- queues --------------------------------------------------------------------------------- */

void g_async_queue_push(GAsyncQueue *queue, gpointer data)
{
    REAL(g_async_queue_push)
    __tsan_release(data);
    real(queue, data);
}

gpointer g_async_queue_pop(GAsyncQueue *queue)
{
    REAL(g_async_queue_pop)
    gpointer data = real(queue);
    __tsan_acquire(data);
    return data;
}

gpointer g_async_queue_try_pop(GAsyncQueue *queue)
{
    REAL(g_async_queue_try_pop)
    gpointer data = real(queue);
    if (data)
        __tsan_acquire(data);
    return data;
}

gpointer g_async_queue_timeout_pop(GAsyncQueue *queue, guint64 timeout)
{
    REAL(g_async_queue_timeout_pop)
    gpointer data = real(queue, timeout);
    if (data)
        __tsan_acquire(data);
    return data;
}

/* ---- counted references --------------------------------------------------------------------- */

/* Who frees comes after all who let go. */
void g_atomic_rc_box_release_full(gpointer box, GDestroyNotify clear)
{
    REAL(g_atomic_rc_box_release_full)
    __tsan_release(box);
    __tsan_acquire(box);
    real(box, clear);
}

/* ---- pools ---------------------------------------------------------------------------------- */

typedef struct {
    GFunc function;
    gpointer user_data;
} Work;

static void work(gpointer data, gpointer user_data)
{
    Work *own = user_data;
    __tsan_acquire(own);
    __tsan_acquire(data);
    own->function(data, own->user_data);
    __tsan_release(own);
}

/* The pool's work is with the pool; it is never freed, as a thread may still look at it. */
GThreadPool *g_thread_pool_new(GFunc function, gpointer user_data, gint most, gboolean exclusive,
                               GError **error)
{
    REAL(g_thread_pool_new)
    Work *own = g_new(Work, 1);
    *own = (Work){function, user_data};
    __tsan_release(own);
    return real(work, own, most, exclusive, error);
}

gboolean g_thread_pool_push(GThreadPool *pool, gpointer data, GError **error)
{
    REAL(g_thread_pool_push)
    __tsan_release(data);
    return real(pool, data, error);
}

/* Waits for what was pushed. */
void g_thread_pool_free(GThreadPool *pool, gboolean immediate, gboolean wait)
{
    REAL(g_thread_pool_free)
    gpointer own = pool->user_data;
    real(pool, immediate, wait);
    __tsan_acquire(own);
}
