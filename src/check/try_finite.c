/* The look at whether numbers are finite: it must see every one that is not, and no other. */
#include "check/guarded.h"
#include "check/selftest_units.h"

#include <float.h>
#include <math.h>

/* The result before: it stays where all numbers are finite. */
#define UNTOUCHED 7.0f

/* The largest and the smallest numbers are finite, too. */
static gfloat *finite_numbers(gsize count)
{
    static const gfloat numbers[] = {0.0f, -FLT_MAX, 1.5f, FLT_MIN, FLT_MAX, -0x1p-149f, -3.0f};
    gfloat *values = g_new(gfloat, count);
    for (gsize i = 0; i < count; i++)
        values[i] = numbers[i % G_N_ELEMENTS(numbers)];
    return values;
}

/* Element `at` being `odd`, unless that is a finite number: is the result NaN? */
static gboolean look(RippleBackend *device, gfloat *values, gsize count, gsize at, gfloat odd,
                     RippleTally *tally, GError **error)
{
    static const gfloat before = UNTOUCHED;
    g_autoptr(RippleGuarded) numbers = ripple_guarded_new(device, 1, count, error);
    g_autoptr(RippleGuarded) result = numbers ? ripple_guarded_new(device, 1, 1, error) : NULL;
    gfloat usual = values[at];
    gdouble found, expected = isfinite(odd) ? UNTOUCHED : 1;
    gssize damage;
    values[at] = odd;
    gboolean ok = result && ripple_guarded_set(numbers, values, error) &&
                  ripple_guarded_set(result, &before, error);
    values[at] = usual;
    const RippleFiniteCheck check = {ripple_guarded_view(numbers), ripple_guarded_view(result)};
    if (!ok || !ripple_backend_check_finite(device, &check, error) ||
        !ripple_guarded_read(result, &found, &damage, error))
        return FALSE;
    found = isnan(found) ? 1 : found; /* so that it can be held against a number */
    g_autofree char *what = g_strdup_printf(
        "Whether %" G_GSIZE_FORMAT " numbers are finite, number %" G_GSIZE_FORMAT " being %g",
        count, at, odd);
    const RippleTallyPlace place = {ripple_tally_group(tally, "finite", "check_finite"), what,
                                    "the answer (1 for no, 7 for yes)"};
    ripple_tally_hold(tally, &place, &found, &expected, NULL, 1, 1, damage);
    return TRUE;
}

gboolean ripple_try_finite(RippleBackend *device, const RippleSelftestUnit *unit,
                           RippleTally *tally, GError **error)
{
    static const gfloat odd[] = {INFINITY, -INFINITY, NAN};
    gsize count = unit->batch;
    const gsize places[] = {0, count / 2, count - 1};
    g_autofree gfloat *values = finite_numbers(count);
    if (!look(device, values, count, 0, values[0], tally, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(places); i++)
        if (!look(device, values, count, places[i], odd[i], tally, error) ||
            !look(device, values, count, places[i], odd[(i + 1) % 3], tally, error))
            return FALSE;
    return TRUE;
}
