/* The threads of a block as fibers that run one after the other up to the next barrier. AUXCELL_EMU_ORDER=1 runs
   threads and blocks in reverse order: results that differ then depend on a race. */
#include "block.h"
#include "kernel.h"

#include <csignal>
#include <cstring>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define EMU_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EMU_ASAN 1
#endif
#endif
#ifdef EMU_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

#ifdef __x86_64__
/* Saves the callee-saved registers and the stack of one side and restores those of the other. swapcontext would make
   two system calls per barrier and thread. */
extern "C" void emu_switch(void **save, void *to);
asm(R"(
    .text
    .globl emu_switch
    .hidden emu_switch
    .type emu_switch, @function
emu_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size emu_switch, . - emu_switch
)");
#endif

namespace emu
{
namespace
{
constexpr size_t stack_size = 64 << 10;

struct fiber {
    char *stack; /* of stack_size bytes, above a guard page */
#ifdef __x86_64__
    void *at;
#else
    ucontext_t at;
#endif
    bool done;
    const char *file; /* the barrier that the thread waits at */
    int line;
};

struct state {
    std::vector<fiber> fibers;
#ifdef __x86_64__
    void *home;
#else
    ucontext_t home;
#endif
    fiber *now = nullptr;
    const emu_kernel *kernel = nullptr;
    const void *args = nullptr;
    bool running = false;
    const void *home_stack = nullptr;
    size_t home_size = 0;
};

state &get()
{
    static state *s = new state;
    return *s;
}

void to_home(bool last)
{
    state &s = get();
#ifdef EMU_ASAN
    void *fake = nullptr;
    __sanitizer_start_switch_fiber(last ? nullptr : &fake, s.home_stack, s.home_size);
#else
    (void)last;
#endif
#ifdef __x86_64__
    emu_switch(&s.now->at, s.home);
#else
    swapcontext(&s.now->at, &s.home);
#endif
#ifdef EMU_ASAN
    __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
}

void fiber_main()
{
    state &s = get();
#ifdef EMU_ASAN
    __sanitizer_finish_switch_fiber(nullptr, &s.home_stack, &s.home_size);
#endif
    s.kernel->call(s.args);
    s.now->done = true;
    to_home(true);
}

void start(fiber &f)
{
    f.done = false;
    f.file = nullptr;
    f.line = 0;
#ifdef __x86_64__
    auto **top = reinterpret_cast<void **>(f.stack + stack_size);
    *--top = nullptr; /* a function starts 8 bytes past a multiple of 16, as after a call */
    *--top = reinterpret_cast<void *>(fiber_main);
    for (int i = 0; i < 6; i++)
        *--top = nullptr;
    f.at = top;
#else
    getcontext(&f.at);
    f.at.uc_stack.ss_sp = f.stack;
    f.at.uc_stack.ss_size = stack_size;
    makecontext(&f.at, fiber_main, 0);
#endif
}

void resume(fiber &f)
{
    state &s = get();
    s.now = &f;
#ifdef EMU_ASAN
    void *fake;
    __sanitizer_start_switch_fiber(&fake, f.stack, stack_size);
#endif
#ifdef __x86_64__
    emu_switch(&s.home, f.at);
#else
    swapcontext(&s.home, &f.at);
#endif
#ifdef EMU_ASAN
    __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
}

void barrier(const char *file, int line)
{
    state &s = get();
    if (!s.kernel->sync)
        violation("kernel %s: __syncthreads at %s:%d, but its row says that it has none", s.kernel->name, file, line);
    s.now->file = file;
    s.now->line = line;
    to_home(false);
}

void make_fibers(size_t n)
{
    state &s = get();
    for (size_t guard = 4096; s.fibers.size() < n;) {
        void *p = mmap(nullptr, guard + stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                       -1, 0);
        if (p == MAP_FAILED || mprotect(p, guard, PROT_NONE))
            violation("no stack for a thread of a block");
        s.fibers.push_back({});
        s.fibers.back().stack = static_cast<char *>(p) + guard;
    }
}

/* All waiting threads must be at the same barrier, and either all threads of the block wait or none. */
void check_barrier(const state &s, size_t n)
{
    const fiber *first = nullptr, *gone = nullptr;
    for (size_t i = 0; i < n; i++) {
        const fiber &f = s.fibers[i];
        if (f.done) {
            gone = &f;
        } else if (!first) {
            first = &f;
        } else if (f.line != first->line || (f.file != first->file && strcmp(f.file, first->file))) {
            violation("kernel %s: barrier divergence: thread %zu waits at %s:%d, thread %zu at %s:%d", s.kernel->name,
                      static_cast<size_t>(first - s.fibers.data()), first->file, first->line, i, f.file, f.line);
        }
    }
    if (first && gone)
        violation("kernel %s: barrier divergence: thread %zu has returned, thread %zu waits at %s:%d", s.kernel->name,
                  static_cast<size_t>(gone - s.fibers.data()), static_cast<size_t>(first - s.fibers.data()),
                  first->file, first->line);
}

void run_block(const host_kernels &lib, size_t block_index, size_t n, bool backwards)
{
    state &s = get();
    dim3 size = lib.now->threads;
    auto become = [&](size_t at) {
        auto i = static_cast<unsigned>(at);
        if (i < size.x)
            lib.now->thread = { i, 0, 0 };
        else
            lib.now->thread = { i % size.x, i / size.x % size.y, i / size.x / size.y };
    };
    if (!s.kernel->sync && !lib.checked) { /* no thread waits for another: each runs to its end */
        for (size_t j = 0; j < n; j++) {
            become(backwards ? n - 1 - j : j);
            s.kernel->call(s.args);
        }
        return;
    }
    memset(lib.shared, 0xff, lib.shared_size); /* shared memory holds garbage at first */
    if (lib.checked)
        access_block();
    for (size_t i = 0; i < n; i++)
        start(s.fibers[i]);
    size_t left = n;
    for (unsigned interval = 0; left; interval++) {
        for (size_t j = 0; j < n; j++) {
            size_t i = backwards ? n - 1 - j : j;
            fiber &f = s.fibers[i];
            if (f.done)
                continue;
            become(i);
            access_now(static_cast<unsigned>(block_index), static_cast<unsigned>(i), interval, f.stack, stack_size);
            resume(f);
            left -= f.done;
        }
        check_barrier(s, n);
    }
}

/* ---- faults in a kernel ---- */

struct sigaction before_segv, before_bus;

void on_fault(int signal, siginfo_t *info, void *)
{
    state &s = get();
    if (s.running) {
        char text[160];
        int n = snprintf(text, sizeof text, "emu: violation: kernel %s: illegal access at %p%s\n", s.kernel->name,
                         info->si_addr, is_device(info->si_addr) ? " (freed, or outside of every allocation)" : "");
        if (write(2, text, static_cast<size_t>(n)) < 0)
            _exit(3);
        ::signal(SIGABRT, SIG_DFL);
        abort();
    }
    sigaction(signal, signal == SIGSEGV ? &before_segv : &before_bus, nullptr);
}
} // namespace

bool device_code()
{
    return get().running;
}

void run_grid(const host_kernels &lib, const emu_kernel &k, dim3 grid, dim3 threads, const void *args)
{
    state &s = get();
    size_t n = static_cast<size_t>(threads.x) * threads.y * threads.z;
    size_t blocks = static_cast<size_t>(grid.x) * grid.y * grid.z;
    bool backwards = option("ORDER", 0);
    make_fibers(n);
    s.kernel = &k;
    s.args = args;
    *lib.barrier = barrier;
    *lib.ordered = access_ordered;
    *lib.access = on_access;
    *lib.undefined = on_undefined;
    lib.now->threads = threads;
    lib.now->blocks = grid;
    access_launch(lib, k.name, args, k.size);

    char alternate[16 << 10]; /* the fault may be a stack overflow */
    stack_t signals = {}, old_signals;
    signals.ss_sp = alternate;
    signals.ss_size = sizeof alternate;
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaltstack(&signals, &old_signals);
    sigaction(SIGSEGV, &action, &before_segv);
    sigaction(SIGBUS, &action, &before_bus);
    s.running = true;
    for (size_t j = 0; j < blocks; j++) {
        size_t b = backwards ? blocks - 1 - j : j;
        lib.now->block = { static_cast<unsigned>(b % grid.x), static_cast<unsigned>(b / grid.x % grid.y),
                           static_cast<unsigned>(b / grid.x / grid.y) };
        run_block(lib, b, n, backwards);
    }
    s.running = false;
    sigaction(SIGSEGV, &before_segv, nullptr);
    sigaction(SIGBUS, &before_bus, nullptr);
    sigaltstack(&old_signals, nullptr);
    access_end();
}
} // namespace emu
