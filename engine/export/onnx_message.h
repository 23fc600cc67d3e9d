/* Messages of an ONNX file (onnx.proto of IR version 7; the field numbers are in the .c file). Each function appends
   one field to message m. */
#ifndef AX_EXPORT_ONNX_MESSAGE_H
#define AX_EXPORT_ONNX_MESSAGE_H

#include "engine/base/str.h"

#include <stddef.h>
#include <stdint.h>

enum { AX_ONNX_IR = 7, AX_ONNX_OPSET = 13 };
/* Most bytes of a message: protocol buffers are limited to 2 GiB. */
#define AX_ONNX_BYTES (((size_t)1 << 31) - 1)

typedef enum ax_onnx_type { AX_ONNX_FLOAT = 1, AX_ONNX_INT64 = 7 } ax_onnx_type;

/* An attribute of a node: an integer, several integers, or a string. */
typedef struct ax_onnx_attribute {
    const char *name;
    enum { AX_ONNX_INT, AX_ONNX_INTS, AX_ONNX_WORD } kind;
    int64_t i[8];
    size_t n; /* count of INTS */
    const char *word;
} ax_onnx_attribute;

typedef struct ax_onnx_node {
    const char *op, *name;
    const char *in[8]; /* "": an omitted input */
    size_t n_in;
    const char *out;
    const ax_onnx_attribute *attribute;
    size_t n_attributes;
} ax_onnx_node;

/* One axis of an input or output. */
typedef struct ax_onnx_dim {
    int64_t value; /* 0: the axis is named */
    char name[48];
} ax_onnx_dim;

/* GraphProto */
void ax_onnx_add_node(ax_str *m, const ax_onnx_node *node);
void ax_onnx_add_tensor(ax_str *m, const char *name, ax_onnx_type type, const int64_t *dim, size_t n_dim,
                        const void *data);
typedef enum ax_onnx_port { AX_ONNX_IN, AX_ONNX_OUT } ax_onnx_port;
void ax_onnx_add_port(ax_str *m, ax_onnx_port port, const char *name, ax_onnx_type type, const ax_onnx_dim *dim,
                      size_t n_dim);
/* ModelProto: its head; metadata (the caller keeps keys unique); its named graph. */
void ax_onnx_add_head(ax_str *m, const char *version, const char *doc);
void ax_onnx_add_metadata(ax_str *m, const char *key, const char *value);
void ax_onnx_add_graph(ax_str *m, ax_str *graph, const char *name);

#endif
