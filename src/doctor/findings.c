#include "doctor/findings.h"

#include <string.h>
#include <unistd.h>

static void finding_free(gpointer data)
{
    RippleFinding *finding = data;
    g_free(finding->subject);
    g_free(finding->text);
    g_free(finding->cure);
    g_free(finding);
}

void ripple_doctor_add(RippleDoctor *doctor, RippleTopic topic, RippleFindingState state,
                       const char *subject, char *cure, const char *format, ...)
{
    RippleFinding *finding = g_new0(RippleFinding, 1);
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    finding->topic = topic;
    finding->state = state;
    finding->subject = g_utf8_make_valid(subject, -1);
    finding->text = g_utf8_make_valid(text, -1);
    finding->cure = cure;
    /* A finding is a line, whatever a driver says. */
    g_strdelimit(finding->text, "\n\r\t\x1b", ' ');
    if (g_str_has_suffix(g_strchomp(finding->text), "."))
        finding->text[strlen(finding->text) - 1] = '\0';
    if (!doctor->findings)
        doctor->findings = g_ptr_array_new_with_free_func(finding_free);
    g_ptr_array_add(doctor->findings, finding);
}

void ripple_doctor_free(RippleDoctor *doctor)
{
    if (!doctor)
        return;
    g_clear_pointer(&doctor->findings, g_ptr_array_unref);
    g_free(doctor);
}

const char *ripple_finding_state_name(RippleFindingState state)
{
    static const char *const names[] = {"good", "note", "bad"};
    return names[state];
}

const char *ripple_topic_name(RippleTopic topic)
{
    static const char *const names[] = {"installed", "drivers",     "devices",
                                        "hardware",  "permissions", "caches"};
    return names[topic];
}

char *ripple_doctor_as_root(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return g_strconcat(geteuid() == 0 ? "" : "sudo ", line, NULL);
}

char *ripple_doctor_quote(const char *path)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-:";
    return path[strspn(path, plain)] == '\0' ? g_strdup(path) : g_shell_quote(path);
}

char *ripple_doctor_path(const RipplePlaceToExamine *place, const char *path)
{
    return g_strconcat(place->root, path, NULL);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *ripple_doctor_names_in(const char *directory)
{
    g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; entries && (name = g_dir_read_name(entries));)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return names;
}

gboolean ripple_doctor_may_use(const RipplePlaceToExamine *place, const char *path)
{
    return place->may_use ? place->may_use(path) : access(path, R_OK | W_OK) == 0;
}

/* ---- Debian's packages ---------------------------------------------------------------------- */

const char *ripple_doctor_driver_package(const char *library)
{
    static const struct {
        const char *begin; /* of the library's name */
        const char *package;
    } known[] = {
        {"libpocl", "pocl-opencl-icd"},
        {"libigdrcl", "intel-opencl-icd"},
        {"libMesaOpenCL", "mesa-opencl-icd"},
        {"libRusticlOpenCL", "mesa-opencl-icd"},
        {"libnvidia-opencl", "nvidia-opencl-icd"},
        {"libamdocl64", "rocm-opencl-icd"},
    };
    g_autofree char *name = g_path_get_basename(library);
    for (guint i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_str_has_prefix(name, known[i].begin))
            return known[i].package;
    return NULL;
}

static gboolean lists(const char *list_path, const char *path)
{
    g_autofree char *contents = NULL;
    if (!g_file_get_contents(list_path, &contents, NULL, NULL))
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(contents, "\n", -1);
    return g_strv_contains((const char *const *)lines, path);
}

/* dpkg keeps a list of each package's files: "pocl-opencl-icd:amd64.list". */
char *ripple_doctor_owner(const RipplePlaceToExamine *place, const char *path)
{
    g_autofree char *folder = ripple_doctor_path(place, "/var/lib/dpkg/info");
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    for (const char *name; entries && (name = g_dir_read_name(entries));) {
        if (!g_str_has_suffix(name, ".list"))
            continue;
        g_autofree char *list_path = g_build_filename(folder, name, NULL);
        if (lists(list_path, path))
            return g_strndup(name, strcspn(name, ":") < strlen(name) ? strcspn(name, ":")
                                                                     : strlen(name) - 5);
    }
    return NULL;
}
