/* Convolutions of the CPU backend against the reference, with every instruction set of this CPU. */
#include "engine/backend/cpu/conv.h"
#include "tests/helper/suite.h"
#include "tests/helper/twin.h"

#include <stdio.h>
#include <string.h>

static const char *const isas[] = { "base", "v3", "v4", "bf16" };

static ax_attr conv(int k, int stride, int pad, int dilation, int groups)
{
    return (ax_attr) { .conv = { (uint8_t)k, (uint8_t)stride, (uint8_t)pad, (uint8_t)dilation, (uint32_t)groups } };
}

static void check(twin *t, ax_attr a, int n, int h, int w, int ci, int co, bool bias)
{
    ax_type in[] = { twin_map(n, h, w, ci), twin_weight(co, a.conv.kernel, a.conv.groups > 1 ? 1 : ci),
                     twin_map(1, 1, 1, co) };
    if (ax_conv_extent(h, &a) < 1 || ax_conv_extent(w, &a) < 1)
        return;
    t->floor = t->bf16 ? 1 : 0.1;
    twin_check(t, AX_OP_CONV2D, a, in, bias ? 3 : 2, (unsigned)(h * 31 + w * 7 + ci));
}

/* The inputs of a fused convolution; `kind` selects the parts of its epilogue. Returns their number. */
static uint32_t fused(ax_attr *a, int n, int h, int w, int ci, int co, unsigned kind, ax_type in[AX_MAX_IN])
{
    const ax_type vector = twin_map(1, 1, 1, co), map = twin_map(n, ax_conv_extent(h, a), ax_conv_extent(w, a), co);
    uint32_t n_in = 2;
    in[0] = twin_map(n, h, w, ci);
    in[1] = twin_weight(co, a->conv.kernel, a->conv.groups > 1 ? 1 : ci);
    a->fused.act = (uint8_t)(kind % 3);
    a->fused.after = (uint8_t)(kind / 3 % 3);
    a->fused.bias = kind % 2 == 0;
    a->fused.norm = kind % 4 < 2;
    a->fused.eps = 1e-3f;
    if (a->fused.bias)
        in[n_in++] = vector;
    for (int i = 0; i < 4 && a->fused.norm; i++)
        in[n_in++] = vector;
    for (unsigned i = 0; i < kind % 5 % 3; i++)
        in[n_in++] = map;
    return n_in;
}

static void check_fused(twin *t, ax_attr a, int n, int h, int w, int ci, int co, unsigned kind)
{
    ax_type in[AX_MAX_IN];
    const uint32_t n_in = fused(&a, n, h, w, ci, co, kind, in);
    t->floor = t->bf16 ? 16 : 0.1; /* sums are as large, before an activation cuts them off */
    twin_check(t, AX_OP_FUSED, a, in, n_in, (unsigned)(h * 31 + w * 7 + ci));
}

/* [1x1 to `ci` channels or a stem,] depthwise, 1x1 to co. kind: selects the epilogue of each. */
static void check_chain(twin *t, ax_attr spatial, int n, int h, int w, int from, int ci, int co, unsigned kind)
{
    const ax_type map = twin_map(n, ax_conv_extent(h, &spatial), ax_conv_extent(w, &spatial), co);
    ax_attr a = { .chain = { .links = from ? 3 : 2 } };
    ax_type in[AX_MAX_IN] = { twin_map(n, h, w, from ? from : ci) };
    uint32_t n_in = 1;
    for (unsigned k = 0; k < a.chain.links; k++) {
        const bool middle = k + 2 == a.chain.links, last = k + 1 == a.chain.links;
        ax_fused_attr *link = &a.chain.link[k];
        *link = conv(1, 1, 0, 1, 1).fused;
        if (middle)
            *link = spatial.fused;
        link->act = (uint8_t)((kind + k) % 3);
        link->after = (uint8_t)(last ? kind / 3 % 3 : 0);
        link->bias = (kind + k) % 2 == 0;
        link->norm = false;
        in[n_in++] = twin_weight(last ? co : ci, link->kernel, middle ? 1 : k ? ci : from);
        if (link->bias)
            in[n_in++] = twin_map(1, 1, 1, last ? co : ci);
    }
    for (unsigned i = 0; i < kind % 3; i++)
        in[n_in++] = map;
    t->floor = t->bf16 ? 32 : 0.1;
    twin_check(t, AX_OP_CHAIN, a, in, n_in, (unsigned)(h * 31 + w * 7 + ci));
}

static void chains(twin *t)
{
    static const int channels[] = { 5, 16, 24, 45, 48, 96 }, sizes[] = { 1, 2, 5, 9, 14, 33 };
    unsigned kind = 0;
    for (int c = 0; c < 6; c++)
        for (int s = 0; s < 6; s++)
            for (int k = 3; k <= 5; k += 2)
                for (int stride = 1; stride <= 2; stride++, kind++)
                    for (int from = 0; from <= 16; from += 8) {
                        const int ci = channels[c], d = kind % 4 ? 1 : 2;
                        check_chain(t, conv(k, stride, k / 2 * d, d, ci), 1 + s % 2, sizes[s], sizes[(s + c) % 6], from,
                                    ci, channels[(c + s) % 6], kind + (unsigned)from / 8);
                    }
}

static void depthwise(twin *t)
{
    static const int channels[] = { 2, 5, 8, 24, 45, 48 };
    static const int sizes[] = { 1, 2, 5, 8, 12, 15 };
    static const int dilations[] = { 1, 3, 6, 2 };
    for (size_t c = 0; c < sizeof channels / sizeof *channels; c++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (size_t d = 0; d < 4; d++)
                for (int k = 3; k <= (d == 0 ? 7 : 5); k += 2)
                    for (int stride = 1; stride <= 2; stride++) {
                        int h = sizes[s], w = sizes[(s * 5 + c + d) % 6], pad = k / 2 * dilations[d];
                        check(t, conv(k, stride, pad, dilations[d], channels[c]), 1 + (int)(s % 3), h, w, channels[c],
                              channels[c], (c + s) % 3 == 0);
                        if (d == 0)
                            check(t, conv(k, stride, (int)s % 3, 1, channels[c]), 1, h, w, channels[c], channels[c],
                                  false);
                    }
}

TEST(test_depthwise)
{
    unsigned sets = 0;
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        twin t;
        if (!twin_open(&t, isas[i], 1 + (int)i)) {
            printf("skip: this processor lacks %s\n", isas[i]);
            continue;
        }
        depthwise(&t);
        assert_true(t.cases > 300);
        twin_close(&t);
        sets++;
    }
    assert_true(sets >= 1);
}

static void dense(twin *t)
{
    static const int channels[] = { 1, 3, 8, 11, 21, 24, 48 }, sizes[] = { 1, 2, 7, 10 }, dilations[] = { 1, 3, 12 };
    for (size_t c = 0; c < 7; c++)
        for (size_t s = 0; s < 4; s++) {
            int h = sizes[s], w = sizes[(s + c) % 4], ci = channels[c], co = channels[(c * 3 + 1) % 7];
            check(t, conv(1, 1, 0, 1, 1), 2, h, w, ci, co, s % 2);
            check(t, conv(3, 2, 1, 1, 1), 2, h * 2, w * 3, ci, co, s % 2);
            check(t, conv(5, 1, 2, 1, 1), 1, h, w, ci, co, false);
            check(t, conv(3, 1, (int)s, 1, 1), 1, h + 2, w + 2, ci, co, false);
            for (size_t d = 0; d < 3; d++)
                check(t, conv(3, 1, dilations[d], dilations[d], 1), 2, h, w, ci, co, s % 2);
        }
    check(t, conv(3, 2, 1, 1, 1), 2, 32, 40, 3, 32, false);
    check(t, conv(3, 1, 12, 12, 1), 1, 30, 44, 24, 24, false);
    check(t, conv(7, 1, 3, 1, 1), 1, 9, 8, 8, 8, false); /* more taps than the direct kernel supports */
}

TEST(test_chains)
{
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        twin t;
        if (!twin_open(&t, isas[i], 1 + (int)i))
            continue;
        chains(&t);
        twin_close(&t);
    }
}

TEST(test_dense)
{
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        twin t;
        if (!twin_open(&t, isas[i], 2))
            continue;
        dense(&t);
        twin_close(&t);
    }
}

/* Winograd's tiles of four, three and two outputs along either axis, and tiles that extend past the edge. */
TEST(test_winograd)
{
    static const int maps[][3] = { { 13, 13, 1 }, { 7, 40, 1 },  { 40, 7, 1 },  { 10, 23, 1 },
                                   { 3, 22, 1 },  { 22, 30, 3 }, { 26, 26, 3 }, { 20, 20, 2 },
                                   { 64, 20, 8 }, { 20, 64, 8 }, { 21, 21, 8 }, { 32, 32, 12 } };
    static const int channels[][2] = { { 24, 40 }, { 16, 9 }, { 17, 21 }, { 48, 48 }, { 33, 16 } };
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        twin t;
        if (!twin_open(&t, isas[i], 2))
            continue;
        for (size_t m = 0; m < sizeof maps / sizeof *maps; m++) {
            const int *c = channels[m % (sizeof channels / sizeof *channels)], d = maps[m][2];
            check(&t, conv(3, 1, d, d, 1), 2, maps[m][0], maps[m][1], c[0], c[1], m % 2);
        }
        twin_close(&t);
    }
}

/* 1x1 as matrix products: whole vectors of channels, a partial vector at the end, more pixels than a block. */
TEST(test_pointwise)
{
    static const int channels[][2] = { { 16, 24 }, { 24, 16 }, { 24, 144 }, { 56, 24 },
                                       { 6, 12 },  { 48, 48 }, { 320, 96 } };
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        twin t;
        if (!twin_open(&t, isas[i], 2))
            continue;
        for (size_t c = 0; c < sizeof channels / sizeof *channels; c++) {
            check(&t, conv(1, 1, 0, 1, 1), 1, 3, 5, channels[c][0], channels[c][1], false);
            check(&t, conv(1, 1, 0, 1, 1), 2, 17, 19, channels[c][0], channels[c][1], false);
        }
        twin_close(&t);
    }
}

static ax_conv conv_of(ax_attr a, int h, int w, int ci, int co)
{
    return (ax_conv) { .shape = { .h = h,
                                  .w = w,
                                  .ci = ci,
                                  .oh = ax_conv_extent(h, &a),
                                  .ow = ax_conv_extent(w, &a),
                                  .co = co,
                                  .kernel = a.conv.kernel,
                                  .stride = a.conv.stride,
                                  .pad = a.conv.pad,
                                  .dilation = a.conv.dilation },
                       .groups = a.conv.groups };
}

#if defined(__x86_64__)
bool ax_conv_fits_bf16(const ax_device *dev, size_t i, const ax_conv *c);
#endif

/* Whether implementation impl supports all passes; for bfloat16 there is none that is plain, the last one. */
static bool supports(const twin *t, size_t impl, const ax_conv *c)
{
#if defined(__x86_64__)
    if (t->bf16)
        return impl + 1 < AX_CONV_IMPLS && ax_conv_fits_bf16(t->dev[1], impl, c);
#endif
    return ax_conv_fits(t->dev[1], impl, c);
}

static bool fits_constant(const twin *t, size_t impl, ax_attr a, int h, int w, int ci, int co)
{
    ax_conv c = conv_of(a, h, w, ci, co);
    c.passes = AX_CONV_FORWARD;
    c.bias = c.constant = true;
    return c.shape.oh >= 1 && c.shape.ow >= 1 && supports(t, impl, &c);
}

/* Whether an implementation supports all passes of a call. */
static bool fits(const twin *t, size_t impl, ax_attr a, int h, int w, int ci, int co, bool bias)
{
    static const unsigned passes[] = { AX_CONV_FORWARD, AX_CONV_DATA, AX_CONV_WEIGHTS };
    ax_conv c = conv_of(a, h, w, ci, co);
    if (c.shape.oh < 1 || c.shape.ow < 1)
        return false;
    for (size_t i = 0; i < 3; i++) {
        c.passes = passes[i];
        c.bias = bias && i == 0;
        if (!supports(t, impl, &c))
            return false;
    }
    return true;
}

/* Kernel, stride, pad, dilation: those of the networks, and others that no network has. */
static const int geometries[][4] = { { 1, 1, 0, 1 }, { 1, 2, 0, 1 }, { 1, 3, 1, 1 },   { 3, 1, 1, 1 }, { 3, 2, 1, 1 },
                                     { 3, 2, 0, 1 }, { 3, 1, 3, 3 }, { 3, 1, 12, 12 }, { 3, 2, 3, 3 }, { 3, 3, 2, 2 },
                                     { 3, 2, 1, 2 }, { 5, 1, 2, 1 }, { 5, 2, 2, 1 },   { 5, 3, 7, 1 }, { 7, 1, 3, 1 },
                                     { 7, 4, 3, 1 }, { 2, 2, 0, 1 }, { 2, 3, 0, 1 },   { 4, 1, 1, 1 } };

static void each_geometry(twin *t, size_t impl)
{
    static const int maps[][3] = { { 1, 1, 1 }, { 2, 5, 7 }, { 1, 13, 6 }, { 3, 8, 8 }, { 1, 24, 31 } };
    static const int channels[][2] = { { 3, 32 }, { 1, 1 }, { 16, 24 }, { 11, 21 }, { 40, 9 }, { 17, 48 }, { 48, 16 } };
    for (size_t k = 0; k < sizeof geometries / sizeof *geometries; k++)
        for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
            for (size_t groups = 0; groups < 2; groups++) {
                const int *g = geometries[k], *m = maps[(i + k) % 5], *c = channels[i];
                int ci = groups ? c[1] : c[0];
                ax_attr a = conv(g[0], g[1], g[2], g[3], groups ? ci : 1);
                if (fits(t, impl, a, m[1], m[2], ci, c[1], (i + k) % 2))
                    check(t, a, m[0], m[1], m[2], ci, c[1], (i + k) % 2);
                if (fits_constant(t, impl, a, m[1], m[2], ci, c[1]))
                    check_fused(t, a, m[0], m[1], m[2], ci, c[1], (unsigned)(7 * k + 3 * i + groups));
            }
}

/* Each implementation on every call that it supports, chosen or not, with every instruction set. */
TEST(test_every_implementation)
{
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++)
        for (size_t k = 0; k < AX_CONV_IMPLS; k++) {
            twin t;
            if (!twin_open(&t, isas[i], 1 + (int)(i + k) % 3))
                continue;
            t.dev[1]->conv = ax_conv_impls[k]->name;
            each_geometry(&t, k);
            if (t.cases < 2 && !(t.bf16 && k + 1 == AX_CONV_IMPLS))
                fail_msg("%s: %u cases", ax_conv_impls[k]->name, t.cases);
            twin_close(&t);
        }
}

/* Threads only divide the work: equal thread counts give equal bits. */
TEST(test_equal_bits)
{
    for (size_t n = 0; n < 2 * AX_CONV_IMPLS; n++) {
        const size_t k = n % AX_CONV_IMPLS;
        twin t;
        if (!twin_open(&t, n < AX_CONV_IMPLS ? NULL : "bf16", 3))
            break;
        t.dev[1]->conv = ax_conv_impls[k]->name;
        for (size_t i = 0; i < sizeof geometries / sizeof *geometries; i++) {
            const int *g = geometries[i];
            ax_attr a = conv(g[0], g[1], g[2], g[3], k == 0 ? 24 : 1);
            ax_type in[] = { twin_map(2, 23, 20, 24), twin_weight(24, g[0], k == 0 ? 1 : 24) };
            if (fits(&t, k, a, 23, 20, 24, 24, false))
                twin_repeat(&t, AX_OP_CONV2D, a, in, 2, 1);
        }
        twin_close(&t);
    }
}

/* An image's result doesn't depend on the rest of its batch. */
TEST(test_an_image_alone)
{
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        twin t;
        if (!twin_open(&t, isas[i], 2))
            continue;
        for (unsigned kind = 0; kind < 30; kind++) {
            static const int kernels[] = { 1, 3, 5, 1, 3 };
            const int k = kernels[kind % 5], stride = kind % 5 > 2 ? 2 : 1, c = kind % 3 ? 24 : 8;
            const bool depthwise = kind / 5 % 2 && k > 1;
            ax_attr a = conv(k, stride, k / 2, 1, depthwise ? c : 1);
            ax_type in[AX_MAX_IN];
            const uint32_t n_in = fused(&a, 3, 15 + (int)kind % 4, 17, c, depthwise ? c : 48, kind, in);
            twin_alone(&t, AX_OP_FUSED, a, in, n_in, kind);
        }
        twin_close(&t);
    }
}

TEST(test_kernels_of_any_size)
{
    twin t;
    assert_true(twin_open(&t, NULL, 2));
    check(&t, conv(3, 2, 1, 1, 1), 1, 2, 3, 4096, 8, false); /* rows too long for im2col */
    check(&t, conv(31, 1, 15, 1, 1), 1, 9, 5, 3, 4, false);
    check(&t, conv(3, 1, 40, 40, 1), 1, 5, 6, 16, 16, true); /* all taps but the middle one are outside */
    check(&t, conv(2, 1, 9, 30, 1), 1, 15, 15, 4, 4, true);  /* all taps are outside for most pixels */
    twin_close(&t);
}

static void explained(ax_device *dev, bool backward, ax_attr a, int n, int h, int w, int ci, int co, char by[40])
{
    ax_type x = twin_map(n, h, w, ci), wt = twin_weight(co, a.conv.kernel, a.conv.groups > 1 ? 1 : ci);
    ax_type y = twin_map(n, ax_conv_extent(h, &a), ax_conv_extent(w, &a), co);
    int some = 0;
    ax_call forward = { .op = AX_OP_CONV2D,
                        .attr = a,
                        .in = { { &some, x }, { &some, wt } },
                        .n_in = 2,
                        .out = { { &some, y } },
                        .n_out = 1 };
    ax_call gradients = { .op = AX_OP_CONV2D,
                          .backward = true,
                          .attr = a,
                          .in = { { &some, y }, { &some, x }, { &some, wt } },
                          .n_in = 4,
                          .out = { { &some, x }, { &some, wt } },
                          .n_out = 2 };
    ax_call *call = backward ? &gradients : &forward;
    ax_err err = { 0 };
    size_t work = 0;
    ax_explanation e;
    assert_int_equal(ax_cpu_conv_prepare(dev, call, &work, &err), AX_OK);
    ax_cpu_conv_explain(dev, call, &e);
    snprintf(by, 40, "%s", e.by);
    assert_non_null(strstr(e.why, "plain"));
    ax_cpu_conv_discard(dev, call);
}

static void not_plain(ax_device *dev, ax_attr a, int n, int h, int w, int ci, int co)
{
    for (int backward = 0; backward < 2; backward++) {
        char by[40];
        explained(dev, backward, a, n, h, w, ci, co, by);
        if (strstr(by, "plain"))
            fail_msg("conv %dx%dx%dx%d to %d, kernel %d dilation %d: %s", n, h, w, ci, co, a.conv.kernel,
                     a.conv.dilation, by);
    }
}

/* No convolution of the search is left to plain loops. */
TEST(test_no_plain_loops)
{
    ax_err err = { 0 };
    ax_device *dev = ax_backend_cpu.open(0, 2, &err);
    assert_non_null(dev);
    static const int channels[] = { 8, 24, 48, 64 }, crops[][2] = { { 96, 96 }, { 256, 256 }, { 352, 480 } };
    static const int taps[] = { 24, 32, 96, 320 }, dilations[] = { 1, 3, 12 };
    for (size_t c = 0; c < 4; c++)
        for (size_t s = 0; s < 3; s++)
            for (int stride = 4; stride <= 32; stride *= 2) {
                int n = s == 2 ? 1 : 4, h = crops[s][0] / stride, w = crops[s][1] / stride, ch = channels[c];
                for (int d = 0; d < 3; d++)
                    not_plain(dev, conv(3, 1, dilations[d], dilations[d], 1), n, h, w, ch, ch);
                not_plain(dev, conv(1, 1, 0, 1, 1), n, h, w, ch, ch);
                not_plain(dev, conv(1, 1, 0, 1, 1), n, 1, 1, ch, ch);
                not_plain(dev, conv(1, 1, 0, 1, 1), n, h, w, taps[c], ch);
                not_plain(dev, conv(1, 1, 0, 1, 1), n, h, w, 3 * ch, ch);
                for (int classes = 1; classes <= 21; classes += 10)
                    not_plain(dev, conv(3, 1, 1, 1, 1), n, h, w, ch, classes);
            }
    not_plain(dev, conv(3, 2, 1, 1, 1), 4, 256, 256, 3, 32);
    ax_backend_cpu.close(dev);
}

/* The implementation chosen for each convolution of the networks. */
TEST(test_choice)
{
    ax_err err = { 0 };
    ax_device *dev = ax_backend_cpu.open(0, 2, &err);
    assert_non_null(dev);
    char by[40];
    explained(dev, false, conv(3, 2, 1, 1, 1), 1, 256, 256, 3, 32, by);
    assert_string_equal(by, "direct");
    explained(dev, true, conv(3, 1, 1, 1, 1), 1, 64, 64, 48, 48, by);
    assert_string_equal(by, "winograd");
    explained(dev, true, conv(1, 1, 0, 1, 1), 1, 64, 64, 48, 48, by);
    assert_string_equal(by, "pointwise");
    explained(dev, true, conv(3, 1, 12, 12, 1), 1, 8, 8, 48, 48, by);
    assert_string_equal(by, "direct");
    explained(dev, true, conv(3, 2, 1, 1, 1), 1, 64, 64, 16, 32, by);
    assert_string_equal(by, "im2col, direct");
    dev->winograd = false;
    explained(dev, false, conv(3, 1, 1, 1, 1), 1, 64, 64, 48, 48, by);
    assert_string_equal(by, "direct");
    ax_backend_cpu.close(dev);
}

int main(void)
{
    return RUN_TESTS(test_depthwise, test_dense, test_chains, test_winograd, test_pointwise, test_every_implementation,
                     test_equal_bits, test_an_image_alone, test_kernels_of_any_size, test_no_plain_loops, test_choice);
}
