/* Mistakes with memory, streams and events. */
#include "tests/cuda/sample/misuse.h"

#include <cstdlib>
#include <cstdio>

namespace
{
void host_reads_device()
{
    printf("%g\n", static_cast<double>(device(4)[0]));
}
void early_read()
{
    float *y = pinned(4), *d = counting(4);
    RT(cudaMemcpyAsync(y, d, 16, cudaMemcpyDeviceToHost, stream));
    CHECK(y[1] == 1);
}
void early_reuse()
{
    float *x = pinned(4), *d = device(4);
    x[0] = x[1] = x[2] = x[3] = 1;
    RT(cudaMemcpyAsync(d, x, 16, cudaMemcpyHostToDevice, stream));
    x[1] = 2;
    CHECK(values(d, 4)[1] == 1);
}
void other_stream_early()
{
    float *d = device(64);
    cudaStream_t other;
    RT(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
    RT(cudaMemsetAsync(d, 0, 256, other));
    values(d, 64);
}
void double_free()
{
    float *d = device(4);
    RT(cudaFree(d));
    cudaFree(d);
}
void free_inside()
{
    cudaFree(device(4) + 1);
}
void free_host()
{
    cudaFree(malloc(4));
}
void copy_beyond()
{
    float host[8] = {};
    cudaMemcpyAsync(device(4), host, 20, cudaMemcpyHostToDevice, stream);
}
void copy_freed()
{
    float host[4], *d = counting(4);
    RT(cudaFree(d));
    cudaMemcpyAsync(host, d, 16, cudaMemcpyDeviceToHost, stream);
}
void copy_unwritten()
{
    values(device(4), 4);
}
void copy_overlap()
{
    float *d = counting(8);
    cudaMemcpyAsync(d, d + 1, 16, cudaMemcpyDeviceToDevice, stream);
}
void pinned_freed_early()
{
    float *x = pinned(4);
    RT(cudaMemcpyAsync(device(4), x, 16, cudaMemcpyHostToDevice, stream));
    cudaFreeHost(x);
}
void stream_destroyed()
{
    RT(cudaStreamDestroy(stream));
    cudaStreamSynchronize(stream);
}
void event_destroyed()
{
    cudaEvent_t e;
    RT(cudaEventCreateWithFlags(&e, cudaEventDisableTiming));
    RT(cudaEventDestroy(e));
    cudaEventRecord(e, stream);
}
} // namespace

const std::vector<use> wrong_memory = { { "host_reads_device", host_reads_device },
                                        { "early_read", early_read },
                                        { "early_reuse", early_reuse },
                                        { "other_stream_early", other_stream_early },
                                        { "double_free", double_free },
                                        { "free_inside", free_inside },
                                        { "free_host", free_host },
                                        { "copy_beyond", copy_beyond },
                                        { "copy_freed", copy_freed },
                                        { "copy_unwritten", copy_unwritten },
                                        { "copy_overlap", copy_overlap },
                                        { "pinned_freed_early", pinned_freed_early },
                                        { "stream_destroyed", stream_destroyed },
                                        { "event_destroyed", event_destroyed } };
