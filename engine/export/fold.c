#include "engine/export/fold.h"

#include <math.h>
#include <stdlib.h>

/* The parameter behind a value of the graph, copied to the host (malloc). */
static float *param(const ax_graph *g, const ax_params *p, uint32_t id, size_t *n, ax_err *err)
{
    const ax_value *v = ax_graph_value(g, id);
    size_t i = v->kind == AX_VALUE_PARAM ? ax_params_find(p, v->name) : SIZE_MAX;
    if (i == SIZE_MAX) {
        ax_fail(err, AX_EINVAL, "weights that aren't parameters");
        return NULL;
    }
    *n = ax_shape_count(v->type.shape);
    float *host = malloc(*n * sizeof *host);
    if (!host)
        ax_fail(err, AX_ENOMEM, "%s: no memory", v->name);
    else if (ax_params_get(p, i, AX_SLOT_VALUE, host, err) != AX_OK) {
        free(host);
        host = NULL;
    }
    return host;
}

/* A batch norm as y = scale[c] * x + shift[c], computed in double; the caller frees both. */
static ax_code affine(const ax_graph *g, const ax_params *p, const ax_node *norm, double **scale, double **shift,
                      size_t *n, ax_err *err)
{
    enum { GAMMA, BETA, MEAN, VAR, N };
    float *v[N] = { NULL };
    ax_code code = AX_OK;
    for (int k = 0; k < N && code == AX_OK; k++)
        if (!(v[k] = param(g, p, norm->in[1 + k], n, err)))
            code = err->code;
    if (code == AX_OK && (!(*scale = malloc(*n * sizeof **scale)) || !(*shift = malloc(*n * sizeof **shift))))
        code = ax_fail(err, AX_ENOMEM, "no memory for a batch norm of %zu channels", *n);
    for (size_t c = 0; c < *n && code == AX_OK; c++) {
        (*scale)[c] = (double)v[GAMMA][c] / sqrt((double)v[VAR][c] + (double)norm->attr.norm.eps);
        (*shift)[c] = (double)v[BETA][c] - (*scale)[c] * (double)v[MEAN][c];
    }
    for (int k = 0; k < N; k++)
        free(v[k]);
    return code;
}

static ax_code take_norm(ax_folded *f, const double *scale, const double *shift, size_t n, ax_err *err)
{
    size_t each = f->n_weight / n;
    float *bias = malloc(n * sizeof *bias);
    if (!bias)
        return ax_fail(err, AX_ENOMEM, "no memory for a batch norm of %zu channels", n);
    for (size_t c = 0; c < n; c++) {
        for (size_t i = c * each; i < (c + 1) * each; i++)
            f->weight[i] = (float)(scale[c] * (double)f->weight[i]);
        bias[c] = (float)(shift[c] + (f->bias ? scale[c] * (double)f->bias[c] : 0));
    }
    free(f->bias);
    f->bias = bias;
    f->n_bias = n;
    return AX_OK;
}

ax_code ax_fold(ax_folded *f, const ax_graph *g, const ax_params *p, const ax_node *conv, const ax_node *norm,
                ax_err *err)
{
    double *scale = NULL, *shift = NULL;
    size_t n = 0;
    *f = (ax_folded) { 0 };
    if (!(f->weight = param(g, p, conv->in[1], &f->n_weight, err)) ||
        (conv->n_in > 2 && !(f->bias = param(g, p, conv->in[2], &f->n_bias, err))))
        return err->code;
    ax_code code = norm ? affine(g, p, norm, &scale, &shift, &n, err) : AX_OK;
    if (code == AX_OK && norm)
        code = take_norm(f, scale, shift, n, err);
    free(scale);
    free(shift);
    return code;
}

ax_code ax_fold_norm(ax_folded *f, const ax_graph *g, const ax_params *p, const ax_node *norm, ax_err *err)
{
    double *scale = NULL, *shift = NULL;
    size_t n = 0;
    *f = (ax_folded) { 0 };
    ax_code code = affine(g, p, norm, &scale, &shift, &n, err);
    if (code == AX_OK && (!(f->weight = malloc(n * sizeof *f->weight)) || !(f->bias = malloc(n * sizeof *f->bias))))
        code = ax_fail(err, AX_ENOMEM, "no memory for a batch norm of %zu channels", n);
    for (size_t c = 0; c < n && code == AX_OK; c++) {
        f->weight[c] = (float)scale[c];
        f->bias[c] = (float)shift[c];
    }
    f->n_weight = f->n_bias = n;
    free(scale);
    free(shift);
    return code;
}

ax_code ax_fold_factor(ax_folded *f, const ax_graph *g, const ax_params *p, uint32_t value, ax_err *err)
{
    *f = (ax_folded) { 0 };
    f->weight = param(g, p, value, &f->n_weight, err);
    return f->weight ? AX_OK : err->code;
}

void ax_folded_release(ax_folded *f)
{
    free(f->weight);
    free(f->bias);
    *f = (ax_folded) { 0 };
}
