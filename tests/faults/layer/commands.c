#include "layer.h"

static GMutex lock;
static GHashTable *ends; /* queue or event → what the last command, or its own, ended with */

static cl_int status_of(const void *handle)
{
    return ends ? GPOINTER_TO_INT(g_hash_table_lookup(ends, handle)) : CL_SUCCESS;
}

static void set_status(const void *handle, cl_int status)
{
    if (!ends)
        ends = g_hash_table_new(g_direct_hash, g_direct_equal);
    g_hash_table_insert(ends, (gpointer)handle, GINT_TO_POINTER(status));
}

cl_int layer_queue_status(cl_command_queue queue)
{
    g_mutex_lock(&lock);
    cl_int status = status_of(queue);
    g_mutex_unlock(&lock);
    return status;
}

cl_int layer_event_status(cl_event event)
{
    g_mutex_lock(&lock);
    cl_int status = status_of(event);
    g_mutex_unlock(&lock);
    return status;
}

void layer_enqueued(const LayerCall *call, cl_command_queue queue, cl_uint n_waits,
                    const cl_event *waits, const cl_event *event)
{
    g_mutex_lock(&lock);
    cl_int status = call->later;
    for (cl_uint i = 0; i < n_waits && status == CL_SUCCESS; i++)
        if (status_of(waits[i]) != CL_SUCCESS)
            status = CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST;
    /* The queues of ripple and CLBlast are in order, so that each command waits for the one before
     * it. */
    if (status != CL_SUCCESS)
        set_status(queue, status);
    else if (status_of(queue) != CL_SUCCESS)
        status = CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST;
    if (status != CL_SUCCESS && event && *event)
        set_status(*event, status);
    g_mutex_unlock(&lock);
}

void layer_commands_forget(const void *queue_or_event)
{
    g_mutex_lock(&lock);
    if (ends)
        g_hash_table_remove(ends, queue_or_event);
    g_mutex_unlock(&lock);
}
