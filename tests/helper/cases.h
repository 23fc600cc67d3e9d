/* Calls of operations for tests of backends: every operation, odd sizes, and the shapes that occur in the search
   spaces. */
#ifndef AX_TEST_CASES_H
#define AX_TEST_CASES_H

#include "engine/op/op.h"

typedef struct ax_case {
    const char *name;
    ax_op op;
    ax_attr attr;
    uint32_t n_in;
    ax_type in[AX_MAX_IN];
    float lo, hi;     /* range of the values of input 0; both 0: -1 .. 1 */
    bool all_ignored; /* labels: all AX_IGNORE instead of one in five; depths: all 0 */
    bool large;       /* too large for numeric gradients */
} ax_case;

extern const ax_case ax_cases[];
extern const size_t ax_case_count;

#endif
