/* A device that fails while it trains: the page is told, keeps what it had, and goes on once it
 * begins anew. The layer of tests/faults fails the fortieth reading. */
#include "playground/client.h"

#include <string.h>

static void test_failing_device(void)
{
    g_assert_nonnull(g_getenv("RIPPLE_TEST_FAIL"));
    g_autoptr(Client) client = client_new("auto", NULL);
    client_command(client, "play", NULL);
    const char *problem = NULL;
    g_autoptr(JsonObject) failed = NULL;
    for (guint i = 0; i < 2000 && !problem; i++) {
        g_clear_pointer(&failed, json_object_unref);
        failed = client_get(client, "state");
        problem = json_object_get_string_member_with_default(failed, "problem", NULL);
        g_usleep(5000);
    }
    g_assert_nonnull(problem);
    g_assert_nonnull(strstr(problem, "clEnqueueReadBuffer failed"));
    g_assert_false(json_object_get_boolean_member(failed, "playing"));
    g_assert_true(json_object_has_member(failed, "layers"));
    client_command(client, "step", NULL);

    client_command(client, "reset", NULL);
    client_command(client, "step", NULL);
    g_autoptr(JsonObject) state = client_get(client, "state");
    g_assert_true(json_object_get_null_member(state, "problem"));
    g_assert_cmpint(json_object_get_int_member(state, "step"), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/playground/faults/failing-device", test_failing_device);
    return g_test_run();
}
