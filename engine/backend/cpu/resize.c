/* Bilinear resize, separable in both directions: first rows are mixed, then the pixels of the mixed row. The backward
   pass gathers, so every row is written by one task. */
#include "engine/backend/cpu/device.h"

#include <stdlib.h>
#include <string.h>

typedef struct prep {
    ax_resize_axis y, x;
    bool broadcast; /* input is 1x1 */
} prep;

/* Half-pixel centres, edges clamped: source = (o + 1/2) in / out - 1/2. */
static ax_code axis_init(ax_resize_axis *a, int32_t in, int32_t out, ax_err *err)
{
    size_t n_in = (size_t)in, n_out = (size_t)out;
    int32_t *index = calloc(2 * n_out + 3 * n_in, sizeof *index);
    float *value = calloc(n_out + 2 * (n_out + n_in), sizeof *value);
    if (!index || !value) {
        free(index);
        free(value);
        return ax_fail(err, AX_ENOMEM, "out of memory");
    }
    *a = (ax_resize_axis) { .in = in,
                            .out = out,
                            .lo = index,
                            .hi = index + n_out,
                            .begin = index + 2 * n_out,
                            .end = index + 2 * n_out + n_in,
                            .at = index + 2 * n_out + 2 * n_in,
                            .frac = value,
                            .weight = value + n_out };
    for (int32_t o = 0; o < out; o++) {
        double source = ((double)o + 0.5) * (double)in / (double)out - 0.5;
        source = source < 0.0 ? 0.0 : source;
        int32_t lo = (int32_t)source;
        lo = lo > in - 1 ? in - 1 : lo;
        a->lo[o] = lo;
        a->hi[o] = lo + 1 < in ? lo + 1 : lo;
        a->frac[o] = (float)(source - (double)lo);
    }
    int32_t used = 0, first = 0;
    for (int32_t i = 0; i < in; i++) {
        /* lo and hi never decrease with o, so the outputs that read i form one range */
        while (first < out && a->hi[first] < i)
            first++;
        int32_t o = first;
        a->begin[i] = first;
        a->at[i] = used;
        for (; o < out && a->lo[o] <= i; o++) {
            float f = a->frac[o];
            a->weight[used++] = (a->lo[o] == i ? 1.0f - f : 0.0f) + (a->hi[o] == i ? f : 0.0f);
        }
        a->end[i] = o;
    }
    return AX_OK;
}

static void axis_release(ax_resize_axis *a)
{
    free(a->lo);
    free(a->frac);
}

/* RESIZE in both directions, and ARGMAX. Scratch: one mixed row per task; for backward from 1x1, sums. */
AX_CPU_PREPARE(ax_cpu_resize_prepare)
{
    ax_shape in = call->backward ? call->out[0].type.shape : call->in[0].type.shape;
    ax_shape out = call->backward ? call->in[0].type.shape : call->out[0].type.shape;
    prep *p = calloc(1, sizeof *p);
    if (!p)
        return ax_fail(err, AX_ENOMEM, "out of memory");
    call->prep = p;
    p->broadcast = in.h == 1 && in.w == 1;
    ax_code code = axis_init(&p->y, in.h, out.h, err);
    if (code == AX_OK)
        code = axis_init(&p->x, in.w, out.w, err);
    if (code != AX_OK) {
        AX_TYPED(ax_cpu_resize_discard)(dev, call);
        return code;
    }
    size_t row = (size_t)(call->backward ? out.w : in.w) * (size_t)in.c;
    *work = (size_t)dev->threads * ax_cpu_align(row * sizeof(float));
    if (call->backward && p->broadcast)
        *work = (size_t)in.n * (size_t)dev->threads * (size_t)in.c * sizeof(double);
    return AX_OK;
}

AX_CPU_DISCARD(ax_cpu_resize_discard)
{
    prep *p = call->prep;
    if (!p)
        return;
    axis_release(&p->y);
    axis_release(&p->x);
    free(p);
    call->prep = NULL;
}

/* Row o of the output before its pixels are mixed: a row of the input or, in buf, a mix of two. */
static const float *mixed_row(const ax_device *dev, const ax_resize_axis *y, int32_t o, const ax_map *image, size_t row,
                              float *buf)
{
    const ax_map *lo = image + (size_t)y->lo[o] * row, *hi = image + (size_t)y->hi[o] * row;
    const bool one = lo == hi || y->frac[o] == 0.0f;
    if (one && !AX_NARROW_MAPS)
        return (const void *)lo;
    if (one)
        ax_cpu_maps(dev)->widen(lo, buf, row);
    else
        ax_cpu_maps(dev)->lerp(lo, hi, y->frac[o], buf, row);
    return buf;
}

static float *row_buffer(const ax_call *call, size_t row, int task)
{
    return (float *)(void *)((char *)call->work + (size_t)task * ax_cpu_align(row * sizeof(float)));
}

/* Output rows lo .. hi of all images, here and below. */
AX_CPU_WORK(resize_rows)
{
    const ax_call *call = job;
    const prep *p = call->prep;
    const ax_shape in = call->in[0].type.shape, out = call->out[0].type.shape;
    const size_t c = (size_t)in.c, row = (size_t)in.w * c, out_row = (size_t)out.w * c;
    for (size_t r = lo; r < hi; r++) {
        const ax_map *image = (const ax_map *)call->in[0].mem + r / (size_t)out.h * (size_t)in.h * row;
        ax_map *to = (ax_map *)call->out[0].mem + r * out_row;
        if (p->broadcast) {
            for (int32_t o = 0; o < out.w; o++)
                memcpy(to + (size_t)o * c, image, c * sizeof *to);
            continue;
        }
        const float *mixed =
            mixed_row(dev, &p->y, (int32_t)(r % (size_t)out.h), image, row, row_buffer(call, row, task));
        if (in.w == out.w)
            ax_cpu_maps(dev)->narrow(mixed, to, row);
        else
            ax_cpu_maps(dev)->resize_row(&p->x, mixed, in.c, to);
    }
}

AX_CPU_RUN(ax_cpu_resize_forward)
{
    const ax_shape out = call->out[0].type.shape;
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, ax_shape_count(out)), (size_t)out.n * (size_t)out.h, 1, resize_rows,
                        call);
    return AX_OK;
}

AX_CPU_WORK(gather_rows)
{
    const ax_call *call = job;
    const prep *p = call->prep;
    const ax_shape in = call->out[0].type.shape, out = call->in[0].type.shape;
    const size_t row = (size_t)in.w * (size_t)in.c, out_row = (size_t)out.w * (size_t)in.c;
    ax_map *dx = call->out[0].mem;
    float *sum = row_buffer(call, out_row, task);
    for (size_t r = lo; r < hi; r++) {
        size_t i = r % (size_t)in.h;
        const ax_map *image = (const ax_map *)call->in[0].mem + r / (size_t)in.h * (size_t)out.h * out_row;
        const float *w = p->y.weight + p->y.at[i];
        if (p->y.begin[i] == p->y.end[i])
            memset(sum, 0, out_row * sizeof *sum);
        for (int32_t o = p->y.begin[i]; o < p->y.end[i]; o++) {
            const ax_map *from = image + (size_t)o * out_row;
            if (o == p->y.begin[i])
                ax_cpu_maps(dev)->scale_row(from, w[0], sum, out_row);
            else
                ax_cpu_maps(dev)->scale_add(from, w[o - p->y.begin[i]], sum, out_row);
        }
        ax_cpu_maps(dev)->resize_row_backward(&p->x, sum, in.c, dx + r * row);
    }
}

AX_CPU_RUN(ax_cpu_resize_backward)
{
    const prep *p = call->prep;
    const ax_shape in = call->out[0].type.shape, out = call->in[0].type.shape;
    if (p->broadcast) {
        const double *sums = call->work;
        ax_map *dx = call->out[0].mem;
        ax_cpu_image_sums(dev, call->in[0].mem, out, call->work);
        for (size_t i = 0; i < (size_t)in.n * (size_t)in.c; i++)
            dx[i] = ax_map_put((float)sums[i]);
        return AX_OK;
    }
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, ax_shape_count(out)), (size_t)in.n * (size_t)in.h, 1, gather_rows, call);
    return AX_OK;
}

AX_CPU_WORK(argmax_rows)
{
    const ax_call *call = job;
    const prep *p = call->prep;
    const ax_shape in = call->in[0].type.shape, out = call->out[0].type.shape;
    const size_t row = (size_t)in.w * (size_t)in.c;
    uint8_t *y = call->out[0].mem;
    for (size_t r = lo; r < hi; r++) {
        const ax_map *image = (const ax_map *)call->in[0].mem + r / (size_t)out.h * (size_t)in.h * row;
        const float *mixed =
            mixed_row(dev, &p->y, (int32_t)(r % (size_t)out.h), image, row, row_buffer(call, row, task));
        dev->k->argmax_row(&p->x, mixed, in.c, y + r * (size_t)out.w);
    }
}

AX_CPU_RUN(ax_cpu_argmax)
{
    const ax_shape out = call->out[0].type.shape;
    const size_t rows = (size_t)out.n * (size_t)out.h;
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, rows * (size_t)out.w), rows, 1, argmax_rows, call);
    return AX_OK;
}
