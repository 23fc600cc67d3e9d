/* Two devices: objects of one used on the other, and NCCL. */
#include "tests/cuda/sample/libraries.h"

/* As in engine/backend/cuda/nccl.h */
struct ncclComm;
extern "C" {
int ncclCommInitAll(ncclComm **comm, int n, const int *device);
int ncclCommDestroy(ncclComm *comm);
int ncclGroupStart();
int ncclGroupEnd();
int ncclSend(const void *from, size_t n, int type, int peer, ncclComm *comm, cudaStream_t stream);
int ncclRecv(void *to, size_t n, int type, int peer, ncclComm *comm, cudaStream_t stream);
}

namespace
{
constexpr int floats = 7;

void go_to(int device)
{
    RT(cudaSetDevice(device));
}
void kernel_other_device()
{
    go_to(1);
    float *y = device(64);
    go_to(0);
    launch(ax_k_scale, counting(64), y, 64, dim3(1), dim3(64));
}
void kernel_other_stream()
{
    float *x = counting(64), *y = device(64);
    go_to(1);
    launch(ax_k_scale, x, y, 64, dim3(1), dim3(64));
}
void copy_other_device()
{
    float *x = counting(64);
    go_to(1);
    float *y = device(64);
    RT(cudaMemcpyAsync(y, x, 256, cudaMemcpyDeviceToDevice, stream));
    cudaStreamSynchronize(stream);
}
void event_other_device()
{
    cudaEvent_t e;
    go_to(1);
    RT(cudaEventCreateWithFlags(&e, cudaEventDisableTiming));
    go_to(0);
    cudaEventRecord(e, stream);
}
void dnn_other_device()
{
    dnn c;
    go_to(1);
    c.forward();
}
void blas_other_device()
{
    blas m;
    go_to(1);
    m.multiply();
}

/* Both ends, with n floats on each; those on the first are 0, 1, 2 ... */
struct pair {
    ncclComm *comm[2];
    cudaStream_t streams[2];
    float *mem[2];

    explicit pair(size_t n)
    {
        const int devices[] = { 0, 1 };
        CHECK(ncclCommInitAll(comm, 2, devices) == 0);
        go_to(0);
        streams[0] = stream;
        mem[0] = counting(n);
        go_to(1);
        RT(cudaStreamCreateWithFlags(&streams[1], cudaStreamNonBlocking));
        mem[1] = device(n);
    }
    void carry(size_t sent, size_t received, int to = 1)
    {
        CHECK(ncclGroupStart() == 0);
        CHECK(ncclSend(mem[0], sent, floats, to, comm[0], streams[0]) == 0);
        if (received)
            CHECK(ncclRecv(mem[1], received, floats, 0, comm[1], streams[1]) == 0);
        CHECK(ncclGroupEnd() == 0);
    }
};

void right_nccl()
{
    pair p(64);
    p.carry(60, 60);
    float got[60];
    RT(cudaMemcpyAsync(got, p.mem[1], sizeof got, cudaMemcpyDeviceToHost, p.streams[1]));
    CHECK(got[1] == 1 && got[59] == 59);
    for (int i = 0; i < 2; i++) {
        CHECK(ncclCommDestroy(p.comm[i]) == 0);
        RT(cudaFree(p.mem[i]));
    }
    RT(cudaStreamDestroy(p.streams[1]));
    go_to(0);
}
void nccl_sizes()
{
    pair(64).carry(60, 61);
}
void nccl_unmatched()
{
    pair(64).carry(60, 0);
}
void nccl_no_group()
{
    pair p(64);
    ncclSend(p.mem[0], 64, floats, 1, p.comm[0], p.streams[0]);
}
void nccl_buffer()
{
    pair p(64);
    ncclGroupStart();
    ncclSend(p.mem[1], 64, floats, 1, p.comm[0], p.streams[0]);
}
void nccl_stream()
{
    pair p(64);
    ncclGroupStart();
    ncclSend(p.mem[0], 64, floats, 1, p.comm[0], p.streams[1]);
}
void nccl_destroyed()
{
    pair p(64);
    CHECK(ncclCommDestroy(p.comm[0]) == 0);
    p.carry(64, 64);
}
void nccl_read_early()
{
    pair p(64);
    p.carry(64, 64);
    go_to(1);
    std::vector<float> got(64); /* on a stream that doesn't wait for the receiver's */
    cudaStream_t other;
    RT(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
    RT(cudaMemcpyAsync(got.data(), p.mem[1], 256, cudaMemcpyDeviceToHost, other));
}
} // namespace

const std::vector<use> devices = { { "right_nccl", right_nccl },
                                   { "kernel_other_device", kernel_other_device },
                                   { "kernel_other_stream", kernel_other_stream },
                                   { "copy_other_device", copy_other_device },
                                   { "event_other_device", event_other_device },
                                   { "dnn_other_device", dnn_other_device },
                                   { "blas_other_device", blas_other_device },
                                   { "nccl_sizes", nccl_sizes },
                                   { "nccl_unmatched", nccl_unmatched },
                                   { "nccl_no_group", nccl_no_group },
                                   { "nccl_buffer", nccl_buffer },
                                   { "nccl_stream", nccl_stream },
                                   { "nccl_destroyed", nccl_destroyed },
                                   { "nccl_read_early", nccl_read_early } };
