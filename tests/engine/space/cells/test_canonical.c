/* Equal keys mean the same network, down to its logits; different keys mean that no renumbering turns one network into
   the other. */
#include "engine/backend/list.h"
#include "engine/graph/params.h"
#include "engine/graph/plan.h"
#include "engine/model/encoder.h"
#include "engine/space/cells/form.h"
#include "engine/space/decoder.h"
#include "engine/space/list.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 3, CLASSES = 2, LOGITS = 16 * 16 * CLASSES, LARGEST = 64 * 320 };

static ax_cells *cells_in(const ax_genotype *g)
{
    return (ax_cells *)(uintptr_t)g->value;
}

/* ---- a network that runs ---- */

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
    uint32_t la = ax_cells_loose_blocks(cells_in(ga)), lb = ax_cells_loose_blocks(cells_in(gb));
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

static void assert_same_network(const ax_genotype *ga, const ax_genotype *gb)
{
    static float x[LARGEST];
    char ta[AX_GENOTYPE_TEXT], tb[AX_GENOTYPE_TEXT];
    ax_cells_form a = ax_cells_canonical(cells_in(ga)), b = ax_cells_canonical(cells_in(gb));
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

/* ---- the properties ---- */

static ax_genotype parse(const char *text)
{
    ax_genotype g;
    ax_err err = { AX_OK, "" };
    if (ax_genotype_parse(text, &g, &err) != AX_OK)
        fail_msg("%s", err.msg);
    return g;
}

static bool same(const ax_genotype *a, const ax_genotype *b)
{
    ax_canonical x = ax_genotype_canonical(a, false), y = ax_genotype_canonical(b, false);
    bool equal = ax_canonical_same(&x, &y);
    assert_true(equal == (x.hash == y.hash));
    return equal;
}

TEST(by_hand)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } pair[] = {
        /* the operands of layer 1's sum are swapped */
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[8,[0,0,2,5],[0,3,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]", true },
        /* ... but not the input that reads one of them */
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[8,[0,0,2,5],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]", false },
        /* the sides of a block are swapped */
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[2,3],[0,3]]]", true },
        /* two blocks that don't read each other are swapped, together with their readers */
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,1],[3,2],[5,0]]]",
          "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,2],[3,1],[4,0]]]", true },
        /* three blocks that all feed the head: the smallest is resized twice, or once */
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[1,2],[0,0]]]",
          "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[0,0],[1,2],[3,3]]]", false },
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[0,0],[3,3],[1,2]]]",
          "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[0,0],[1,2],[3,3]]]", true },
        /* a sum with none equals its other operand: the input of none doesn't matter */
        { "[[1,[0,1,0,10],[0,2,1,1],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[1,[0,0,0,10],[0,2,1,1],[0,5,1,4]],[[3,3],[3,2],[3,0]]]", false }, /* but value 1 isn't loose any more */
        { "[[1,[1,1,0,10],[0,2,1,1],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[1,[1,0,0,10],[0,2,1,1],[0,5,1,4]],[[3,3],[3,2],[3,0]]]", true },
        /* skip: reading a copy equals reading the original */
        { "[[9,[0,1,0,1],[0,0,1,1],[0,0,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[9,[1,1,0,1],[1,0,1,1],[1,0,1,4]],[[3,3],[3,2],[3,0]]]", true },
        /* one convolution read twice differs from two convolutions */
        { "[[0,[1,1,0,0],[2,2,1,1],[5,6,9,9]],[[3,3],[3,2],[3,0]]]",
          "[[0,[1,1,0,0],[2,3,1,1],[5,6,9,9]],[[3,3],[3,2],[3,0]]]", false },
        /* batch norm of zeros is a constant */
        { "[[10,[1,1,0,0],[0,0,1,1],[0,0,1,1]],[[3,3],[3,2],[3,0]]]",
          "[[10,[1,1,10,10],[0,0,1,1],[0,0,1,1]],[[3,3],[3,2],[3,0]]]", false },
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,3]],[[3,3],[3,2],[3,0]]]", false },
    };
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        ax_genotype a = parse(pair[i].a), b = parse(pair[i].b);
        if (same(&a, &b) != pair[i].equal)
            fail_msg("pair %zu: %s and %s should%s be the same", i, pair[i].a, pair[i].b, pair[i].equal ? "" : " not");
        if (pair[i].equal)
            assert_same_network(&a, &b);
    }
}

/* Few kinds of operations, many skips and nones: equal networks are common then. */
static ax_genotype draw(ax_rng *rng)
{
    static const uint8_t ops[] = { AX_CELL_CONV1, AX_CELL_SEP3, AX_CELL_GAP, AX_CELL_SKIP, AX_CELL_SKIP, AX_CELL_NONE };
    ax_genotype g = ax_space_random(&ax_space_cells, rng);
    for (int d = 0; d < AX_DECISIONS; d++)
        if (ax_space_cells.decision[d].option)
            g.value[d] = ops[ax_rng_below(rng, sizeof ops)];
    for (int b = 0; b < AX_BLOCKS; b++)
        for (int k = 0; k < 2; k++)
            cells_in(&g)->block[b].in[k] =
                (uint8_t)(cells_in(&g)->block[b].in[k] < AX_CELLS_TAPS ? cells_in(&g)->block[b].in[k] % 2 * 3
                                                                       : cells_in(&g)->block[b].in[k]);
    return g;
}

typedef struct drawn {
    ax_genotype g;
    ax_canonical c;
} drawn;

static int by_key(const void *a, const void *b)
{
    return memcmp(((const drawn *)a)->c.key, ((const drawn *)b)->c.key, AX_CANONICAL_KEY);
}

TEST(equal_keys_are_equal_networks)
{
#ifdef AX_DEBUG
    enum { DRAWN = 3000, CHECKED = 15 };
#else
    enum { DRAWN = 20000, CHECKED = 150 };
#endif
    ax_rng rng = ax_rng_new(2, 2);
    drawn *all = malloc(DRAWN * sizeof *all);
    for (int i = 0; i < DRAWN; i++) {
        all[i].g = draw(&rng);
        all[i].c = ax_genotype_canonical(&all[i].g, false);
    }
    qsort(all, DRAWN, sizeof *all, by_key);
    int pairs = 0, checked = 0;
    for (int i = 0; i + 1 < DRAWN; i++) {
        bool equal = !by_key(&all[i], &all[i + 1]);
        assert_true(equal == (all[i].c.hash == all[i + 1].c.hash));
        if (!equal || !memcmp(&all[i].g, &all[i + 1].g, sizeof all[i].g))
            continue;
        pairs++;
        if (ax_rng_below(&rng, 8) == 0 && checked < CHECKED) {
            assert_same_network(&all[i].g, &all[i + 1].g);
            checked++;
        }
    }
    free(all);
    assert_true(pairs > DRAWN / 100);
    assert_in_range(checked, CHECKED / 2, CHECKED);
}

/* ---- the converse, by trying every renumbering ---- */

typedef struct flat { /* how often each operation reads each value; value 0 is the input, 1 + slot an operation */
    uint8_t n, op[AX_CELL_SLOTS], in[AX_CELL_SLOTS][1 + AX_CELL_SLOTS], out[1 + AX_CELL_SLOTS];
} flat;

/* Splits the output into its summands, from the genotype alone: counts the paths through sums and skips. */
static void add_value(const ax_genotype *g, unsigned value, uint8_t times[1 + AX_CELL_SLOTS])
{
    unsigned work[64] = { value }, n = 1;
    while (n) {
        unsigned v = work[--n];
        if (v == 0) {
            times[0]++;
        } else if (v > 1 && v % 3 == 1) { /* a sum */
            assert_true(n + 2 < 64);
            work[n++] = v - 2;
            work[n++] = v - 1;
        } else {
            unsigned layer = (v - 2) / 3, k = (v - 2) % 3, slot = v == 1 ? 0 : 1 + 2 * layer + k;
            uint8_t op = v == 1 ? cells_in(g)->stem_op : cells_in(g)->layer[layer].op[k];
            if (op == AX_CELL_SKIP)
                work[n++] = v == 1 ? 0 : cells_in(g)->layer[layer].pos[k];
            else if (op != AX_CELL_NONE)
                times[1 + slot]++;
        }
    }
}

static flat flatten(const ax_genotype *g)
{
    uint8_t in[AX_CELL_SLOTS][1 + AX_CELL_SLOTS] = { { 0 } }, out[1 + AX_CELL_SLOTS] = { 0 };
    bool used[1 + AX_CELL_SLOTS] = { false };
    for (unsigned v = 0; v < 11; v++)
        if (ax_cells_loose_ends(cells_in(g)) >> v & 1)
            add_value(g, v, out);
    for (int s = 0; s < AX_CELL_SLOTS; s++)
        add_value(g, s ? cells_in(g)->layer[(s - 1) / 2].pos[(s - 1) % 2] : 0, in[s]);
    for (int s = AX_CELL_SLOTS - 1; s >= 0; s--) {
        used[s] = out[1 + s] > 0;
        for (int r = s + 1; r < AX_CELL_SLOTS; r++)
            used[s] = used[s] || (used[r] && in[r][1 + s]);
    }
    flat f = { 0, { 0 }, { { 0 } }, { 0 } };
    int number[AX_CELL_SLOTS];
    for (int s = 0; s < AX_CELL_SLOTS; s++)
        number[s] = used[s] ? f.n++ : -1;
    f.out[0] = out[0];
    for (int s = 0; s < AX_CELL_SLOTS; s++) {
        if (!used[s])
            continue;
        f.op[number[s]] = s ? cells_in(g)->layer[(s - 1) / 2].op[(s - 1) % 2] : cells_in(g)->stem_op;
        f.out[1 + number[s]] = out[1 + s];
        f.in[number[s]][0] = in[s][0];
        for (int r = 0; r < s; r++)
            if (used[r])
                f.in[number[s]][1 + number[r]] = in[s][1 + r];
    }
    return f;
}

static bool fits(const flat *a, const flat *b, const int *to, int n)
{
    int s = n - 1;
    if (a->op[s] != b->op[to[s]] || a->out[1 + s] != b->out[1 + to[s]] || a->in[s][0] != b->in[to[s]][0])
        return false;
    for (int r = 0; r < n; r++)
        if (a->in[s][1 + r] != b->in[to[s]][1 + to[r]] || a->in[r][1 + s] != b->in[to[r]][1 + to[s]])
            return false;
    return true;
}

static bool isomorphic(const flat *a, const flat *b)
{
    int to[AX_CELL_SLOTS + 1] = { -1 }, n = 0;
    if (a->n != b->n || a->out[0] != b->out[0])
        return false;
    while (n >= 0) {
        if (n == a->n)
            return true;
        bool found = false;
        while (++to[n] < b->n && !found) {
            bool taken = false;
            for (int i = 0; i < n; i++)
                taken = taken || to[i] == to[n];
            found = !taken && fits(a, b, to, n + 1);
            if (found)
                break;
        }
        if (found)
            to[++n] = -1;
        else
            n--;
    }
    return false;
}

TEST(keys_differ_exactly_when_cells_do)
{
    enum { ROUNDS = 200, EACH = 40 };
    ax_rng rng = ax_rng_new(4, 4);
    int equal = 0, different = 0;
    for (int round = 0; round < ROUNDS; round++) {
        ax_genotype g[EACH];
        flat f[EACH];
        g[0] = draw(&rng);
        for (int i = 0; i < EACH; i++) { /* related genotypes: most have the same operations */
            g[i] = g[i ? ax_rng_below(&rng, (uint32_t)i) : 0];
            for (int k = 0; i && k < 2; k++) {
                int d = (int)ax_rng_below(&rng, AX_DECISIONS - 2 * AX_BLOCKS);
                if (!ax_space_cells.decision[d].option)
                    g[i].value[d] = (uint8_t)ax_rng_below(&rng, ax_space_cells.decision[d].choices);
            }
            if (i % 4 == 3) { /* two operations are swapped */
                uint8_t *op = cells_in(&g[i])->layer[ax_rng_below(&rng, AX_CELL_LAYERS)].op, first = op[0];
                op[0] = op[1];
                op[1] = first;
            }
            f[i] = flatten(&g[i]);
            for (int k = 0; k < i; k++) {
                bool is = same(&g[i], &g[k]);
                char a[AX_GENOTYPE_TEXT], b[AX_GENOTYPE_TEXT];
                if (is != isomorphic(&f[i], &f[k]))
                    fail_msg("%s and %s are %sthe same", ax_genotype_print(&g[i], a), ax_genotype_print(&g[k], b),
                             is ? "not " : "");
                equal += is;
                different += !is;
            }
        }
    }
    assert_true(equal > 1000 && different > 1000);
}

/* Blocks: every possible order of blocks and sides gives the same key if the head sees the same sizes. */
TEST(blocks)
{
    ax_rng rng = ax_rng_new(6, 6);
    for (int i = 0; i < 2000; i++) {
        ax_genotype g = ax_space_random(&ax_space_cells, &rng), h = g;
        for (int b = 0; b < AX_BLOCKS; b++)
            if (ax_rng_below(&rng, 2)) {
                cells_in(&h)->block[b].in[0] = cells_in(&g)->block[b].in[1];
                cells_in(&h)->block[b].in[1] = cells_in(&g)->block[b].in[0];
            }
        assert_true(same(&g, &h));
        if (cells_in(&g)->block[1].in[0] < AX_CELLS_TAPS && cells_in(&g)->block[1].in[1] < AX_CELLS_TAPS &&
            ax_cells_loose_blocks(cells_in(&g)) != 7) {
            for (int k = 0; k < 2; k++) {
                cells_in(&h)->block[0].in[k] = cells_in(&g)->block[1].in[k];
                cells_in(&h)->block[1].in[k] = cells_in(&g)->block[0].in[k];
                if (cells_in(&h)->block[2].in[k] >= AX_CELLS_TAPS)
                    cells_in(&h)->block[2].in[k] = (uint8_t)(2 * AX_CELLS_TAPS + 1 - cells_in(&h)->block[2].in[k]);
            }
            assert_true(same(&g, &h));
        }
        int d = 13 + (int)ax_rng_below(&rng, 2 * AX_BLOCKS);
        h = g;
        h.value[d] = (uint8_t)((g.value[d] + 1) % ax_space_cells.decision[d].choices);
        /* another input somewhere: another network, unless two blocks have swapped roles; then the macs are the same */
        if (same(&g, &h))
            assert_same_network(&g, &h);
    }
}

int main(void)
{
    return RUN_TESTS(by_hand, equal_keys_are_equal_networks, keys_differ_exactly_when_cells_do, blocks);
}
