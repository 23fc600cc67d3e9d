/* misuse CASE: one right use, or one mistake that the emulation must find, by name; without CASE the names. Linked to
   the real libraries, run with the emulated ones first in LD_LIBRARY_PATH. Prints "ok" at the end of a right use. */
#include "tests/cuda/sample/sample.h"

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>
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

namespace
{
cudaStream_t stream;
const float one = 1, zero = 0;

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

/* device memory with 0, 1, 2 ... */
float *counting(size_t n, size_t offset = 0)
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

/* ---- right uses ---- */

void right_kernels()
{
    float *x = counting(256), *y = device(256);
    RT(launch(ax_k_scale, x, y, 200, dim3(4), dim3(64)));
    RT(launch(ax_k_scale, x + 200, y + 200, 56, dim3(1), dim3(64)));
    std::vector<float> v = values(y, 256);
    for (int i = 0; i < 256; i++)
        CHECK(v[i] == 2 * i);
    RT(launch(ax_k_sum, x, y, 256, dim3(4), dim3(64)));
    v = values(y, 4);
    CHECK(v[0] == 2016 && v[3] == 14304);
    RT(launch(ax_k_norace, x, y, 64, dim3(1), dim3(64)));
    v = values(y, 64);
    CHECK(v[0] == 63 && v[63] == 0);
    RT(launch(ax_k_vector, x, y, 256, dim3(1), dim3(64)));
    v = values(y, 256);
    CHECK(v[0] == 3 && v[1] == 2 && v[2] == 1 && v[3] == 0 && v[255] == 252);
    RT(launch(ax_k_grid, nullptr, y, 0, dim3(2, 3, 4), dim3(8)));
    v = values(y, 192);
    CHECK(v[0] == 0 && v[191] == 1 + 20 + 300 + 7000 && v[8 * 9 + 2] == 1 + 10 + 100 + 2000);
    RT(cudaFree(x));
    RT(cudaFree(y));
}

void right_copies()
{
    float *x = pinned(8), *y = pinned(8), *d = device(8);
    for (int i = 0; i < 8; i++)
        x[i] = static_cast<float>(i);
    RT(cudaMemcpyAsync(d, x, 32, cudaMemcpyHostToDevice, stream));
    RT(cudaMemcpyAsync(y, d, 32, cudaMemcpyDeviceToHost, stream));
    CHECK(std::isnan(y[3])); /* nobody waited */
    cudaEvent_t e;
    RT(cudaEventCreateWithFlags(&e, cudaEventDisableTiming));
    RT(cudaEventRecord(e, stream));
    RT(cudaEventSynchronize(e));
    CHECK(y[3] == 3);
    RT(cudaMemsetAsync(d, 0, 16, stream));
    std::vector<float> v = values(d, 8); /* pageable: waits */
    CHECK(v[3] == 0 && v[4] == 4);
    /* another stream that waits for the event sees what came before it */
    cudaStream_t other;
    RT(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
    RT(cudaMemsetAsync(d, 0xff, 16, stream));
    RT(cudaEventRecord(e, stream));
    RT(cudaStreamWaitEvent(other, e, 0));
    RT(cudaMemcpyAsync(y, d, 32, cudaMemcpyDeviceToHost, other));
    RT(cudaStreamSynchronize(other));
    CHECK(std::isnan(y[0]) && y[4] == 4);
    RT(cudaStreamDestroy(other));
    RT(cudaEventDestroy(e));
    RT(cudaFreeHost(x));
    RT(cudaFreeHost(y));
    RT(cudaFree(d));
}

void right_graph()
{
    float *x = counting(64), *y = device(64);
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    RT(cudaStreamSynchronize(stream));
    RT(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
    RT(launch(ax_k_scale, x, y, 64, dim3(1), dim3(64)));
    RT(cudaMemcpyAsync(x, y, 256, cudaMemcpyDeviceToDevice, stream));
    RT(cudaStreamEndCapture(stream, &graph));
    RT(cudaGraphInstantiate(&exec, graph, 0));
    RT(cudaGraphDestroy(graph));
    CHECK(values(x, 64)[5] == 5); /* captured, not run */
    RT(cudaGraphLaunch(exec, stream));
    RT(cudaGraphLaunch(exec, stream));
    CHECK(values(x, 64)[5] == 20);
    RT(cudaGraphExecDestroy(exec));
    RT(cudaFree(x));
    RT(cudaFree(y));
}

/* One convolution's descriptors, n 1, c 2 -> 3, 5x5, filter 3x3, pad 1 */
struct dnn {
    cudnnHandle_t handle;
    cudnnTensorDescriptor_t x, y;
    cudnnFilterDescriptor_t w;
    cudnnConvolutionDescriptor_t d;
    float *px, *pw, *py;

    dnn()
    {
        DNN(cudnnCreate(&handle));
        DNN(cudnnSetStream(handle, stream));
        DNN(cudnnCreateTensorDescriptor(&x));
        DNN(cudnnCreateTensorDescriptor(&y));
        DNN(cudnnCreateFilterDescriptor(&w));
        DNN(cudnnCreateConvolutionDescriptor(&d));
        DNN(cudnnSetTensor4dDescriptor(x, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 1, 2, 5, 5));
        DNN(cudnnSetTensor4dDescriptor(y, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 1, 3, 5, 5));
        DNN(cudnnSetFilter4dDescriptor(w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NHWC, 3, 2, 3, 3));
        DNN(cudnnSetConvolution2dDescriptor(d, 1, 1, 1, 1, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
        DNN(cudnnSetConvolutionMathType(d, CUDNN_FMA_MATH));
        px = counting(50);
        pw = counting(54);
        py = device(75);
    }
    void release()
    {
        DNN(cudnnDestroyTensorDescriptor(x));
        DNN(cudnnDestroyTensorDescriptor(y));
        DNN(cudnnDestroyFilterDescriptor(w));
        DNN(cudnnDestroyConvolutionDescriptor(d));
        DNN(cudnnDestroy(handle));
        RT(cudaFree(px));
        RT(cudaFree(pw));
        RT(cudaFree(py));
    }
    cudnnStatus_t forward(void *work = nullptr, size_t size = 0,
                          cudnnConvolutionFwdAlgo_t algo = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM)
    {
        return cudnnConvolutionForward(handle, &one, x, px, w, pw, d, algo, work, size, &zero, y, py);
    }
};

float at(const std::vector<float> &v, int y, int x, int c)
{
    return y < 0 || y > 4 || x < 0 || x > 4 ? 0 : v[static_cast<size_t>((y * 5 + x) * 2 + c)];
}

void right_cudnn()
{
    dnn c;
    int count;
    cudnnConvolutionFwdAlgoPerf_t f[8];
    DNN(cudnnGetConvolutionForwardAlgorithm_v7(c.handle, c.x, c.w, c.d, c.y, 8, &count, f));
    CHECK(count == 3 && f[0].memory > 0 && f[2].memory == 0 && f[0].mathType == CUDNN_FMA_MATH);
    std::vector<float> x = values(c.px, 50), w = values(c.pw, 54), first;
    for (int i = 0; i < count; i++) {
        float *work = f[i].memory ? device(f[i].memory / sizeof(float)) : nullptr;
        DNN(c.forward(work, f[i].memory, f[i].algo));
        std::vector<float> y = values(c.py, 75);
        for (int oy = 0; oy < 5; oy++)
            for (int ox = 0; ox < 5; ox++)
                for (int k = 0; k < 3; k++) {
                    float sum = 0;
                    for (int r = 0; r < 3; r++)
                        for (int s = 0; s < 3; s++)
                            for (int ch = 0; ch < 2; ch++)
                                sum += at(x, oy + r - 1, ox + s - 1, ch) *
                                       w[static_cast<size_t>(((k * 3 + r) * 3 + s) * 2 + ch)];
                    CHECK(y[static_cast<size_t>((oy * 5 + ox) * 3 + k)] == sum);
                }
        RT(cudaFree(work));
    }
    /* <dy, conv(x, w)> is linear in x and in w: both gradients give it back */
    float *dy = counting(75), *dx = device(50), *dw = device(54);
    cudnnConvolutionBwdDataAlgoPerf_t bd[8];
    cudnnConvolutionBwdFilterAlgoPerf_t bf[8];
    DNN(cudnnGetConvolutionBackwardDataAlgorithm_v7(c.handle, c.w, c.y, c.d, c.x, 8, &count, bd));
    CHECK(bd[0].determinism == CUDNN_NON_DETERMINISTIC && bd[1].determinism == CUDNN_DETERMINISTIC);
    DNN(cudnnGetConvolutionBackwardFilterAlgorithm_v7(c.handle, c.x, c.y, c.d, c.w, 8, &count, bf));
    float *work = device((bd[1].memory + bf[2].memory) / sizeof(float));
    DNN(cudnnConvolutionBackwardData(c.handle, &one, c.w, c.pw, c.y, dy, c.d, bd[1].algo, work, bd[1].memory, &zero,
                                     c.x, dx));
    DNN(cudnnConvolutionBackwardFilter(c.handle, &one, c.x, c.px, c.y, dy, c.d, bf[2].algo, work, bf[2].memory, &zero,
                                       c.w, dw));
    std::vector<float> y = values(c.py, 75), gx = values(dx, 50), gw = values(dw, 54);
    double whole = 0, by_x = 0, by_w = 0;
    for (size_t i = 0; i < 75; i++)
        whole += static_cast<double>(y[i]) * static_cast<double>(i);
    for (size_t i = 0; i < 50; i++)
        by_x += static_cast<double>(gx[i]) * x[i];
    for (size_t i = 0; i < 54; i++)
        by_w += static_cast<double>(gw[i]) * w[i];
    CHECK(std::fabs(by_x - whole) < 1e-6 * whole && std::fabs(by_w - whole) < 1e-6 * whole);
    RT(cudaFree(dy));
    RT(cudaFree(dx));
    RT(cudaFree(dw));
    RT(cudaFree(work));
    c.release();
}

/* D (4x3) = A (4x5) B (5x3) + bias, column-major */
struct blas {
    cublasLtHandle_t handle;
    cublasLtMatmulDesc_t op;
    cublasLtMatrixLayout_t a, b, d;
    cublasLtMatmulPreference_t pref;
    float *pa, *pb, *pd, *bias;
    cublasLtMatmulHeuristicResult_t found;

    explicit blas(uint32_t align = 16, cublasComputeType_t compute = CUBLAS_COMPUTE_32F)
    {
        LT(cublasLtCreate(&handle));
        LT(cublasLtMatmulDescCreate(&op, compute, CUDA_R_32F));
        LT(cublasLtMatrixLayoutCreate(&a, CUDA_R_32F, 4, 5, 4));
        LT(cublasLtMatrixLayoutCreate(&b, CUDA_R_32F, 5, 3, 5));
        LT(cublasLtMatrixLayoutCreate(&d, CUDA_R_32F, 4, 3, 4));
        LT(cublasLtMatmulPreferenceCreate(&pref));
        if (align)
            for (int i = CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES; i <= CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES;
                 i++)
                LT(cublasLtMatmulPreferenceSetAttribute(pref, static_cast<cublasLtMatmulPreferenceAttributes_t>(i),
                                                        &align, sizeof align));
        bias = counting(4);
        uint32_t epilogue = CUBLASLT_EPILOGUE_BIAS;
        LT(cublasLtMatmulDescSetAttribute(op, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue));
        LT(cublasLtMatmulDescSetAttribute(op, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias));
        int count;
        LT(cublasLtMatmulAlgoGetHeuristic(handle, op, a, b, d, d, pref, 1, &found, &count));
        CHECK(count == 1 && found.workspaceSize == 0);
        pa = counting(20);
        pb = counting(15);
        pd = device(12);
    }
    cublasStatus_t multiply()
    {
        return cublasLtMatmul(handle, op, &one, pa, a, pb, b, &zero, pd, d, pd, d, &found.algo, nullptr, 0, stream);
    }
    void release()
    {
        LT(cublasLtMatmulDescDestroy(op));
        LT(cublasLtMatrixLayoutDestroy(a));
        LT(cublasLtMatrixLayoutDestroy(b));
        LT(cublasLtMatrixLayoutDestroy(d));
        LT(cublasLtMatmulPreferenceDestroy(pref));
        LT(cublasLtDestroy(handle));
        RT(cudaFree(pa));
        RT(cudaFree(pb));
        RT(cudaFree(pd));
        RT(cudaFree(bias));
    }
};

void right_blas()
{
    blas m;
    LT(m.multiply());
    std::vector<float> d = values(m.pd, 12);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 3; j++) {
            float sum = static_cast<float>(i);
            for (int k = 0; k < 5; k++)
                sum += static_cast<float>((k * 4 + i) * (j * 5 + k));
            CHECK(d[static_cast<size_t>(j * 4 + i)] == sum);
        }
    m.release();
}

/* TF32 keeps 10 bits of mantissa: 4097 * 4097 becomes 4096 * 4096 */
void right_tf32()
{
    dnn c;
    std::vector<float> big(54, 0.0F);
    for (float &v : big)
        v = 4097;
    RT(cudaMemcpyAsync(c.px, big.data(), 200, cudaMemcpyHostToDevice, stream));
    RT(cudaMemcpyAsync(c.pw, big.data(), 216, cudaMemcpyHostToDevice, stream));
    float *work = device(64);
    DNN(c.forward(work, 256, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM));
    float exact = values(c.py, 75)[0];
    DNN(cudnnSetConvolutionMathType(c.d, CUDNN_DEFAULT_MATH));
    DNN(c.forward(work, 256, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM));
    float rounded = values(c.py, 75)[0];
    CHECK(exact == 8 * 4097.0F * 4097 && rounded == 8 * 4096.0F * 4096);
    RT(cudaFree(work));
    c.release();
    blas m(16, CUBLAS_COMPUTE_32F_FAST_TF32);
    RT(cudaMemcpyAsync(m.pa, big.data(), 80, cudaMemcpyHostToDevice, stream));
    RT(cudaMemcpyAsync(m.pb, big.data(), 60, cudaMemcpyHostToDevice, stream));
    LT(m.multiply());
    CHECK(values(m.pd, 12)[0] == 5 * 4096.0F * 4096);
    m.release();
}

void right_errors()
{
    void *p;
    CHECK(cudaMalloc(&p, static_cast<size_t>(1) << 50) == cudaErrorMemoryAllocation);
    CHECK(cudaGetLastError() == cudaErrorMemoryAllocation && cudaGetLastError() == cudaSuccess);
    CHECK(cudaSetDevice(7) == cudaErrorInvalidDevice);
    dnn c;
    CHECK(c.forward(nullptr, 0, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM) ==
          CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT);
    DNN(cudnnSetTensor4dDescriptor(c.y, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 1, 3, 5, 4));
    CHECK(c.forward() == CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH);
    DNN(cudnnSetTensor4dDescriptor(c.y, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 1, 3, 5, 5));
    CHECK(c.forward() == CUDNN_STATUS_NOT_SUPPORTED_LAYOUT);
    DNN(cudnnSetTensor4dDescriptor(c.y, CUDNN_TENSOR_NHWC, CUDNN_DATA_HALF, 1, 3, 5, 5));
    CHECK(c.forward() == CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE);
    CHECK(cudnnSetTensor4dDescriptor(c.y, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 0, 3, 5, 5) == CUDNN_STATUS_BAD_PARAM);
    c.release();
    blas m;
    LT(cublasLtMatrixLayoutDestroy(m.b));
    LT(cublasLtMatrixLayoutCreate(&m.b, CUDA_R_32F, 6, 3, 6));
    CHECK(m.multiply() == CUBLAS_STATUS_INVALID_VALUE);
    CHECK(cublasLtMatmulDescSetAttribute(m.op, CUBLASLT_MATMUL_DESC_TRANSA, &one, 1) == CUBLAS_STATUS_INVALID_VALUE);
    m.release();
    float *y = device(64), host[64] = {};
    CHECK(launch(ax_k_scale, y, y, 0, dim3(1), dim3(2000)) == cudaErrorInvalidConfiguration);
    CHECK(launch(ax_k_scale, y, y, 0, dim3(1, 70000), dim3(1)) == cudaErrorInvalidConfiguration);
    CHECK(cudaMemcpyAsync(y, y, 4, cudaMemcpyDeviceToHost, stream) == cudaErrorInvalidValue);
    CHECK(cudaMemcpyAsync(host, host, 4, cudaMemcpyHostToDevice, stream) == cudaErrorInvalidValue);
    RT(cudaMemsetAsync(y, 0, 256, stream));
    cudaGraph_t graph;
    RT(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
    CHECK(cudaMemcpyAsync(y, host, 4, cudaMemcpyHostToDevice, stream) == cudaErrorStreamCaptureUnsupported);
    CHECK(cudaStreamSynchronize(stream) == cudaErrorStreamCaptureUnsupported);
    CHECK(cudaStreamEndCapture(stream, &graph) == cudaErrorStreamCaptureInvalidated);
    RT(cudaFree(y));
    int fresh = 1;
    pid_t child = fork(); /* a context doesn't survive a fork */
    if (!child)
        _exit(cudaGetDeviceCount(&fresh) == cudaErrorInitializationError ? 0 : 1);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

/* every call that can fail, once, for AUXCELL_EMU_FAIL: releases what it got, and says which failed */
void faults()
{
    void *p = nullptr;
    cudnnHandle_t handle = nullptr;
    cublasLtHandle_t lt = nullptr;
    const char *failed = cudaMalloc(&p, 64)                   ? "cudaMalloc"
                         : cudnnCreate(&handle)               ? "cudnnCreate"
                         : cublasLtCreate(&lt)                ? "cublasLtCreate"
                         : cudaMemsetAsync(p, 0, 64, nullptr) ? "cudaMemsetAsync"
                         : cudaDeviceSynchronize()            ? "cudaDeviceSynchronize"
                                                              : nullptr;
    if (lt && cublasLtDestroy(lt) && !failed)
        failed = "cublasLtDestroy";
    if (handle && cudnnDestroy(handle) && !failed)
        failed = "cudnnDestroy";
    if (p && cudaFree(p) && !failed)
        failed = "cudaFree";
    if (failed)
        printf("failed %s\n", failed);
}

/* ---- mistakes ---- */

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
void kernel_run(void (*kernel)(const sample_args), int n, dim3 grid, dim3 threads)
{
    float *x = counting(64), *y = device(64);
    RT(launch(kernel, x, y, n, grid, threads));
    cudaStreamSynchronize(stream);
}
void kernel_far()
{
    kernel_run(ax_k_scale, 1 << 20, dim3(1 << 10), dim3(64));
}
void kernel_canary()
{
    float *x = counting(64), *y = device(60);
    RT(launch(ax_k_scale, x, y, 64, dim3(1), dim3(64)));
    cudaStreamSynchronize(stream);
}
void kernel_host_pointer()
{
    static float y[64];
    RT(launch(ax_k_scale, counting(64), y, 64, dim3(1), dim3(64)));
    cudaStreamSynchronize(stream);
}
void kernel_pinned_pointer()
{
    launch(ax_k_scale, counting(64), pinned(64), 64, dim3(1), dim3(64));
}
void kernel_freed()
{
    float *x = counting(64), *y = device(64);
    RT(cudaFree(x));
    launch(ax_k_scale, x, y, 64, dim3(1), dim3(64));
}
void kernel_unwritten()
{
    float *x = device(64), *y = device(64);
    RT(launch(ax_k_scale, x, y, 64, dim3(1), dim3(64)));
    cudaStreamSynchronize(stream);
}
void kernel_misaligned()
{
    float *x = counting(64, 1), *y = device(64);
    RT(launch(ax_k_vector, x, y, 64, dim3(1), dim3(16)));
    cudaStreamSynchronize(stream);
}
void kernel_race()
{
    kernel_run(ax_k_race, 64, dim3(1), dim3(64));
}
void kernel_block_race()
{
    kernel_run(ax_k_blockrace, 64, dim3(4), dim3(64));
}
void kernel_uneven()
{
    kernel_run(ax_k_uneven, 64, dim3(1), dim3(64));
}
void kernel_two_barriers()
{
    kernel_run(ax_k_twobarriers, 64, dim3(1), dim3(64));
}
void kernel_undeclared()
{
    kernel_run(ax_k_undeclared, 64, dim3(1), dim3(64));
}
void kernel_uninitialised()
{
    kernel_run(ax_k_uninit, 64, dim3(1), dim3(64));
}
void kernel_beyond_shared()
{
    kernel_run(ax_k_beyond, 64, dim3(1), dim3(64));
}
void kernel_overflow()
{
    kernel_run(ax_k_overflow, 1000, dim3(1), dim3(64));
}
/* the result of the racing kernel, for two orders of its threads */
void race_value()
{
    float *x = counting(64), *y = device(64);
    RT(launch(ax_k_race, x, y, 64, dim3(1), dim3(64)));
    std::vector<float> v = values(y, 64);
    printf("value %g\n", static_cast<double>(v[40]));
}
void graph_freed()
{
    float *x = counting(64), *y = device(64);
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    RT(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
    RT(cudaMemcpyAsync(y, x, 256, cudaMemcpyDeviceToDevice, stream));
    RT(cudaStreamEndCapture(stream, &graph));
    RT(cudaGraphInstantiate(&exec, graph, 0));
    RT(cudaFree(x));
    RT(cudaGraphLaunch(exec, stream));
    cudaStreamSynchronize(stream);
}
void dnn_destroyed()
{
    dnn c;
    DNN(cudnnDestroyTensorDescriptor(c.x));
    c.forward();
}
void dnn_foreign()
{
    dnn c;
    std::vector<float> host(75);
    c.py = host.data();
    c.forward();
}
void dnn_short()
{
    dnn c;
    c.py = device(74);
    c.forward();
}
void dnn_misaligned()
{
    dnn c;
    c.px = counting(60) + 1;
    c.forward();
}
void dnn_unwritten()
{
    dnn c;
    c.pw = device(54);
    DNN(c.forward());
    cudaStreamSynchronize(stream);
}
void dnn_in_place()
{
    dnn c;
    c.px = counting(128);
    c.py = c.px + 32;
    c.forward();
}
void dnn_work_overlap()
{
    dnn c;
    c.py = device(256);
    c.forward(c.py, 256, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM);
}
void dnn_freed_early()
{
    dnn c;
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    RT(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
    DNN(c.forward());
    RT(cudaStreamEndCapture(stream, &graph));
    RT(cudaGraphInstantiate(&exec, graph, 0));
    RT(cudaFree(c.pw));
    RT(cudaGraphLaunch(exec, stream));
    cudaStreamSynchronize(stream);
}
void blas_alignment()
{
    blas m(0); /* 256 is assumed where nobody says less */
    m.pa = counting(32, 4);
    m.multiply();
}
void blas_overlap()
{
    blas m;
    m.pd = m.pa;
    m.multiply();
}
void blas_bias_freed()
{
    blas m;
    RT(cudaFree(m.bias));
    m.multiply();
}
void blas_destroyed()
{
    blas m;
    LT(cublasLtMatrixLayoutDestroy(m.a));
    m.multiply();
}
void leak()
{
    device(4);
    pinned(4);
    dnn c;
}

#define CASES(X)                                                                                                       \
    X(right_kernels)                                                                                                   \
    X(right_copies) X(right_graph) X(right_cudnn) X(right_blas) X(right_tf32) X(right_errors) X(faults)                \
        X(host_reads_device) X(early_read) X(early_reuse) X(other_stream_early) X(double_free) X(free_inside)          \
            X(free_host) X(copy_beyond) X(copy_freed) X(copy_unwritten) X(copy_overlap) X(pinned_freed_early)          \
                X(stream_destroyed) X(event_destroyed) X(kernel_far) X(kernel_canary) X(kernel_host_pointer)           \
                    X(kernel_pinned_pointer) X(kernel_freed) X(kernel_unwritten) X(kernel_misaligned) X(kernel_race)   \
                        X(kernel_block_race) X(kernel_uneven) X(kernel_two_barriers) X(kernel_undeclared)              \
                            X(kernel_uninitialised) X(kernel_beyond_shared) X(kernel_overflow) X(race_value)           \
                                X(graph_freed) X(dnn_destroyed) X(dnn_foreign) X(dnn_short) X(dnn_misaligned)          \
                                    X(dnn_unwritten) X(dnn_in_place) X(dnn_work_overlap) X(dnn_freed_early)            \
                                        X(blas_alignment) X(blas_overlap) X(blas_bias_freed) X(blas_destroyed) X(leak)
#define ROW(name) { #name, name },
const struct {
    const char *name;
    void (*run)();
} cases[] = { CASES(ROW) };
} // namespace

int main(int argc, char **argv)
{
    for (auto &c : cases) {
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
