#include "engine/backend/load.h"

#include "engine/backend/libraries.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool ax_plugin_find(const char *file, char path[static 4096])
{
    const char *dir = getenv("AUXCELL_PLUGIN_DIR");
    if (dir && *dir)
        return (size_t)snprintf(path, 4096, "%s/%s", dir, file) < 4096 && !access(path, R_OK);
    static const char *const places[] = { "", "/../lib/auxcell" };
    char program[2048];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n <= 0)
        return false;
    program[n] = '\0';
    *strrchr(program, '/') = '\0'; /* the link's text begins with a slash */
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, 4096, "%s%s/%s", program, places[i], file);
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

ax_plugin_function *ax_plugin_entry(const char *path, const char *name, ax_err *err)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE), *symbol = object ? dlsym(object, name) : NULL;
    if (!symbol) {
        ax_fail(err, AX_EDEVICE, "%s", dlerror());
        return NULL;
    }
    ax_plugin_function *entry = NULL;
    _Static_assert(sizeof entry == sizeof symbol, "POSIX: a function's address fits");
    memcpy(&entry, &symbol, sizeof entry);
    return entry;
}

const ax_plugin *ax_plugin_load(ax_err *err)
{
    char path[4096];
    ax_err why = { AX_OK, "" };
    if (!ax_plugin_find(AX_PLUGIN_CUDA, path)) {
        ax_fail(err, AX_EDEVICE, "this build has no CUDA plugin (" AX_PLUGIN_CUDA " is not beside the program)");
        return NULL;
    }
    ax_library_prefer();
    ax_plugin_get *entry = (ax_plugin_get *)ax_plugin_entry(path, AX_PLUGIN_ENTRY, &why);
    if (!entry) { /* a library that the loader doesn't find may be missing */
        ax_library_provide();
        entry = (ax_plugin_get *)ax_plugin_entry(path, AX_PLUGIN_ENTRY, &why);
    }
    if (!entry) {
        ax_fail(err, AX_EDEVICE, "the CUDA plugin doesn't load: %s", why.msg);
        return NULL;
    }
    const ax_plugin *plugin = entry();
    if (!plugin || !same_abi(&plugin->abi)) {
        ax_fail(err, AX_EDEVICE, "%s was built from other sources than this program", path);
        return NULL;
    }
    return plugin;
}
