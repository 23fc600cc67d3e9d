#include "engine/backend/list.h"

#include "engine/backend/cpu/peak.h"
#include "engine/backend/load.h"
#include "engine/base/cores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- opening ---- */

static ax_device *open_cuda(int index, const ax_backend **be, ax_err *err)
{
    int n = 0;
    ax_device_info info;
    const ax_plugin *plugin = ax_plugin_load(err);
    if (!plugin || plugin->count(&n, err) != AX_OK)
        return NULL;
    if (index >= n) {
        ax_fail(err, AX_EDEVICE, "there is no device %d, only 0 to %d", index, n - 1);
        return NULL;
    }
    if (plugin->describe(index, &info, err) != AX_OK)
        return NULL;
    if (info.unusable[0]) {
        ax_fail(err, AX_EDEVICE, "%s: %s", info.name, info.unusable);
        return NULL;
    }
    *be = plugin->backend;
    return plugin->backend->open(index, 0, err);
}

/* The CUDA plugin has only run on an emulated device, so no search uses hardware unasked. */
static bool may_take_cuda(void)
{
    const char *text = getenv("AUXCELL_CUDA_AUTO");
    return text && !strcmp(text, "1");
}

/* A CUDA device, if one exists and may be used; NULL without an error when the CPU is to be used. */
static ax_device *open_first(const ax_backend **be, char *note)
{
    char path[4096];
    ax_err why = { AX_OK, "" };
    if (!ax_plugin_find(AX_PLUGIN_CUDA, path))
        return NULL;
    if (!may_take_cuda()) {
        snprintf(note, AX_DEVICE_NOTE, "%s",
                 ax_plugin_driver_there() ? "CUDA is not proven on hardware yet, --device cuda takes it anyway"
                                          : "no NVIDIA driver");
        return NULL;
    }
    ax_device *dev = open_cuda(0, be, &why);
    if (!dev)
        snprintf(note, AX_DEVICE_NOTE, "%.*s", AX_DEVICE_NOTE - 1, why.msg);
    return dev;
}

/* N of "cuda:N"; "cuda" is the first. -1: another name. */
static int cuda_index(const char *name)
{
    if (strncmp(name, "cuda", 4))
        return -1;
    if (!name[4])
        return 0;
    if (name[4] != ':' || name[5] < '0' || name[5] > '9')
        return -1;
    char *end;
    long n = strtol(name + 5, &end, 10);
    return *end || n > 255 ? -1 : (int)n;
}

ax_code ax_device_check_name(const char *name, ax_err *err)
{
    if (!strcmp(name, "auto") || !strcmp(name, "cpu") || !strcmp(name, "ref") || cuda_index(name) >= 0)
        return AX_OK;
    return ax_fail(err, AX_EINVAL, "device '%.80s': not one of auto, cpu, ref, cuda:N", name);
}

ax_device *ax_device_open(const char *name, int threads, const ax_backend **be, char note[AX_DEVICE_NOTE], ax_err *err)
{
    char unread[AX_DEVICE_NOTE];
    note = note ? note : unread;
    note[0] = '\0';
    if (!strcmp(name, "ref")) {
        *be = &ax_backend_ref;
        return ax_backend_ref.open(0, threads, err);
    }
    bool any = !strcmp(name, "auto");
    if (any || !strcmp(name, "cpu")) {
        ax_device *dev = any ? open_first(be, note) : NULL;
        if (dev)
            return dev;
        *be = &ax_backend_cpu;
        return ax_backend_cpu.open(0, threads, err);
    }
    if (ax_device_check_name(name, err) != AX_OK)
        return NULL;
    int index = cuda_index(name);
    ax_err why = { AX_OK, "" };
    ax_device *dev = open_cuda(index, be, &why);
    if (!dev && why.code == AX_EDEVICE)
        ax_fail(err, AX_EDEVICE, "device '%s': %s", name, why.msg);
    else if (!dev && err)
        *err = why;
    return dev;
}

/* ---- listing ---- */

static ax_device_row *add_row(ax_device_row *rows, size_t *n, const char *name)
{
    ax_device_row *row = &rows[(*n)++];
    *row = (ax_device_row) { .name = "" };
    snprintf(row->name, sizeof row->name, "%s", name);
    return row;
}

static void add_processor(ax_device_row *rows, size_t *n)
{
    ax_device_row *row = add_row(rows, n, "cpu");
    int cores = ax_cores_allowed();
    long pages = sysconf(_SC_PHYS_PAGES);
    row->info.multiprocessors = cores;
    row->info.memory = (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
    snprintf(row->info.name, sizeof row->info.name, "%d core%s%s", cores, cores == 1 ? "" : "s",
             ax_cpu_multiplies_bf16() ? ", AVX512-BF16" : "");
    row = add_row(rows, n, "ref");
    snprintf(row->info.name, sizeof row->info.name, "plain loops on one core, to check the others");
}

size_t ax_device_list(ax_device_row rows[AX_DEVICES])
{
    size_t n = 0;
    int devices = 0;
    ax_err err = { AX_OK, "" };
    add_processor(rows, &n);
    const ax_plugin *plugin = ax_plugin_load(&err);
    if (!plugin || plugin->count(&devices, &err) != AX_OK) {
        ax_device_row *row = add_row(rows, &n, "cuda");
        snprintf(row->info.unusable, sizeof row->info.unusable, "%.*s", (int)sizeof row->info.unusable - 1, err.msg);
        return n;
    }
    for (int i = 0; i < devices && n < AX_DEVICES; i++) {
        char name[16];
        snprintf(name, sizeof name, "cuda:%u", (unsigned)i & 0xffffu);
        ax_device_row *row = add_row(rows, &n, name);
        if (plugin->describe(i, &row->info, &err) != AX_OK)
            snprintf(row->info.unusable, sizeof row->info.unusable, "%.*s", (int)sizeof row->info.unusable - 1,
                     err.msg);
    }
    return n;
}
