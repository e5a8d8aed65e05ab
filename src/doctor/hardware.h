/** \file
 * GPUs on the PCI bus, the files through which drivers reach them, and directories for what is
 * kept or passed on.
 */
#pragma once

#include "doctor/doctor.h"

/** Find GPUs that no device of `devices` (of RippleProbedDevice) stands for. Returns the packages
 * that would bring drivers for them, with blanks between; "" when there are none. Free with g_free.
 */
char *ripple_doctor_examine_gpus(const RipplePlaceToExamine *place, const GPtrArray *devices,
                                 RippleDoctor *doctor);

/** May this user read and write the files in /dev that drivers use? */
void ripple_doctor_examine_permissions(const RipplePlaceToExamine *place, RippleDoctor *doctor);

/** Can what ripple and the drivers compile be kept? */
void ripple_doctor_examine_caches(const RipplePlaceToExamine *place, RippleDoctor *doctor);

/** No temporary file can be written, for the reason `why`. */
void ripple_doctor_report_no_place(const RipplePlaceToExamine *place, const char *why,
                                   RippleDoctor *doctor);
