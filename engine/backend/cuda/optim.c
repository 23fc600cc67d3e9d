/* Parameter updates, the norm for clipping, gathering a batch, and the log. */
#include "engine/backend/cuda/device.h"

ax_code ax_cuda_sum_squares(ax_device *dev, const float *x, size_t n, double *sum, ax_err *err)
{
    return ax_cuda_squares(dev, x, NULL, n, dev->sums, (ax_k_scalar) { .out_wide = sum, .scale = 1 }, err);
}

ax_code ax_cuda_clip(ax_device *dev, const double *sums, size_t n, float most, ax_update_now *now, ax_err *err)
{
    ax_k_clip_args a = { sums, now, n, (double)most };
    return ax_cuda_launch(dev, AX_K_clip, (ax_cuda_grid) { 1, 1, 1, 1 }, &a, err);
}

ax_code ax_cuda_adam(ax_device *dev, const ax_update *u, ax_err *err)
{
    ax_k_adam_args a = { u->value, u->m, u->v, u->grad, u->n, u->now, u->weight_decay, u->beta1, u->beta2, u->eps };
    return ax_cuda_launch(dev, AX_K_adam, ax_cuda_grid_over(u->n), &a, err);
}

ax_code ax_cuda_sgd(ax_device *dev, const ax_update *u, ax_err *err)
{
    ax_k_sgd_args a = { u->value, u->m, u->grad, u->n, u->now, u->weight_decay, u->momentum };
    return ax_cuda_launch(dev, AX_K_sgd, ax_cuda_grid_over(u->n), &a, err);
}

ax_code ax_cuda_polyak(ax_device *dev, float *average, const float *value, size_t n, const float *decay, ax_err *err)
{
    ax_k_polyak_args a = { average, value, decay, n };
    return ax_cuda_launch(dev, AX_K_polyak, ax_cuda_grid_over(n), &a, err);
}

_Static_assert((int)AX_CUDA_GATHERED == (int)AX_GATHER_PARTS && AX_LOG_FIGURES == 3, "as the kernels have it");

ax_code ax_cuda_gather(ax_device *dev, const ax_gather *g, ax_err *err)
{
    enum { SHARES = 16 }; /* blocks per part of a crop: a batch of 16 fills a card */
    ax_k_gather_args a = { .index = g->index };
    for (size_t k = 0; k < g->parts; k++) {
        a.from[k] = g->part[k].from;
        a.to[k] = g->part[k].to;
        a.bytes[k] = g->part[k].bytes;
    }
    return ax_cuda_launch(dev, AX_K_gather, (ax_cuda_grid) { SHARES, g->n, g->parts, AX_CUDA_THREADS }, &a, err);
}

ax_code ax_cuda_log(ax_device *dev, const float *loss, const ax_update_now *first, const ax_update_now *second,
                    double *log, ax_err *err)
{
    ax_k_log_args a = { loss, first, second, log };
    return ax_cuda_launch(dev, AX_K_log, (ax_cuda_grid) { 1, 1, 1, 1 }, &a, err);
}
