/* Device memory: anonymous pages that the host may not access, between guard pages. Addresses are never reused, so that
   a freed pointer stays invalid. Fresh memory is all ones: NaN as a float, -1 as an integer. */
#include "emu.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <sys/mman.h>
#include <unistd.h>

namespace emu
{
namespace
{
constexpr size_t space = static_cast<size_t>(1) << 40; /* of address space, not memory */
constexpr size_t page = 4096;
constexpr size_t granule = 256; /* cudaMalloc's alignment; the bytes after the requested size are a canary */
constexpr unsigned char poison = 0xff;
constexpr unsigned char canary = 0xfd;
constexpr int closed = -2; /* instead of a device number */

struct state {
    char *low = nullptr, *next = nullptr; /* device addresses: [low, low + space), unused from `next` on */
    std::map<char *, block *> blocks;     /* of both kinds, by base address */
    std::map<int, size_t> used;           /* by device */
    int open = closed;
};

state &get()
{
    static state *s = new state;
    return *s;
}

size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

block *insert(char *base, size_t size, size_t mapped, bool device)
{
    auto *b = new block { base, size, mapped, device, current(), nullptr };
    if (device)
        b->written = static_cast<uint32_t *>(calloc(size / 32 + 1, sizeof(uint32_t)));
    get().blocks[base] = b;
    return b;
}

void protect(const block *b, int mode)
{
    char *from = b->base - reinterpret_cast<uintptr_t>(b->base) % page;
    if (mprotect(from, b->mapped, mode))
        violation("mprotect of device memory failed");
}

bool reachable(const block *b, int device)
{
    return b->device && (device == every || device == b->home);
}

void protect_all(int device, int mode)
{
    for (auto &entry : get().blocks)
        if (reachable(entry.second, device))
            protect(entry.second, mode);
}
} // namespace

block *find_any(const void *p)
{
    auto &blocks = get().blocks;
    auto *at = const_cast<char *>(static_cast<const char *>(p));
    auto above = blocks.upper_bound(at);
    if (above == blocks.begin())
        return nullptr;
    block *b = std::prev(above)->second;
    return at < b->base + b->size || (at == b->base && !b->size) ? b : nullptr;
}

block *find(const void *p, size_t n)
{
    block *b = find_any(p);
    return b && n <= b->size - static_cast<size_t>(static_cast<const char *>(p) - b->base) ? b : nullptr;
}

bool is_device(const void *p)
{
    state &s = get();
    auto *at = static_cast<const char *>(p);
    return s.low && at >= s.low && at < s.low + space;
}

block *device_range(const void *p, size_t n, const char *call, const char *what)
{
    block *b = find(p, n);
    if (b && b->device)
        return b;
    const char *why = "is not device memory";
    block *start = find_any(p);
    if (start && start->device)
        why = "reaches beyond its allocation";
    else if (is_device(p))
        why = "is device memory that was freed or never allocated";
    violation("%s: %s at %p of %zu bytes %s", call, what, p, n, why);
}

void note_written(const void *p, size_t n)
{
    note_written(find(p, n), p, n);
}

void note_written(block *b, const void *p, size_t n)
{
    if (!b || !b->written)
        return;
    size_t from = static_cast<size_t>(static_cast<const char *>(p) - b->base), to = from + n;
    for (size_t i = from; i < to;) {
        if (i % 32 == 0 && to - i >= 32) {
            size_t words = (to - i) / 32;
            memset(b->written + i / 32, 0xff, words * sizeof *b->written);
            i += 32 * words;
        } else {
            b->written[i / 32] |= 1U << i % 32;
            i++;
        }
    }
}

void need_written(const void *p, size_t n, const char *call, const char *what)
{
    need_written(find(p, n), p, n, call, what);
}

void need_written(const block *b, const void *p, size_t n, const char *call, const char *what)
{
    if (!b || !b->written)
        return;
    size_t from = static_cast<size_t>(static_cast<const char *>(p) - b->base), to = from + n;
    for (size_t i = from; i < to;) {
        if (i % 32 == 0 && to - i >= 32 && b->written[i / 32] == ~0U) {
            i += 32;
            continue;
        }
        if (!(b->written[i / 32] >> i % 32 & 1))
            violation("%s: %s at %p: byte %zu of %zu was never written", call, what, p, i - from, n);
        i++;
    }
}

/* Whether there is room; if so, n bytes are charged to the process. */
static bool take(size_t n)
{
    size_t &used = get().used[current()];
    lock_devices();
    const size_t all = device_used();
    const bool room = all <= device_total() && n <= device_total() - all;
    used += room ? n : 0;
    note_used(current(), used);
    unlock_devices();
    return room;
}

cudaError_t device_alloc(void **out, size_t n)
{
    state &s = get();
    if (!n) {
        *out = nullptr;
        return cudaSuccess;
    }
    if (!s.low) {
        void *p = mmap(nullptr, space, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED)
            violation("no address space for device memory");
        s.low = s.next = static_cast<char *>(p);
    }
    /* The end of the block, rounded up to the granule, touches the guard page. */
    size_t mapped = round_up(n, page);
    char *from = s.next + page;
    if (from + mapped + page > s.low + space)
        return cudaErrorMemoryAllocation;
    s.next = from + mapped;
    if (!take(n) || mprotect(from, mapped, PROT_READ | PROT_WRITE))
        return cudaErrorMemoryAllocation;
    /* Each call opens and closes it, which takes time for each page. */
    (void)madvise(from, mapped, MADV_HUGEPAGE);
    char *base = from + mapped - round_up(n, granule);
    memset(from, canary, mapped);
    memset(base, poison, n);
    block *b = insert(base, n, mapped, true);
    if (!reachable(b, s.open))
        protect(b, PROT_NONE);
    born(base, kind::memory);
    *out = base;
    return cudaSuccess;
}

void device_free(block *b)
{
    state &s = get();
    int before = open_memory(every);
    check_canaries("cudaFree");
    close_memory(before);
    char *from = b->base - reinterpret_cast<uintptr_t>(b->base) % page;
    if (mmap(from, b->mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
        violation("device memory cannot be unmapped");
    died(b->base, kind::memory, "cudaFree");
    s.used[b->home] -= b->size;
    note_used(b->home, s.used[b->home]);
    s.blocks.erase(b->base);
    free(b->written);
    delete b;
}

void pinned_alloc(void **out, size_t n)
{
    size_t mapped = round_up(n ? n : 1, page);
    void *p = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        violation("no pinned memory");
    memset(p, poison, mapped);
    insert(static_cast<char *>(p), n, mapped, false);
    born(p, kind::pinned);
    *out = p;
}

void pinned_free(block *b)
{
    if (mmap(b->base, b->mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) ==
        MAP_FAILED)
        violation("pinned memory cannot be unmapped");
    died(b->base, kind::pinned, "cudaFreeHost");
    get().blocks.erase(b->base);
    delete b;
}

size_t device_used()
{
    return get().used[current()] + used_by_others(current());
}

size_t device_total()
{
    return static_cast<size_t>(option("MEMORY", 1L << 33));
}

int open_memory(int device)
{
    state &s = get();
    int before = s.open;
    if (before == device)
        return before;
    if (before != closed)
        protect_all(before, PROT_NONE);
    protect_all(device, PROT_READ | PROT_WRITE);
    s.open = device;
    return before;
}

void close_memory(int before)
{
    state &s = get();
    if (before == s.open)
        return;
    protect_all(s.open, PROT_NONE);
    if (before != closed)
        protect_all(before, PROT_READ | PROT_WRITE);
    s.open = before;
}

void check_canaries(const char *after)
{
    for (auto &entry : get().blocks) {
        const block *b = entry.second;
        if (!reachable(b, get().open))
            continue;
        const char *end = b->base + round_up(b->size, granule);
        for (const char *p = b->base + b->size; p < end; p++)
            if (static_cast<unsigned char>(*p) != canary)
                violation("%s: %zu bytes behind the end of the allocation at %p of %zu bytes were overwritten", after,
                          static_cast<size_t>(p - b->base) - b->size + 1, static_cast<void *>(b->base), b->size);
    }
}
} // namespace emu
