/* CUDA graphs: work put on the stream between begin and end is recorded instead of run. */
#include "engine/backend/cuda/device.h"

ax_code ax_cuda_capture_begin(ax_device *dev, ax_err *err)
{
    /* other threads of the process may make calls that are forbidden to this one during capture */
    cudaError_t e = cudaSetDevice(dev->index);
    if (e == cudaSuccess)
        e = cudaStreamBeginCapture(dev->stream, cudaStreamCaptureModeThreadLocal);
    return e == cudaSuccess ? AX_OK : ax_cuda_fail(dev, e, err, "cudaStreamBeginCapture");
}

void *ax_cuda_capture_end(ax_device *dev, ax_err *err)
{
    cudaGraph_t graph = NULL;
    cudaGraphExec_t exec = NULL;
    cudaError_t e = cudaStreamEndCapture(dev->stream, &graph);
    if (e != cudaSuccess) {
        ax_cuda_fail(dev, e, err, "cudaStreamEndCapture");
        return NULL;
    }
    e = cudaGraphInstantiate(&exec, graph, 0);
    if (e != cudaSuccess)
        ax_cuda_fail(dev, e, err, "cudaGraphInstantiate");
    (void)cudaGraphDestroy(graph); /* the executable graph is a copy */
    return e == cudaSuccess ? exec : NULL;
}

ax_code ax_cuda_capture_launch(ax_device *dev, void *recorded, ax_err *err)
{
    cudaError_t e = cudaSetDevice(dev->index);
    if (e == cudaSuccess)
        e = cudaGraphLaunch(recorded, dev->stream);
    return e == cudaSuccess ? AX_OK : ax_cuda_fail(dev, e, err, "cudaGraphLaunch");
}

void ax_cuda_capture_drop(ax_device *dev, void *recorded)
{
    (void)cudaSetDevice(dev->index);
    (void)cudaGraphExecDestroy(recorded); /* a graph that is still running is destroyed when it has ended */
}
