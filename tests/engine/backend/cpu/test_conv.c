/* Convolutions of the CPU backend against the reference, for every instruction set that this processor has. */
#include "engine/backend/cpu/device.h"
#include "tests/helper/twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const isas[] = { "base", "v3", "v4" };

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
    t->floor = 0.1;
    twin_check(t, AX_OP_CONV2D, a, in, bias ? 3 : 2, (unsigned)(h * 31 + w * 7 + ci));
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

static void test_depthwise(void **state)
{
    (void)state;
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
    check(t, conv(7, 1, 3, 1, 1), 1, 9, 8, 8, 8, false); /* more taps than the direct kernel takes */
}

static void test_dense(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        twin t;
        if (!twin_open(&t, isas[i], 2))
            continue;
        dense(&t);
        twin_close(&t);
    }
}

/* Winograd's tiles of four, three and two outputs along either axis, and those that hang over the edge. */
static void test_winograd(void **state)
{
    (void)state;
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

/* 1x1 as matrix products: whole vectors of channels, one and a half at the end, more pixels than a block. */
static void test_pointwise(void **state)
{
    (void)state;
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

/* Loops for the shapes that oneDNN does badly, on every instruction set. */
static void test_plain(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        twin t;
        if (!twin_open(&t, isas[i], 2))
            continue;
        check(&t, conv(1, 2, 0, 1, 1), 2, 8, 8, 1, 8, true);
        check(&t, conv(1, 3, 1, 1, 1), 1, 9, 12, 17, 21, true);
        check(&t, conv(1, 2, 0, 1, 1), 3, 11, 6, 48, 24, false);
        twin_close(&t);
    }
}

static void no_reference(ax_device *dev, ax_attr a, int n, int h, int w, int ci, int co)
{
    ax_type x = twin_map(n, h, w, ci), wt = twin_weight(co, a.conv.kernel, ci);
    ax_type y = twin_map(n, ax_conv_extent(h, &a), ax_conv_extent(w, &a), co);
    int some = 0;
    ax_call calls[] = {
        { .op = AX_OP_CONV2D,
          .attr = a,
          .in = { { &some, x }, { &some, wt } },
          .n_in = 2,
          .out = { { &some, y } },
          .n_out = 1 },
        { .op = AX_OP_CONV2D,
          .backward = true,
          .attr = a,
          .in = { { &some, y }, { &some, x }, { &some, wt } },
          .n_in = 4,
          .out = { { &some, x }, { &some, wt } },
          .n_out = 2 },
    };
    for (size_t i = 0; i < 2; i++) {
        ax_err err = { 0 };
        size_t work = 0;
        assert_int_equal(ax_cpu_conv_prepare(dev, &calls[i], &work, &err), AX_OK);
        for (unsigned k = 0; k < 2; k++) {
            const char *impl = ax_cpu_dense_impl(&calls[i], k);
            if (impl && strstr(impl, "ref"))
                fail_msg("conv %dx%dx%dx%d to %d, kernel %d dilation %d: %s", n, h, w, ci, co, a.conv.kernel,
                         a.conv.dilation, impl);
        }
        ax_cpu_conv_discard(dev, &calls[i]);
    }
}

/* The shapes of the search: nothing may be left to oneDNN's reference implementation. */
static void test_no_reference_implementation(void **state)
{
    (void)state;
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
                    no_reference(dev, conv(3, 1, dilations[d], dilations[d], 1), n, h, w, ch, ch);
                no_reference(dev, conv(1, 1, 0, 1, 1), n, h, w, ch, ch);
                no_reference(dev, conv(1, 1, 0, 1, 1), n, 1, 1, ch, ch);
                no_reference(dev, conv(1, 1, 0, 1, 1), n, h, w, taps[c], ch);
                no_reference(dev, conv(1, 1, 0, 1, 1), n, h, w, 3 * ch, ch);
                for (int classes = 1; classes <= 21; classes += 10)
                    no_reference(dev, conv(3, 1, 1, 1, 1), n, h, w, ch, classes);
            }
    no_reference(dev, conv(3, 2, 1, 1, 1), 4, 256, 256, 3, 32);
    ax_backend_cpu.close(dev);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_depthwise), cmocka_unit_test(test_dense),
        cmocka_unit_test(test_winograd),  cmocka_unit_test(test_pointwise),
        cmocka_unit_test(test_plain),     cmocka_unit_test(test_no_reference_implementation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
