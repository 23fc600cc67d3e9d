#include "engine/backend/load.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLUGIN "auxcell-cuda.so"

bool ax_plugin_find(char path[static 4096])
{
    const char *dir = getenv("AUXCELL_PLUGIN_DIR");
    if (dir && *dir)
        return (size_t)snprintf(path, 4096, "%s/" PLUGIN, dir) < 4096 && !access(path, R_OK);
    static const char *const places[] = { "/" PLUGIN, "/../lib/auxcell/" PLUGIN };
    char program[2048];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n <= 0)
        return false;
    program[n] = '\0';
    *strrchr(program, '/') = '\0'; /* the link's text begins with one */
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, 4096, "%s%s", program, places[i]);
        if (!access(path, R_OK))
            return true;
    }
    return false;
}

bool ax_plugin_driver_there(void)
{
    return !access("/dev/nvidiactl", F_OK) || !access("/dev/dxg", F_OK) || !access("/dev/nvhost-gpu", F_OK);
}

static bool same_abi(const ax_plugin_abi *a)
{
    const ax_plugin_abi b = AX_PLUGIN_ABI;
    return !strcmp(a->version, b.version) && a->ops == b.ops && a->call == b.call && a->backend == b.backend &&
           a->update == b.update;
}

const ax_plugin *ax_plugin_load(ax_err *err)
{
    char path[4096];
    if (!ax_plugin_find(path)) {
        ax_fail(err, AX_EDEVICE, "this build has no CUDA plugin (" PLUGIN " is not beside the program)");
        return NULL;
    }
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!object) {
        ax_fail(err, AX_EDEVICE, "the CUDA plugin doesn't load: %s", dlerror());
        return NULL;
    }
    void *symbol = dlsym(object, AX_PLUGIN_ENTRY);
    ax_plugin_get *entry = NULL;
    _Static_assert(sizeof entry == sizeof symbol, "POSIX: a function's address fits");
    memcpy(&entry, &symbol, sizeof entry);
    const ax_plugin *plugin = entry ? entry() : NULL;
    if (!plugin || !same_abi(&plugin->abi)) {
        ax_fail(err, AX_EDEVICE, "%s was built from other sources than this program", path);
        return NULL;
    }
    return plugin;
}
