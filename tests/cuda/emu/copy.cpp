/* Copies and fills of the runtime API. */
#include "emu.h"

#include <cstring>
#include <memory>

using namespace emu;

namespace
{
bool pinned(const void *p, size_t n)
{
    block *b = find(p, n);
    return b && !b->device;
}

/* Checks direction and sizes of a copy as the real call does. */
cudaError_t check_copy(void *dst, const void *src, size_t n, cudaMemcpyKind direction)
{
    bool to_device = direction == cudaMemcpyHostToDevice || direction == cudaMemcpyDeviceToDevice;
    bool from_device = direction == cudaMemcpyDeviceToHost || direction == cudaMemcpyDeviceToDevice;
    if (direction == cudaMemcpyDefault) {
        to_device = is_device(dst);
        from_device = is_device(src);
    }
    const char *why = nullptr;
    if (to_device != is_device(dst))
        why = to_device ? "the destination is host memory" : "the destination is device memory";
    else if (from_device != is_device(src))
        why = from_device ? "the source is host memory" : "the source is device memory";
    if (why) {
        refuse("cudaMemcpy", "%s, against the direction", why);
        return cudaErrorInvalidValue;
    }
    if (to_device)
        device_range(dst, n, "cudaMemcpy", "destination");
    if (from_device)
        device_range(src, n, "cudaMemcpy", "source");
    return cudaSuccess;
}
} // namespace

cudaError_t cudaMemsetAsync(void *dst, int value, size_t n, cudaStream_t handle)
{
    EMU_ENTER(cuda, cudaError_t);
    stream *s = stream_of(handle, __func__);
    stream_at_home(s, __func__);
    if (!n)
        return cudaSuccess;
    device_range(dst, n, __func__, "destination");
    return enqueue(s, { "cudaMemsetAsync", { { dst, n, true } }, [dst, value, n] { memset(dst, value, n); } });
}

cudaError_t cudaMemset(void *dst, int value, size_t n)
{
    return cudaMemsetAsync(dst, value, n, nullptr);
}

cudaError_t cudaMemcpyAsync(void *dst, const void *src, size_t n, cudaMemcpyKind direction, cudaStream_t handle)
{
    EMU_ENTER(cuda, cudaError_t);
    stream *s = stream_of(handle, __func__);
    if (!n)
        return cudaSuccess;
    if (cudaError_t e = check_copy(dst, src, n, direction))
        return remember(e);
    bool to = is_device(dst), from = is_device(src);
    if (to && from) {
        auto *a = static_cast<const char *>(src), *b = static_cast<const char *>(dst);
        if (a < b + n && b < a + n)
            violation("cudaMemcpyAsync: source and destination overlap");
        return enqueue(s, { "cudaMemcpyAsync", { { src, n, false }, { dst, n, true } }, [=] { memcpy(dst, src, n); } });
    }
    count_bytes(to, n);
    bool page_locked = pinned(to ? src : dst, n);
    if (!page_locked && capturing(s)) {
        refuse(__func__, "a copy with pageable memory inside of a capture");
        return remember(cudaErrorStreamCaptureUnsupported);
    }
    if (to && page_locked)
        return enqueue(s, { "cudaMemcpyAsync", { { src, n, false }, { dst, n, true } }, [=] { memcpy(dst, src, n); } });
    if (to) { /* pageable memory: staged before the call returns */
        auto *from_host = static_cast<const char *>(src);
        auto staged = std::make_shared<std::vector<char>>(from_host, from_host + n);
        return enqueue(s, { "cudaMemcpyAsync", { { dst, n, true } }, [=] { memcpy(dst, staged->data(), n); } });
    }
    if (page_locked) {
        if (!capturing(s)) {
            settle_reads(dst, n);
            memset(dst, 0xff, n); /* a host that reads before waiting sees this */
        }
        return enqueue(s, { "cudaMemcpyAsync", { { src, n, false }, { dst, n, true } }, [=] { memcpy(dst, src, n); } });
    }
    cudaError_t e = enqueue(s, { "cudaMemcpyAsync", { { src, n, false } }, [=] { memcpy(dst, src, n); } });
    return remember(e != cudaSuccess ? e : drain(s));
}

cudaError_t cudaMemcpy(void *dst, const void *src, size_t n, cudaMemcpyKind direction)
{
    cudaError_t e = cudaMemcpyAsync(dst, src, n, direction, nullptr);
    if (e != cudaSuccess)
        return e;
    std::lock_guard<std::recursive_mutex> hold(lock());
    return remember(drain(stream_of(nullptr, __func__)));
}
