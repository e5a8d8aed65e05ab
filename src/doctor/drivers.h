/** \file
 * Which drivers does the loader read, and what names them?
 */
#pragma once

#include "doctor/doctor.h"

/** A driver that the loader is told to load. */
typedef struct {
    char *named_by; /**< the path of an .icd file, or the name of an environment variable */
    char *library;  /**< what it names, for dlopen(); NULL where that cannot be read */
    char *problem;  /**< why not, or NULL */
    char *cure;     /**< of that, or NULL */
} RippleNamedDriver;

/** The drivers in the order in which the loader comes by them (of RippleNamedDriver). `is_khronos`:
 * the loader is that of Khronos, which reads OCL_ICD_FILENAMES, too. Free with g_ptr_array_unref.
 */
GPtrArray *ripple_doctor_named_drivers(const RipplePlaceToExamine *place, gboolean is_khronos);
