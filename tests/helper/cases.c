#include "tests/helper/cases.h"
#include "tests/helper/types.h"

/* clang-format off */
#define VECTOR(c) MAP(1, 1, 1, c)
#define LABELS(n, h, w) { .shape = { n, h, w, 1 }, .dtype = AX_U8 }
#define DENSE(name, n, h, w, i, o, k, s, p, d, ...) \
    { name, AX_OP_CONV2D, CONV(k, s, p, d, 1), 2, { MAP(n, h, w, i), WEIGHT(o, k, i) }, __VA_ARGS__ }
#define DENSE_BIAS(name, n, h, w, i, o, k, s, p, d, ...) \
    { name, AX_OP_CONV2D, CONV(k, s, p, d, 1), 3, { MAP(n, h, w, i), WEIGHT(o, k, i), VECTOR(o) }, __VA_ARGS__ }
#define DEPTHWISE(name, n, h, w, c, k, s, p, d, ...) \
    { name, AX_OP_CONV2D, CONV(k, s, p, d, c), 2, { MAP(n, h, w, c), WEIGHT(c, k, 1) }, __VA_ARGS__ }
#define NORM(a, t) { .norm = { .eps = 1e-5f, .momentum = 0.1f, .act = a, .train = t } }
#define BNORM(name, a, t, n, h, w, c, ...) \
    { name, AX_OP_BNORM, NORM(a, t), 5, { MAP(n, h, w, c), VECTOR(c), VECTOR(c), VECTOR(c), VECTOR(c) }, __VA_ARGS__ }
#define MAXPOOL(name, n, h, w, c, by, ...)                                                                            \
    { name, AX_OP_MAXPOOL, { .conv = { 3, by, 1, 1, 1 } }, 1, { MAP(n, h, w, c) }, __VA_ARGS__ }
#define MIX(name, n, h, w, c, ...)                                                                                    \
    { name, AX_OP_MIX, { .act = 0 }, 4, { MAP(n, h, w, c), MAP(n, h, w, c), MAP(1, 1, 1, c), MAP(1, 1, 1, c) },       \
      __VA_ARGS__ }
#define RESIZE(name, n, h, w, c, oh, ow, ...) \
    { name, AX_OP_RESIZE, { .size = { oh, ow } }, 1, { MAP(n, h, w, c) }, __VA_ARGS__ }
#define ARGMAX(name, n, h, w, c, oh, ow, ...) \
    { name, AX_OP_ARGMAX, { .size = { oh, ow } }, 1, { MAP(n, h, w, c) }, __VA_ARGS__ }
#define DEPTH(name, kind, n, h, w, lo, hi, ...) \
    { name, AX_OP_DEPTH_LOSS, { .depth = { kind, 0.8f } }, 2, { MAP(n, h, w, 1), MAP(n, h, w, 1) }, lo, hi, __VA_ARGS__ }
#define FUSED(k, s, p, d, g, a, then, b, n) \
    { .fused = { .kernel = k, .stride = s, .pad = p, .dilation = d, .groups = g, .act = a, .after = then, .bias = b, \
                 .norm = n, .eps = 1e-5f } }
#define LINK(k, s, p, d, g, a, then, b, n) \
    { .kernel = k, .stride = s, .pad = p, .dilation = d, .groups = g, .act = a, .after = then, .bias = b, .norm = n, \
      .eps = 1e-5f }
#define CHAIN2(a, b) { .chain = { .link = { a, b }, .links = 2 } }
#define CHAIN3(a, b, c) { .chain = { .link = { a, b, c }, .links = 3 } }
#define VECTORS(c) VECTOR(c), VECTOR(c), VECTOR(c), VECTOR(c)
#define SMALL .large = false
#define LARGE .large = true

const ax_case ax_cases[] = {
    { .name = "zero", .op = AX_OP_ZERO, .attr = { .shape = { 2, 3, 5, 7 } } },

    DENSE("conv 1x1", 2, 3, 4, 3, 2, 1, 1, 0, 1, SMALL),
    DENSE_BIAS("conv 1x1 with bias", 2, 3, 4, 3, 5, 1, 1, 0, 1, SMALL),
    DENSE("conv 1x1 stride 2", 1, 5, 4, 3, 2, 1, 2, 0, 1, SMALL),
    DENSE("conv 1x1 stride 2, one channel", 1, 4, 4, 1, 2, 1, 2, 0, 1, SMALL),
    DENSE("conv 3x3", 2, 4, 5, 2, 3, 3, 1, 1, 1, SMALL),
    DENSE_BIAS("conv 3x3 stride 2 with bias", 1, 6, 5, 3, 2, 3, 2, 1, 1, SMALL),
    DENSE("conv 3x3 unpadded", 1, 4, 5, 2, 2, 3, 1, 0, 1, SMALL),
    DENSE("conv 3x3 dilated 3", 1, 5, 6, 2, 2, 3, 1, 3, 3, SMALL),
    DENSE("conv 3x3 dilated 12: the map is smaller", 1, 3, 4, 2, 3, 3, 1, 12, 12, SMALL),
    DENSE("conv 3x3 stem", 2, 33, 31, 3, 32, 3, 2, 1, 1, LARGE),
    DENSE("conv 3x3 of a cell", 2, 17, 13, 48, 48, 3, 1, 1, 1, LARGE),
    DENSE("conv 3x3 of a wide map", 1, 32, 35, 13, 10, 3, 1, 1, 1, LARGE),
    DENSE("conv 3x3 dilated 3 of a cell", 2, 26, 31, 48, 48, 3, 1, 3, 3, LARGE),
    DENSE_BIAS("conv 3x3 dilated 3 with bias", 2, 37, 25, 24, 19, 3, 1, 3, 3, LARGE),
    DENSE("conv 3x3 dilated 12 of a large map", 1, 46, 48, 16, 24, 3, 1, 12, 12, LARGE),
    DENSE("conv 3x3 dilated 12 of a cell", 2, 17, 13, 48, 48, 3, 1, 12, 12, LARGE),
    DENSE("conv 1x1 of a cell", 2, 17, 13, 48, 48, 1, 1, 0, 1, LARGE),
    DENSE("conv 1x1 adapt", 1, 9, 8, 320, 48, 1, 1, 0, 1, LARGE),
    DENSE_BIAS("conv 3x3 classifier", 2, 17, 13, 48, 21, 3, 1, 1, 1, LARGE),
    DENSE("conv 1x1 after a global pool", 3, 1, 1, 48, 48, 1, 1, 0, 1, LARGE),

    DEPTHWISE("depthwise 3x3", 2, 4, 5, 3, 3, 1, 1, 1, SMALL),
    DEPTHWISE("depthwise 3x3 stride 2", 1, 6, 5, 3, 3, 2, 1, 1, SMALL),
    DEPTHWISE("depthwise 5x5", 1, 4, 6, 2, 5, 1, 2, 1, SMALL),
    DEPTHWISE("depthwise 3x3 dilated 3", 1, 7, 5, 2, 3, 1, 3, 3, SMALL),
    DEPTHWISE("depthwise 5x5 dilated 6: the map is smaller", 1, 5, 4, 2, 5, 1, 12, 6, SMALL),
    DEPTHWISE("depthwise 5x5 of a cell", 2, 17, 13, 48, 5, 1, 2, 1, LARGE),
    DEPTHWISE("depthwise 5x5 dilated 6 of a cell", 2, 29, 31, 48, 5, 1, 12, 6, LARGE),
    DEPTHWISE("depthwise 3x3 dilated 3 of a cell", 2, 17, 13, 64, 3, 1, 3, 3, LARGE),
    DEPTHWISE("depthwise 3x3 stride 2, 37 channels", 2, 18, 15, 37, 3, 2, 1, 1, LARGE),

    BNORM("batch norm", AX_ACT_NONE, true, 2, 3, 3, 2, SMALL),
    BNORM("batch norm, relu", AX_ACT_RELU, true, 2, 3, 4, 3, SMALL),
    BNORM("batch norm, relu6", AX_ACT_RELU6, true, 2, 3, 3, 2, SMALL),
    BNORM("batch norm, evaluation", AX_ACT_NONE, false, 2, 2, 3, 3, SMALL),
    BNORM("batch norm, evaluation, relu", AX_ACT_RELU, false, 2, 2, 3, 3, SMALL),
    BNORM("batch norm far from zero", AX_ACT_RELU, true, 4, 16, 16, 5, .lo = 100, .hi = 101, LARGE),
    BNORM("batch norm of a cell", AX_ACT_RELU, true, 3, 17, 13, 48, LARGE),
    BNORM("batch norm, relu6, 70 channels", AX_ACT_RELU6, true, 2, 9, 11, 70, LARGE),
    BNORM("batch norm after a global pool", AX_ACT_RELU, true, 4, 1, 1, 48, LARGE),
    BNORM("batch norm of one pixel", AX_ACT_NONE, true, 1, 1, 1, 5, LARGE),

    { "relu", AX_OP_RELU, { .act = AX_ACT_RELU }, 1, { MAP(2, 3, 4, 5) }, -2, 2, SMALL },
    { "relu6", AX_OP_RELU, { .act = AX_ACT_RELU6 }, 1, { MAP(2, 3, 4, 5) }, -4, 10, SMALL },
    { "relu6, many", AX_OP_RELU, { .act = AX_ACT_RELU6 }, 1, { MAP(2, 31, 17, 13) }, -4, 10, LARGE },
    { "add", AX_OP_ADD, { .act = 0 }, 2, { MAP(2, 3, 4, 5), MAP(2, 3, 4, 5) }, SMALL },
    { "add, five", AX_OP_ADD, { .act = 0 }, 5, { MAP(2, 3, 4, 5), MAP(2, 3, 4, 5), MAP(2, 3, 4, 5), MAP(2, 3, 4, 5), MAP(2, 3, 4, 5) }, SMALL },
    { "add, many", AX_OP_ADD, { .act = 0 }, 2, { MAP(2, 31, 17, 13), MAP(2, 31, 17, 13) }, LARGE },

    RESIZE("resize 2x", 2, 2, 3, 2, 4, 6, SMALL),
    RESIZE("resize by odd ratios", 1, 3, 5, 2, 7, 8, SMALL),
    RESIZE("resize down", 1, 8, 7, 2, 3, 4, SMALL),
    RESIZE("resize up and down", 1, 3, 8, 2, 7, 3, SMALL),
    RESIZE("resize to the same size", 1, 3, 4, 2, 3, 4, SMALL),
    RESIZE("broadcast", 2, 1, 1, 3, 4, 5, SMALL),
    RESIZE("resize of one row", 1, 1, 4, 2, 3, 8, SMALL),
    RESIZE("resize to a pixel", 1, 4, 5, 2, 1, 1, SMALL),
    RESIZE("resize of a cell", 2, 9, 13, 48, 17, 26, LARGE),
    RESIZE("resize down of a cell", 2, 33, 26, 48, 9, 13, LARGE),
    RESIZE("broadcast of a cell", 3, 1, 1, 48, 17, 13, LARGE),
    { "gpool", AX_OP_GPOOL, { .act = 0 }, 1, { MAP(2, 3, 4, 3) }, SMALL },
    { "gpool of a cell", AX_OP_GPOOL, { .act = 0 }, 1, { MAP(3, 17, 13, 48) }, LARGE },
    MAXPOOL("maxpool", 2, 5, 4, 3, 1, SMALL),
    MAXPOOL("maxpool, halved", 2, 5, 6, 3, 2, SMALL),
    MAXPOOL("maxpool of a pixel", 2, 1, 1, 3, 2, SMALL),
    MAXPOOL("maxpool of a row", 1, 1, 7, 2, 1, SMALL),
    MAXPOOL("maxpool of a cell", 2, 33, 26, 48, 1, LARGE),
    MAXPOOL("maxpool of a cell, halved", 3, 33, 26, 50, 2, LARGE),
    MIX("mix", 2, 3, 4, 3, SMALL),
    MIX("mix of a cell", 3, 17, 13, 48, LARGE),
    { "concat of one", AX_OP_CONCAT, { .act = 0 }, 1, { MAP(2, 2, 3, 3) }, SMALL },
    { "concat of two", AX_OP_CONCAT, { .act = 0 }, 2, { MAP(2, 2, 3, 3), MAP(2, 2, 3, 2) }, SMALL },
    { "concat of four", AX_OP_CONCAT, { .act = 0 }, 4,
      { MAP(1, 2, 3, 1), MAP(1, 2, 3, 2), MAP(1, 2, 3, 4), MAP(1, 2, 3, 3) }, SMALL },
    { "concat, many", AX_OP_CONCAT, { .act = 0 }, 3,
      { MAP(2, 17, 13, 48), MAP(2, 17, 13, 7), MAP(2, 17, 13, 16) }, LARGE },

    { "ce", AX_OP_CE, { .act = 0 }, 2, { MAP(2, 3, 4, 5), LABELS(2, 3, 4) }, -3, 3, SMALL },
    { "ce, everything ignored", AX_OP_CE, { .act = 0 }, 2, { MAP(1, 2, 3, 4), LABELS(1, 2, 3) }, .all_ignored = true },
    { "ce, huge logits", AX_OP_CE, { .act = 0 }, 2, { MAP(1, 9, 7, 11), LABELS(1, 9, 7) }, -200, 200, LARGE },
    { "ce of a decoder", AX_OP_CE, { .act = 0 }, 2, { MAP(2, 33, 31, 11), LABELS(2, 33, 31) }, -8, 8, LARGE },
    { "ce, weighted", AX_OP_CE, { .act = 0 }, 3, { MAP(2, 3, 4, 5), LABELS(2, 3, 4), MAP(1, 1, 1, 5) }, -3, 3, SMALL },
    { "ce, weighted, everything ignored", AX_OP_CE, { .act = 0 }, 3,
      { MAP(1, 2, 3, 4), LABELS(1, 2, 3), MAP(1, 1, 1, 4) }, .all_ignored = true },
    { "ce of a decoder, weighted", AX_OP_CE, { .act = 0 }, 3, { MAP(2, 33, 31, 11), LABELS(2, 33, 31), MAP(1, 1, 1, 11) },
      -8, 8, LARGE },
    { "ce, 21 classes", AX_OP_CE, { .act = 0 }, 2, { MAP(2, 17, 13, 21), LABELS(2, 17, 13) }, -8, 8, LARGE },
    DEPTH("berhu", AX_BERHU, 2, 4, 5, -1, 5, SMALL),
    DEPTH("berhu, no truth", AX_BERHU, 1, 3, 4, -1, 5, .all_ignored = true),
    DEPTH("berhu, many", AX_BERHU, 3, 61, 47, -1, 5, LARGE),
    DEPTH("berhu of the lineage", AX_BERHU_LINEAGE, 2, 4, 5, -1, 5, SMALL),
    DEPTH("berhu of the lineage, no truth", AX_BERHU_LINEAGE, 1, 3, 4, -1, 5, .all_ignored = true),
    DEPTH("berhu of the lineage, many", AX_BERHU_LINEAGE, 3, 61, 47, -1, 5, LARGE),
    DEPTH("silog", AX_SILOG, 2, 4, 5, 0.25f, 5, SMALL),
    DEPTH("silog, predictions below the floor", AX_SILOG, 2, 4, 5, -2, 5, LARGE),
    DEPTH("silog, no truth", AX_SILOG, 1, 3, 4, 0.25f, 5, .all_ignored = true),
    DEPTH("silog, many", AX_SILOG, 3, 61, 47, 0.25f, 5, LARGE),
    { "mse", AX_OP_MSE, { .act = 0 }, 2, { MAP(2, 3, 4, 3), MAP(2, 3, 4, 3) }, SMALL },
    { "mse, many", AX_OP_MSE, { .act = 0 }, 2, { MAP(2, 31, 17, 11), MAP(2, 31, 17, 11) }, -8, 8, LARGE },
    { "wmse", AX_OP_WMSE, { .act = 0 }, 3, { MAP(2, 3, 4, 3), MAP(2, 3, 4, 3), MAP(2, 1, 1, 3) }, SMALL },
    { "wmse of one pixel", AX_OP_WMSE, { .act = 0 }, 3, { MAP(3, 1, 1, 2), MAP(3, 1, 1, 2), MAP(3, 1, 1, 2) }, SMALL },
    { "wmse of heat maps", AX_OP_WMSE, { .act = 0 }, 3,
      { MAP(3, 64, 48, 17), MAP(3, 64, 48, 17), MAP(3, 1, 1, 17) }, LARGE },
    { "wsum", AX_OP_WSUM, { .weight = { 1, 0.3f, 0.15f, 0.15f, 0.15f } }, 5,
      { SCALAR, SCALAR, SCALAR, SCALAR, SCALAR }, SMALL },
    { "wsum of one", AX_OP_WSUM, { .weight = { -2 } }, 1, { SCALAR }, SMALL },
    { "fused", AX_OP_FUSED, FUSED(3, 1, 1, 1, 1, AX_ACT_NONE, AX_ACT_NONE, false, false), 2,
      { MAP(2, 4, 5, 2), WEIGHT(3, 3, 2) }, SMALL },
    { "fused: bias, norm, relu, two sums, relu6", AX_OP_FUSED, FUSED(3, 1, 1, 1, 1, AX_ACT_RELU, AX_ACT_RELU6, true, true),
      9, { MAP(2, 4, 5, 2), WEIGHT(3, 3, 2), VECTOR(3), VECTORS(3), MAP(2, 4, 5, 3), MAP(2, 4, 5, 3) }, -8, 8, SMALL },
    { "fused 1x1 of a cell", AX_OP_FUSED, FUSED(1, 1, 0, 1, 1, AX_ACT_RELU, AX_ACT_NONE, false, true), 8,
      { MAP(2, 17, 13, 48), WEIGHT(48, 1, 48), VECTORS(48), MAP(2, 17, 13, 48), MAP(2, 17, 13, 48) }, LARGE },
    { "fused 1x1 with bias", AX_OP_FUSED, FUSED(1, 1, 0, 1, 1, AX_ACT_RELU6, AX_ACT_NONE, true, false), 3,
      { MAP(1, 9, 8, 40), WEIGHT(24, 1, 40), VECTOR(24) }, LARGE },
    { "fused 3x3 of a cell", AX_OP_FUSED, FUSED(3, 1, 1, 1, 1, AX_ACT_RELU, AX_ACT_NONE, false, true), 7,
      { MAP(2, 17, 13, 48), WEIGHT(48, 3, 48), VECTORS(48), MAP(2, 17, 13, 48) }, LARGE },
    { "fused 3x3 dilated 12", AX_OP_FUSED, FUSED(3, 1, 12, 12, 1, AX_ACT_RELU, AX_ACT_NONE, false, true), 7,
      { MAP(2, 17, 13, 48), WEIGHT(21, 3, 48), VECTORS(21), MAP(2, 17, 13, 21) }, LARGE },
    { "fused stem", AX_OP_FUSED, FUSED(3, 2, 1, 1, 1, AX_ACT_RELU6, AX_ACT_NONE, false, true), 6,
      { MAP(2, 33, 31, 3), WEIGHT(32, 3, 3), VECTORS(32) }, -8, 8, LARGE },
    { "fused classifier", AX_OP_FUSED, FUSED(3, 1, 1, 1, 1, AX_ACT_NONE, AX_ACT_NONE, true, false), 3,
      { MAP(2, 17, 13, 48), WEIGHT(21, 3, 48), VECTOR(21) }, LARGE },
    { "fused depthwise, 37 channels", AX_OP_FUSED, FUSED(3, 1, 1, 1, 37, AX_ACT_RELU6, AX_ACT_RELU, false, true), 8,
      { MAP(2, 18, 15, 37), WEIGHT(37, 3, 1), VECTORS(37), MAP(2, 18, 15, 37), MAP(2, 18, 15, 37) }, -8, 8, LARGE },
    { "fused depthwise stride 2", AX_OP_FUSED, FUSED(3, 2, 1, 1, 48, AX_ACT_RELU6, AX_ACT_NONE, false, true), 6,
      { MAP(2, 18, 15, 48), WEIGHT(48, 3, 1), VECTORS(48) }, -8, 8, LARGE },
    { "cast to bfloat16", AX_OP_CAST, { .dtype = AX_BF16 }, 1, { MAP(2, 3, 4, 3) }, -8, 8, SMALL },
    { "cast to bfloat16, many", AX_OP_CAST, { .dtype = AX_BF16 }, 1, { MAP(3, 17, 13, 48) }, LARGE },
    { "cast from bfloat16", AX_OP_CAST, { .dtype = AX_F32 }, 1, { { .shape = { 2, 3, 5, 3 }, .dtype = AX_BF16 } }, SMALL },
    { "chain: depthwise and 1x1", AX_OP_CHAIN,
      CHAIN2(LINK(3, 1, 1, 1, 2, AX_ACT_NONE, AX_ACT_NONE, false, false),
             LINK(1, 1, 0, 1, 1, AX_ACT_NONE, AX_ACT_NONE, true, false)), 4,
      { MAP(2, 4, 5, 2), WEIGHT(2, 3, 1), WEIGHT(3, 1, 2), VECTOR(3) }, SMALL },
    { "chain: three with all they can do", AX_OP_CHAIN,
      CHAIN3(LINK(1, 1, 0, 1, 1, AX_ACT_RELU6, AX_ACT_NONE, true, true),
             LINK(3, 2, 1, 1, 5, AX_ACT_RELU, AX_ACT_NONE, true, false),
             LINK(1, 1, 0, 1, 1, AX_ACT_RELU, AX_ACT_RELU6, true, false)), 13,
      { MAP(2, 6, 5, 3), WEIGHT(5, 1, 3), VECTOR(5), VECTORS(5), WEIGHT(5, 3, 1), VECTOR(5), WEIGHT(2, 1, 5), VECTOR(2),
        MAP(2, 3, 3, 2), MAP(2, 3, 3, 2) }, -8, 8, SMALL },
    { "chain of an encoder", AX_OP_CHAIN,
      CHAIN3(LINK(1, 1, 0, 1, 1, AX_ACT_RELU6, AX_ACT_NONE, false, false),
             LINK(3, 1, 1, 1, 96, AX_ACT_RELU6, AX_ACT_NONE, false, false),
             LINK(1, 1, 0, 1, 1, AX_ACT_NONE, AX_ACT_NONE, false, false)), 5,
      { MAP(2, 19, 31, 24), WEIGHT(96, 1, 24), WEIGHT(96, 3, 1), WEIGHT(24, 1, 96), MAP(2, 19, 31, 24) }, LARGE },
    { "chain of a stem", AX_OP_CHAIN,
      CHAIN3(LINK(3, 2, 1, 1, 1, AX_ACT_RELU6, AX_ACT_NONE, false, false),
             LINK(3, 1, 1, 1, 21, AX_ACT_RELU6, AX_ACT_NONE, true, false),
             LINK(1, 1, 0, 1, 1, AX_ACT_NONE, AX_ACT_NONE, true, false)), 6,
      { MAP(1, 65, 63, 3), WEIGHT(21, 3, 3), WEIGHT(21, 3, 1), VECTOR(21), WEIGHT(19, 1, 21), VECTOR(19) }, LARGE },
    ARGMAX("argmax", 2, 3, 4, 5, 3, 4, SMALL),
    ARGMAX("argmax after a resize", 2, 9, 8, 11, 33, 31, LARGE),
    ARGMAX("argmax after a resize down", 1, 31, 16, 21, 9, 5, LARGE),
    ARGMAX("argmax of one pixel", 2, 1, 1, 21, 5, 6, LARGE),
};
/* clang-format on */
const size_t ax_case_count = sizeof ax_cases / sizeof *ax_cases;
