/* What onnx.c and onnx_ops.c share: the graph being written. */
#ifndef AX_EXPORT_ONNX_INTERNAL_H
#define AX_EXPORT_ONNX_INTERNAL_H

#include "engine/export/fold.h"
#include "engine/export/onnx.h"
#include "engine/export/onnx_message.h"
#include "engine/export/reach.h"

enum { AX_ONNX_NAME = 112, AX_ONNX_CONSTANTS = 64 };

/* A value of our graph there. */
typedef struct ax_onnx_value {
    char name[AX_ONNX_NAME]; /* "": not written (yet) */
    bool constant;           /* the same in every pixel: a tensor {n,c,1,1}, although its map has the type's size */
} ax_onnx_value;

typedef struct ax_onnx_graph {
    const ax_graph *g;
    const ax_params *p;
    const ax_onnx_spec *spec;
    ax_reach reach;
    ax_onnx_value *value;                         /* per value id - 1 */
    ax_str message;                               /* the GraphProto so far: nodes and initializers */
    char shared[AX_ONNX_CONSTANTS][AX_ONNX_NAME]; /* constants that several nodes may read */
    size_t n_shared;
    ax_err *err;
} ax_onnx_graph;

/* A power of two times the other? */
bool ax_onnx_doubles(int32_t a, int32_t b);
/* Writes node i of the graph. What goes wrong is in m->err, and the code is returned. */
ax_code ax_onnx_write_node(ax_onnx_graph *m, size_t i);
/* Gives a value that is constant its full size. */
ax_code ax_onnx_expand(ax_onnx_graph *m, uint32_t id);
/* A node whose output is the name of value id; in: names. */
void ax_onnx_apply(ax_onnx_graph *m, const char *op, const char *const *in, size_t n_in,
                   const ax_onnx_attribute *attribute, size_t n_attributes, const char *out);
/* Writes the constant unless it is there. */
ax_code ax_onnx_share(ax_onnx_graph *m, const char *name, ax_onnx_type type, const int64_t *dim, size_t n_dim,
                      const void *data);

#endif
