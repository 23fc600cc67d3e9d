/* Decoders as graphs: shapes, parameters, and the effect of none and skip. */
#include "engine/graph/stats.h"
#include "engine/space/decoder.h"
#include "engine/task/task.h"
#include "engine/model/encoder.h"
#include "engine/space/space.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

typedef struct built {
    ax_graph *g;
    ax_decoder d;
    ax_val tap[AX_MAX_TAPS];
} built;

/* A decoder on the taps of an image of 32h x 32w, batch 2. */
static built build_as(const char *text, int32_t channels, int32_t repeats, bool train, bool concat, int32_t h,
                      int32_t w)
{
    built b = { 0 };
    ax_err err = { 0 };
    ax_decoder_spec spec = { .channels = channels, .repeats = repeats, .outputs = 5, .train = train, .aux = train };
    spec.concat = concat;
    if (ax_genotype_parse(text, &spec.genotype, &err) != AX_OK || !(b.g = ax_graph_new(&err)))
        fail_msg("%s", err.msg);
    for (int i = 0; i < ax_encoder_builtin()->taps.n; i++) {
        char name[16];
        int32_t k = 32 / ax_encoder_builtin()->taps.tap[i].stride;
        snprintf(name, sizeof name, "tap.%d", i);
        b.tap[i] = ax_graph_input(
            b.g, name, (ax_type) { .shape = { 2, k * h, k * w, ax_encoder_builtin()->taps.tap[i].channels } }, &err);
    }
    if (ax_decoder_build(b.g, &spec, b.tap, &b.d, &err) != AX_OK)
        fail_msg("%s: %s", text, err.msg);
    return b;
}

static built build(const char *text, int32_t channels, int32_t repeats, bool train, int32_t h, int32_t w)
{
    return build_as(text, channels, repeats, train, false, h, w);
}

static size_t count_nodes(const ax_graph *g, ax_op op)
{
    size_t n = 0;
    for (size_t i = 0; i < ax_graph_nodes(g); i++)
        n += ax_graph_node(g, i)->op == op;
    return n;
}

static void assert_shape(const ax_graph *g, ax_val v, int32_t h, int32_t w, int32_t c)
{
    ax_shape s = ax_graph_type(g, v).shape;
    assert_int_equal(s.n, 2);
    assert_int_equal(s.h, h);
    assert_int_equal(s.w, w);
    assert_int_equal(s.c, c);
}

static const char arch0[] = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]";
static const char arch1[] = "[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]";
static const char arch2[] = "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]";

TEST(test_shapes)
{
    built b = build(arch0, 8, 1, true, 2, 3);
    assert_shape(b.g, b.d.logits, 16, 24, 5); /* block 2 reads tap 0 */
    assert_shape(b.g, b.d.aux[0], 2, 3, 5);   /* block 0 reads tap 3 twice */
    assert_shape(b.g, b.d.aux[1], 4, 6, 5);
    assert_shape(b.g, b.d.aux[2], 16, 24, 5);
    ax_graph_free(b.g);
    b = build(arch1, 8, 1, false, 1, 1);
    assert_shape(b.g, b.d.logits, 4, 4, 5);
    assert_int_equal(b.d.aux[0].id, 0);
    ax_graph_free(b.g);
}

/* Counted by PyTorch for the same networks. */
TEST(test_parameters)
{
    static const struct {
        const char *text;
        int32_t repeats;
        uint64_t params;
    } cases[] = {
        { arch0, 1, 18429 },
        { arch1, 1, 20669 },
        { arch2, 2, 20477 },
        { "[[9,[0,1,9,10],[4,2,9,0],[7,7,10,4]],[[0,3],[4,4],[1,5]]]", 1, 5725 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        built b = build(cases[i].text, 8, cases[i].repeats, false, 1, 1);
        assert_int_equal(ax_graph_stats(b.g).params, cases[i].params);
        ax_graph_free(b.g);
    }
}

/* Concatenation instead of sums: a cell's loose ends if several aren't zero, and always the two sides of a block; the
   1x1 convolutions have their multiply-adds at the size of their inputs. */
TEST(test_concat)
{
    static const struct {
        const char *text;
        uint64_t ends, cells; /* ends: the loose ends of a cell that count, 1: nothing is concatenated */
    } cases[] = {
        { arch0, 4, 6 },
        /* values 1 and 4 are read, 7 is none + none: only 10 is left */
        { "[[9,[0,1,9,0],[1,4,10,10],[0,0,0,1]],[[0,1],[1,2],[2,3]]]", 1, 6 },
        /* 1, 4 and 10 loose, but 4 is none + none */
        { "[[0,[0,0,10,10],[0,0,0,0],[7,7,0,1]],[[0,1],[1,2],[2,3]]]", 2, 6 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        built b = build(cases[i].text, 8, 1, false, 1, 1);
        uint64_t sum = ax_graph_stats(b.g).params, convolutions = count_nodes(b.g, AX_OP_CONV2D);
        ax_graph_free(b.g);
        b = build_as(cases[i].text, 8, 1, false, true, 1, 1);
        uint64_t k = cases[i].ends, cells = k > 1 ? cases[i].cells : 0;
        assert_int_equal(ax_graph_stats(b.g).params, sum + cells * (k * 64 + 16) + 3 * (2 * 64 + 16));
        assert_int_equal(count_nodes(b.g, AX_OP_CONV2D), convolutions + cells + 3);
        assert_int_equal(ax_graph_find(b.g, "decoder.block.0.cell.1.aggregate.conv.weight").id != 0, k > 1);
        assert_int_not_equal(ax_graph_find(b.g, "decoder.block.2.aggregate.bn.running_var").id, 0);
        assert_shape(b.g, b.d.logits, 8, 8, 5);
        ax_graph_free(b.g);
    }
}

TEST(test_names)
{
    built b = build(arch0, 8, 2, true, 1, 1);
    static const char *const names[] = {
        "decoder.adapt.3.conv.weight",
        "decoder.adapt.0.bn.running_var",
        "decoder.block.0.cell.1.op.0.step.1.depthwise.weight",
        "decoder.block.2.cell.0.op.2.step.0.pointwise.weight",
        "decoder.block.1.cell.0.op.6.conv.weight", /* global pooling */
        "decoder.block.1.merge.1.bn.bias",
        "decoder.aux.2.cell.op.5.bn.weight",
        "decoder.aux.0.classifier.bias",
        "decoder.head.conv.weight",
        "decoder.classifier.weight",
        "decoder.classifier.bias",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!ax_graph_find(b.g, names[i]).id)
            fail_msg("no parameter '%s'", names[i]);
    ax_val w = ax_graph_find(b.g, "decoder.block.0.cell.1.op.0.step.1.depthwise.weight");
    ax_type t = ax_graph_type(b.g, w);
    assert_true(t.layout == AX_OIHW && ax_shape_equal(t.shape, (ax_shape) { 8, 5, 5, 1 }));
    t = ax_graph_type(b.g, ax_graph_find(b.g, "decoder.head.conv.weight"));
    assert_true(ax_shape_equal(t.shape, (ax_shape) { 8, 1, 1, 24 })); /* three loose blocks */
    ax_graph_free(b.g);
}

/* Skips and nones leave no nodes: adapting, merging, resizing and the head remain. */
TEST(test_fold)
{
    const char *skip = "[[9,[0,0,9,10],[0,0,10,10],[0,0,9,10]],[[3,3],[3,3],[3,3]]]";
    built b = build(skip, 8, 1, false, 1, 1);
    assert_int_equal(count_nodes(b.g, AX_OP_ZERO), 0);
    assert_int_equal(count_nodes(b.g, AX_OP_CONV2D), 4 + 6 + 2);
    /* values 1, 4, 10 are loose and equal the input, 7 is zero: two sums per cell, one per block */
    assert_int_equal(count_nodes(b.g, AX_OP_ADD), 3 * (2 * 2 + 1));
    ax_graph_free(b.g);
    /* all operations are none: the merging convolution sees zeros */
    b = build("[[10,[0,0,10,10],[0,0,10,10],[0,0,10,10]],[[0,3],[3,3],[3,3]]]", 8, 1, false, 1, 1);
    assert_int_equal(count_nodes(b.g, AX_OP_ZERO), 6);
    assert_shape(b.g, b.d.logits, 8, 8, 5);
    ax_graph_free(b.g);
    /* a convolution of zeros isn't zero, since batch norm has a bias */
    b = build("[[10,[1,1,0,10],[0,0,10,10],[0,0,10,10]],[[3,3],[3,3],[3,3]]]", 8, 1, false, 1, 1);
    assert_int_equal(count_nodes(b.g, AX_OP_ZERO), 6);
    assert_int_equal(count_nodes(b.g, AX_OP_CONV2D), 4 + 6 + 6 + 2);
    ax_graph_free(b.g);
}

TEST(test_batch_norm_mode)
{
    for (int train = 0; train < 2; train++) {
        built b = build(arch2, 8, 1, train, 1, 1);
        for (size_t i = 0; i < ax_graph_nodes(b.g); i++)
            if (ax_graph_node(b.g, i)->op == AX_OP_BNORM) {
                assert_int_equal(ax_graph_node(b.g, i)->attr.norm.train, train);
                assert_int_equal(ax_graph_node(b.g, i)->attr.norm.act, AX_ACT_RELU);
            }
        assert_int_equal(count_nodes(b.g, AX_OP_RELU), 1); /* the other activations are part of a batch norm */
        ax_graph_free(b.g);
    }
}

/* Random genotypes have logits, losses and gradients. */
TEST(test_random)
{
    ax_rng rng = ax_rng_new(11, 1);
    for (int i = 0; i < 200; i++) {
        ax_genotype g = ax_space_random(ax_space_at(0), &rng);
        char text[AX_GENOTYPE_TEXT];
        built b = build(ax_genotype_print(&g, text), 4, 1, true, 1, 2);
        ax_err err = { 0 };
        ax_val loss;
        const ax_val target[AX_TASK_TARGETS] = { ax_graph_input(b.g, "target",
                                                                (ax_type) { { 2, 8, 16, 1 }, AX_U8, AX_NHWC }, &err) };
        ax_val teacher = ax_graph_input(b.g, "teacher", (ax_type) { .shape = { 2, 8, 16, 5 } }, &err);
        const ax_task_spec task = { .task = &ax_task_segmentation, .outputs = 5 };
        if (i % 2)
            teacher = (ax_val) { 0 };
        if (ax_task_loss(b.g, &task, &b.d, target, 8, 16, teacher, 0.3f, 0.15f, &loss, &err) != AX_OK ||
            ax_graph_backward(b.g, loss, NULL, 0, &err) != AX_OK)
            fail_msg("%s: %s", text, err.msg);
        assert_int_equal(ax_graph_find(b.g, "loss").id, loss.id);
        assert_true(ax_graph_find(b.g, "loss.task").id && ax_graph_find(b.g, "loss.aux.2").id);
        assert_int_equal(ax_graph_find(b.g, "loss.kd").id != 0, !(i % 2));
        assert_true(ax_graph_grad(b.g, ax_graph_find(b.g, "decoder.classifier.weight")).id);
        ax_graph_free(b.g);
    }
}

TEST(test_refused)
{
    ax_decoder_spec spec = { .channels = 8, .repeats = 1, .outputs = 5 };
    ax_val taps[AX_MAX_TAPS] = { { 0 } };
    ax_decoder d;
    ax_err err = { 0 };
    ax_graph *g = ax_graph_new(&err);
    assert_non_null(g);
    assert_int_equal(ax_genotype_parse(arch0, &spec.genotype, &err), AX_OK);
    assert_int_equal(ax_decoder_build(g, &spec, taps, &d, &err), AX_EINVAL);
    assert_string_equal(err.msg, "decoder: it reads 4 taps, and the encoder has 0");
    spec.channels = 0;
    assert_int_equal(ax_decoder_build(g, &spec, taps, &d, &err), AX_EINVAL);
    assert_string_equal(err.msg, "decoder: 0 channels; 1 to 4096 make sense");
    spec.channels = 8;
    spec.genotype.value[13] = 4;
    assert_int_equal(ax_decoder_build(g, &spec, taps, &d, NULL), AX_EINVAL);
    ax_graph_free(g);
}

int main(void)
{
    return RUN_TESTS(test_shapes, test_parameters, test_names, test_fold, test_batch_norm_mode, test_random,
                     test_refused, test_concat);
}
