/* Shared by the emulated libcudart, libcudnn, libcublasLt and libnccl. The state is in libcudart.so.13; the others link
   to it. Everything runs under one lock, and "device" work runs on the thread that waits for it. */
#ifndef AX_EMU_H
#define AX_EMU_H

#include <cuda_runtime_api.h>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace emu
{
enum class lib { cuda, cudnn, cublas, nccl };

/* ---- report.cpp ---- */

/* Undefined behaviour on hardware: printed on stderr, then abort(). */
[[noreturn]] void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints on stderr why a call returns an error; the caller returns it as the real library does. */
void refuse(const char *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

std::recursive_mutex &lock();
/* Counts a call. Returns the error that AUXCELL_EMU_FAIL sets for it, or 0. */
int enter(const char *call, lib which);
/* The host's clock in us: each call advances it by AUXCELL_EMU_HOST_US (0 by default), a wait to the stream's clock. */
double host_now();
void host_waited(double until);
long calls();
void count_bytes(bool to_device, size_t n); /* bytes copied between host and device */
/* A piece of work that ran, also as part of a graph, and the number of threads of a kernel. */
void count_run(const char *what, size_t threads);
void count_wait(); /* the host waited for unfinished work */
/* The switch AUXCELL_EMU_<name>; `otherwise` if it isn't set. */
long option(const char *name, long otherwise);
const char *text_option(const char *name);

/* ---- objects.cpp ---- */

/* Objects with an owner: counted for the leak report, and checked at each use. */
enum class kind {
    memory,
    pinned,
    stream,
    event,
    graph,
    exec,
    cudnn,
    tensor,
    filter,
    conv,
    blas,
    matmul,
    layout,
    pref,
    comm,
    COUNT
};
void born(void *object, kind what);
void died(void *object, kind what, const char *call);        /* violation if it isn't alive */
void alive(const void *object, kind what, const char *call); /* violation if it isn't alive */
bool is_alive(const void *object, kind what);
/* Violation unless the device that is current now was current when the object was made: required of library handles,
   executable graphs and streams of kernel launches. */
void at_home(const void *object, kind what, const char *call);
long live_objects(kind what);
void report_leaks(FILE *f); /* one line for each kind with live objects */

/* ---- memory.cpp ---- */

struct block { /* an allocation of device or pinned memory */
    char *base;
    size_t size, mapped; /* the requested size; rounded up to pages */
    bool device;
    int home;          /* of device memory: the device */
    uint32_t *written; /* of device memory: one bit per written byte */
};
/* The allocation that holds [p, p + n), or NULL. */
block *find(const void *p, size_t n);
block *find_any(const void *p); /* the allocation that p points into, whatever the length */
bool is_device(const void *p);  /* in the address range of device memory, allocated or not */
/* Violation unless [p, p + n) is in one live allocation of device memory. */
block *device_range(const void *p, size_t n, const char *call, const char *what);
void note_written(const void *p, size_t n);
void need_written(const void *p, size_t n, const char *call,
                  const char *what); /* violation if any byte isn't written */
/* The same for memory known to be in b, or in no allocation (NULL). */
void note_written(block *b, const void *p, size_t n);
void need_written(const block *b, const void *p, size_t n, const char *call, const char *what);
cudaError_t device_alloc(void **out, size_t n);
void device_free(block *b);
void pinned_alloc(void **out, size_t n);
void pinned_free(block *b);
size_t device_used(); /* by all processes */
size_t device_total();
constexpr int every = -1;
/* Between the two calls the host can access the memory of that device and of no other; calls nest. The second takes
   what the first returned. */
int open_memory(int device);
void close_memory(int before);
void check_canaries(const char *after); /* of the memory that is open */

/* ---- sharing.cpp ---- */

/* Between the two calls no other process allocates memory. */
void lock_devices();
void unlock_devices();
size_t used_by_others(int device);
void note_used(int device, size_t used); /* bytes that this process uses now */

/* ---- stream.cpp ---- */

struct range {
    const void *at;
    size_t n;
    bool write;
};
struct op { /* one piece of queued work */
    const char *what;
    std::vector<range> uses; /* checked again when the work runs: the memory may have been freed since */
    std::function<void()> run;
    double us = 1;      /* its duration on the stream's clock, which events read */
    size_t threads = 0; /* number of threads of a kernel */
    double since = 0;   /* when the host queued it: the earliest time of its start */
};
struct stream;
stream *stream_of(cudaStream_t s, const char *call); /* NULL is the legacy stream; violation if it is destroyed */
cudaError_t enqueue(stream *s, op work);             /* or adds it to the graph being captured */
bool capturing(const stream *s);
void stream_at_home(const stream *s, const char *call); /* like at_home; the legacy stream belongs to every device */
/* A call that a capture forbids to its thread: invalidates the captures in progress and returns the error. */
cudaError_t forbidden_in_capture(const char *call);
cudaError_t drain(stream *s); /* runs all queued work; returns the context's sticky error */
cudaError_t drain_all();
cudaError_t context(); /* the current device's sticky error, or success */
cudaError_t context_of(int device);
void settle_reads(const void *p, size_t n); /* runs queued work that reads pinned memory */
bool queued_use(const void *p, size_t n);
cudaError_t remember(cudaError_t e); /* for cudaGetLastError */

/* ---- runtime.cpp ---- */

int current(); /* the calling thread's device */
void make_current(int device);

/* ---- arithmetic and ranges that cuDNN and cuBLASLt share ---- */

/* Rounds to 10 bits of mantissa, to nearest, ties to even, as tensor cores do with a float. */
inline float to_tf32(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    if ((bits & 0x7f800000U) != 0x7f800000U)
        bits = (bits + 0x0fffU + (bits >> 13 & 1)) & ~0x1fffU;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* Numbers in memory: float32, or bfloat16, the upper half of a float32, rounded to nearest, ties to even. */
inline size_t number_bytes(bool bf16)
{
    return bf16 ? 2 : 4;
}
inline float number_at(const void *p, size_t i, bool bf16)
{
    uint32_t bits =
        bf16 ? static_cast<uint32_t>(static_cast<const uint16_t *>(p)[i]) << 16 : static_cast<const uint32_t *>(p)[i];
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}
inline void set_number(void *p, size_t i, bool bf16, float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (!bf16)
        static_cast<uint32_t *>(p)[i] = bits;
    else if ((bits & 0x7fffffffU) > 0x7f800000U)
        static_cast<uint16_t *>(p)[i] = 0x7fff;
    else
        static_cast<uint16_t *>(p)[i] = static_cast<uint16_t>((bits + 0x7fffU + (bits >> 16 & 1)) >> 16);
}

/* Measurements run on zeros: if either operand is all zero, the products needn't be computed. */
inline bool all_zero(const void *p, size_t n, bool bf16)
{
    for (size_t i = 0; i < n; i++)
        if (number_at(p, i, bf16) != 0)
            return false;
    return true;
}

inline bool overlap(const void *a, size_t na, const void *b, size_t nb)
{
    auto *p = static_cast<const char *>(a), *q = static_cast<const char *>(b);
    return na && nb && p < q + nb && q < p + na;
}

/* ---- launch.cpp ---- */

bool device_code(); /* true while a kernel runs */
} // namespace emu

/* The start of every emulated call: lock, count, injected failure. */
#define EMU_ENTER(which, type)                                                                                         \
    std::lock_guard<std::recursive_mutex> hold(emu::lock());                                                           \
    if (int injected = emu::enter(__func__, emu::lib::which))                                                          \
    return static_cast<type>(injected)
/* The same for a call that releases something: an injected failure is returned after the release. */
#define EMU_RELEASE(which)                                                                                             \
    std::lock_guard<std::recursive_mutex> hold(emu::lock());                                                           \
    int injected = emu::enter(__func__, emu::lib::which)

namespace emu
{
/* A call that does nothing but destroy an object. */
template <class Status, class Handle> Status destroyed(const char *call, lib which, Handle object, kind what)
{
    std::lock_guard<std::recursive_mutex> hold(lock());
    const int injected = enter(call, which);
    died(object, what, call);
    delete object;
    return static_cast<Status>(injected);
}
} // namespace emu

#endif
