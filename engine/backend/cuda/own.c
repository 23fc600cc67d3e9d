/* Convolutions by our own kernels: depthwise always; dense where cuDNN has no suitable algorithm. */
#include "engine/backend/cuda/conv.h"

/* The gradient of the weights is summed in parts of whole output rows, which are added in order. */
typedef struct parts {
    int rows;
    size_t n;
} parts;

static parts parts_of(const ax_cuda_conv *p)
{
    enum { DEPTHWISE = 256, DENSE = 64, THREADS = 1 << 17 };
    size_t rows = (size_t)p->g.n * (size_t)p->g.oh, most = DEPTHWISE;
    if (!p->depthwise) {
        most = THREADS / ax_cuda_conv_weights(p);
        most = most < 1 ? 1 : most > DENSE ? DENSE : most;
    }
    parts out = { .rows = (int)((rows + most - 1) / most) };
    out.n = (rows + (size_t)out.rows - 1) / (size_t)out.rows;
    return out;
}

size_t ax_cuda_own_work(const ax_cuda_conv *p, ax_cuda_direction d)
{
    return d == AX_CUDA_FILTER ? parts_of(p).n * ax_cuda_conv_weights(p) * sizeof(float) : 0;
}

static size_t row_threads(int columns, int c)
{
    size_t blocks = ((size_t)columns + AX_CUDA_ROW_PIXELS - 1) / AX_CUDA_ROW_PIXELS;
    return blocks * (size_t)(c % 4 ? c : c / 4);
}

/* From parts {parts, k*k, I, O} to OIHW. */
static ax_code add_parts(ax_device *dev, const ax_cuda_conv *p, const float *part, size_t n, float *dw, ax_err *err)
{
    size_t all = ax_cuda_conv_weights(p), i = p->depthwise ? 1 : (size_t)p->g.ci, o = (size_t)p->g.co;
    size_t kk = (size_t)p->g.kernel * (size_t)p->g.kernel;
    ax_k_sum_parts_args a = { .in = part,
                              .out = dw,
                              .n = all,
                              .s0 = 1,
                              .s1 = o,
                              .s2 = i * o,
                              .part = all,
                              .d1 = (uint32_t)i,
                              .d2 = (uint32_t)kk,
                              .parts = n };
    return ax_cuda_launch(dev, AX_K_sum_parts, ax_cuda_grid_over(all), &a, err);
}

/* The variant of our own kernel for the convolution's map type. */
static ax_code launch(ax_device *dev, const ax_cuda_conv *p, ax_cuda_kernel k, ax_cuda_grid grid, void *args,
                      ax_err *err)
{
    const ax_operand map = { .type.dtype = p->bf16 ? AX_BF16 : AX_F32 };
    return ax_cuda_launch(dev, ax_cuda_variant(k, &map), grid, args, err);
}

static ax_code filter(ax_device *dev, const ax_cuda_conv *p, const void *x, const void *dy, float *dw, float *work,
                      ax_err *err)
{
    const ax_k_conv *g = &p->g;
    parts cut = parts_of(p);
    ax_code code;
    if (p->depthwise) {
        int lanes = ax_cuda_cut_pixels(1, g->co, 1).lanes;
        size_t groups = (size_t)((g->co + lanes - 1) / lanes);
        size_t taps = g->kernel == 3 || g->kernel == 5 ? 1 : (size_t)(g->kernel * g->kernel);
        unsigned threads = (unsigned)(AX_CUDA_THREADS / lanes * lanes);
        ax_k_dw_backward_weights_args a = { x, dy, work, *g, cut.rows, lanes };
        code = launch(dev, p, AX_K_dw_backward_weights, (ax_cuda_grid) { cut.n, groups, taps, threads }, &a, err);
    } else {
        ax_k_dense_backward_weights_args a = { x, dy, work, *g, cut.rows };
        ax_cuda_grid grid = ax_cuda_grid_over(ax_cuda_conv_weights(p));
        grid.y = cut.n;
        code = launch(dev, p, AX_K_dense_backward_weights, grid, &a, err);
    }
    return code == AX_OK ? add_parts(dev, p, work, cut.n, dw, err) : code;
}

ax_code ax_cuda_own_run(ax_device *dev, const ax_cuda_conv *p, ax_cuda_direction d, const void *first,
                        const void *other, const float *bias, void *out, void *work, ax_err *err)
{
    const ax_k_conv *g = &p->g;
    size_t n = (size_t)g->n;
    if (d == AX_CUDA_FILTER)
        return filter(dev, p, first, other, out, work, err);
    if (d == AX_CUDA_FORWARD) {
        if (!p->depthwise) {
            ax_k_dense_forward_args a = { other, first, bias, out, *g };
            size_t all = n * (size_t)g->oh * (size_t)g->ow * (size_t)g->co;
            return launch(dev, p, AX_K_dense_forward, ax_cuda_grid_over(all), &a, err);
        }
        ax_k_dw_forward_args a = { other, first, bias, out, *g };
        return launch(dev, p, AX_K_dw_forward, ax_cuda_rows(n * (size_t)g->oh, row_threads(g->ow, g->co)), &a, err);
    }
    if (!p->depthwise) {
        ax_k_dense_backward_data_args a = { other, first, out, *g };
        size_t all = n * (size_t)g->h * (size_t)g->w * (size_t)g->ci;
        return launch(dev, p, AX_K_dense_backward_data, ax_cuda_grid_over(all), &a, err);
    }
    ax_k_dw_backward_data_args a = { other, first, out, *g };
    return launch(dev, p, AX_K_dw_backward_data, ax_cuda_rows(n * (size_t)g->h, row_threads(g->w, g->ci)), &a, err);
}
