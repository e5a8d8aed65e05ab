/** \file
 * What the parts of an examination share: adding what they found, and the lines that mend.
 */
#pragma once

#include "doctor/doctor.h"

/** Add a finding; its text comes from `format`. `cure` (may be NULL) is taken. */
void ripple_doctor_add(RippleDoctor *doctor, RippleTopic topic, RippleFindingState state,
                       const char *subject, char *cure, const char *format, ...)
    G_GNUC_PRINTF(6, 7);

/** A line for whoever may do it: with sudo before it, unless this is root. Free with g_free. */
char *ripple_doctor_as_root(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** `path` as a shell wants it: in quotes where it needs them. Free with g_free. */
char *ripple_doctor_quote(const char *path);

/** `path` as it stands below the root of `place`. Free with g_free. */
char *ripple_doctor_path(const RipplePlaceToExamine *place, const char *path);

/** The names in a directory, in order; none where it cannot be read. Free with g_ptr_array_unref.
 */
GPtrArray *ripple_doctor_names_in(const char *directory);

gboolean ripple_doctor_may_use(const RipplePlaceToExamine *place, const char *path);

/** Debian's package that brings the driver `library`, or NULL where that is not known. Static. */
const char *ripple_doctor_driver_package(const char *library);

/** Debian's package that the file `path` was installed from, or NULL. Free with g_free. */
char *ripple_doctor_owner(const RipplePlaceToExamine *place, const char *path);
