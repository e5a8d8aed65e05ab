/* Mutations of a safetensors file. A change to its header moves the header's end, which the length
 * in front then misses, and any change makes its checksum another; all but a few of the files are
 * given the right ones, so that what lies behind the first checks is searched as well. */
#include "fuzz/mutate.h"

#include <string.h>
#include <xxhash.h>

#define LENGTH_BYTES 8
#define CHECKSUM "\"checksum\""
#define CHECKSUM_BYTES 8
#define LEFT_ALONE 8 /* one in so many */

/* The header's end: behind the brace that closes it and the blanks that pad it; 0 where none does.
 */
static gsize find_end(const uint8_t *bytes, size_t length)
{
    gboolean in_string = FALSE;
    guint depth = 0;
    for (gsize i = LENGTH_BYTES; i < length; i++) {
        if (in_string) {
            if (bytes[i] == '\\')
                i++;
            else
                in_string = bytes[i] != '"';
            continue;
        }
        in_string = bytes[i] == '"';
        depth += bytes[i] == '{';
        depth -= bytes[i] == '}' && depth > 0;
        if (bytes[i] != '}' || depth > 0)
            continue;
        for (i++; i < length && bytes[i] == ' ';)
            i++;
        return i;
    }
    return 0;
}

/* In the last bytes, where the header speaks of one. */
static void put_checksum(uint8_t *bytes, size_t length, gsize end)
{
    if (length < end + CHECKSUM_BYTES ||
        !memmem(bytes + LENGTH_BYTES, end - LENGTH_BYTES, CHECKSUM, strlen(CHECKSUM)))
        return;
    guint64 sum = GUINT64_TO_LE(XXH64(bytes, length - CHECKSUM_BYTES, 0));
    memcpy(bytes + length - CHECKSUM_BYTES, &sum, sizeof sum);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t most, unsigned seed)
{
    length = LLVMFuzzerMutate(bytes, length, most);
    gsize end = find_end(bytes, length);
    if (end > 0 && seed % LEFT_ALONE != 0) {
        guint64 header = GUINT64_TO_LE((guint64)(end - LENGTH_BYTES));
        memcpy(bytes, &header, sizeof header);
        put_checksum(bytes, length, end);
    }
    return length;
}
