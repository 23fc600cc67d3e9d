/* Zero, activations, sums, mixtures and joined channels. */
#include "engine/backend/cuda/device.h"

_Static_assert((int)AX_CUDA_SUMMANDS == (int)AX_MAX_ADD, "as the kernel has it");

static size_t count(const ax_operand *v)
{
    return ax_shape_count(v->type.shape);
}

AX_CUDA_RUN(ax_cuda_zero)
{
    size_t bytes = ax_type_bytes(call->out[0].type);
    if (ax_cuda_use(dev, err) != AX_OK)
        return err->code;
    cudaError_t e = cudaMemsetAsync(call->out[0].mem, 0, bytes, dev->stream);
    return e == cudaSuccess ? AX_OK : ax_cuda_fail(dev, e, err, "cudaMemsetAsync, %zu bytes", bytes);
}

AX_CUDA_RUN(ax_cuda_relu_forward)
{
    size_t n = count(&call->out[0]);
    ax_k_relu_args a = { call->in[0].mem, call->out[0].mem, n, call->attr.act };
    return ax_cuda_launch(dev, AX_K_relu, ax_cuda_over((n + 3) / 4), &a, err);
}

/* in: dy, -, y. */
AX_CUDA_RUN(ax_cuda_relu_backward)
{
    size_t n = count(&call->out[0]);
    const float *value = call->in[2].mem ? call->in[2].mem : call->in[1].mem;
    ax_k_relu_backward_args a = { call->in[0].mem, value, call->out[0].mem, n, call->attr.act };
    return ax_cuda_launch(dev, AX_K_relu_backward, ax_cuda_over((n + 3) / 4), &a, err);
}

AX_CUDA_RUN(ax_cuda_add_forward)
{
    ax_k_add_args a = { .y = call->out[0].mem, .n = count(&call->out[0]), .summands = call->n_in };
    for (uint32_t i = 0; i < call->n_in; i++)
        a.in[i] = call->in[i].mem;
    return ax_cuda_launch(dev, AX_K_add, ax_cuda_over((a.n + 3) / 4), &a, err);
}

/* The graph passes a sum's gradient on without a kernel; this one completes the table. */
AX_CUDA_RUN(ax_cuda_add_backward)
{
    ax_code code = AX_OK;
    for (uint32_t k = 0; k < call->n_out && code == AX_OK; k++)
        if (call->out[k].mem && call->out[k].mem != call->in[0].mem)
            code = ax_cuda_copy(dev, call->out[k].mem, call->in[0].mem, ax_type_bytes(call->in[0].type), AX_ON_DEVICE,
                                err);
    return code;
}

AX_CUDA_RUN(ax_cuda_mix_forward)
{
    ax_k_mix_args a = { call->in[0].mem,  call->in[1].mem,      call->in[2].mem,          call->in[3].mem,
                        call->out[0].mem, count(&call->out[0]), call->out[0].type.shape.c };
    return ax_cuda_launch(dev, AX_K_mix, ax_cuda_over(a.n), &a, err);
}

/* The products of a side, and what their sums take. */
AX_CUDA_PREPARE(ax_cuda_mix_backward_prepare)
{
    (void)dev, (void)err;
    const ax_shape s = call->in[0].type.shape;
    *work = ax_cuda_align(ax_shape_count(s) * sizeof(float)) + ax_cuda_column_work(ax_cuda_pixels(s), s.c, 1);
    return AX_OK;
}

/* in: the gradient, x, y, a, b. */
AX_CUDA_RUN(ax_cuda_mix_backward)
{
    const ax_shape s = call->in[0].type.shape;
    const size_t n = ax_shape_count(s);
    float *products = call->work;
    void *sums = (char *)call->work + ax_cuda_align(n * sizeof(float));
    ax_code code = AX_OK;
    for (uint32_t k = 0; k < 2 && code == AX_OK; k++) {
        if (call->out[2 + k].mem) {
            ax_k_products_args p = { call->in[0].mem, call->in[1 + k].mem, products, n };
            code = ax_cuda_launch(dev, AX_K_products, ax_cuda_over((n + 3) / 4), &p, err);
            if (code == AX_OK)
                code =
                    ax_cuda_column_sums(dev, products, ax_cuda_pixels(s), s.c, 1, 1, call->out[2 + k].mem, sums, err);
        }
        if (call->out[k].mem && code == AX_OK) {
            ax_k_channel_scale_args a = { call->in[0].mem, call->in[3 + k].mem, call->out[k].mem, n, s.c };
            code = ax_cuda_launch(dev, AX_K_channel_scale, ax_cuda_over(n), &a, err);
        }
    }
    return code;
}

static ax_code channels(ax_device *dev, const ax_operand *wide, const ax_operand *part, uint32_t n, bool join,
                        ax_err *err)
{
    ax_k_channels_args a = { .wide = wide->mem,
                             .pixels = ax_cuda_pixels(wide->type.shape),
                             .wide_c = wide->type.shape.c,
                             .n = (int)n,
                             .join = join };
    for (uint32_t k = 0; k < n; k++) {
        a.part[k] = part[k].mem;
        a.c[k] = part[k].type.shape.c;
    }
    return ax_cuda_launch(dev, AX_K_channels, ax_cuda_over(count(wide)), &a, err);
}

AX_CUDA_RUN(ax_cuda_concat_forward)
{
    return channels(dev, &call->out[0], call->in, call->n_in, true, err);
}

AX_CUDA_RUN(ax_cuda_concat_backward)
{
    return channels(dev, &call->in[0], call->out, call->n_out, false, err);
}
