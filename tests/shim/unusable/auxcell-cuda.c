/* A plugin for tests with devices that can't be used, each for a different reason; only the middle one can. */
#include "engine/backend/plugin.h"

#include <stdio.h>

static ax_code count(int *n, ax_err *err)
{
    (void)err;
    *n = 3;
    return AX_OK;
}

static ax_code describe(int index, ax_device_info *out, ax_err *err)
{
    (void)err;
    *out = (ax_device_info) { .major = 9 };
    snprintf(out->name, sizeof out->name, "device %d", index);
    if (index != 1)
        snprintf(out->unusable, sizeof out->unusable, "reason %d", index);
    return AX_OK;
}

const ax_plugin *ax_plugin_entry(void);
const ax_plugin *ax_plugin_entry(void)
{
    static const ax_plugin plugin = { .abi = AX_PLUGIN_ABI, .count = count, .describe = describe };
    return &plugin;
}
