/* Which decisions count: those that make networks differ, and no others. */
#include "engine/space/canonical.h"
#include "engine/space/list.h"
#include "tests/helper/suite.h"

#include <string.h>

static unsigned distance(const char *a, const char *b)
{
    ax_genotype g, h;
    assert_int_equal(ax_genotype_parse(a, &g, NULL), AX_OK);
    assert_int_equal(ax_genotype_parse(b, &h, NULL), AX_OK);
    ax_reduced x = ax_genotype_reduce(&g, false), y = ax_genotype_reduce(&h, false);
    return ax_reduced_distance(&x, &y);
}

TEST(by_hand)
{
    static const struct {
        const char *a, *b;
        unsigned distance;
    } pair[] = {
        /* an operation and an input of a block differ */
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[7,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,1],[3,0]]]", 2 },
        /* the sides of layer 1 are swapped, and the inputs that read one of them adjusted */
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[8,[0,0,2,5],[0,3,8,8],[0,5,1,4]],[[3,3],[2,3],[0,3]]]", 0 },
        /* the input of a "none" */
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,10]],[[3,3],[3,2],[3,0]]]",
          "[[8,[0,0,5,2],[0,2,8,8],[0,3,1,10]],[[3,3],[3,2],[3,0]]]", 0 },
        /* op 0 is read only by a "none", so it doesn't matter; in the next pair it is added to the output */
        { "[[8,[0,1,5,10],[0,2,8,8],[0,0,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[3,[0,1,5,10],[0,2,8,8],[0,0,1,4]],[[3,3],[3,2],[3,0]]]", 0 },
        { "[[8,[0,0,5,10],[0,2,8,8],[0,0,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[3,[0,0,5,10],[0,2,8,8],[0,0,1,4]],[[3,3],[3,2],[3,0]]]", 1 },
        /* reading a skip of the input equals reading the input */
        { "[[8,[0,0,9,2],[2,0,8,7],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
          "[[8,[0,0,9,2],[0,0,8,7],[0,5,1,4]],[[3,3],[3,2],[3,0]]]", 0 },
        /* blocks that read only taps, in another order */
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[1,3],[0,2],[4,5]]]",
          "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[2,0],[3,1],[5,4]]]", 0 },
        /* a template that no block uses */
        { "[[[0,1,0],[2,3,1],[4,5,0]],[[0,1,0,1,0],[0,1,1,0,0],[0,1,0,0,0],[0,1,0,0,0],[0,1,0,0,0],[0,1,0,0,0],"
          "[0,1,0,0,0]]]",
          "[[[0,1,0],[2,3,1],[1,1,1]],[[0,1,0,1,0],[0,1,1,0,0],[0,1,0,0,0],[0,1,0,0,0],[0,1,0,0,0],[0,1,0,0,0],"
          "[0,1,0,0,0]]]",
          0 },
        /* the numbers of the templates, and the sides of a block that isn't repeated */
        { "[[[0,1,0],[2,3,1],[4,5,0]],[[0,1,0,1,0],[0,1,1,0,0],[0,1,0,0,0],[0,1,0,0,0],[0,1,0,0,0],[0,1,0,0,0],"
          "[0,1,0,0,0]]]",
          "[[[3,2,1],[4,5,0],[0,1,0]],[[0,1,2,1,0],[1,0,0,0,0],[0,1,2,0,0],[0,1,2,0,0],[0,1,2,0,0],[0,1,2,0,0],"
          "[0,1,2,0,0]]]",
          0 },
        /* an operation of a template that six blocks use is one decision */
        { "[[[0,1,0],[2,3,1],[4,5,0]],[[0,1,0,1,0],[0,1,1,0,0],[0,1,0,0,0],[0,1,0,0,0],[0,1,0,0,0],[0,1,0,0,0],"
          "[0,1,0,0,0]]]",
          "[[[0,4,0],[2,3,1],[4,5,0]],[[0,1,0,1,0],[0,1,1,0,0],[0,1,0,0,0],[0,1,0,0,0],[0,1,0,0,0],[0,1,0,0,0],"
          "[0,1,0,0,0]]]",
          1 },
    };
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        if (distance(pair[i].a, pair[i].b) != pair[i].distance)
            fail_msg("%s and %s: %u, not %u", pair[i].a, pair[i].b, distance(pair[i].a, pair[i].b), pair[i].distance);
}

/* Distance 0 means the same network. Tested on neighbours of random networks, and with few choices, where many are the
   same. The converse holds for most pairs: regrouped sums of skips are missed. */
TEST(equal_decisions_are_the_same_network)
{
    enum { PAIRS = 40000 };
    ax_rng rng = ax_rng_new(4, 4);
    const ax_space *s;
    for (unsigned k = 0; (s = ax_space_at(k)); k++) {
        int same = 0, missed = 0;
        for (int i = 0; i < PAIRS; i++) {
            ax_genotype g = ax_space_random(s, &rng);
            if (!k && i % 2) /* mostly skips and "none" */
                for (int d = 0; d < 13; d++)
                    if (s->decision[d].choices == 11 && ax_rng_below(&rng, 4))
                        g.value[d] = (uint8_t)(9 + ax_rng_below(&rng, 2));
            ax_genotype h = g;
            for (uint32_t n = 1 + ax_rng_below(&rng, 2); n; n--)
                ax_space_mutate(s, &h, &rng);
            if (!k) /* the order of the blocks at the head isn't a decision */
                memcpy(h.value + 13, g.value + 13, 6);
            ax_canonical a = ax_genotype_canonical(&g, false), b = ax_genotype_canonical(&h, false);
            ax_reduced x = ax_genotype_reduce(&g, false), y = ax_genotype_reduce(&h, false);
            bool is_same = ax_canonical_same(&a, &b), is_zero = !ax_reduced_distance(&x, &y);
            char one[AX_GENOTYPE_TEXT], other[AX_GENOTYPE_TEXT];
            if (is_zero && !is_same)
                fail_msg("%s and %s", ax_genotype_print(&g, one), ax_genotype_print(&h, other));
            same += is_same;
            missed += is_same && !is_zero;
        }
        print_message("%s: %d pairs are the same, %d of them at a distance\n", s->name, same, missed);
        assert_true(same > PAIRS / 100 && missed * 5 < same);
    }
}

/* With concatenation nothing is folded. */
TEST(concatenation_counts_all)
{
    ax_genotype g, h;
    ax_genotype_parse("[[8,[0,0,5,2],[0,2,8,8],[0,5,1,10]],[[3,3],[3,2],[3,0]]]", &g, NULL);
    ax_genotype_parse("[[8,[0,0,2,5],[0,3,8,8],[0,4,1,10]],[[3,3],[2,3],[3,0]]]", &h, NULL);
    ax_reduced x = ax_genotype_reduce(&g, true), y = ax_genotype_reduce(&h, true);
    assert_int_equal(ax_reduced_distance(&x, &y), 6);
}

int main(void)
{
    return RUN_TESTS(by_hand, equal_decisions_are_the_same_network, concatenation_counts_all);
}
