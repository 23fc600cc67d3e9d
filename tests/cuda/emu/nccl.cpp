/* NCCL for the devices of one process: communicators, groups, sends and receives. A send without a receive of the same
   size in its group is a violation: on hardware it hangs. Exchanging data with a lost device waits for ever. Calls
   change the current device, so that callers can't rely on it. */
#include "stream.h"

#include <algorithm>
#include <memory>
#include <string>
#include <unistd.h>

using namespace emu;

namespace
{
enum result { success, unhandled_cuda_error, system_error, internal_error, invalid_argument, invalid_usage };

struct clique { /* communicators made together */
    bool aborted = false;
};
} // namespace

struct ncclComm {
    std::shared_ptr<clique> group;
    int rank, ranks, device;
};

namespace
{
struct half { /* one end of a transfer */
    bool send;
    void *at;
    size_t n;
    int peer;
    ncclComm *comm;
    stream *on;
    bool met;
};
struct state {
    int depth = 0, failed = success; /* failed: a call of this group failed, which cancels the group */
    std::vector<half> pending;
    std::string last_error;
};

state &get()
{
    static state *s = new state;
    return *s;
}

int fail(int result, const char *call, const char *why)
{
    get().last_error = std::string(call) + ": " + why;
    return result;
}

struct transfer {
    std::shared_ptr<clique> group;
    void *to;
    const void *from;
    size_t bytes;
    int devices[2];
    bool done;

    /* Runs when the first of the two streams reaches it: the other one has to reach it too. */
    void meet(stream *other, long before)
    {
        run_until(other, before);
        if (done || group->aborted)
            return;
        for (int device : devices)
            while (context_of(device) != cudaSuccess)
                pause(); /* for a device that never arrives */
        int was = open_memory(every);
        need_written(from, bytes, "ncclSend", "input");
        memcpy(to, from, bytes);
        note_written(to, bytes);
        close_memory(was);
        done = true;
    }
};

void enqueue_pair(const half &send, const half &receive)
{
    size_t bytes = send.n * sizeof(float);
    auto t = std::make_shared<transfer>(transfer {
        send.comm->group, receive.at, send.at, bytes, { send.comm->device, receive.comm->device }, false });
    stream *a = send.on, *b = receive.on;
    long before_a = a->submitted, before_b = b->submitted;
    push(a, { "ncclSend", { { send.at, bytes, false } }, [=] { t->meet(b, before_b); } });
    push(b, { "ncclRecv", { { receive.at, bytes, true } }, [=] { t->meet(a, before_a); } });
}

int add(bool send, void *at, size_t n, int type, int peer, ncclComm *comm, cudaStream_t handle, const char *call)
{
    alive(comm, kind::comm, call);
    stream *s = stream_of(handle, call);
    if (!get().depth)
        violation("%s: outside of a group the thread would wait for itself", call);
    if (type != 7)
        violation("%s: only floats (7) are emulated, not %d", call, type);
    if (peer < 0 || peer >= comm->ranks || peer == comm->rank)
        return fail(invalid_argument, call, "no such peer");
    if (s->home != comm->device)
        violation("%s: the stream is of device %d, the communicator of %d", call, s->home, comm->device);
    if (capturing(s))
        violation("%s: inside of a capture", call);
    if (device_range(at, n * sizeof(float), call, "buffer")->home != comm->device)
        violation("%s: the buffer at %p is not memory of device %d", call, at, comm->device);
    get().pending.push_back({ send, at, n, peer, comm, s, false });
    return success;
}

void match()
{
    std::vector<half> &all = get().pending;
    for (half &send : all) {
        if (!send.send)
            continue;
        auto receive = std::find_if(all.begin(), all.end(), [&](const half &h) {
            return !h.send && !h.met && h.comm->group == send.comm->group && h.comm->rank == send.peer &&
                   h.peer == send.comm->rank;
        });
        if (receive == all.end())
            violation("ncclGroupEnd: rank %d sends to %d, which doesn't receive", send.comm->rank, send.peer);
        if (receive->n != send.n)
            violation("ncclGroupEnd: rank %d sends %zu, rank %d receives %zu", send.comm->rank, send.n, send.peer,
                      receive->n);
        receive->met = true;
        enqueue_pair(send, *receive);
    }
    for (const half &h : all)
        if (!h.send && !h.met)
            violation("ncclGroupEnd: rank %d receives from %d, which doesn't send", h.comm->rank, h.peer);
    all.clear();
}
} // namespace

extern "C" {
int ncclCommInitAll(ncclComm **comm, int n, const int *device)
{
    EMU_ENTER(nccl, int);
    if (!comm || !device || n < 1)
        return fail(invalid_argument, __func__, "no devices");
    for (int i = 0; i < n; i++) {
        if (device[i] < 0 || device[i] >= option("DEVICES", 1))
            return fail(invalid_argument, __func__, "no such device");
        if (std::count(device, device + n, device[i]) > 1)
            return fail(invalid_usage, __func__, "a device twice");
    }
    auto group = std::make_shared<clique>();
    for (int i = 0; i < n; i++) {
        comm[i] = new ncclComm { group, i, n, device[i] };
        born(comm[i], kind::comm);
    }
    make_current(device[n - 1]);
    return success;
}

int ncclCommDestroy(ncclComm *comm)
{
    EMU_RELEASE(nccl);
    died(comm, kind::comm, __func__);
    make_current(comm->device);
    delete comm;
    return injected;
}

int ncclCommAbort(ncclComm *comm)
{
    EMU_RELEASE(nccl);
    died(comm, kind::comm, __func__);
    comm->group->aborted = true;
    make_current(comm->device);
    delete comm;
    return injected;
}

int ncclGroupStart()
{
    EMU_ENTER(nccl, int);
    get().depth++;
    return success;
}

int ncclGroupEnd()
{
    EMU_RELEASE(nccl);
    if (!get().depth)
        violation("ncclGroupEnd: there is no group");
    if (--get().depth)
        return injected;
    if (!get().pending.empty())
        make_current(get().pending.back().comm->device);
    int failed = injected ? injected : get().failed;
    get().failed = success;
    if (failed)
        get().pending.clear();
    else
        match();
    return failed;
}

int ncclSend(const void *from, size_t n, int type, int peer, ncclComm *comm, cudaStream_t stream)
{
    EMU_RELEASE(nccl);
    if (injected)
        return get().failed = injected;
    return add(true, const_cast<void *>(from), n, type, peer, comm, stream, __func__);
}

int ncclRecv(void *to, size_t n, int type, int peer, ncclComm *comm, cudaStream_t stream)
{
    EMU_RELEASE(nccl);
    if (injected)
        return get().failed = injected;
    return add(false, to, n, type, peer, comm, stream, __func__);
}

const char *ncclGetErrorString(int r)
{
    static const char *const text[] = { "no error",         "unhandled cuda error",
                                        "unhandled system error", "internal error",
                                        "invalid argument", "invalid usage" };
    return r >= 0 && r <= invalid_usage ? text[r] : "unknown result code";
}

const char *ncclGetLastError(ncclComm *)
{
    return get().last_error.c_str();
}
}
