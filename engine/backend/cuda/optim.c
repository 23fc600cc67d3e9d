/* Updates of parameters; the norm for clipping. */
#include "engine/backend/cuda/device.h"

ax_code ax_cuda_sum_squares(ax_device *dev, const float *x, size_t n, double *sum, ax_err *err)
{
    size_t parts = 0;
    double *result = dev->sums + AX_CUDA_PARTS;
    ax_code code = ax_cuda_squares(dev, x, NULL, n, dev->sums, &parts, err);
    ax_k_scalar_final_args f = { .part = dev->sums, .out_wide = result, .parts = parts, .scale = 1 };
    if (code == AX_OK)
        code = ax_cuda_launch(dev, AX_K_scalar_final, (ax_cuda_grid) { 1, 1, 1, AX_CUDA_THREADS }, &f, err);
    if (code != AX_OK)
        return code;
    cudaError_t e = cudaMemcpyAsync(dev->host_sum, result, sizeof *result, cudaMemcpyDeviceToHost, dev->stream);
    if (e != cudaSuccess)
        return ax_cuda_fail(dev, e, err, "cudaMemcpyAsync, the sum of squares of %zu floats", n);
    code = ax_cuda_sync(dev, err);
    if (code == AX_OK)
        *sum = *dev->host_sum;
    return code;
}

ax_code ax_cuda_adam(ax_device *dev, const ax_update *u, ax_err *err)
{
    ax_k_adam_args a = { u->value,      u->m,     u->v,     u->grad, u->n,        u->lr,      u->weight_decay,
                         u->grad_scale, u->beta1, u->beta2, u->eps,  u->correct1, u->correct2 };
    return ax_cuda_launch(dev, AX_K_adam, ax_cuda_over(u->n), &a, err);
}

ax_code ax_cuda_sgd(ax_device *dev, const ax_update *u, ax_err *err)
{
    ax_k_sgd_args a = { u->value, u->m, u->grad, u->n, u->lr, u->weight_decay, u->grad_scale, u->momentum };
    return ax_cuda_launch(dev, AX_K_sgd, ax_cuda_over(u->n), &a, err);
}

ax_code ax_cuda_polyak(ax_device *dev, float *average, const float *value, size_t n, float decay, ax_err *err)
{
    ax_k_polyak_args a = { average, value, n, decay };
    return ax_cuda_launch(dev, AX_K_polyak, ax_cuda_over(n), &a, err);
}
