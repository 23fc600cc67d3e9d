/* FNV-1a, 64 bits (Fowler, Noll, Vo): for names of streams and files. It gives no protection against chosen input. */
#ifndef AX_BASE_HASH_H
#define AX_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define AX_HASH_START 0xcbf29ce484222325u

/* Continues hash with n bytes; start with AX_HASH_START. */
static inline uint64_t ax_hash(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

#endif
