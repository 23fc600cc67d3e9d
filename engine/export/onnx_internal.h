/* What the files of onnx share: the graph being written. */
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

static inline const ax_type *ax_onnx_type_of(const ax_onnx_graph *m, uint32_t id)
{
    return &ax_graph_value(m->g, id)->type;
}

static inline const char *ax_onnx_name_of(const ax_onnx_graph *m, uint32_t id)
{
    return m->value[id - 1].name;
}

/* Writes node i of the graph. What goes wrong is in m->err, and the code is returned. */
ax_code ax_onnx_write_node(ax_onnx_graph *m, size_t i);

/* ---- onnx_sizes.c; in, out: names ---- */
/* A power of two times the other? */
bool ax_onnx_doubles(int32_t a, int32_t b);
/* The name of a value that is about to be written: hint, unless it is the output. */
void ax_onnx_name_value(ax_onnx_graph *m, uint32_t id, const char *hint, bool constant);
/* Between 0 and most. */
ax_code ax_onnx_clip(ax_onnx_graph *m, const char *in, float most, const char *out);
/* A map of zeros where sizes aren't known: of a value that has the size (or is pooled to it), everything clipped to
   [0, 0], so that no operation is needed that reads shapes. */
ax_code ax_onnx_zeros(ax_onnx_graph *m, ax_shape s, const char *out);
/* Bilinear, half-pixel centres; edges are clamped. Scales are given where they are exact in float32, else sizes. */
ax_code ax_onnx_resize(ax_onnx_graph *m, const char *x, ax_shape from, ax_shape to, const char *out);
/* Gives a value that is constant its full size. */
ax_code ax_onnx_expand(ax_onnx_graph *m, uint32_t id);
/* A node whose output is the name of value id; in: names. */
void ax_onnx_apply(ax_onnx_graph *m, const char *op, const char *const *in, size_t n_in,
                   const ax_onnx_attribute *attribute, size_t n_attributes, const char *out);
/* Writes the constant unless it is there. */
ax_code ax_onnx_share(ax_onnx_graph *m, const char *name, ax_onnx_type type, const int64_t *dim, size_t n_dim,
                      const void *data);

#endif
