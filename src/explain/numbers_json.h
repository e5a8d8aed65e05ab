/** \file
 * Arrays of numbers in JSON.
 */
#pragma once

#include "train/json_object.h"

/** `count` numbers under `name` (NULL within arrays); what is not finite is null. */
void ripple_json_set_numbers(GString *json, const char *name, const gdouble *values, gsize count);

/** `count` whole numbers. */
void ripple_json_set_wholes(GString *json, const char *name, const guint64 *values, gsize count);
