/* Checks of every load and store of a kernel, in the checked build: it must be within one live allocation or in shared
   memory, read only initialised bytes, and no other thread may access the same bytes meanwhile unless both only read.
   Meanwhile means: in shared memory, between the same two barriers; in device memory, also from another block of the
   launch. */
#include "block.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <unordered_map>

namespace emu
{
namespace
{
struct mark { /* the last accesses to a 4-byte word */
    uint32_t launch;
    uint32_t block, thread, interval;
    uint8_t bytes;                  /* which of the four bytes */
    bool many_threads, many_blocks; /* for reads: others read it too, in the same interval / in other blocks */
};
struct word {
    mark wrote, read;
};
struct held {
    emu::block *block;
    word *words;
};
struct state {
    const host_kernels *lib = nullptr;
    const char *kernel = "";
    uint32_t launch = 0;
    unsigned block = 0, thread = 0, interval = 0;
    long ordered = -1; /* the block that is ordered after all others */
    const char *stack = nullptr, *args = nullptr;
    size_t stack_size = 0, args_size = 0;
    held recent[8] = {}; /* allocations accessed recently */
    std::unordered_map<const emu::block *, std::vector<word>> device;
    std::vector<word> shared;
    std::vector<uint8_t> shared_written;
};

state &get()
{
    static state *s = new state;
    return *s;
}

void race(const state &s, const void *at, const char *mine, const char *theirs, const mark &other)
{
    violation("kernel %s: race at %p (%s memory): thread %u of block %u %s what thread %u of block %u %s", s.kernel, at,
              is_device(at) ? "device" : "shared", s.thread, s.block, mine, other.thread, other.block, theirs);
}

/* Two accesses are ordered only by a barrier in the block that both belong to. */
bool unordered(const state &s, const mark &m)
{
    bool other = m.block != s.block && s.ordered != static_cast<long>(s.block);
    return m.launch == s.launch && (other || (m.block == s.block && m.thread != s.thread && m.interval == s.interval));
}

void touch(state &s, word &w, const char *at, uint8_t bytes, bool write)
{
    if ((w.wrote.bytes & bytes) && unordered(s, w.wrote))
        race(s, at, write ? "overwrites" : "reads", "wrote", w.wrote);
    mark me = { s.launch, s.block, s.thread, s.interval, bytes, false, false };
    if (!write) {
        mark &r = w.read;
        if (r.launch == s.launch) {
            me.many_blocks = r.many_blocks || r.block != s.block;
            bool same_interval = r.block == s.block && r.interval == s.interval;
            me.many_threads = same_interval && (r.many_threads || r.thread != s.thread);
            me.bytes |= same_interval || me.many_blocks ? r.bytes : 0;
        }
        r = me;
        return;
    }
    const mark &r = w.read;
    if ((r.bytes & bytes) && r.launch == s.launch) {
        bool others = r.many_blocks || (r.block == s.block && r.interval == s.interval && r.many_threads);
        /* smaller reads by others are known only as a set of bytes, so they can't prove a race */
        if (unordered(s, r) || (others && bytes == 15))
            race(s, at, "overwrites", others ? "and others read" : "read", r);
    }
    w.wrote = me;
}

void touch_range(state &s, word *words, const char *base, const char *at, size_t n, bool write)
{
    size_t from = static_cast<size_t>(at - base);
    for (size_t i = from; i < from + n;) {
        size_t in = i % 4, count = 4 - in < from + n - i ? 4 - in : from + n - i;
        touch(s, words[i / 4], base + i, static_cast<uint8_t>(((1U << count) - 1) << in), write);
        i += count;
    }
}

const held &allocation_of(state &s, const char *at, size_t n, bool write)
{
    for (const held &h : s.recent)
        if (h.block && at >= h.block->base && at + n <= h.block->base + h.block->size)
            return h;
    block *b = device_range(at, n, s.kernel, write ? "store" : "load");
    std::vector<word> &words = s.device[b];
    words.resize(b->size / 4 + 1);
    std::move_backward(std::begin(s.recent), std::end(s.recent) - 1, std::end(s.recent));
    s.recent[0] = { b, words.data() };
    return s.recent[0];
}

void on_shared(state &s, const char *at, size_t n, bool write)
{
    size_t from = static_cast<size_t>(at - s.lib->shared);
    if (n > s.lib->shared_size - from)
        violation("kernel %s: access at %p reaches beyond shared memory", s.kernel, static_cast<const void *>(at));
    touch_range(s, s.shared.data(), s.lib->shared, at, n, write);
    for (size_t i = from; i < from + n; i++) {
        if (write)
            s.shared_written[i] = 1;
        else if (!s.shared_written[i])
            violation("kernel %s: thread %u of block %u reads shared memory that nobody wrote", s.kernel, s.thread,
                      s.block);
    }
}
} // namespace

void access_launch(const host_kernels &lib, const char *kernel, const void *args, size_t args_size)
{
    state &s = get();
    s.lib = &lib;
    s.kernel = kernel;
    s.args = static_cast<const char *>(args);
    s.args_size = args_size;
    s.launch++;
    s.ordered = -1;
    std::fill(std::begin(s.recent), std::end(s.recent), held()); /* allocations may have been made and freed */
    for (auto it = s.device.begin(); it != s.device.end();)
        it = is_alive(it->first->base, kind::memory) ? std::next(it) : s.device.erase(it);
}

void access_block()
{
    state &s = get();
    s.shared.assign(s.lib->shared_size / 4 + 1, word());
    s.shared_written.assign(s.lib->shared_size + 1, 0);
}

void access_now(unsigned block, unsigned thread, unsigned interval, const char *stack, size_t stack_size)
{
    state &s = get();
    s.block = block;
    s.thread = thread;
    s.interval = interval;
    s.stack = stack;
    s.stack_size = stack_size;
}

void access_ordered()
{
    get().ordered = get().block;
}

void access_end()
{
    get().device.clear(); /* its keys are allocations, which may be freed now */
}

void on_undefined(const char *what, const char *file, unsigned line)
{
    const state &s = get();
    violation("kernel %s: thread %u of block %u: %s at %s:%u", s.kernel, s.thread, s.block, what, file, line);
}

void on_access(const void *p, size_t n, bool write)
{
    state &s = get();
    auto *at = static_cast<const char *>(p);
    if (at >= s.stack && at < s.stack + s.stack_size)
        return;
    if (at >= s.lib->shared && at < s.lib->shared + s.lib->shared_size) {
        on_shared(s, at, n, write);
        return;
    }
    if (is_device(p)) {
        const held &h = allocation_of(s, at, n, write);
        touch_range(s, h.words, h.block->base, at, n, write);
        if (write)
            note_written(h.block, p, n);
        else
            need_written(h.block, p, n, s.kernel, "load");
        return;
    }
    if (at >= s.lib->low && at < s.lib->high && !write)
        return; /* the kernel's constants, threadIdx and the like */
    if (at >= s.args && at + n <= s.args + s.args_size && !write)
        return;
    violation("kernel %s: thread %u of block %u: %s of host memory at %p", s.kernel, s.thread, s.block,
              write ? "store" : "load", p);
}
} // namespace emu
