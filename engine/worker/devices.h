/* The devices of a run's workers. */
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
    char name[AX_WORKER_DEVICES][AX_SETTING_TEXT]; /* one name per worker, for ax_device_open */
} ax_worker_devices;

/* Parses the setting `device`: "cuda:all" is all usable CUDA devices, "cuda:0,2" are these in ascending order,
   "cuda:0*4" or "cuda:0*2,1*2" several workers on one device; any other name of a device is one worker.
   AX_EDEVICE: none is usable, or one in the list isn't, with the reason; AX_EINVAL: not a valid list. */
ax_code ax_worker_devices_of(const char *setting, ax_worker_devices *out, ax_err *err);
/* Fails as opening it would when the setting is one CUDA device that can't be used, before anything is made for it;
   lists are asked about by ax_worker_devices_of. */
ax_code ax_worker_devices_check(const char *setting, ax_err *err);
/* Bit N when device i is cuda:N, else 0; for sets of CUDA devices. */
uint64_t ax_worker_devices_bit(const ax_worker_devices *d, size_t i);
/* Number of workers on the device of worker i, itself included. */
int64_t ax_worker_devices_sharers(const ax_worker_devices *d, size_t i);
/* Turns a worker on the CPU into `workers` of them (the setting; 1 to AX_WORKER_DEVICES). AX_EINVAL for CUDA devices,
   whose workers are set by `device`. */
ax_code ax_worker_devices_repeat(ax_worker_devices *d, int64_t workers, ax_err *err);

#endif
