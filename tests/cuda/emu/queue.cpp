/* Streams as queues that only a wait empties: work that hardware might not have done yet is never done yet. */
#include "stream.h"

#include <algorithm>
#include <map>
#include <set>

namespace emu
{
namespace
{
struct state {
    std::set<stream *> streams; /* also destroyed ones with work left; addresses of destroyed ones are never reused */
    stream legacy;
    std::map<int, cudaError_t> sticky; /* by device */
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

void check_uses(const op &work, int device)
{
    for (const range &r : work.uses) {
        const char *what = r.write ? "output" : "input";
        if (is_device(r.at)) {
            block *b = device_range(r.at, r.n, work.what, what);
            if (b->home != device)
                violation("%s: %s at %p is memory of device %d, the stream is of %d", work.what, what, r.at, b->home,
                          device);
            if (!r.write)
                need_written(r.at, r.n, work.what, what);
        } else {
            block *b = find(r.at, r.n);
            if (!b || b->device)
                violation("%s: %s at %p is no longer pinned memory", work.what, what, r.at);
        }
    }
}

} // namespace

void add_stream(stream *s)
{
    get().streams.insert(s);
}

/* The factor by which the nth piece of work of a stream takes longer than on an idle, warm device. AUXCELL_EMU_RAMP=N:
   the clock ramps up from a third over N pieces; AUXCELL_EMU_BUSY=N: others keep the device busy for N pieces. */
static double slowness(long nth)
{
    long ramp = option("RAMP", 0);
    double cold = nth < ramp ? 3 - 2 * static_cast<double>(nth) / static_cast<double>(ramp) : 1;
    return nth <= option("BUSY", 0) ? 3 * cold : cold;
}

void run_one(stream *s)
{
    op work = std::move(s->queue.front());
    s->queue.pop_front();
    s->done++;
    state &all = get();
    s->clock = std::max(s->clock, work.since) + slowness(s->done) * work.us;
    cudaError_t &sticky = all.sticky[s->home];
    bool counts = s->home == option("FAIL_DEVICE", s->home);
    if (sticky == cudaSuccess && counts && ++all.executed == option("FAIL_RUN", 0))
        sticky = cudaErrorLaunchFailure;
    if (sticky != cudaSuccess) /* a lost context runs no more work */
        return;
    count_run(work.what, work.threads);
    int before = open_memory(s->home);
    check_uses(work, s->home);
    work.run();
    for (const range &r : work.uses)
        if (r.write)
            note_written(r.at, r.n);
    check_canaries(work.what);
    close_memory(before);
}

void run_until(stream *s, long position)
{
    if (s->done >= position)
        return;
    count_wait();
    int before = open_memory(s->home); /* done once for all: protecting it again costs one system call per allocation */
    while (s->done < position)
        run_one(s);
    close_memory(before);
    host_waited(s->clock);
}

op wait_for(stream *other, long position)
{
    return { "wait", {}, [other, position] { run_until(other, position); } };
}

void push(stream *s, op work)
{
    work.since = host_now();
    s->queue.push_back(std::move(work));
    s->submitted++;
}

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

void stream_at_home(const stream *s, const char *call)
{
    if (!s->legacy)
        at_home(s, kind::stream, call);
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
    return context_of(s->home);
}

cudaError_t drain_all()
{
    for (stream *s : get().streams)
        run_until(s, s->submitted);
    return context();
}

cudaError_t context_of(int device)
{
    return get().sticky[device];
}

cudaError_t context()
{
    return context_of(current());
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
