/* A small network that uses every differentiable operation, with one value read three times, and an oracle for plans:
   the graph executed node by node on the reference kernels, with separate memory for every value. */
#ifndef AX_TEST_SMALLNET_H
#define AX_TEST_SMALLNET_H

#include "engine/graph/params.h"
#include "engine/graph/plan.h"

#include <stdbool.h>

typedef struct ax_smallnet {
    ax_graph *g;
    ax_val x, logits, loss, unread; /* unread: a batch norm in training that nothing reads */
} ax_smallnet;

/* Inputs "x" {2,6,5,3}, "target" {2,12,10,5} and "labels" {2,12,10,1}; keeps "logits" and "loss". Fails the test on
   errors. train: batch norms use batch statistics, and the graph is differentiated. */
ax_smallnet ax_smallnet_build(bool train);
void ax_smallnet_free(ax_smallnet *net);

enum { AX_SMALLNET_X = 2 * 6 * 5 * 3, AX_SMALLNET_PIXELS = 2 * 12 * 10, AX_SMALLNET_CLASSES = 5 };
typedef struct ax_smallnet_data {
    float x[AX_SMALLNET_X], target[AX_SMALLNET_PIXELS * AX_SMALLNET_CLASSES];
    uint8_t labels[AX_SMALLNET_PIXELS]; /* one in seven is AX_IGNORE */
} ax_smallnet_data;
void ax_smallnet_fill(ax_smallnet_data *d, uint64_t seed);
void ax_smallnet_write(ax_plan *p, const ax_smallnet_data *d);

/* Every value of the graph after one run, at index id - 1; parameters are read from params, which stay unchanged. */
typedef struct ax_naive {
    void **mem;
    size_t n;
} ax_naive;
ax_naive ax_naive_run(const ax_graph *g, const ax_params *params, const ax_smallnet_data *d);
void ax_naive_release(ax_naive *r);

#endif
