/* Work that a stream records instead of running it, and the graphs made of it. */
#include "stream.h"

using namespace emu;

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode)
{
    EMU_ENTER(cuda, cudaError_t);
    stream *s = stream_of(handle, __func__);
    if (mode > cudaStreamCaptureModeRelaxed)
        return remember(cudaErrorInvalidValue);
    if (s->legacy)
        return remember(cudaErrorStreamCaptureUnsupported);
    if (s->capture)
        return remember(cudaErrorIllegalState);
    s->capture = new CUgraph_st;
    s->relaxed = mode == cudaStreamCaptureModeRelaxed;
    s->spoilt = false;
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t *out)
{
    EMU_RELEASE(cuda); /* after a failed end the stream isn't capturing either */
    stream *s = stream_of(handle, __func__);
    if (!out)
        return remember(cudaErrorInvalidValue);
    *out = nullptr;
    if (!s->capture)
        return remember(cudaErrorIllegalState);
    CUgraph_st *g = s->capture;
    bool spoilt = s->spoilt;
    s->capture = nullptr;
    s->spoilt = false;
    if (injected || spoilt) {
        delete g;
        return injected ? static_cast<cudaError_t>(injected) : remember(cudaErrorStreamCaptureInvalidated);
    }
    born(g, kind::graph);
    *out = g;
    return cudaSuccess;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus *out)
{
    EMU_ENTER(cuda, cudaError_t);
    stream *s = stream_of(handle, __func__);
    *out = !s->capture ? cudaStreamCaptureStatusNone
           : s->spoilt ? cudaStreamCaptureStatusInvalidated
                       : cudaStreamCaptureStatusActive;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *out, cudaGraph_t g, unsigned long long flags)
{
    EMU_ENTER(cuda, cudaError_t);
    alive(g, kind::graph, __func__);
    if (!out || flags)
        return remember(cudaErrorInvalidValue);
    *out = new CUgraphExec_st { g->work };
    born(*out, kind::exec);
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t e, cudaStream_t handle)
{
    EMU_ENTER(cuda, cudaError_t);
    at_home(e, kind::exec, __func__);
    stream *s = stream_of(handle, __func__);
    stream_at_home(s, __func__);
    for (const op &work : e->work)
        enqueue(s, work);
    return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t g)
{
    return destroyed<cudaError_t>(__func__, lib::cuda, g, kind::graph);
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t e)
{
    return destroyed<cudaError_t>(__func__, lib::cuda, e, kind::exec);
}
