/* Internals shared by the files of onnx: the graph being written. */
#ifndef AX_EXPORT_ONNX_INTERNAL_H
#define AX_EXPORT_ONNX_INTERNAL_H

#include "engine/export/fold.h"
#include "engine/export/onnx.h"
#include "engine/export/onnx_message.h"
#include "engine/export/reach.h"

enum { AX_ONNX_NAME = 112, AX_ONNX_CONSTANTS = 64 };

/* A value of our graph in the ONNX graph. */
typedef struct ax_onnx_value {
    char name[AX_ONNX_NAME]; /* "": not written (yet) */
    bool constant; /* equal in every pixel: stored as a tensor {n,c,1,1}, although the type has the map's size */
} ax_onnx_value;

typedef struct ax_onnx_graph {
    const ax_graph *g;
    const ax_params *p;
    const ax_onnx_spec *spec;
    ax_reach reach;
    ax_onnx_value *value;                         /* by value id - 1 */
    ax_str message;                               /* the GraphProto so far: nodes and initializers */
    char shared[AX_ONNX_CONSTANTS][AX_ONNX_NAME]; /* constants that several nodes may use */
    size_t n_shared;
    ax_err *err;
} ax_onnx_graph;

static inline const ax_type *ax_onnx_type_of(const ax_onnx_graph *m, uint32_t id)
{
    return &ax_graph_value(m->g, id)->type;
}

static inline const char *ax_onnx_name_of(const ax_onnx_graph *m, uint32_t id)
{
    return m->value[id - 1].name;
}

/* Writes node i of the graph. Returns the code of an error in m->err. */
ax_code ax_onnx_write_node(ax_onnx_graph *m, size_t i);

/* ---- onnx_sizes.c; in, out: names of values ---- */
/* Whether one is the other times a power of two. */
bool ax_onnx_doubles(int32_t a, int32_t b);
/* The name of a value to be written: hint, or the output's name. */
void ax_onnx_name_value(ax_onnx_graph *m, uint32_t id, const char *hint, bool constant);
/* Clips to 0 .. most. */
ax_code ax_onnx_clip(ax_onnx_graph *m, const char *in, float most, const char *out);
/* Makes a map of zeros where sizes are unknown, from a value of that size (or pooled to it) clipped to [0, 0], so that
   no operation that reads shapes is needed. */
ax_code ax_onnx_zeros(ax_onnx_graph *m, ax_shape s, const char *out);
/* Resizes: bilinear, half-pixel centres, clamped edges. Uses scales where they are exact in float32, else sizes. */
ax_code ax_onnx_resize(ax_onnx_graph *m, const char *x, ax_shape from, ax_shape to, const char *out);
/* Expands a constant value to its full size. */
ax_code ax_onnx_expand(ax_onnx_graph *m, uint32_t id);
/* Writes a node whose output is value id; in: names of its inputs. */
void ax_onnx_apply(ax_onnx_graph *m, const char *op, const char *const *in, size_t n_in,
                   const ax_onnx_attribute *attribute, size_t n_attributes, const char *out);
/* Writes the constant unless it has been written. */
ax_code ax_onnx_share(ax_onnx_graph *m, const char *name, ax_onnx_type type, const int64_t *dim, size_t n_dim,
                      const void *data);

#endif
