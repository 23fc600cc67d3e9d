/* Text form of genotypes: round trips, errors that point at the character, loose ends. */
#include "engine/space/cells/cells.h"
#include "engine/space/list.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

static const char arch0[] = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]";
static const char arch1[] = "[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]";
static const char arch2[] = "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]";

static ax_genotype parsed(const char *text)
{
    ax_genotype g;
    ax_err err = { 0 };
    if (ax_genotype_parse(text, &g, &err) != AX_OK)
        fail_msg("%s", err.msg);
    return g;
}

TEST(test_published)
{
    char buf[AX_GENOTYPE_TEXT];
    const char *const texts[] = { arch0, arch1, arch2 };
    for (int i = 0; i < 3; i++) {
        ax_genotype g = parsed(texts[i]);
        assert_string_equal(ax_genotype_print(&g, buf), texts[i]);
    }
    const ax_genotype parsed1 = parsed(arch1);
    const ax_cells g = ax_cells_of(&parsed1);
    assert_int_equal(g.stem_op, AX_CELL_SEP3);
    assert_int_equal(g.layer[0].pos[0], 1);
    assert_int_equal(g.layer[0].op[1], AX_CELL_CONV3_D12);
    assert_int_equal(g.block[2].in[0], 4);
}

TEST(test_blanks)
{
    ax_genotype a = parsed(arch0), b = parsed(" [ [ 8 , [0,0, 5,2],\n[0,2,8,8],[0,5,1,4]],\t[[3,3],[3,2],[3,0]]] \n");
    assert_memory_equal(&a, &b, sizeof a);
}

TEST(test_random_round_trip)
{
    ax_rng rng = ax_rng_new(7, 1);
    bool seen[AX_DECISIONS][AX_CELL_OPS] = { 0 };
    for (int i = 0; i < 2000; i++) {
        char buf[AX_GENOTYPE_TEXT];
        ax_genotype g = ax_space_random(&ax_space_cells, &rng), back;
        assert_int_equal(ax_genotype_validate(&g, NULL), AX_OK);
        back = parsed(ax_genotype_print(&g, buf));
        assert_memory_equal(&g, &back, sizeof g);
        for (int d = 0; d < AX_DECISIONS; d++)
            seen[d][g.value[d]] = true;
    }
    static const int choices[AX_DECISIONS] = { 11, 2, 2, 11, 11, 5, 5, 11, 11, 8, 8, 11, 11, 4, 4, 5, 5, 6, 6 };
    for (int d = 0; d < AX_DECISIONS; d++)
        for (int c = 0; c < AX_CELL_OPS; c++)
            assert_int_equal(seen[d][c], c < choices[d]);
}

TEST(test_error_positions)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "", "genotype: expected '[' at character 1, where the text ends: ><" },
        { "(arch0", "genotype: expected '[' at character 1: >(<arch0" },
        { "[[11,[0,0,5,2]", "genotype: op 11 at character 3: ops are 0 to 10: [[>11<,[0,0,5,2]" },
        { "[[8,[0,2,5,2]", "genotype: position 2 at character 8: positions of layer 1 are 0 to 1: [[8,[0,>2<,5,2]" },
        { "[[8,[0,0,5],", "genotype: expected ',' at character 11: [[8,[0,0,5>]<," },
        { "[[8,[-1", "genotype: expected a position (layer 1) at character 6: [[8,[>-<1" },
        { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[4",
          "genotype: input 4 at character 38: inputs of block 0 are 0 to 3: [[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[>4<" },
        { "[[99999999999999999999999999", "genotype: op 999999999999... at character 3: ops are 0 to 10: "
                                          "[[>99999999999999999999...<" },
        { "[[\xc3\xa9", "genotype: expected an op (the cell's first op) at character 3: [[>\?\?<" },
        { "[[\xff", "genotype: expected an op (the cell's first op) at character 3: [[>?<" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ax_genotype g;
        ax_err err = { 0 };
        assert_int_equal(ax_genotype_parse(cases[i].text, &g, &err), AX_EINVAL);
        assert_int_equal(err.code, AX_EINVAL);
        assert_string_equal(err.msg, cases[i].message);
    }
}

TEST(test_trailing)
{
    char text[sizeof arch0 + 8];
    ax_genotype g, before = parsed(arch1);
    ax_err err = { 0 };
    snprintf(text, sizeof text, "%s,x", arch0);
    g = before;
    assert_int_equal(ax_genotype_parse(text, &g, &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "expected nothing more at character 56"));
    assert_memory_equal(&g, &before, sizeof g); /* unchanged on failure */
}

/* Every prefix of a genotype is refused, with an error at its end. */
TEST(test_truncated)
{
    for (size_t n = 0; n < sizeof arch2 - 1; n++) {
        char text[sizeof arch2];
        snprintf(text, sizeof text, "%.*s", (int)n, arch2);
        ax_genotype g;
        ax_err err = { 0 };
        assert_int_equal(ax_genotype_parse(text, &g, &err), AX_EINVAL);
        assert_non_null(strstr(err.msg, "where the text ends"));
    }
}

TEST(test_validate)
{
    ax_genotype g = parsed(arch0);
    g.value[10] = 8;
    ax_err err = { 0 };
    assert_int_equal(ax_genotype_validate(&g, &err), AX_EINVAL);
    assert_string_equal(err.msg, "genotype: decision 11 (layer 3), position 8: positions of layer 3 are 0 to 7");
}

TEST(test_loose)
{
    const ax_genotype p0 = parsed(arch0), p1 = parsed(arch1), p2 = parsed(arch2);
    const ax_cells g0 = ax_cells_of(&p0), g1 = ax_cells_of(&p1), g2 = ax_cells_of(&p2);
    assert_int_equal(ax_cells_loose_ends(&g0), 1u << 1 | 1u << 4 | 1u << 7 | 1u << 10);
    assert_int_equal(ax_cells_loose_ends(&g1), 1u << 4 | 1u << 7 | 1u << 10); /* value 1 is read */
    assert_int_equal(ax_cells_loose_ends(&g2), 1u << 1 | 1u << 4 | 1u << 7 | 1u << 10);
    assert_int_equal(ax_cells_loose_blocks(&g0), 7);
    assert_int_equal(ax_cells_loose_blocks(&g1), 6); /* block 2 reads block 0 twice */
    assert_int_equal(ax_cells_loose_blocks(&g2), 6);
}

TEST(test_names)
{
    assert_string_equal(ax_cellop_name(AX_CELL_CONV3_D12), "conv3x3_d12");
    assert_string_equal(ax_cellop_name(10), "none");
    assert_string_equal(ax_cellop_name(11), "?");
}

/* The name of a published network of any space gives the same genotype as its text. */
TEST(test_names_of_networks)
{
    static const struct {
        const char *name, *text;
    } known[] = {
        { "arch0", arch0 },
        { "arch1", arch1 },
        { "arch2", arch2 },
        { "template-arch0", "[[[3,0,1],[4,1,1],[3,1,1]],[[0,1,0,0,1],[2,1,2,1,0],[3,1,1,1,0],[1,1,2,0,0],[3,0,2,0,0],"
                            "[5,3,2,1,0],[0,5,0,1,0]]]" },
        { "template-arch1", "[[[1,1,0],[1,3,0],[3,4,0]],[[1,1,0,0,0],[0,1,1,1,1],[3,1,2,3,0],[3,0,2,2,0],[0,1,2,0,0],"
                            "[2,1,1,3,0],[4,0,2,2,0]]]" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char text[AX_GENOTYPE_TEXT];
        const ax_genotype g = parsed(known[i].name), same = parsed(known[i].text);
        assert_memory_equal(&g, &same, sizeof g);
        assert_string_equal(ax_genotype_print(&g, text), known[i].text);
        assert_int_equal(g.space, i < 3 ? 0 : 1);
    }
    ax_genotype g;
    ax_err err;
    static const char *const wrong[] = { "arch3", "Arch0", "arch0x", "template-arch2" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char want[200];
        snprintf(
            want, sizeof want,
            "genotype: '%s' is not a published network; they are arch0, arch1, arch2, template-arch0, template-arch1",
            wrong[i]);
        assert_int_equal(ax_genotype_parse(wrong[i], &g, &err), AX_EINVAL);
        assert_string_equal(err.msg, want);
    }
    /* not a name */
    assert_int_equal(ax_genotype_parse("a[", &g, &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "expected '['"));
}

int main(void)
{
    return RUN_TESTS(test_published, test_blanks, test_random_round_trip, test_error_positions, test_trailing,
                     test_truncated, test_validate, test_loose, test_names, test_names_of_networks);
}
