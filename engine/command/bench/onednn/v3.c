/* oneDNN 3: memory descriptors are created and destroyed; primitive descriptors are created directly. */
#include "engine/command/bench/onednn/interface.h"

dnnl_status_t ax_dnnl_desc_init(ax_dnnl_desc *d, int n_dims, const dnnl_dims_t dims, dnnl_format_tag_t tag)
{
    d->md = NULL;
    return dnnl_memory_desc_create_with_tag(&d->md, n_dims, dims, dnnl_f32, tag);
}

void ax_dnnl_desc_release(ax_dnnl_desc *d)
{
    if (d->md)
        dnnl_memory_desc_destroy(d->md);
    d->md = NULL;
}

dnnl_status_t ax_dnnl_argument(const_dnnl_primitive_desc_t pd, int arg, bool backward, dnnl_engine_t engine,
                               dnnl_memory_t *mem, size_t *bytes, bool *floats)
{
    *mem = NULL;
    if (backward && arg == DNNL_ARG_SHIFT) /* it has a descriptor, but must not be passed */
        return dnnl_success;
    const_dnnl_memory_desc_t md = dnnl_primitive_desc_query_md(pd, dnnl_query_exec_arg_md, arg);
    if (!md || !(*bytes = dnnl_memory_desc_get_size(md)))
        return dnnl_success;
    dnnl_data_type_t type = dnnl_data_type_undef;
    dnnl_status_t s = dnnl_memory_desc_query(md, dnnl_query_data_type, &type);
    *floats = type == dnnl_f32;
    return s ? s : dnnl_memory_create(mem, md, engine, DNNL_MEMORY_ALLOCATE);
}

static dnnl_status_t destroy(dnnl_primitive_desc_t hint, dnnl_status_t s)
{
    dnnl_primitive_desc_destroy(hint);
    return s;
}

dnnl_status_t ax_dnnl_conv_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, ax_dnnl_pass pass,
                                  const ax_dnnl_conv *c)
{
    const dnnl_alg_kind_t direct = dnnl_convolution_direct;
    dnnl_primitive_desc_t forward = NULL;
    dnnl_status_t s = dnnl_convolution_forward_primitive_desc_create(
        &forward, engine, dnnl_forward_training, direct, c->x->md, c->w->md, c->bias ? c->bias->md : NULL, c->y->md,
        c->stride, c->dilation, c->pad, c->pad, NULL);
    if (s)
        return s;
    if (pass == AX_DNNL_FORWARD)
        *pd = forward;
    else if (pass == AX_DNNL_DATA)
        s = destroy(forward, dnnl_convolution_backward_data_primitive_desc_create(
                                 pd, engine, direct, c->x->md, c->w->md, c->y->md, c->stride, c->dilation, c->pad,
                                 c->pad, forward, NULL));
    else
        s = destroy(forward, dnnl_convolution_backward_weights_primitive_desc_create(
                                 pd, engine, direct, c->x->md, c->w->md, NULL, c->y->md, c->stride, c->dilation, c->pad,
                                 c->pad, forward, NULL));
    return s;
}

dnnl_status_t ax_dnnl_eltwise_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward,
                                     dnnl_alg_kind_t kind, const ax_dnnl_desc *x, float alpha, float beta)
{
    dnnl_primitive_desc_t hint = NULL;
    dnnl_status_t s = dnnl_eltwise_forward_primitive_desc_create(backward ? &hint : pd, engine, dnnl_forward_training,
                                                                 kind, x->md, x->md, alpha, beta, NULL);
    if (s || !backward)
        return s;
    return destroy(hint, dnnl_eltwise_backward_primitive_desc_create(pd, engine, kind, x->md, x->md, x->md, alpha, beta,
                                                                     hint, NULL));
}

dnnl_status_t ax_dnnl_norm_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward,
                                  dnnl_prop_kind_t forward, const ax_dnnl_desc *x, float eps, unsigned flags)
{
    dnnl_primitive_desc_t hint = NULL;
    dnnl_status_t s = dnnl_batch_normalization_forward_primitive_desc_create(backward ? &hint : pd, engine, forward,
                                                                             x->md, x->md, eps, flags, NULL);
    if (s || !backward)
        return s;
    return destroy(hint, dnnl_batch_normalization_backward_primitive_desc_create(pd, engine, dnnl_backward, x->md,
                                                                                 x->md, x->md, eps, flags, hint, NULL));
}

dnnl_status_t ax_dnnl_pool_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward, const ax_dnnl_desc *x,
                                  const ax_dnnl_desc *y, const dnnl_dims_t size)
{
    const dnnl_alg_kind_t mean = dnnl_pooling_avg_exclude_padding;
    const dnnl_dims_t none = { 0, 0 };
    dnnl_primitive_desc_t hint = NULL;
    dnnl_status_t s = dnnl_pooling_forward_primitive_desc_create(
        backward ? &hint : pd, engine, dnnl_forward_training, mean, x->md, y->md, size, size, none, none, none, NULL);
    if (s || !backward)
        return s;
    return destroy(hint, dnnl_pooling_backward_primitive_desc_create(pd, engine, mean, x->md, y->md, size, size, none,
                                                                     none, none, hint, NULL));
}

dnnl_status_t ax_dnnl_resize_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward,
                                    const ax_dnnl_desc *x, const ax_dnnl_desc *y)
{
    const dnnl_alg_kind_t linear = dnnl_resampling_linear;
    dnnl_primitive_desc_t hint = NULL;
    dnnl_status_t s = dnnl_resampling_forward_primitive_desc_create(
        backward ? &hint : pd, engine, dnnl_forward_training, linear, NULL, x->md, y->md, NULL);
    if (s || !backward)
        return s;
    return destroy(hint,
                   dnnl_resampling_backward_primitive_desc_create(pd, engine, linear, NULL, x->md, y->md, hint, NULL));
}

dnnl_status_t ax_dnnl_add_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, const ax_dnnl_desc *x)
{
    return dnnl_binary_primitive_desc_create(pd, engine, dnnl_binary_add, x->md, x->md, x->md, NULL);
}

dnnl_status_t ax_dnnl_concat_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, const ax_dnnl_desc *in, int n,
                                    const ax_dnnl_desc *y)
{
    const_dnnl_memory_desc_t all[AX_DNNL_CONCAT];
    for (int i = 0; i < n; i++)
        all[i] = in[i].md;
    return dnnl_concat_primitive_desc_create(pd, engine, y->md, n, 1, all, NULL);
}

dnnl_status_t ax_dnnl_log_softmax_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, const ax_dnnl_desc *x)
{
    return dnnl_softmax_forward_primitive_desc_create(pd, engine, dnnl_forward_inference, dnnl_softmax_log, x->md,
                                                      x->md, 1, NULL);
}
