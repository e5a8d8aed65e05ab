/** \file
 * Tables of numbers in CSV and TSV files: records.h has their form, columns.h the rules for header
 * and columns.
 *
 * Inputs are numbers. A single target column is a column of classes when that is asked for, when
 * the classes are known, or when its first value is a text; otherwise targets are numbers.
 */
#pragma once

#include <ripple/dataset.h>

/** Read the table at `path`. `like`, unless it is NULL, is a set whose inputs, targets and classes
 * this one must have; it goes before what `request` says of them. */
RippleDataset *ripple_csv_load(const char *path, const RippleDataRequest *request,
                               const RippleDataset *like, GError **error);
