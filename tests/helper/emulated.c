#include "tests/helper/emulated.h"

#include "engine/backend/load.h"
#include "tests/helper/suite.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The emulation's functions for tests (tests/cuda/emu/report.cpp). */
static struct {
    long (*live_objects)(void);
    void (*arm)(long nth, int lost);
    const char *(*failed)(void), *(*call_name)(long nth);
} emu;

static void *load(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/cuda/emu/%s", folder, name);
    /* loaded under its own name, so that the plugin finds it later */
    void *lib = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!lib)
        fail_msg("%s", dlerror());
    return lib;
}

static void find(void *lib, const char *name, void *function)
{
    void *symbol = dlsym(lib, name);
    if (!symbol)
        fail_msg("the emulation lacks %s", name);
    memcpy(function, &symbol, sizeof symbol);
}

const ax_backend *ax_emulated_backend(bool checked)
{
    const char *folder = getenv("AUXCELL_BUILD");
    char path[4096];
    folder = folder ? folder : "build/release";
    setenv("AUXCELL_PLUGIN_DIR", folder, 1);
    snprintf(path, sizeof path, "%s/cuda/emu/libcudart.so.13", folder);
    if (access(path, R_OK) || !ax_plugin_find(AX_PLUGIN_CUDA, path)) {
        printf("skip: no nvcc with cuDNN and cuBLASLt here, so there is no CUDA plugin to run on emulated libraries\n");
        return NULL;
    }
    if (!emu.live_objects) {
        setenv("AUXCELL_EMU_CHECK", checked ? "1" : "0", 1);
        void *runtime = load(folder, "libcudart.so.13");
        find(runtime, "emu_live_objects", &emu.live_objects);
        find(runtime, "emu_fail", &emu.arm);
        find(runtime, "emu_failed", &emu.failed);
        find(runtime, "emu_call_name", &emu.call_name);
        load(folder, "libcudnn.so.9");
        load(folder, "libcublasLt.so.13");
        load(folder, "../nccl/libnccl.so.2");
    }
    ax_err err = { AX_OK, "" };
    const ax_plugin *plugin = ax_plugin_load(&err);
    if (!plugin)
        fail_msg("%s", err.msg);
    return plugin->backend;
}

static ax_device *open_first(const ax_backend *be)
{
    ax_err err = { AX_OK, "" };
    ax_device *dev = be->open(0, 1, &err);
    if (!dev)
        fail_msg("%s", err.msg);
    return dev;
}

ax_device *ax_emulated_open(const ax_backend **be)
{
    if (!(*be = ax_emulated_backend(true)))
        skip();
    return open_first(*be);
}

ax_device *ax_emulated_device(const ax_backend *be, ax_device_options options)
{
    ax_device *dev = open_first(be);
    be->configure(dev, &options);
    return dev;
}

void ax_emulated_backwards(bool on)
{
    setenv("AUXCELL_EMU_ORDER", on ? "1" : "0", 1);
}

long ax_emulated_live(void)
{
    return emu.live_objects();
}

void ax_emulated_fail(long nth, bool lost)
{
    emu.arm(nth, lost);
}

const char *ax_emulated_failed(void)
{
    return emu.failed();
}

const char *ax_emulated_call(long nth)
{
    return emu.call_name(nth);
}

int ax_emulated_calls(const char *name)
{
    const char *call;
    int times = 0;
    for (long n = 1; (call = ax_emulated_call(n)); n++)
        times += !strcmp(call, name);
    return times;
}
