/* 1x1 convolutions as matrix products by cuBLASLt. An NHWC map {pixels, c} is the column-major matrix c x pixels, the
   weights {O, I} are the matrix I x O, so
     y  (O x P) = w^T x      x: I x P
     dx (I x P) = w dy       dy: O x P
     dw (I x O) = x dy^T
   and the product adds the bias, one per row of y, as it writes. With bfloat16, sums and dw are still floats. */
#include "engine/backend/cuda/conv.h"

#include <stdlib.h>

struct ax_cuda_gemm {
    cublasLtMatmulDesc_t product;
    cublasLtMatrixLayout_t a, b, d;
    cublasLtMatmulAlgo_t algorithm;
    size_t work;
    bool bias;
};

static ax_code failed(const ax_device *dev, const ax_cuda_conv *p, cublasStatus_t s, const char *what, ax_err *err)
{
    char text[96];
    (void)cudaGetLastError();
    return ax_fail(err, s == CUBLAS_STATUS_ALLOC_FAILED ? AX_ENOMEM : AX_EDEVICE, "cuda:%d: %s, %s: %s", dev->index,
                   what, ax_cuda_conv_text(&p->g, text), cublasLtGetStatusName(s));
}

bool ax_cuda_gemm_fits(const ax_device *dev, const ax_cuda_conv *p)
{
    const ax_k_conv *g = &p->g;
    return dev->blas && !p->depthwise && g->kernel == 1 && g->stride == 1 && g->pad == 0;
}

void ax_cuda_gemm_free(ax_cuda_gemm *m)
{
    if (!m)
        return;
    if (m->a)
        (void)cublasLtMatrixLayoutDestroy(m->a);
    if (m->b)
        (void)cublasLtMatrixLayoutDestroy(m->b);
    if (m->d)
        (void)cublasLtMatrixLayoutDestroy(m->d);
    if (m->product)
        (void)cublasLtMatmulDescDestroy(m->product);
    free(m);
}

static cublasStatus_t lay_out(cublasLtMatrixLayout_t *out, bool bf16, size_t rows, size_t columns)
{
    return cublasLtMatrixLayoutCreate(out, bf16 ? CUDA_R_16BF : CUDA_R_32F, rows, columns, (int64_t)rows);
}

static cublasStatus_t describe(ax_cuda_gemm *m, const ax_device *dev, const ax_k_conv *g, ax_cuda_direction d,
                               bool bf16)
{
    const size_t pixels = (size_t)g->n * (size_t)g->h * (size_t)g->w, in = (size_t)g->ci, out = (size_t)g->co;
    const int32_t transposed = CUBLAS_OP_T;
    const uint32_t epilogue = CUBLASLT_EPILOGUE_BIAS;
    cublasStatus_t s = cublasLtMatmulDescCreate(
        &m->product, dev->tf32 && !bf16 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F, CUDA_R_32F);
    if (s == CUBLAS_STATUS_SUCCESS && d != AX_CUDA_DATA)
        s = cublasLtMatmulDescSetAttribute(
            m->product, d == AX_CUDA_FORWARD ? CUBLASLT_MATMUL_DESC_TRANSA : CUBLASLT_MATMUL_DESC_TRANSB, &transposed,
            sizeof transposed);
    if (s == CUBLAS_STATUS_SUCCESS && m->bias)
        s = cublasLtMatmulDescSetAttribute(m->product, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue);
    if (s == CUBLAS_STATUS_SUCCESS)
        s = lay_out(&m->a, bf16, in, d == AX_CUDA_FILTER ? pixels : out);
    if (s == CUBLAS_STATUS_SUCCESS)
        s = lay_out(&m->b, bf16, d == AX_CUDA_FORWARD ? in : out, pixels);
    if (s == CUBLAS_STATUS_SUCCESS)
        s = lay_out(&m->d, bf16 && d != AX_CUDA_FILTER, d == AX_CUDA_FORWARD ? out : in,
                    d == AX_CUDA_FILTER ? out : pixels);
    return s;
}

enum { MOST = 3 }; /* number of algorithms requested */

/* Algorithms within the scratch limit, best first by the library's estimate. */
static cublasStatus_t ask(const ax_cuda_gemm *m, const ax_device *dev, cublasLtMatmulHeuristicResult_t *out, int *n)
{
    static const cublasLtMatmulPreferenceAttributes_t alignment[] = { CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES,
                                                                      CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
                                                                      CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
                                                                      CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES };
    const uint32_t bytes = 64; /* alignment of every view */
    const uint64_t limit = dev->workspace;
    cublasLtMatmulPreference_t p = NULL;
    cublasStatus_t s = cublasLtMatmulPreferenceCreate(&p);
    if (s == CUBLAS_STATUS_SUCCESS)
        s = cublasLtMatmulPreferenceSetAttribute(p, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &limit, sizeof limit);
    for (size_t i = 0; i < sizeof alignment / sizeof *alignment && s == CUBLAS_STATUS_SUCCESS; i++)
        s = cublasLtMatmulPreferenceSetAttribute(p, alignment[i], &bytes, sizeof bytes);
    if (s == CUBLAS_STATUS_SUCCESS)
        s = cublasLtMatmulAlgoGetHeuristic(dev->blas, m->product, m->a, m->b, m->d, m->d, p, MOST, out, n);
    if (p)
        (void)cublasLtMatmulPreferenceDestroy(p);
    if (s == CUBLAS_STATUS_NOT_SUPPORTED)
        *n = 0;
    return s == CUBLAS_STATUS_NOT_SUPPORTED ? CUBLAS_STATUS_SUCCESS : s;
}

/* The product without its algorithm; NULL: err says why. */
static ax_cuda_gemm *product_of(const ax_device *dev, const ax_cuda_conv *p, const ax_cuda_choice *c, ax_err *err)
{
    ax_cuda_gemm *m = calloc(1, sizeof *m);
    if (!m) {
        ax_fail(err, AX_ENOMEM, "cuda:%d: no memory to prepare a convolution", dev->index);
        return NULL;
    }
    m->bias = c->bias && !c->bf16;
    cublasStatus_t s = describe(m, dev, &p->g, c->direction, c->bf16);
    if (s == CUBLAS_STATUS_SUCCESS)
        return m;
    ax_cuda_gemm_free(m);
    failed(dev, p, s, "choosing the matrix product", err);
    return NULL;
}

ax_code ax_cuda_gemm_offers(ax_device *dev, const ax_cuda_conv *p, const ax_cuda_choice *want,
                            ax_cuda_choice list[static AX_CUDA_OFFERS], int *n, ax_err *err)
{
    cublasLtMatmulHeuristicResult_t found[MOST] = { { .state = CUBLAS_STATUS_NOT_SUPPORTED } };
    int count = 0;
    ax_cuda_gemm *m = product_of(dev, p, want, err);
    if (!m)
        return err->code;
    cublasStatus_t s = ask(m, dev, found, &count);
    ax_cuda_gemm_free(m);
    if (s != CUBLAS_STATUS_SUCCESS)
        return failed(dev, p, s, "choosing the matrix product", err);
    for (int i = 0; i < count && *n < AX_CUDA_OFFERS; i++)
        if (found[i].state == CUBLAS_STATUS_SUCCESS && found[i].workspaceSize <= dev->workspace) {
            list[*n] = *want;
            list[*n].library = AX_CUDA_BLAS;
            list[*n].blas = found[i].algo;
            list[(*n)++].work = found[i].workspaceSize;
        }
    return AX_OK;
}

ax_code ax_cuda_gemm_take(ax_device *dev, ax_cuda_conv *p, const ax_cuda_choice *c, ax_err *err)
{
    ax_cuda_gemm *m = product_of(dev, p, c, err);
    if (!m)
        return err->code;
    m->algorithm = c->blas;
    m->work = (size_t)c->work;
    p->gemm[c->direction] = m;
    return AX_OK;
}

ax_code ax_cuda_gemm_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                         const void *other, const float *bias, void *out, void *work, ax_err *err)
{
    const ax_cuda_gemm *m = p->gemm[d];
    const float one = 1, zero = 0;
    cublasStatus_t s = CUBLAS_STATUS_SUCCESS;
    if (m->bias)
        s = cublasLtMatmulDescSetAttribute(m->product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias);
    if (s == CUBLAS_STATUS_SUCCESS)
        s = cublasLtMatmul(dev->blas, m->product, &one, first, m->a, other, m->b, &zero, out, m->d, out, m->d,
                           &m->algorithm, work, m->work, dev->stream);
    return s == CUBLAS_STATUS_SUCCESS ? AX_OK : failed(dev, p, s, "cublasLtMatmul", err);
}
