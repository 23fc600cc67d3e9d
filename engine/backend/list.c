#include "engine/backend/list.h"

#include <string.h>

const ax_backend *ax_backend_find(const char *name, ax_err *err)
{
    if (!strcmp(name, "auto") || !strcmp(name, "cpu"))
        return &ax_backend_cpu;
    if (!strcmp(name, "ref"))
        return &ax_backend_ref;
    if (!strncmp(name, "cuda", 4))
        ax_fail(err, AX_EDEVICE, "device '%s': this build has no CUDA backend", name);
    else
        ax_fail(err, AX_EINVAL, "device '%s': not one of auto, cpu, ref", name);
    return NULL;
}
