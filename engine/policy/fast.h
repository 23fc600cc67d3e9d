/* Compiles hot loops for two instruction sets; the better one is chosen at program start. Both give the same bits,
   since nothing is fused or reordered. Without resolver functions under sanitizers, where they would run before the
   sanitizer's start. */
#ifndef AX_POLICY_FAST_H
#define AX_POLICY_FAST_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
#define AX_FAST __attribute__((target_clones("arch=x86-64-v3", "default"), optimize("O3")))
#define AX_FAST_VECTOR 32
#else
#define AX_FAST
#define AX_FAST_VECTOR 16
#endif
#define AX_FAST_INLINE static inline __attribute__((always_inline))

#endif
