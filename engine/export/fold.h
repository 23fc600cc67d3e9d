/* Batch norm of the running statistics taken into the convolution before it. */
#ifndef AX_EXPORT_FOLD_H
#define AX_EXPORT_FOLD_H

#include "engine/graph/params.h"

typedef struct ax_folded {
    float *weight; /* OIHW */
    float *bias;   /* one per output channel; NULL: there is none, as without batch norm */
    size_t n_weight, n_bias;
} ax_folded;

/* What a convolution computes together with norm (NULL: by itself), whose activation isn't part of it: with
   s = gamma / sqrt(running_var + eps), weight' = s * weight and bias' = beta + s * (bias - running_mean), computed in
   double. Release it also after a failure. */
ax_code ax_fold(ax_folded *f, const ax_graph *g, const ax_params *p, const ax_node *conv, const ax_node *norm,
                ax_err *err);
/* The same for a batch norm that isn't behind a convolution: y = weight[c] * x + bias[c]. */
ax_code ax_fold_norm(ax_folded *f, const ax_graph *g, const ax_params *p, const ax_node *norm, ax_err *err);
/* A parameter as it is, as the weight. */
ax_code ax_fold_factor(ax_folded *f, const ax_graph *g, const ax_params *p, uint32_t value, ax_err *err);
void ax_folded_release(ax_folded *f);

#endif
