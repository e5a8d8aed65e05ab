/* What each address answers. */
#include "base/text.h"
#include "playground/page.h"
#include "playground/server_private.h"
#include "playground/state_json.h"
#include "train/json_object.h"
#include "train/json_text.h"

#include <ripple/error.h>
#include <string.h>

static void answer_json(SoupServerMessage *message, const GString *json)
{
    soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
    soup_server_message_set_response(message, "application/json", SOUP_MEMORY_COPY, json->str,
                                     json->len);
}

static void refuse_for(SoupServerMessage *message, const GError *error)
{
    gboolean is_theirs = g_error_matches(error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE) ||
                         g_error_matches(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
    ripple_guard_refuse(message,
                        is_theirs ? SOUP_STATUS_BAD_REQUEST : SOUP_STATUS_INTERNAL_SERVER_ERROR,
                        error->message);
}

/* ---- questions ------------------------------------------------------------------------------ */

static const char *parameter(GHashTable *query, const char *name)
{
    return query ? g_hash_table_lookup(query, name) : NULL;
}

/* LAYER,UNIT,INPUT. */
static gboolean read_weight(const char *text, RippleFocus *focus)
{
    g_auto(GStrv) words = g_strsplit(text, ",", 4);
    guint64 numbers[3];
    if (g_strv_length(words) != 3)
        return FALSE;
    for (guint i = 0; i < 3; i++)
        if (!ripple_text_whole(words[i], 0, G_MAXUINT16, &numbers[i]))
            return FALSE;
    *focus =
        (RippleFocus){TRUE, (guint)numbers[0], (guint)numbers[1], (guint)numbers[2], focus->sample};
    return TRUE;
}

static gboolean read_query(GHashTable *query, RippleFocus *focus, guint64 *after)
{
    const char *weight = parameter(query, "weight"), *sample = parameter(query, "sample");
    const char *seen = parameter(query, "after");
    guint64 number = 0;
    if (sample && !ripple_text_whole(sample, 0, G_MAXUINT32, &number))
        return FALSE;
    focus->sample = number;
    return (!weight || read_weight(weight, focus)) &&
           (!seen || ripple_text_whole(seen, 0, G_MAXINT64, after));
}

static void answer_state(RipplePlayground *self, SoupServerMessage *message, GHashTable *query)
{
    RippleFocus focus = {0};
    guint64 after = 0;
    if (!read_query(query, &focus, &after)) {
        ripple_guard_refuse(message, SOUP_STATUS_BAD_REQUEST,
                            "A state is asked for with after=REVISION, weight=LAYER,UNIT,INPUT and "
                            "sample=NUMBER, each of which may be left out.");
        return;
    }
    g_autoptr(RipplePlayState) state = ripple_player_look(self->player);
    if (state->revision == after) {
        soup_server_message_set_status(message, SOUP_STATUS_NO_CONTENT, NULL);
        return;
    }
    g_autoptr(GString) json = ripple_state_json(state, self->player, &self->settings, &focus);
    answer_json(message, json);
}

static void answer_samples(RipplePlayground *self, SoupServerMessage *message, GHashTable *query)
{
    g_autoptr(RipplePlayState) state = ripple_player_look(self->player);
    g_autoptr(GString) json =
        ripple_samples_json(state->snapshot ? state->snapshot->start : self->start);
    answer_json(message, json);
}

/* What may be chosen, and within which bounds. */
static void answer_choices(RipplePlayground *self, SoupServerMessage *message, GHashTable *query)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_begin_array(json, "data");
    for (guint i = 0; i < RIPPLE_N_EXAMPLES; i++)
        if (i != RIPPLE_EXAMPLE_FILE || self->table)
            ripple_json_set_text(json, NULL, ripple_example_name(i));
    ripple_json_end_array(json);
    ripple_json_begin_array(json, "activation");
    for (guint i = 0; i < RIPPLE_N_ACTIVATIONS; i++)
        if (i != RIPPLE_ACTIVATION_SOFTMAX)
            ripple_json_set_text(json, NULL, ripple_activation_name(i));
    ripple_json_end_array(json);
    ripple_json_begin_array(json, "loss");
    ripple_json_set_text(json, NULL, "auto");
    for (guint i = 0; i < RIPPLE_N_LOSSES; i++)
        ripple_json_set_text(json, NULL, ripple_loss_name(i));
    ripple_json_end_array(json);
    ripple_json_begin_array(json, "optimizer");
    for (guint i = 0; i < RIPPLE_N_OPTIMIZERS; i++)
        ripple_json_set_text(json, NULL, ripple_optimizer_name(i));
    ripple_json_end_array(json);
    ripple_json_set_whole(json, "most_hidden", RIPPLE_PLAY_MOST_HIDDEN);
    ripple_json_set_whole(json, "most_units", RIPPLE_PLAY_MOST_UNITS);
    ripple_json_set_text(json, "file", self->table ? self->table->source : NULL);
    ripple_json_end_object(json);
    answer_json(message, json);
}

/* ---- commands ------------------------------------------------------------------------------- */

/* Was it taken? */
static gboolean send(RipplePlayground *self, SoupServerMessage *message, RipplePlayCommand command)
{
    guint64 number;
    if (!ripple_player_send(self->player, command, &number)) {
        ripple_guard_refuse(message, SOUP_STATUS_SERVICE_UNAVAILABLE,
                            "Too many commands wait already; ask again.");
        return FALSE;
    }
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_whole(json, "number", number);
    ripple_json_end_object(json);
    answer_json(message, json);
    return TRUE;
}

/* The object that came with the request. */
static JsonNode *read_body(SoupServerMessage *message, GError **error)
{
    SoupMessageBody *body = soup_server_message_get_request_body(message);
    g_autoptr(GBytes) bytes = soup_message_body_flatten(body);
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    JsonNode *node = ripple_json_parse(text ? text : "", length, error);
    if (!node)
        g_prefix_error(error, "The request is not JSON as it should be: ");
    return node;
}

static void begin(RipplePlayground *self, SoupServerMessage *message,
                  const RipplePlaySettings *settings)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RippleStart) start = ripple_start_new(settings, self->table, &error);
    if (!start) {
        refuse_for(message, error);
        return;
    }
    if (!send(self, message,
              (RipplePlayCommand){RIPPLE_COMMAND_START, ripple_start_ref(start), 0, 0}))
        return;
    ripple_start_unref(self->start);
    self->start = g_steal_pointer(&start);
    self->settings = *settings;
}

static void take_settings(RipplePlayground *self, SoupServerMessage *message, GHashTable *query)
{
    g_autoptr(GError) error = NULL;
    RipplePlaySettings settings = self->settings;
    g_autoptr(JsonNode) node = read_body(message, &error);
    if (!node || !ripple_play_settings_read(&settings, node, self->table != NULL, &error)) {
        refuse_for(message, error);
        return;
    }
    if (!ripple_play_settings_differ_in_rate(&self->settings, &settings)) {
        begin(self, message, &settings);
        return;
    }
    RipplePlayCommand rate = {.kind = RIPPLE_COMMAND_RATE, .rate = settings.learning_rate};
    if (send(self, message, rate))
        self->settings.learning_rate = settings.learning_rate;
}

static void take_reset(RipplePlayground *self, SoupServerMessage *message, GHashTable *query)
{
    begin(self, message, &self->settings);
}

static void take_speed(RipplePlayground *self, SoupServerMessage *message, GHashTable *query)
{
    g_autoptr(GError) error = NULL;
    RippleSpeed speed = RIPPLE_N_SPEEDS;
    g_autoptr(JsonNode) node = read_body(message, &error);
    const char *name = node ? ripple_json_string(ripple_json_member(node, "speed")) : NULL;
    if (node && !name)
        g_set_error_literal(&error, RIPPLE_ERROR, RIPPLE_ERROR_USAGE,
                            "A speed comes as {\"speed\": NAME}.");
    if (!name || !ripple_speed_parse(name, &speed, &error)) {
        refuse_for(message, error);
        return;
    }
    send(self, message, (RipplePlayCommand){.kind = RIPPLE_COMMAND_SPEED, .speed = speed});
}

static void take_play(RipplePlayground *self, SoupServerMessage *message, GHashTable *query)
{
    send(self, message, (RipplePlayCommand){.kind = RIPPLE_COMMAND_PLAY});
}

static void take_pause(RipplePlayground *self, SoupServerMessage *message, GHashTable *query)
{
    send(self, message, (RipplePlayCommand){.kind = RIPPLE_COMMAND_PAUSE});
}

static void take_step(RipplePlayground *self, SoupServerMessage *message, GHashTable *query)
{
    send(self, message, (RipplePlayCommand){.kind = RIPPLE_COMMAND_STEP});
}

static void take_row(RipplePlayground *self, SoupServerMessage *message, GHashTable *query)
{
    send(self, message, (RipplePlayCommand){.kind = RIPPLE_COMMAND_ROW});
}

/* ---- the table of addresses ----------------------------------------------------------------- */

static const struct {
    const char *name;
    gboolean is_command; /* POST; otherwise GET */
    void (*answer)(RipplePlayground *self, SoupServerMessage *message, GHashTable *query);
} routes[] = {
    {"state", FALSE, answer_state},     {"samples", FALSE, answer_samples},
    {"choices", FALSE, answer_choices}, {"settings", TRUE, take_settings},
    {"reset", TRUE, take_reset},        {"speed", TRUE, take_speed},
    {"play", TRUE, take_play},          {"pause", TRUE, take_pause},
    {"step", TRUE, take_step},          {"row", TRUE, take_row},
};

static gboolean check_method(SoupServerMessage *message, gboolean is_command)
{
    const char *wanted = is_command ? SOUP_METHOD_POST : SOUP_METHOD_GET;
    if (soup_server_message_get_method(message) == wanted)
        return TRUE;
    ripple_guard_refuse(message, SOUP_STATUS_METHOD_NOT_ALLOWED,
                        is_command ? "This is a command, sent by POST."
                                   : "This is only read, by GET.");
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Allow",
                                 wanted);
    return FALSE;
}

static void answer_page(SoupServerMessage *message, const char *name)
{
    const char *type;
    g_autoptr(GBytes) content = ripple_page_file(name, &type);
    if (!content) {
        ripple_guard_refuse(message, SOUP_STATUS_NOT_FOUND, "There is no such thing here.");
        return;
    }
    gsize length;
    const char *data = g_bytes_get_data(content, &length);
    soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
    soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, data, length);
}

void ripple_playground_answer(RipplePlayground *self, SoupServerMessage *message, const char *rest,
                              GHashTable *query)
{
    for (guint i = 0; i < G_N_ELEMENTS(routes); i++) {
        if (strcmp(rest, routes[i].name) != 0)
            continue;
        if (check_method(message, routes[i].is_command))
            routes[i].answer(self, message, query);
        return;
    }
    if (check_method(message, FALSE))
        answer_page(message, rest);
}
