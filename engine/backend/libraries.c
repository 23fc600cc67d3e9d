#include "engine/backend/libraries.h"

#include <dlfcn.h>
#include <glob.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An unpacked NVIDIA archive; the toolkit; Debian's packages; Python wheels (nvidia-cudnn-cu13 and similar). */
const char *const ax_library_places[] = {
    "$CUDNN_HOME/lib",
    "$CUDNN_HOME/lib64",
    "$CUDA_HOME/lib64",
    "/usr/local/cuda/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "$VIRTUAL_ENV/lib/python3*/site-packages/nvidia/*/lib",
    "$HOME/.local/lib/python3*/site-packages/nvidia/*/lib",
    "/usr/local/lib/python3*/dist-packages/nvidia/*/lib",
    "/usr/local/lib/python3*/site-packages/nvidia/*/lib",
    "/usr/lib/python3/dist-packages/nvidia/*/lib",
    NULL,
};

/* In order of dependency. */
static const char *const needed[] = { "libcudart.so.13", "libcublasLt.so.13", "libcudnn.so.9" };
enum { NEEDED = sizeof needed / sizeof *needed };

/* Expands the pattern's variable; false: it isn't set, or the result is too long. */
static bool expand(const char *place, const char *name, char out[static 4096])
{
    char variable[32] = "";
    const char *value = "", *rest = place;
    if (*place == '$') {
        rest = strchr(place, '/');
        snprintf(variable, sizeof variable, "%.*s", (int)(rest - place - 1), place + 1);
        value = getenv(variable);
    }
    return value && (*place != '$' || *value) && (size_t)snprintf(out, 4096, "%s%s/%s", value, rest, name) < 4096;
}

bool ax_library_find(const char *name, char path[static 4096])
{
    for (const char *const *place = ax_library_places; *place; place++) {
        char pattern[4096];
        glob_t found = { 0 };
        if (!expand(*place, name, pattern) || glob(pattern, 0, NULL, &found))
            continue;
        bool there = found.gl_pathc && (size_t)snprintf(path, 4096, "%s", found.gl_pathv[0]) < 4096;
        globfree(&found);
        if (there)
            return true;
    }
    return false;
}

void ax_library_prefer(void)
{
    const char *home = getenv("CUDNN_HOME");
    char path[4096];
    if (home && *home && ax_library_find("libcudnn.so.9", path) && !strncmp(path, home, strlen(home)))
        (void)dlopen(path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
}

void ax_library_provide(void)
{
    for (int i = 0; i < NEEDED; i++) {
        char path[4096];
        if (!dlopen(needed[i], RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE) && ax_library_find(needed[i], path))
            (void)dlopen(path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
    }
}

typedef struct wanted {
    const char *name;
    char *path;
} wanted;

static int look(struct dl_phdr_info *info, size_t size, void *context)
{
    wanted *w = context;
    const char *base = strrchr(info->dlpi_name, '/');
    (void)size;
    if (!base || strncmp(base + 1, w->name, strlen(w->name)) != 0)
        return 0;
    snprintf(w->path, 4096, "%s", info->dlpi_name);
    return 1;
}

void ax_library_loaded(const char *name, char path[static 4096])
{
    wanted w = { name, path };
    path[0] = '\0';
    (void)dl_iterate_phdr(look, &w);
}
