/* Parts of the bench command. */
#ifndef AX_COMMAND_BENCH_H
#define AX_COMMAND_BENCH_H

#include "engine/graph/plan.h"

/* Prints where the time of a plan went, from its profiled runs: equal operations of equal shape in one row, the longest
   first, with their time per run, share and, for convolutions, GFLOP/s. */
ax_code ax_bench_profile(const ax_graph *g, const ax_plan *plan, ax_err *err);

#endif
