#include "report/speed.h"

#include "base/text.h"
#include "measure/peak.h"
#include "network/backend.h"
#include "opencl/peak.h"
#include "report/step_roofline.h"

#include <math.h>
#include <ripple/device.h>
#include <string.h>

#define MEASURED_SECONDS 0.5

/* What was measured, and of what. */
typedef struct {
    RippleBackend *backend;
    char *network;
    guint64 batch;
    RippleStepSpeed speed;
    GArray *costs;
    RippleStepRoof roof;
} Speed;

static void speed_clear(Speed *speed)
{
    g_clear_pointer(&speed->backend, ripple_device_close);
    g_free(speed->network);
    ripple_step_speed_clear(&speed->speed);
    g_clear_pointer(&speed->costs, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Speed, speed_clear)

static gboolean is_opencl(const Speed *speed)
{
    return strcmp(ripple_device_kind(speed->backend), "opencl") == 0;
}

static gboolean measure(Speed *speed, const RippleRunRecord *run, const char *selector,
                        GError **error)
{
    const RippleNetwork *network = run->model->network;
    speed->backend = ripple_device_open(selector ? selector : run->config->device, error);
    if (!speed->backend)
        return FALSE;
    speed->network = ripple_network_describe(network);
    speed->batch = run->config->batch;
    speed->roof.peak = speed->roof.bandwidth = NAN;
    if (is_opencl(speed) &&
        (!ripple_opencl_measure_peak(speed->backend, &speed->roof.peak, error) ||
         !ripple_peak_bandwidth(speed->backend, &speed->roof.bandwidth, error)))
        return FALSE;
    if (!ripple_step_measure(speed->backend, network, run->config, MEASURED_SECONDS, &speed->speed,
                             error))
        return FALSE;
    speed->costs = ripple_step_speed_costs(&speed->speed, network, run->config);
    speed->roof.speed = &speed->speed;
    speed->roof.costs = speed->costs;
    return TRUE;
}

/* ---- on the page ---------------------------------------------------------------------------- */

static void append_row(RipplePage *page, const char *name, const char *value)
{
    ripple_page_begin_row(page);
    ripple_page_cell(page, "%s", name);
    ripple_page_cell(page, "%s", value);
    ripple_page_end_row(page);
}

static void append_number(RipplePage *page, const char *name, const char *format, gdouble number)
    G_GNUC_PRINTF(3, 0);

static void append_number(RipplePage *page, const char *name, const char *format, gdouble number)
{
    g_autofree char *text = g_strdup_printf(format, number);
    if (isfinite(number))
        append_row(page, name, text);
}

static void append_sums(RipplePage *page, const Speed *speed)
{
    static const char *const headings[] = {"what", "measured", NULL};
    const char *driver = ripple_backend_driver(speed->backend);
    ripple_page_begin_table(page, NULL, headings);
    append_row(page, "device", ripple_device_name(speed->backend));
    if (driver)
        append_row(page, "driver", driver);
    g_autofree char *rate = ripple_text_count((guint64)speed->speed.samples_per_second);
    g_autofree char *rate_text = g_strdup_printf("%s samples a second", rate);
    if (isfinite(speed->speed.samples_per_second))
        append_row(page, "speed", rate_text);
    append_number(page, "a step", "%.4g ms", speed->speed.milliseconds);
    append_number(page, "arithmetic", "%.4g GFLOP/s", speed->speed.gflops.median);
    append_number(page, "of the device's peak", "%.1f%%",
                  100 * speed->speed.gflops.median / speed->roof.peak);
    append_number(page, "peak, multiply-adds alone", "%.4g GFLOP/s", speed->roof.peak);
    append_number(page, "copy, read and written", "%.4g GB/s", speed->roof.bandwidth);
    ripple_page_end_table(page);
}

static void append_kernels(RipplePage *page, const Speed *speed)
{
    static const char *const headings[] = {"row of the step", "kernel",   ">launches",
                                           ">microseconds",   ">of step", NULL};
    const RippleWorkProfile *profile = &speed->speed.profile;
    ripple_page_begin_table(page, "Time by kernel, by the device's own clock, in one step",
                            headings);
    for (guint i = 0; i < profile->shares->len; i++) {
        const RippleShare *share = &g_array_index(profile->shares, RippleShare, i);
        ripple_page_begin_row(page);
        ripple_page_cell(page, "%s", share->row ? share->row : "–");
        ripple_page_cell(page, "%s", share->name);
        ripple_page_cell(page, "%.3g", share->launches);
        ripple_page_cell(page, "%.4g", 1e6 * share->seconds);
        ripple_page_cell(page, "%.1f%%", 100 * share->seconds / profile->seconds);
        ripple_page_end_row(page);
    }
    ripple_page_end_table(page);
}

static void append_roofline(RipplePage *page, const Speed *speed)
{
    g_autofree char *work =
        g_strdup_printf("%s, batch %" G_GUINT64_FORMAT, speed->network, speed->batch);
    g_autoptr(RippleRoofline) roofline =
        ripple_step_roofline_new(&speed->roof, work, ripple_device_name(speed->backend));
    g_autoptr(RippleCanvas) canvas = ripple_roofline_draw(roofline);
    ripple_page_picture(page, canvas, ripple_canvas_description(canvas));
}

gboolean ripple_speed_append(RipplePage *page, const RippleRunRecord *run, const char *selector,
                             GError **error)
{
    g_auto(Speed) speed = {0};
    if (!measure(&speed, run, selector, error))
        return FALSE;
    ripple_page_text(page,
                     "Measured when this report was made, on random data: %s, batch "
                     "%" G_GUINT64_FORMAT ".",
                     speed.network, speed.batch);
    append_sums(page, &speed);
    if (speed.speed.profile.shares) {
        append_kernels(page, &speed);
        append_roofline(page, &speed);
    }
    return TRUE;
}
