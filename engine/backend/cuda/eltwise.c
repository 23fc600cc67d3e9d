/* Zero, casts, activations, sums, mixtures and concatenation. */
#include "engine/backend/cuda/device.h"

_Static_assert((int)AX_CUDA_SUMMANDS == (int)AX_MAX_ADD, "as the kernel has it");

static size_t count(const ax_operand *v)
{
    return ax_shape_count(v->type.shape);
}

AX_CUDA_RUN(ax_cuda_zero)
{
    size_t bytes = ax_type_bytes(call->out[0].type);
    if (ax_cuda_make_current(dev, err) != AX_OK)
        return err->code;
    cudaError_t e = cudaMemsetAsync(call->out[0].mem, 0, bytes, dev->stream);
    return e == cudaSuccess ? AX_OK : ax_cuda_fail(dev, e, err, "cudaMemsetAsync, %zu bytes", bytes);
}

AX_CUDA_RUN(ax_cuda_cast)
{
    ax_k_cast_args a = { call->in[0].mem, call->out[0].mem, count(&call->out[0]) };
    return ax_cuda_launch(dev, call->out[0].type.dtype == AX_BF16 ? AX_K_narrow : AX_K_widen,
                          ax_cuda_grid_over((a.n + 3) / 4), &a, err);
}

AX_CUDA_RUN(ax_cuda_relu_forward)
{
    size_t n = count(&call->out[0]);
    ax_k_relu_args a = { call->in[0].mem, call->out[0].mem, n, call->attr.act };
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_relu, &call->in[0]), ax_cuda_grid_over((n + 3) / 4), &a, err);
}

/* in: dy, -, y. */
AX_CUDA_RUN(ax_cuda_relu_backward)
{
    size_t n = count(&call->out[0]);
    const void *value = call->in[2].mem ? call->in[2].mem : call->in[1].mem;
    ax_k_relu_backward_args a = { call->in[0].mem, value, call->out[0].mem, n, call->attr.act };
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_relu_backward, &call->in[0]), ax_cuda_grid_over((n + 3) / 4), &a,
                          err);
}

AX_CUDA_RUN(ax_cuda_add_forward)
{
    ax_k_add_args a = { .y = call->out[0].mem, .n = count(&call->out[0]), .summands = call->n_in };
    for (uint32_t i = 0; i < call->n_in; i++)
        a.in[i] = call->in[i].mem;
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_add, &call->in[0]), ax_cuda_grid_over((a.n + 3) / 4), &a, err);
}

/* The graph passes a sum's gradient on without a kernel; this one only completes the table. */
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
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_mix, &call->in[0]), ax_cuda_grid_over(a.n), &a, err);
}

/* The parts of two sums. */
AX_CUDA_PREPARE(ax_cuda_mix_backward_prepare)
{
    const ax_shape s = call->in[0].type.shape;
    *work = 2 * (size_t)ax_cuda_cut_pixels(ax_cuda_pixels(s), s.c, 1).parts * (size_t)s.c * sizeof(double);
    return AX_OK;
}

/* in: the gradient, x, y, a, b. */
AX_CUDA_RUN(ax_cuda_mix_backward)
{
    const ax_shape s = call->in[0].type.shape;
    const ax_cuda_cut cut = ax_cuda_cut_pixels(ax_cuda_pixels(s), s.c, 1);
    ax_k_mix_backward_args a = { .dy = call->in[0].mem,
                                 .x = call->in[1].mem,
                                 .other = call->in[2].mem,
                                 .factor = call->in[3].mem,
                                 .other_factor = call->in[4].mem,
                                 .dx = call->out[0].mem,
                                 .dother = call->out[1].mem,
                                 .dfactor = call->out[2].mem,
                                 .dother_factor = call->out[3].mem,
                                 .part = call->work,
                                 .turn = ax_cuda_counters(dev, cut.grid.y),
                                 .pixels = ax_cuda_pixels(s),
                                 .each = cut.each,
                                 .c = s.c,
                                 .lanes = cut.lanes };
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_mix_backward, &call->in[0]), cut.grid, &a, err);
}

ax_code ax_cuda_add_view(ax_device *dev, const ax_view_share *view, ax_err *err)
{
    ax_k_add_view_args a = *view;
    return ax_cuda_launch(dev, AX_K_add_view, ax_cuda_grid_over(a.elements), &a, err);
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
    return ax_cuda_launch(dev, ax_cuda_variant(AX_K_channels, wide), ax_cuda_grid_over(count(wide)), &a, err);
}

AX_CUDA_RUN(ax_cuda_concat_forward)
{
    return channels(dev, &call->out[0], call->in, call->n_in, true, err);
}

AX_CUDA_RUN(ax_cuda_concat_backward)
{
    return channels(dev, &call->in[0], call->out, call->n_out, false, err);
}
