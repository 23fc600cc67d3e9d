/* Arrays that grow by doubling. */
#ifndef AX_BASE_GROW_H
#define AX_BASE_GROW_H

#include <stddef.h>
#include <stdlib.h>

/* Makes room for one more element behind the first n of an array of *cap elements of `each` bytes. Returns the array,
   which may have moved, or NULL without memory; array and *cap are then unchanged. */
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
