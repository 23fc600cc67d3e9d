#include "engine/policy/arith.h"

#include "engine/policy/fast.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef float vec __attribute__((vector_size(AX_FAST_VECTOR)));
typedef float vec_at __attribute__((vector_size(AX_FAST_VECTOR), aligned(4), may_alias));
enum { LANES = AX_FAST_VECTOR / sizeof(float), ROWS = 5 };
_Static_assert(AX_GATES % (2 * ROWS * LANES) == 0 && AX_UNITS % (2 * ROWS) == 0, "whole tiles");

/* ---- products ---- */

/* Tile of y += a b: two rows by five vectors stay in registers while the n rows of b pass. b is {n, GATES}; element (i,
   k) of a is at i * across + k * down. */
AX_FAST_INLINE void tile_of_two(float *y, const float *a, size_t across, size_t down, const float *b, size_t n)
{
    vec_at *u = (vec_at *)y, *v = (vec_at *)(y + AX_GATES);
    vec u0 = u[0], u1 = u[1], u2 = u[2], u3 = u[3], u4 = u[4], v0 = v[0], v1 = v[1], v2 = v[2], v3 = v[3], v4 = v[4];
    for (size_t k = 0; k < n; k++) {
        const vec_at *row = (const vec_at *)(b + k * AX_GATES);
        const float p = a[k * down], q = a[across + k * down];
        u0 += p * row[0];
        v0 += q * row[0];
        u1 += p * row[1];
        v1 += q * row[1];
        u2 += p * row[2];
        v2 += q * row[2];
        u3 += p * row[3];
        v3 += q * row[3];
        u4 += p * row[4];
        v4 += q * row[4];
    }
    u[0] = u0;
    u[1] = u1;
    u[2] = u2;
    u[3] = u3;
    u[4] = u4;
    v[0] = v0;
    v[1] = v1;
    v[2] = v2;
    v[3] = v3;
    v[4] = v4;
}

/* Tile of one row by ten vectors. */
AX_FAST_INLINE void tile_of_one(float *y, const float *a, size_t down, const float *b, size_t n)
{
    vec_at *u = (vec_at *)y;
    vec u0 = u[0], u1 = u[1], u2 = u[2], u3 = u[3], u4 = u[4], u5 = u[5], u6 = u[6], u7 = u[7], u8 = u[8], u9 = u[9];
    for (size_t k = 0; k < n; k++) {
        const vec_at *row = (const vec_at *)(b + k * AX_GATES);
        const float p = a[k * down];
        u0 += p * row[0];
        u1 += p * row[1];
        u2 += p * row[2];
        u3 += p * row[3];
        u4 += p * row[4];
        u5 += p * row[5];
        u6 += p * row[6];
        u7 += p * row[7];
        u8 += p * row[8];
        u9 += p * row[9];
    }
    u[0] = u0;
    u[1] = u1;
    u[2] = u2;
    u[3] = u3;
    u[4] = u4;
    u[5] = u5;
    u[6] = u6;
    u[7] = u7;
    u[8] = u8;
    u[9] = u9;
}

/* y {m, GATES} += a {m, n} b {n, GATES} */
AX_FAST_INLINE void product(float *y, const float *a, size_t across, size_t down, const float *b, size_t m, size_t n)
{
    for (size_t col = 0; col < AX_GATES; col += ROWS * LANES)
        for (size_t i = 0; i + 1 < m; i += 2)
            tile_of_two(y + i * AX_GATES + col, a + i * across, across, down, b + col, n);
    for (size_t col = 0; m % 2 && col < AX_GATES; col += 2 * ROWS * LANES)
        tile_of_one(y + (m - 1) * AX_GATES + col, a + (m - 1) * across, down, b + col, n);
}

AX_FAST void ax_kernel_product(float *y, const float *w, const float *x, size_t n)
{
    product(y, x, AX_UNITS, 1, w, n, AX_UNITS);
}

AX_FAST void ax_kernel_spread(float *restrict y, const float *restrict a, const float *restrict b, size_t n)
{
    for (size_t r = 0; r < n; r++)
        for (size_t j = 0; j < AX_GATES; j++)
            y[r * AX_GATES + j] = a[j] + b[j];
}

AX_FAST void ax_kernel_outer(float *dw, const float *x, const float *dy, size_t n, bool add)
{
    if (!add)
        memset(dw, 0, sizeof(float) * AX_UNITS * AX_GATES);
    product(dw, x, 1, AX_UNITS, dy, AX_UNITS, n);
}

AX_FAST void ax_kernel_column_sum(float *restrict db, const float *restrict dy, size_t n, bool add)
{
    if (!add)
        memset(db, 0, AX_GATES * sizeof *db);
    for (size_t r = 0; r < n; r++)
        for (size_t j = 0; j < AX_GATES; j++)
            db[j] += dy[r * AX_GATES + j];
}

/* The sum of a vector's lanes, by repeated halving. */
AX_FAST_INLINE float sum_of(const vec *v)
{
    const float *x = (const float *)v;
#if AX_FAST_VECTOR == 32
    return ((x[0] + x[4]) + (x[1] + x[5])) + ((x[2] + x[6]) + (x[3] + x[7]));
#else
    return (x[0] + x[2]) + (x[1] + x[3]);
#endif
}

/* Five rows of w with two of dy. */
AX_FAST_INLINE void dots_of_two(float *dx, const float *w, const float *dy)
{
    vec a[ROWS] = { { 0 } }, b[ROWS] = { { 0 } };
    for (size_t j = 0; j < AX_GATES; j += LANES) {
        vec p = *(const vec_at *)(dy + j), q = *(const vec_at *)(dy + AX_GATES + j);
        for (size_t i = 0; i < ROWS; i++) {
            vec r = *(const vec_at *)(w + i * AX_GATES + j);
            a[i] += r * p;
            b[i] += r * q;
        }
    }
    for (size_t i = 0; i < ROWS; i++) {
        dx[i] = sum_of(&a[i]);
        dx[AX_UNITS + i] = sum_of(&b[i]);
    }
}

/* Ten rows of w with one of dy. */
AX_FAST_INLINE void dots_of_one(float *dx, const float *w, const float *dy)
{
    vec a[2 * ROWS] = { { 0 } };
    for (size_t j = 0; j < AX_GATES; j += LANES) {
        vec p = *(const vec_at *)(dy + j);
        for (size_t i = 0; i < 2 * ROWS; i++)
            a[i] += *(const vec_at *)(w + i * AX_GATES + j) * p;
    }
    for (size_t i = 0; i < 2 * ROWS; i++)
        dx[i] = sum_of(&a[i]);
}

/* Dot products in several partial sums each, so that no addition waits for the one before. */
AX_FAST void ax_kernel_product_back(float *dx, const float *w, const float *dy, size_t n)
{
    for (size_t k = 0; k < AX_UNITS; k += ROWS)
        for (size_t r = 0; r + 1 < n; r += 2)
            dots_of_two(dx + r * AX_UNITS + k, w + k * AX_GATES, dy + r * AX_GATES);
    for (size_t k = 0; n % 2 && k < AX_UNITS; k += 2 * ROWS)
        dots_of_one(dx + (n - 1) * AX_UNITS + k, w + k * AX_GATES, dy + (n - 1) * AX_GATES);
}

AX_FAST double ax_kernel_dot(const float *a, const float *b)
{
    double part[4] = { 0 };
    for (int u = 0; u < AX_UNITS; u += 4)
        for (int i = 0; i < 4; i++)
            part[i] += (double)a[u + i] * b[u + i];
    return (part[0] + part[2]) + (part[1] + part[3]);
}

AX_FAST void ax_kernel_axpy(float *restrict y, float s, const float *restrict x)
{
    for (int u = 0; u < AX_UNITS; u++)
        y[u] += s * x[u];
}

/* ---- activations ---- */

/* exp(x) - 1 for x clamped to -87..87, relative error about 2e-7 even near 0: x = n ln 2 + r, |r| <= ln(2)/2, exp(r) -
   1 by its Taylor series, then 2^n (exp(r) - 1) + (2^n - 1). */
AX_FAST_INLINE float exp_less_one(float raw)
{
    union {
        float x;
        int32_t bits;
    } in = { .x = raw }, two;
    int32_t size = in.bits & INT32_MAX, sign = in.bits & INT32_MIN;
    in.bits = sign | (size > 0x42ae0000 ? 0x42ae0000 : size); /* 87.0; comparing integers needs no branch */
    const float x = in.x, shift = 12582912.0f;                /* 1.5 * 2^23: adding it rounds to a whole number */
    float n = (x * 1.44269504f + shift) - shift;
    float r = (x - n * 0.693359375f) + n * 2.12194440e-4f; /* ln 2 in two parts */
    float p = r * (1.0f / 5040) + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * (r * r) + r;
    two.bits = ((int32_t)n + 127) * (1 << 23);
    return two.x * p + (two.x - 1.0f);
}

/* sigmoid(x) = 1 / (2 + e) with e = exp(-x) - 1; tanh(x) = -e / (2 + e) with e = exp(-2x) - 1 */
AX_FAST void ax_kernel_cell(float *restrict gate, const float *restrict c_before, float *restrict c,
                            float *restrict tanh_c, float *restrict h)
{
    for (int u = 2 * AX_UNITS; u < 3 * AX_UNITS; u++)
        gate[u] *= 2;
    for (int u = 0; u < AX_GATES; u++)
        gate[u] = exp_less_one(-gate[u]);
    for (int u = 0; u < AX_UNITS; u++) {
        float i = 1.0f / (2.0f + gate[u]), f = 1.0f / (2.0f + gate[AX_UNITS + u]);
        float g = -gate[2 * AX_UNITS + u] / (2.0f + gate[2 * AX_UNITS + u]);
        float o = 1.0f / (2.0f + gate[3 * AX_UNITS + u]);
        gate[u] = i;
        gate[AX_UNITS + u] = f;
        gate[2 * AX_UNITS + u] = g;
        gate[3 * AX_UNITS + u] = o;
        c[u] = f * c_before[u] + i * g;
    }
    for (int u = 0; u < AX_UNITS; u++) {
        float e = exp_less_one(-2.0f * c[u]);
        tanh_c[u] = -e / (2.0f + e);
        h[u] = gate[3 * AX_UNITS + u] * tanh_c[u];
    }
}

AX_FAST void ax_kernel_cell_back(const float *restrict gate, const float *restrict c_before,
                                 const float *restrict tanh_c, const float *restrict dh, float *restrict dc,
                                 float *restrict dgate)
{
    for (int u = 0; u < AX_UNITS; u++) {
        float i = gate[u], f = gate[AX_UNITS + u], g = gate[2 * AX_UNITS + u], o = gate[3 * AX_UNITS + u];
        float d = dc[u] + dh[u] * o * (1 - tanh_c[u] * tanh_c[u]);
        dgate[u] = d * g * i * (1 - i);
        dgate[AX_UNITS + u] = d * c_before[u] * f * (1 - f);
        dgate[2 * AX_UNITS + u] = d * i * (1 - g * g);
        dgate[3 * AX_UNITS + u] = dh[u] * tanh_c[u] * o * (1 - o);
        dc[u] = d * f;
    }
}

/* ---- optimiser ---- */

AX_FAST double ax_kernel_sum_squares(const float *x, size_t n)
{
    enum { PARTS = 16 };
    double part[PARTS] = { 0 }, sum = 0;
    for (size_t i = 0; i < n; i += PARTS)
        for (size_t k = 0; k < PARTS; k++)
            part[k] += (double)x[i + k] * x[i + k];
    for (size_t k = 0; k < PARTS; k++)
        sum += part[k];
    return sum;
}

AX_FAST_INLINE void adam(float *restrict value, float *restrict m, float *restrict v, size_t i, float g, float step,
                         float correct1, float correct2)
{
    m[i] = 0.9f * m[i] + 0.1f * g;
    v[i] = 0.999f * v[i] + 0.001f * g * g;
    value[i] -= step * (m[i] * correct1) / (sqrtf(v[i]) * correct2 + 1e-8f);
}

AX_FAST void ax_kernel_adam(float *restrict value, float *restrict m, float *restrict v, const float *restrict grad,
                            size_t n, float g_scale, float step, float correct1, float correct2)
{
    if (grad)
        for (size_t i = 0; i < n; i++)
            adam(value, m, v, i, g_scale * grad[i], step, correct1, correct2);
    else
        for (size_t i = 0; i < n; i++)
            adam(value, m, v, i, 0, step, correct1, correct2);
}
