#include "engine/space/templates/expanded.h"

enum { BLOCKS = AX_TEMPLATE_BLOCKS, TAPS = AX_TEMPLATE_TAPS, FIELDS = 7, TEXT = BLOCKS * FIELDS, REPEATS = 2 };

/* A block together with its template's fields, in the order of its text. */
typedef struct expanded {
    uint8_t pos[2], op[2], aggregate, repeat, stride;
} expanded;
_Static_assert(sizeof(expanded) == FIELDS && (int)TEXT <= (int)AX_CANONICAL_KEY, "a key holds all blocks");

typedef struct order {
    expanded block[BLOCKS];
    bool loose[BLOCKS], free[BLOCKS];
    int exponent[REPEATS][BLOCKS]; /* by repeats of separable convolutions, 1 and 2 */
    uint64_t path[REPEATS][BLOCKS];
    uint8_t at[BLOCKS]; /* the block at each place so far */
    uint8_t text[TEXT], best[TEXT];
    bool found;
} order;

static expanded expand(const ax_templates *t, unsigned b)
{
    const ax_template_block *block = &t->block[b];
    const ax_template *template = &t->template[block->template];
    return (expanded) { { block->pos[0], block->pos[1] },
                        { template->op[0], template->op[1] },
                        template->aggregate,
                        block->repeat,
                        block->stride };
}

/* Whether a block's sides may be swapped: its sides have one size whenever they are joined, so that it doesn't matter
   which one gives the size, and the block doesn't halve. */
static bool is_free(const expanded *e, const ax_template_value *value)
{
    int f1 = value[e->pos[0]].exponent, f2 = value[e->pos[1]].exponent;
    return !e->stride && f1 == f2; /* the same holds for all repetitions: without a stride the sizes stay */
}

/* The sizes that each loose block is resized to on its way to the head, as bits of their exponents: blocks are joined
   from left to right, and the smaller one is resized each time. Sizes only grow on the way, so the bits are in
   order. */
static void find_paths(const order *o, const uint8_t at[BLOCKS], int r, uint64_t path[BLOCKS])
{
    int joined = -1;
    for (int i = 0; i < BLOCKS; i++) {
        const uint8_t b = at[i];
        path[b] = 0;
        if (!o->loose[b])
            continue;
        path[b] = 1ull << o->exponent[r][b];
        joined = joined < 0 || o->exponent[r][b] < joined ? o->exponent[r][b] : joined;
        for (int k = 0; k <= i; k++)
            path[at[k]] |= o->loose[at[k]] ? 1ull << joined : 0;
    }
}

static bool same_paths(const order *o)
{
    for (int r = 0; r < REPEATS; r++) {
        uint64_t path[BLOCKS];
        find_paths(o, o->at, r, path);
        if (memcmp(path, o->path[r], sizeof path))
            return false;
    }
    return true;
}

/* Writes the text of block b given the first `depth` places; false when it reads a block without a place. */
static bool describe(const order *o, unsigned b, int depth, uint8_t text[FIELDS])
{
    expanded e = o->block[b];
    for (int k = 0; k < 2; k++) {
        if (e.pos[k] < TAPS)
            continue;
        int place = 0;
        while (place < depth && o->at[place] != e.pos[k] - TAPS)
            place++;
        if (place == depth)
            return false;
        e.pos[k] = (uint8_t)(TAPS + place);
    }
    bool swap = !e.repeat && (e.pos[1] < e.pos[0] || (e.pos[1] == e.pos[0] && e.op[1] < e.op[0]));
    if (swap)
        e = (expanded) { { e.pos[1], e.pos[0] }, { e.op[1], e.op[0] }, e.aggregate, e.repeat, e.stride };
    memcpy(text, &e, FIELDS);
    return true;
}

static bool may_stand(const order *o, unsigned b, int place)
{
    for (int i = 0; i < place; i++)
        if (o->at[i] == b)
            return false;
    return o->free[b] || (place < AX_TEMPLATE_SMALLER) == (b < AX_TEMPLATE_SMALLER);
}

/* Tries all orders whose text isn't above the smallest so far. */
static void place(order *o, int depth)
{
    if (o->found && memcmp(o->text, o->best, (size_t)depth * FIELDS) > 0)
        return;
    if (depth == BLOCKS) {
        if (same_paths(o) && (!o->found || memcmp(o->text, o->best, TEXT) < 0)) {
            memcpy(o->best, o->text, TEXT);
            o->found = true;
        }
        return;
    }
    for (unsigned b = 0; b < BLOCKS; b++) {
        if (!may_stand(o, b, depth) || !describe(o, b, depth, o->text + depth * FIELDS))
            continue;
        o->at[depth] = (uint8_t)b;
        place(o, depth + 1);
    }
}

void ax_templates_canonical(const ax_templates *t, uint8_t out[static AX_CANONICAL_KEY])
{
    order o = { .found = false };
    const uint32_t loose = ax_templates_loose_blocks(t);
    static const int taps[TAPS] = { 1, 1 }; /* channels don't matter here */
    ax_template_value value[REPEATS][AX_TEMPLATE_VALUES];
    for (int r = 0; r < REPEATS; r++)
        ax_templates_values(t, r + 1, taps, value[r]);
    for (unsigned b = 0; b < BLOCKS; b++) {
        o.block[b] = expand(t, b);
        o.loose[b] = loose >> b & 1;
        o.free[b] = true;
        o.at[b] = (uint8_t)b;
        for (int r = 0; r < REPEATS; r++) {
            o.exponent[r][b] = value[r][TAPS + b].exponent;
            o.free[b] = o.free[b] && is_free(&o.block[b], value[r]);
        }
    }
    for (int r = 0; r < REPEATS; r++)
        find_paths(&o, o.at, r, o.path[r]);
    place(&o, 0);
    memcpy(out, o.best, TEXT);
}
