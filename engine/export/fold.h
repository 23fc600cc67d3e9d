/* Folds batch norm with running statistics into the preceding convolution. */
#ifndef AX_EXPORT_FOLD_H
#define AX_EXPORT_FOLD_H

#include "engine/graph/params.h"

typedef struct ax_folded {
    float *weight; /* OIHW */
    float *bias;   /* one value per output channel; NULL: none */
    size_t n_weight, n_bias;
} ax_folded;

/* A convolution together with its batch norm (NULL: none), without the activation: with s = gamma / sqrt(running_var +
   eps), weight' = s * weight and bias' = beta + s * (bias - running_mean), computed in double. Release the result even
   after a failure. */
ax_code ax_fold(ax_folded *f, const ax_graph *g, const ax_params *p, const ax_node *conv, const ax_node *norm,
                ax_err *err);
/* The same for a batch norm without a preceding convolution: y = weight[c] * x + bias[c]. */
ax_code ax_fold_norm(ax_folded *f, const ax_graph *g, const ax_params *p, const ax_node *norm, ax_err *err);
/* An unmodified parameter, as the weight. */
ax_code ax_fold_factor(ax_folded *f, const ax_graph *g, const ax_params *p, uint32_t value, ax_err *err);
void ax_folded_release(ax_folded *f);

#endif
