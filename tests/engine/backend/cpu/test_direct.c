/* The direct convolution adds in the order of rows, columns and channels, whatever its tiles: a run started with other
   tiles goes on with the same bits. */
#include "engine/backend/cpu/conv.h"
#include "engine/base/rng.h"
#include "tests/helper/suite.h"
#include "tests/helper/twin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const isas[] = { "base", "v3", "v4" };

/* One multiply-add, fused or not as in the instruction set. */
static float multiply_add(const ax_device *dev, float a, float b, float c)
{
    return strcmp(dev->k->name, "base") != 0 ? fmaf(a, b, c) : a * b + c;
}

/* Optimised builds fuse every multiply-add; debug builds fuse only some. */
static bool same(float a, float b)
{
#if defined(AX_DEBUG)
    return fabsf(a - b) <= 1e-4f * fmaxf(1, fabsf(b));
#else
    return !memcmp(&a, &b, sizeof a);
#endif
}

typedef struct chain {
    ax_conv_shape g;
    float x[2 * 9 * 11 * 17], w[40 * 17 * 9], bias[40], dy[2 * 9 * 11 * 40];
    float y[2 * 9 * 11 * 40], dw[40 * 17 * 9], work[1 << 16];
} chain;

/* The input pixel under tap k of output (r, o); NULL if it is outside. */
static const float *seen(const chain *c, int image, int r, int o, int k)
{
    const ax_conv_shape *g = &c->g;
    int ih = r * g->stride - g->pad + k / g->kernel * g->dilation,
        iw = o * g->stride - g->pad + k % g->kernel * g->dilation;
    bool in = ih >= 0 && ih < g->h && iw >= 0 && iw < g->w;
    return in ? c->x + ((image * g->h + ih) * g->w + iw) * g->ci : NULL;
}

static float output(const chain *c, const ax_device *dev, int image, int r, int o, int n)
{
    const int kk = c->g.kernel * c->g.kernel;
    float sum = c->bias[n];
    for (int k = 0; k < kk; k++) {
        const float *p = seen(c, image, r, o, k);
        for (int i = 0; p && i < c->g.ci; i++)
            sum = multiply_add(dev, c->w[(n * c->g.ci + i) * kk + k], p[i], sum);
    }
    return sum;
}

static float gradient(const chain *c, const ax_device *dev, int n, int i, int k)
{
    float sum = 0;
    for (int image = 0; image < 2; image++)
        for (int r = 0; r < c->g.oh; r++)
            for (int o = 0; o < c->g.ow; o++) {
                const float *p = seen(c, image, r, o, k);
                if (p)
                    sum = multiply_add(dev, c->dy[((image * c->g.oh + r) * c->g.ow + o) * c->g.co + n], p[i], sum);
            }
    return sum;
}

static void check_chain(ax_device *dev, chain *c, ax_conv_shape g)
{
    ax_err err = { AX_OK, "" };
    size_t work = 0;
    c->g = g;
    for (unsigned pass = AX_CONV_FORWARD; pass <= AX_CONV_WEIGHTS; pass += AX_CONV_WEIGHTS - AX_CONV_FORWARD) {
        ax_conv conv = { .shape = g, .groups = 1, .bias = pass == AX_CONV_FORWARD, .passes = pass };
        const ax_epilogue e = { .bias = c->bias };
        const ax_conv_memory m = {
            .n = 2, .x = c->x, .w = c->w, .e = &e, .dy = c->dy, .y = c->y, .dw = c->dw, .work = c->work
        };
        assert_true(ax_conv_direct.fits(dev, &conv));
        assert_int_equal(ax_conv_direct.prepare(dev, &conv, &work, &err), AX_OK);
        assert_true(work <= sizeof c->work);
        ax_conv_direct.run(dev, &conv, &m);
    }
    const int kk = g.kernel * g.kernel;
    for (int at = 0; at < 2 * g.oh * g.ow * g.co; at++) {
        int n = at % g.co, o = at / g.co % g.ow, r = at / g.co / g.ow % g.oh, image = at / g.co / g.ow / g.oh;
        float want = output(c, dev, image, r, o, n);
        if (!same(c->y[at], want))
            fail_msg("%s, output %d: %a, not %a", dev->k->name, at, (double)c->y[at], (double)want);
    }
    for (int at = 0; at < g.co * g.ci * kk; at++) {
        float want = gradient(c, dev, at / kk / g.ci, at / kk % g.ci, at % kk);
        if (!same(c->dw[at], want))
            fail_msg("%s, gradient %d: %a, not %a", dev->k->name, at, (double)c->dw[at], (double)want);
    }
}

TEST(test_order_of_sums)
{
    static const int shapes[][6] = { { 3, 32, 3, 2, 1, 1 },    { 3, 21, 3, 1, 1, 1 }, { 17, 40, 3, 1, 3, 3 },
                                     { 16, 24, 3, 1, 12, 12 }, { 8, 8, 1, 1, 0, 1 },  { 2, 5, 3, 1, 4, 4 } };
    chain *c = calloc(1, sizeof *c);
    assert_non_null(c);
    float *const all[] = { c->x, c->w, c->bias, c->dy };
    const size_t n[] = { sizeof c->x, sizeof c->w, sizeof c->bias, sizeof c->dy };
    ax_rng rng = ax_rng_new(5, 6);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < n[i] / sizeof(float); k++)
            all[i][k] = (float)ax_rng_normal(&rng);
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        twin t;
        if (!twin_open(&t, isas[i], 1))
            continue;
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
            const int *s = shapes[k];
            ax_conv_shape g = {
                .h = 9, .w = 11, .ci = s[0], .co = s[1], .kernel = s[2], .stride = s[3], .dilation = s[5]
            };
            g.pad = s[2] == 1 ? 0 : s[4];
            g.oh = (g.h + 2 * g.pad - g.dilation * (g.kernel - 1) - 1) / g.stride + 1;
            g.ow = (g.w + 2 * g.pad - g.dilation * (g.kernel - 1) - 1) / g.stride + 1;
            if (g.oh > 0 && g.ow > 0)
                check_chain(t.dev[1], c, g);
        }
        twin_close(&t);
    }
    free(c);
}

int main(void)
{
    return RUN_TESTS(test_order_of_sums);
}
