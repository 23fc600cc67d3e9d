/* Finds the finished candidates with a network's hash: a table of (hash, id) with open addressing, rebuilt from the
   candidates after a resume. */
#ifndef AX_SEARCH_DUPLICATES_H
#define AX_SEARCH_DUPLICATES_H

#include "engine/base/err.h"

#include <stdint.h>

typedef struct ax_duplicates {
    struct ax_duplicates_slot {
        uint64_t hash;
        uint32_t id; /* 0 = free */
    } * slot;
    uint32_t n, cap; /* cap: 0 or a power of two */
} ax_duplicates;     /* all zeros = empty */

void ax_duplicates_release(ax_duplicates *d);
ax_code ax_duplicates_add(ax_duplicates *d, uint64_t hash, uint32_t id, ax_err *err);
/* The next id with this hash, 0 = none; *at is 0 for the first call. Equal hashes come in the order of insertion. */
uint32_t ax_duplicates_next(const ax_duplicates *d, uint64_t hash, uint32_t *at);

#endif
