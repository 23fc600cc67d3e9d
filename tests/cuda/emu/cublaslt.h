/* The contents of the emulated cuBLASLt's opaque structs; the real sizes are larger. */
#ifndef AX_EMU_CUBLASLT_H
#define AX_EMU_CUBLASLT_H

#include "tests/cuda/emu/emu.h"

#include <cublasLt.h>

namespace emu
{
struct matmul {
    cublasComputeType_t compute;
    cudaDataType_t scale;
    int32_t trans_a, trans_b;
    uint32_t epilogue;
    const void *bias;
};
struct layout {
    cudaDataType type;
    uint64_t rows, cols;
    int64_t ld;
};
struct preference {
    uint64_t workspace;
    uint32_t align[4]; /* alignment of A, B, C, D in bytes */
};
struct algorithm { /* in cublasLtMatmulAlgo_t: what the heuristic was asked for, which the product checks */
    uint64_t magic;
    uint32_t m, n, k, compute;
    uint64_t types;
    uint32_t align[4];
    uint64_t workspace;
};
constexpr uint64_t magic = 0x61756c2d61756c6cULL;
static_assert(sizeof(algorithm) <= sizeof(cublasLtMatmulAlgo_t), "fits into the opaque struct");

template <typename T, typename D> T &in(D *d)
{
    return *reinterpret_cast<T *>(d);
}
} // namespace emu
#endif
