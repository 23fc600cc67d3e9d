/* Devices by name: built-in ones, and those of the plugin auxcell-cuda.so if it is installed. */
#ifndef AX_BACKEND_LIST_H
#define AX_BACKEND_LIST_H

#include "engine/backend/plugin.h"

enum { AX_DEVICE_NOTE = 256, AX_DEVICES = 34 };

/* Opens "cpu", "ref", "cuda" (the first), "cuda:N", or "auto": the CPU or, with AUXCELL_CUDA_AUTO=1 in the environment,
   the first usable CUDA device; note says why it is the CPU although there is a plugin ("" otherwise; note may be
   NULL). threads: for the CPU, 0 = all cores. *be: the device's backend. AX_EINVAL: unknown name; AX_EDEVICE: missing
   or unusable, with the reason. Close it with (*be)->close. */
ax_device *ax_device_open(const char *name, int threads, const ax_backend **be, char note[AX_DEVICE_NOTE], ax_err *err);

/* Whether it may name a device, be there one or not. AX_EINVAL. */
ax_code ax_device_check_name(const char *name, ax_err *err);

typedef struct ax_device_row {
    char name[16]; /* for ax_device_open */
    ax_device_info info;
} ax_device_row;
/* All devices, at most AX_DEVICES; without a CUDA device, an entry "cuda" whose info says why. Returns their number. */
size_t ax_device_list(ax_device_row rows[AX_DEVICES]);

#endif
