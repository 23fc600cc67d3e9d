/* oneDNN 2: an operation descriptor first, then the primitive descriptor. */
#include "engine/command/bench/onednn/interface.h"

dnnl_status_t ax_dnnl_desc_init(ax_dnnl_desc *d, int n_dims, const dnnl_dims_t dims, dnnl_format_tag_t tag)
{
    return dnnl_memory_desc_init_by_tag(&d->md, n_dims, dims, dnnl_f32, tag);
}

void ax_dnnl_desc_release(ax_dnnl_desc *d)
{
    (void)d;
}

dnnl_status_t ax_dnnl_argument(const_dnnl_primitive_desc_t pd, int arg, bool backward, dnnl_engine_t engine,
                               dnnl_memory_t *mem, size_t *bytes, bool *floats)
{
    (void)backward;
    *mem = NULL;
    const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(pd, dnnl_query_exec_arg_md, arg);
    if (!md || !md->ndims)
        return dnnl_success;
    *bytes = dnnl_memory_desc_get_size(md);
    *floats = md->data_type == dnnl_f32;
    return dnnl_memory_create(mem, md, engine, DNNL_MEMORY_ALLOCATE);
}

/* backward NULL: the forward primitive. */
static dnnl_status_t create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, const_dnnl_op_desc_t forward,
                            const_dnnl_op_desc_t backward)
{
    dnnl_primitive_desc_t hint = NULL;
    dnnl_status_t s = dnnl_primitive_desc_create(backward ? &hint : pd, forward, NULL, engine, NULL);
    if (s || !backward)
        return s;
    s = dnnl_primitive_desc_create(pd, backward, NULL, engine, hint);
    dnnl_primitive_desc_destroy(hint);
    return s;
}

dnnl_status_t ax_dnnl_conv_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, ax_dnnl_pass pass,
                                  const ax_dnnl_conv *c)
{
    dnnl_convolution_desc_t forward, backward;
    dnnl_status_t s = dnnl_dilated_convolution_forward_desc_init(
        &forward, dnnl_forward_training, dnnl_convolution_direct, &c->x->md, &c->w->md, c->bias ? &c->bias->md : NULL,
        &c->y->md, c->stride, c->dilation, c->pad, c->pad);
    if (!s && pass == AX_DNNL_DATA)
        s = dnnl_dilated_convolution_backward_data_desc_init(&backward, dnnl_convolution_direct, &c->x->md, &c->w->md,
                                                             &c->y->md, c->stride, c->dilation, c->pad, c->pad);
    if (!s && pass == AX_DNNL_WEIGHTS)
        s = dnnl_dilated_convolution_backward_weights_desc_init(&backward, dnnl_convolution_direct, &c->x->md,
                                                                &c->w->md, NULL, &c->y->md, c->stride, c->dilation,
                                                                c->pad, c->pad);
    return s ? s : create(pd, engine, &forward, pass == AX_DNNL_FORWARD ? NULL : &backward);
}

dnnl_status_t ax_dnnl_eltwise_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward,
                                     dnnl_alg_kind_t kind, const ax_dnnl_desc *x, float alpha, float beta)
{
    dnnl_eltwise_desc_t forward, back;
    dnnl_status_t s = dnnl_eltwise_forward_desc_init(&forward, dnnl_forward_training, kind, &x->md, alpha, beta);
    if (!s && backward)
        s = dnnl_eltwise_backward_desc_init(&back, kind, &x->md, &x->md, alpha, beta);
    return s ? s : create(pd, engine, &forward, backward ? &back : NULL);
}

dnnl_status_t ax_dnnl_norm_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward,
                                  dnnl_prop_kind_t forward, const ax_dnnl_desc *x, float eps, unsigned flags)
{
    dnnl_batch_normalization_desc_t there, back;
    dnnl_status_t s = dnnl_batch_normalization_forward_desc_init(&there, forward, &x->md, eps, flags);
    if (!s && backward)
        s = dnnl_batch_normalization_backward_desc_init(&back, dnnl_backward, &x->md, &x->md, eps, flags);
    return s ? s : create(pd, engine, &there, backward ? &back : NULL);
}

dnnl_status_t ax_dnnl_pool_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward, const ax_dnnl_desc *x,
                                  const ax_dnnl_desc *y, const dnnl_dims_t size)
{
    const dnnl_dims_t none = { 0, 0 };
    dnnl_pooling_desc_t forward, back;
    dnnl_status_t s = dnnl_pooling_forward_desc_init(&forward, dnnl_forward_training, dnnl_pooling_avg_exclude_padding,
                                                     &x->md, &y->md, size, size, none, none);
    if (!s && backward)
        s = dnnl_pooling_backward_desc_init(&back, dnnl_pooling_avg_exclude_padding, &x->md, &y->md, size, size, none,
                                            none);
    return s ? s : create(pd, engine, &forward, backward ? &back : NULL);
}

dnnl_status_t ax_dnnl_resize_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward,
                                    const ax_dnnl_desc *x, const ax_dnnl_desc *y)
{
    dnnl_resampling_desc_t forward, back;
    dnnl_status_t s = dnnl_resampling_forward_desc_init(&forward, dnnl_forward_training, dnnl_resampling_linear, NULL,
                                                        &x->md, &y->md);
    if (!s && backward)
        s = dnnl_resampling_backward_desc_init(&back, dnnl_resampling_linear, NULL, &x->md, &y->md);
    return s ? s : create(pd, engine, &forward, backward ? &back : NULL);
}

dnnl_status_t ax_dnnl_add_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, const ax_dnnl_desc *x)
{
    dnnl_binary_desc_t d;
    dnnl_status_t s = dnnl_binary_desc_init(&d, dnnl_binary_add, &x->md, &x->md, &x->md);
    return s ? s : create(pd, engine, &d, NULL);
}

dnnl_status_t ax_dnnl_concat_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, const ax_dnnl_desc *in, int n,
                                    const ax_dnnl_desc *y)
{
    dnnl_memory_desc_t all[AX_DNNL_CONCAT];
    for (int i = 0; i < n; i++)
        all[i] = in[i].md;
    return dnnl_concat_primitive_desc_create(pd, &y->md, n, 1, all, NULL, engine);
}

dnnl_status_t ax_dnnl_log_softmax_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, const ax_dnnl_desc *x)
{
    dnnl_softmax_v2_desc_t d;
    dnnl_status_t s =
        dnnl_softmax_v2_forward_desc_init(&d, dnnl_forward_inference, dnnl_softmax_log, &x->md, &x->md, 1);
    return s ? s : create(pd, engine, &d, NULL);
}
