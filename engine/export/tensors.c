/* Exports a model's tensors as a safetensors file, unmodified or with batch norm folded into convolutions. */
#include "engine/base/grow.h"
#include "engine/base/sha256.h"
#include "engine/export/fold.h"
#include "engine/export/model.h"
#include "engine/export/reach.h"
#include "engine/model/network.h"
#include "engine/model/tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 160 };

typedef struct tensors {
    ax_st_tensor *tensor;
    size_t n, cap;
} tensors;

/* Takes ownership of data (malloc), even on failure. */
static ax_code add(tensors *list, const char *name, const int64_t *dim, int n_dim, float *data, ax_err *err)
{
    char *own = strdup(name);
    ax_st_tensor t = { .name = own, .dtype = AX_ST_F32, .n_dim = n_dim, .elements = 1, .data = data };
    for (int d = 0; d < n_dim; d++) {
        t.dim[d] = dim[d];
        t.elements *= (size_t)dim[d];
    }
    t.bytes = t.elements * sizeof(float);
    ax_st_tensor *grown = ax_grow(list->tensor, list->n, &list->cap, sizeof *grown);
    list->tensor = grown ? grown : list->tensor;
    if (!own || !data || !grown) {
        free(own);
        free(data);
        return ax_fail(err, AX_ENOMEM, "%s: no memory", name);
    }
    list->tensor[list->n++] = t;
    return AX_OK;
}

static void release(tensors *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free((void *)(uintptr_t)list->tensor[i].name);
        free((void *)(uintptr_t)list->tensor[i].data);
    }
    free(list->tensor);
}

static ax_code take_file(tensors *list, const ax_predictor *p, ax_err *err)
{
    ax_code code = AX_OK;
    for (size_t i = 0; i < ax_safetensors_count(p->st) && code == AX_OK; i++) {
        const ax_st_tensor *t = ax_safetensors_at(p->st, i);
        float *data = malloc(t->elements ? t->elements * sizeof *data : 1);
        code = data ? ax_st_import(t, p->path, AX_ST_FLOATS, data, err)
                    : ax_fail(err, AX_ENOMEM, "%s: no memory", t->name);
        if (code == AX_OK)
            code = add(list, t->name, t->dim, t->n_dim, data, err);
        else
            free(data);
    }
    return code;
}

/* "decoder.head.conv.weight" and "decoder.head.conv.bias", for the reader of parameter "decoder.head.conv.weight". */
static ax_code add_folded(tensors *list, const ax_graph *g, uint32_t weight, ax_folded *f, ax_err *err)
{
    const ax_value *v = ax_graph_value(g, weight);
    const char *dot = strrchr(v->name, '.');
    char name[NAME];
    int64_t dim[4];
    int n_dim = ax_tensor_dims(v->type, dim);
    ax_code code = add(list, v->name, dim, n_dim, f->weight, err);
    f->weight = NULL;
    if (code != AX_OK || !f->bias)
        return code;
    const int64_t channels[1] = { (int64_t)f->n_bias };
    snprintf(name, sizeof name, "%.*s.bias", dot ? (int)(dot - v->name) : NAME, v->name);
    code = add(list, name, channels, 1, f->bias, err);
    f->bias = NULL;
    return code;
}

/* Parameters of other nodes, unmodified. */
static ax_code take_params(tensors *list, const ax_predictor *p, const ax_node *n, ax_err *err)
{
    const ax_graph *g = p->session.graph;
    ax_code code = AX_OK;
    for (uint32_t k = 0; k < n->n_in && code == AX_OK; k++) {
        ax_folded f = { 0 };
        if (ax_graph_value(g, n->in[k])->kind != AX_VALUE_PARAM)
            continue;
        code = ax_fold_factor(&f, g, p->session.params, n->in[k], err);
        if (code == AX_OK)
            code = add_folded(list, g, n->in[k], &f, err);
        ax_folded_release(&f);
    }
    return code;
}

static ax_code take_node(tensors *list, const ax_predictor *p, const ax_reach *r, const ax_node *n, ax_err *err)
{
    const ax_graph *g = p->session.graph;
    const ax_params *params = p->session.params;
    ax_folded f = { 0 };
    ax_code code = AX_OK;
    if (n->op != AX_OP_CONV2D && n->op != AX_OP_BNORM)
        return take_params(list, p, n, err);
    if (n->op == AX_OP_CONV2D)
        code = ax_fold(&f, g, params, n, ax_reach_norm(r, g, n), err);
    else if (n->op == AX_OP_BNORM) {
        const ax_value *x = ax_graph_value(g, n->in[0]);
        const ax_node *before = x->kind == AX_VALUE_RESULT ? ax_graph_node(g, x->node) : NULL;
        if (!before || before->op != AX_OP_CONV2D || ax_reach_norm(r, g, before) != n)
            code = ax_fold_norm(&f, g, params, n, err);
    }
    if (code == AX_OK && f.weight)
        code = add_folded(list, g, n->in[1], &f, err);
    ax_folded_release(&f);
    return code;
}

static ax_code take_folded(tensors *list, ax_predictor *p, ax_err *err)
{
    ax_reach r = { 0 };
    ax_val out;
    ax_code code = ax_export_build(p, 1, 32, 32, NULL, &out, err);
    if (code == AX_OK)
        code = ax_reach_init(&r, p->session.graph, out, err);
    for (size_t i = 0; code == AX_OK && i < ax_graph_nodes(p->session.graph); i++)
        code = r.node[i] ? take_node(list, p, &r, ax_graph_node(p->session.graph, i), err) : AX_OK;
    ax_reach_release(&r);
    return code;
}

static ax_code write_file(const tensors *list, const ax_predictor *p, bool fold, const char *path, ax_err *err)
{
    char digest[AX_SHA256_TEXT];
    size_t bytes, n = 0, theirs = ax_safetensors_metas(p->st);
    const void *file = ax_safetensors_bytes(p->st, &bytes);
    ax_st_meta *meta = malloc((theirs + 2) * sizeof *meta);
    if (!meta)
        return ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    for (size_t i = 0; i < theirs; i++) {
        ax_st_meta m = ax_safetensors_meta_at(p->st, i);
        if (fold && !strcmp(m.key, "format"))
            m.value = "auxcell-folded";
        if (strcmp(m.key, "exported_by") && strcmp(m.key, "source_sha256"))
            meta[n++] = m;
    }
    meta[n++] = (ax_st_meta) { "exported_by", "auxcell " AX_VERSION };
    meta[n++] = (ax_st_meta) { "source_sha256", ax_sha256_text(file, bytes, digest) };
    ax_code code = ax_safetensors_output(path, list->tensor, list->n, meta, n, err);
    free(meta);
    return code;
}

ax_code ax_export_safetensors(ax_predictor *p, bool fold, const char *path, ax_err *err)
{
    tensors list = { 0 };
    ax_code code = fold ? take_folded(&list, p, err) : take_file(&list, p, err);
    if (code == AX_OK)
        code = write_file(&list, p, fold, path, err);
    release(&list);
    return code;
}
