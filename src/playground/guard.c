#include "playground/guard.h"

#include "playground/token.h"
#include "train/json_object.h"

#include <string.h>

RippleGuard *ripple_guard_new(guint port, GError **error)
{
    static const char *const names[] = {"127.0.0.1", "localhost"};
    char *token = ripple_token_new(error);
    if (!token)
        return NULL;
    RippleGuard *self = g_new0(RippleGuard, 1);
    self->token = token;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        self->hosts[i] = g_strdup_printf("%s:%u", names[i], port);
        self->origins[i] = g_strdup_printf("http://%s", self->hosts[i]);
    }
    return self;
}

void ripple_guard_free(RippleGuard *guard)
{
    if (!guard)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(guard->hosts); i++) {
        g_free(guard->hosts[i]);
        g_free(guard->origins[i]);
    }
    g_free(guard->token);
    g_free(guard);
}

void ripple_guard_set_headers(SoupServerMessage *message)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
         "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Cache-Control", "no-store"},
    };
    SoupMessageHeaders *response = soup_server_message_get_response_headers(message);
    for (guint i = 0; i < G_N_ELEMENTS(headers); i++)
        soup_message_headers_replace(response, headers[i][0], headers[i][1]);
}

void ripple_guard_refuse(SoupServerMessage *message, guint status, const char *sentence)
{
    g_autoptr(GString) json = g_string_new(NULL);
    ripple_json_begin_object(json, NULL);
    ripple_json_set_text(json, "error", sentence);
    ripple_json_end_object(json);
    ripple_guard_set_headers(message);
    soup_server_message_set_status(message, status, NULL);
    soup_server_message_set_response(message, "application/json", SOUP_MEMORY_COPY, json->str,
                                     json->len);
}

const char *ripple_guard_rest(const RippleGuard *guard, const char *path)
{
    if (!path || path[0] != '/')
        return NULL;
    const char *end = strchr(path + 1, '/');
    if (!end || !ripple_token_equals(guard->token, path + 1, (gsize)(end - path - 1)))
        return NULL;
    return end + 1;
}

static gboolean is_one_of(const char *text, char *const *allowed, guint count)
{
    for (guint i = 0; i < count; i++)
        if (text && strcmp(text, allowed[i]) == 0)
            return TRUE;
    return FALSE;
}

/* One sentence for all of these: who may not ask needs no help. */
static gboolean is_from_here(const RippleGuard *self, SoupMessageHeaders *headers, const char *path)
{
    const char *host = soup_message_headers_get_list(headers, "Host");
    const char *origin = soup_message_headers_get_list(headers, "Origin");
    return is_one_of(host, self->hosts, G_N_ELEMENTS(self->hosts)) &&
           (!origin || is_one_of(origin, self->origins, G_N_ELEMENTS(self->origins))) &&
           ripple_guard_rest(self, path);
}

/* libsoup reads, and keeps, the whole body before it answers. Where that has no end, or is long,
 * the answer goes out here, and the connection with it. */
static void cut_off(SoupServerMessage *message, guint status)
{
    g_autofree char *answer =
        g_strdup_printf("HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status,
                        soup_status_get_phrase(status));
    GSocket *socket = soup_server_message_get_socket(message);
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
    soup_server_message_set_status(message, status, NULL);
    if (!socket)
        return;
    /* Never waiting: whoever does not read what was answered before must not stop all others. */
    g_socket_send_with_blocking(socket, answer, strlen(answer), FALSE, NULL, NULL);
    g_socket_shutdown(socket, TRUE, TRUE, NULL);
}

/* 0, or the status that tells what is wrong with the length of the body. */
static guint problem_of_length(SoupMessageHeaders *headers)
{
    SoupEncoding encoding = soup_message_headers_get_encoding(headers);
    if (encoding == SOUP_ENCODING_NONE)
        return 0;
    if (encoding != SOUP_ENCODING_CONTENT_LENGTH)
        return SOUP_STATUS_LENGTH_REQUIRED;
    goffset length = soup_message_headers_get_content_length(headers);
    return length < 0 || length > RIPPLE_GUARD_MOST_BYTES ? SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE
                                                          : 0;
}

static gboolean is_json(SoupServerMessage *message, SoupMessageHeaders *headers)
{
    const char *type = soup_message_headers_get_content_type(headers, NULL);
    if (soup_server_message_get_method(message) == SOUP_METHOD_POST &&
        g_strcmp0(type, "application/json") != 0) {
        ripple_guard_refuse(message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
                            "A command comes as application/json.");
        return FALSE;
    }
    return TRUE;
}

gboolean ripple_guard_admits(const RippleGuard *guard, SoupServerMessage *message, const char *path)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    gboolean is_known = is_from_here(guard, headers, path);
    guint problem = problem_of_length(headers);
    if (problem) {
        cut_off(message, is_known ? problem : SOUP_STATUS_FORBIDDEN);
        return FALSE;
    }
    if (!is_known) {
        ripple_guard_refuse(message, SOUP_STATUS_FORBIDDEN,
                            "This page is only for whoever knows its address.");
        return FALSE;
    }
    return is_json(message, headers);
}
