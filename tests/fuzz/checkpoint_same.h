/** \file
 * What two checkpoints have in common that are the same.
 */
#pragma once

#include "train/checkpoint.h"

/** All but their paths must be the same, numbers to the bit. */
void fuzz_check_same_checkpoint(const RippleCheckpoint *one, const RippleCheckpoint *other);
