/* In which order nodes run, and which of them together, for a backend that launches kernels: independent nodes of one
   kind cost it little more than one of them. */
#ifndef AX_GRAPH_SCHEDULE_H
#define AX_GRAPH_SCHEDULE_H

#include "engine/graph/graph.h"

/* step {n}: indices of the nodes that run, in an order in which every node comes after what it reads; becomes another
   such order. group {n}: of each step; groups are numbered from 0, their steps are neighbours, of one operation and
   direction, at most AX_TOGETHER, and none reads what another writes. Dense convolutions, which libraries compute, are
   groups of their own. */
ax_code ax_schedule(const ax_graph *g, size_t *step, size_t n, uint32_t *group, ax_err *err);

#endif
