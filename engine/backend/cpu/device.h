/* Internals of the CPU backend: the device, and helpers of the kernel files. */
#ifndef AX_BACKEND_CPU_DEVICE_H
#define AX_BACKEND_CPU_DEVICE_H

#include "engine/backend/cpu/kernels.h"
#include "engine/base/team.h"

enum { AX_CPU_MAX_THREADS = 256 };

struct ax_device {
    int threads; /* work is split into this many tasks, however many threads there are, so that sums keep their order */
    ax_team *team;
    const ax_cpu_kernels *k;
    const ax_cpu_narrow_kernels *narrow; /* for maps in bfloat16; NULL: the processor can't multiply them */
    bool asked, told;                    /* plans are to have maps in bfloat16; that they can't has been said */
    bool winograd;                       /* 3x3 convolutions may use Winograd's algorithm where it pays */
    const char *conv;                    /* for tests: the only allowed implementation of convolution; NULL = any */
};

/* The kernels for this file's type of maps. */
#if defined(AX_BF16_MAPS)
static inline const ax_cpu_narrow_kernels *ax_cpu_maps(const ax_device *dev)
{
    return dev->narrow;
}
#else
static inline const ax_cpu_kernels *ax_cpu_maps(const ax_device *dev)
{
    return dev->k;
}
#endif

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

/* Elements lo .. hi of a job, the share of task number `task`. */
typedef void ax_cpu_work(const ax_device *dev, const void *job, int task, size_t lo, size_t hi);
#define AX_CPU_WORK(name)                                                                                              \
    static void name(const ax_device *dev AX_UNUSED, const void *job, int task AX_UNUSED, size_t lo AX_UNUSED,         \
                     size_t hi AX_UNUSED)
/* Divides n elements, in whole units, among the tasks, and returns when all are done. */
void ax_cpu_parallel_for(const ax_device *dev, int tasks, size_t n, size_t unit, ax_cpu_work *work, const void *job);

/* Sums over the pixels of an image: image n's of channel k becomes work[n * c + k]. work: n * threads * c doubles. */
void ax_cpu_image_sums(ax_device *dev, const ax_map *x, ax_shape shape, double *work);

/* Heads of kernels' functions; of kernels that handle maps there are two, and the one for bfloat16 is name_bf16. */
/* clang-format off */
#define AX_CPU_PREPARE(name)                                                                                           \
    ax_code AX_TYPED(name)(ax_device *dev AX_UNUSED, ax_call *call AX_UNUSED, size_t *work, ax_err *err AX_UNUSED)
#define AX_CPU_RUN(name) ax_code AX_TYPED(name)(ax_device *dev AX_UNUSED, const ax_call *call, ax_err *err AX_UNUSED)
#define AX_CPU_DISCARD(name) void AX_TYPED(name)(ax_device *dev AX_UNUSED, ax_call *call)
#define AX_CPU_EXPLAIN(name) void AX_TYPED(name)(ax_device *dev, const ax_call *call, ax_explanation *out)

/* Kernels that handle maps: what they do, and their name. */
#define AX_CPU_MAP_OP_LIST(X)                                                                                          \
    X(prepare, conv_prepare) X(run, conv_run) X(discard, conv_discard) X(explain, conv_explain)                        \
    X(prepare, fused_prepare) X(run, fused_run) X(discard, fused_discard) X(explain, fused_explain)                    \
    X(prepare, chain_prepare) X(run, chain_run) X(discard, chain_discard) X(explain, chain_explain)                    \
    X(prepare, bnorm_prepare) X(run, bnorm_forward) X(run, bnorm_backward)                                             \
    X(run, zero) X(run, cast) X(run, relu_forward) X(run, relu_backward) X(run, add_forward) X(run, add_backward)      \
    X(run, concat_forward) X(run, concat_backward)                                                                     \
    X(prepare, mix_backward_prepare) X(run, mix_forward) X(run, mix_backward)                                          \
    X(prepare, resize_prepare) X(run, resize_forward) X(run, resize_backward) X(discard, resize_discard)               \
    X(run, argmax)                                                                                                     \
    X(prepare, gpool_prepare) X(run, gpool_forward) X(run, gpool_backward)                                             \
    X(prepare, maxpool_prepare) X(run, maxpool_forward) X(run, maxpool_backward)
/* clang-format on */
#define AX_CPU_DECLARE(what, name) ax_kernel_##what AX_TYPED(ax_cpu_##name);
AX_CPU_MAP_OP_LIST(AX_CPU_DECLARE)

ax_kernel_prepare ax_cpu_ce_prepare, ax_cpu_depth_loss_prepare, ax_cpu_mse_prepare;
ax_kernel_run ax_cpu_ce_forward, ax_cpu_ce_backward, ax_cpu_depth_loss_forward, ax_cpu_mse_forward, ax_cpu_mse_backward,
    ax_cpu_wmse_forward, ax_cpu_wmse_backward, ax_cpu_wsum_forward, ax_cpu_wsum_backward;

ax_update_squares ax_cpu_sum_squares;
ax_update_step ax_cpu_adam, ax_cpu_sgd;
ax_update_average ax_cpu_polyak;

#endif
