/* cuBLASLt's handle, descriptors and their attributes. */
#include "cublaslt.h"

#include <cstring>

using namespace emu;

size_t cublasLtGetVersion()
{
    return CUBLAS_VERSION;
}

const char *cublasLtGetStatusName(cublasStatus_t status)
{
    switch (status) {
    case CUBLAS_STATUS_SUCCESS:
        return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
        return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
        return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
        return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_NOT_SUPPORTED:
        return "CUBLAS_STATUS_NOT_SUPPORTED";
    case CUBLAS_STATUS_EXECUTION_FAILED:
        return "CUBLAS_STATUS_EXECUTION_FAILED";
    default:
        return "CUBLAS_STATUS_INTERNAL_ERROR";
    }
}

const char *cublasLtGetStatusString(cublasStatus_t status)
{
    return cublasLtGetStatusName(status);
}

cublasStatus_t cublasLtCreate(cublasLtHandle_t *out)
{
    EMU_ENTER(cublas, cublasStatus_t);
    if (!out)
        return CUBLAS_STATUS_INVALID_VALUE;
    if (option("DEVICES", 1) < 1 || option("DRIVER", 13000) < 13000)
        return CUBLAS_STATUS_NOT_INITIALIZED;
    *out = reinterpret_cast<cublasLtHandle_t>(new char);
    born(*out, kind::blas);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle)
{
    EMU_RELEASE(cublas);
    died(handle, kind::blas, __func__);
    delete reinterpret_cast<char *>(handle);
    return static_cast<cublasStatus_t>(injected);
}

#define DESTROY(name, handle_t, what)                                                                                  \
    cublasStatus_t name(handle_t d)                                                                                    \
    {                                                                                                                  \
        EMU_RELEASE(cublas);                                                                                           \
        if (d) {                                                                                                       \
            died(d, what, __func__);                                                                                   \
            delete d;                                                                                                  \
        }                                                                                                              \
        return static_cast<cublasStatus_t>(injected);                                                                  \
    }
DESTROY(cublasLtMatmulDescDestroy, cublasLtMatmulDesc_t, kind::matmul)
DESTROY(cublasLtMatrixLayoutDestroy, cublasLtMatrixLayout_t, kind::layout)
DESTROY(cublasLtMatmulPreferenceDestroy, cublasLtMatmulPreference_t, kind::pref)

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *out, cublasComputeType_t compute, cudaDataType_t scale)
{
    EMU_ENTER(cublas, cublasStatus_t);
    if (!out)
        return CUBLAS_STATUS_INVALID_VALUE;
    if ((compute != CUBLAS_COMPUTE_32F && compute != CUBLAS_COMPUTE_32F_FAST_TF32) || scale != CUDA_R_32F) {
        refuse(__func__, "only CUBLAS_COMPUTE_32F and its TF32 are emulated, scaled by float");
        return CUBLAS_STATUS_NOT_SUPPORTED;
    }
    *out = new cublasLtMatmulDescOpaque_t();
    in<matmul>(*out) = { compute, scale, CUBLAS_OP_N, CUBLAS_OP_N, CUBLASLT_EPILOGUE_DEFAULT, nullptr };
    born(*out, kind::matmul);
    return CUBLAS_STATUS_SUCCESS;
}

/* Copies an attribute if the size is right. */
static cublasStatus_t store(const char *call, void *to, size_t n, const void *from, size_t size)
{
    if (!from || size != n) {
        refuse(call, "an attribute of %zu bytes, not %zu", n, size);
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    memcpy(to, from, n);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t d, cublasLtMatmulDescAttributes_t what,
                                              const void *from, size_t size)
{
    EMU_ENTER(cublas, cublasStatus_t);
    alive(d, kind::matmul, __func__);
    auto &m = in<matmul>(d);
    switch (what) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
        return store(__func__, &m.trans_a, sizeof m.trans_a, from, size);
    case CUBLASLT_MATMUL_DESC_TRANSB:
        return store(__func__, &m.trans_b, sizeof m.trans_b, from, size);
    case CUBLASLT_MATMUL_DESC_EPILOGUE:
        return store(__func__, &m.epilogue, sizeof m.epilogue, from, size);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
        return store(__func__, &m.bias, sizeof m.bias, from, size);
    default:
        refuse(__func__, "attribute %d is not emulated", static_cast<int>(what));
        return CUBLAS_STATUS_NOT_SUPPORTED;
    }
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *out, cudaDataType type, uint64_t rows, uint64_t cols,
                                          int64_t ld)
{
    EMU_ENTER(cublas, cublasStatus_t);
    if (!out || !rows || !cols || ld < static_cast<int64_t>(rows)) {
        refuse(__func__, "%lu rows, %lu columns, leading dimension %ld", rows, cols, ld);
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    *out = new cublasLtMatrixLayoutOpaque_t();
    in<layout>(*out) = { type, rows, cols, ld };
    born(*out, kind::layout);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *out)
{
    EMU_ENTER(cublas, cublasStatus_t);
    *out = new cublasLtMatmulPreferenceOpaque_t();
    in<preference>(*out) = { 0, { 256, 256, 256, 256 } };
    born(*out, kind::pref);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t p,
                                                    cublasLtMatmulPreferenceAttributes_t what, const void *from,
                                                    size_t size)
{
    EMU_ENTER(cublas, cublasStatus_t);
    alive(p, kind::pref, __func__);
    auto &pref = in<preference>(p);
    if (what == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES)
        return store(__func__, &pref.workspace, sizeof pref.workspace, from, size);
    if (what >= CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES && what <= CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES)
        return store(__func__, &pref.align[what - CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES], 4, from, size);
    refuse(__func__, "attribute %d is not emulated", static_cast<int>(what));
    return CUBLAS_STATUS_NOT_SUPPORTED;
}
