/** \file
 * JSON that nobody vouches for, read strictly, and the little JSON that ripple writes.
 *
 * json-glib alone is lenient: it takes comments, octal numbers and duplicate keys, wraps whole
 * numbers beyond 64 bits, and recurses as deep as the text nests. So the text is scanned against
 * RFC 8259 and the limits below before json-glib sees it.
 */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

/** Deepest nesting of arrays and objects. */
#define RIPPLE_JSON_MAXIMUM_DEPTH 16u

/** Most values in one text, which bounds the memory that its nodes take (about 120 bytes each). */
#define RIPPLE_JSON_MAXIMUM_VALUES (1u << 22)

/** Most members of one object, and of all together. json-glib looks members up by a hash that
 * anyone can make collide, and needs time by the square of their number then: a second for this
 * many. The header of a checkpoint of 1024 layers has 6144 tensors of three members. */
#define RIPPLE_JSON_MAXIMUM_MEMBERS 8192u
#define RIPPLE_JSON_MAXIMUM_ALL_MEMBERS 32768u

/** Most digits of a whole number: what 64 bits hold without care. */
#define RIPPLE_JSON_MAXIMUM_DIGITS 18u

/** Is `text` (`length` bytes) well-formed JSON in UTF-8 and within the limits? Brackets that do not
 * pair are left to the parser. A DATA error says at which byte it is not, as the end of a sentence.
 */
gboolean ripple_json_check(const char *text, gsize length, GError **error);

/** The root of `text` (`length` bytes). A DATA error as the end of a sentence ("at byte 3 …"), also
 * when a key stands twice in one object. */
JsonNode *ripple_json_parse(const char *text, gsize length, GError **error);

/** Is `node` (or NULL) a whole number within [0, maximum]? */
gboolean ripple_json_whole(JsonNode *node, guint64 maximum, guint64 *number);

/** Is `node` (or NULL) a finite number? */
gboolean ripple_json_number(JsonNode *node, gdouble *number);

/** The string in `node` (or NULL), or NULL when it is something else. Borrowed. */
const char *ripple_json_string(JsonNode *node);

/** The member of the object `node` called `key`, or NULL when there is none, or no object. */
JsonNode *ripple_json_member(JsonNode *node, const char *key);

/** The array in the member `key` of the object `node`, or NULL. Borrowed. */
JsonArray *ripple_json_member_array(JsonNode *node, const char *key);

/** Append `string` (in UTF-8) to `json`, quoted and escaped. */
void ripple_json_append_string(GString *json, const char *string);
