/** \file
 * Compiled programs kept on disk, in `ripple/programs` under the XDG cache directory.
 *
 * A file is named by the SHA-256 of everything the binary depends on: source, options, platform,
 * device, driver and versions. It holds a line of magic, the checksum of the binary, and the
 * binary; an entry that is damaged in any way counts as none, and is replaced by the next one
 * stored.
 */
#pragma once

#include "opencl/devices.h"

/** The name of the entry for this source and these options on this device. Free with g_free. */
char *ripple_program_cache_key(const RippleOpenclDevice *device, const char *source,
                               const char *options);

/** The binary stored under `key`, or NULL when there is none that is whole. */
GBytes *ripple_program_cache_load(const char *key);

/** Store `binary` under `key`. A cache that cannot be written is no error: compiling again helps.
 */
void ripple_program_cache_store(const char *key, const void *binary, gsize size);

/** Forget the entry: the driver would not take it. */
void ripple_program_cache_forget(const char *key);
