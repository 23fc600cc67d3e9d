/* Kernel launches: of a single call; or, for independent calls, first the first launch of each, then the second of
   each, and so on, combining launches of the same kernel. A call computes the same either way: it sees only its own
   blocks. */
#include "engine/backend/cuda/device.h"

#include "engine/base/grow.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)AX_CUDA_GROUP >= (int)AX_TOGETHER, "a launch takes what a plan runs together");

typedef struct layout {
    const char *name;
    /* Most calls; size of a call's arguments, their offset in the launch's, and the launch's size. */
    size_t most, args, at, bytes;
    bool barriers;
} layout;
#define LAYOUT(name, sync, most)                                                                                       \
    {                                                                                                                  \
        #name,                                                                                                         \
        most,                                                                                                          \
        sizeof(ax_k_##name##_args),                                                                                    \
        offsetof(ax_k_##name##_launch, call),                                                                          \
        sizeof(ax_k_##name##_launch),                                                                                  \
        (sync) != 0                                                                                                    \
    },
static const layout layouts[] = { AX_CUDA_KERNEL_LIST(LAYOUT) };

#define MEMBER(name, sync, most) ax_k_##name##_launch name;
typedef union launch {
    struct {
        uint64_t n;
        ax_k_share share[1];
    } any; /* the common beginning of all */
    AX_CUDA_KERNEL_LIST(MEMBER)
} launch;

const char *ax_cuda_kernel_name(ax_cuda_kernel k)
{
    return layouts[k].name;
}

/* ---- one launch ---- */

static size_t blocks_of(ax_cuda_grid grid)
{
    return grid.x * grid.y * grid.z;
}

/* Adds a call to a launch that has `first` blocks so far. */
static void add_call(launch *l, const layout *form, size_t first, ax_cuda_grid grid, const void *args)
{
    ax_k_share *share = (ax_k_share *)(void *)((char *)l + offsetof(launch, any.share)) + l->any.n;
    *share = (ax_k_share) { (uint32_t)first, grid.threads, grid.x, grid.y };
    memcpy((char *)l + form->at + l->any.n * form->args, args, form->args);
    l->any.n++;
}

static ax_code start(ax_device *dev, ax_cuda_kernel k, size_t blocks, unsigned threads, launch *l, ax_err *err)
{
    if (blocks > 0x7fffffff)
        return ax_fail(err, AX_EINVAL, "cuda:%d: kernel %s: %zu blocks are too many", dev->index, layouts[k].name,
                       blocks);
    cudaError_t e = cudaSetDevice(dev->index); /* cheap; the previous call may have used another device */
    if (e == cudaSuccess)
        e = cudaLaunchKernel(ax_cuda_kernel_address(k), (dim3) { (unsigned)blocks, 1, 1 }, (dim3) { threads, 1, 1 },
                             (void *[]) { l }, 0, dev->stream);
    return e == cudaSuccess ? AX_OK
                            : ax_cuda_fail(dev, e, err, "kernel %s, %zu blocks of %u for %zu calls", layouts[k].name,
                                           blocks, threads, (size_t)l->any.n);
}

/* ---- several calls ---- */

/* A launch requested by one of the calls that run together. */
struct ax_cuda_wish {
    ax_cuda_kernel kernel;
    ax_cuda_grid grid;
    size_t nth;  /* its index among the launches of its call */
    size_t args; /* offset of its arguments in the queue's */
    bool done;
};

static ax_code put(ax_device *dev, ax_cuda_kernel k, ax_cuda_grid grid, const void *args, ax_err *err)
{
    ax_cuda_queue *q = &dev->queue;
    ax_cuda_wish *wish = ax_grow(q->wish, q->n, &q->most, sizeof *wish);
    q->wish = wish ? wish : q->wish;
    size_t words = layouts[k].args / sizeof(uint64_t);
    while (wish && q->n_args + words > q->most_args) {
        uint64_t *room = ax_grow(q->args, q->most_args, &q->most_args, sizeof *room);
        q->args = room ? room : q->args;
        wish = room ? wish : NULL;
    }
    if (!wish)
        return ax_fail(err, AX_ENOMEM, "cuda:%d: no memory to launch kernels together", dev->index);
    memcpy(q->args + q->n_args, args, layouts[k].args);
    wish[q->n++] = (ax_cuda_wish) { k, grid, q->nth++, q->n_args, false };
    q->n_args += words;
    return AX_OK;
}

ax_code ax_cuda_launch(ax_device *dev, ax_cuda_kernel k, ax_cuda_grid grid, void *args, ax_err *err)
{
    if (!blocks_of(grid))
        return AX_OK;
    if (dev->queue.on)
        return put(dev, k, grid, args, err);
    launch l;
    memset(&l, 0, layouts[k].bytes);
    add_call(&l, &layouts[k], 0, grid, args);
    return start(dev, k, blocks_of(grid), grid.threads, &l, err);
}

unsigned *ax_cuda_counters(ax_device *dev, size_t n)
{
    size_t at = dev->queue.on ? dev->queue.turns : 0;
    if (dev->queue.on)
        dev->queue.turns += n;
    return dev->turns + at;
}

/* Launches request i together with all later ones that can be combined with it. */
static ax_code launch_with(ax_device *dev, size_t i, ax_err *err)
{
    ax_cuda_queue *q = &dev->queue;
    const ax_cuda_wish *first = &q->wish[i];
    const layout *form = &layouts[first->kernel];
    size_t blocks = 0;
    unsigned threads = 0;
    launch l;
    memset(&l, 0, form->bytes);
    for (; i < q->n && l.any.n < form->most; i++) {
        ax_cuda_wish *w = &q->wish[i];
        if (w->done || w->kernel != first->kernel || w->nth != first->nth ||
            (form->barriers && w->grid.threads != first->grid.threads))
            continue;
        add_call(&l, form, blocks, w->grid, q->args + w->args);
        blocks += blocks_of(w->grid);
        threads = w->grid.threads > threads ? w->grid.threads : threads;
        w->done = true;
    }
    return start(dev, first->kernel, blocks, threads, &l, err);
}

void ax_cuda_group_begin(ax_device *dev)
{
    dev->queue.on = true;
    dev->queue.n = dev->queue.n_args = dev->queue.turns = 0;
}

void ax_cuda_group_next(ax_device *dev)
{
    dev->queue.nth = 0;
}

ax_code ax_cuda_group_end(ax_device *dev, bool good, ax_err *err)
{
    ax_cuda_queue *q = &dev->queue;
    ax_code code = AX_OK;
    size_t longest = 0;
    q->on = false;
    for (size_t i = 0; i < q->n; i++)
        longest = q->wish[i].nth >= longest ? q->wish[i].nth + 1 : longest;
    for (size_t nth = 0; good && nth < longest; nth++)
        for (size_t i = 0; i < q->n && code == AX_OK; i++)
            if (q->wish[i].nth == nth && !q->wish[i].done)
                code = launch_with(dev, i, err);
    return code;
}

ax_code ax_cuda_run_group(ax_device *dev, const ax_kernel *kernel, const ax_call *const *call, size_t n, ax_err *err)
{
    ax_code code = AX_OK;
    ax_cuda_group_begin(dev);
    for (size_t i = 0; i < n && code == AX_OK; i++) {
        ax_cuda_group_next(dev);
        code = kernel->run(dev, call[i], err);
    }
    ax_code end = ax_cuda_group_end(dev, code == AX_OK, err);
    return code == AX_OK ? end : code;
}

void ax_cuda_queue_release(ax_cuda_queue *q)
{
    free(q->wish);
    free(q->args);
}

/* ---- grids ---- */

ax_cuda_grid ax_cuda_grid_over(size_t n)
{
    enum { MOST = 4096 }; /* enough to fill any card; the rest is done in steps */
    size_t blocks = ax_cuda_blocks(n);
    return (ax_cuda_grid) { blocks < MOST ? blocks : MOST, 1, 1, AX_CUDA_THREADS };
}

ax_cuda_grid ax_cuda_rows(size_t rows, size_t width)
{
    unsigned threads = 32;
    while (threads < AX_CUDA_THREADS && threads < width)
        threads *= 2;
    return (ax_cuda_grid) { rows, (width + threads - 1) / threads, 1, threads };
}

ax_cuda_cut ax_cuda_cut_pixels(size_t pixels, int c, size_t images)
{
    enum { LANES = 64, RUN = 16 };
    int groups = (c + LANES - 1) / LANES, lanes = (c + groups - 1) / groups, at_once = AX_CUDA_THREADS / lanes;
    size_t run = (size_t)at_once * (size_t)RUN, parts = (pixels + run - 1) / run;
    if (parts > AX_CUDA_PARTS)
        parts = AX_CUDA_PARTS;
    ax_cuda_cut cut = { .lanes = lanes, .each = (pixels + parts - 1) / parts };
    cut.parts = (int)((pixels + cut.each - 1) / cut.each);
    cut.grid = (ax_cuda_grid) { (size_t)cut.parts, (size_t)groups, images, (unsigned)(at_once * lanes) };
    return cut;
}
