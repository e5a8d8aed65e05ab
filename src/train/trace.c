#include "train/trace.h"

#include "base/replacement.h"
#include "opencl/profile.h"
#include "train/json_object.h"

#include <ripple/error.h>
#include <ripple/version.h>
#include <string.h>

/* The one process that the viewer shows. */
#define PROCESS 1

struct _RippleTrace {
    RippleBackend *backend;
    RippleReplacement *file;
    GPtrArray *rows; /* names of the rows on the time line, interned; the first is the host's */
    gint64 start;    /* monotonic nanoseconds */
    gboolean has_events;
    GError *error; /* the first that writing met */
};

/* ---- events --------------------------------------------------------------------------------- */

/* An event that is open for more members. Free with g_string_free(). */
static GString *begin_event(const char *phase, const char *name, guint row)
{
    GString *json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "ph", phase);
    ripple_json_set_text(json, "name", name);
    ripple_json_set_whole(json, "pid", PROCESS);
    ripple_json_set_whole(json, "tid", row);
    return json;
}

static void end_event(RippleTrace *trace, GString *json)
{
    ripple_json_end_object(json);
    g_string_prepend(json, trace->has_events ? ",\n" : "\n");
    trace->has_events = TRUE;
    if (!trace->error)
        ripple_replacement_write(trace->file, json->str, json->len, &trace->error);
}

/* Microseconds since the trace began: the unit of the format. */
static gdouble microseconds(const RippleTrace *trace, gint64 nanoseconds)
{
    return (nanoseconds - trace->start) / 1e3;
}

static void set_time(const RippleTrace *trace, GString *json, gint64 start, gint64 end)
{
    ripple_json_set_number(json, "ts", microseconds(trace, start));
    ripple_json_set_number(json, "dur", (end - start) / 1e3);
}

/* A name that the viewer shows for the process or for a row. */
static void name_row(RippleTrace *trace, const char *what, guint row, const char *name)
{
    g_autoptr(GString) json = begin_event("M", what, row);
    ripple_json_begin_object(json, "args");
    ripple_json_set_text(json, "name", name);
    ripple_json_end_object(json);
    end_event(trace, json);
}

/* The row called `name`, made where there is none yet. */
static guint find_row(RippleTrace *trace, const char *name)
{
    guint row;
    if (g_ptr_array_find(trace->rows, g_intern_string(name), &row))
        return row;
    g_ptr_array_add(trace->rows, (gpointer)g_intern_string(name));
    row = trace->rows->len - 1;
    g_autofree char *title = ripple_profile_is_thread(name)
                                 ? g_strdup(name)
                                 : g_strdup_printf("%s queue of the device", name);
    name_row(trace, "thread_name", row, title);
    return row;
}

static void add_record(const RippleProfileRecord *record, gpointer user_data)
{
    RippleTrace *trace = user_data;
    guint row = find_row(trace, record->queue);
    g_autoptr(GString) json = begin_event("X", record->name, row);
    ripple_json_set_text(json, "cat",
                         ripple_profile_is_thread(record->queue) ? "wait"
                         : record->bytes                         ? "transfer"
                                                                 : "kernel");
    set_time(trace, json, record->started, record->ended);
    ripple_json_begin_object(json, "args");
    if (record->row)
        ripple_json_set_text(json, "row", record->row);
    if (record->bytes)
        ripple_json_set_whole(json, "bytes", record->bytes);
    if (!ripple_profile_is_thread(record->queue)) {
        ripple_json_set_number(json, "queued", microseconds(trace, record->queued));
        ripple_json_set_number(json, "submitted", microseconds(trace, record->submitted));
    }
    ripple_json_end_object(json);
    end_event(trace, json);
}

void ripple_trace_add_span(RippleTrace *trace, const char *name, gint64 start)
{
    g_autoptr(GString) json = begin_event("X", name, 0);
    ripple_json_set_text(json, "cat", "host");
    set_time(trace, json, start * 1000, g_get_monotonic_time() * 1000);
    end_event(trace, json);
}

/* ---- begin and end -------------------------------------------------------------------------- */

static void write_text(RippleTrace *trace, const char *text)
{
    if (!trace->error)
        ripple_replacement_write(trace->file, text, strlen(text), &trace->error);
}

RippleTrace *ripple_trace_new(RippleBackend *backend, const char *path, GError **error)
{
    if (strcmp(ripple_backend_kind(backend), "opencl") != 0) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "The reference has no queues to trace; choose a device that `ripple "
                            "devices` lists.");
        return NULL;
    }
    g_autoptr(RippleTrace) trace = g_new0(RippleTrace, 1);
    trace->rows = g_ptr_array_new();
    trace->start = g_get_monotonic_time() * 1000;
    trace->file = ripple_replacement_new(path, error);
    if (!trace->file || !ripple_opencl_profile_begin(backend, add_record, trace, error))
        return NULL;
    trace->backend = backend;
    write_text(trace, "{\"traceEvents\": [");
    g_autofree char *process = g_strdup_printf("ripple on %s", ripple_backend_device_name(backend));
    name_row(trace, "process_name", 0, process);
    find_row(trace, RIPPLE_QUEUE_HOST);
    return g_steal_pointer(&trace);
}

/* After the events: what was traced. */
static void write_end(RippleTrace *trace)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "device", ripple_backend_device_name(trace->backend));
    ripple_json_set_text(json, "driver", ripple_backend_driver(trace->backend));
    ripple_json_set_text(json, "version", RIPPLE_VERSION);
    ripple_json_set_text(json, "commit", RIPPLE_COMMIT);
    ripple_json_end_object(json);
    write_text(trace, "\n], \"displayTimeUnit\": \"ms\", \"otherData\": ");
    write_text(trace, json->str);
    write_text(trace, "}\n");
}

gboolean ripple_trace_finish(RippleTrace *trace, GError **error)
{
    if (!ripple_opencl_profile_end(trace->backend, error))
        return FALSE;
    write_end(trace);
    if (trace->error) {
        g_propagate_error(error, g_steal_pointer(&trace->error));
        return FALSE;
    }
    return ripple_replacement_finish(trace->file, error);
}

void ripple_trace_free(RippleTrace *trace)
{
    if (!trace)
        return;
    if (trace->backend)
        ripple_opencl_profile_end(trace->backend, NULL);
    ripple_replacement_free(trace->file);
    g_ptr_array_unref(trace->rows);
    g_clear_error(&trace->error);
    g_free(trace);
}
