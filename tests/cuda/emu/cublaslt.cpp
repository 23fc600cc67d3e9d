/* cuBLASLt's matrix product: column-major floats or bfloat16, D = alpha op(A) op(B) + beta C, a bias per row of D. */
#include "cublaslt.h"

#include <algorithm>
#include <cstring>

using namespace emu;

namespace
{
uint64_t op_rows(const layout &l, int32_t trans)
{
    return trans == CUBLAS_OP_N ? l.rows : l.cols;
}

uint64_t op_cols(const layout &l, int32_t trans)
{
    return trans == CUBLAS_OP_N ? l.cols : l.rows;
}

cublasStatus_t shapes(const char *call, cublasLtMatmulDesc_t d, cublasLtMatrixLayout_t al, cublasLtMatrixLayout_t bl,
                      cublasLtMatrixLayout_t cl, cublasLtMatrixLayout_t dl, algorithm *out)
{
    alive(d, kind::matmul, call);
    for (cublasLtMatrixLayout_t l : { al, bl, cl, dl })
        alive(l, kind::layout, call);
    const auto &op = in<matmul>(d);
    const auto &a = in<layout>(al), &b = in<layout>(bl), &c = in<layout>(cl), &o = in<layout>(dl);
    uint64_t m = op_rows(a, op.trans_a), k = op_cols(a, op.trans_a), n = op_cols(b, op.trans_b);
    if (op_rows(b, op.trans_b) != k || c.rows != m || c.cols != n || o.rows != m || o.cols != n || c.ld != o.ld) {
        refuse(call, "op(A) %lux%lu, op(B) %lux%lu, C %lux%lu, D %lux%lu", m, k, op_rows(b, op.trans_b), n, c.rows,
               c.cols, o.rows, o.cols);
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    /* a bfloat16 product may write D in either type */
    bool floats = a.type == CUDA_R_32F && b.type == CUDA_R_32F && o.type == CUDA_R_32F;
    bool halves = a.type == CUDA_R_16BF && b.type == CUDA_R_16BF && op.compute == CUBLAS_COMPUTE_32F &&
                  (o.type == CUDA_R_32F || o.type == CUDA_R_16BF);
    if ((!floats && !halves) || c.type != o.type) {
        refuse(call, "only float is emulated, and bfloat16 that is summed in float");
        return CUBLAS_STATUS_NOT_SUPPORTED;
    }
    if (halves && op.epilogue != CUBLASLT_EPILOGUE_DEFAULT) {
        refuse(call, "a bias of bfloat16 is not emulated");
        return CUBLAS_STATUS_NOT_SUPPORTED;
    }
    if (op.epilogue != CUBLASLT_EPILOGUE_DEFAULT && op.epilogue != CUBLASLT_EPILOGUE_BIAS) {
        refuse(call, "epilogue %u is not emulated", op.epilogue);
        return CUBLAS_STATUS_NOT_SUPPORTED;
    }
    out->m = static_cast<uint32_t>(m);
    out->n = static_cast<uint32_t>(n);
    out->k = static_cast<uint32_t>(k);
    out->compute = op.compute;
    out->types = static_cast<uint64_t>(a.type) << 8 | static_cast<uint64_t>(o.type);
    return CUBLAS_STATUS_SUCCESS;
}

bool is_bf16(const layout &l)
{
    return l.type == CUDA_R_16BF;
}

/* op(M), column-major, as rows of doubles, rounded to TF32 if asked for */
std::vector<double> rows_of(const void *p, const layout &l, int32_t trans, bool tf32)
{
    uint64_t rows = op_rows(l, trans), cols = op_cols(l, trans);
    std::vector<double> out(rows * cols);
    for (uint64_t j = 0; j < l.cols; j++)
        for (uint64_t i = 0; i < l.rows; i++) {
            float v = number_at(p, j * static_cast<uint64_t>(l.ld) + i, is_bf16(l));
            (trans == CUBLAS_OP_N ? out[i * cols + j] : out[j * cols + i]) = tf32 ? to_tf32(v) : v;
        }
    return out;
}

/* Of a matrix whose columns are contiguous. */
bool zeros(const void *p, const layout &l)
{
    return l.ld == static_cast<int64_t>(l.rows) && all_zero(p, l.rows * l.cols, is_bf16(l));
}

struct product {
    matmul op;
    layout la, lb, ld;
    const void *a, *b, *c;
    void *d;
    float alpha, beta;

    void operator()() const
    {
        bool tf32 = op.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
        uint64_t m = ld.rows, n = ld.cols, k = op_cols(la, op.trans_a);
        std::vector<double> row(n), left, right;
        if (zeros(a, la) && zeros(b, lb)) {
            k = 0;
        } else {
            left = rows_of(a, la, op.trans_a, tf32);
            right = rows_of(b, lb, op.trans_b, tf32);
        }
        auto *bias = static_cast<const float *>(op.bias);
        for (uint64_t i = 0; i < m; i++) {
            std::fill(row.begin(), row.end(), 0);
            for (uint64_t l = 0; l < k; l++) {
                double v = left[i * k + l];
                const double *from = &right[l * n];
                for (uint64_t j = 0; j < n; j++)
                    row[j] += v * from[j];
            }
            for (uint64_t j = 0; j < n; j++) {
                uint64_t at = j * static_cast<uint64_t>(ld.ld) + i;
                double before = beta != 0 ? static_cast<double>(beta) * number_at(c, at, is_bf16(ld)) : 0;
                set_number(d, at, is_bf16(ld),
                           static_cast<float>(alpha * row[j] + before +
                                              (op.epilogue == CUBLASLT_EPILOGUE_BIAS ? bias[i] : 0)));
            }
        }
    }
};

size_t bytes(const layout &l)
{
    return ((l.cols - 1) * static_cast<uint64_t>(l.ld) + l.rows) * number_bytes(is_bf16(l));
}

/* Adds the columns of a matrix as ranges: with a leading dimension above the number of rows, the memory between columns
   belongs to others. */
void add_ranges(std::vector<range> &uses, const void *p, const layout &l, bool write)
{
    if (l.ld == static_cast<int64_t>(l.rows)) {
        uses.push_back({ p, bytes(l), write });
        return;
    }
    size_t each = number_bytes(is_bf16(l));
    for (uint64_t j = 0; j < l.cols; j++)
        uses.push_back(
            { static_cast<const char *>(p) + j * static_cast<uint64_t>(l.ld) * each, l.rows * each, write });
}
} // namespace

/* Offers one algorithm that needs workspace, if any is allowed, and one that needs none; with AUXCELL_EMU_ALGO=2
   nothing. Both take AUXCELL_EMU_BLAS_TIME microseconds. */
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t d, cublasLtMatrixLayout_t a,
                                              cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c,
                                              cublasLtMatrixLayout_t o, cublasLtMatmulPreference_t p, int wanted,
                                              cublasLtMatmulHeuristicResult_t results[], int *count)
{
    EMU_ENTER(cublas, cublasStatus_t);
    at_home(handle, kind::blas, __func__);
    alive(p, kind::pref, __func__);
    if (wanted < 1 || !results || !count)
        return CUBLAS_STATUS_INVALID_VALUE;
    *count = 0;
    algorithm found = {};
    if (cublasStatus_t bad = shapes(__func__, d, a, b, c, o, &found))
        return bad;
    if (option("ALGO", 0) == 2)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    const auto &pref = in<preference>(p);
    found.magic = magic;
    memcpy(found.align, pref.align, sizeof found.align);
    for (uint64_t need : { static_cast<uint64_t>(4096), static_cast<uint64_t>(0) }) {
        if (need > pref.workspace || *count == wanted)
            continue;
        cublasLtMatmulHeuristicResult_t &r = results[(*count)++];
        r = {};
        found.workspace = need;
        memcpy(&r.algo, &found, sizeof found);
        r.workspaceSize = need;
        r.state = CUBLAS_STATUS_SUCCESS;
        r.wavesCount = 1;
    }
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc, const void *alpha, const void *a,
                              cublasLtMatrixLayout_t al, const void *b, cublasLtMatrixLayout_t bl, const void *beta,
                              const void *c, cublasLtMatrixLayout_t cl, void *d, cublasLtMatrixLayout_t dl,
                              const cublasLtMatmulAlgo_t *algo, void *work, size_t work_size, cudaStream_t on)
{
    EMU_ENTER(cublas, cublasStatus_t);
    at_home(handle, kind::blas, __func__);
    algorithm now = {}, given = {};
    if (cublasStatus_t bad = shapes(__func__, desc, al, bl, cl, dl, &now))
        return bad;
    if (!alpha || !beta || !a || !b || !d) {
        refuse(__func__, "a NULL pointer");
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    if (is_device(alpha) || is_device(beta))
        violation("%s: alpha and beta are host pointers in this pointer mode", __func__);
    if (option("REFUSE", 0) > 2) {
        refuse(__func__, "the algorithm was offered and does not run");
        return CUBLAS_STATUS_NOT_SUPPORTED;
    }
    if (!algo)
        violation("%s: without an algorithm it searches for one at every call", __func__);
    memcpy(&given, algo, sizeof given);
    if (given.magic != magic || given.m != now.m || given.n != now.n || given.k != now.k ||
        given.compute != now.compute || given.types != now.types) {
        refuse(__func__, "the algorithm was chosen for another problem");
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    if (work_size < given.workspace || (given.workspace && !work)) {
        refuse(__func__, "the algorithm needs %lu bytes of workspace, not %zu", given.workspace, work_size);
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    const void *pointers[4] = { a, b, c, d };
    for (int i = 0; i < 4; i++)
        if (reinterpret_cast<uintptr_t>(pointers[i]) % given.align[i])
            violation("%s: matrix %c at %p: the heuristic was told that it is aligned to %u bytes", __func__, "ABCD"[i],
                      pointers[i], given.align[i]);
    product p = { in<matmul>(desc),
                  in<layout>(al),
                  in<layout>(bl),
                  in<layout>(dl),
                  a,
                  b,
                  c,
                  d,
                  0,
                  0 };
    memcpy(&p.alpha, alpha, sizeof p.alpha);
    memcpy(&p.beta, beta, sizeof p.beta);
    device_range(a, bytes(p.la), __func__, "A");
    device_range(b, bytes(p.lb), __func__, "B");
    device_range(d, bytes(p.ld), __func__, "D");
    std::vector<range> uses;
    add_ranges(uses, a, p.la, false);
    add_ranges(uses, b, p.lb, false);
    if (p.op.epilogue == CUBLASLT_EPILOGUE_BIAS) {
        device_range(p.op.bias, now.m * sizeof(float), __func__, "bias");
        uses.push_back({ p.op.bias, now.m * sizeof(float), false });
    }
    if (given.workspace) {
        device_range(work, given.workspace, __func__, "workspace");
        if (reinterpret_cast<uintptr_t>(work) % 16)
            violation("%s: the workspace at %p is not aligned to 16 bytes", __func__, work);
    }
    for (const range &r : uses)
        if (overlap(r.at, r.n, work, given.workspace) || overlap(r.at, r.n, d, bytes(p.ld)))
            violation("%s: D or the workspace overlaps another argument", __func__);
    if (p.beta != 0) {
        if (c != d)
            violation("%s: C apart from D is not emulated", __func__);
        add_ranges(uses, d, p.ld, false);
    }
    add_ranges(uses, d, p.ld, true);
    size_t need = given.workspace;
    cudaError_t e = enqueue(stream_of(on, __func__), { "cublasLtMatmul", uses, [=] {
                                                          if (need) {
                                                              device_range(work, need, "cublasLtMatmul", "workspace");
                                                              memset(work, 0xff, need);
                                                          }
                                                          p();
                                                      },
                                                       static_cast<double>(option("BLAS_TIME", 1)) });
    return e == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}
