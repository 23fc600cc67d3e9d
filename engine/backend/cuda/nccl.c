/* Loads NCCL at run time. */
#include "engine/backend/cuda/nccl.h"

#include <dlfcn.h>
#include <string.h>

static ax_code find(void *library, const char *name, void *function, size_t size, ax_err *err)
{
    void *symbol = dlsym(library, name);
    if (!symbol)
        return ax_fail(err, AX_EDEVICE, "NCCL: libnccl.so.2 lacks %s, which came with 2.13 at the latest", name);
    memcpy(function, &symbol, size);
    return AX_OK;
}

ax_code ax_cuda_nccl_load(ax_nccl *out, ax_err *err)
{
    void *library = dlopen("libnccl.so.2", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library)
        return ax_fail(err, AX_EDEVICE, "NCCL is not there (%s)", dlerror());
    _Static_assert(sizeof out->GroupStart == sizeof library, "POSIX: a function's address fits");
    ax_code code = AX_OK;
#define FIND(type, name, args)                                                                                         \
    if (code == AX_OK)                                                                                                 \
        code = find(library, "nccl" #name, &out->name, sizeof out->name, err);
    AX_NCCL_LIST(FIND)
    return code;
}
