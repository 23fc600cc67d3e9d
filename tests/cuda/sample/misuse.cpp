/* misuse CASE: one right use, or one mistake that the emulation must find; without CASE it prints their names. Linked
   with the real libraries, run with the emulated ones first in LD_LIBRARY_PATH. Prints "ok" at the end of a right
   use. */
#include "tests/cuda/sample/misuse.h"

#include <cstring>

cudaStream_t stream;

float *device(size_t n)
{
    void *p;
    RT(cudaMalloc(&p, n * sizeof(float)));
    return static_cast<float *>(p);
}

float *pinned(size_t n)
{
    void *p;
    RT(cudaMallocHost(&p, n * sizeof(float)));
    return static_cast<float *>(p);
}

float *counting(size_t n, size_t offset)
{
    std::vector<float> v(n + offset);
    for (size_t i = 0; i < n; i++)
        v[i + offset] = static_cast<float>(i);
    float *p = device(n + offset);
    RT(cudaMemcpyAsync(p, v.data(), (n + offset) * sizeof(float), cudaMemcpyHostToDevice, stream));
    return p + offset;
}

std::vector<float> values(const float *p, size_t n)
{
    std::vector<float> v(n);
    RT(cudaMemcpyAsync(v.data(), p, n * sizeof(float), cudaMemcpyDeviceToHost, stream));
    return v;
}

cudaError_t launch(void (*kernel)(const sample_args), const float *x, float *y, int n, dim3 grid, dim3 threads)
{
    sample_args a = { x, y, n, 0 };
    void *args[] = { &a };
    return cudaLaunchKernel(reinterpret_cast<const void *>(kernel), grid, threads, args, 0, stream);
}

int main(int argc, char **argv)
{
    for (auto *table : { &right_runtime, &right_libraries, &wrong_memory, &wrong_kernels, &wrong_libraries, &devices })
        for (auto &c : *table) {
            if (argc < 2)
                puts(c.name);
            else if (!strcmp(argv[1], c.name)) {
                bool own = strcmp(c.name, "faults") != 0;
                if (own)
                    RT(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
                c.run();
                if (own && strncmp(c.name, "right", 5) == 0) {
                    RT(cudaStreamSynchronize(stream));
                    RT(cudaStreamDestroy(stream));
                }
                puts("ok");
                return 0;
            }
        }
    return argc < 2 ? 0 : 2;
}
