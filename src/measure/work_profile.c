#include "measure/work_profile.h"

#include "opencl/profile.h"

void ripple_work_profile_clear(RippleWorkProfile *profile)
{
    g_clear_pointer(&profile->shares, g_array_unref);
}

/* Names are interned: equal where their addresses are. */
static RippleShare *find_share(GArray *shares, const char *row, const char *name)
{
    for (guint i = 0; i < shares->len; i++) {
        RippleShare *share = &g_array_index(shares, RippleShare, i);
        if (share->row == row && share->name == name)
            return share;
    }
    RippleShare share = {.row = row, .name = name};
    g_array_append_val(shares, share);
    return &g_array_index(shares, RippleShare, shares->len - 1);
}

static void add_record(const RippleProfileRecord *record, gpointer user_data)
{
    RippleWorkProfile *profile = user_data;
    if (ripple_profile_is_thread(record->queue))
        return;
    gdouble seconds = (record->ended - record->started) / 1e9;
    RippleShare *share = find_share(profile->shares, record->row, g_intern_string(record->name));
    share->launches++;
    share->seconds += seconds;
    profile->launches++;
    profile->seconds += seconds;
    profile->transfers += record->bytes;
}

static gboolean run_once(RippleBackend *backend, RippleWork work, gpointer user_data, guint64 times,
                         RippleWorkProfile *profile, GError **error)
{
    guint64 waits = ripple_backend_waits(backend);
    for (guint64 i = 0; i < times; i++)
        if (!work(user_data, error))
            return FALSE;
    profile->waits += ripple_backend_waits(backend) - waits;
    return ripple_backend_wait(backend, error);
}

void ripple_work_profile_divide(RippleWorkProfile *profile, gdouble parts)
{
    for (guint i = 0; profile->shares && i < profile->shares->len; i++) {
        RippleShare *share = &g_array_index(profile->shares, RippleShare, i);
        share->launches /= parts;
        share->seconds /= parts;
    }
    profile->launches /= parts;
    profile->seconds /= parts;
    profile->transfers /= parts;
    profile->waits /= parts;
}

gboolean ripple_work_profile(RippleBackend *backend, RippleWork work, gpointer user_data,
                             guint64 times, guint runs, RippleWorkProfile *profile, GError **error)
{
    *profile = (RippleWorkProfile){.shares = g_array_new(FALSE, FALSE, sizeof(RippleShare))};
    if (!ripple_opencl_profile_begin(backend, add_record, profile, error))
        return FALSE;
    gboolean ok = TRUE;
    for (guint run = 0; ok && run < runs; run++)
        ok = run_once(backend, work, user_data, times, profile, error);
    if (!ripple_opencl_profile_end(backend, ok ? error : NULL) || !ok)
        return FALSE;
    ripple_work_profile_divide(profile, (gdouble)times * runs);
    return TRUE;
}
