/* Shape rules and the table of operations. */
#include "tests/helper/suite.h"
#include "tests/helper/types.h"

#include "engine/op/op.h"

#include <string.h>

static void gives(ax_op op, ax_attr attr, const ax_type *in, size_t n_in, size_t output, ax_type want)
{
    ax_type out[AX_MAX_OUT];
    ax_err err = { AX_OK, "" };
    if (ax_op_get(op)->infer(&attr, in, n_in, out, &err) != AX_OK)
        fail_msg("%s: %s", ax_op_get(op)->text, err.msg);
    assert_true(ax_shape_equal(out[output].shape, want.shape));
    assert_int_equal(out[output].dtype, want.dtype);
    assert_int_equal(out[output].layout, want.layout);
}

/* The call is refused, with a message that names the operation and contains `part`. */
static void refused(ax_op op, ax_attr attr, const ax_type *in, size_t n_in, const char *part)
{
    ax_type out[AX_MAX_OUT];
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_op_get(op)->infer(&attr, in, n_in, out, &err), AX_EINVAL);
    assert_int_equal(err.code, AX_EINVAL);
    if (strncmp(err.msg, ax_op_get(op)->text, strlen(ax_op_get(op)->text)) || !strstr(err.msg, part))
        fail_msg("'%s' doesn't say '%s'", err.msg, part);
    assert_int_equal(ax_op_get(op)->infer(&attr, in, n_in, out, NULL), AX_EINVAL);
}

TEST(table)
{
    static const struct {
        const char *text;
        int lo, hi, outs;
    } want[] = {
#define ROW(id, text, lo, hi, outs) { text, lo, hi, outs },
        AX_OP_LIST(ROW)
    };
    for (int op = 0; op < AX_OP_COUNT; op++) {
        const ax_op_info *info = ax_op_get((ax_op)op);
        uint32_t in_mask = (1u << info->max_in) - 1, out_mask = (1u << info->n_out) - 1;
        assert_string_equal(info->text, want[op].text);
        assert_int_equal(info->min_in, want[op].lo);
        assert_int_equal(info->max_in, want[op].hi);
        assert_int_equal(info->n_out, want[op].outs);
        assert_true(info->max_in <= AX_MAX_IN && info->n_out <= AX_MAX_OUT);
        assert_non_null(info->infer);
        assert_false((info->backward_reads_in | info->differentiable | info->inplace) & ~in_mask);
        assert_false(info->backward_reads_out & ~out_mask);
        if (!info->differentiable)
            assert_false(info->backward_reads_in | info->backward_reads_out | info->backward_inplace);
    }
}

TEST(convolutions)
{
    const ax_type dense[] = { MAP(2, 33, 32, 3), WEIGHT(8, 3, 3), MAP(1, 1, 1, 8) };
    const ax_attr stem = CONV(3, 2, 1, 1, 1);
    gives(AX_OP_CONV2D, stem, dense, 2, 0, (ax_type)MAP(2, 17, 16, 8));
    gives(AX_OP_CONV2D, stem, dense, 3, 0, (ax_type)MAP(2, 17, 16, 8));
    assert_int_equal(ax_op_get(AX_OP_CONV2D)->macs(&stem, dense, 2), 2 * 17 * 16 * 8 * 27);
    const ax_type dilated[] = { MAP(1, 5, 4, 48), WEIGHT(48, 3, 48) };
    gives(AX_OP_CONV2D, (ax_attr)CONV(3, 1, 12, 12, 1), dilated, 2, 0, (ax_type)MAP(1, 5, 4, 48));
    const ax_type depthwise[] = { MAP(1, 9, 8, 6), WEIGHT(6, 5, 1) };
    const ax_attr dw = CONV(5, 2, 2, 1, 6);
    gives(AX_OP_CONV2D, dw, depthwise, 2, 0, (ax_type)MAP(1, 5, 4, 6));
    assert_int_equal(ax_op_get(AX_OP_CONV2D)->macs(&dw, depthwise, 2), 5 * 4 * 6 * 25);

    refused(AX_OP_CONV2D, (ax_attr)CONV(5, 1, 1, 1, 1), dense, 2, "8x3x3x3");
    refused(AX_OP_CONV2D, (ax_attr)CONV(3, 0, 1, 1, 1), dense, 2, "kernel size");
    refused(AX_OP_CONV2D, (ax_attr)CONV(3, 1, 1, 1, 3), dense, 2, "groups");
    const ax_type not_a_weight[] = { MAP(2, 33, 32, 3), MAP(8, 3, 3, 3) };
    refused(AX_OP_CONV2D, stem, not_a_weight, 2, "weight");
    const ax_type channels[] = { MAP(2, 33, 32, 4), WEIGHT(8, 3, 3) };
    refused(AX_OP_CONV2D, stem, channels, 2, "input channels");
    const ax_type bias[] = { MAP(2, 33, 32, 3), WEIGHT(8, 3, 3), MAP(1, 1, 1, 7) };
    refused(AX_OP_CONV2D, stem, bias, 3, "1x1x1x7");
    refused(AX_OP_CONV2D, (ax_attr)CONV(3, 1, 0, 12, 1), dilated, 2, "smaller than the kernel");
}

TEST(norms)
{
    ax_type in[] = { MAP(2, 3, 4, 5), MAP(1, 1, 1, 5), MAP(1, 1, 1, 5), MAP(1, 1, 1, 5), MAP(1, 1, 1, 5) };
    gives(AX_OP_BNORM, (ax_attr) { .act = 0 }, in, 5, 0, in[0]);
    gives(AX_OP_BNORM, (ax_attr) { .act = 0 }, in, 5, 1, in[1]);
    gives(AX_OP_BNORM, (ax_attr) { .act = 0 }, in, 5, 2, in[1]);
    in[3].shape.c = 4;
    refused(AX_OP_BNORM, (ax_attr) { .act = 0 }, in, 5, "1x1x1x4");
}

TEST(sizes)
{
    const ax_type in[] = { MAP(2, 3, 4, 5) }, wide[] = { MAP(1, 2, 2, 256) };
    gives(AX_OP_RESIZE, (ax_attr) { .size = { 7, 2 } }, in, 1, 0, (ax_type)MAP(2, 7, 2, 5));
    gives(AX_OP_GPOOL, (ax_attr) { .act = 0 }, in, 1, 0, (ax_type)MAP(2, 1, 1, 5));
    gives(AX_OP_RELU, (ax_attr) { .act = AX_ACT_RELU }, in, 1, 0, in[0]);
    gives(AX_OP_ZERO, (ax_attr) { .shape = { 2, 3, 4, 5 } }, NULL, 0, 0, in[0]);
    const ax_type ids = { .shape = { 2, 6, 8, 1 }, .dtype = AX_U8 };
    gives(AX_OP_ARGMAX, (ax_attr) { .size = { 6, 8 } }, in, 1, 0, ids);
    const ax_attr window = { .conv = { 3, 2, 1, 1, 1 } };
    gives(AX_OP_MAXPOOL, window, in, 1, 0, (ax_type)MAP(2, 2, 2, 5));
    gives(AX_OP_MAXPOOL, window, in, 1, 1, (ax_type) { .shape = { 2, 2, 2, 5 }, .dtype = AX_U8 });
    refused(AX_OP_MAXPOOL, (ax_attr) { .conv = { 3, 1, 2, 1, 1 } }, in, 1, "half of it");
    refused(AX_OP_MAXPOOL, (ax_attr) { .conv = { 5, 1, 0, 1, 1 } }, in, 1, "doesn't fit");
    refused(AX_OP_RESIZE, (ax_attr) { .size = { 0, 2 } }, in, 1, "empty");
    refused(AX_OP_ARGMAX, (ax_attr) { .size = { 4, -1 } }, in, 1, "empty");
    refused(AX_OP_ARGMAX, (ax_attr) { .size = { 4, 4 } }, wide, 1, "255 classes");
    refused(AX_OP_ZERO, (ax_attr) { .shape = { 2, 0, 4, 5 } }, NULL, 0, "2x0x4x5");
}

TEST(several)
{
    const ax_attr none = { .act = 0 };
    ax_type in[] = { MAP(2, 3, 4, 5), MAP(2, 3, 4, 1), MAP(2, 3, 4, 9) };
    gives(AX_OP_CONCAT, none, in, 3, 0, (ax_type)MAP(2, 3, 4, 15));
    refused(AX_OP_ADD, none, in, 2, "2x3x4x1");
    refused(AX_OP_MSE, none, in, 2, "2x3x4x1");
    refused(AX_OP_CE, none, in, 2, "bytes");
    refused(AX_OP_WSUM, (ax_attr) { .weight = { 1 } }, in, 1, "2x3x4x5");
    const ax_attr depth = { .depth = { AX_SILOG, 0.1f } };
    refused(AX_OP_DEPTH_LOSS, depth, in, 2, "one channel");
    refused(AX_OP_DEPTH_LOSS, (ax_attr) { .depth = { 3, 0 } }, in + 1, 2, "kind");
    refused(AX_OP_DEPTH_LOSS, depth, in + 1, 2, "2x3x4x9");
    in[2] = in[1];
    gives(AX_OP_DEPTH_LOSS, depth, in + 1, 2, 0, (ax_type)MAP(1, 1, 1, 1));
    gives(AX_OP_DEPTH_LOSS, depth, in + 1, 2, 1, in[1]);
    in[2] = (ax_type)MAP(2, 3, 4, 9);
    in[1].dtype = AX_U8;
    gives(AX_OP_CE, none, in, 2, 0, (ax_type)MAP(1, 1, 1, 1));
    gives(AX_OP_CE, none, in, 2, 1, in[0]);
    in[2] = (ax_type)MAP(1, 1, 1, 5);
    gives(AX_OP_CE, none, in, 3, 1, in[0]);
    in[2].shape.c = 4;
    refused(AX_OP_CE, none, in, 3, "a weight per class");
    in[2] = (ax_type)MAP(2, 3, 4, 9);
    in[1].shape.h = 4;
    refused(AX_OP_CE, none, in, 2, "2x4x4x1");
    in[1] = in[0];
    gives(AX_OP_ADD, none, in, 2, 0, in[0]);
    gives(AX_OP_MSE, none, in, 2, 0, (ax_type)MAP(1, 1, 1, 1));
    ax_type weighted[] = { in[0], in[0], MAP(2, 1, 1, 5) };
    gives(AX_OP_WMSE, none, weighted, 3, 0, (ax_type)MAP(1, 1, 1, 1));
    weighted[2].shape.n = 1;
    refused(AX_OP_WMSE, none, weighted, 3, "1x1x1x5");
    weighted[1].shape.c = 4;
    refused(AX_OP_WMSE, none, weighted, 3, "2x3x4x4");
    const ax_type mixed[] = { in[0], in[0], MAP(1, 1, 1, 5), MAP(1, 1, 1, 5) },
                  other[] = { in[0], in[0], MAP(1, 1, 1, 5), MAP(1, 1, 1, 1) };
    gives(AX_OP_MIX, none, mixed, 4, 0, in[0]);
    refused(AX_OP_MIX, none, other, 4, "a factor for each channel");
    ax_type half = in[0];
    half.dtype = AX_BF16;
    gives(AX_OP_CAST, (ax_attr) { .dtype = AX_BF16 }, in, 1, 0, half);
    gives(AX_OP_CAST, (ax_attr) { .dtype = AX_F32 }, &half, 1, 0, in[0]);
    refused(AX_OP_CAST, (ax_attr) { .dtype = AX_BF16 }, &half, 1, "from float32 to bfloat16 or back");
    refused(AX_OP_CAST, (ax_attr) { .dtype = AX_F32 }, in, 1, "from float32 to bfloat16 or back");
    assert_int_equal(ax_type_bytes(half), ax_type_bytes(in[0]) / 2);
    in[2].shape.w = 5;
    refused(AX_OP_CONCAT, none, in, 3, "2x3x5x9");
    const ax_type scalars[] = { MAP(1, 1, 1, 1), MAP(1, 1, 1, 1) };
    gives(AX_OP_WSUM, (ax_attr) { .weight = { 1, 2 } }, scalars, 2, 0, scalars[0]);
}

int main(void)
{
    return RUN_TESTS(table, convolutions, norms, sizes, several);
}
