/* Memory in whole cache lines, which vector instructions and devices like best. To be freed with free. */
#ifndef AX_BASE_CACHELINE_H
#define AX_BASE_CACHELINE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { AX_LINE = 64 };

/* At least `bytes`, aligned to a line and rounded up to lines, of which there is at least one. NULL without memory. */
static inline void *ax_lines_alloc(size_t bytes)
{
    const size_t lines = bytes / AX_LINE + (bytes % AX_LINE || !bytes);
    return lines <= SIZE_MAX / AX_LINE ? aligned_alloc(AX_LINE, lines * AX_LINE) : NULL;
}

/* The same, and the `bytes` are zero. */
static inline void *ax_lines_zero(size_t bytes)
{
    void *mem = ax_lines_alloc(bytes);
    return mem ? memset(mem, 0, bytes) : NULL;
}

#endif
