#include "playground/server_private.h"

#include <ripple/error.h>

/* ---- requests ------------------------------------------------------------------------------- */

/* Before the body is read. A request that is answered here comes no further. */
static void check_request(SoupServer *server, SoupServerMessage *message, const char *path,
                          GHashTable *query, gpointer user_data)
{
    RipplePlayground *self = user_data;
    ripple_guard_admits(self->guard, message, path);
}

static void handle_request(SoupServer *server, SoupServerMessage *message, const char *path,
                           GHashTable *query, gpointer user_data)
{
    RipplePlayground *self = user_data;
    ripple_guard_set_headers(message);
    ripple_playground_answer(self, message, ripple_guard_rest(self->guard, path), query);
}

/* ---- listening ------------------------------------------------------------------------------ */

static gboolean listen_on(RipplePlayground *self, guint port, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, (guint16)port);
    if (!soup_server_listen(self->server, address, 0, &cause)) {
        if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                        "Port %u of 127.0.0.1 is in use; choose another with --port, or leave it "
                        "out for one that is free.",
                        port);
        else
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED,
                        "Could not listen on port %u of 127.0.0.1: %s.", port, cause->message);
        return FALSE;
    }
    GSList *uris = soup_server_get_uris(self->server);
    self->port = (guint)g_uri_get_port(uris->data);
    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
    return TRUE;
}

static gboolean open_page(RipplePlayground *self, guint port, GError **error)
{
    self->server = soup_server_new(NULL, NULL);
    if (!listen_on(self, port, error))
        return FALSE;
    self->guard = ripple_guard_new(self->port, error);
    if (!self->guard)
        return FALSE;
    self->url = g_strdup_printf("http://%s/%s/", self->guard->hosts[0], self->guard->token);
    /* "*" is the path of OPTIONS for the whole server, which "/" does not stand for. */
    static const char *const paths[] = {"/", "*"};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        soup_server_add_early_handler(self->server, paths[i], check_request, self, NULL);
        soup_server_add_handler(self->server, paths[i], handle_request, self, NULL);
    }
    return TRUE;
}

static gboolean open_player(RipplePlayground *self, const RipplePlaygroundOptions *options,
                            GError **error)
{
    self->settings = ripple_play_settings_default();
    if (options->data) {
        self->settings.data = RIPPLE_EXAMPLE_FILE;
        self->table = ripple_play_table_load(options->data, error);
        if (!self->table)
            return FALSE;
    }
    self->start = ripple_start_new(&self->settings, self->table, error);
    self->player = self->start ? ripple_player_new(options->device, self->start, error) : NULL;
    return self->player != NULL;
}

RipplePlayground *ripple_playground_new(const RipplePlaygroundOptions *options, GError **error)
{
    g_autoptr(RipplePlayground) self = g_new0(RipplePlayground, 1);
    if (!open_page(self, options->port, error) || !open_player(self, options, error))
        return NULL;
    return g_steal_pointer(&self);
}

void ripple_playground_free(RipplePlayground *playground)
{
    if (!playground)
        return;
    if (playground->server)
        soup_server_disconnect(playground->server);
    g_clear_object(&playground->server);
    ripple_player_free(playground->player);
    ripple_start_unref(playground->start);
    ripple_dataset_free(playground->table);
    ripple_guard_free(playground->guard);
    g_free(playground->url);
    g_free(playground);
}

const char *ripple_playground_url(const RipplePlayground *playground)
{
    return playground->url;
}

guint ripple_playground_port(const RipplePlayground *playground)
{
    return playground->port;
}

const char *ripple_playground_device_name(const RipplePlayground *playground)
{
    return ripple_player_device_name(playground->player);
}

/* ---- running -------------------------------------------------------------------------------- */

typedef struct {
    GMainLoop *loop;
    gboolean (*is_interrupted)(gpointer user_data);
    gpointer user_data;
} Watch;

static gboolean watch(gpointer data)
{
    const Watch *self = data;
    if (self->is_interrupted(self->user_data))
        g_main_loop_quit(self->loop);
    return G_SOURCE_CONTINUE;
}

void ripple_playground_run(RipplePlayground *playground,
                           gboolean (*is_interrupted)(gpointer user_data), gpointer user_data)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Watch self = {loop, is_interrupted, user_data};
    guint source = g_timeout_add(100, watch, &self);
    g_main_loop_run(loop);
    g_source_remove(source);
}
