/** \file
 * What holds of every data set that was read, whatever it was read from.
 */
#pragma once

#include <ripple/dataset.h>

/** Does `data`, which may be NULL, keep what ripple/dataset.h says of it? */
void fuzz_check_data(const RippleData *data);
