/* DEPTH_LOSS: the losses for depth, straightforwardly. Its backward is that of CE. */
#include "engine/backend/ref/ref.h"

#include <math.h>

/* e of one pixel, and whether the pixel is valid. */
static bool error_of(const ax_call *call, size_t i, double *e)
{
    float p = ((const float *)call->in[0].mem)[i], t = ((const float *)call->in[1].mem)[i];
    bool lineage = call->attr.depth.kind == AX_BERHU_LINEAGE;
    *e = (double)(lineage && p <= 0 ? 0 : p) - (double)t;
    return lineage ? t != 0 : t > 0;
}

static double sign(double e)
{
    return (e > 0) - (e < 0);
}

/* The gradient of the lineage's loss through c = 0.2 max|e|, shared by the `equals` pixels with the largest |e|. The
   derivative of (e^2 + c^2) / (2c) by c is (1 - e^2/c^2) / 2. */
static void through_threshold(const ax_call *call, float *grad, size_t pixels, double c, double most)
{
    double slope = 0, e;
    size_t equals = 0;
    for (size_t i = 0; i < pixels; i++)
        if (error_of(call, i, &e)) {
            slope += fabs(e) > c ? (1 - e * e / (c * c)) / 2 : 0;
            equals += fabs(e) == most;
        }
    double share = 0.2 * slope / (double)pixels / (double)equals;
    for (size_t i = 0; i < pixels; i++)
        if (error_of(call, i, &e) && fabs(e) == most && ((const float *)call->in[0].mem)[i] > 0)
            grad[i] = (float)(grad[i] + sign(e) * share);
}

static double berhu(const ax_call *call, float *grad, size_t pixels)
{
    bool lineage = call->attr.depth.kind == AX_BERHU_LINEAGE;
    double most = 0, sum = 0, e;
    size_t valid = 0;
    for (size_t i = 0; i < pixels; i++)
        if (error_of(call, i, &e)) {
            most = fmax(most, fabs(e));
            valid++;
        }
    double c = 0.2 * most, n = (double)(lineage ? pixels : valid);
    for (size_t i = 0; i < pixels; i++) {
        bool there = error_of(call, i, &e) && c != 0, passes = !lineage || ((const float *)call->in[0].mem)[i] > 0;
        if (there)
            sum += fabs(e) <= c ? fabs(e) : (e * e + c * c) / (2 * c);
        if (grad)
            grad[i] = there && passes ? (float)((fabs(e) <= c ? sign(e) : e / c) / n) : 0;
    }
    if (lineage && grad && c != 0)
        through_threshold(call, grad, pixels, c, most);
    return valid ? sum / n : 0;
}

/* Difference of the logarithms of prediction and truth; whether the pixel is valid. NaN stays NaN. */
static bool log_error(const ax_call *call, size_t i, double *d)
{
    float p = ((const float *)call->in[0].mem)[i], t = ((const float *)call->in[1].mem)[i];
    if (!(t > call->attr.depth.least))
        return false;
    *d = log((double)(p <= AX_SILOG_FLOOR ? AX_SILOG_FLOOR : p)) - log((double)t);
    return true;
}

static double silog(const ax_call *call, float *grad, size_t pixels)
{
    const float *p = call->in[0].mem;
    double sum = 0, square = 0, n = 0, d;
    for (size_t i = 0; i < pixels; i++)
        if (log_error(call, i, &d)) {
            sum += d;
            square += d * d;
            n++;
        }
    double mean = n > 0 ? sum / n : 0, v = n > 0 ? square / n - 0.85 * mean * mean : 0;
    bool flat = v <= 0;
    for (size_t i = 0; grad && i < pixels; i++)
        grad[i] = log_error(call, i, &d) && !flat && !(p[i] <= AX_SILOG_FLOOR)
                      ? (float)(5 / sqrt(v) * (2 * d - 1.7 * mean) / n / p[i])
                      : 0;
    return flat ? 0 : 10 * sqrt(v);
}

AX_REF_KERNEL(depth_loss)
{
    size_t pixels = ax_shape_count(call->in[0].type.shape);
    float *loss = call->out[0].mem, *grad = call->out[1].mem;
    double value = call->attr.depth.kind == AX_SILOG ? silog(call, grad, pixels) : berhu(call, grad, pixels);
    if (loss)
        *loss = (float)value;
    return AX_OK;
}
