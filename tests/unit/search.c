/* The search among candidates: by check and time of its own making, so that the best is known. */
#include "measure/search.h"

#include <math.h>
#include <ripple/error.h>

#define MOST 16

typedef struct {
    gdouble seconds[MOST]; /* NAN: wrong */
    guint checks[MOST];
    guint times[MOST];
    gdouble noise; /* every third run of a candidate takes so much longer */
} Fake;

static gboolean check(gpointer user_data, guint i, GError **error)
{
    Fake *fake = user_data;
    fake->checks[i]++;
    if (isfinite(fake->seconds[i]))
        return TRUE;
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK, "Candidate %u is wrong.", i);
    return FALSE;
}

static gboolean time_run(gpointer user_data, guint i, gdouble *seconds, GError **error)
{
    Fake *fake = user_data;
    g_assert_cmpuint(fake->checks[i], ==, 1); /* checked before it is timed */
    g_assert_true(isfinite(fake->seconds[i]));
    *seconds = fake->seconds[i] * (fake->times[i]++ % 3 == 1 ? 1 + fake->noise : 1);
    return TRUE;
}

static RippleSearchResult search(Fake *fake, guint n, gint64 deadline)
{
    g_autoptr(GError) error = NULL;
    RippleSearchResult result;
    const RippleSearch wanted = {n, check, time_run, fake, deadline};
    g_assert_true(ripple_search(&wanted, &result, &error));
    g_assert_no_error(error);
    return result;
}

static void test_fastest(void)
{
    Fake fake = {.seconds = {5, 9, 3, 8, 2, 7, 6, 4}, .noise = 10};
    RippleSearchResult result = search(&fake, 8, G_MAXINT64);
    g_assert_cmpuint(result.best, ==, 4);
    g_assert_cmpfloat(result.seconds, ==, 2);
    g_assert_cmpfloat(result.first_seconds, ==, 5);
    g_assert_cmpuint(result.tried, ==, 8);
    g_assert_cmpuint(result.wrong, ==, 0);
    /* A slow one is not timed as often as a fast one. */
    g_assert_cmpuint(fake.times[1], <, fake.times[4]);
}

/* The fastest is wrong, and so is the next. */
static void test_wrong(void)
{
    Fake fake = {.seconds = {5, NAN, 4, NAN}};
    RippleSearchResult result = search(&fake, 4, G_MAXINT64);
    g_assert_cmpuint(result.best, ==, 2);
    g_assert_cmpuint(result.wrong, ==, 2);
    g_assert_cmpuint(fake.times[1] + fake.times[3], ==, 0);
}

static void test_wrong_first(void)
{
    Fake fake = {.seconds = {NAN, 4, 3}};
    RippleSearchResult result = search(&fake, 3, G_MAXINT64);
    g_assert_cmpuint(result.best, ==, 2);
    g_assert_true(isnan(result.first_seconds));
}

static void test_all_wrong(void)
{
    Fake fake = {.seconds = {NAN, NAN}};
    g_autoptr(GError) error = NULL;
    RippleSearchResult result;
    const RippleSearch wanted = {2, check, time_run, &fake, G_MAXINT64};
    g_assert_false(ripple_search(&wanted, &result, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_CHECK);
    g_assert_cmpstr(error->message, ==, "Candidate 0 is wrong.");
}

/* What is hardly faster does not take the place of the first, however many there are. */
static void test_hardly_faster(void)
{
    Fake fake = {.seconds = {1, 0.99, 0.98, 0.975, 1.01, 2}};
    RippleSearchResult result = search(&fake, 6, G_MAXINT64);
    g_assert_cmpuint(result.best, ==, 0);
    g_assert_cmpfloat(result.seconds, ==, 1);
    fake = (Fake){.seconds = {1, 0.99, 0.96}};
    g_assert_cmpuint(search(&fake, 3, G_MAXINT64).best, ==, 2);
}

/* Runs that were now and then disturbed say nothing: one that is as fast when nothing disturbs is
 * no better. */
static gboolean time_disturbed(gpointer user_data, guint i, gdouble *seconds, GError **error)
{
    Fake *fake = user_data;
    *seconds = fake->seconds[i] * (i == 0 && fake->times[i]++ % 3 != 1 ? 2 : 1);
    return TRUE;
}

static void test_disturbed_first(void)
{
    g_autoptr(GError) error = NULL;
    Fake fake = {.seconds = {1, 0.99}};
    RippleSearchResult result;
    const RippleSearch wanted = {2, check, time_disturbed, &fake, G_MAXINT64};
    g_assert_true(ripple_search(&wanted, &result, &error));
    g_assert_cmpuint(result.best, ==, 0);
}

/* The slowest stays to the end where it is the first. */
static void test_slow_first(void)
{
    Fake fake = {.seconds = {9, 1, 2, 3, 4}};
    RippleSearchResult result = search(&fake, 5, G_MAXINT64);
    g_assert_cmpuint(result.best, ==, 1);
    g_assert_cmpfloat(result.first_seconds, ==, 9);
}

/* Without time, the first is all there is. */
static void test_no_time(void)
{
    Fake fake = {.seconds = {5, 1, 1}};
    RippleSearchResult result = search(&fake, 3, 0);
    g_assert_cmpuint(result.best, ==, 0);
    g_assert_cmpuint(result.tried, ==, 1);
    g_assert_cmpuint(fake.checks[1] + fake.checks[2], ==, 0);
    g_assert_cmpuint(fake.times[0], ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/search/fastest", test_fastest);
    g_test_add_func("/search/wrong", test_wrong);
    g_test_add_func("/search/wrong-first", test_wrong_first);
    g_test_add_func("/search/all-wrong", test_all_wrong);
    g_test_add_func("/search/hardly-faster", test_hardly_faster);
    g_test_add_func("/search/disturbed-first", test_disturbed_first);
    g_test_add_func("/search/slow-first", test_slow_first);
    g_test_add_func("/search/no-time", test_no_time);
    return g_test_run();
}
