#include "engine/space/change.h"

#include "engine/space/list.h"
#include "tests/helper/suite.h"

#include <string.h>

static ax_genotype parse(const char *text)
{
    ax_genotype g;
    assert_int_equal(ax_genotype_parse(text, &g, NULL), AX_OK);
    return g;
}

#define ARCH0 "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"

TEST(edits)
{
    ax_genotype g = parse(ARCH0), want = parse("[[0,[0,1,5,2],[0,2,4,8],[7,5,1,10]],[[3,3],[3,4],[3,5]]]");
    ax_err err;
    assert_int_equal(ax_genotype_edit(&g, "op1=conv1x1, in3=1 op5=gap,in8=7  op9=none block5b=4,block6b=5", &err),
                     AX_OK);
    assert_memory_equal(&g, &want, sizeof g);
    assert_int_equal(ax_genotype_edit(&g, " ", &err), AX_OK);
    assert_memory_equal(&g, &want, sizeof g);
}

TEST(wrong_edits_change_nothing)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        { "op5", "'op5': write DECISION=VALUE" },
        { "op5=1 in8=8", "'in8=8': positions of layer 3 are 0 to 7" },
        { "op5=11", "ops are 0 to 10, or their names" },
        { "op5=conv9x9", "ops are 0 to 10" },
        { "in5=gap", "positions of layer 2 are 0 to 4" },
        { "in5=", "positions of layer 2" },
        { "block4a=4", "inputs of block 0 are 0 to 3" },
        { "op4=1", "'op4' is not a decision" },
        { "op5=99999999999999999999", "ops are 0 to 10" },
        { "op5=-1", "ops are 0 to 10" },
        { "=1", "'' is not a decision" },
    };
    const ax_genotype before = parse(ARCH0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ax_genotype g = before;
        ax_err err;
        assert_int_equal(ax_genotype_edit(&g, wrong[i].text, &err), AX_EINVAL);
        if (!strstr(err.msg, wrong[i].says))
            fail_msg("%s: %s", wrong[i].text, err.msg);
        assert_memory_equal(&g, &before, sizeof g);
    }
}

/* Whatever differs, the changes turn one genotype into the other, fit into a command and name each decision once. */
TEST(changes_make_the_other)
{
    ax_rng rng = ax_rng_new(3, 1);
    for (int i = 0; i < 2000; i++) {
        ax_genotype a = ax_space_random(&ax_space_cells, &rng), b = ax_space_random(&ax_space_cells, &rng);
        char text[AX_CHANGES_TEXT], line[60];
        ax_genotype_changes(&a, &b, text);
        assert_true(strlen(text) < AX_CHANGES_TEXT - 1);
        ax_genotype_describe(&a, &b, line, sizeof line);
        assert_true(strlen(line) < sizeof line);
        assert_int_equal(ax_genotype_edit(&a, text, NULL), AX_OK);
        assert_memory_equal(&a, &b, sizeof a);
        assert_string_equal(ax_genotype_changes(&a, &b, text), "");
    }
}

TEST(descriptions)
{
    ax_genotype a = parse(ARCH0), b = a;
    char text[80];
    assert_int_equal(ax_genotype_edit(&b, "op5=gap in8=4", NULL), AX_OK);
    assert_string_equal(ax_genotype_describe(&a, &b, text, sizeof text), "op5 sep5x5_d6 -> gap, in8 0 -> 4");
    assert_string_equal(ax_genotype_describe(&a, &b, text, 20), "...");
}

TEST(names_go_with_the_bytes)
{
    ax_genotype g = parse("[[1,[0,1,2,3],[4,2,5,6],[7,6,8,9]],[[0,1],[2,4],[3,5]]]");
    static const struct {
        const char *name;
        unsigned value;
    } want[] = {
        { "op1", 1 },     { "in2", 0 },     { "in3", 1 },     { "op2", 2 },     { "op3", 3 },
        { "in5", 4 },     { "in6", 2 },     { "op5", 5 },     { "op6", 6 },     { "in8", 7 },
        { "in9", 6 },     { "op8", 8 },     { "op9", 9 },     { "block4a", 0 }, { "block4b", 1 },
        { "block5a", 2 }, { "block5b", 4 }, { "block6a", 3 }, { "block6b", 5 },
    };
    assert_int_equal(ax_space_cells.n_decisions, sizeof want / sizeof *want);
    for (int i = 0; i < ax_space_cells.n_decisions; i++) {
        const ax_decision *d = &ax_space_cells.decision[i];
        assert_string_equal(d->name, want[i].name);
        assert_int_equal(g.value[i], want[i].value);
        assert_int_equal(d->option != NULL, d->name[0] == 'o');
    }
}

int main(void)
{
    return RUN_TESTS(edits, wrong_edits_change_nothing, descriptions, changes_make_the_other, names_go_with_the_bytes);
}
