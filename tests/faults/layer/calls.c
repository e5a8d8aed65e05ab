#include "layer.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FRAMES 48

/* How a call fails. */
typedef enum {
    MANNER_NOW,   /* at once, and is not carried out */
    MANNER_LATER, /* it is enqueued, and its command ends badly */
    MANNER_LOST,  /* at once, and with it every call from then on */
} Manner;

/* One item of RIPPLE_TEST_FAIL. */
typedef struct {
    char *function; /* "*": any */
    char *path;     /* NULL: any */
    guint64 number; /* of the calls that fit, from 1 */
    guint64 seen;
    cl_int status;
    Manner manner;
    const LayerPlace *place; /* where it happened, or NULL */
} Fault;

static const char *const names[] = {
#define LAYER_NAME(name) #name,
    LAYER_FUNCTIONS(LAYER_NAME)
#undef LAYER_NAME
};

static GMutex lock;
static GArray *faults;     /* of Fault */
static GHashTable *places; /* raw addresses → LayerPlace */
static GPtrArray *ordered; /* the places as they came up */
static guint64 counts[LAYER_N_FUNCTIONS];
static cl_int lost; /* with what all calls fail, or CL_SUCCESS */
static const void *own_base, *loader_base;

/* ---- what shall fail ------------------------------------------------------------------------ */

static void refuse(const char *text)
{
    fprintf(stderr, "RIPPLE_TEST_FAIL: \"%s\" is not FUNCTION[@PATH]:NUMBER:STATUS[:later|lost]\n",
            text);
    abort();
}

static Manner manner_of(const char *word, const char *text)
{
    if (word && strcmp(word, "later") == 0)
        return MANNER_LATER;
    if (word && strcmp(word, "lost") == 0)
        return MANNER_LOST;
    if (word)
        refuse(text);
    return MANNER_NOW;
}

static void add_fault(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", -1);
    if (g_strv_length(parts) < 3 || g_strv_length(parts) > 4)
        refuse(text);
    g_auto(GStrv) what = g_strsplit(parts[0], "@", 2);
    Fault fault = {
        .function = g_strdup(what[0]),
        .path = g_strdup(what[1]),
        .number = g_ascii_strtoull(parts[1], NULL, 10),
        .status = (cl_int)g_ascii_strtoll(parts[2], NULL, 10),
        .manner = manner_of(parts[3], text),
    };
    if (fault.number == 0 || fault.status >= 0)
        refuse(text);
    g_array_append_val(faults, fault);
}

static const void *base_of(const void *address)
{
    Dl_info info;
    return dladdr(address, &info) ? info.dli_fbase : NULL;
}

void layer_calls_init(void)
{
    faults = g_array_new(FALSE, FALSE, sizeof(Fault));
    places = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    ordered = g_ptr_array_new();
    own_base = base_of((const void *)layer_calls_init);
    loader_base = base_of((const void *)clGetPlatformIDs);
    const char *wanted = g_getenv("RIPPLE_TEST_FAIL");
    g_auto(GStrv) items = g_strsplit(wanted ? wanted : "", ",", -1);
    for (guint i = 0; items[i]; i++)
        add_fault(items[i]);
}

/* ---- from where ----------------------------------------------------------------------------- */

/* A frame that means the same in each run, as the module lies elsewhere each time. */
static char *describe_frame(const void *address)
{
    Dl_info info;
    if (!dladdr(address, &info))
        return g_strdup("unknown");
    g_autofree char *module = g_path_get_basename(info.dli_fname);
    /* The call is just before where it returns to. */
    return g_strdup_printf("%s+0x%zx", module,
                           (size_t)((const char *)address - (const char *)info.dli_fbase) - 1);
}

/* The frames of the layer come first, and perhaps what a sanitizer puts before them. */
static int find_caller(void *const *frames, int n_frames)
{
    int i = 0;
    while (i < n_frames && base_of(frames[i]) != own_base)
        i++;
    while (i < n_frames && (base_of(frames[i]) == own_base || base_of(frames[i]) == loader_base))
        i++;
    return i;
}

static LayerPlace *place_new(LayerFunction function, void *const *frames, int n_frames)
{
    LayerPlace *place = g_new0(LayerPlace, 1);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GString) others = g_string_new(NULL);
    place->function = function;
    for (int i = find_caller(frames, n_frames); i < n_frames; i++) {
        g_autofree char *frame = describe_frame(frames[i]);
        g_checksum_update(checksum, (const guchar *)frame, (gssize)strlen(frame) + 1);
        if (!place->site)
            place->site = g_steal_pointer(&frame);
        else if (!place->caller)
            place->caller = g_steal_pointer(&frame);
        else
            g_string_append_printf(others, " %s", frame);
    }
    if (!place->site)
        place->site = g_strdup("unknown");
    if (!place->caller)
        place->caller = g_strdup("unknown");
    place->others = g_string_free(g_steal_pointer(&others), FALSE);
    place->path = g_strndup(g_checksum_get_string(checksum), 12);
    return place;
}

static LayerPlace *find_place(LayerFunction function)
{
    struct {
        void *frames[MOST_FRAMES];
        gsize function;
    } key = {.function = function};
    int n_frames = backtrace(key.frames, MOST_FRAMES);
    g_autoptr(GBytes) bytes = g_bytes_new(&key, sizeof key);
    LayerPlace *place = g_hash_table_lookup(places, bytes);
    if (!place) {
        place = place_new(function, key.frames, n_frames);
        g_hash_table_insert(places, g_steal_pointer(&bytes), place);
        g_ptr_array_add(ordered, place);
    }
    return place;
}

/* ---- a call --------------------------------------------------------------------------------- */

static gboolean fits(const Fault *fault, const LayerPlace *place)
{
    return (strcmp(fault->function, "*") == 0 ||
            strcmp(fault->function, names[place->function]) == 0) &&
           (!fault->path || strcmp(fault->path, place->path) == 0);
}

static void fail(Fault *fault, LayerCall *call)
{
    fault->place = call->place;
    if (fault->manner == MANNER_LATER)
        call->later = fault->status;
    else
        call->status = fault->status;
    if (fault->manner == MANNER_LOST)
        lost = fault->status;
}

LayerCall layer_enter(LayerFunction function)
{
    g_mutex_lock(&lock);
    LayerPlace *place = find_place(function);
    place->count++;
    counts[function]++;
    LayerCall call = {.place = place, .status = lost};
    for (guint i = 0; i < faults->len; i++) {
        Fault *fault = &g_array_index(faults, Fault, i);
        if (fits(fault, place) && ++fault->seen == fault->number)
            fail(fault, &call);
    }
    call.is_lost = lost != CL_SUCCESS;
    g_mutex_unlock(&lock);
    return call;
}

void layer_calls_report(FILE *file)
{
    g_mutex_lock(&lock);
    for (guint i = 0; i < LAYER_N_FUNCTIONS; i++)
        fprintf(file, "function %s %" G_GUINT64_FORMAT "\n", names[i], counts[i]);
    for (guint i = 0; i < ordered->len; i++) {
        const LayerPlace *place = g_ptr_array_index(ordered, i);
        fprintf(file, "call %s %s %" G_GUINT64_FORMAT " %s %s%s\n", names[place->function],
                place->path, place->count, place->site, place->caller, place->others);
    }
    for (guint i = 0; i < faults->len; i++) {
        const LayerPlace *place = g_array_index(faults, Fault, i).place;
        if (place)
            fprintf(file, "failed %s %s %s\n", names[place->function], place->site, place->caller);
    }
    g_mutex_unlock(&lock);
}
