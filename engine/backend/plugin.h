/* A backend in a shared object, loaded at run time: the programs link no vendor library, and one build runs on machines
   with and without the device. */
#ifndef AX_BACKEND_PLUGIN_H
#define AX_BACKEND_PLUGIN_H

#include "engine/op/backend.h"

/* Facts about a device that isn't opened. */
typedef struct ax_device_info {
    char name[256];
    int major, minor; /* compute capability */
    int multiprocessors;
    uint64_t memory;    /* bytes */
    char unusable[200]; /* why it can't be used; "" = it can */
} ax_device_info;

/* Both sides must be built from the same tree; a mismatch is detected by these sizes. */
typedef struct ax_plugin_abi {
    const char *version; /* AX_VERSION */
    uint32_t ops;
    size_t call, backend, update;
} ax_plugin_abi;

typedef struct ax_plugin {
    ax_plugin_abi abi; /* must always stay first */
    const ax_backend *backend;
    /* Number of devices that the driver lists; AX_EDEVICE says why there is none. */
    ax_code (*count)(int *n, ax_err *err);
    ax_code (*describe)(int index, ax_device_info *out, ax_err *err);
} ax_plugin;

#define AX_PLUGIN_ABI                                                                                                  \
    {                                                                                                                  \
        AX_VERSION, AX_OP_COUNT, sizeof(ax_call), sizeof(ax_backend), sizeof(ax_update)                                \
    }
/* The only symbol that a plugin exports: a function of this type. */
#define AX_PLUGIN_ENTRY "ax_plugin_entry"
typedef const ax_plugin *ax_plugin_get(void);

#endif
