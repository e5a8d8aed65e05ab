/* The thread that trains: commands in their order while it plays, states that never go back, rest
 * when nobody looks, and an end at any time. Runs under ThreadSanitizer, too. */
#include "playground/player.h"

static RippleStart *make_start(guint64 seed)
{
    g_autoptr(GError) error = NULL;
    RipplePlaySettings settings = ripple_play_settings_default();
    settings.seed = seed;
    settings.samples = 20;
    RippleStart *start = ripple_start_new(&settings, NULL, &error);
    g_assert_no_error(error);
    return start;
}

static RipplePlayer *make_player(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleStart) start = make_start(1);
    RipplePlayer *player = ripple_player_new("reference", start, &error);
    g_assert_no_error(error);
    return player;
}

static guint64 send_command(RipplePlayer *player, RipplePlayCommand command)
{
    guint64 number;
    g_assert_true(ripple_player_send(player, command, &number));
    return number;
}

static RipplePlayState *wait_for(RipplePlayer *player, guint64 done)
{
    for (guint i = 0; i < 60000; i++) {
        RipplePlayState *state = ripple_player_look(player);
        if (state->done >= done && !state->is_preparing)
            return state;
        ripple_play_state_unref(state);
        g_usleep(1000);
    }
    g_error("command %" G_GUINT64_FORMAT " was not obeyed", done);
}

static void test_commands(void)
{
    g_autoptr(RipplePlayer) player = make_player();
    for (guint i = 0; i < 5; i++)
        send_command(player, (RipplePlayCommand){.kind = RIPPLE_COMMAND_STEP});
    send_command(player, (RipplePlayCommand){.kind = RIPPLE_COMMAND_ROW});
    g_autoptr(RipplePlayState) within =
        wait_for(player, send_command(player, (RipplePlayCommand){.kind = RIPPLE_COMMAND_ROW}));
    g_assert_cmpuint(within->snapshot->step, ==, 5);
    g_assert_cmpuint(within->snapshot->row, ==, 2);
    g_autoptr(RipplePlayState) whole =
        wait_for(player, send_command(player, (RipplePlayCommand){.kind = RIPPLE_COMMAND_STEP}));
    g_assert_cmpuint(whole->snapshot->step, ==, 6);
    g_assert_cmpuint(whole->snapshot->row, ==, whole->snapshot->n_rows);
    /* What was looked at before stays as it was. */
    g_assert_cmpuint(within->snapshot->row, ==, 2);
}

static void test_playing(void)
{
    g_autoptr(RipplePlayer) player = make_player();
    guint64 revision = 0, step = 0;
    send_command(player, (RipplePlayCommand){.kind = RIPPLE_COMMAND_PLAY});
    for (guint i = 0; i < 300; i++) {
        g_autoptr(RipplePlayState) state = ripple_player_look(player);
        g_assert_cmpuint(state->revision, >=, revision);
        revision = state->revision;
        if (state->snapshot) {
            g_assert_cmpuint(state->snapshot->step, >=, step);
            step = state->snapshot->step;
        }
        g_usleep(2000);
    }
    g_assert_cmpuint(step, >, 10);
    g_autoptr(RipplePlayState) paused =
        wait_for(player, send_command(player, (RipplePlayCommand){.kind = RIPPLE_COMMAND_PAUSE}));
    g_assert_false(paused->is_playing);
    g_usleep(200000);
    g_autoptr(RipplePlayState) later = ripple_player_look(player);
    g_assert_cmpuint(later->snapshot->step, ==, paused->snapshot->step);
}

/* Begun anew while it plays, again and again. */
static void test_starts(void)
{
    g_autoptr(RipplePlayer) player = make_player();
    for (guint i = 0; i < 20; i++) {
        send_command(player, (RipplePlayCommand){.kind = RIPPLE_COMMAND_PLAY});
        guint64 number =
            send_command(player, (RipplePlayCommand){RIPPLE_COMMAND_START, make_start(i), 0, 0});
        g_autoptr(RipplePlayState) state = wait_for(player, number);
        g_assert_cmpuint(state->snapshot->step, ==, 0);
        g_assert_cmpuint(state->starts, ==, i + 2);
        g_assert_cmpuint(state->snapshot->start->settings.seed, ==, i);
    }
}

/* Nobody looks for longer than ten seconds: training rests, and goes on when somebody does. */
static void test_rest(void)
{
    g_autoptr(RipplePlayer) player = make_player();
    ripple_play_state_unref(
        wait_for(player, send_command(player, (RipplePlayCommand){.kind = RIPPLE_COMMAND_PLAY})));
    g_usleep(11 * G_USEC_PER_SEC);
    g_autoptr(RipplePlayState) resting = ripple_player_look(player);
    g_assert_true(resting->is_playing && resting->is_resting);
    for (guint i = 0; i < 1000; i++) {
        g_autoptr(RipplePlayState) state = ripple_player_look(player);
        if (state->snapshot->step > resting->snapshot->step) {
            g_assert_false(state->is_resting);
            return;
        }
        g_usleep(5000);
    }
    g_error("training did not go on");
}

/* With commands still waiting, their starts are freed. */
static void test_end(void)
{
    for (guint i = 0; i < 10; i++) {
        g_autoptr(RipplePlayer) player = make_player();
        send_command(player, (RipplePlayCommand){.kind = RIPPLE_COMMAND_PLAY});
        for (guint j = 0; j < 5; j++)
            send_command(player, (RipplePlayCommand){RIPPLE_COMMAND_START, make_start(j), 0, 0});
    }
}

static RippleStart *make_long_start(guint64 seed)
{
    g_autoptr(GError) error = NULL;
    RipplePlaySettings settings = ripple_play_settings_default();
    settings.seed = seed;
    settings.samples = RIPPLE_PLAY_MOST_SAMPLES;
    settings.n_hidden = RIPPLE_PLAY_MOST_HIDDEN;
    for (guint i = 0; i < settings.n_hidden; i++)
        settings.hidden[i] = RIPPLE_PLAY_MOST_UNITS;
    RippleStart *start = ripple_start_new(&settings, NULL, &error);
    g_assert_no_error(error);
    return start;
}

/* Those that wait are not obeyed first: the end takes no longer than a few of them would. */
static void test_end_at_once(void)
{
    const guint n_obeyed = 4, n_waiting = 60;
    g_autoptr(RipplePlayer) player = make_player();
    gint64 begin = g_get_monotonic_time();
    for (guint i = 0; i < n_obeyed; i++)
        ripple_play_state_unref(
            wait_for(player, send_command(player, (RipplePlayCommand){RIPPLE_COMMAND_START,
                                                                      make_long_start(i), 0, 0})));
    gint64 middle = g_get_monotonic_time();
    gint64 of_one = (middle - begin) / n_obeyed;
    RippleStart *start = make_long_start(0);
    for (guint i = 0; i < n_waiting; i++)
        send_command(player,
                     (RipplePlayCommand){RIPPLE_COMMAND_START, ripple_start_ref(start), 0, 0});
    ripple_start_unref(start);
    gint64 asked = g_get_monotonic_time();
    g_clear_pointer(&player, ripple_player_free);
    g_assert_cmpint(g_get_monotonic_time() - asked, <, of_one * n_waiting / 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/playground/player/commands", test_commands);
    g_test_add_func("/playground/player/playing", test_playing);
    g_test_add_func("/playground/player/starts", test_starts);
    g_test_add_func("/playground/player/rest", test_rest);
    g_test_add_func("/playground/player/end", test_end);
    g_test_add_func("/playground/player/end-at-once", test_end_at_once);
    return g_test_run();
}
