/** \file
 * What libFuzzer and a target that changes inputs in its own way say to each other.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

/** libFuzzer's: change the input, which may grow to `most` bytes. Its new length. */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t length, size_t most);

/** The target's, called instead. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t most, unsigned seed);
