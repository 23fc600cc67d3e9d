/* Internals of the CPU backend: the device, and helpers of the kernel files. */
#ifndef AX_BACKEND_CPU_DEVICE_H
#define AX_BACKEND_CPU_DEVICE_H

#include "engine/backend/cpu/kernels.h"

enum { AX_CPU_MAX_THREADS = 256 };

struct ax_device {
    int threads; /* work is split into this many tasks, whatever OpenMP's team, so that sums keep their order */
    const ax_cpu_kernels *k;
    bool winograd;    /* 3x3 convolutions may use Winograd's algorithm where it pays */
    const char *conv; /* for tests: the only allowed implementation of convolution; NULL = any */
};

/* Task `task` of `tasks` handles elements *lo .. *hi of n, in units of `unit`. */
static inline void ax_cpu_span(size_t n, size_t unit, int tasks, int task, size_t *lo, size_t *hi)
{
    size_t units = (n + unit - 1) / unit, each = units / (size_t)tasks, more = units % (size_t)tasks, t = (size_t)task;
    size_t first = t * each + (t < more ? t : more), last = first + each + (t < more ? 1 : 0);
    *lo = first * unit < n ? first * unit : n;
    *hi = last * unit < n ? last * unit : n;
}
/* A task's range of rows (or pixels) in a batch, image by image: the next part, or false at the end. */
typedef struct ax_cpu_part {
    size_t image, first, last;
} ax_cpu_part;
static inline bool ax_cpu_next_part(size_t *lo, size_t hi, size_t per_image, ax_cpu_part *part)
{
    if (*lo >= hi)
        return false;
    part->image = *lo / per_image;
    part->first = *lo % per_image;
    part->last = hi - *lo < per_image - part->first ? part->first + hi - *lo : per_image;
    *lo += part->last - part->first;
    return true;
}
static inline size_t ax_cpu_round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}
static inline size_t ax_cpu_align(size_t bytes)
{
    return ax_cpu_round_up(bytes, 64);
}
/* n floats rounded up to whole cache lines. */
static inline size_t ax_cpu_align_floats(size_t n)
{
    return ax_cpu_round_up(n, 64 / sizeof(float));
}
/* Number of parallel tasks for work on n floats: small work isn't worth waking the threads. */
static inline int ax_cpu_tasks(const ax_device *dev, size_t floats)
{
    return floats < 4096 ? 1 : dev->threads;
}

/* out[image][channel] = scale * sum over the pixels of an image; work: n * threads * c doubles. */
void ax_cpu_image_sums(ax_device *dev, const float *x, ax_shape shape, float scale, float *out, double *work);

/* Heads of kernels' functions. */
#define AX_CPU_PREPARE(name)                                                                                           \
    ax_code name(ax_device *dev AX_UNUSED, ax_call *call AX_UNUSED, size_t *work, ax_err *err AX_UNUSED)
#define AX_CPU_RUN(name) ax_code name(ax_device *dev AX_UNUSED, const ax_call *call, ax_err *err AX_UNUSED)
#define AX_CPU_DISCARD(name) void name(ax_device *dev AX_UNUSED, ax_call *call)

ax_kernel_prepare ax_cpu_conv_prepare, ax_cpu_fused_prepare, ax_cpu_chain_prepare, ax_cpu_bnorm_prepare,
    ax_cpu_resize_prepare, ax_cpu_gpool_prepare, ax_cpu_maxpool_prepare, ax_cpu_mix_backward_prepare, ax_cpu_ce_prepare,
    ax_cpu_depth_loss_prepare, ax_cpu_mse_prepare;
ax_kernel_run ax_cpu_zero, ax_cpu_cast, ax_cpu_conv_run, ax_cpu_fused_run, ax_cpu_chain_run, ax_cpu_bnorm_forward,
    ax_cpu_bnorm_backward, ax_cpu_relu_forward, ax_cpu_relu_backward, ax_cpu_add_forward, ax_cpu_add_backward,
    ax_cpu_concat_forward, ax_cpu_concat_backward, ax_cpu_resize_forward, ax_cpu_resize_backward, ax_cpu_argmax,
    ax_cpu_gpool_forward, ax_cpu_gpool_backward, ax_cpu_maxpool_forward, ax_cpu_maxpool_backward, ax_cpu_mix_forward,
    ax_cpu_mix_backward, ax_cpu_ce_forward, ax_cpu_ce_backward, ax_cpu_depth_loss_forward, ax_cpu_mse_forward,
    ax_cpu_mse_backward, ax_cpu_wmse_forward, ax_cpu_wmse_backward, ax_cpu_wsum_forward, ax_cpu_wsum_backward;
ax_kernel_discard ax_cpu_conv_discard, ax_cpu_fused_discard, ax_cpu_chain_discard, ax_cpu_resize_discard;
ax_kernel_explain ax_cpu_conv_explain, ax_cpu_fused_explain, ax_cpu_chain_explain;

ax_update_squares ax_cpu_sum_squares;
ax_update_step ax_cpu_adam, ax_cpu_sgd;
ax_update_average ax_cpu_polyak;

#endif
