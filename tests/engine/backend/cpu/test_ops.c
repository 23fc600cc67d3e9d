/* All operations but convolution against the reference, with every instruction set of this CPU. */
#include "tests/helper/suite.h"
#include "tests/helper/twin.h"

#include <stdio.h>

static const int channels[] = { 1, 3, 7, 8, 11, 16, 21, 24, 33, 48, 64, 70 };
enum { CHANNELS = sizeof channels / sizeof *channels };
static const int sizes[][3] = { { 1, 1, 1 }, { 2, 1, 3 }, { 3, 5, 4 }, { 2, 9, 16 }, { 1, 33, 17 } };
enum { SIZES = sizeof sizes / sizeof *sizes };

static ax_type map(size_t s, int c)
{
    return twin_map(sizes[s][0], sizes[s][1], sizes[s][2], c);
}

static void each(void (*check)(twin *t, size_t size, int c))
{
    static const char *const isas[] = { "base", "v3", "v4", "bf16" };
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++)
        for (int threads = 1; threads <= 3; threads += 2) {
            twin t;
            if (!twin_open(&t, isas[i], threads)) {
                printf("skip: this processor lacks %s\n", isas[i]);
                continue;
            }
            for (size_t s = 0; s < SIZES; s++)
                for (size_t c = 0; c < CHANNELS; c++)
                    check(&t, s, channels[c]);
            assert_true(t.cases > 0);
            twin_close(&t);
        }
}

static void norm(twin *t, size_t s, int c)
{
    ax_type in[] = { map(s, c), twin_map(1, 1, 1, c), twin_map(1, 1, 1, c), twin_map(1, 1, 1, c),
                     twin_map(1, 1, 1, c) };
    t->floor = 0.1;
    for (int act = AX_ACT_NONE; act <= AX_ACT_RELU6; act++)
        for (int train = 0; train < 2; train++) {
            /* a single pixel has no variance to normalise by */
            if (train && sizes[s][0] * sizes[s][1] * sizes[s][2] < 4)
                continue;
            ax_attr a = { .norm = { 1e-5f, 0.1f, (uint8_t)act, train } };
            twin_check(t, AX_OP_BNORM, a, in, 5, (unsigned)(c + act));
        }
}

static void eltwise(twin *t, size_t s, int c)
{
    ax_type in[] = { map(s, c), map(s, c) };
    twin_check(t, AX_OP_ZERO, (ax_attr) { .shape = in[0].shape }, NULL, 0, 1);
    twin_check(t, AX_OP_RELU, (ax_attr) { .act = AX_ACT_RELU }, in, 1, (unsigned)c);
    twin_check(t, AX_OP_RELU, (ax_attr) { .act = AX_ACT_RELU6 }, in, 1, (unsigned)c);
    twin_check(t, AX_OP_ADD, (ax_attr) { 0 }, in, 2, (unsigned)c);
    ax_type parts[] = { map(s, c), map(s, 5), map(s, 48), map(s, c) };
    for (uint32_t n = 1; n <= 4; n++)
        twin_check(t, AX_OP_CONCAT, (ax_attr) { 0 }, parts, n, (unsigned)c);
}

static void resize(twin *t, size_t s, int c)
{
    static const int to[][2] = { { 1, 1 }, { 2, 3 }, { 5, 4 }, { 7, 31 }, { 18, 32 }, { 40, 9 } };
    ax_type in[] = { map(s, c) };
    t->floor = 0.1;
    for (size_t i = 0; i < sizeof to / sizeof *to; i++)
        twin_check(t, AX_OP_RESIZE, (ax_attr) { .size = { to[i][0], to[i][1] } }, in, 1, (unsigned)c);
    twin_check(t, AX_OP_GPOOL, (ax_attr) { 0 }, in, 1, (unsigned)c);
    for (uint8_t by = 1; by <= 3; by++)
        twin_check(t, AX_OP_MAXPOOL, (ax_attr) { .conv = { 3, by, 1, 1, 1 } }, in, 1, (unsigned)c);
    const bool fits = sizes[s][1] > 4 && sizes[s][2] > 4;
    for (uint8_t by = 1; by <= 4 && fits; by++)
        for (uint8_t pad = 0; pad <= 2; pad++)
            twin_check(t, AX_OP_MAXPOOL, (ax_attr) { .conv = { 5, by, pad, 1, 1 } }, in, 1, (unsigned)c);
    ax_type mixed[] = { in[0], in[0], twin_map(1, 1, 1, c), twin_map(1, 1, 1, c) };
    twin_check(t, AX_OP_MIX, (ax_attr) { 0 }, mixed, 4, (unsigned)c);
}

static void argmax(twin *t, size_t s, int c)
{
    ax_type in[] = { map(s, c) };
    twin_check(t, AX_OP_ARGMAX, (ax_attr) { .size = { sizes[s][1], sizes[s][2] } }, in, 1, (unsigned)c);
    twin_check(t, AX_OP_ARGMAX, (ax_attr) { .size = { 4 * sizes[s][1], 4 * sizes[s][2] } }, in, 1, (unsigned)c);
}

static void losses(twin *t, size_t s, int c)
{
    ax_type in[] = { map(s, c), map(s, 1) };
    in[1].dtype = AX_U8;
    twin_check(t, AX_OP_CE, (ax_attr) { 0 }, in, 2, (unsigned)(c + 3));
    ax_type depth[] = { map(s, 1), map(s, 1) };
    for (uint8_t kind = AX_BERHU; kind <= AX_SILOG; kind++)
        twin_check(t, AX_OP_DEPTH_LOSS, (ax_attr) { .depth = { kind, 0.1f } }, depth, 2, (unsigned)c);
    ax_type pair[] = { map(s, c), map(s, c) };
    twin_check(t, AX_OP_MSE, (ax_attr) { 0 }, pair, 2, (unsigned)c);
    ax_type weighted[] = { map(s, c), map(s, c), map(s, c) };
    weighted[2].shape.h = weighted[2].shape.w = 1;
    twin_check(t, AX_OP_WMSE, (ax_attr) { 0 }, weighted, 3, (unsigned)c);
    ax_type scalars[5];
    for (int i = 0; i < 5; i++)
        scalars[i] = twin_map(1, 1, 1, 1);
    for (uint32_t n = 1; n <= 5; n++)
        twin_check(t, AX_OP_WSUM, (ax_attr) { .weight = { 1.0f, 0.3f, 0.15f, 0.15f, -2.0f } }, scalars, n, n);
}

TEST(test_norm)
{
    each(norm);
}

TEST(test_eltwise)
{
    each(eltwise);
}

TEST(test_resize)
{
    each(resize);
}

TEST(test_argmax)
{
    each(argmax);
}

TEST(test_losses)
{
    each(losses);
}

int main(void)
{
    return RUN_TESTS(test_norm, test_eltwise, test_resize, test_argmax, test_losses);
}
