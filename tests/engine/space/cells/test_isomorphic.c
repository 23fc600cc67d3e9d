/* Different keys mean that no renumbering turns one cell into the other: by trying every renumbering. */
#include "engine/space/canonical.h"
#include "engine/space/list.h"
#include "tests/helper/samenet.h"
#include "tests/helper/suite.h"

#include <string.h>

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
            uint8_t op = v == 1 ? samenet_cells(g)->stem_op : samenet_cells(g)->layer[layer].op[k];
            if (op == AX_CELL_SKIP)
                work[n++] = v == 1 ? 0 : samenet_cells(g)->layer[layer].pos[k];
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
        if (ax_cells_loose_ends(samenet_cells(g)) >> v & 1)
            add_value(g, v, out);
    for (int s = 0; s < AX_CELL_SLOTS; s++)
        add_value(g, s ? samenet_cells(g)->layer[(s - 1) / 2].pos[(s - 1) % 2] : 0, in[s]);
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
        f.op[number[s]] = s ? samenet_cells(g)->layer[(s - 1) / 2].op[(s - 1) % 2] : samenet_cells(g)->stem_op;
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
        g[0] = samenet_draw(&rng);
        for (int i = 0; i < EACH; i++) { /* related genotypes: most have the same operations */
            g[i] = g[i ? ax_rng_below(&rng, (uint32_t)i) : 0];
            for (int k = 0; i && k < 2; k++) {
                int d = (int)ax_rng_below(&rng, AX_DECISIONS - 2 * AX_BLOCKS);
                if (!ax_space_cells.decision[d].option)
                    g[i].value[d] = (uint8_t)ax_rng_below(&rng, ax_space_cells.decision[d].choices);
            }
            if (i % 4 == 3) { /* two operations are swapped */
                uint8_t *op = samenet_cells(&g[i])->layer[ax_rng_below(&rng, AX_CELL_LAYERS)].op, first = op[0];
                op[0] = op[1];
                op[1] = first;
            }
            f[i] = flatten(&g[i]);
            for (int k = 0; k < i; k++) {
                bool is = samenet_keys(&g[i], &g[k]);
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

int main(void)
{
    return RUN_TESTS(keys_differ_exactly_when_cells_do);
}
