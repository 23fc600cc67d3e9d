#include "engine/backend/ref/ref.h"

#include <math.h>

/* -log softmax of the true class for the logits of one pixel; its gradient, softmax - onehot, goes to grad. */
static double pixel(const float *logits, int32_t classes, uint8_t label, double scale, float *grad)
{
    double most = logits[0], sum = 0;
    for (int32_t c = 1; c < classes; c++)
        most = logits[c] > most ? logits[c] : most;
    for (int32_t c = 0; c < classes; c++)
        sum += exp(logits[c] - most);
    for (int32_t c = 0; grad && c < classes; c++)
        grad[c] = (float)(scale * (exp(logits[c] - most) / sum - (c == label)));
    return log(sum) + most - logits[label];
}

AX_REF_KERNEL(ce)
{
    const float *x = call->in[0].mem;
    const uint8_t *label = call->in[1].mem;
    const float *weight = call->n_in > 2 ? call->in[2].mem : NULL;
    float *loss = call->out[0].mem, *grad = call->out[1].mem;
    ax_shape s = call->in[0].type.shape;
    size_t pixels = (size_t)s.n * (size_t)s.h * (size_t)s.w, c = (size_t)s.c;
    double sum = 0, all = 0;
    for (size_t i = 0; i < pixels; i++) {
        if (label[i] != AX_IGNORE && label[i] >= c)
            return ax_fail(err, AX_EFORMAT, "label %d where there are %zu classes", label[i], c);
        all += label[i] == AX_IGNORE ? 0 : weight ? (double)weight[label[i]] : 1;
    }
    for (size_t i = 0; i < pixels; i++) {
        float *g = grad ? grad + i * c : NULL;
        double each = label[i] == AX_IGNORE ? 0 : weight ? (double)weight[label[i]] : 1;
        if (each > 0)
            sum += each * pixel(x + i * c, s.c, label[i], each / all, g);
        else
            for (size_t k = 0; g && k < c; k++)
                g[k] = 0;
    }
    if (loss)
        *loss = all > 0 ? (float)(sum / all) : 0;
    return AX_OK;
}

static void scale_into(float *out, const float *x, size_t n, float scale)
{
    for (size_t i = 0; i < n; i++)
        out[i] = scale * x[i];
}

/* in: dloss, -; logits, labels and perhaps weights, none of them read; -, unit gradient. */
AX_REF_KERNEL(ce_backward)
{
    scale_into(call->out[0].mem, call->in[call->n_in - 1].mem, ax_shape_count(call->out[0].type.shape),
               *(const float *)call->in[0].mem);
    return AX_OK;
}

AX_REF_KERNEL(mse)
{
    const float *a = call->in[0].mem, *b = call->in[1].mem;
    size_t n = ax_shape_count(call->in[0].type.shape);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    *(float *)call->out[0].mem = (float)(sum / (double)n);
    return AX_OK;
}

AX_REF_KERNEL(mse_backward)
{
    const float *a = call->in[1].mem, *b = call->in[2].mem;
    float *da = call->out[0].mem;
    size_t n = ax_shape_count(call->in[1].type.shape);
    double scale = 2.0 * *(const float *)call->in[0].mem / (double)n;
    for (size_t i = 0; i < n; i++)
        da[i] = (float)(scale * ((double)a[i] - b[i]));
    return AX_OK;
}

/* The weight of element i of a map of this shape. */
static double weight_of(const float *weight, ax_shape s, size_t i)
{
    size_t c = (size_t)s.c, image = (size_t)s.h * (size_t)s.w * c;
    return (double)weight[i / image * c + i % c];
}

AX_REF_KERNEL(wmse)
{
    const float *a = call->in[0].mem, *b = call->in[1].mem, *weight = call->in[2].mem;
    ax_shape s = call->in[0].type.shape;
    size_t n = ax_shape_count(s);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = weight_of(weight, s, i) * ((double)a[i] - b[i]);
        sum += d * d;
    }
    *(float *)call->out[0].mem = (float)(sum / (2 * (double)n));
    return AX_OK;
}

/* in: dloss, a, b, weight, -. */
AX_REF_KERNEL(wmse_backward)
{
    const float *a = call->in[1].mem, *b = call->in[2].mem, *weight = call->in[3].mem;
    float *da = call->out[0].mem;
    ax_shape s = call->in[1].type.shape;
    size_t n = ax_shape_count(s);
    double scale = *(const float *)call->in[0].mem / (double)n;
    for (size_t i = 0; i < n; i++) {
        double w = weight_of(weight, s, i);
        da[i] = (float)(scale * w * w * ((double)a[i] - b[i]));
    }
    return AX_OK;
}
