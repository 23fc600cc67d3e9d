/* Device memory and copies. Host memory isn't pinned, so copies go through two pinned buffers: one is filled while the
   other is transferred. */
#include "engine/backend/cuda/device.h"

#include <string.h>

size_t ax_cuda_free_memory(ax_device *dev, size_t *all)
{
    size_t spare = 0, there = 0;
    cudaError_t e = cudaSetDevice(dev->index);
    if (e == cudaSuccess)
        e = cudaMemGetInfo(&spare, &there);
    if (e != cudaSuccess)
        (void)cudaGetLastError();
    if (all)
        *all = e == cudaSuccess ? there : 0;
    return e == cudaSuccess ? spare : 0;
}

void *ax_cuda_alloc(ax_device *dev, size_t bytes, ax_err *err)
{
    void *mem = NULL;
    cudaError_t e = cudaSetDevice(dev->index);
    if (e == cudaSuccess)
        e = cudaMalloc(&mem, bytes ? bytes : 64);
    if (e == cudaSuccess)
        e = cudaMemsetAsync(mem, 0, bytes ? bytes : 64, dev->stream);
    if (e == cudaSuccess)
        return mem;
    size_t spare = 0, all = 0;
    (void)cudaFree(mem);
    (void)cudaGetLastError();
    if (e == cudaErrorMemoryAllocation && cudaMemGetInfo(&spare, &all) == cudaSuccess)
        ax_cuda_fail(dev, e, err, "cudaMalloc, %zu bytes, %zu of %zu are free", bytes, spare, all);
    else
        ax_cuda_fail(dev, e, err, "cudaMalloc, %zu bytes", bytes);
    return NULL;
}

void ax_cuda_release(ax_device *dev, void *mem)
{
    if (!mem)
        return;
    (void)cudaSetDevice(dev->index);
    (void)cudaFree(mem); /* waits for everything that still uses it */
}

ax_code ax_cuda_sync(ax_device *dev, ax_err *err)
{
    cudaError_t e = cudaSetDevice(dev->index);
    if (e == cudaSuccess)
        e = cudaStreamSynchronize(dev->stream);
    return e == cudaSuccess ? AX_OK : ax_cuda_fail(dev, e, err, "cudaStreamSynchronize");
}

static cudaError_t to_device(ax_device *dev, char *dst, const char *src, size_t bytes)
{
    cudaError_t e = cudaSuccess;
    while (bytes && e == cudaSuccess) {
        unsigned k = dev->turn++ % AX_CUDA_STAGES;
        size_t n = bytes < AX_CUDA_STAGE_BYTES ? bytes : AX_CUDA_STAGE_BYTES;
        e = cudaEventSynchronize(dev->free_again[k]);
        if (e != cudaSuccess)
            break;
        memcpy(dev->stage[k], src, n);
        e = cudaMemcpyAsync(dst, dev->stage[k], n, cudaMemcpyHostToDevice, dev->stream);
        if (e == cudaSuccess)
            e = cudaEventRecord(dev->free_again[k], dev->stream);
        src += n;
        dst += n;
        bytes -= n;
    }
    return e;
}

/* Small data of a step: a place in the ring is free again once its half has been copied, many steps ago. */
static cudaError_t note_to_device(ax_device *dev, char *dst, const char *src, size_t bytes)
{
    enum { HALF = AX_CUDA_NOTES / 2 };
    unsigned at = dev->note++ % AX_CUDA_NOTES;
    char *place = dev->notes + (size_t)at * AX_CUDA_NOTE_BYTES;
    cudaError_t e = at % HALF == 0 ? cudaEventSynchronize(dev->half[at / HALF]) : cudaSuccess;
    if (e != cudaSuccess)
        return e;
    memcpy(place, src, bytes);
    e = cudaMemcpyAsync(dst, place, bytes, cudaMemcpyHostToDevice, dev->stream);
    return e == cudaSuccess && at % HALF == HALF - 1 ? cudaEventRecord(dev->half[at / HALF], dev->stream) : e;
}

static cudaError_t from_device(ax_device *dev, char *dst, const char *src, size_t bytes)
{
    cudaError_t e = cudaSuccess;
    while (bytes && e == cudaSuccess) {
        size_t n = bytes < AX_CUDA_STAGE_BYTES ? bytes : AX_CUDA_STAGE_BYTES;
        /* copies to the device that still wait precede this one on the stream: stage 0 is free when it ends */
        e = cudaEventSynchronize(dev->free_again[0]);
        if (e == cudaSuccess)
            e = cudaMemcpyAsync(dev->stage[0], src, n, cudaMemcpyDeviceToHost, dev->stream);
        if (e == cudaSuccess)
            e = cudaStreamSynchronize(dev->stream);
        if (e != cudaSuccess)
            break;
        memcpy(dst, dev->stage[0], n);
        src += n;
        dst += n;
        bytes -= n;
    }
    return e;
}

ax_code ax_cuda_copy(ax_device *dev, void *dst, const void *src, size_t bytes, int direction, ax_err *err)
{
    static const char *const way[] = { "to the device", "from the device", "on the device" };
    if (!bytes)
        return AX_OK;
    cudaError_t e = cudaSetDevice(dev->index);
    if (e == cudaSuccess && direction == AX_TO_DEVICE)
        e = bytes <= AX_CUDA_NOTE_BYTES ? note_to_device(dev, dst, src, bytes) : to_device(dev, dst, src, bytes);
    else if (e == cudaSuccess && direction == AX_FROM_DEVICE)
        e = from_device(dev, dst, src, bytes);
    else if (e == cudaSuccess)
        e = cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDeviceToDevice, dev->stream);
    return e == cudaSuccess ? AX_OK : ax_cuda_fail(dev, e, err, "cudaMemcpyAsync, %zu bytes %s", bytes, way[direction]);
}
