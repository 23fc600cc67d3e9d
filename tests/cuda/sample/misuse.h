/* Shared by the cases of the misuse program. */
#ifndef AX_MISUSE_H
#define AX_MISUSE_H

#include "tests/cuda/sample/sample.h"

#include <cuda_runtime_api.h>
#include <cstdio>
#include <cstdlib>
#include <vector>

#define DECLARE(name, sync) extern "C" void ax_k_##name(const ax_k_##name##_args a);
SAMPLE_LIST(DECLARE)

#define CHECK(expression)                                                                                              \
    do {                                                                                                               \
        if (!(expression)) {                                                                                           \
            fprintf(stderr, "line %d: %s\n", __LINE__, #expression);                                                   \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)
#define RT(call) CHECK((call) == cudaSuccess)
#define DNN(call) CHECK((call) == CUDNN_STATUS_SUCCESS)
#define LT(call) CHECK((call) == CUBLAS_STATUS_SUCCESS)

extern cudaStream_t stream; /* the stream of a case, unless it opens others */
constexpr float one = 1, zero = 0;

/* n floats */
float *device(size_t n);
float *pinned(size_t n);
/* device memory with 0, 1, 2 ... starting at `offset` */
float *counting(size_t n, size_t offset = 0);
std::vector<float> values(const float *p, size_t n);
cudaError_t launch(void (*kernel)(const sample_args), const float *x, float *y, int n, dim3 grid, dim3 threads);

/* A case: its name and its function. */
struct use {
    const char *name;
    void (*run)();
};
extern const std::vector<use> right_runtime, right_libraries, wrong_memory, wrong_kernels, wrong_libraries, devices;

#endif
