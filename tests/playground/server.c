/* Who is let in, how much at a time, and what happens to everything else. */
#include "base/random.h"
#include "playground/client.h"

#include <glib/gstdio.h>
#include <math.h>
#include <ripple/error.h>
#include <string.h>

/* ---- who ------------------------------------------------------------------------------------ */

/* The address without its token, which has 32 digits. */
static char *base_of(Client *client)
{
    const char *url = ripple_playground_url(client->playground);
    g_assert_cmpuint(strlen(url) - (strrchr(url, ':') + 1 - url), >=, 34);
    return g_strndup(url, strlen(url) - 34);
}

/* FALSE for a token of which digit `digit` is another. */
static char *with_wrong_digit(Client *client, guint digit)
{
    char *url = g_strdup(ripple_playground_url(client->playground));
    char *at = url + strlen(url) - 33 + digit;
    *at = *at == '0' ? '1' : '0';
    return url;
}

static void test_token(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    g_autofree char *base = base_of(client);
    static const char *const paths[] = {"/",        "/state",       "//state",  "/style.css",
                                        "/%2e%2e/", "/favicon.ico", "/x/state", "/0/",
                                        "/?token=", "/state/../",   "/samples/"};
    static const char *const methods[] = {"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++)
        for (guint m = 0; m < G_N_ELEMENTS(methods); m++) {
            g_autofree char *url = g_strconcat(base, paths[i], NULL);
            g_assert_cmpuint(client_send(client, methods[m], url, NULL, NULL), ==, 403);
        }
    for (guint digit = 0; digit < 32; digit++) {
        g_autofree char *url = with_wrong_digit(client, digit);
        g_assert_cmpuint(client_send(client, "GET", url, NULL, NULL), ==, 403);
    }
    g_assert_cmpuint(client_send(client, "GET", "", NULL, NULL), ==, 200);

    /* A page has a token of its own. */
    g_autoptr(Client) other = client_new("reference", NULL);
    const char *token = strrchr(ripple_playground_url(client->playground), '/') - 32;
    g_assert_cmpint(memcmp(token, strrchr(ripple_playground_url(other->playground), '/') - 32, 32),
                    !=, 0);
}

static guint status_with(Client *client, const char *header, const char *value)
{
    g_autoptr(SoupMessage) message = client_message(client, "GET", "state", NULL);
    soup_message_headers_replace(soup_message_get_request_headers(message), header, value);
    return client_send_message(client, message, NULL);
}

static void test_origin(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    guint port = ripple_playground_port(client->playground);
    g_autofree char *host = g_strdup_printf("localhost:%u", port);
    g_autofree char *own = g_strdup_printf("http://127.0.0.1:%u", port);
    g_autofree char *strange = g_strdup_printf("evil.example:%u", port);
    g_autofree char *longer = g_strdup_printf("127.0.0.1.evil.example:%u", port);
    g_autofree char *two = g_strdup_printf("%s, evil.example", host);
    g_autofree char *secure = g_strdup_printf("https://127.0.0.1:%u", port);
    g_assert_cmpuint(status_with(client, "Host", host), ==, 200);
    g_assert_cmpuint(status_with(client, "Origin", own), ==, 200);
    const char *const hosts[] = {strange, longer, "127.0.0.1", "localhost", "127.0.0.1:1"};
    const char *const origins[] = {"http://evil.example", "null", secure, "http://127.0.0.1", ""};
    for (guint i = 0; i < G_N_ELEMENTS(hosts); i++)
        g_assert_cmpuint(status_with(client, "Host", hosts[i]), ==, 403);
    for (guint i = 0; i < G_N_ELEMENTS(origins); i++)
        g_assert_cmpuint(status_with(client, "Origin", origins[i]), ==, 403);
    /* No host at all, says libsoup. */
    g_assert_cmpuint(status_with(client, "Host", two), ==, 400);
}

static void test_headers(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    static const char *const files[] = {"",          "style.css", "colours.css",
                                        "script.js", "state",     "nothing"};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(SoupMessage) message = client_message(client, "GET", files[i], NULL);
        guint status = client_send_message(client, message, NULL);
        g_assert_cmpuint(status, ==, i == 5 ? 404 : 200);
        SoupMessageHeaders *headers = soup_message_get_response_headers(message);
        const char *policy = soup_message_headers_get_one(headers, "Content-Security-Policy");
        g_assert_true(g_str_has_prefix(policy, "default-src 'none'"));
        g_assert_null(strstr(policy, "http"));
        g_assert_null(strstr(policy, "unsafe"));
        g_assert_null(soup_message_headers_get_one(headers, "Access-Control-Allow-Origin"));
        g_assert_cmpstr(soup_message_headers_get_one(headers, "Cache-Control"), ==, "no-store");
    }
}

/* ---- how much ------------------------------------------------------------------------------- */

static void test_methods(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    static const char *const questions[] = {"state", "samples", "choices", "", "style.css"};
    static const char *const commands[] = {"settings", "reset", "speed", "play",
                                           "pause",    "step",  "row"};
    json_object_unref(client_wait(client, "step", 0));
    for (guint i = 0; i < G_N_ELEMENTS(questions); i++)
        g_assert_cmpuint(client_send(client, "POST", questions[i], "{}", NULL), ==, 405);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        g_assert_cmpuint(client_send(client, "GET", commands[i], NULL, NULL), ==, 405);
    g_assert_cmpuint(client_send(client, "POST", "step", NULL, NULL), ==, 415);
    /* None of these was taken for a command. */
    g_autoptr(JsonObject) state = client_get(client, "state");
    g_assert_cmpint(json_object_get_int_member(state, "done"), ==, 1);
}

static void test_sizes(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    static const gsize sizes[] = {4097, 100000, 50 << 20};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *body = g_strnfill(sizes[i], ' ');
        GBytes *bytes = g_bytes_new(body, sizes[i]);
        g_autoptr(SoupMessage) message = client_message(client, "POST", "settings", NULL);
        soup_message_set_request_body_from_bytes(message, "application/json", bytes);
        g_bytes_unref(bytes);
        /* The connection ends before all of it is sent; the client hears the answer or that. */
        guint status = client_try(client, message);
        g_assert_true(status == 413 || status == 0);
    }
    /* And it goes on for others. */
    g_autofree char *exact = g_strnfill(4096, ' ');
    memcpy(exact, "{}", 2);
    g_assert_cmpuint(client_send(client, "POST", "settings", exact, NULL), ==, 200);
}

static void test_bad_json(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    static const char *const bodies[] = {
        "{",
        "nonsense",
        "{} {}",
        "\"x\"",
        "[]",
        "null",
        "{\"hidden\": [[[[[[[[[[[[[[[[[[[[",
        "\xff",
        "{\"batch\": 1e999}",
        "{\"batch\": NaN}",
        "{\"seed\": 99999999999999999999}",
        "{\"batch\": 1, \"batch\": 2}",
        "{\"learning_rate\": -1}",
        "{\"hidden\": [100000]}",
        "{\"data\": \"clusters\", \"loss\": \"binary-cross-entropy\", \"momentum\": 2}",
        "{\"data\": \"hills\", \"loss\": \"cross-entropy\"}",
        "{\"data\": \"hills\", \"loss\": \"binary-cross-entropy\"}",
        "{\"optimizer\": \"adam\", \"momentum\": 0.5}"};
    for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autofree char *answer = NULL;
        g_assert_cmpuint(client_send(client, "POST", "settings", bodies[i], &answer), ==, 400);
        client_check_sentence(answer);
    }
    static const char *const speeds[] = {"{}", "{\"speed\": 1}", "{\"speed\": \"\"}", "[]"};
    for (guint i = 0; i < G_N_ELEMENTS(speeds); i++)
        g_assert_cmpuint(client_send(client, "POST", "speed", speeds[i], NULL), ==, 400);
    static const char *const queries[] = {"state?after=x",        "state?after=-1",
                                          "state?weight=1",       "state?weight=1,2",
                                          "state?weight=1,2,3,4", "state?weight=-1,0,0",
                                          "state?weight=,,",      "state?weight=99999999999,0,0",
                                          "state?sample=1.5",     "state?sample=99999999999"};
    for (guint i = 0; i < G_N_ELEMENTS(queries); i++)
        g_assert_cmpuint(client_send(client, "GET", queries[i], NULL, NULL), ==, 400);

    /* No such weight, no such sample: answered, without that. */
    client_command(client, "step", NULL);
    g_autoptr(JsonObject) state = client_get(client, "state?weight=60000,0,0&sample=4000000000");
    g_assert_true(json_object_get_null_member(state, "chain"));
    g_autoptr(JsonObject) bias = client_get(client, "state?weight=0,0,2");
    JsonObject *chain = json_object_get_object_member(bias, "chain");
    g_assert_true(json_object_get_boolean_member(chain, "bias"));
    g_assert_cmpfloat(json_object_get_double_member(chain, "a"), ==, 1);
}

/* ---- much at once --------------------------------------------------------------------------- */

static void count_answer(GObject *session, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    GBytes *bytes = soup_session_send_and_read_finish(SOUP_SESSION(session), result, &error);
    g_assert_no_error(error);
    g_bytes_unref(bytes);
    (*(guint *)data)++;
}

static void test_many(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    client_command(client, "play", NULL);
    SoupMessage *messages[100];
    guint answers = 0;
    for (guint i = 0; i < G_N_ELEMENTS(messages); i++) {
        messages[i] = client_message(client, "GET", "state?weight=0,0,0", NULL);
        soup_session_send_and_read_async(client->session, messages[i], 0, NULL, count_answer,
                                         &answers);
    }
    while (answers < G_N_ELEMENTS(messages))
        g_main_context_iteration(NULL, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(messages); i++) {
        g_assert_cmpuint(soup_message_get_status(messages[i]), ==, 200);
        g_object_unref(messages[i]);
    }
}

/* Commands that come faster than they are obeyed are refused, not kept. */
static void test_flood(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    const char *large = "{\"hidden\": [16, 16, 16, 16, 16, 16], \"samples\": 2000, \"batch\": 256}";
    guint refused = 0, seed = 0;
    for (guint i = 0; i < 300; i++) {
        g_autofree char *body = g_strdup_printf("{\"seed\": %u, %s", i, large + 1);
        guint status = client_send(client, "POST", "settings", body, NULL);
        g_assert_true(status == 200 || status == 503);
        refused += status == 503;
        seed = status == 200 ? i : seed;
    }
    g_assert_cmpuint(refused, >, 0);
    /* What was refused changed nothing. */
    g_autoptr(JsonObject) state = client_get(client, "state");
    g_assert_cmpint(
        json_object_get_int_member(json_object_get_object_member(state, "settings"), "seed"), ==,
        seed);
    client_command(client, "step", NULL);
}

/* ---- what may happen ------------------------------------------------------------------------ */

static void test_divergence(void)
{
    g_autoptr(Client) client = client_new("auto", NULL);
    client_command(client, "settings",
                   "{\"data\": \"hills\", \"activation\": \"identity\", \"learning_rate\": 100}");
    client_command(client, "play", NULL);
    for (guint i = 0; i < 2000; i++) {
        g_autoptr(JsonObject) state = client_get(client, "state");
        if (!json_object_get_boolean_member(state, "playing"))
            break;
        g_usleep(5000);
    }
    g_autoptr(JsonObject) state = client_get(client, "state?weight=0,0,0");
    const char *problem = json_object_get_string_member(state, "problem");
    g_assert_nonnull(problem);
    g_assert_nonnull(strstr(problem, "finite"));
    g_assert_false(json_object_get_boolean_member(state, "finite"));

    /* Neither play nor step go on from there; a new beginning does. */
    gint64 step = json_object_get_int_member(state, "step");
    client_command(client, "play", NULL);
    client_command(client, "step", NULL);
    client_command(client, "row", NULL);
    g_autoptr(JsonObject) same = client_get(client, "state");
    g_assert_cmpint(json_object_get_int_member(same, "step"), ==, step);
    client_command(client, "settings", "{\"learning_rate\": 0.01}");
    client_command(client, "reset", NULL);
    client_command(client, "step", NULL);
    g_autoptr(JsonObject) anew = client_get(client, "state");
    g_assert_true(json_object_get_null_member(anew, "problem"));
    g_assert_true(json_object_get_boolean_member(anew, "finite"));
    g_assert_cmpint(json_object_get_int_member(anew, "step"), ==, 1);
    g_assert_cmpfloat(json_object_get_double_member(anew, "rate"), ==, 0.01);
}

/* A learning rate alone goes on with the same weights. */
static void test_rate(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    client_command(client, "step", NULL);
    client_command(client, "settings", "{\"learning_rate\": 0.125}");
    g_autoptr(JsonObject) before = client_get(client, "state?weight=0,0,0");
    g_assert_cmpint(json_object_get_int_member(before, "step"), ==, 1);
    g_assert_cmpfloat(json_object_get_double_member(before, "rate"), ==, 0.3);
    client_command(client, "step", NULL);
    g_autoptr(JsonObject) after = client_get(client, "state?weight=0,0,0");
    JsonObject *chain = json_object_get_object_member(after, "chain");
    g_assert_cmpint(json_object_get_int_member(after, "step"), ==, 2);
    g_assert_cmpfloat(json_object_get_double_member(after, "rate"), ==, 0.125);
    g_assert_cmpfloat_with_epsilon(json_object_get_double_member(chain, "after"),
                                   json_object_get_double_member(chain, "before") -
                                       0.125 * json_object_get_double_member(chain, "gradient"),
                                   1e-12);
}

static void test_nothing_new(void)
{
    g_autoptr(Client) client = client_new("reference", NULL);
    client_command(client, "step", NULL);
    g_autoptr(JsonObject) state = client_get(client, "state");
    g_autofree char *again = g_strdup_printf("state?after=%" G_GINT64_FORMAT,
                                             json_object_get_int_member(state, "revision"));
    g_assert_cmpuint(client_send(client, "GET", again, NULL, NULL), ==, 204);
    client_command(client, "row", NULL);
    g_assert_cmpuint(client_send(client, "GET", again, NULL, NULL), ==, 200);
}

static void test_port_in_use(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Client) client = client_new("reference", NULL);
    RipplePlaygroundOptions options = {.port = ripple_playground_port(client->playground),
                                       .device = "reference"};
    g_assert_null(ripple_playground_new(&options, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "in use"));
}

static void test_bad_beginning(void)
{
    RipplePlaygroundOptions nowhere = {.device = "no such device"};
    RipplePlaygroundOptions no_file = {.device = "reference", .data = "/no/such/file.csv"};
    g_autoptr(GError) error = NULL, other = NULL;
    g_assert_null(ripple_playground_new(&nowhere, &error));
    g_assert_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DEVICE);
    g_assert_null(ripple_playground_new(&no_file, &other));
    g_assert_error(other, RIPPLE_ERROR, RIPPLE_ERROR_DATA);
}

static void test_file(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "cli", "data", "flowers.csv", NULL);
    g_autoptr(Client) client = client_new("reference", path);
    client_command(client, "step", NULL);
    g_autoptr(JsonObject) samples = client_get(client, "samples");
    JsonArray *classes = json_object_get_array_member(samples, "classes");
    g_assert_cmpuint(json_array_get_length(classes), ==, 3);
    g_assert_cmpstr(json_array_get_string_element(classes, 1), ==, "poppy");
    guint train = json_array_get_length(json_object_get_array_member(samples, "train"));
    guint test = json_array_get_length(json_object_get_array_member(samples, "test"));
    g_assert_cmpuint(train, ==, 45);
    g_assert_cmpuint(test, ==, 15);
    JsonObject *axis =
        json_array_get_object_element(json_object_get_array_member(samples, "axes"), 0);
    g_assert_cmpstr(json_object_get_string_member(axis, "name"), ==, "petal length");
    g_assert_cmpfloat(json_object_get_double_member(axis, "own_low"), >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/playground/server/token", test_token);
    g_test_add_func("/playground/server/origin", test_origin);
    g_test_add_func("/playground/server/headers", test_headers);
    g_test_add_func("/playground/server/methods", test_methods);
    g_test_add_func("/playground/server/sizes", test_sizes);
    g_test_add_func("/playground/server/bad-json", test_bad_json);
    g_test_add_func("/playground/server/many", test_many);
    g_test_add_func("/playground/server/flood", test_flood);
    g_test_add_func("/playground/server/divergence", test_divergence);
    g_test_add_func("/playground/server/rate", test_rate);
    g_test_add_func("/playground/server/nothing-new", test_nothing_new);
    g_test_add_func("/playground/server/port-in-use", test_port_in_use);
    g_test_add_func("/playground/server/bad-beginning", test_bad_beginning);
    g_test_add_func("/playground/server/file", test_file);
    return g_test_run();
}
