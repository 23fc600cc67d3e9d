#include "engine/backend/ref/ref.h"

#include "engine/base/bf16.h"

#include <math.h>
#include <string.h>

AX_REF_KERNEL(zero)
{
    memset(call->out[0].mem, 0, ax_type_bytes(call->out[0].type));
    return AX_OK;
}

AX_REF_KERNEL(add)
{
    float *y = call->out[0].mem;
    size_t n = ax_shape_count(call->out[0].type.shape);
    for (size_t i = 0; i < n; i++) {
        float sum = ((const float *)call->in[0].mem)[i];
        for (uint32_t k = 1; k < call->n_in; k++)
            sum += ((const float *)call->in[k].mem)[i];
        y[i] = sum;
    }
    return AX_OK;
}

/* The graph passes a sum's gradient on without a kernel; this one only completes the table. */
AX_REF_KERNEL(add_backward)
{
    for (uint32_t k = 0; k < call->n_out; k++)
        if (call->out[k].mem)
            memcpy(call->out[k].mem, call->in[0].mem, ax_type_bytes(call->in[0].type));
    return AX_OK;
}

AX_REF_KERNEL(mix)
{
    const float *x = call->in[0].mem, *y = call->in[1].mem, *a = call->in[2].mem, *b = call->in[3].mem;
    float *out = call->out[0].mem;
    size_t n = ax_shape_count(call->out[0].type.shape), c = (size_t)call->out[0].type.shape.c;
    for (size_t i = 0; i < n; i++)
        out[i] = (float)((double)a[i % c] * x[i] + (double)b[i % c] * y[i]);
    return AX_OK;
}

/* in: the gradient, x, y, a, b. */
AX_REF_KERNEL(mix_backward)
{
    const float *d = call->in[0].mem;
    size_t n = ax_shape_count(call->in[0].type.shape), c = (size_t)call->in[0].type.shape.c;
    for (uint32_t k = 0; k < 2; k++) {
        const float *side = call->in[1 + k].mem, *factor = call->in[3 + k].mem;
        float *dside = call->out[k].mem, *dfactor = call->out[2 + k].mem;
        for (size_t i = 0; i < n && dside; i++)
            dside[i] = factor[i % c] * d[i];
        for (size_t j = 0; j < c && dfactor; j++) {
            double sum = 0;
            for (size_t i = j; i < n; i += c)
                sum += (double)d[i] * side[i];
            dfactor[j] = (float)sum;
        }
    }
    return AX_OK;
}

/* Copies channels from a part of a wide map to a narrow one, or back. */
static void channels(float *wide, size_t wide_c, size_t from, float *narrow, size_t narrow_c, size_t pixels, bool join)
{
    for (size_t i = 0; i < pixels; i++) {
        float *w = wide + i * wide_c + from, *n = narrow + i * narrow_c;
        memcpy(join ? w : n, join ? n : w, narrow_c * sizeof(float));
    }
}

AX_REF_KERNEL(concat)
{
    ax_shape y = call->out[0].type.shape;
    size_t pixels = (size_t)y.n * (size_t)y.h * (size_t)y.w, from = 0;
    for (uint32_t k = 0; k < call->n_in; k++) {
        size_t c = (size_t)call->in[k].type.shape.c;
        channels(call->out[0].mem, (size_t)y.c, from, call->in[k].mem, c, pixels, true);
        from += c;
    }
    return AX_OK;
}

AX_REF_KERNEL(concat_backward)
{
    ax_shape y = call->in[0].type.shape;
    size_t pixels = (size_t)y.n * (size_t)y.h * (size_t)y.w, from = 0;
    for (uint32_t k = 0; k < call->n_out; k++) {
        size_t c = (size_t)call->out[k].type.shape.c;
        if (call->out[k].mem)
            channels(call->in[0].mem, (size_t)y.c, from, call->out[k].mem, c, pixels, false);
        from += c;
    }
    return AX_OK;
}

AX_REF_KERNEL(wsum)
{
    double sum = 0;
    for (uint32_t i = 0; i < call->n_in; i++)
        sum += (double)call->attr.weight[i] * *(const float *)call->in[i].mem;
    *(float *)call->out[0].mem = (float)sum;
    return AX_OK;
}

AX_REF_KERNEL(wsum_backward)
{
    for (uint32_t i = 0; i < call->n_out; i++)
        if (call->out[i].mem)
            *(float *)call->out[i].mem = call->attr.weight[i] * *(const float *)call->in[0].mem;
    return AX_OK;
}

ax_code ax_ref_sum_squares(ax_device *dev, const float *x, size_t n, double *sum, ax_err *err)
{
    (void)dev;
    (void)err;
    double s = 0;
    for (size_t i = 0; i < n; i++)
        s += (double)x[i] * x[i];
    *sum = s;
    return AX_OK;
}

/* Kingma and Ba, ICLR 2015, with the L2 term in the gradient as in torch.optim.Adam. */
ax_code ax_ref_adam(ax_device *dev, const ax_update *u, ax_err *err)
{
    (void)dev;
    (void)err;
    for (size_t i = 0; i < (u->now->finite ? u->n : 0); i++) {
        double g = (double)u->now->grad_scale * u->grad[i] + (double)u->weight_decay * u->value[i];
        double m = (double)u->beta1 * u->m[i] + (1 - (double)u->beta1) * g;
        double v = (double)u->beta2 * u->v[i] + (1 - (double)u->beta2) * g * g;
        u->m[i] = (float)m;
        u->v[i] = (float)v;
        u->value[i] =
            (float)(u->value[i] - u->now->lr * (m / u->now->correct1) / (sqrt(v / u->now->correct2) + u->eps));
    }
    return AX_OK;
}

ax_code ax_ref_sgd(ax_device *dev, const ax_update *u, ax_err *err)
{
    (void)dev;
    (void)err;
    for (size_t i = 0; i < (u->now->finite ? u->n : 0); i++) {
        double g = (double)u->now->grad_scale * u->grad[i] + (double)u->weight_decay * u->value[i];
        u->m[i] = (float)((double)u->momentum * u->m[i] + g);
        u->value[i] = (float)(u->value[i] - (double)u->now->lr * u->m[i]);
    }
    return AX_OK;
}

ax_code ax_ref_polyak(ax_device *dev, float *average, const float *value, size_t n, const float *decay, ax_err *err)
{
    (void)dev;
    (void)err;
    for (size_t i = 0; i < n; i++)
        average[i] = (float)((double)*decay * average[i] + (1 - (double)*decay) * value[i]);
    return AX_OK;
}

AX_REF_KERNEL(cast)
{
    size_t n = ax_shape_count(call->in[0].type.shape);
    bool narrows = call->out[0].type.dtype == AX_BF16;
    for (size_t i = 0; i < n; i++)
        if (narrows)
            ((uint16_t *)call->out[0].mem)[i] = ax_bf16_from(((const float *)call->in[0].mem)[i]);
        else
            ((float *)call->out[0].mem)[i] = ax_bf16_to(((const uint16_t *)call->in[0].mem)[i]);
    return AX_OK;
}
