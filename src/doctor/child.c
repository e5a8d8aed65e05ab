/* The process that loads drivers. What it has found out stands in its report before it goes on, so
 * that it is known where a driver took it down. */
#include "doctor/probe.h"

#include <errno.h>
#include <ripple/error.h>
#include <stdio.h>
#include <string.h>

/* A line of the report: fields up to a NULL; an empty one stands for what is not known. */
static void tell(FILE *report, const char *first, ...)
{
    va_list fields;
    va_start(fields, first);
    for (const char *field = first; field; field = va_arg(fields, const char *)) {
        g_autofree char *escaped = g_strescape(field, NULL);
        fprintf(report, "%s%s", field == first ? "" : "\t", escaped);
    }
    va_end(fields);
    fputc('\n', report);
    fflush(report);
}

static void tell_stage(FILE *report, RippleProbeStage stage)
{
    g_autofree char *number = g_strdup_printf("%d", (int)stage);
    tell(report, RIPPLE_PROBE_WORD_STAGE, number, NULL);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void tell_loader(FILE *report)
{
    g_autoptr(RippleOpenclLoader) loader = ripple_opencl_loader();
    tell(report, RIPPLE_PROBE_WORD_LOADER, or_empty(loader->vendor), or_empty(loader->version),
         or_empty(loader->path), or_empty(loader->clblast_version), or_empty(loader->clblast_path),
         NULL);
}

static void tell_device(FILE *report, const RippleOpenclDevice *device)
{
    g_autofree char *place = g_strdup_printf("%u:%u:%d", device->platform_index,
                                             device->device_index, (int)device->kind);
    g_autofree char *power =
        g_strdup_printf("%u:%u", device->compute_units, device->clock_megahertz);
    tell(report, RIPPLE_PROBE_WORD_DEVICE, place, power, device->platform_name, device->name,
         device->vendor, device->driver_version, or_empty(device->problem), NULL);
}

/* The devices that the loader has now; those from `first` on are tried if `compute` says so. */
static void list_devices(FILE *report, gboolean compute, guint first)
{
    g_autoptr(GError) none = NULL;
    tell_stage(report, RIPPLE_STAGE_LIST);
    if (!ripple_opencl_has_devices(&none)) {
        tell(report, RIPPLE_PROBE_WORD_PROBLEM, none->message, NULL);
        return;
    }
    g_autoptr(GPtrArray) devices = ripple_opencl_devices();
    for (guint i = 0; i < devices->len; i++)
        tell_device(report, devices->pdata[i]);
    for (guint i = first; compute && i < devices->len; i++) {
        const RippleOpenclDevice *device = devices->pdata[i];
        g_autoptr(GError) failure = NULL;
        g_autofree char *position = g_strdup_printf("%u", i);
        if (device->problem)
            continue;
        /* The failure stands until it is known to be none. */
        tell_stage(report, RIPPLE_STAGE_COMPUTE);
        tell(report, RIPPLE_PROBE_WORD_FAILURE, position, "", NULL);
        if (ripple_opencl_try_device(device, &failure))
            tell(report, RIPPLE_PROBE_WORD_GOOD, position, NULL);
        else
            tell(report, RIPPLE_PROBE_WORD_FAILURE, position, failure->message, NULL);
    }
}

static void probe_driver(FILE *report, const char *library, guint first)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;
    tell_stage(report, RIPPLE_STAGE_LOAD);
    if (!ripple_opencl_load_driver(library, &path, &error)) {
        tell(report, RIPPLE_PROBE_WORD_PROBLEM, error->message, NULL);
        return;
    }
    tell(report, RIPPLE_PROBE_WORD_PATH, or_empty(path), NULL);
    list_devices(report, TRUE, first);
}

gboolean ripple_doctor_child(char **words, GError **error)
{
    guint n_words = g_strv_length(words);
    FILE *report = n_words >= 2 ? fopen(words[0], "w") : NULL;
    if (!report) {
        int saved = n_words >= 2 ? errno : EINVAL;
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                    "The report of a probe cannot be written: %s.", g_strerror(saved));
        return FALSE;
    }
    if (strcmp(words[1], RIPPLE_PROBE_WORD_DRIVER) == 0 && n_words == 4) {
        probe_driver(report, words[2], (guint)g_ascii_strtoull(words[3], NULL, 10));
    } else if (strcmp(words[1], RIPPLE_PROBE_WORD_LOADER) == 0) {
        tell_loader(report);
    } else {
        tell_stage(report, RIPPLE_STAGE_LOAD);
        list_devices(report, FALSE, 0);
    }
    tell_stage(report, RIPPLE_STAGE_END);
    fclose(report);
    return TRUE;
}
