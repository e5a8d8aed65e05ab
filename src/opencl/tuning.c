#include "opencl/tuning.h"

#include "base/key_file.h"
#include "base/text.h"
#include "opencl/private.h"
#include "opencl/program_cache.h"
#include "opencl/programs.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <ripple/error.h>
#include <ripple/version.h>
#include <string.h>

#define DEFAULTS_PATH "/ripple/kernels/tuning.ini"
#define LARGEST_SIDE G_MAXINT32

struct _RippleTuning {
    const RippleOpenclDevice *device;
    RippleProductPlan defaults[RIPPLE_N_PROVIDERS];
    RippleProductProvider provider; /* of the defaults */
    gboolean is_measured;           /* the defaults were, on this device */
    gboolean is_there;              /* the file was */
    GHashTable *products;           /* RippleProduct → RippleTuned */
    char *path;
    char *problem;
};

static guint product_hash(gconstpointer key)
{
    const RippleProduct *product = key;
    guint64 hash = product->form;
    hash = hash * 0x9e3779b97f4a7c15 + product->m;
    hash = hash * 0x9e3779b97f4a7c15 + product->n;
    hash = hash * 0x9e3779b97f4a7c15 + product->k;
    return (guint)(hash >> 32 ^ hash);
}

static gboolean product_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(RippleProduct)) == 0;
}

/* ---- the defaults --------------------------------------------------------------------------- */

static gboolean name_fits(const char *name, char **words)
{
    for (guint i = 0; words[i]; i++)
        if (strstr(name, words[i]))
            return TRUE;
    return FALSE;
}

static gboolean group_fits(const RippleOpenclDevice *device, GKeyFile *file, const char *group)
{
    g_autofree char *kind = g_key_file_get_string(file, group, "kind", NULL);
    g_auto(GStrv) words = g_key_file_get_string_list(file, group, "name", NULL, NULL);
    return (!kind || strcmp(kind, ripple_device_kind_name(device->kind)) == 0) &&
           (!words || name_fits(device->name, words));
}

static gboolean take_defaults(RippleTuning *self, GKeyFile *file, const char *group, GError **error)
{
    RippleProductPlan plan = {0};
    gboolean ok = ripple_plan_load(&plan, file, group, error);
    /* Less is copied at a time, for fewer tiles, where local memory is small. */
    while (ok && plan.panel.depth > 1 && plan.panel.tiles > 1 &&
           !ripple_plan_check(&plan, self->device, NULL)) {
        plan.panel.depth /= 2;
        plan.panel.tiles /= 2;
    }
    if (!ok || !ripple_plan_check(&plan, self->device, error)) {
        g_prefix_error(error, "%s cannot be used: in [%s] of kernels/tuning.ini, ",
                       self->device->name, group);
        return FALSE;
    }
    self->defaults[plan.provider] = plan;
    self->provider = plan.provider;
    self->is_measured = g_key_file_has_key(file, group, "measured", NULL);
    return TRUE;
}

static gboolean load_defaults(RippleTuning *self, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GBytes) bytes = ripple_embedded_file("tuning.ini", error);
    if (!bytes || !g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, error))
        return FALSE;
    for (guint32 i = 0; i < RIPPLE_N_PROVIDERS; i++)
        self->defaults[i].provider = i;
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (guint i = 0; groups[i]; i++)
        if (group_fits(self->device, file, groups[i]) &&
            !take_defaults(self, file, groups[i], error))
            return FALSE;
    return TRUE;
}

/* ---- the user's file ------------------------------------------------------------------------ */

/* One group for each product, and this one about the device, for people. */
#define DEVICE_GROUP "device"

static char *file_path(const RippleOpenclDevice *device)
{
    /* What a program depends on, speed does; and how many work at once. */
    g_autofree char *what = g_strdup_printf("tuning for %u units", device->compute_units);
    g_autofree char *key = ripple_program_cache_key(device, what, "");
    g_autofree char *name = g_strconcat(key, ".ini", NULL);
    return g_build_filename(g_get_user_cache_dir(), "ripple", "tuning", name, NULL);
}

static char *group_of(const RippleProduct *product)
{
    return g_strdup_printf("%s %" G_GUINT64_FORMAT "x%" G_GUINT64_FORMAT "x%" G_GUINT64_FORMAT,
                           ripple_product_name((RippleProductForm)product->form), product->m,
                           product->n, product->k);
}

static gboolean parse_group(const char *group, RippleProduct *product)
{
    g_auto(GStrv) words = g_strsplit(group, " ", -1);
    if (g_strv_length(words) != 2)
        return FALSE;
    product->form = 0;
    while (product->form < RIPPLE_N_PRODUCTS &&
           strcmp(words[0], ripple_product_name((RippleProductForm)product->form)) != 0)
        product->form++;
    g_auto(GStrv) sides = g_strsplit(words[1], "x", -1);
    return product->form < RIPPLE_N_PRODUCTS && g_strv_length(sides) == 3 &&
           ripple_text_whole(sides[0], 1, LARGEST_SIDE, &product->m) &&
           ripple_text_whole(sides[1], 1, LARGEST_SIDE, &product->n) &&
           ripple_text_whole(sides[2], 1, LARGEST_SIDE, &product->k);
}

static gboolean load_speed(GKeyFile *file, const char *group, const char *key, gdouble *speed,
                           GError **error)
{
    g_autofree char *text = ripple_key_file_text(file, group, key, NULL);
    if (text && ripple_text_number(text, speed) && *speed >= 0)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                "the key \"%s\" must be there, and a number of 0 or more", key);
    return FALSE;
}

static gboolean check_keys(GKeyFile *file, const char *group, const RippleProductPlan *plan,
                           GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    for (guint i = 0; keys[i]; i++)
        if (!ripple_plan_has_key(plan, keys[i]) && strcmp(keys[i], "gflops") != 0 &&
            strcmp(keys[i], "default_gflops") != 0) {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                        "the key \"%s\" is none that %s has", keys[i],
                        ripple_provider_name(plan->provider));
            return FALSE;
        }
    return TRUE;
}

static gboolean load_product(RippleTuning *self, GKeyFile *file, const char *group, GError **error)
{
    RippleProduct product;
    RippleTuned tuned;
    if (!parse_group(group, &product)) {
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                            "the group names no product, such as NT 128x512x784");
        return FALSE;
    }
    if (!ripple_plan_load(&tuned.plan, file, group, error) ||
        !check_keys(file, group, &tuned.plan, error) ||
        !ripple_plan_check(&tuned.plan, self->device, error) ||
        !load_speed(file, group, "gflops", &tuned.gflops, error) ||
        !load_speed(file, group, "default_gflops", &tuned.default_gflops, error))
        return FALSE;
    ripple_tuning_set(self, &product, &tuned);
    return TRUE;
}

/* The first problem is told; there may be more. */
static void note_problem(RippleTuning *self, const char *group, const char *message)
{
    if (self->problem)
        return;
    g_autofree char *place = group ? g_strdup_printf(", group [%s]", group) : g_strdup("");
    g_autofree char *problem = g_strdup_printf(
        "The tuning file \"%s\"%s: %s. What is damaged is left out; run `ripple tune` again, or "
        "delete the file.",
        self->path, place, message);
    self->problem = ripple_text_readable(problem);
}

static void load_file(RippleTuning *self)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    if (!g_file_test(self->path, G_FILE_TEST_EXISTS))
        return;
    self->is_there = TRUE;
    if (!g_key_file_load_from_file(file, self->path, G_KEY_FILE_NONE, &error)) {
        g_strchomp(error->message);
        if (g_str_has_suffix(error->message, "."))
            error->message[strlen(error->message) - 1] = '\0';
        note_problem(self, NULL, error->message);
        return;
    }
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (guint i = 0; groups[i]; i++) {
        g_autoptr(GError) damage = NULL;
        if (strcmp(groups[i], DEVICE_GROUP) != 0 && !load_product(self, file, groups[i], &damage))
            note_problem(self, groups[i], damage->message);
    }
}

static void store_product(const RippleProduct *product, const RippleTuned *tuned,
                          gpointer user_data)
{
    GKeyFile *file = user_data;
    g_autofree char *group = group_of(product);
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    ripple_plan_store(&tuned->plan, file, group);
    g_key_file_set_string(file, group, "gflops",
                          g_ascii_formatd(number, sizeof number, "%.4g", tuned->gflops));
    g_key_file_set_string(file, group, "default_gflops",
                          g_ascii_formatd(number, sizeof number, "%.4g", tuned->default_gflops));
}

static char *file_text(const RippleTuning *self)
{
    const RippleOpenclDevice *device = self->device;
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_key_file_set_string(file, DEVICE_GROUP, "name", device->name);
    g_key_file_set_string(file, DEVICE_GROUP, "platform", device->platform_name);
    g_key_file_set_string(file, DEVICE_GROUP, "driver", device->driver_version);
    g_key_file_set_uint64(file, DEVICE_GROUP, "units", device->compute_units);
    g_key_file_set_string(file, DEVICE_GROUP, "ripple", RIPPLE_VERSION);
    g_key_file_set_comment(file, NULL, NULL,
                           " Written by `ripple tune`: how matrix products are computed on this "
                           "device.\n It may be deleted at any time.",
                           NULL);
    ripple_tuning_foreach(self, store_product, file);
    return g_key_file_to_data(file, NULL, NULL);
}

gboolean ripple_tuning_save(RippleTuning *tuning, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(tuning->path);
    g_autofree char *text = file_text(tuning);
    g_autoptr(GError) cause = NULL;
    if (g_mkdir_with_parents(folder, 0700) == 0 &&
        g_file_set_contents_full(tuning->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &cause)) {
        tuning->is_there = TRUE;
        g_clear_pointer(&tuning->problem, g_free);
        return TRUE;
    }
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                "The tuning file \"%s\" cannot be written: %s. What was measured holds for this "
                "run only; XDG_CACHE_HOME may name another place.",
                tuning->path, cause ? cause->message : g_strerror(errno));
    return FALSE;
}

gboolean ripple_tuning_forget(const RippleTuning *tuning, GError **error)
{
    if (g_unlink(tuning->path) == 0 || errno == ENOENT)
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                "The tuning file \"%s\" cannot be deleted: %s.", tuning->path, g_strerror(errno));
    return FALSE;
}

/* ---- the table ------------------------------------------------------------------------------ */

RippleTuning *ripple_tuning_new(const RippleOpenclDevice *device, GError **error)
{
    g_autoptr(RippleTuning) self = g_new0(RippleTuning, 1);
    self->device = device;
    self->products = g_hash_table_new_full(product_hash, product_equal, g_free, g_free);
    self->path = file_path(device);
    if (!load_defaults(self, error))
        return NULL;
    load_file(self);
    return g_steal_pointer(&self);
}

void ripple_tuning_free(RippleTuning *tuning)
{
    if (!tuning)
        return;
    g_hash_table_unref(tuning->products);
    g_free(tuning->path);
    g_free(tuning->problem);
    g_free(tuning);
}

RippleTuning *ripple_opencl_tuning(RippleBackend *backend)
{
    gboolean is_opencl = strcmp(ripple_backend_kind(backend), "opencl") == 0;
    return is_opencl ? RIPPLE_OPENCL(backend)->tuning : NULL;
}

gboolean ripple_opencl_is_processor(const RippleBackend *backend)
{
    return RIPPLE_OPENCL(backend)->device->kind == RIPPLE_DEVICE_CPU;
}

gboolean ripple_opencl_can(const RippleBackend *backend, const RippleProductPlan *plan)
{
    return ripple_plan_check(plan, RIPPLE_OPENCL(backend)->device, NULL);
}

const char *ripple_tuning_path(const RippleTuning *tuning)
{
    return tuning->path;
}

const char *ripple_tuning_problem(const RippleTuning *tuning)
{
    return tuning->problem;
}

gboolean ripple_tuning_is_known(const RippleTuning *tuning)
{
    return tuning->is_measured || tuning->is_there;
}

const RippleTuned *ripple_tuning_find(const RippleTuning *tuning, const RippleProduct *product)
{
    return g_hash_table_lookup(tuning->products, product);
}

static int compare_products(gconstpointer a, gconstpointer b)
{
    const RippleProduct *x = a, *y = b;
    guint64 left[] = {x->form, x->m, x->n, x->k}, right[] = {y->form, y->m, y->n, y->k};
    for (guint i = 0; i < G_N_ELEMENTS(left); i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

void ripple_tuning_foreach(const RippleTuning *tuning,
                           void (*each)(const RippleProduct *product, const RippleTuned *tuned,
                                        gpointer user_data),
                           gpointer user_data)
{
    g_autoptr(GList) products =
        g_list_sort(g_hash_table_get_keys(tuning->products), compare_products);
    for (const GList *i = products; i; i = i->next)
        each(i->data, ripple_tuning_find(tuning, i->data), user_data);
}

/* The panel kernel computes Cᵀ of a forward product. With a single row it reads B but once, so that
 * copying does not pay; with fewer vectors of columns there is room for more rows. */
static RippleProductPlan panel_default(const RippleTuning *tuning, const RippleProduct *product)
{
    /* of a tile of one vector of columns, of two, … */
    static const guint32 narrow_rows[] = {14, 12, 9};
    RippleProductPlan plan = tuning->defaults[RIPPLE_PROVIDER_PANEL];
    gboolean is_forward = product->form == RIPPLE_PRODUCT_NT;
    guint64 rows = is_forward ? product->n : product->m;
    guint64 columns = is_forward ? product->m : product->n;
    if (rows == 1) {
        plan.panel.rows = plan.panel.tiles = 1;
        plan.panel.vectors *= 2;
        plan.panel.copy = 0;
    } else if (columns <= 16 * (plan.panel.vectors - 1)) {
        plan.panel.vectors = (guint32)(columns + 15) / 16;
        plan.panel.rows = narrow_rows[MIN(plan.panel.vectors, G_N_ELEMENTS(narrow_rows)) - 1];
    }
    return plan;
}

static RippleProductPlan default_by(const RippleTuning *tuning, RippleProductProvider provider,
                                    const RippleProduct *product)
{
    if (provider == RIPPLE_PROVIDER_PANEL)
        return panel_default(tuning, product);
    return tuning->defaults[provider];
}

RippleProductPlan ripple_tuning_default(const RippleTuning *tuning, const RippleProduct *product)
{
    return default_by(tuning, tuning->provider, product);
}

RippleProductPlan ripple_tuning_plan_by(const RippleTuning *tuning, RippleProductProvider provider,
                                        const RippleProduct *product)
{
    const RippleTuned *tuned = ripple_tuning_find(tuning, product);
    if (tuned && tuned->plan.provider == provider)
        return tuned->plan;
    return default_by(tuning, provider, product);
}

RippleProductPlan ripple_tuning_plan(const RippleTuning *tuning, const RippleProduct *product)
{
    const RippleTuned *tuned = ripple_tuning_find(tuning, product);
    return tuned ? tuned->plan : ripple_tuning_default(tuning, product);
}

void ripple_tuning_set(RippleTuning *tuning, const RippleProduct *product, const RippleTuned *tuned)
{
    g_hash_table_replace(tuning->products, g_memdup2(product, sizeof *product),
                         g_memdup2(tuned, sizeof *tuned));
}
