/* Right uses of kernels, copies, graphs and errors, and the calls that AUXCELL_EMU_FAIL makes fail. */
#include "tests/cuda/sample/libraries.h"

#include <cmath>
#include <cstdio>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

namespace
{
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
    CHECK(std::isnan(y[3])); /* the host didn't wait */
    cudaEvent_t e;
    RT(cudaEventCreateWithFlags(&e, cudaEventDisableTiming));
    RT(cudaEventRecord(e, stream));
    RT(cudaEventSynchronize(e));
    CHECK(y[3] == 3);
    RT(cudaMemsetAsync(d, 0, 16, stream));
    std::vector<float> v = values(d, 8); /* pageable memory: the copy waits */
    CHECK(v[3] == 0 && v[4] == 4);
    /* a stream that waits for the event sees the work before it */
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

/* Calls that a capture forbids are refused, and the capture is lost; a relaxed capture allows them. */
void right_capture()
{
    cudaGraph_t graph;
    cudaEvent_t e;
    void *p = nullptr;
    RT(cudaEventCreateWithFlags(&e, cudaEventDisableTiming));
    RT(cudaEventRecord(e, stream));
    float *x = counting(64), *y = device(64);
    RT(cudaStreamSynchronize(stream));
    /* code is loaded at a kernel's first use */
    RT(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    CHECK(launch(ax_k_scale, x, y, 64, dim3(1), dim3(64)) == cudaErrorStreamCaptureUnsupported);
    CHECK(cudaStreamEndCapture(stream, &graph) == cudaErrorStreamCaptureInvalidated && !graph);
    cudaFuncAttributes unread;
    RT(cudaFuncGetAttributes(&unread, reinterpret_cast<const void *>(ax_k_scale)));
    const std::vector<std::function<cudaError_t()>> forbidden = { [] { return cudaStreamSynchronize(stream); },
                                                                  [] { return cudaDeviceSynchronize(); },
                                                                  [e] { return cudaEventSynchronize(e); },
                                                                  [e] { return cudaEventQuery(e); },
                                                                  [&p] { return cudaMalloc(&p, 64); },
                                                                  [&p] { return cudaMallocHost(&p, 64); },
                                                                  [y] { return cudaFree(y); } };
    for (auto &call : forbidden) {
        RT(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
        RT(launch(ax_k_scale, x, y, 64, dim3(1), dim3(64)));
        CHECK(call() == cudaErrorStreamCaptureUnsupported);
        CHECK(launch(ax_k_scale, x, y, 64, dim3(1), dim3(64)) == cudaErrorStreamCaptureInvalidated);
        CHECK(cudaStreamEndCapture(stream, &graph) == cudaErrorStreamCaptureInvalidated && !graph);
        RT(cudaStreamSynchronize(stream));
    }
    RT(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
    RT(cudaMalloc(&p, 64));
    RT(cudaStreamEndCapture(stream, &graph));
    RT(cudaGraphDestroy(graph));
    RT(cudaEventDestroy(e));
    RT(cudaFree(p));
    RT(cudaFree(x));
    RT(cudaFree(y));
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

/* makes every call that can fail once, for AUXCELL_EMU_FAIL; releases what it allocated and prints the call that
   failed */
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
} // namespace

const std::vector<use> right_runtime = { { "right_kernels", right_kernels },
                                         { "right_copies", right_copies },
                                         { "right_graph", right_graph },
                                         { "right_capture", right_capture },
                                         { "right_errors", right_errors },
                                         { "faults", faults } };
