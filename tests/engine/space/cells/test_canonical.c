/* Equal keys mean the same network, down to its logits. */
#include "engine/space/canonical.h"
#include "engine/space/list.h"
#include "tests/helper/samenet.h"
#include "tests/helper/suite.h"

#include <stdlib.h>
#include <string.h>

static ax_genotype parse(const char *text)
{
    ax_genotype g;
    ax_err err = { AX_OK, "" };
    if (ax_genotype_parse(text, &g, &err) != AX_OK)
        fail_msg("%s", err.msg);
    return g;
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
        if (samenet_keys(&a, &b) != pair[i].equal)
            fail_msg("pair %zu: %s and %s should%s be the same", i, pair[i].a, pair[i].b, pair[i].equal ? "" : " not");
        if (pair[i].equal)
            samenet_assert(&a, &b);
    }
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
        all[i].g = samenet_draw(&rng);
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
            samenet_assert(&all[i].g, &all[i + 1].g);
            checked++;
        }
    }
    free(all);
    assert_true(pairs > DRAWN / 100);
    assert_in_range(checked, CHECKED / 2, CHECKED);
}

/* Blocks: every possible order of blocks and sides gives the same key if the head sees the same sizes. */
TEST(blocks)
{
    ax_rng rng = ax_rng_new(6, 6);
    for (int i = 0; i < 2000; i++) {
        ax_genotype g = ax_space_random(&ax_space_cells, &rng), h = g;
        for (int b = 0; b < AX_BLOCKS; b++)
            if (ax_rng_below(&rng, 2)) {
                samenet_cells(&h)->block[b].in[0] = samenet_cells(&g)->block[b].in[1];
                samenet_cells(&h)->block[b].in[1] = samenet_cells(&g)->block[b].in[0];
            }
        assert_true(samenet_keys(&g, &h));
        if (samenet_cells(&g)->block[1].in[0] < AX_CELLS_TAPS && samenet_cells(&g)->block[1].in[1] < AX_CELLS_TAPS &&
            ax_cells_loose_blocks(samenet_cells(&g)) != 7) {
            for (int k = 0; k < 2; k++) {
                samenet_cells(&h)->block[0].in[k] = samenet_cells(&g)->block[1].in[k];
                samenet_cells(&h)->block[1].in[k] = samenet_cells(&g)->block[0].in[k];
                if (samenet_cells(&h)->block[2].in[k] >= AX_CELLS_TAPS)
                    samenet_cells(&h)->block[2].in[k] =
                        (uint8_t)(2 * AX_CELLS_TAPS + 1 - samenet_cells(&h)->block[2].in[k]);
            }
            assert_true(samenet_keys(&g, &h));
        }
        int d = 13 + (int)ax_rng_below(&rng, 2 * AX_BLOCKS);
        h = g;
        h.value[d] = (uint8_t)((g.value[d] + 1) % ax_space_cells.decision[d].choices);
        /* another input somewhere: another network, unless two blocks have swapped roles; then the macs are the same */
        if (samenet_keys(&g, &h))
            samenet_assert(&g, &h);
    }
}

int main(void)
{
    return RUN_TESTS(by_hand, equal_keys_are_equal_networks, blocks);
}
