/* Arrays that grow by doubling. */
#ifndef AX_BASE_GROW_H
#define AX_BASE_GROW_H

#include <stddef.h>
#include <stdlib.h>

/* The array of *cap elements of `each` bytes, perhaps moved, with room behind its first n for one more; NULL without
   memory: then array and *cap stay as they are. */
static inline void *ax_grow(void *array, size_t n, size_t *cap, size_t each)
{
    if (n < *cap)
        return array;
    const size_t more = *cap ? 2 * *cap : 64;
    void *grown = realloc(array, more * each);
    if (grown)
        *cap = more;
    return grown;
}

#endif
