#include "engine/backend/ref/ref.h"

#include <math.h>

float ax_ref_activate(uint8_t act, float y)
{
    if (act == AX_ACT_NONE)
        return y;
    y = y > 0 ? y : 0;
    return act == AX_ACT_RELU6 && y > 6 ? 6 : y;
}

/* Whether a gradient passes: strictly between the bounds, as in PyTorch. */
static bool passes(uint8_t act, float before)
{
    return act == AX_ACT_NONE || (before > 0 && (act != AX_ACT_RELU6 || before < 6));
}

/* Batch norm of one channel (Ioffe and Szegedy, ICML 2015). */
static void channel(const ax_call *call, size_t pixels, size_t c, size_t channels)
{
    const float *x = call->in[0].mem, gamma = ((const float *)call->in[1].mem)[c],
                beta = ((const float *)call->in[2].mem)[c];
    float *running_mean = call->in[3].mem, *running_var = call->in[4].mem;
    float *y = call->out[0].mem, *saved_mean = call->out[1].mem, *saved_invstd = call->out[2].mem;
    double mean = running_mean[c], var = running_var[c];
    if (call->attr.norm.train) {
        double sum = 0, squares = 0, m = call->attr.norm.momentum;
        for (size_t i = 0; i < pixels; i++)
            sum += x[i * channels + c];
        mean = sum / (double)pixels;
        for (size_t i = 0; i < pixels; i++) {
            double d = x[i * channels + c] - mean;
            squares += d * d;
        }
        var = squares / (double)pixels;
        double unbiased = pixels > 1 ? squares / (double)(pixels - 1) : var;
        running_mean[c] = (float)((1 - m) * running_mean[c] + m * mean);
        running_var[c] = (float)((1 - m) * running_var[c] + m * unbiased);
    }
    double invstd = 1 / sqrt(var + call->attr.norm.eps);
    if (saved_mean)
        saved_mean[c] = (float)mean;
    if (saved_invstd)
        saved_invstd[c] = (float)invstd;
    for (size_t i = 0; y && i < pixels; i++)
        y[i * channels + c] =
            ax_ref_activate(call->attr.norm.act, (float)(gamma * ((x[i * channels + c] - mean) * invstd) + beta));
}

AX_REF_KERNEL(bnorm)
{
    ax_shape s = call->in[0].type.shape;
    size_t pixels = (size_t)s.n * (size_t)s.h * (size_t)s.w;
    for (size_t c = 0; c < (size_t)s.c; c++)
        channel(call, pixels, c, (size_t)s.c);
    return AX_OK;
}

/* in: dy, -, -; x, gamma, beta, -, -; -, mean, invstd. dx = gamma * invstd * (g - mean(g) - xhat * mean(g * xhat)),
   g = dy where the activation passes. In evaluation mode the statistics are constants: dx = gamma * invstd * g. */
AX_REF_KERNEL(bnorm_backward)
{
    const float *dy = call->in[0].mem, *x = call->in[3].mem, *gamma = call->in[4].mem, *beta = call->in[5].mem,
                *mean = call->in[9].mem, *invstd = call->in[10].mem;
    float *dx = call->out[0].mem, *dgamma = call->out[1].mem, *dbeta = call->out[2].mem;
    ax_shape s = call->in[3].type.shape;
    size_t pixels = (size_t)s.n * (size_t)s.h * (size_t)s.w, channels = (size_t)s.c;
    double share = call->attr.norm.train ? 1 / (double)pixels : 0;
    for (size_t c = 0; c < channels; c++) {
        double sum = 0, sum_xhat = 0, k = gamma[c];
        for (size_t i = c; i < pixels * channels; i += channels) {
            double xhat = ((double)x[i] - mean[c]) * invstd[c];
            if (passes(call->attr.norm.act, (float)(k * xhat + beta[c]))) {
                sum += dy[i];
                sum_xhat += dy[i] * xhat;
            }
        }
        for (size_t i = c; dx && i < pixels * channels; i += channels) {
            double xhat = ((double)x[i] - mean[c]) * invstd[c];
            double g = passes(call->attr.norm.act, (float)(k * xhat + beta[c])) ? dy[i] : 0;
            dx[i] = (float)(k * invstd[c] * (g - share * sum - xhat * share * sum_xhat));
        }
        if (dgamma)
            dgamma[c] = (float)sum_xhat;
        if (dbeta)
            dbeta[c] = (float)sum;
    }
    return AX_OK;
}

AX_REF_KERNEL(relu)
{
    const float *x = call->in[0].mem;
    float *y = call->out[0].mem;
    size_t n = ax_shape_count(call->out[0].type.shape);
    for (size_t i = 0; i < n; i++)
        y[i] = ax_ref_activate(call->attr.act, x[i]);
    return AX_OK;
}

/* in: dy, -, y: an output strictly between the bounds had its input there. */
AX_REF_KERNEL(relu_backward)
{
    const float *dy = call->in[0].mem, *y = call->in[2].mem;
    float *dx = call->out[0].mem;
    size_t n = ax_shape_count(call->out[0].type.shape);
    for (size_t i = 0; i < n; i++)
        dx[i] = passes(call->attr.act, y[i]) ? dy[i] : 0;
    return AX_OK;
}
