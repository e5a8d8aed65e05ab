#include "train/json_text.h"

#include <math.h>
#include <ripple/error.h>
#include <string.h>

/* ---- the scan ------------------------------------------------------------------------------- */

/* Where the scan stands. At the end of the text, peek() gives '\0', which no token contains. */
typedef struct {
    const char *text;
    gsize length;
    gsize at;
} Scan;

static char peek(const Scan *scan)
{
    return scan->at < scan->length ? scan->text[scan->at] : '\0';
}

static gboolean refuse(gsize at, const char *reason, GError **error)
{
    g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "at byte %" G_GSIZE_FORMAT " %s.", at,
                reason);
    return FALSE;
}

/* Four hexadecimal digits, of the escape that begins at `start`. */
static gboolean scan_code(Scan *scan, gsize start, guint *code, GError **error)
{
    *code = 0;
    for (int digit = 0; digit < 4; digit++, scan->at++) {
        if (!g_ascii_isxdigit(peek(scan)))
            return refuse(start, "stands an escape without four hexadecimal digits", error);
        *code = *code * 16 + (guint)g_ascii_xdigit_value(peek(scan));
    }
    return TRUE;
}

/* A character beyond 16 bits is written as two codes, of which neither may stand alone: json-glib
 * would make of it what is no UTF-8. */
static gboolean scan_second_code(Scan *scan, gsize start, GError **error)
{
    guint code = 0;
    if (scan->length - scan->at >= 2 && memcmp(scan->text + scan->at, "\\u", 2) == 0) {
        scan->at += 2;
        if (!scan_code(scan, start, &code, error))
            return FALSE;
    }
    return (code >= 0xdc00 && code <= 0xdfff) ||
           refuse(start, "stands half of a pair of escapes", error);
}

/* What follows a backslash. U+0000 would end the string early in C. */
static gboolean scan_escape(Scan *scan, GError **error)
{
    gsize start = scan->at - 1;
    char kind = peek(scan);
    scan->at++;
    if (kind != '\0' && strchr("\"\\/bfnrt", kind))
        return TRUE;
    if (kind != 'u')
        return refuse(start, "stands an unknown escape", error);

    guint code;
    if (!scan_code(scan, start, &code, error))
        return FALSE;
    if (code == 0)
        return refuse(start, "stands a zero character inside a string", error);
    if (code >= 0xdc00 && code <= 0xdfff)
        return refuse(start, "stands half of a pair of escapes", error);
    return code < 0xd800 || code > 0xdbff || scan_second_code(scan, start, error);
}

static gboolean scan_string(Scan *scan, GError **error)
{
    gsize start = scan->at++;
    while (scan->at < scan->length) {
        char c = scan->text[scan->at++];
        if (c == '"')
            return TRUE;
        if ((guchar)c < 0x20)
            return refuse(scan->at - 1, "stands a control character inside a string", error);
        if (c == '\\' && !scan_escape(scan, error))
            return FALSE;
    }
    return refuse(start, "begins a string that does not end", error);
}

static gsize scan_digits(Scan *scan)
{
    gsize start = scan->at;
    while (g_ascii_isdigit(peek(scan)))
        scan->at++;
    return scan->at - start;
}

static gboolean scan_number(Scan *scan, GError **error)
{
    gsize start = scan->at;
    gboolean whole = TRUE;
    if (peek(scan) == '-')
        scan->at++;
    gboolean leading_zero = peek(scan) == '0';
    gsize digits = scan_digits(scan);
    gboolean good = digits > 0 && !(leading_zero && digits > 1);
    if (good && peek(scan) == '.') {
        whole = FALSE;
        scan->at++;
        good = scan_digits(scan) > 0;
    }
    if (good && (peek(scan) == 'e' || peek(scan) == 'E')) {
        whole = FALSE;
        scan->at++;
        if (peek(scan) == '+' || peek(scan) == '-')
            scan->at++;
        good = scan_digits(scan) > 0;
    }
    if (!good)
        return refuse(start, "stands a malformed number", error);
    if (whole && digits > RIPPLE_JSON_MAXIMUM_DIGITS)
        return refuse(start, "stands a whole number of more than 18 digits", error);
    return TRUE;
}

static gboolean scan_word(Scan *scan, GError **error)
{
    static const char *const words[] = {"true", "false", "null"};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        gsize length = strlen(words[i]);
        if (length <= scan->length - scan->at &&
            memcmp(scan->text + scan->at, words[i], length) == 0) {
            scan->at += length;
            return TRUE;
        }
    }
    return refuse(scan->at, "stands something that JSON does not know", error);
}

/* One token or blank. */
static gboolean scan_token(Scan *scan, GError **error)
{
    char c = peek(scan);
    if (c == '"')
        return scan_string(scan, error);
    if (c == '-' || g_ascii_isdigit(c))
        return scan_number(scan, error);
    if (g_ascii_islower(c))
        return scan_word(scan, error);
    if (c == '\0' || !strchr(" \t\r\n{}[]:,", c))
        return refuse(scan->at, "stands something that JSON does not know", error);
    scan->at++;
    return TRUE;
}

/* How much of what is bounded was met. */
typedef struct {
    gsize depth;
    gsize values;
    gsize members;                            /* of all objects */
    gsize own[RIPPLE_JSON_MAXIMUM_DEPTH + 1]; /* of the object open at each depth */
} Count;

/* Count the token `c` at `at`. */
static gboolean count_token(Count *count, char c, gsize at, GError **error)
{
    gboolean opens = c == '{' || c == '[', closes = c == '}' || c == ']';
    if (closes && count->depth == 0)
        return refuse(at, "stands something after the end", error);
    count->depth = count->depth + opens - closes;
    if (count->depth > RIPPLE_JSON_MAXIMUM_DEPTH)
        return refuse(at, "it nests deeper than 16 levels", error);
    count->values += opens || c == ',';
    if (count->values > RIPPLE_JSON_MAXIMUM_VALUES)
        return refuse(at, "it holds more than 4,194,304 values", error);
    if (opens)
        count->own[count->depth] = 0;
    if (c != ':')
        return TRUE;
    count->members++;
    if (++count->own[count->depth] > RIPPLE_JSON_MAXIMUM_MEMBERS)
        return refuse(at, "an object has more than 8,192 members", error);
    if (count->members > RIPPLE_JSON_MAXIMUM_ALL_MEMBERS)
        return refuse(at, "its objects have more than 32,768 members", error);
    return TRUE;
}

gboolean ripple_json_check(const char *text, gsize length, GError **error)
{
    const char *end;
    if (!g_utf8_validate_len(text, length, &end))
        return refuse((gsize)(end - text), "stands a byte that is not UTF-8", error);

    Scan scan = {text, length, 0};
    Count count = {.values = 1};
    gboolean ended = FALSE;
    while (scan.at < length) {
        gsize at = scan.at;
        char c = text[at];
        if (!scan_token(&scan, error))
            return FALSE;
        if (strchr(" \t\r\n", c))
            continue;
        if (ended)
            return refuse(at, "stands something after the end", error);
        if (!count_token(&count, c, at, error))
            return FALSE;
        ended = count.depth == 0;
    }
    return TRUE;
}

/* ---- the parser ----------------------------------------------------------------------------- */

/* Members seen so far in each object, to notice one that replaces another. */
typedef struct {
    GHashTable *sizes;
    char *duplicate;
} Members;

static void on_member(JsonParser *parser, JsonObject *object, const char *key, gpointer data)
{
    Members *members = data;
    guint before = GPOINTER_TO_UINT(g_hash_table_lookup(members->sizes, object));
    guint now = json_object_get_size(object);
    if (now == before && !members->duplicate)
        members->duplicate = g_strdup(key);
    g_hash_table_insert(members->sizes, object, GUINT_TO_POINTER(now));
}

JsonNode *ripple_json_parse(const char *text, gsize length, GError **error)
{
    if (length > G_MAXSSIZE || !ripple_json_check(text, length, error))
        return NULL;

    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GHashTable) sizes = g_hash_table_new(NULL, NULL);
    Members members = {sizes, NULL};
    g_signal_connect(parser, "object-member", G_CALLBACK(on_member), &members);

    g_autoptr(GError) reason = NULL;
    gboolean parsed = json_parser_load_from_data(parser, text, (gssize)length, &reason);
    g_autofree char *duplicate = members.duplicate;
    if (!parsed) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "%s.", reason->message);
        return NULL;
    }
    if (duplicate) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "the key \"%s\" stands there twice.",
                    duplicate);
        return NULL;
    }
    JsonNode *root = json_parser_steal_root(parser);
    if (!root)
        g_set_error_literal(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA, "it is empty.");
    return root;
}

/* ---- values --------------------------------------------------------------------------------- */

static gboolean holds(JsonNode *node, GType type)
{
    return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

gboolean ripple_json_whole(JsonNode *node, guint64 maximum, guint64 *number)
{
    if (!holds(node, G_TYPE_INT64))
        return FALSE;
    gint64 value = json_node_get_int(node);
    if (value < 0 || (guint64)value > maximum)
        return FALSE;
    *number = (guint64)value;
    return TRUE;
}

gboolean ripple_json_number(JsonNode *node, gdouble *number)
{
    if (!holds(node, G_TYPE_INT64) && !holds(node, G_TYPE_DOUBLE))
        return FALSE;
    gdouble value = json_node_get_double(node);
    if (!isfinite(value))
        return FALSE;
    *number = value;
    return TRUE;
}

const char *ripple_json_string(JsonNode *node)
{
    return holds(node, G_TYPE_STRING) ? json_node_get_string(node) : NULL;
}

JsonNode *ripple_json_member(JsonNode *node, const char *key)
{
    if (!node || !JSON_NODE_HOLDS_OBJECT(node))
        return NULL;
    return json_object_get_member(json_node_get_object(node), key);
}

JsonArray *ripple_json_member_array(JsonNode *node, const char *key)
{
    JsonNode *member = ripple_json_member(node, key);
    return member && JSON_NODE_HOLDS_ARRAY(member) ? json_node_get_array(member) : NULL;
}

/* json-glib leaves control characters as they are, which JSON forbids. */
void ripple_json_append_string(GString *json, const char *string)
{
    g_string_append_c(json, '"');
    for (const char *c = string; *c; c++) {
        if ((guchar)*c < 0x20)
            g_string_append_printf(json, "\\u%04x", (guint)*c);
        else if (*c == '"' || *c == '\\')
            g_string_append_printf(json, "\\%c", *c);
        else
            g_string_append_c(json, *c);
    }
    g_string_append_c(json, '"');
}
