/* Resize, its gradient, class maps, global pooling. */
#include "engine/backend/cuda/device.h"

static size_t packs(int32_t columns, int32_t c) /* threads per row */
{
    return (size_t)columns * (size_t)(c % 4 ? c : c / 4);
}

AX_CUDA_RUN(ax_cuda_resize_forward)
{
    ax_shape x = call->in[0].type.shape, y = call->out[0].type.shape;
    ax_k_resize_args a = { call->in[0].mem, call->out[0].mem, x.h, x.w, y.h, y.w, x.c };
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_resize, &call->in[0]),
                          ax_cuda_rows((size_t)y.n * (size_t)y.h, packs(y.w, y.c)), &a, err);
}

static size_t extent(ax_shape s)
{
    return (size_t)s.h * (size_t)s.w;
}

/* From a single pixel it is a broadcast, and its gradient is the sum over an image, which would be too slow in one
   thread. */
AX_CUDA_PREPARE(ax_cuda_resize_backward_prepare)
{
    ax_shape x = call->out[0].type.shape, y = call->in[0].type.shape;
    size_t part = (size_t)y.n * (size_t)y.h * (size_t)x.w * (size_t)x.c * sizeof(float);
    *work = extent(x) == 1 ? ax_cuda_column_work(extent(y), y.c, (size_t)y.n) : part;
    return AX_OK;
}

AX_CUDA_RUN(ax_cuda_resize_backward)
{
    ax_shape x = call->out[0].type.shape, y = call->in[0].type.shape;
    if (extent(x) == 1)
        return ax_cuda_column_sums(dev, &call->in[0], (size_t)y.n, 1, &call->out[0], call->work, err);
    ax_k_resize_backward_rows_args r = { call->in[0].mem, call->work, x.w, y.w, x.c };
    ax_k_resize_backward_args a = { call->work, call->out[0].mem, x.h, x.w, y.h, 0, x.c };
    ax_code code = ax_cuda_launch(dev, ax_cuda_variant(AX_K_resize_backward_rows, &call->in[0]),
                                  ax_cuda_rows((size_t)y.n * (size_t)y.h, packs(x.w, x.c)), &r, err);
    return code == AX_OK ? ax_cuda_launch(dev, ax_cuda_variant(AX_K_resize_backward, &call->out[0]),
                                          ax_cuda_rows((size_t)x.n * (size_t)x.h, packs(x.w, x.c)), &a, err)
                         : code;
}

AX_CUDA_RUN(ax_cuda_argmax)
{
    ax_shape x = call->in[0].type.shape, y = call->out[0].type.shape;
    ax_k_argmax_args a = { call->in[0].mem, call->out[0].mem, x.h, x.w, y.h, y.w, x.c };
    return ax_cuda_launch(dev, AX_K_argmax, ax_cuda_rows((size_t)y.n * (size_t)y.h, (size_t)y.w), &a, err);
}

AX_CUDA_PREPARE(ax_cuda_gpool_prepare)
{
    ax_shape x = call->in[0].type.shape;
    *work = ax_cuda_column_work(extent(x), x.c, (size_t)x.n);
    return AX_OK;
}

AX_CUDA_RUN(ax_cuda_gpool_forward)
{
    ax_shape x = call->in[0].type.shape;
    return ax_cuda_column_sums(dev, &call->in[0], (size_t)x.n, 1 / (double)extent(x), &call->out[0], call->work, err);
}

AX_CUDA_RUN(ax_cuda_gpool_backward)
{
    ax_shape x = call->out[0].type.shape;
    size_t n = ax_shape_count(x);
    ax_k_broadcast_args a = { call->in[0].mem, call->out[0].mem, extent(x), n, (float)(1 / (double)extent(x)), x.c };
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_broadcast, &call->in[0]), ax_cuda_grid_over(n), &a, err);
}

static ax_k_pool window(const ax_call *call, ax_shape in, ax_shape out)
{
    return (ax_k_pool) { .n = in.n,
                         .h = in.h,
                         .w = in.w,
                         .c = in.c,
                         .oh = out.h,
                         .ow = out.w,
                         .kernel = call->attr.conv.kernel,
                         .stride = call->attr.conv.stride,
                         .pad = call->attr.conv.pad };
}

AX_CUDA_RUN(ax_cuda_maxpool_forward)
{
    ax_shape in = call->in[0].type.shape, out = call->out[0].type.shape;
    ax_k_maxpool_args a = { call->in[0].mem, call->out[0].mem, call->out[1].mem, window(call, in, out) };
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_maxpool, &call->in[0]), ax_cuda_grid_over(ax_shape_count(out)), &a,
                          err);
}

/* in: the gradient, -, -, -, the places of the maxima. */
AX_CUDA_RUN(ax_cuda_maxpool_backward)
{
    ax_shape in = call->out[0].type.shape, out = call->in[0].type.shape;
    ax_k_maxpool_backward_args a = { call->in[0].mem, call->in[4].mem, call->out[0].mem, window(call, in, out) };
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_maxpool_backward, &call->in[0]),
                          ax_cuda_grid_over(ax_shape_count(in)), &a, err);
}
