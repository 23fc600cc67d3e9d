/* A graph of values and nodes, both in arrays; handles are indices. A graph has no tensors: it describes the
   computation, and a plan assigns the memory. */
#ifndef AX_GRAPH_GRAPH_H
#define AX_GRAPH_GRAPH_H

#include "engine/op/op.h"

typedef struct ax_graph ax_graph;
typedef struct ax_val {
    uint32_t id; /* 0 = none */
} ax_val;

/* Initialisation of a parameter, and the optimiser group it belongs to. */
typedef enum ax_init {
    AX_INIT_ZERO,
    AX_INIT_ONE,
    /* Normal, variance 2 / fan (He et al., ICCV 2015), with fan = kernel area times the larger of input and output
       channels per group. For a classifier that is the number of inputs, which keeps the first logits small. */
    AX_INIT_HE,
    AX_INIT_SMALL, /* normal, deviation 0.001: outputs start near zero */
    AX_INIT_FAN_IN /* uniform within 1 / sqrt(fan_in) around 0, PyTorch's default for convolutions */
} ax_init;
typedef enum ax_group { AX_GROUP_ENCODER, AX_GROUP_DECODER, AX_GROUP_COUNT } ax_group;
typedef struct ax_param_spec {
    const char *name; /* "decoder.adapt.0.conv.weight"; copied by the graph */
    ax_type type;
    ax_init init;
    ax_group group;
    bool trainable; /* false: running statistics */
    int32_t fan_in; /* for AX_INIT_FAN_IN: inputs per output */
} ax_param_spec;

typedef enum ax_value_kind { AX_VALUE_INPUT, AX_VALUE_PARAM, AX_VALUE_RESULT } ax_value_kind;
typedef struct ax_value {
    ax_value_kind kind;
    ax_type type;
    const char *name;          /* of inputs, parameters and kept results; else NULL */
    const ax_param_spec *spec; /* of parameters */
    uint32_t node, output;     /* of results: the producing node, and the output's index */
    bool kept;                 /* it lives to the end of a run and can be read by name */
} ax_value;
typedef struct ax_node {
    ax_op op;
    bool backward;
    ax_attr attr;
    /* Value ids, 0 = absent; in the order of ax_call. */
    uint32_t in[AX_MAX_OUT + AX_MAX_IN + AX_MAX_OUT], out[AX_MAX_IN];
    uint32_t n_in, n_out;
    /* Bit i: the kernel reads in[i]. The other inputs are listed for their types: a backward node lists all forward
       inputs and outputs, but an ADD's gradient, for example, reads none of their values. */
    uint32_t reads;
} ax_node;

ax_graph *ax_graph_new(ax_err *err);
void ax_graph_free(ax_graph *g);

/* The builders return {0} on failure. Given a {0} input they fail and leave err unchanged, so that a chain of calls
   needs one check, of the last handle. */
ax_val ax_graph_input(ax_graph *g, const char *name, ax_type type, ax_err *err);
/* A second request for a name returns the same value; AX_EINVAL when the type differs. */
ax_val ax_graph_param(ax_graph *g, const ax_param_spec *spec, ax_err *err);
ax_val ax_graph_apply(ax_graph *g, ax_op op, ax_attr attr, const ax_val *in, size_t n_in, ax_err *err);
/* The k-th output of the node that produces v (the unit gradient of a CE, for example). */
ax_val ax_graph_output(const ax_graph *g, ax_val v, unsigned k);
/* Names v and keeps it until the end of a run; names are unique. A result that no node reads and that isn't kept is
   dead. */
ax_code ax_graph_keep(ax_graph *g, ax_val v, const char *name, ax_err *err);

/* Appends the nodes that compute the gradient of the scalar `loss` with respect to every trainable parameter that it
   depends on, and to every input listed in wrt (may be NULL). Gradients are summed by ADD where a value has several
   readers. Other parameters have no gradient. Once per graph. */
ax_code ax_graph_backward(ax_graph *g, ax_val loss, const ax_val *wrt, size_t n_wrt, ax_err *err);
/* The gradient of v; {0} when it has none. */
ax_val ax_graph_grad(const ax_graph *g, ax_val v);

size_t ax_graph_values(const ax_graph *g); /* ids run from 1 to this */
const ax_value *ax_graph_value(const ax_graph *g, uint32_t id);
size_t ax_graph_nodes(const ax_graph *g);
const ax_node *ax_graph_node(const ax_graph *g, size_t index);
ax_val ax_graph_find(const ax_graph *g, const char *name); /* inputs, parameters, kept values; {0} = unknown */
ax_type ax_graph_type(const ax_graph *g, ax_val v);

#endif
