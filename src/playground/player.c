#include "playground/player.h"

#include "base/text.h"

#include <ripple/error.h>

/* A frame of the fastest play: training, and what it takes to show it, come to about 20 a second.
 */
#define FRAME_MICROSECONDS (50 * 1000)
#define TRAINING_MICROSECONDS (25 * 1000)

/* So long it plays on when nobody looks. */
#define REST_MICROSECONDS (10 * G_USEC_PER_SEC)

/* More commands than fingers give. */
#define MOST_WAITING 64

static const struct {
    const char *name;
    gint64 pause; /* from the beginning of one frame to that of the next */
} speeds[RIPPLE_N_SPEEDS] = {
    [RIPPLE_SPEED_ROWS] = {"rows", 500 * 1000},
    [RIPPLE_SPEED_SLOW] = {"slow", 1000 * 1000},
    [RIPPLE_SPEED_STEADY] = {"steady", 100 * 1000},
    [RIPPLE_SPEED_FAST] = {"fast", FRAME_MICROSECONDS},
};

struct _RipplePlayer {
    char *selector;
    char *device_name;
    GThread *thread;
    GAsyncQueue *commands; /* of RipplePlayCommand */
    guint64 sent;

    GMutex mutex;           /* of these two */
    gint64 looked;          /* when somebody looked last */
    RipplePlayState *state; /* the newest; the thread alone writes it */

    /* The thread's own. */
    RippleBackend *backend;
    gboolean is_troubled; /* it failed: opened anew for the next start */
    RipplePlay *play;
    guint64 revision;
    guint64 done;
    guint64 starts;
    gboolean is_playing;
    RippleSpeed speed;
    gint64 due; /* when the next frame is */
};

const char *ripple_speed_name(RippleSpeed speed)
{
    g_return_val_if_fail(speed < RIPPLE_N_SPEEDS, NULL);
    return speeds[speed].name;
}

gboolean ripple_speed_parse(const char *name, RippleSpeed *speed, GError **error)
{
    const char *names[RIPPLE_N_SPEEDS];
    guint chosen;
    for (guint i = 0; i < RIPPLE_N_SPEEDS; i++)
        names[i] = speeds[i].name;
    if (!ripple_text_choose("speed", name, names, RIPPLE_N_SPEEDS, &chosen, error))
        return FALSE;
    *speed = (RippleSpeed)chosen;
    return TRUE;
}

/* ---- states --------------------------------------------------------------------------------- */

static void clear_state(gpointer state)
{
    RipplePlayState *self = state;
    ripple_snapshot_unref(self->snapshot);
    g_free(self->problem);
}

RipplePlayState *ripple_play_state_ref(RipplePlayState *state)
{
    return g_atomic_rc_box_acquire(state);
}

void ripple_play_state_unref(RipplePlayState *state)
{
    if (state)
        g_atomic_rc_box_release_full(state, clear_state);
}

static gboolean somebody_looks(RipplePlayer *self)
{
    g_mutex_lock(&self->mutex);
    gboolean looks = g_get_monotonic_time() - self->looked < REST_MICROSECONDS;
    g_mutex_unlock(&self->mutex);
    return looks;
}

/* Leave a state with what is given, and the rest as it is. */
static void publish(RipplePlayer *self, RippleSnapshot *snapshot, const char *problem,
                    gboolean is_preparing)
{
    RipplePlayState *state = g_atomic_rc_box_new0(RipplePlayState);
    state->revision = ++self->revision;
    state->done = self->done;
    state->starts = self->starts;
    state->is_preparing = is_preparing;
    state->is_playing = self->is_playing;
    state->is_resting = self->is_playing && !somebody_looks(self);
    state->speed = self->speed;
    state->snapshot = snapshot ? ripple_snapshot_ref(snapshot) : NULL;
    state->problem = g_strdup(problem);

    g_mutex_lock(&self->mutex);
    RipplePlayState *before = self->state;
    self->state = state;
    g_mutex_unlock(&self->mutex);
    ripple_play_state_unref(before);
}

static char *describe_problem(const RippleSnapshot *snapshot)
{
    if (snapshot->is_finite)
        return NULL;
    return g_strdup_printf("By step %" G_GUINT64_FORMAT
                           " the numbers had stopped being finite; try a "
                           "smaller learning rate, and begin anew.",
                           MAX(1, snapshot->step));
}

/* What was shown last stays, with what went wrong. */
static void stop_with(RipplePlayer *self, const GError *error)
{
    self->is_playing = FALSE;
    self->is_troubled = TRUE;
    g_clear_pointer(&self->play, ripple_play_free);
    publish(self, self->state->snapshot, error->message, FALSE);
}

static void show(RipplePlayer *self)
{
    if (!self->play) {
        publish(self, self->state->snapshot, self->state->problem, FALSE);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleSnapshot) snapshot = ripple_snapshot_new(self->play, &error);
    if (!snapshot) {
        stop_with(self, error);
        return;
    }
    g_autofree char *problem = describe_problem(snapshot);
    if (problem)
        self->is_playing = FALSE;
    publish(self, snapshot, problem, FALSE);
}

/* ---- commands ------------------------------------------------------------------------------- */

static gboolean may_train(const RipplePlayer *self)
{
    return self->play && !self->state->problem;
}

/* A device that was lost stays lost to whoever had it open. */
static gboolean reopen(RipplePlayer *self, GError **error)
{
    if (!self->is_troubled)
        return TRUE;
    g_clear_pointer(&self->backend, ripple_device_close);
    self->backend = ripple_device_open(self->selector, error);
    self->is_troubled = self->backend == NULL;
    return self->backend != NULL;
}

static void begin(RipplePlayer *self, RippleStart *start)
{
    g_autoptr(GError) error = NULL;
    self->starts++;
    self->is_playing = FALSE;
    g_clear_pointer(&self->play, ripple_play_free);
    publish(self, NULL, NULL, TRUE);
    self->play = reopen(self, &error) ? ripple_play_new(self->backend, start, &error) : NULL;
    if (!self->play)
        stop_with(self, error);
}

static void take(RipplePlayer *self, gboolean (*train)(RipplePlay *play, GError **error))
{
    g_autoptr(GError) error = NULL;
    if (may_train(self) && !train(self->play, &error))
        stop_with(self, error);
}

static gboolean take_step(RipplePlay *play, GError **error)
{
    return ripple_play_step(play, TRUE, error);
}

static void obey(RipplePlayer *self, const RipplePlayCommand *command)
{
    switch (command->kind) {
    case RIPPLE_COMMAND_START:
        begin(self, command->start);
        break;
    case RIPPLE_COMMAND_RATE:
        if (self->play)
            self->play->learning_rate = command->rate;
        break;
    case RIPPLE_COMMAND_PLAY:
        self->is_playing = may_train(self);
        self->due = g_get_monotonic_time();
        break;
    case RIPPLE_COMMAND_PAUSE:
        self->is_playing = FALSE;
        break;
    case RIPPLE_COMMAND_STEP:
        self->is_playing = FALSE;
        take(self, take_step);
        break;
    case RIPPLE_COMMAND_ROW:
        self->is_playing = FALSE;
        take(self, ripple_play_row);
        break;
    case RIPPLE_COMMAND_SPEED:
        self->speed = command->speed;
        self->due = g_get_monotonic_time();
        break;
    case RIPPLE_COMMAND_END:
        break;
    }
}

/* ---- playing -------------------------------------------------------------------------------- */

/* As many steps as fit into a frame, of which the last is shown. */
static gboolean take_fast_steps(RipplePlay *play, GError **error)
{
    gint64 end = g_get_monotonic_time() + TRAINING_MICROSECONDS;
    while (g_get_monotonic_time() < end) {
        /* Waiting keeps the queue as short as the time says. */
        if (!ripple_play_step(play, FALSE, error) ||
            !ripple_backend_wait(play->session->backend, error))
            return FALSE;
    }
    return ripple_play_step(play, TRUE, error);
}

static void play_frame(RipplePlayer *self)
{
    gint64 now = g_get_monotonic_time();
    self->due = MAX(self->due + speeds[self->speed].pause, now);
    if (self->speed == RIPPLE_SPEED_ROWS)
        take(self, ripple_play_row);
    else if (self->speed == RIPPLE_SPEED_FAST)
        take(self, take_fast_steps);
    else
        take(self, take_step);
    show(self);
}

/* The next command, or NULL when it is time to play on. */
static RipplePlayCommand *next_command(RipplePlayer *self)
{
    if (!self->is_playing)
        return g_async_queue_pop(self->commands);
    if (!somebody_looks(self)) {
        if (!self->state->is_resting)
            publish(self, self->state->snapshot, self->state->problem, FALSE);
        self->due = g_get_monotonic_time() + FRAME_MICROSECONDS;
    }
    gint64 wait = self->due - g_get_monotonic_time();
    return wait > 0 ? g_async_queue_timeout_pop(self->commands, (guint64)wait)
                    : g_async_queue_try_pop(self->commands);
}

static void free_command(gpointer command)
{
    ripple_start_unref(((RipplePlayCommand *)command)->start);
    g_free(command);
}

static gpointer run(gpointer player)
{
    RipplePlayer *self = player;
    for (;;) {
        RipplePlayCommand *command = next_command(self);
        if (!command && somebody_looks(self)) {
            play_frame(self);
            continue;
        }
        if (!command)
            continue;
        gboolean is_end = command->kind == RIPPLE_COMMAND_END;
        self->done++;
        obey(self, command);
        free_command(command);
        if (is_end)
            return NULL;
        show(self);
    }
}

/* ---- for others ----------------------------------------------------------------------------- */

static void push(RipplePlayer *self, RipplePlayCommand command)
{
    self->sent++;
    g_async_queue_push(self->commands, g_memdup2(&command, sizeof command));
}

RipplePlayer *ripple_player_new(const char *selector, RippleStart *start, GError **error)
{
    RippleBackend *backend = ripple_device_open(selector, error);
    if (!backend)
        return NULL;
    RipplePlayer *self = g_new0(RipplePlayer, 1);
    self->backend = backend;
    self->selector = g_strdup(selector);
    self->device_name = g_strdup(ripple_device_name(backend));
    self->commands = g_async_queue_new_full(free_command);
    self->looked = g_get_monotonic_time();
    self->speed = RIPPLE_SPEED_FAST;
    g_mutex_init(&self->mutex);
    publish(self, NULL, NULL, TRUE);
    push(self, (RipplePlayCommand){RIPPLE_COMMAND_START, ripple_start_ref(start), 0, 0});
    self->thread = g_thread_new("player", run, self);
    return self;
}

void ripple_player_free(RipplePlayer *player)
{
    if (!player)
        return;
    /* Ahead of all that wait: nobody will see what comes of those. */
    const RipplePlayCommand end = {.kind = RIPPLE_COMMAND_END};
    g_async_queue_push_front(player->commands, g_memdup2(&end, sizeof end));
    g_thread_join(player->thread);
    ripple_play_free(player->play);
    ripple_play_state_unref(player->state);
    g_clear_pointer(&player->backend, ripple_device_close);
    g_free(player->selector);
    g_free(player->device_name);
    g_async_queue_unref(player->commands);
    g_mutex_clear(&player->mutex);
    g_free(player);
}

gboolean ripple_player_send(RipplePlayer *player, RipplePlayCommand command, guint64 *number)
{
    if (g_async_queue_length(player->commands) >= MOST_WAITING) {
        ripple_start_unref(command.start);
        return FALSE;
    }
    push(player, command);
    *number = player->sent;
    return TRUE;
}

RipplePlayState *ripple_player_look(RipplePlayer *player)
{
    g_mutex_lock(&player->mutex);
    player->looked = g_get_monotonic_time();
    RipplePlayState *state = ripple_play_state_ref(player->state);
    g_mutex_unlock(&player->mutex);
    return state;
}

const char *ripple_player_device_name(const RipplePlayer *player)
{
    return player->device_name;
}
