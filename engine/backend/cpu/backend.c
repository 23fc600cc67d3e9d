/* The CPU backend: opening, memory, and the table of kernels. */
#include "engine/backend/cpu/device.h"
#include "engine/backend/cpu/peak.h"
#include "engine/base/cores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static int cores_available(void)
{
    int n = ax_cores_allowed();
    return n > AX_CPU_MAX_THREADS ? AX_CPU_MAX_THREADS : n;
}

#if defined(__x86_64__)
static bool has_v4(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

/* The best instruction set of the processor, or the one set in AUXCELL_ISA. */
static const ax_cpu_kernels *choose_kernels(ax_err *err)
{
    const char *want = getenv("AUXCELL_ISA");
    struct {
        const ax_cpu_kernels *k;
        bool there;
    } sets[] = {
#if defined(__x86_64__)
        { &ax_cpu_kernels_v4, has_v4() },
        { &ax_cpu_kernels_v3, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") },
#endif
        { &ax_cpu_kernels_base, true },
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (want && *want) {
            if (strcmp(want, sets[i].k->name))
                continue;
            if (!sets[i].there) {
                ax_fail(err, AX_EDEVICE, "AUXCELL_ISA=%s: this processor lacks it", want);
                return NULL;
            }
        }
        if (sets[i].there)
            return sets[i].k;
    }
    ax_fail(err, AX_EINVAL, "AUXCELL_ISA=%s: not one of base, v3, v4", want);
    return NULL;
}

bool ax_cpu_multiplies_bf16(void)
{
#if defined(__x86_64__)
    return has_v4() && __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

/* Those beside a set of kernels; NULL: none. */
static const ax_cpu_narrow_kernels *narrow_kernels(const ax_cpu_kernels *k)
{
#if defined(__x86_64__)
    if (k == &ax_cpu_kernels_v4 && ax_cpu_multiplies_bf16())
        return &ax_cpu_kernels_v4bf16;
#endif
    (void)k;
    return NULL;
}

static void cpu_close(ax_device *dev)
{
    if (dev)
        ax_team_free(dev->team);
    free(dev);
}

static ax_device *cpu_open(int index, int threads, ax_err *err)
{
    if (index != 0) {
        ax_fail(err, AX_EDEVICE, "cpu:%d: there is only cpu:0", index);
        return NULL;
    }
    if (threads < 0 || threads > AX_CPU_MAX_THREADS) {
        ax_fail(err, AX_EINVAL, "%d threads: not in 0 .. %d", threads, AX_CPU_MAX_THREADS);
        return NULL;
    }
    const ax_cpu_kernels *k = choose_kernels(err);
    if (!k)
        return NULL;
    const int cores = cores_available();
    ax_device *dev = calloc(1, sizeof *dev);
    ax_team *team = ax_team_new(threads && threads < cores ? threads : cores);
    if (!dev || !team) {
        ax_team_free(team);
        free(dev);
        ax_fail(err, AX_ENOMEM, "out of memory");
        return NULL;
    }
    dev->team = team;
    dev->threads = threads ? threads : cores;
    dev->k = k;
    dev->narrow = narrow_kernels(k);
    const char *bf16 = getenv("AUXCELL_CPU_BF16");
    dev->asked = bf16 && strcmp(bf16, "1") == 0;
    const char *winograd = getenv("AUXCELL_WINOGRAD");
    dev->winograd = !winograd || strcmp(winograd, "0") != 0;
    return dev;
}

static void cpu_configure(ax_device *dev, const ax_device_options *options)
{
    dev->winograd = options->winograd;
    dev->asked = options->bf16;
}

static ax_dtype cpu_map_type(const ax_device *dev)
{
    return dev->asked && dev->narrow ? AX_BF16 : AX_F32;
}

static bool cpu_notice(ax_device *dev, char *text, size_t size)
{
    const bool now = dev->asked && !dev->narrow && !dev->told;
    if (now)
        snprintf(text, size, "maps stay float32: bfloat16 needs a processor with AVX512-BF16");
    dev->told |= now;
    return now;
}

enum { HUGE = 2 << 20 };

AX_CPU_WORK(clear)
{
    memset(*(char *const *)job + lo, 0, hi - lo);
}

static void *cpu_alloc(ax_device *dev, size_t bytes, ax_err *err)
{
    /* big blocks start on a huge page, so that the kernel can back them with huge pages */
    size_t unit = bytes >= 2 * HUGE ? HUGE : 64;
    void *mem = NULL;
    if (bytes <= SIZE_MAX - HUGE) {
        size_t size = (bytes + unit - 1) / unit * unit;
        mem = aligned_alloc(unit, size ? size : unit);
        if (mem && unit == HUGE)
            (void)madvise(mem, size, MADV_HUGEPAGE); /* only a hint */
    }
    if (!mem) {
        ax_fail(err, AX_ENOMEM, "out of memory: %zu bytes", bytes);
        return NULL;
    }
    /* in parallel: most of the time goes into the kernel's zeroing of pages at their first use */
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, bytes / sizeof(float)), bytes, HUGE, clear, &mem);
    return mem;
}

static void cpu_release(ax_device *dev, void *mem)
{
    (void)dev;
    free(mem);
}

static ax_code cpu_copy(ax_device *dev, void *dst, const void *src, size_t bytes, int direction, ax_err *err)
{
    (void)dev, (void)direction, (void)err;
    if (bytes)
        memmove(dst, src, bytes);
    return AX_OK;
}

static ax_code cpu_sync(ax_device *dev, ax_err *err)
{
    (void)dev, (void)err;
    return AX_OK;
}

/* ---- kernels: each exists for both types of maps ---- */

#if defined(__x86_64__)
static bool is_narrow(const ax_device *dev, const ax_call *call)
{
    bool narrow = false;
    for (uint32_t i = 0; i < call->n_in; i++)
        narrow |= call->in[i].type.dtype == AX_BF16;
    for (uint32_t i = 0; i < call->n_out; i++)
        narrow |= call->out[i].type.dtype == AX_BF16;
    return narrow && dev->narrow;
}
#define EITHER(name) (is_narrow(dev, call) ? ax_cpu_##name##_bf16 : ax_cpu_##name)
#define DECLARE_NARROW(what, name) ax_kernel_##what ax_cpu_##name##_bf16;
AX_CPU_MAP_OP_LIST(DECLARE_NARROW)
#else
#define EITHER(name) ax_cpu_##name
#endif
#define CHOOSE_prepare(name)                                                                                           \
    static ax_code name(ax_device *dev, ax_call *call, size_t *work, ax_err *err)                                      \
    {                                                                                                                  \
        return EITHER(name)(dev, call, work, err);                                                                     \
    }
#define CHOOSE_run(name)                                                                                               \
    static ax_code name(ax_device *dev, const ax_call *call, ax_err *err)                                              \
    {                                                                                                                  \
        return EITHER(name)(dev, call, err);                                                                           \
    }
#define CHOOSE_discard(name)                                                                                           \
    static void name(ax_device *dev, ax_call *call)                                                                    \
    {                                                                                                                  \
        EITHER(name)(dev, call);                                                                                       \
    }
#define CHOOSE_explain(name)                                                                                           \
    static void name(ax_device *dev, const ax_call *call, ax_explanation *out)                                         \
    {                                                                                                                  \
        EITHER(name)(dev, call, out);                                                                                  \
    }
#define CHOOSE(what, name) CHOOSE_##what(name)
AX_CPU_MAP_OP_LIST(CHOOSE)

#define CONV                                                                                                           \
    {                                                                                                                  \
        .prepare = conv_prepare, .run = conv_run, .discard = conv_discard, .explain = conv_explain                     \
    }

const ax_backend ax_backend_cpu = {
    .name = "cpu",
    .open = cpu_open,
    .configure = cpu_configure,
    .close = cpu_close,
    .map_type = cpu_map_type,
    .notice = cpu_notice,
    .alloc = cpu_alloc,
    .release = cpu_release,
    .copy = cpu_copy,
    .sync = cpu_sync,
    .forward = {
        [AX_OP_ZERO] = { .run = zero },
        [AX_OP_CONV2D] = CONV,
        [AX_OP_FUSED] = { .prepare = fused_prepare, .run = fused_run, .discard = fused_discard,
                          .explain = fused_explain },
        [AX_OP_CHAIN] = { .prepare = chain_prepare, .run = chain_run, .discard = chain_discard,
                          .explain = chain_explain },
        [AX_OP_BNORM] = { .prepare = bnorm_prepare, .run = bnorm_forward },
        [AX_OP_RELU] = { .run = relu_forward },
        [AX_OP_ADD] = { .run = add_forward },
        [AX_OP_RESIZE] = { .prepare = resize_prepare, .run = resize_forward,
                           .discard = resize_discard },
        [AX_OP_GPOOL] = { .prepare = gpool_prepare, .run = gpool_forward },
        [AX_OP_MAXPOOL] = { .prepare = maxpool_prepare, .run = maxpool_forward },
        [AX_OP_MIX] = { .run = mix_forward },
        [AX_OP_CAST] = { .run = cast },
        [AX_OP_CONCAT] = { .run = concat_forward },
        [AX_OP_CE] = { .prepare = ax_cpu_ce_prepare, .run = ax_cpu_ce_forward },
        [AX_OP_DEPTH_LOSS] = { .prepare = ax_cpu_depth_loss_prepare, .run = ax_cpu_depth_loss_forward },
        [AX_OP_MSE] = { .prepare = ax_cpu_mse_prepare, .run = ax_cpu_mse_forward },
        [AX_OP_WMSE] = { .prepare = ax_cpu_mse_prepare, .run = ax_cpu_wmse_forward },
        [AX_OP_WSUM] = { .run = ax_cpu_wsum_forward },
        [AX_OP_ARGMAX] = { .prepare = resize_prepare, .run = argmax,
                           .discard = resize_discard },
    },
    .backward = {
        [AX_OP_CONV2D] = CONV,
        [AX_OP_BNORM] = { .prepare = bnorm_prepare, .run = bnorm_backward },
        [AX_OP_RELU] = { .run = relu_backward },
        [AX_OP_ADD] = { .run = add_backward },
        [AX_OP_RESIZE] = { .prepare = resize_prepare, .run = resize_backward,
                           .discard = resize_discard },
        [AX_OP_GPOOL] = { .run = gpool_backward },
        [AX_OP_MAXPOOL] = { .run = maxpool_backward },
        [AX_OP_MIX] = { .prepare = mix_backward_prepare, .run = mix_backward },
        [AX_OP_CONCAT] = { .run = concat_backward },
        [AX_OP_CE] = { .run = ax_cpu_ce_backward },
        [AX_OP_DEPTH_LOSS] = { .run = ax_cpu_ce_backward },
        [AX_OP_MSE] = { .run = ax_cpu_mse_backward },
        [AX_OP_WMSE] = { .run = ax_cpu_wmse_backward },
        [AX_OP_WSUM] = { .run = ax_cpu_wsum_backward },
    },
    .sum_squares = ax_cpu_sum_squares,
    .clip = ax_update_clip,
    .adam = ax_cpu_adam,
    .sgd = ax_cpu_sgd,
    .polyak = ax_cpu_polyak,
};
