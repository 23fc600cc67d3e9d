/* Batch norm and sums over pixels. Scratch of batch norm: the parts of two sums, then four vectors of channels. */
#include "engine/backend/cuda/device.h"

static size_t vector_bytes(int c)
{
    return ax_cuda_align((size_t)c * sizeof(float));
}

AX_CUDA_PREPARE(ax_cuda_bnorm_prepare)
{
    ax_shape s = call->in[call->backward ? 3 : 0].type.shape;
    ax_cuda_cut cut = ax_cuda_cut_pixels(ax_cuda_pixels(s), s.c, 1);
    *work = ax_cuda_align(2 * (size_t)cut.parts * (size_t)s.c * sizeof(double)) + 4 * vector_bytes(s.c);
    return AX_OK;
}

static float *vector(const ax_call *call, const ax_cuda_cut *cut, int c, int i)
{
    char *at = call->work;
    at += ax_cuda_align(2 * (size_t)cut->parts * (size_t)c * sizeof(double)) + (size_t)i * vector_bytes(c);
    return (float *)(void *)at;
}

AX_CUDA_RUN(ax_cuda_bnorm_forward)
{
    int c = call->in[0].type.shape.c;
    size_t pixels = ax_cuda_pixels(call->in[0].type.shape), n = pixels * (size_t)c;
    ax_cuda_cut cut = ax_cuda_cut_pixels(pixels, c, 1);
    const void *x = call->in[0].mem;
    float *a = vector(call, &cut, c, 0), *b = vector(call, &cut, c, 1), *centre = vector(call, &cut, c, 2);
    bool train = call->attr.norm.train;
    ax_k_bn_final_args f = { .part = train ? call->work : NULL,
                             .gamma = call->in[1].mem,
                             .beta = call->in[2].mem,
                             .running_mean = call->in[3].mem,
                             .running_var = call->in[4].mem,
                             .mean = call->out[1].mem,
                             .invstd = call->out[2].mem,
                             .a = a,
                             .b = b,
                             .centre = centre,
                             .pixels = (double)pixels,
                             .eps = (double)call->attr.norm.eps,
                             .momentum = (double)call->attr.norm.momentum,
                             .parts = cut.parts,
                             .c = c };
    ax_k_bn_sums_args s = { x, call->work, ax_cuda_counters(dev, cut.grid.y), pixels, cut.each, c, cut.lanes, f };
    ax_code code = train ? ax_cuda_launch(dev, ax_cuda_variant(AX_K_bn_sums, &call->in[0]), cut.grid, &s, err)
                         : ax_cuda_launch(dev, AX_K_bn_final, ax_cuda_grid_over((size_t)c), &f, err);
    ax_k_bn_apply_args y = { x, centre, a, b, call->out[0].mem, n, c, call->attr.norm.act };
    if (code == AX_OK && y.y)
        code = ax_cuda_launch(dev, ax_cuda_variant(AX_K_bn_apply, &call->in[0]), ax_cuda_grid_over(c % 4 ? n : n / 4),
                              &y, err);
    return code;
}

/* in: dy, -, -, x, gamma, beta, -, -, -, mean, invstd. */
AX_CUDA_RUN(ax_cuda_bnorm_backward)
{
    int c = call->in[3].type.shape.c, act = call->attr.norm.act;
    size_t pixels = ax_cuda_pixels(call->in[3].type.shape), n = pixels * (size_t)c;
    ax_cuda_cut cut = ax_cuda_cut_pixels(pixels, c, 1);
    const void *dy = call->in[0].mem, *x = call->in[3].mem;
    const float *gamma = call->in[4].mem, *beta = call->in[5].mem, *mean = call->in[9].mem, *invstd = call->in[10].mem;
    float *v[4];
    for (int i = 0; i < 4; i++)
        v[i] = vector(call, &cut, c, i);
    ax_k_bn_backward_final_args f = { .part = call->work,
                                      .gamma = gamma,
                                      .beta = beta,
                                      .mean = mean,
                                      .invstd = invstd,
                                      .dgamma = call->out[1].mem,
                                      .dbeta = call->out[2].mem,
                                      .a = v[0],
                                      .b = v[1],
                                      .k1 = v[2],
                                      .k0 = v[3],
                                      .pixels = (double)pixels,
                                      .parts = cut.parts,
                                      .c = c,
                                      .train = call->attr.norm.train };
    unsigned *turns = ax_cuda_counters(dev, cut.grid.y);
    ax_k_bn_backward_sums_args s = { dy,    x,      gamma,    beta, mean,      invstd, call->work,
                                     turns, pixels, cut.each, c,    cut.lanes, act,    f };
    ax_code code = ax_cuda_launch(dev, ax_cuda_variant(AX_K_bn_backward_sums, &call->in[0]), cut.grid, &s, err);
    ax_k_bn_backward_apply_args d = { dy, x, mean, v[0], v[1], v[2], v[3], call->out[0].mem, n, c, act };
    if (code == AX_OK && d.dx)
        code = ax_cuda_launch(dev, ax_cuda_variant(AX_K_bn_backward_apply, &call->in[0]),
                              ax_cuda_grid_over(c % 4 ? n : n / 4), &d, err);
    return code;
}

size_t ax_cuda_column_work(size_t pixels, int c, size_t images)
{
    ax_cuda_cut cut = ax_cuda_cut_pixels(pixels, c, images);
    return ax_cuda_align(images * (size_t)cut.parts * (size_t)c * sizeof(double));
}

ax_code ax_cuda_column_sums(ax_device *dev, const ax_operand *x, size_t images, double scale, const ax_operand *out,
                            void *work, ax_err *err)
{
    int c = x->type.shape.c;
    size_t pixels = ax_cuda_pixels(x->type.shape) / images;
    ax_cuda_cut cut = ax_cuda_cut_pixels(pixels, c, images);
    unsigned *turns = ax_cuda_counters(dev, images * cut.grid.y);
    bool is_map = out->type.dtype == AX_BF16;
    ax_k_column_sums_args s = { x->mem, work, out->mem, turns, pixels, cut.each, scale, c, cut.lanes, is_map };
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_column_sums, x), cut.grid, &s, err);
}
