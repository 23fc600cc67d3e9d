/* Internals of streams, events and graphs. */
#ifndef AX_EMU_STREAM_H
#define AX_EMU_STREAM_H

#include "tests/cuda/emu/emu.h"

#include <deque>
#include <memory>

struct CUevent_st {
    emu::stream *on;
    long until; /* number of pieces of the stream's work; 0 = recorded before any */
    bool recorded;
    std::shared_ptr<double>
        at; /* time on the stream's clock, set when the stream reaches it; NULL: an event without timing */
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
    double clock = 0;     /* us of work done */
    bool blocking = true; /* takes part in the ordering of the legacy stream */
    bool legacy = false;
    int home = 0; /* its device */
    CUgraph_st *capture = nullptr;
    bool relaxed = false; /* the capture allows other calls */
    bool spoilt = false;  /* a call that can't be captured was made meanwhile */
};

/* ---- queue.cpp ---- */

void add_stream(stream *s);
void run_one(stream *s);                  /* runs its oldest piece of work; there must be one */
void run_until(stream *s, long position); /* runs until that many pieces of its work are done */
void push(stream *s, op work);
op wait_for(stream *other, long position); /* work that runs the other stream up to that position */
/* The legacy stream waits for all blocking streams, and they wait for it. */
void order_legacy(stream *s);
} // namespace emu
#endif
