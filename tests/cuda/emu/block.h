/* Runs the threads of blocks (block.cpp) and checks their accesses (access.cpp). */
#ifndef AX_EMU_BLOCK_H
#define AX_EMU_BLOCK_H

#include "tests/cuda/emu/emu.h"

struct emu_kernel;
struct emu_index;

namespace emu
{
/* A loaded library of host kernels: build/<config>/cuda/emu/kernels*.so */
struct host_kernels {
    const emu_kernel *table;
    emu_index *now;
    void (**barrier)(const char *file, int line);
    void (**ordered)();
    bool checked;                                                          /* the build that checks every access */
    void (**access)(const void *at, size_t n, bool write);                 /* called by the checked build only */
    void (**undefined)(const char *what, const char *file, unsigned line); /* called by the checked build only */
    void *(*make_shared)(); /* allocates this thread's __shared__ variables */
    const char *low, *high; /* the address range of the library */
    char *shared;           /* the __shared__ variables of all kernels */
    size_t shared_size;
};
/* Runs the whole grid; args are the kernel's one argument. */
void run_grid(const host_kernels &lib, const emu_kernel &k, dim3 grid, dim3 threads, const void *args);

/* ---- access.cpp ---- */

/* A new launch: accesses of earlier ones are forgotten. The kernel may read `args`. */
void access_launch(const host_kernels &lib, const char *kernel, const void *args, size_t args_size);
void access_block(); /* a new block: its shared memory is uninitialised */
void access_now(unsigned block, unsigned thread, unsigned interval, const char *stack, size_t stack_size);
void access_ordered(); /* the current block sees what other blocks have written */
void access_end();
void on_undefined(const char *what, const char *file, unsigned line);
void on_access(const void *at, size_t n, bool write);
} // namespace emu
#endif
