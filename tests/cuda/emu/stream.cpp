/* Streams and events of the runtime API. */
#include "stream.h"

using namespace emu;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *out, unsigned flags)
{
    EMU_ENTER(cuda, cudaError_t);
    if (!out || flags > cudaStreamNonBlocking)
        return remember(cudaErrorInvalidValue);
    auto *s = new stream;
    s->blocking = flags != cudaStreamNonBlocking;
    s->home = current();
    add_stream(s);
    born(s, kind::stream);
    *out = reinterpret_cast<cudaStream_t>(s);
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t handle)
{
    EMU_RELEASE(cuda);
    stream *s = stream_of(handle, __func__);
    if (s->legacy)
        return remember(cudaErrorInvalidResourceHandle);
    if (s->capture)
        violation("cudaStreamDestroy: the stream is being captured");
    died(s, kind::stream, __func__); /* its queued work is still done at some time: it stays in the set */
    return static_cast<cudaError_t>(injected);
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle)
{
    EMU_ENTER(cuda, cudaError_t);
    return remember(drain(stream_of(handle, __func__)));
}

cudaError_t cudaStreamQuery(cudaStream_t handle)
{
    EMU_ENTER(cuda, cudaError_t);
    stream *s = stream_of(handle, __func__);
    if (s->done == s->submitted)
        return remember(context_of(s->home));
    run_one(s); /* so that a polling loop ends */
    cudaError_t e = context_of(s->home);
    return e != cudaSuccess ? remember(e) : cudaErrorNotReady;
}

cudaError_t cudaDeviceSynchronize()
{
    EMU_ENTER(cuda, cudaError_t);
    cudaError_t e = forbidden_in_capture(__func__);
    return remember(e != cudaSuccess ? e : drain_all());
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *out, unsigned flags)
{
    EMU_ENTER(cuda, cudaError_t);
    if (!out || flags > 7)
        return remember(cudaErrorInvalidValue);
    *out = new CUevent_st { nullptr, 0, false, nullptr };
    if (!(flags & cudaEventDisableTiming))
        (*out)->at = std::make_shared<double>(0);
    born(*out, kind::event);
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t e)
{
    return destroyed<cudaError_t>(__func__, lib::cuda, e, kind::event);
}

cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t handle)
{
    EMU_ENTER(cuda, cudaError_t);
    alive(e, kind::event, __func__);
    stream *s = stream_of(handle, __func__);
    stream_at_home(s, __func__);
    at_home(e, kind::event, __func__);
    if (s->capture)
        violation("cudaEventRecord: events inside of a capture are not emulated");
    order_legacy(s);
    if (e->at) {
        auto at = e->at = std::make_shared<double>(0); /* the work may run after the event is destroyed */
        push(s, { "event", {}, [s, at] { *at = s->clock; }, 0 });
    }
    e->on = s;
    e->until = s->submitted;
    e->recorded = true;
    return cudaSuccess;
}

cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t from, cudaEvent_t to)
{
    EMU_ENTER(cuda, cudaError_t);
    alive(from, kind::event, __func__);
    alive(to, kind::event, __func__);
    if (!ms)
        return remember(cudaErrorInvalidValue);
    if (!from->at || !to->at || !from->recorded || !to->recorded)
        return remember(cudaErrorInvalidResourceHandle);
    for (cudaEvent_t e : { from, to })
        if (e->on->done < e->until)
            return remember(cudaErrorNotReady);
    *ms = static_cast<float>((*to->at - *from->at) / 1000);
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t e)
{
    EMU_ENTER(cuda, cudaError_t);
    alive(e, kind::event, __func__);
    if (cudaError_t why = forbidden_in_capture(__func__))
        return remember(why);
    if (e->recorded)
        run_until(e->on, e->until);
    return remember(e->recorded ? context_of(e->on->home) : context());
}

cudaError_t cudaEventQuery(cudaEvent_t e)
{
    EMU_ENTER(cuda, cudaError_t);
    alive(e, kind::event, __func__);
    if (cudaError_t why = forbidden_in_capture(__func__))
        return remember(why);
    if (!e->recorded || e->on->done >= e->until)
        return remember(context());
    run_one(e->on);
    return context() != cudaSuccess ? remember(context()) : cudaErrorNotReady;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t e, unsigned flags)
{
    EMU_ENTER(cuda, cudaError_t);
    alive(e, kind::event, __func__);
    stream *s = stream_of(handle, __func__);
    if (flags)
        return remember(cudaErrorInvalidValue);
    if (s->capture)
        violation("cudaStreamWaitEvent: events inside of a capture are not emulated");
    if (e->recorded)
        push(s, wait_for(e->on, e->until));
    return cudaSuccess;
}
