#include "tests/helper/samenet.h"

#include "engine/backend/list.h"
#include "engine/graph/params.h"
#include "engine/graph/plan.h"
#include "engine/model/encoder.h"
#include "engine/space/canonical.h"
#include "engine/space/decoder.h"
#include "engine/space/list.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 3, CLASSES = 2, LOGITS = 16 * 16 * CLASSES, LARGEST = 64 * 320 };

ax_cells *samenet_cells(const ax_genotype *g)
{
    return (ax_cells *)(uintptr_t)g->value;
}

typedef struct net {
    ax_graph *g;
    ax_params *params;
    ax_val logits;
} net;

static net build(const ax_genotype *g, const ax_backend *be, ax_device *dev)
{
    net n = { .g = ax_graph_new(NULL) };
    ax_err err = { AX_OK, "" };
    ax_decoder_spec spec = { .genotype = *g, .channels = CHANNELS, .repeats = 1, .outputs = CLASSES };
    ax_val tap[AX_MAX_TAPS];
    ax_decoder d;
    for (int i = 0; i < ax_encoder_builtin()->taps.n; i++) {
        char name[16];
        int32_t side = 64 / ax_encoder_builtin()->taps.tap[i].stride;
        snprintf(name, sizeof name, "tap.%d", i);
        tap[i] = ax_graph_input(
            n.g, name, (ax_type) { .shape = { 1, side, side, ax_encoder_builtin()->taps.tap[i].channels } }, &err);
    }
    if (ax_decoder_build(n.g, &spec, tap, &d, &err) != AX_OK || ax_graph_keep(n.g, d.logits, "logits", &err) != AX_OK)
        fail_msg("%s", err.msg);
    n.logits = d.logits;
    ax_rng rng = ax_rng_new(3, 1);
    n.params = ax_params_new((const ax_graph *const[]) { n.g }, 1, be, dev, &rng, &err);
    if (!n.params)
        fail_msg("%s", err.msg);
    return n;
}

static void run(const net *n, const ax_backend *be, ax_device *dev, float *logits, size_t *count)
{
    ax_err err = { AX_OK, "" };
    ax_plan *p = ax_plan_new(n->g, be, dev, n->params, 0, &err);
    if (!p)
        fail_msg("%s", err.msg);
    for (int i = 0; i < ax_encoder_builtin()->taps.n; i++) {
        char name[16];
        size_t side = 64 / (size_t)ax_encoder_builtin()->taps.tap[i].stride,
               size = side * side * (size_t)ax_encoder_builtin()->taps.tap[i].channels;
        float *x = malloc(size * sizeof *x);
        ax_rng rng = ax_rng_new(5, (uint64_t)i);
        for (size_t k = 0; k < size; k++)
            x[k] = (float)ax_rng_normal(&rng);
        snprintf(name, sizeof name, "tap.%d", i);
        ax_plan_write(p, name, x, size * sizeof *x, NULL); /* writing a tap that nothing reads fails, which is fine */
        free(x);
    }
    ax_shape s = ax_graph_type(n->g, n->logits).shape;
    *count = (size_t)s.h * (size_t)s.w * (size_t)s.c;
    assert_in_range(*count, 1, LOGITS);
    if (ax_plan_run(p, &err) != AX_OK || ax_plan_read(p, "logits", logits, *count * sizeof *logits, &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_plan_free(p);
}

/* Gives batch norm's parameters and statistics random values. */
static void shake(net *n)
{
    static float x[LARGEST];
    for (size_t i = 0; i < ax_params_count(n->params); i++) {
        const ax_param_spec *spec = ax_params_spec(n->params, i);
        ax_shape s = spec->type.shape;
        size_t count = (size_t)s.n * (size_t)s.h * (size_t)s.w * (size_t)s.c;
        assert_true(count <= LARGEST);
        ax_rng rng = ax_rng_new(7, i);
        bool variance = strstr(spec->name, "running_var") != NULL;
        for (size_t k = 0; k < count; k++)
            x[k] = variance ? (float)(0.5 + ax_rng_uniform(&rng)) : (float)(0.7 * ax_rng_normal(&rng));
        ax_params_set(n->params, i, AX_SLOT_VALUE, x, NULL);
    }
}

/* ---- from one numbering to the other ---- */

static unsigned place_of(const uint8_t *list, unsigned n, unsigned value)
{
    unsigned i = 0;
    while (i < n && list[i] != value)
        i++;
    return i;
}

/* The name in a's network of what is called `name` in b's; false if the output doesn't depend on it. */
static bool translate(const ax_cells_form *a, const ax_cells_form *b, const char *name, char out[160])
{
    unsigned block, side, slot;
    int at = 0;
    if (sscanf(name, "decoder.block.%u.cell.%u.op.%u.%n", &block, &side, &slot, &at) == 3 && at) {
        unsigned to = a->block[place_of(b->block, AX_BLOCKS, block)], i = place_of(b->slot, b->n_ops, slot);
        if (i == b->n_ops)
            return false;
        snprintf(out, 160, "decoder.block.%u.cell.%u.op.%u.%s", to, side ^ b->swapped[block] ^ a->swapped[to],
                 a->slot[i], name + at);
    } else if (sscanf(name, "decoder.block.%u.merge.%u.%n", &block, &side, &at) == 2 && at) {
        unsigned to = a->block[place_of(b->block, AX_BLOCKS, block)];
        snprintf(out, 160, "decoder.block.%u.merge.%u.%s", to, side ^ b->swapped[block] ^ a->swapped[to], name + at);
    } else {
        snprintf(out, 160, "%s", name);
    }
    return true;
}

/* Reorders the channels of the head's convolution, which reads the loose blocks concatenated, into b's order. */
static void reorder_head(const ax_genotype *ga, const ax_genotype *gb, const ax_cells_form *a, const ax_cells_form *b,
                         float *w)
{
    uint32_t la = ax_cells_loose_blocks(samenet_cells(ga)), lb = ax_cells_loose_blocks(samenet_cells(gb));
    unsigned n = 0, from[AX_BLOCKS];
    for (unsigned block = 0; block < AX_BLOCKS; block++) {
        if (!(lb >> block & 1))
            continue;
        unsigned to = a->block[place_of(b->block, AX_BLOCKS, block)];
        assert_true(la >> to & 1);
        from[n] = 0;
        for (unsigned k = 0; k < to; k++)
            from[n] += la >> k & 1;
        n++;
    }
    float copy[CHANNELS * AX_BLOCKS * CHANNELS];
    memcpy(copy, w, CHANNELS * n * CHANNELS * sizeof *w);
    for (unsigned o = 0; o < CHANNELS; o++)
        for (unsigned k = 0; k < n; k++)
            memcpy(w + (o * n + k) * CHANNELS, copy + (o * n + from[k]) * CHANNELS, CHANNELS * sizeof *w);
}

/* Trainable parameters of b's network that its output depends on. */
static uint64_t live_params(const net *n, const ax_cells_form *a, const ax_cells_form *b)
{
    uint64_t sum = 0;
    char name[160];
    for (size_t i = 0; i < ax_params_count(n->params); i++) {
        const ax_param_spec *spec = ax_params_spec(n->params, i);
        ax_shape s = spec->type.shape;
        if (spec->trainable && translate(a, b, spec->name, name))
            sum += (uint64_t)s.n * (uint64_t)s.h * (uint64_t)s.w * (uint64_t)s.c;
    }
    return sum;
}

void samenet_assert(const ax_genotype *ga, const ax_genotype *gb)
{
    static float x[LARGEST];
    char ta[AX_GENOTYPE_TEXT], tb[AX_GENOTYPE_TEXT];
    ax_cells_form a = ax_cells_canonical(samenet_cells(ga)), b = ax_cells_canonical(samenet_cells(gb));
    assert_memory_equal(a.key, b.key, sizeof a.key);
    const ax_backend *be;
    ax_device *dev = ax_device_open("ref", 1, &be, NULL, NULL);
    net na = build(ga, be, dev), nb = build(gb, be, dev);
    shake(&na);
    for (size_t i = 0; i < ax_params_count(nb.params); i++) {
        char name[160];
        const ax_param_spec *spec = ax_params_spec(nb.params, i);
        if (!translate(&a, &b, spec->name, name))
            continue;
        size_t k = ax_params_find(na.params, name);
        assert_true(k != SIZE_MAX);
        assert_memory_equal(&ax_params_spec(na.params, k)->type.shape, &spec->type.shape, sizeof spec->type.shape);
        ax_params_get(na.params, k, AX_SLOT_VALUE, x, NULL);
        if (!strcmp(name, "decoder.head.conv.weight"))
            reorder_head(ga, gb, &a, &b, x);
        ax_params_set(nb.params, i, AX_SLOT_VALUE, x, NULL);
    }
    static float la[LOGITS], lb[LOGITS];
    size_t n, m;
    run(&na, be, dev, la, &n);
    run(&nb, be, dev, lb, &m);
    assert_int_equal(n, m);
    double most = 0, off = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs((double)la[i]));
        off = fmax(off, fabs((double)la[i] - (double)lb[i]));
    }
    if (!(off <= 1e-5 * most + 1e-6))
        fail_msg("%s and %s: logits differ by %g of %g", ax_genotype_print(ga, ta), ax_genotype_print(gb, tb), off,
                 most);
    uint64_t pa = live_params(&na, &b, &a), pb = live_params(&nb, &a, &b);
    if (pa != pb)
        fail_msg("%s and %s: %llu and %llu parameters", ax_genotype_print(ga, ta), ax_genotype_print(gb, tb),
                 (unsigned long long)pa, (unsigned long long)pb);
    ax_params_free(na.params);
    ax_params_free(nb.params);
    ax_graph_free(na.g);
    ax_graph_free(nb.g);
    be->close(dev);
}

bool samenet_keys(const ax_genotype *a, const ax_genotype *b)
{
    ax_canonical x = ax_genotype_canonical(a, false), y = ax_genotype_canonical(b, false);
    bool equal = ax_canonical_same(&x, &y);
    assert_true(equal == (x.hash == y.hash));
    return equal;
}

ax_genotype samenet_draw(ax_rng *rng)
{
    static const uint8_t ops[] = { AX_CELL_CONV1, AX_CELL_SEP3, AX_CELL_GAP, AX_CELL_SKIP, AX_CELL_SKIP, AX_CELL_NONE };
    ax_genotype g = ax_space_random(&ax_space_cells, rng);
    for (int d = 0; d < AX_DECISIONS; d++)
        if (ax_space_cells.decision[d].option)
            g.value[d] = ops[ax_rng_below(rng, sizeof ops)];
    for (int b = 0; b < AX_BLOCKS; b++)
        for (int k = 0; k < 2; k++)
            samenet_cells(&g)->block[b].in[k] =
                (uint8_t)(samenet_cells(&g)->block[b].in[k] < AX_CELLS_TAPS ? samenet_cells(&g)->block[b].in[k] % 2 * 3
                                                                            : samenet_cells(&g)->block[b].in[k]);
    return g;
}
