#include "playground/client.h"

#include <string.h>

#define PATIENCE_SECONDS 120

Client *client_new(const char *device, const char *data)
{
    g_autoptr(GError) error = NULL;
    RipplePlaygroundOptions options = {.device = device, .data = data};
    Client *client = g_new0(Client, 1);
    client->playground = ripple_playground_new(&options, &error);
    g_assert_no_error(error);
    client->session =
        soup_session_new_with_options("max-conns", 200, "max-conns-per-host", 200, NULL);
    return client;
}

void client_free(Client *client)
{
    soup_session_abort(client->session);
    g_object_unref(client->session);
    ripple_playground_free(client->playground);
    g_free(client);
}

SoupMessage *client_message(Client *client, const char *method, const char *address,
                            const char *body)
{
    g_autofree char *url =
        strstr(address, "://")
            ? g_strdup(address)
            : g_strconcat(ripple_playground_url(client->playground), address, NULL);
    SoupMessage *message = soup_message_new(method, url);
    g_assert_nonnull(message);
    if (body) {
        g_autoptr(GBytes) bytes = g_bytes_new(body, strlen(body));
        soup_message_set_request_body_from_bytes(message, "application/json", bytes);
    }
    return message;
}

static void keep_answer(GObject *session, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    GBytes **answer = data;
    *answer = soup_session_send_and_read_finish(SOUP_SESSION(session), result, &error);
    g_assert_no_error(error);
}

guint client_send_message(Client *client, SoupMessage *message, char **answer)
{
    GBytes *bytes = NULL;
    soup_session_send_and_read_async(client->session, message, G_PRIORITY_DEFAULT, NULL,
                                     keep_answer, &bytes);
    while (!bytes)
        g_main_context_iteration(NULL, TRUE);
    if (answer)
        *answer = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_bytes_unref(bytes);
    return soup_message_get_status(message);
}

static void keep_end(GObject *session, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    GBytes *answer = soup_session_send_and_read_finish(SOUP_SESSION(session), result, &error);
    g_clear_pointer(&answer, g_bytes_unref);
    *(gboolean *)data = TRUE;
}

guint client_try(Client *client, SoupMessage *message)
{
    gboolean is_over = FALSE;
    soup_session_send_and_read_async(client->session, message, G_PRIORITY_DEFAULT, NULL, keep_end,
                                     &is_over);
    while (!is_over)
        g_main_context_iteration(NULL, TRUE);
    return soup_message_get_status(message);
}

guint client_send(Client *client, const char *method, const char *address, const char *body,
                  char **answer)
{
    g_autoptr(SoupMessage) message = client_message(client, method, address, body);
    return client_send_message(client, message, answer);
}

static JsonObject *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_from_string(text, &error);
    g_assert_no_error(error);
    return json_object_ref(json_node_get_object(node));
}

JsonObject *client_get(Client *client, const char *address)
{
    g_autofree char *answer = NULL;
    g_assert_cmpuint(client_send(client, "GET", address, NULL, &answer), ==, 200);
    return parse(answer);
}

JsonObject *client_wait(Client *client, const char *member, gint64 least)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_SECONDS * G_USEC_PER_SEC;
    for (;;) {
        JsonObject *state = client_get(client, "state");
        if (json_object_get_int_member_with_default(state, member, -1) >= least &&
            !json_object_get_boolean_member(state, "preparing"))
            return state;
        json_object_unref(state);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(2000);
    }
}

void client_command(Client *client, const char *name, const char *body)
{
    g_autofree char *answer = NULL;
    guint status;
    while ((status = client_send(client, "POST", name, body ? body : "{}", &answer)) == 503) {
        g_clear_pointer(&answer, g_free);
        g_usleep(10000);
    }
    if (status != 200)
        g_error("%s %s: %s", name, body, answer);
    g_autoptr(JsonObject) taken = parse(answer);
    json_object_unref(client_wait(client, "done", json_object_get_int_member(taken, "number")));
}

void client_check_sentence(const char *answer)
{
    g_autoptr(JsonObject) object = parse(answer);
    const char *sentence = json_object_get_string_member(object, "error");
    g_assert_true(g_ascii_isupper(sentence[0]));
    g_assert_true(g_str_has_suffix(sentence, "."));
}
