/* Size and cost of a graph. */
#ifndef AX_GRAPH_STATS_H
#define AX_GRAPH_STATS_H

#include "engine/graph/graph.h"

typedef struct ax_stats {
    uint64_t params; /* elements of trainable parameters */
    uint64_t macs;   /* multiply-adds of all convolutions in one forward pass, whole batch */
} ax_stats;
ax_stats ax_graph_stats(const ax_graph *g);

#endif
