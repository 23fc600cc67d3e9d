/* Orders and groups nodes for a backend that launches kernels: there, several independent nodes of one kind cost little
   more than one. */
#ifndef AX_GRAPH_SCHEDULE_H
#define AX_GRAPH_SCHEDULE_H

#include "engine/graph/graph.h"

/* step {n}: indices of the nodes to run, each after the nodes it depends on; replaced by another such order. group {n}:
   of each step, numbered from 0. Steps of a group are adjacent, of one operation and direction, at most AX_TOGETHER,
   and none reads what another writes. Dense convolutions, which libraries compute, are groups of their own. */
ax_code ax_schedule(const ax_graph *g, size_t *step, size_t n, uint32_t *group, ax_err *err);

#endif
