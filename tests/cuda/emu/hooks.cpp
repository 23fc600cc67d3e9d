/* The checked build compiles kernels with -fsanitize=thread, which calls these functions before every load and store;
   linked without that sanitizer's library, they lead to the emulation's own checks. */
#include <cstddef>

extern "C" {
extern void (*emu_access)(const void *at, size_t n, bool write);

#define HOOK(name) __attribute__((visibility("hidden"))) void __tsan_##name
HOOK(init)()
{
}
HOOK(func_entry)(void *)
{
}
HOOK(func_exit)()
{
}
#define SIZE(n)                                                                                                        \
    HOOK(read##n)(void *at)                                                                                            \
    {                                                                                                                  \
        emu_access(at, n, false);                                                                                      \
    }                                                                                                                  \
    HOOK(write##n)(void *at)                                                                                           \
    {                                                                                                                  \
        emu_access(at, n, true);                                                                                       \
    }                                                                                                                  \
    HOOK(unaligned_read##n)(void *at)                                                                                  \
    {                                                                                                                  \
        emu_access(at, n, false);                                                                                      \
    }                                                                                                                  \
    HOOK(unaligned_write##n)(void *at)                                                                                 \
    {                                                                                                                  \
        emu_access(at, n, true);                                                                                       \
    }
SIZE(1)
SIZE(2)
SIZE(4)
SIZE(8)
SIZE(16)
HOOK(read_range)(void *at, size_t n)
{
    emu_access(at, n, false);
}
HOOK(write_range)(void *at, size_t n)
{
    emu_access(at, n, true);
}

/* -fsanitize=alignment,bounds,...: the data of every handler starts with the source location. */
struct place {
    const char *file;
    unsigned line, column;
};
extern void (*emu_undefined)(const char *what, const char *file, unsigned line);
#define UNDEFINED(name, what, ...)                                                                                     \
    __attribute__((visibility("hidden"))) void __ubsan_handle_##name(const place *at, ##__VA_ARGS__)                   \
    {                                                                                                                  \
        emu_undefined(what, at->file, at->line);                                                                       \
    }
UNDEFINED(type_mismatch_v1, "misaligned access or NULL pointer", const void *)
UNDEFINED(out_of_bounds, "index out of bounds", const void *)
UNDEFINED(add_overflow, "signed overflow", const void *, const void *)
UNDEFINED(sub_overflow, "signed overflow", const void *, const void *)
UNDEFINED(mul_overflow, "signed overflow", const void *, const void *)
UNDEFINED(negate_overflow, "signed overflow", const void *)
UNDEFINED(divrem_overflow, "division by zero", const void *, const void *)
UNDEFINED(shift_out_of_bounds, "shift out of bounds", const void *, const void *)
}
