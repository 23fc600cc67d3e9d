#include "engine/space/cells/form.h"

#include <string.h>

enum { TERMS = 1 + AX_CELL_SLOTS, CELL_VALUES = 2 + 3 * AX_CELL_LAYERS };

/* A value of the cell as a sum: how often it contains the cell's input (term 0) and the output of each operation (1 +
   slot). All zero: "none". */
typedef struct terms {
    uint8_t times[TERMS];
} terms;

typedef struct cell {
    uint8_t op[AX_CELL_SLOTS];
    terms in[AX_CELL_SLOTS], out;
    bool used[AX_CELL_SLOTS];
} cell;

static terms sum(terms a, const terms *b)
{
    for (int i = 0; i < TERMS; i++)
        a.times[i] = (uint8_t)(a.times[i] + b->times[i]); /* at most 2^3 per loose end */
    return a;
}

static terms apply(cell *c, int slot, uint8_t op, const terms *in)
{
    terms out = { { 0 } };
    c->op[slot] = op;
    c->in[slot] = *in;
    if (op == AX_CELL_SKIP)
        return *in;
    if (op != AX_CELL_NONE)
        out.times[1 + slot] = 1;
    return out;
}

/* Marks operations that the output depends on. A slot's inputs refer to earlier slots only. */
static void mark_used(cell *c)
{
    terms live = c->out;
    for (int s = AX_CELL_SLOTS - 1; s >= 0; s--) {
        c->used[s] = live.times[1 + s] > 0;
        for (int i = 0; c->used[s] && i < TERMS; i++)
            live.times[i] = live.times[i] || c->in[s].times[i];
    }
}

static cell cell_of(const ax_cells *g)
{
    cell c;
    memset(&c, 0, sizeof c);
    terms value[CELL_VALUES] = { { { 1 } } };
    value[1] = apply(&c, 0, g->stem_op, &value[0]);
    for (int l = 0; l < AX_CELL_LAYERS; l++) {
        terms *made = value + 2 + 3 * l;
        for (int k = 0; k < 2; k++)
            made[k] = apply(&c, 1 + 2 * l + k, g->layer[l].op[k], &value[g->layer[l].pos[k]]);
        made[2] = sum(made[0], &made[1]);
    }
    uint32_t loose = ax_cells_loose_ends(g);
    for (int v = 0; v < CELL_VALUES; v++)
        if (loose >> v & 1)
            c.out = sum(c.out, &value[v]);
    mark_used(&c);
    return c;
}

/* ---- the order of operations ---- */

/* Among all orders that respect dependencies, finds the one whose text is the smallest. The text lists for each
   operation its kind and how often it reads the input and each earlier operation, then the same for the output. At each
   place only operations with the smallest text are tried, so branching happens only between those that look alike so
   far. */
typedef struct ordering {
    const cell *cell;
    uint8_t n, slot[AX_CELL_SLOTS], tried[AX_CELL_SLOTS + 1];
    uint8_t text[AX_CANONICAL_KEY], best[AX_CANONICAL_KEY];
    size_t len, start[AX_CELL_SLOTS + 1]; /* start: offset of each place's text */
    uint8_t best_slot[AX_CELL_SLOTS];
    bool found;
} ordering;

static size_t add_terms(const ordering *o, const terms *t, size_t depth, uint8_t *out)
{
    out[0] = t->times[0];
    for (size_t i = 0; i < depth; i++)
        out[1 + i] = t->times[1 + o->slot[i]];
    return 1 + depth;
}

/* Writes the text of a slot at this depth to out; returns 0 when the slot is placed already or reads one that isn't. */
static size_t describe(const ordering *o, int s, size_t depth, uint8_t *out)
{
    terms rest = o->cell->in[s];
    bool placed = !o->cell->used[s];
    for (size_t i = 0; i < depth; i++) {
        placed = placed || o->slot[i] == s;
        rest.times[1 + o->slot[i]] = 0;
    }
    for (int i = 1; i < TERMS; i++)
        placed = placed || rest.times[i];
    if (placed)
        return 0;
    out[0] = o->cell->op[s];
    return 1 + add_terms(o, &o->cell->in[s], depth, out + 1);
}

/* Finds the next slot, from o->tried[depth] on, whose text is the smallest at this depth, and stores its text. */
static bool place(ordering *o, size_t depth)
{
    uint8_t text[AX_CELL_SLOTS][TERMS + 2], least[TERMS + 2] = { 0 };
    size_t n[AX_CELL_SLOTS], len = 0;
    for (int s = 0; s < AX_CELL_SLOTS; s++) {
        n[s] = describe(o, s, depth, text[s]);
        if (n[s] && (!len || memcmp(text[s], least, n[s]) < 0)) {
            len = n[s];
            memcpy(least, text[s], len);
        }
    }
    for (int s = o->tried[depth]; s < AX_CELL_SLOTS; s++)
        if (n[s] && !memcmp(text[s], least, len)) {
            o->tried[depth] = (uint8_t)(s + 1);
            o->slot[depth] = (uint8_t)s;
            memcpy(o->text + o->start[depth], least, len);
            o->start[depth + 1] = o->start[depth] + len;
            return true;
        }
    return false;
}

static void keep_if_less(ordering *o)
{
    size_t len = o->start[o->n] + add_terms(o, &o->cell->out, o->n, o->text + o->start[o->n]);
    if (o->found && memcmp(o->text, o->best, len) >= 0)
        return;
    o->found = true;
    o->len = len;
    memcpy(o->best, o->text, len);
    memcpy(o->best_slot, o->slot, sizeof o->slot);
}

static size_t order_cell(const cell *c, ax_cells_form *out)
{
    ordering o = { .cell = c };
    for (int s = 0; s < AX_CELL_SLOTS; s++)
        o.n = (uint8_t)(o.n + c->used[s]);
    for (size_t depth = 0;;) {
        if (depth == o.n)
            keep_if_less(&o);
        else if (place(&o, depth)) {
            o.tried[++depth] = 0;
            continue;
        }
        if (depth == 0)
            break;
        depth--;
    }
    out->n_ops = o.n;
    memcpy(out->slot, o.best_slot, sizeof out->slot);
    out->key[0] = o.n;
    memcpy(out->key + 1, o.best, o.len);
    return 1 + o.len;
}

/* ---- the order of blocks ---- */

/* The sizes that a block on its way to the head is resized to, as bits of the taps' strides: blocks are joined from
   left to right, the smaller side is resized each time, and two resizes differ from one. 0: not read by the head. */
static void head_paths(const ax_cells *g, uint8_t path[AX_BLOCKS])
{
    uint8_t size[AX_CELLS_TAPS + AX_BLOCKS] = { 0, 1, 2, 3 }, joined = AX_CELLS_TAPS; /* 0 is the largest */
    uint32_t loose = ax_cells_loose_blocks(g);
    for (int b = 0; b < AX_BLOCKS; b++) {
        const uint8_t *in = g->block[b].in;
        size[AX_CELLS_TAPS + b] = size[in[0]] < size[in[1]] ? size[in[0]] : size[in[1]];
        path[b] = 0;
        if (!(loose >> b & 1))
            continue;
        path[b] = (uint8_t)(1u << size[AX_CELLS_TAPS + b]);
        joined = size[AX_CELLS_TAPS + b] < joined ? size[AX_CELLS_TAPS + b] : joined;
        for (int a = 0; a <= b; a++)
            path[a] = path[a] ? (uint8_t)(path[a] | 1u << joined) : 0;
    }
}

/* Three bytes per block: its two inputs, the smaller first, and its path; blocks are numbered by `at`. False when a
   block would come before one that it reads. */
static bool describe_blocks(const ax_cells *g, const uint8_t path[AX_BLOCKS], const uint8_t at[AX_BLOCKS],
                            uint8_t text[3 * AX_BLOCKS], bool swapped[AX_BLOCKS])
{
    for (int b = 0; b < AX_BLOCKS; b++) {
        uint8_t in[2], *t = text + 3 * at[b];
        for (int k = 0; k < 2; k++) {
            in[k] = g->block[b].in[k];
            if (in[k] < AX_CELLS_TAPS)
                continue;
            in[k] = (uint8_t)(AX_CELLS_TAPS + at[in[k] - AX_CELLS_TAPS]);
            if (in[k] >= AX_CELLS_TAPS + at[b])
                return false;
        }
        swapped[b] = in[0] > in[1];
        t[0] = in[swapped[b]];
        t[1] = in[!swapped[b]];
        t[2] = path[b];
    }
    return true;
}

static void order_blocks(const ax_cells *g, ax_cells_form *out, uint8_t *key)
{
    static const uint8_t orders[6][AX_BLOCKS] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                                  { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    uint8_t path[AX_BLOCKS];
    head_paths(g, path);
    for (int i = 0; i < 6; i++) {
        uint8_t text[3 * AX_BLOCKS];
        bool swapped[AX_BLOCKS];
        /* the first order is the genotype's own, which is always valid */
        if (!describe_blocks(g, path, orders[i], text, swapped) || (i && memcmp(text, key, sizeof text) >= 0))
            continue;
        memcpy(key, text, sizeof text);
        memcpy(out->swapped, swapped, sizeof swapped);
        for (int b = 0; b < AX_BLOCKS; b++)
            out->block[orders[i][b]] = (uint8_t)b;
    }
}

ax_cells_form ax_cells_canonical(const ax_cells *g)
{
    ax_cells_form out = { .n_ops = 0 };
    cell c = cell_of(g);
    size_t n = order_cell(&c, &out);
    order_blocks(g, &out, out.key + n);
    return out;
}
