/* The devices there are, by name: those built in, and those of the plugin auxcell-cuda.so when it is there. */
#ifndef AX_BACKEND_LIST_H
#define AX_BACKEND_LIST_H

#include "engine/backend/plugin.h"

enum { AX_DEVICE_NOTE = 256, AX_DEVICES = 34 };

/* Opens "cpu", "ref", "cuda" (the first), "cuda:N", or "auto": the CPU, or with AUXCELL_CUDA_AUTO=1 in the environment
   the first CUDA device if it is usable; note says why it is the CPU although there is a plugin ("" otherwise; note may
   be NULL). threads: of the CPU, 0 = all
   cores. *be is the backend it belongs to. AX_EINVAL: no such name; AX_EDEVICE: it is not there or can't be used, with
   the reason. Close it with (*be)->close. */
ax_device *ax_device_open(const char *name, int threads, const ax_backend **be, char note[AX_DEVICE_NOTE], ax_err *err);

typedef struct ax_device_row {
    char name[16]; /* as ax_device_open takes it */
    ax_device_info info;
} ax_device_row;
/* All devices, at most AX_DEVICES; where there is no CUDA device, an entry "cuda" whose info says why. Returns their
 * number. */
size_t ax_device_list(ax_device_row rows[AX_DEVICES]);

#endif
