#include "engine/export/onnx_message.h"

#include "engine/export/protobuf.h"

static void begin(ax_str *m)
{
    ax_str_init(m, AX_ONNX_BYTES);
}

static void end(ax_str *m, unsigned field, ax_str *part)
{
    ax_pb_message(m, field, part);
    ax_str_release(part);
}

/* AttributeProto: name 1, i 3, s 4, ints 8, type 20 (INT 2, STRING 3, INTS 7). */
static void add_attribute(ax_str *node, const ax_onnx_attribute *a)
{
    ax_str m;
    begin(&m);
    ax_pb_text(&m, 1, a->name);
    if (a->kind == AX_ONNX_INT)
        ax_pb_varint(&m, 3, (uint64_t)a->i[0]);
    if (a->kind == AX_ONNX_WORD)
        ax_pb_text(&m, 4, a->word);
    for (size_t k = 0; a->kind == AX_ONNX_INTS && k < a->n; k++)
        ax_pb_varint(&m, 8, (uint64_t)a->i[k]);
    ax_pb_varint(&m, 20, a->kind == AX_ONNX_INT ? 2 : a->kind == AX_ONNX_WORD ? 3 : 7);
    end(node, 5, &m);
}

/* NodeProto: input 1, output 2, name 3, op_type 4, attribute 5; GraphProto: node 1. */
void ax_onnx_add_node(ax_str *graph, const ax_onnx_node *node)
{
    ax_str m;
    begin(&m);
    for (size_t i = 0; i < node->n_in; i++)
        ax_pb_text(&m, 1, node->in[i]);
    ax_pb_text(&m, 2, node->out);
    ax_pb_text(&m, 3, node->name);
    ax_pb_text(&m, 4, node->op);
    for (size_t i = 0; i < node->n_attributes; i++)
        add_attribute(&m, &node->attribute[i]);
    end(graph, 1, &m);
}

/* TensorProto: dims 1, data_type 2, name 8, raw_data 9 (little-endian); GraphProto: initializer 5. */
void ax_onnx_add_tensor(ax_str *graph, const char *name, ax_onnx_type type, const int64_t *dim, size_t n_dim,
                        const void *data)
{
    ax_str m;
    size_t n = type == AX_ONNX_FLOAT ? sizeof(float) : sizeof(int64_t);
    begin(&m);
    for (size_t d = 0; d < n_dim; d++) {
        ax_pb_varint(&m, 1, (uint64_t)dim[d]);
        n *= (size_t)dim[d];
    }
    ax_pb_varint(&m, 2, type);
    ax_pb_text(&m, 8, name);
    ax_pb_bytes(&m, 9, data, n);
    end(graph, 5, &m);
}

/* TensorShapeProto: dim 1 (dim_value 1, dim_param 2). */
static void add_shape(ax_str *tensor, const ax_onnx_dim *dim, size_t n_dim)
{
    ax_str shape;
    begin(&shape);
    for (size_t d = 0; d < n_dim; d++) {
        ax_str m;
        begin(&m);
        if (dim[d].value)
            ax_pb_varint(&m, 1, (uint64_t)dim[d].value);
        else
            ax_pb_text(&m, 2, dim[d].name);
        end(&shape, 1, &m);
    }
    end(tensor, 2, &shape);
}

/* ValueInfoProto: name 1, type 2; TypeProto: tensor_type 1 (elem_type 1, shape 2); GraphProto: input 11, output 12. */
void ax_onnx_add_port(ax_str *graph, ax_onnx_port port, const char *name, ax_onnx_type type, const ax_onnx_dim *dim,
                      size_t n_dim)
{
    ax_str info, kind, tensor;
    begin(&info);
    begin(&kind);
    begin(&tensor);
    ax_pb_varint(&tensor, 1, type);
    add_shape(&tensor, dim, n_dim);
    end(&kind, 1, &tensor);
    ax_pb_text(&info, 1, name);
    end(&info, 2, &kind);
    end(graph, port == AX_ONNX_IN ? 11 : 12, &info);
}

/* ModelProto: ir_version 1, producer_name 2, producer_version 3, doc_string 6, opset_import 8 (domain 1, version 2). */
void ax_onnx_add_head(ax_str *model, const char *version, const char *doc)
{
    ax_str opset;
    begin(&opset);
    ax_pb_text(&opset, 1, "");
    ax_pb_varint(&opset, 2, AX_ONNX_OPSET);
    ax_pb_varint(model, 1, AX_ONNX_IR);
    ax_pb_text(model, 2, "auxcell");
    ax_pb_text(model, 3, version);
    ax_pb_text(model, 6, doc);
    end(model, 8, &opset);
}

/* ModelProto: metadata_props 14; StringStringEntryProto: key 1, value 2. */
void ax_onnx_add_metadata(ax_str *model, const char *key, const char *value)
{
    ax_str m;
    begin(&m);
    ax_pb_text(&m, 1, key);
    ax_pb_text(&m, 2, value);
    end(model, 14, &m);
}

/* GraphProto: name 2; ModelProto: graph 7. */
void ax_onnx_add_graph(ax_str *model, ax_str *graph, const char *name)
{
    ax_pb_text(graph, 2, name);
    ax_pb_message(model, 7, graph);
}
