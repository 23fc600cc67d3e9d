/* Losses, weighted sums, and judging. */
#include "engine/backend/cuda/device.h"

/* Scratch: counts of labels, sums of their weights, then partial losses. */
AX_CUDA_PREPARE(ax_cuda_ce_prepare)
{
    size_t pixels = ax_cuda_pixels(call->in[0].type.shape);
    size_t counts = ax_cuda_scan_blocks(pixels);
    *work = ax_cuda_align(counts * sizeof(uint32_t)) + (counts + ax_cuda_blocks(pixels)) * sizeof(double);
    return AX_OK;
}

AX_CUDA_RUN(ax_cuda_ce_forward)
{
    int c = call->in[0].type.shape.c;
    size_t pixels = ax_cuda_pixels(call->in[0].type.shape), counts = ax_cuda_scan_blocks(pixels),
           blocks = ax_cuda_blocks(pixels);
    uint32_t *count = call->work;
    double *all = (double *)(void *)((char *)call->work + ax_cuda_align(counts * sizeof *count)), *part = all + counts;
    const float *weight = call->n_in > 2 ? call->in[2].mem : NULL;
    ax_k_ce_count_args n = { call->in[1].mem, weight, count, all, pixels, c };
    ax_code code = ax_cuda_launch(dev, AX_K_ce_count, (ax_cuda_grid) { counts, 1, 1, AX_CUDA_THREADS }, &n, err);
    ax_k_ce_args l = { call->in[0].mem,
                       call->in[1].mem,
                       weight,
                       count,
                       all,
                       call->out[1].mem,
                       part,
                       pixels,
                       c,
                       (int)counts,
                       { ax_cuda_counters(dev, 1), call->out[0].mem, NULL, 1 } };
    return code == AX_OK ? ax_cuda_launch(dev, AX_K_ce, (ax_cuda_grid) { blocks, 1, 1, AX_CUDA_THREADS }, &l, err)
                         : code;
}

/* in: dloss, ..., unit gradient. */
AX_CUDA_RUN(ax_cuda_ce_backward)
{
    size_t n = ax_shape_count(call->out[0].type.shape);
    ax_k_scale_args a = { call->in[call->n_in - 1].mem, call->in[0].mem, call->out[0].mem, n };
    return ax_cuda_launch(dev, AX_K_scale, ax_cuda_grid_over((n + 3) / 4), &a, err);
}

/* Number of blocks that sum n elements. */
static size_t parts_of(size_t n)
{
    enum { EACH = 4 }; /* minimum elements per thread */
    size_t blocks = ax_cuda_blocks((n + EACH - 1) / EACH);
    return blocks < AX_CUDA_PARTS ? blocks : AX_CUDA_PARTS;
}

ax_code ax_cuda_squares(ax_device *dev, const float *a, const float *b, size_t n, double *part, ax_k_scalar to,
                        ax_err *err)
{
    to.turn = ax_cuda_counters(dev, 1);
    ax_k_squares_args s = { a, b, part, n, to };
    return ax_cuda_launch(dev, AX_K_squares, (ax_cuda_grid) { parts_of(n), 1, 1, AX_CUDA_THREADS }, &s, err);
}

AX_CUDA_PREPARE(ax_cuda_mse_prepare)
{
    *work = AX_CUDA_PARTS * sizeof(double);
    return AX_OK;
}

AX_CUDA_RUN(ax_cuda_mse_forward)
{
    size_t n = ax_shape_count(call->in[0].type.shape);
    return ax_cuda_squares(dev, call->in[0].mem, call->in[1].mem, n, call->work,
                           (ax_k_scalar) { .out = call->out[0].mem, .scale = 1 / (double)n }, err);
}

/* in: dloss, a, b, -. */
AX_CUDA_RUN(ax_cuda_mse_backward)
{
    size_t n = ax_shape_count(call->in[1].type.shape);
    ax_k_difference_args d = { call->in[1].mem, call->in[2].mem, call->in[0].mem, call->out[0].mem, n, 2 / (double)n };
    return d.y ? ax_cuda_launch(dev, AX_K_difference, ax_cuda_grid_over((n + 3) / 4), &d, err) : AX_OK;
}

static size_t image_of(ax_shape s)
{
    return (size_t)s.h * (size_t)s.w * (size_t)s.c;
}

AX_CUDA_RUN(ax_cuda_wmse_forward)
{
    ax_shape s = call->in[0].type.shape;
    size_t n = ax_shape_count(s);
    ax_k_weighted_squares_args w = { call->in[0].mem,
                                     call->in[1].mem,
                                     call->in[2].mem,
                                     call->work,
                                     n,
                                     image_of(s),
                                     (size_t)s.c,
                                     { ax_cuda_counters(dev, 1), call->out[0].mem, NULL, .5 / (double)n } };
    return ax_cuda_launch(dev, AX_K_weighted_squares, (ax_cuda_grid) { parts_of(n), 1, 1, AX_CUDA_THREADS }, &w, err);
}

/* in: dloss, a, b, weight, -. */
AX_CUDA_RUN(ax_cuda_wmse_backward)
{
    ax_shape s = call->in[1].type.shape;
    size_t n = ax_shape_count(s);
    ax_k_weighted_difference_args d = { call->in[1].mem, call->in[2].mem,  call->in[3].mem,
                                        call->in[0].mem, call->out[0].mem, n,
                                        image_of(s),     (size_t)s.c,      1 / (double)n };
    return d.y ? ax_cuda_launch(dev, AX_K_weighted_difference, ax_cuda_grid_over(n), &d, err) : AX_OK;
}

ax_code ax_cuda_confusion(ax_device *dev, const uint8_t *truth, const uint8_t *predicted, size_t n, int32_t classes,
                          uint64_t *count, ax_err *err)
{
    enum { EACH = 16 }; /* minimum pixels per thread, to be worth a block's own counters */
    ax_k_confusion_args a = { truth, predicted, count, n, classes };
    return ax_cuda_launch(dev, AX_K_confusion, ax_cuda_grid_over((n + EACH - 1) / EACH), &a, err);
}

ax_code ax_cuda_depth_sums(ax_device *dev, const ax_depth_judging *judging, ax_err *err)
{
    const size_t pixels = (size_t)judging->h * (size_t)judging->w;
    ax_code code = AX_OK;
    for (size_t i = 0, n; i < judging->images && code == AX_OK; i += n) {
        const size_t left = judging->images - i;
        n = left < AX_CUDA_PARTS / AX_CUDA_SHARES ? left : AX_CUDA_PARTS / AX_CUDA_SHARES;
        ax_k_depth_sums_args a = { *judging, dev->sums, ax_cuda_counters(dev, n) };
        a.j.truth += i * pixels;
        a.j.prediction += i * pixels;
        a.j.sums += i * AX_DEPTH_SUMS;
        a.j.images = n;
        code = ax_cuda_launch(dev, AX_K_depth_sums, (ax_cuda_grid) { AX_CUDA_SHARES, n, 1, AX_CUDA_THREADS }, &a, err);
    }
    return code;
}

ax_code ax_cuda_peaks(ax_device *dev, const ax_peak_search *search, ax_err *err)
{
    ax_k_peaks_args a = *search;
    const ax_cuda_grid grid = { (size_t)search->c, search->images, 1, AX_CUDA_THREADS };
    return ax_cuda_launch(dev, AX_K_peaks, grid, &a, err);
}

AX_CUDA_RUN(ax_cuda_wsum_forward)
{
    ax_k_wsum_args a = { .y = call->out[0].mem, .n = (int)call->n_in };
    for (uint32_t i = 0; i < call->n_in; i++) {
        a.in[i] = call->in[i].mem;
        a.weight[i] = call->attr.weight[i];
    }
    return ax_cuda_launch(dev, AX_K_wsum, (ax_cuda_grid) { 1, 1, 1, 32 }, &a, err);
}

AX_CUDA_RUN(ax_cuda_wsum_backward)
{
    ax_k_wsum_backward_args a = { .dy = call->in[0].mem, .n = (int)call->n_out };
    for (uint32_t i = 0; i < call->n_out; i++) {
        a.out[i] = call->out[i].mem;
        a.weight[i] = call->attr.weight[i];
    }
    return ax_cuda_launch(dev, AX_K_wsum_backward, (ax_cuda_grid) { 1, 1, 1, 32 }, &a, err);
}
