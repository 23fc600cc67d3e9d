/* The table of a library of host kernels. EMU_HEADER declares the argument structs, ax_k_NAME_ and EMU_ARGS; EMU_LIST
   is its X(name, sync, ...) list. EMU_BY: how kernels take their argument. */
#include "tests/cuda/emu/kernel.h"
#include EMU_HEADER

#define JOIN(name, args) ax_k_##name##_##args
#define ARGS_OF(name, args) JOIN(name, args)
#define ARGS(name) ARGS_OF(name, EMU_ARGS)

#define DECLARE(name, ...) extern "C" void ax_k_##name(EMU_BY(ARGS(name)) a);
EMU_LIST(DECLARE)

#define CALL(name, ...)                                                                                                \
    static void call_##name(const void *args)                                                                          \
    {                                                                                                                  \
        ax_k_##name(*static_cast<const ARGS(name) *>(args));                                                   \
    }
EMU_LIST(CALL)

static thread_local char first; /* makes sure that there is a block of shared variables, and a way to allocate it */

extern "C" {
void *emu_shared()
{
    return &first;
}
emu_index emu_now;
void (*emu_barrier)(const char *file, int line);
void (*emu_ordered)();
/* Set by the runtime, called by the checked build at every load and store of a kernel. */
void (*emu_access)(const void *at, size_t n, bool write);
void (*emu_undefined)(const char *what, const char *file, unsigned line);

#define ROW(name, sync, ...) { "ax_k_" #name, (sync) != 0, sizeof(ARGS(name)), call_##name },
extern const emu_kernel emu_kernels[] = { EMU_LIST(ROW) { nullptr, false, 0, nullptr } };
}
