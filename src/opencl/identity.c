#include "opencl/identity.h"

#include "opencl/private.h"
#include "opencl/program_cache.h"
#include "opencl/programs.h"
#include "opencl/trial.h"

#include <gio/gio.h>
#include <ripple/version.h>

/* All kernels as they are used, files that take the place of embedded ones included. */
static void add_kernels(GChecksum *checksum)
{
    /* Looking for a file has the resource registered. */
    G_GNUC_UNUSED g_autoptr(GBytes) any = ripple_embedded_file("tuning.ini", NULL);
    g_auto(GStrv) files =
        g_resources_enumerate_children("/ripple/kernels", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    for (guint i = 0; files && files[i]; i++) {
        g_autoptr(GBytes) source = ripple_embedded_file(files[i], NULL);
        if (source)
            g_checksum_update(checksum, g_bytes_get_data(source, NULL),
                              (gssize)g_bytes_get_size(source));
    }
}

static void add_plan(const RippleProduct *product, const RippleTuned *tuned, gpointer user_data)
{
    g_autofree char *plan = ripple_plan_describe(&tuned->plan);
    g_checksum_update(user_data, (const guchar *)product, sizeof *product);
    g_checksum_update(user_data, (const guchar *)plan, -1);
}

char *ripple_opencl_identity(const RippleBackend *backend)
{
    const RippleOpencl *self = RIPPLE_OPENCL(backend);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    add_kernels(checksum);
    ripple_tuning_foreach(self->tuning, add_plan, checksum);
    g_autoptr(RippleOpenclLoader) loader = ripple_opencl_loader();
    g_autofree char *choices = g_strdup_printf(
        "%d %d %u units, CLBlast %s of %s", self->forced_provider, self->steps_choice,
        self->device->compute_units, loader->clblast_version ? loader->clblast_version : "",
        loader->clblast_path ? loader->clblast_path : "");
    return ripple_program_cache_key(self->device, g_checksum_get_string(checksum), choices);
}

void ripple_opencl_describe(const RippleBackend *backend, GKeyFile *file, const char *group)
{
    const RippleOpenclDevice *device = RIPPLE_OPENCL(backend)->device;
    g_key_file_set_string(file, group, "name", device->name);
    g_key_file_set_string(file, group, "platform", device->platform_name);
    g_key_file_set_string(file, group, "driver", device->driver_version);
    g_key_file_set_uint64(file, group, "units", device->compute_units);
    g_key_file_set_string(file, group, "ripple", RIPPLE_VERSION);
}
