/* The rest of the runtime API: devices, memory, names of errors. */
#include "emu.h"

#include <cstdio>

using namespace emu;

namespace
{
/* The first call that needs a device finds out whether there is one. */
cudaError_t need_device()
{
    if (option("DRIVER", 13000) < 13000)
        return cudaErrorInsufficientDriver;
    return option("DEVICES", 1) < 1 ? cudaErrorNoDevice : cudaSuccess;
}

/* AUXCELL_EMU_CC: major * 10 + minor */
int capability()
{
    return static_cast<int>(option("CC", 90));
}

thread_local int current_device;
} // namespace

namespace emu
{
int current()
{
    return current_device;
}

void make_current(int device)
{
    current_device = device;
}
} // namespace emu

cudaError_t cudaGetDeviceCount(int *count)
{
    EMU_ENTER(cuda, cudaError_t);
    if (!count)
        return remember(cudaErrorInvalidValue);
    *count = 0;
    cudaError_t e = need_device();
    if (e == cudaSuccess)
        *count = static_cast<int>(option("DEVICES", 1));
    return remember(e);
}

cudaError_t cudaDriverGetVersion(int *version)
{
    EMU_ENTER(cuda, cudaError_t);
    *version = static_cast<int>(option("DRIVER", 13000));
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
    EMU_ENTER(cuda, cudaError_t);
    *version = CUDART_VERSION;
    return cudaSuccess;
}

cudaError_t cudaGetDevice(int *device)
{
    EMU_ENTER(cuda, cudaError_t);
    *device = current_device;
    return remember(need_device());
}

cudaError_t cudaSetDevice(int device)
{
    EMU_ENTER(cuda, cudaError_t);
    if (need_device() != cudaSuccess)
        return remember(need_device());
    if (device < 0 || device >= option("DEVICES", 1))
        return remember(cudaErrorInvalidDevice);
    current_device = device;
    return remember(context());
}

/* All devices are reset as one; live objects are leaks and are reported when the process ends. */
cudaError_t cudaDeviceReset()
{
    EMU_ENTER(cuda, cudaError_t);
    return remember(drain_all());
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int device)
{
    EMU_ENTER(cuda, cudaError_t);
    if (need_device() != cudaSuccess)
        return remember(need_device());
    if (device < 0 || device >= option("DEVICES", 1))
        return remember(cudaErrorInvalidDevice);
    *p = {};
    snprintf(p->name, sizeof p->name, "emulated device");
    p->major = capability() / 10;
    p->minor = capability() % 10;
    p->totalGlobalMem = device_total();
    p->multiProcessorCount = 4;
    p->warpSize = 32;
    p->maxThreadsPerBlock = 1024;
    p->sharedMemPerBlock = 48 << 10;
    p->maxGridSize[0] = 0x7fffffff;
    p->maxGridSize[1] = p->maxGridSize[2] = 65535;
    p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024;
    p->maxThreadsDim[2] = 64;
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr what, int device)
{
    EMU_ENTER(cuda, cudaError_t);
    if (need_device() != cudaSuccess)
        return remember(need_device());
    if (device < 0 || device >= option("DEVICES", 1))
        return remember(cudaErrorInvalidDevice);
    switch (what) {
    case cudaDevAttrComputeCapabilityMajor:
        *value = capability() / 10;
        return cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
        *value = capability() % 10;
        return cudaSuccess;
    case cudaDevAttrMultiProcessorCount:
        *value = 4;
        return cudaSuccess;
    case cudaDevAttrMaxThreadsPerBlock:
        *value = 1024;
        return cudaSuccess;
    default:
        violation("cudaDeviceGetAttribute: attribute %d is not emulated", static_cast<int>(what));
    }
}

cudaError_t cudaMemGetInfo(size_t *unused, size_t *total)
{
    EMU_ENTER(cuda, cudaError_t);
    if (need_device() != cudaSuccess)
        return remember(need_device());
    *total = device_total();
    const size_t used = device_used();
    *unused = used < *total ? *total - used : 0;
    return cudaSuccess;
}

static cudaError_t may_allocate(void **out, const char *call)
{
    if (!out)
        return cudaErrorInvalidValue;
    return need_device() != cudaSuccess ? need_device() : forbidden_in_capture(call);
}

cudaError_t cudaMalloc(void **out, size_t n)
{
    EMU_ENTER(cuda, cudaError_t);
    if (cudaError_t e = may_allocate(out, __func__))
        return remember(e);
    return remember(device_alloc(out, n));
}

cudaError_t cudaFree(void *p)
{
    EMU_RELEASE(cuda);
    if (p) {
        block *b = find_any(p);
        if (!b || !b->device || b->base != p)
            violation("cudaFree: %p is not (or no longer) an allocation of device memory", p);
        if (cudaError_t e = forbidden_in_capture(__func__))
            return remember(e);
        drain_all(); /* waits for all work, as the real call does */
        device_free(b);
    }
    return static_cast<cudaError_t>(injected);
}

cudaError_t cudaMallocHost(void **out, size_t n)
{
    EMU_ENTER(cuda, cudaError_t);
    if (cudaError_t e = may_allocate(out, __func__))
        return remember(e);
    pinned_alloc(out, n);
    return cudaSuccess;
}

cudaError_t cudaHostAlloc(void **out, size_t n, unsigned)
{
    return cudaMallocHost(out, n);
}

cudaError_t cudaFreeHost(void *p)
{
    EMU_RELEASE(cuda);
    if (p) {
        block *b = find_any(p);
        if (!b || b->device || b->base != p)
            violation("cudaFreeHost: %p is not (or no longer) pinned memory", p);
        if (context() == cudaSuccess && queued_use(p, b->size))
            violation("cudaFreeHost: %p is still used by work that nobody waited for", p);
        pinned_free(b);
    }
    return static_cast<cudaError_t>(injected);
}

#define ERROR_NAMES(X)                                                                                                 \
    X(cudaSuccess)                                                                                                     \
    X(cudaErrorInvalidValue)                                                                                           \
    X(cudaErrorMemoryAllocation)                                                                                       \
    X(cudaErrorInitializationError)                                                                                    \
    X(cudaErrorInvalidConfiguration)                                                                                   \
    X(cudaErrorInsufficientDriver)                                                                                     \
    X(cudaErrorInvalidDeviceFunction)                                                                                  \
    X(cudaErrorNoDevice)                                                                                               \
    X(cudaErrorInvalidDevice)                                                                                          \
    X(cudaErrorInvalidResourceHandle)                                                                                  \
    X(cudaErrorNoKernelImageForDevice)                                                                                 \
    X(cudaErrorIllegalState)                                                                                           \
    X(cudaErrorNotReady)                                                                                               \
    X(cudaErrorIllegalAddress)                                                                                         \
    X(cudaErrorLaunchFailure)                                                                                          \
    X(cudaErrorStreamCaptureUnsupported)                                                                               \
    X(cudaErrorStreamCaptureInvalidated)                                                                               \
    X(cudaErrorUnknown)

const char *cudaGetErrorName(cudaError_t e)
{
    switch (e) {
#define NAME(id)                                                                                                       \
    case id:                                                                                                           \
        return #id;
        ERROR_NAMES(NAME)
    default:
        return "unrecognized error code";
    }
}

const char *cudaGetErrorString(cudaError_t e)
{
    switch (e) {
    case cudaSuccess:
        return "no error";
    case cudaErrorMemoryAllocation:
        return "out of memory";
    case cudaErrorNoDevice:
        return "no CUDA-capable device is detected";
    case cudaErrorInsufficientDriver:
        return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorInvalidDevice:
        return "invalid device ordinal";
    case cudaErrorInvalidValue:
        return "invalid argument";
    case cudaErrorNoKernelImageForDevice:
        return "no kernel image is available for execution on the device";
    case cudaErrorLaunchFailure:
        return "unspecified launch failure";
    default:
        return cudaGetErrorName(e);
    }
}
