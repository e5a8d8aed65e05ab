/* The process that asks: it starts the other one, waits, and reads the report. */
#include "doctor/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MICROSECONDS 5000

/* How long a process may take to vanish once it was killed: one that hangs in the kernel never
 * does.
 */
#define VANISH_MICROSECONDS G_USEC_PER_SEC

/* Most of a driver's last words that is told. */
#define LONGEST_WORDS 200

static void probed_device_free(gpointer data)
{
    RippleProbedDevice *probed = data;
    ripple_opencl_device_free(probed->device);
    g_free(probed->named_by);
    g_free(probed->failure);
    g_free(probed);
}

void ripple_probe_free(RippleProbe *probe)
{
    if (!probe)
        return;
    g_free(probe->death);
    g_free(probe->unstarted);
    g_free(probe->problem);
    ripple_opencl_loader_free(probe->loader);
    g_free(probe->path);
    g_ptr_array_unref(probe->devices);
    g_free(probe);
}

/* ---- the report ----------------------------------------------------------------------------- */

static char *or_null(char *text)
{
    if (*text)
        return text;
    g_free(text);
    return NULL;
}

static char *text_of(char **fields, guint i)
{
    return g_strcompress(fields[i]);
}

static void take_loader(RippleProbe *self, char **fields)
{
    ripple_opencl_loader_free(self->loader);
    self->loader = g_new0(RippleOpenclLoader, 1);
    self->loader->vendor = or_null(text_of(fields, 1));
    self->loader->version = or_null(text_of(fields, 2));
    self->loader->path = or_null(text_of(fields, 3));
    self->loader->clblast_version = or_null(text_of(fields, 4));
    self->loader->clblast_path = or_null(text_of(fields, 5));
}

static void take_device(RippleProbe *self, char **fields)
{
    RippleOpenclDevice *device = g_new0(RippleOpenclDevice, 1);
    RippleProbedDevice *probed = g_new0(RippleProbedDevice, 1);
    int kind = RIPPLE_DEVICE_CUSTOM;
    if (sscanf(fields[1], "%u:%u:%d", &device->platform_index, &device->device_index, &kind) == 3)
        device->kind = (RippleDeviceKind)CLAMP(kind, RIPPLE_DEVICE_CUSTOM, RIPPLE_DEVICE_GPU);
    if (sscanf(fields[2], "%u:%u", &device->compute_units, &device->clock_megahertz) != 2)
        device->compute_units = device->clock_megahertz = 0;
    device->platform_name = text_of(fields, 3);
    device->name = text_of(fields, 4);
    device->vendor = text_of(fields, 5);
    device->driver_version = text_of(fields, 6);
    device->problem = or_null(text_of(fields, 7));
    probed->device = device;
    g_ptr_array_add(self->devices, probed);
}

static void take_verdict(RippleProbe *self, char **fields, gboolean is_good)
{
    guint64 position;
    if (!g_ascii_string_to_unsigned(fields[1], 10, 0, G_MAXUINT, &position, NULL) ||
        position >= self->devices->len)
        return;
    RippleProbedDevice *probed = self->devices->pdata[position];
    g_clear_pointer(&probed->failure, g_free);
    probed->is_good = is_good;
    if (!is_good)
        probed->failure = text_of(fields, 2);
}

static void take_stage(RippleProbe *self, char **fields)
{
    guint64 stage;
    if (g_ascii_string_to_unsigned(fields[1], 10, 0, RIPPLE_STAGE_END, &stage, NULL))
        self->stage = (RippleProbeStage)stage;
}

/* A line with another number of fields was not written whole. */
static void take_line(RippleProbe *self, const char *line)
{
    g_auto(GStrv) fields = g_strsplit(line, "\t", -1);
    guint count = g_strv_length(fields);
    const char *word = count ? fields[0] : "";
    if (count == 2 && strcmp(word, RIPPLE_PROBE_WORD_STAGE) == 0) {
        take_stage(self, fields);
    } else if (count == 2 && strcmp(word, RIPPLE_PROBE_WORD_PATH) == 0) {
        g_free(self->path);
        self->path = or_null(text_of(fields, 1));
    } else if (count == 2 && strcmp(word, RIPPLE_PROBE_WORD_PROBLEM) == 0) {
        g_free(self->problem);
        self->problem = text_of(fields, 1);
    } else if (count == 6 && strcmp(word, RIPPLE_PROBE_WORD_LOADER) == 0) {
        take_loader(self, fields);
    } else if (count == 8 && strcmp(word, RIPPLE_PROBE_WORD_DEVICE) == 0) {
        take_device(self, fields);
    } else if (count == 2 && strcmp(word, RIPPLE_PROBE_WORD_GOOD) == 0) {
        take_verdict(self, fields, TRUE);
    } else if (count == 3 && strcmp(word, RIPPLE_PROBE_WORD_FAILURE) == 0) {
        take_verdict(self, fields, FALSE);
    }
}

static void read_report(RippleProbe *self, const char *path)
{
    g_autofree char *contents = NULL;
    if (!g_file_get_contents(path, &contents, NULL, NULL))
        return;
    g_auto(GStrv) lines = g_strsplit(contents, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        take_line(self, lines[i]);
}

/* ---- the process ---------------------------------------------------------------------------- */

/* Between fork and exec: a group of its own, so that nothing of it is left behind; it ends when we
 * do, and leaves no core. */
static void set_up(gpointer data)
{
    const struct rlimit none = {0, 0};
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &none);
}

static gboolean wait_until(GPid pid, gint64 end, int *status)
{
    pid_t done;
    while ((done = waitpid(pid, status, WNOHANG)) == 0) {
        if (g_get_monotonic_time() >= end)
            return FALSE;
        g_usleep(LOOK_MICROSECONDS);
    }
    if (done < 0)
        *status = 0;
    return TRUE;
}

/* How the process ended, and whether it did so by itself. */
static char *wait_for(GPid pid, gdouble seconds, gboolean *ended)
{
    int status = 0;
    gint64 end = g_get_monotonic_time() + (gint64)(seconds * G_USEC_PER_SEC);
    *ended = FALSE;
    if (!wait_until(pid, end, &status)) {
        kill(-pid, SIGKILL);
        wait_until(pid, g_get_monotonic_time() + VANISH_MICROSECONDS, &status);
        return g_strdup_printf("it did not answer within %g s", seconds);
    }
    kill(-pid, SIGKILL); /* whatever the driver started */
    if (WIFSIGNALED(status))
        return g_strdup_printf("it crashed (%s)", g_strsignal(WTERMSIG(status)));
    *ended = TRUE;
    return g_strdup_printf("it ended the program with status %d", WEXITSTATUS(status));
}

/* The last line that a driver wrote before it went down often says why. */
static char *last_words(const char *path)
{
    g_autofree char *contents = NULL;
    if (!g_file_get_contents(path, &contents, NULL, NULL))
        return NULL;
    g_strchomp(contents);
    const char *line = strrchr(contents, '\n');
    g_autofree char *words = g_utf8_make_valid(line ? line + 1 : contents, -1);
    if (!*words)
        return NULL;
    return g_utf8_strlen(words, -1) > LONGEST_WORDS ? g_utf8_substring(words, 0, LONGEST_WORDS)
                                                    : g_steal_pointer(&words);
}

static char **make_command(const RipplePlaceToExamine *place, RippleProbeKind kind,
                           const char *report, const char *library, guint first)
{
    static const char *const words[] = {RIPPLE_PROBE_WORD_LOADER, RIPPLE_PROBE_WORD_DRIVER,
                                        RIPPLE_PROBE_WORD_ALL};
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autofree char *position = g_strdup_printf("%u", first);
    g_strv_builder_addv(builder, (const char **)(gpointer)place->child);
    g_strv_builder_add_many(builder, report, words[kind], NULL);
    if (kind == RIPPLE_PROBE_DRIVER)
        g_strv_builder_add_many(builder, library, position, NULL);
    return g_strv_builder_end(builder);
}

/* Every loader understands a directory of .icd files; no layer comes between. */
static char **make_environment(RippleProbeKind kind, const char *vendors)
{
    char **environment = g_get_environ();
    if (kind == RIPPLE_PROBE_ALL)
        return environment;
    environment = g_environ_setenv(environment, "OCL_ICD_VENDORS", vendors, TRUE);
    environment = g_environ_unsetenv(environment, "OPENCL_VENDOR_PATH");
    environment = g_environ_unsetenv(environment, "OCL_ICD_FILENAMES");
    return g_environ_unsetenv(environment, "OPENCL_LAYERS");
}

static gboolean run(RippleProbe *self, const RipplePlaceToExamine *place, char **command,
                    char **environment, const char *output)
{
    gboolean ended = FALSE;
    g_autoptr(GError) error = NULL;
    GPid pid;
    int descriptor = g_open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    gboolean is_started = g_spawn_async_with_fds(
        NULL, command, environment, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, set_up, NULL,
        &pid, -1, descriptor, descriptor, &error);
    if (descriptor >= 0)
        close(descriptor);
    if (is_started)
        self->death = wait_for(pid, place->timeout_seconds, &ended);
    else
        self->unstarted = g_strdup(error->message);
    return ended;
}

static void finish(RippleProbe *self, gboolean ended, const char *report, const char *output)
{
    if (self->unstarted)
        return;
    read_report(self, report);
    if (self->stage == RIPPLE_STAGE_END && ended) {
        g_clear_pointer(&self->death, g_free);
        return;
    }
    g_autofree char *words = last_words(output);
    if (!words)
        return;
    g_autofree char *death = g_steal_pointer(&self->death);
    self->death = g_strdup_printf("%s; its last words: %s", death, words);
}

/* What the process reads and writes is there before it starts: a full disk shows here. */
static gboolean prepare(const char *vendors, const char *icd, const char *library,
                        const char *report, GError **error)
{
    if (g_mkdir(vendors, 0700) != 0) {
        int saved = errno;
        g_set_error_literal(error, G_FILE_ERROR, (gint)g_file_error_from_errno(saved),
                            g_strerror(saved));
        return FALSE;
    }
    return (!library || g_file_set_contents(icd, library, -1, error)) &&
           g_file_set_contents(report, "\n", -1, error);
}

static void blame_place(RippleProbe *self, const GError *error)
{
    self->has_no_place = TRUE;
    self->unstarted = g_strdup(error->message);
}

RippleProbe *ripple_probe_new(const RipplePlaceToExamine *place, RippleProbeKind kind,
                              const char *library, guint first)
{
    RippleProbe *self = g_new0(RippleProbe, 1);
    self->devices = g_ptr_array_new_with_free_func(probed_device_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_dir_make_tmp("ripple-doctor-XXXXXX", &error);
    if (!directory) {
        blame_place(self, error);
        return self;
    }
    g_autofree char *vendors = g_build_filename(directory, "vendors", NULL);
    g_autofree char *icd = g_build_filename(vendors, "probe.icd", NULL);
    g_autofree char *report = g_build_filename(directory, "report", NULL);
    g_autofree char *output = g_build_filename(directory, "output", NULL);
    if (prepare(vendors, icd, library, report, &error)) {
        g_auto(GStrv) command = make_command(place, kind, report, library, first);
        g_auto(GStrv) environment = make_environment(kind, vendors);
        gboolean ended = run(self, place, command, environment, output);
        finish(self, ended, report, output);
    } else {
        blame_place(self, error);
    }
    g_unlink(icd);
    g_rmdir(vendors);
    g_unlink(report);
    g_unlink(output);
    g_rmdir(directory);
    return self;
}
