/* Streams as queues that nothing empties but a wait: what hardware might not have done yet is never done yet. */
#include "emu.h"

#include <deque>
#include <set>

struct CUevent_st {
    emu::stream *on;
    long until; /* of the stream's work; 0 = recorded before any */
    bool recorded;
};
struct CUgraph_st {
    std::vector<emu::op> work;
};
struct CUgraphExec_st {
    std::vector<emu::op> work;
};

namespace emu
{
struct stream {
    std::deque<op> queue;
    long submitted = 0, done = 0;
    bool blocking = true; /* takes part in the legacy stream's ordering */
    bool legacy = false;
    CUgraph_st *capture = nullptr;
    bool relaxed = false; /* the capture lets other calls be */
    bool spoilt = false; /* something that cannot be captured was called meanwhile */
};

namespace
{
struct state {
    std::set<stream *> streams; /* also destroyed ones with work left; a destroyed one is never reused */
    stream legacy;
    cudaError_t sticky = cudaSuccess;
    long executed = 0;
};

state &get()
{
    static state *s = [] {
        state *made = new state;
        made->legacy.legacy = true;
        made->streams.insert(&made->legacy);
        return made;
    }();
    return *s;
}

thread_local cudaError_t last;

void run_until(stream *s, long position);

void check_uses(const op &work, const char *when)
{
    for (const range &r : work.uses) {
        std::string what = std::string(r.write ? "output" : "input") + when;
        if (is_device(r.at)) {
            device_range(r.at, r.n, work.what, what.c_str());
            if (!r.write)
                need_written(r.at, r.n, work.what, what.c_str());
        } else {
            block *b = find(r.at, r.n);
            if (!b || b->device)
                violation("%s: %s at %p is no longer pinned memory", work.what, what.c_str(), r.at);
        }
    }
}

void run_one(stream *s)
{
    op work = std::move(s->queue.front());
    s->queue.pop_front();
    s->done++;
    state &all = get();
    if (all.sticky == cudaSuccess && ++all.executed == option("FAIL_RUN", 0))
        all.sticky = cudaErrorLaunchFailure;
    if (all.sticky != cudaSuccess) /* a lost context runs nothing more */
        return;
    open_memory();
    check_uses(work, "");
    work.run();
    for (const range &r : work.uses)
        if (r.write)
            note_written(r.at, r.n);
    check_canaries(work.what);
    close_memory();
}

void run_until(stream *s, long position)
{
    if (s->done >= position)
        return;
    open_memory(); /* once for all: protecting it again costs a system call per allocation */
    while (s->done < position)
        run_one(s);
    close_memory();
}

op wait_for(stream *other, long position)
{
    return { "wait", {}, [other, position] { run_until(other, position); } };
}

void push(stream *s, op work)
{
    s->queue.push_back(std::move(work));
    s->submitted++;
}

/* The legacy stream waits for all blocking streams, and they for it. */
void order_legacy(stream *s)
{
    state &all = get();
    if (s->legacy) {
        for (stream *other : all.streams)
            if (!other->legacy && other->blocking && other->done < other->submitted)
                push(s, wait_for(other, other->submitted));
    } else if (s->blocking && all.legacy.done < all.legacy.submitted) {
        push(s, wait_for(&all.legacy, all.legacy.submitted));
    }
}
} // namespace

stream *stream_of(cudaStream_t handle, const char *call)
{
    if (!handle || handle == cudaStreamLegacy)
        return &get().legacy;
    if (handle == cudaStreamPerThread)
        violation("%s: the per-thread default stream is not emulated", call);
    alive(handle, kind::stream, call);
    return reinterpret_cast<stream *>(handle);
}

cudaError_t enqueue(stream *s, op work)
{
    if (s->spoilt)
        return cudaErrorStreamCaptureInvalidated;
    if (s->capture) {
        s->capture->work.push_back(std::move(work));
        return cudaSuccess;
    }
    order_legacy(s);
    push(s, std::move(work));
    return cudaSuccess;
}

bool capturing(const stream *s)
{
    return s->capture;
}

cudaError_t forbidden_in_capture(const char *call)
{
    cudaError_t e = cudaSuccess;
    for (stream *s : get().streams)
        if (s->capture && !s->relaxed) {
            refuse(call, "while a stream is being captured");
            s->spoilt = true;
            e = cudaErrorStreamCaptureUnsupported;
        }
    return e;
}

cudaError_t drain(stream *s)
{
    if (cudaError_t e = forbidden_in_capture("a wait"))
        return e;
    if (s->capture) {
        s->spoilt = true;
        return cudaErrorStreamCaptureUnsupported;
    }
    order_legacy(s);
    run_until(s, s->submitted);
    return get().sticky;
}

cudaError_t drain_all()
{
    for (stream *s : get().streams)
        run_until(s, s->submitted);
    return get().sticky;
}

cudaError_t context()
{
    return get().sticky;
}

void set_context(cudaError_t e)
{
    if (get().sticky == cudaSuccess)
        get().sticky = e;
}

static bool touches(const op &work, const void *p, size_t n, bool only_reads)
{
    auto *from = static_cast<const char *>(p);
    for (const range &r : work.uses) {
        auto *at = static_cast<const char *>(r.at);
        if (!(only_reads && r.write) && at < from + n && from < at + r.n)
            return true;
    }
    return false;
}

bool queued_use(const void *p, size_t n)
{
    for (stream *s : get().streams)
        for (const op &work : s->queue)
            if (touches(work, p, n, false))
                return true;
    return false;
}

void settle_reads(const void *p, size_t n)
{
    for (stream *s : get().streams) {
        long last_reader = 0, position = s->done;
        for (const op &work : s->queue) {
            position++;
            if (touches(work, p, n, true))
                last_reader = position;
        }
        run_until(s, last_reader);
    }
}

cudaError_t remember(cudaError_t e)
{
    if (e != cudaSuccess)
        last = e;
    return e;
}
} // namespace emu

using namespace emu;

/* ---- streams and events of the runtime API ---- */

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *out, unsigned flags)
{
    EMU_ENTER(cuda, cudaError_t);
    if (!out || flags > cudaStreamNonBlocking)
        return remember(cudaErrorInvalidValue);
    auto *s = new stream;
    s->blocking = flags != cudaStreamNonBlocking;
    get().streams.insert(s);
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
    died(s, kind::stream, __func__); /* its work is still done, some time: it stays in the set */
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
        return cudaSuccess;
    run_one(s); /* so that a polling loop ends */
    return context() != cudaSuccess ? remember(context()) : cudaErrorNotReady;
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
    *out = new CUevent_st { nullptr, 0, false };
    born(*out, kind::event);
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t e)
{
    EMU_RELEASE(cuda);
    died(e, kind::event, __func__);
    delete e;
    return static_cast<cudaError_t>(injected);
}

cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t handle)
{
    EMU_ENTER(cuda, cudaError_t);
    alive(e, kind::event, __func__);
    stream *s = stream_of(handle, __func__);
    if (s->capture)
        violation("cudaEventRecord: events inside of a capture are not emulated");
    order_legacy(s);
    *e = { s, s->submitted, true };
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
    return remember(context());
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

/* ---- graphs ---- */

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
    EMU_RELEASE(cuda); /* a failed end leaves the stream out of capture too */
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
    alive(e, kind::exec, __func__);
    stream *s = stream_of(handle, __func__);
    for (const op &work : e->work)
        enqueue(s, work);
    return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t g)
{
    EMU_RELEASE(cuda);
    died(g, kind::graph, __func__);
    delete g;
    return static_cast<cudaError_t>(injected);
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t e)
{
    EMU_RELEASE(cuda);
    died(e, kind::exec, __func__);
    delete e;
    return static_cast<cudaError_t>(injected);
}

cudaError_t cudaGetLastError()
{
    cudaError_t e = last;
    last = context();
    return e;
}

cudaError_t cudaPeekAtLastError()
{
    return last;
}
