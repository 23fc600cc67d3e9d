#include "engine/backend/ref/ref.h"
#include "engine/op/chain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The geometry of a call, and the indices of one multiply-add. */
typedef struct geometry {
    ax_shape x, y, w; /* w: {O, k, k, I / groups} in OIHW memory */
    int32_t stride, pad, dilation;
    bool depthwise;
} geometry;

static geometry geometry_of(const ax_call *call, ax_shape x, ax_shape w, ax_shape y)
{
    return (geometry) {
        x, y, w, call->attr.conv.stride, call->attr.conv.pad, call->attr.conv.dilation, call->attr.conv.groups != 1
    };
}

/* Weight of tap r, s of the first input channel; the next channel's is taps() further. */
static size_t weight_at(const geometry *g, int32_t o, int32_t r, int32_t s)
{
    return ((size_t)o * (size_t)g->w.c * (size_t)g->w.h + (size_t)r) * (size_t)g->w.w + (size_t)s;
}

static size_t taps(const geometry *g)
{
    return (size_t)g->w.h * (size_t)g->w.w;
}

/* Input coordinate that kernel tap r of output coordinate y reads; may be outside. */
static int32_t source(const geometry *g, int32_t y, int32_t r)
{
    return y * g->stride - g->pad + r * g->dilation;
}

static double output_at(const geometry *g, const float *x, const float *w, int32_t n, int32_t h, int32_t v, int32_t o)
{
    double sum = 0;
    for (int32_t r = 0; r < g->w.h; r++) {
        int32_t sh = source(g, h, r);
        if (sh < 0 || sh >= g->x.h)
            continue;
        for (int32_t s = 0; s < g->w.w; s++) {
            int32_t sw = source(g, v, s);
            if (sw < 0 || sw >= g->x.w)
                continue;
            const float *xs = x + ax_ref_at(g->x, n, sh, sw, g->depthwise ? o : 0), *ws = w + weight_at(g, o, r, s);
            const size_t step = taps(g), channels = (size_t)g->w.c;
            for (size_t i = 0; i < channels; i++)
                sum += (double)xs[i] * ws[i * step];
        }
    }
    return sum;
}

AX_REF_KERNEL(conv)
{
    const float *x = call->in[0].mem, *w = call->in[1].mem, *bias = call->n_in == 3 ? call->in[2].mem : NULL;
    float *y = call->out[0].mem;
    geometry g = geometry_of(call, call->in[0].type.shape, call->in[1].type.shape, call->out[0].type.shape);
    for (int32_t n = 0; n < g.y.n; n++)
        for (int32_t h = 0; h < g.y.h; h++)
            for (int32_t v = 0; v < g.y.w; v++)
                for (int32_t o = 0; o < g.y.c; o++)
                    y[ax_ref_at(g.y, n, h, v, o)] = (float)(output_at(&g, x, w, n, h, v, o) + (bias ? bias[o] : 0));
    return AX_OK;
}

/* Inputs behind the weight: [bias][gamma, beta, mean, variance][maps to be added ...]. */
AX_REF_KERNEL(fused)
{
    const float *x = call->in[0].mem, *w = call->in[1].mem;
    float *y = call->out[0].mem;
    geometry g = geometry_of(call, call->in[0].type.shape, call->in[1].type.shape, call->out[0].type.shape);
    const ax_operand *bias = call->in + 2, *norm = bias + (call->attr.fused.bias ? 1 : 0),
                     *add = norm + (call->attr.fused.norm ? 4 : 0), *end = call->in + call->n_in;
    for (size_t i = 0; i < ax_shape_count(g.y); i++) {
        const int32_t o = (int32_t)(i % (size_t)g.y.c), v = (int32_t)(i / (size_t)g.y.c % (size_t)g.y.w),
                      row = (int32_t)(i / (size_t)g.y.c / (size_t)g.y.w), n = row / g.y.h, h = row % g.y.h;
        double sum = output_at(&g, x, w, n, h, v, o);
        if (call->attr.fused.bias)
            sum += ((const float *)bias->mem)[o];
        if (call->attr.fused.norm) {
            const float *const p[] = { norm[0].mem, norm[1].mem, norm[2].mem, norm[3].mem };
            sum = p[0][o] * ((sum - p[2][o]) / sqrt((double)p[3][o] + call->attr.fused.eps)) + p[1][o];
        }
        sum = ax_ref_activate(call->attr.fused.act, (float)sum);
        for (const ax_operand *a = add; a < end; a++)
            sum += ((const float *)a->mem)[i];
        y[i] = ax_ref_activate(call->attr.fused.after, (float)sum);
    }
    return AX_OK;
}

AX_REF_KERNEL(chain)
{
    ax_code code = AX_OK;
    float *x = NULL;
    for (unsigned k = 0; k < call->attr.chain.links && code == AX_OK; k++) {
        ax_call link = ax_chain_call(call, k);
        float *y = NULL;
        if (k)
            link.in[0].mem = x;
        if (k + 1 < call->attr.chain.links)
            link.out[0].mem = y = malloc(ax_type_bytes(link.out[0].type));
        code = link.out[0].mem ? ax_ref_fused(dev, &link, err) : ax_fail(err, AX_ENOMEM, "out of memory");
        free(x);
        x = y;
    }
    free(x);
    return code;
}

/* Adds the contributions of one output gradient to its inputs and weights. */
static void scatter(const geometry *g, const float *x, const float *w, double dy, int32_t n, int32_t h, int32_t v,
                    int32_t o, double *dx, double *dw)
{
    for (int32_t r = 0; r < g->w.h; r++) {
        int32_t sh = source(g, h, r);
        if (sh < 0 || sh >= g->x.h)
            continue;
        for (int32_t s = 0; s < g->w.w; s++) {
            int32_t sw = source(g, v, s);
            if (sw < 0 || sw >= g->x.w)
                continue;
            const size_t xi = ax_ref_at(g->x, n, sh, sw, g->depthwise ? o : 0), wi = weight_at(g, o, r, s);
            const size_t step = taps(g), channels = (size_t)g->w.c;
            if (dx)
                for (size_t i = 0; i < channels; i++)
                    dx[xi + i] += dy * w[wi + i * step];
            if (dw)
                for (size_t i = 0; i < channels; i++)
                    dw[wi + i * step] += dy * x[xi + i];
        }
    }
}

static void round_to(float *out, const double *sum, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (float)sum[i];
}

AX_REF_KERNEL(conv_backward)
{
    const float *dy = call->in[0].mem, *x = call->in[1].mem, *w = call->in[2].mem;
    float *dx = call->out[0].mem, *dw = call->out[1].mem, *db = call->n_out == 3 ? call->out[2].mem : NULL;
    geometry g = geometry_of(call, call->in[1].type.shape, call->in[2].type.shape, call->in[0].type.shape);
    size_t nx = ax_shape_count(g.x), nw = ax_shape_count(g.w), no = (size_t)g.y.c;
    double *sum_x = calloc(nx, sizeof *sum_x), *sum_w = calloc(nw, sizeof *sum_w), *sum_b = calloc(no, sizeof *sum_b);
    ax_code code = sum_x && sum_w && sum_b ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for gradients");
    for (int32_t n = 0; code == AX_OK && n < g.y.n; n++)
        for (int32_t h = 0; h < g.y.h; h++)
            for (int32_t v = 0; v < g.y.w; v++)
                for (int32_t o = 0; o < g.y.c; o++) {
                    double d = dy[ax_ref_at(g.y, n, h, v, o)];
                    sum_b[o] += d;
                    scatter(&g, x, w, d, n, h, v, o, dx ? sum_x : NULL, dw ? sum_w : NULL);
                }
    if (code == AX_OK && dx)
        round_to(dx, sum_x, nx);
    if (code == AX_OK && dw)
        round_to(dw, sum_w, nw);
    if (code == AX_OK && db)
        round_to(db, sum_b, no);
    free(sum_x);
    free(sum_w);
    free(sum_b);
    return code;
}
