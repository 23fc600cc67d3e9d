/* Which devices a run's workers compute on. */
#ifndef AX_WORKER_DEVICES_H
#define AX_WORKER_DEVICES_H

#include "engine/base/err.h"
#include "engine/config/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AX_WORKER_DEVICES = 32 };

typedef struct ax_worker_devices {
    size_t n;
    char name[AX_WORKER_DEVICES][AX_SETTING_TEXT]; /* a worker each, as ax_device_open takes them */
} ax_worker_devices;

/* What the setting `device` means: "cuda:all" all CUDA devices that can be used, "cuda:0,2" these, in ascending order,
   "cuda:0*4" or "cuda:0*2,1*2" several workers on one; any other name is one worker with just that, unchecked.
   AX_EDEVICE: there is none, or one of the list can't be used, with the reason; AX_EINVAL: not such a list. */
ax_code ax_worker_devices_of(const char *setting, ax_worker_devices *out, ax_err *err);
/* Bit N when device i is cuda:N, else 0: one of a set of CUDA devices. */
uint64_t ax_worker_devices_bit(const ax_worker_devices *d, size_t i);
/* How many workers compute on the device of worker i, with it. */
int64_t ax_worker_devices_sharers(const ax_worker_devices *d, size_t i);
/* Makes a worker on the CPU `workers` of them (the setting; from 1 to AX_WORKER_DEVICES). AX_EINVAL: for CUDA devices,
   which have one each. */
ax_code ax_worker_devices_repeat(ax_worker_devices *d, int64_t workers, ax_err *err);

#endif
