#include "data/records.h"

#include "data/file.h"

#include <ripple/error.h>
#include <string.h>

/* Room for the inputs, and as many columns again. */
#define MAXIMUM_COLUMNS (2 * RIPPLE_DATA_MAXIMUM_INPUTS)

/* A sample takes at least two bytes, so 32 bits number the samples of this much text. */
#define MAXIMUM_TEXT (2 * (gsize)G_MAXUINT32)

#define EXCERPT_LENGTH 40

static gboolean has_tabs(const char *path)
{
    gsize length = strlen(path) - (g_str_has_suffix(path, ".gz") ? 3 : 0);
    g_autofree char *name = g_strndup(path, length);
    return g_str_has_suffix(name, ".tsv") || g_str_has_suffix(name, ".tab");
}

static char find_separator(const char *path, const char *text)
{
    gsize first_line = strcspn(text, "\r\n");
    if (has_tabs(path))
        return '\t';
    if (memchr(text, ';', first_line) && !memchr(text, ',', first_line))
        return ';';
    return ',';
}

RippleRecords *ripple_records_open(const char *path, GError **error)
{
    g_autoptr(RippleRecords) records = g_new0(RippleRecords, 1);
    records->path = g_strdup(path);
    records->text = ripple_file_read_text(path, MAXIMUM_TEXT, &records->length, error);
    if (!records->text)
        return NULL;
    records->next = records->text;
    if (g_str_has_prefix(records->text, "\xef\xbb\xbf"))
        records->next += 3;
    records->next_line = 1;
    records->separator = find_separator(path, records->next);
    records->fields = g_ptr_array_new();
    return g_steal_pointer(&records);
}

void ripple_records_free(RippleRecords *records)
{
    if (!records)
        return;
    g_clear_pointer(&records->fields, g_ptr_array_unref);
    g_free(records->text);
    g_free(records->path);
    g_free(records);
}

static char *skip_blanks(const RippleRecords *records, char *text)
{
    while (*text == ' ' || (*text == '\t' && records->separator != '\t'))
        text++;
    return text;
}

/* Step over what ends a field or a line, if it is there. */
static void skip_delimiter(RippleRecords *records)
{
    char delimiter = *records->next;
    if (delimiter)
        records->next++;
    if (delimiter == '\r' && *records->next == '\n')
        records->next++;
    if (delimiter == '\r' || delimiter == '\n')
        records->next_line++;
}

/* The end of the quoted text that begins at `start`; doubled quotes become single ones. */
static char *unquote(RippleRecords *records, char *start, GError **error)
{
    char *from = start, *to = start;
    for (; *from != '"' || from[1] == '"'; *to++ = *from++) {
        if (*from == '\0') {
            g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                        "Line %zu of \"%s\": a quote is opened in this record and never closed.",
                        records->line, records->path);
            return NULL;
        }
        if (*from == '"')
            from++;
        records->next_line += *from == '\n';
    }
    records->next = skip_blanks(records, from + 1);
    if (*records->next && !strchr("\r\n", *records->next) && *records->next != records->separator) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "Line %zu of \"%s\": text stands after a closing quote; write a quote within "
                    "quotes twice.",
                    records->next_line, records->path);
        return NULL;
    }
    return to;
}

static char *find_field_end(RippleRecords *records, char *start)
{
    char *end = start;
    while (*end && *end != records->separator && *end != '\n' && *end != '\r')
        end++;
    records->next = end;
    while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return end;
}

/* `delimiter` is what stands after the field. */
static gboolean read_field(RippleRecords *records, char *delimiter, GError **error)
{
    char *start = skip_blanks(records, records->next);
    gboolean is_quoted = *start == '"';
    start += is_quoted;
    char *end = is_quoted ? unquote(records, start, error) : find_field_end(records, start);
    if (!end)
        return FALSE;
    *delimiter = *records->next;
    skip_delimiter(records);
    *end = '\0'; /* it may lie on the delimiter */
    g_ptr_array_add(records->fields, start);
    return TRUE;
}

static void skip_blank_lines(RippleRecords *records)
{
    char *text = skip_blanks(records, records->next);
    while (*text == '\r' || *text == '\n') {
        records->next = text;
        skip_delimiter(records);
        text = skip_blanks(records, records->next);
    }
    records->next = text;
}

gboolean ripple_records_next(RippleRecords *records, GError **error)
{
    g_ptr_array_set_size(records->fields, 0);
    skip_blank_lines(records);
    if (!*records->next)
        return TRUE;

    records->line = records->next_line;
    char delimiter = records->separator;
    while (delimiter == records->separator && records->fields->len <= MAXIMUM_COLUMNS)
        if (!read_field(records, &delimiter, error))
            return FALSE;

    guint fields = records->fields->len;
    if (fields > MAXIMUM_COLUMNS) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "Line %zu of \"%s\" has more than %u fields; no more can be read.",
                    records->line, records->path, MAXIMUM_COLUMNS);
        return FALSE;
    }
    if (records->columns && fields != records->columns) {
        g_set_error(error, RIPPLE_ERROR, RIPPLE_ERROR_DATA,
                    "Line %zu of \"%s\" has %u field%s; the lines before it have %u.",
                    records->line, records->path, fields, fields == 1 ? "" : "s", records->columns);
        return FALSE;
    }
    records->columns = fields;
    return TRUE;
}

gboolean ripple_field_is_missing(const char *field)
{
    return *field == '\0' || strcmp(field, "?") == 0 || g_ascii_strcasecmp(field, "NA") == 0 ||
           g_ascii_strcasecmp(field, "NaN") == 0;
}

char *ripple_field_excerpt(const char *field)
{
    GString *excerpt = g_string_new(NULL);
    for (guint i = 0; i < EXCERPT_LENGTH && *field; i++, field = g_utf8_next_char(field)) {
        gunichar character = g_utf8_get_char(field);
        g_string_append_unichar(excerpt, g_unichar_isprint(character) ? character : ' ');
    }
    if (*field)
        g_string_append(excerpt, "…");
    return g_string_free(excerpt, FALSE);
}
