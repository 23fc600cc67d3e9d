/* The fused graph for inference: what is fused and what isn't, and that the results are the same. */
#include "engine/backend/list.h"
#include "engine/graph/fuse.h"
#include "engine/graph/params.h"
#include "engine/graph/plan.h"
#include "engine/model/network.h"
#include "engine/space/list.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 64, NETWORKS = 200 };
/* Relative to the largest logit: the norm's factor is rounded into the weights, and Winograd's tiles round them again.
   After fifty layers, the largest error of the 200 networks is about a tenth of this. */
#define TOLERANCE 3e-5

/* ---- structure ---- */

typedef struct chain {
    ax_graph *g;
    ax_err err;
} chain;

static ax_val vector(chain *c, const char *name, int32_t n)
{
    const ax_param_spec spec = { .name = name, .type = { .shape = { 1, 1, 1, n } }, .init = AX_INIT_ONE };
    return ax_graph_param(c->g, &spec, &c->err);
}

static ax_val conv(chain *c, const char *name, ax_val x, bool bias)
{
    const ax_param_spec spec = { .name = name, .type = { .shape = { 3, 1, 1, 3 }, .layout = AX_OIHW } };
    const ax_val in[] = { x, ax_graph_param(c->g, &spec, &c->err), bias ? vector(c, "bias", 3) : x };
    const ax_attr attr = { .conv = { 1, 1, 0, 1, 1 } };
    return ax_graph_apply(c->g, AX_OP_CONV2D, attr, in, bias ? 3 : 2, &c->err);
}

static ax_val norm(chain *c, ax_val x, ax_act act, bool train)
{
    const ax_val in[] = { x, vector(c, "gamma", 3), vector(c, "beta", 3), vector(c, "mean", 3), vector(c, "var", 3) };
    const ax_attr attr = { .norm = { .eps = 0.25f, .act = (uint8_t)act, .train = train } };
    return ax_graph_apply(c->g, AX_OP_BNORM, attr, in, 5, &c->err);
}

static ax_val add(chain *c, ax_val a, ax_val b)
{
    return ax_graph_apply(c->g, AX_OP_ADD, (ax_attr) { 0 }, (ax_val[]) { a, b }, 2, &c->err);
}

static ax_val relu(chain *c, ax_val x, ax_act act)
{
    return ax_graph_apply(c->g, AX_OP_RELU, (ax_attr) { .act = (uint8_t)act }, &x, 1, &c->err);
}

static ax_val depthwise(chain *c, const char *name, ax_val x)
{
    const ax_param_spec spec = { .name = name, .type = { .shape = { 3, 3, 3, 1 }, .layout = AX_OIHW } };
    const ax_val in[] = { x, ax_graph_param(c->g, &spec, &c->err) };
    return ax_graph_apply(c->g, AX_OP_CONV2D, (ax_attr) { .conv = { 3, 1, 1, 1, 3 } }, in, 2, &c->err);
}

static chain begin(ax_val *x)
{
    chain c = { .g = ax_graph_new(NULL) };
    *x = ax_graph_input(c.g, "x", (ax_type) { .shape = { 1, 2, 2, 3 } }, &c.err);
    return c;
}

/* Keeps y, fuses the graph, and frees the original. */
static ax_graph *fused(chain *c, ax_val y)
{
    assert_int_equal(ax_graph_keep(c->g, y, "y", &c->err), AX_OK);
    ax_graph *to = ax_graph_fused(c->g, 0, &c->err);
    if (!to)
        fail_msg("%s", c->err.msg);
    ax_graph_free(c->g);
    return to;
}

static void ops_are(ax_graph *g, const char *want)
{
    char got[200] = "";
    for (size_t i = 0; i < ax_graph_nodes(g); i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? " " : "",
                 ax_op_get(ax_graph_node(g, i)->op)->text);
    assert_string_equal(got, want);
}

TEST(whole_chain)
{
    ax_val x;
    chain c = begin(&x);
    ax_val before = relu(&c, x, AX_ACT_RELU);
    ax_val y = norm(&c, conv(&c, "w", x, true), AX_ACT_RELU6, false);
    y = add(&c, before, add(&c, y, x));
    ax_graph *g = fused(&c, relu(&c, y, AX_ACT_RELU));
    ops_are(g, "relu fused");
    const ax_node *n = ax_graph_node(g, 1);
    assert_int_equal(n->n_in, 9);
    assert_true(n->attr.fused.bias && n->attr.fused.norm && n->attr.fused.eps == 0.25f);
    assert_int_equal(n->attr.fused.act, AX_ACT_RELU6);
    assert_int_equal(n->attr.fused.after, AX_ACT_RELU);
    assert_int_equal(n->in[7], ax_graph_find(g, "x").id);
    assert_int_equal(n->in[8], ax_graph_node(g, 0)->out[0]);
    assert_int_equal(n->in[5], ax_graph_find(g, "mean").id);
    assert_int_equal(n->out[0], ax_graph_find(g, "y").id);
    ax_graph_free(g);
}

TEST(what_stays)
{
    ax_val x, y;
    chain c = begin(&x);
    y = conv(&c, "w", x, false); /* the convolution is read twice */
    ops_are(c.g = fused(&c, add(&c, norm(&c, y, AX_ACT_NONE, false), y)), "fused batchnorm add");
    ax_graph_free(c.g);

    c = begin(&x);
    y = conv(&c, "w", x, false); /* the convolution is kept */
    assert_int_equal(ax_graph_keep(c.g, y, "kept", NULL), AX_OK);
    ops_are(c.g = fused(&c, relu(&c, y, AX_ACT_RELU)), "fused relu");
    assert_int_not_equal(ax_graph_find(c.g, "kept").id, 0);
    ax_graph_free(c.g);

    c = begin(&x);
    ops_are(c.g = fused(&c, norm(&c, conv(&c, "w", x, false), AX_ACT_NONE, true)),
            "fused batchnorm"); /* batch norm in training */
    ax_graph_free(c.g);

    c = begin(&x);
    y = norm(&c, conv(&c, "w", x, false), AX_ACT_NONE, false); /* batch norm's invstd is kept */
    assert_int_equal(ax_graph_keep(c.g, ax_graph_output(c.g, y, 2), "invstd", NULL), AX_OK);
    ops_are(c.g = fused(&c, y), "fused batchnorm");
    ax_graph_free(c.g);

    c = begin(&x);
    y = conv(&c, "w", x, false); /* a third summand, and a sum with itself */
    y = add(&c, add(&c, add(&c, y, x), x), x);
    ops_are(c.g = fused(&c, add(&c, y, y)), "fused add add");
    ax_graph_free(c.g);

    c = begin(&x);
    y = conv(&c, "w", x, false); /* nothing reads the other branch */
    relu(&c, y, AX_ACT_RELU);
    ops_are(c.g = fused(&c, relu(&c, y, AX_ACT_RELU6)), "fused");
    ax_graph_free(c.g);
}

/* When two convolutions are added, the later one adds and reads the earlier one's output. */
TEST(two_branches)
{
    ax_val x;
    chain c = begin(&x);
    ax_val a = relu(&c, conv(&c, "a", x, false), AX_ACT_RELU), b = relu(&c, conv(&c, "b", x, false), AX_ACT_RELU6);
    ax_graph *g = fused(&c, add(&c, b, a));
    ops_are(g, "fused fused");
    assert_int_equal(ax_graph_node(g, 1)->in[1], ax_graph_find(g, "b").id);
    assert_int_equal(ax_graph_node(g, 1)->in[2], ax_graph_node(g, 0)->out[0]);
    ax_graph_free(g);
}

/* 1x1, depthwise and 1x1 become one node, with the sum at its end; the next depthwise convolution starts another. */
TEST(links)
{
    ax_val x;
    chain c = begin(&x);
    ax_val y = norm(&c, depthwise(&c, "d", relu(&c, conv(&c, "a", x, false), AX_ACT_RELU6)), AX_ACT_RELU, false);
    y = add(&c, norm(&c, conv(&c, "b", y, true), AX_ACT_NONE, false), x);
    ax_graph *g = fused(&c, conv(&c, "f", depthwise(&c, "e", y), false));
    ops_are(g, "chain chain");
    const ax_node *n = ax_graph_node(g, 0);
    assert_int_equal(n->attr.chain.links, 3);
    assert_int_equal(n->attr.chain.link[0].act, AX_ACT_RELU6);
    assert_true(n->attr.chain.link[1].norm && n->attr.chain.link[1].act == AX_ACT_RELU);
    assert_int_equal(n->n_in, 14); /* x; a; d, norm; b, bias, norm; x */
    assert_int_equal(n->in[1], ax_graph_find(g, "a").id);
    assert_int_equal(n->in[2], ax_graph_find(g, "d").id);
    assert_int_equal(n->in[7], ax_graph_find(g, "b").id);
    assert_int_equal(n->in[13], ax_graph_find(g, "x").id);
    assert_int_equal(ax_graph_node(g, 1)->attr.chain.links, 2);
    assert_int_equal(ax_graph_node(g, 1)->in[0], n->out[0]);
    ax_graph_free(g);
}

/* The middle is read by another node, kept, or a sum; the last convolution isn't 1x1; the maps are small. */
TEST(no_links)
{
    ax_val x, y;
    chain c = begin(&x);
    y = depthwise(&c, "d", x);
    ops_are(c.g = fused(&c, add(&c, conv(&c, "a", y, false), y)), "fused fused");
    ax_graph_free(c.g);

    c = begin(&x);
    y = depthwise(&c, "d", x);
    assert_int_equal(ax_graph_keep(c.g, y, "kept", NULL), AX_OK);
    ops_are(c.g = fused(&c, conv(&c, "a", y, false)), "fused fused");
    ax_graph_free(c.g);

    c = begin(&x);
    y = add(&c, depthwise(&c, "d", x), x);
    ops_are(c.g = fused(&c, conv(&c, "a", y, false)), "fused fused");
    ax_graph_free(c.g);

    c = begin(&x);
    ops_are(c.g = fused(&c, depthwise(&c, "e", depthwise(&c, "d", x))), "fused fused");
    ax_graph_free(c.g);

    c = begin(&x);
    assert_int_equal(ax_graph_keep(c.g, conv(&c, "a", depthwise(&c, "d", x), false), "y", NULL), AX_OK);
    ax_graph *g = ax_graph_fused(c.g, sizeof(float) * 2 * 2 * 3 + 1, NULL);
    assert_non_null(g);
    ops_are(g, "fused fused");
    ax_graph_free(g);
    ax_graph_free(c.g);
}

/* ---- networks ---- */

/* Statistics that have an effect, and weights that preserve the size of activations (He); the encoder's millions come
   from a table, since drawing them would be most of this test's time. */
static void shake(ax_params *p, uint64_t seed)
{
    enum { TABLE = 65521 }; /* a prime, so that no two channels start alike */
    static float normal[TABLE];
    if (normal[0] == 0) {
        ax_rng rng = ax_rng_new(5, 5);
        for (size_t k = 0; k < TABLE; k++)
            normal[k] = (float)ax_rng_normal(&rng);
    }
    for (size_t i = 0; i < ax_params_count(p); i++) {
        const ax_param_spec *spec = ax_params_spec(p, i);
        const ax_shape s = spec->type.shape;
        size_t n = ax_shape_count(s);
        float *x = malloc(n * sizeof *x);
        assert_non_null(x);
        ax_rng rng = ax_rng_new(seed, i);
        if (spec->type.layout == AX_OIHW) {
            const float deviation = sqrtf(2.0f / (float)(s.h * s.w * s.c));
            size_t at = ax_rng_below(&rng, TABLE);
            for (size_t k = 0; k < n; k++, at = at + 1 < TABLE ? at + 1 : 0)
                x[k] = deviation * normal[at];
            assert_int_equal(ax_params_set(p, i, AX_SLOT_VALUE, x, NULL), AX_OK);
            free(x);
            continue;
        }
        bool positive = strstr(spec->name, "running_var") || strstr(spec->name, "bn.weight");
        for (size_t k = 0; k < n; k++)
            x[k] = positive ? (float)(0.5 + ax_rng_uniform(&rng)) : (float)(0.3 * ax_rng_normal(&rng));
        assert_int_equal(ax_params_set(p, i, AX_SLOT_VALUE, x, NULL), AX_OK);
        free(x);
    }
}

static float *run(const ax_graph *g, ax_device *dev, ax_params *p, const float *image, unsigned flags, size_t *n)
{
    ax_err err = { AX_OK, "" };
    ax_plan *plan = ax_plan_new(g, &ax_backend_cpu, dev, p, flags, &err);
    if (!plan)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < ax_plan_steps(plan) && flags; i++)
        assert_int_not_equal(ax_plan_step_at(plan, i).call->op, AX_OP_CONV2D);
    *n = ax_shape_count(ax_graph_type(g, ax_graph_find(g, "logits")).shape);
    float *logits = malloc(*n * sizeof *logits);
    assert_int_equal(ax_plan_write(plan, "image", image, sizeof(float) * SIDE * SIDE * 3, &err), AX_OK);
    for (int i = 0; i < 2; i++) /* the second fusion reuses the first one's weights */
        if (ax_plan_run(plan, &err) != AX_OK)
            fail_msg("%s", err.msg);
    assert_int_equal(ax_plan_read(plan, "logits", logits, *n * sizeof *logits, &err), AX_OK);
    ax_plan_free(plan);
    return logits;
}

static double difference(const ax_genotype *genotype, unsigned i, ax_device *dev, const float *image)
{
    ax_err err = { AX_OK, "" };
    const ax_decoder_spec spec = { .genotype = *genotype,
                                   .channels = i % 3 ? 16 : 24,
                                   .repeats = 1 + (int32_t)(i % 2),
                                   .outputs = 5,
                                   .concat = i % 5 == 0 };
    ax_graph *g = ax_graph_new(&err);
    ax_val in = ax_graph_input(g, "image", (ax_type) { .shape = { 1, SIDE, SIDE, 3 } }, &err), out;
    if (ax_network_build(g, in, ax_encoder_builtin(), &spec, &out, &err) != AX_OK ||
        ax_graph_keep(g, out, "logits", &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_params *p = ax_params_new((const ax_graph *const[]) { g }, 1, &ax_backend_cpu, dev, NULL, &err);
    assert_non_null(p);
    shake(p, i);
    ax_graph *chained = ax_graph_fused(g, 4096, &err); /* with the maps of a large image */
    assert_non_null(chained);
    size_t n, chains = 0;
    for (size_t k = 0; k < ax_graph_nodes(chained); k++)
        chains += ax_graph_node(chained, k)->op == AX_OP_CHAIN;
    assert_true(chains > 5);
    float *want = run(g, dev, p, image, 0, &n), *got = run(g, dev, p, image, AX_PLAN_INFERENCE, &n),
          *by_rows = run(chained, dev, p, image, 0, &n);
    double most = 0, worst = 0;
    for (size_t k = 0; k < n; k++) {
        most = fmax(most, fabs((double)want[k]));
        worst = fmax(worst, fabs((double)got[k] - (double)want[k]));
        worst = fmax(worst, fabs((double)by_rows[k] - (double)want[k]));
        assert_true(isfinite(got[k]) && isfinite(by_rows[k]));
    }
    assert_true(most > 0);
    free(want);
    free(got);
    free(by_rows);
    ax_graph_free(chained);
    ax_params_free(p);
    ax_graph_free(g);
    return worst / most;
}

TEST(same_networks)
{
    static const char *const isas[] = { "base", "v3", "v4" };
    static float image[SIDE * SIDE * 3];
    ax_rng rng = ax_rng_new(11, 1);
    for (size_t k = 0; k < SIDE * SIDE * 3; k++)
        image[k] = (float)ax_rng_normal(&rng);
    ax_device *dev[3];
    for (int i = 0; i < 3; i++) {
        setenv("AUXCELL_ISA", isas[i], 1);
        if (!(dev[i] = ax_backend_cpu.open(0, 1 + i % 2, NULL)))
            printf("skip: this processor lacks %s\n", isas[i]);
    }
    unsetenv("AUXCELL_ISA");
    double largest = 0;
    for (unsigned i = 0; i < NETWORKS; i++) {
        const ax_space *space = ax_space_at(i / 3 % 2);
        const ax_genotype g = ax_space_random(space, &rng);
        ax_device *on = dev[i % 3] ? dev[i % 3] : dev[0] ? dev[0] : dev[1];
        double d = difference(&g, i, on, image);
        largest = fmax(largest, d);
        if (!(d <= TOLERANCE))
            fail_msg("network %u of %s on %s: off by %g of the largest logit", i, space->name, isas[i % 3], d);
    }
    printf("largest difference of %d networks: %.2g of the largest logit\n", NETWORKS, largest);
    for (int i = 0; i < 3; i++)
        if (dev[i])
            ax_backend_cpu.close(dev[i]);
}

int main(void)
{
    return RUN_TESTS(whole_chain, what_stays, two_branches, links, no_links, same_networks);
}
