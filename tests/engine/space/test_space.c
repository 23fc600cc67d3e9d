/* What every search space must provide. */
#include "engine/space/builder.h"
#include "engine/space/space.h"
#include "tests/helper/suite.h"

#include <string.h>

#define EACH_SPACE(s)                                                                                                  \
    const ax_space *s;                                                                                                 \
    for (unsigned at = 0; (s = ax_space_at(at)); at++)

TEST(room_is_enough)
{
    EACH_SPACE(s)
    {
        assert_in_range(s->n_decisions, 1, AX_MAX_DECISIONS);
        assert_in_range(s->n_heads, 1, AX_MAX_HEADS);
        assert_in_range(s->n_tables, 1, AX_MAX_TABLES);
        assert_in_range(s->warm_up, 0, AX_MAX_WARM_UP);
        assert_in_range(s->n_drawings, 1, AX_DRAWINGS);
        ax_genotype g = ax_space_first(s);
        char text[AX_GENOTYPE_TEXT];
        for (int d = 0; d < s->n_decisions; d++)
            g.value[d] = (uint8_t)(s->decision[d].choices - 1);
        assert_true(strlen(ax_genotype_print(&g, text)) + 1 < sizeof text);
    }
}

/* A policy makes each decision once, and its heads and tables are large enough. */
TEST(policies_see_all_decisions)
{
    EACH_SPACE(s)
    {
        bool made[AX_MAX_DECISIONS] = { false };
        for (int i = 0; i < s->n_decisions; i++) {
            const ax_decision *d = &s->decision[s->order[i]];
            assert_in_range(d->choices, 1, AX_MAX_CHOICES);
            assert_false(made[s->order[i]]);
            made[s->order[i]] = true;
            assert_true(d->head < s->n_heads && s->head[d->head].choices >= d->choices);
            assert_true(d->table < s->n_tables && s->table[d->table].choices >= d->choices);
        }
    }
}

TEST(forms_have_each_decision_once)
{
    EACH_SPACE(s)
    {
        int seen[AX_MAX_DECISIONS] = { 0 }, lines = 0;
        for (int i = 0; i < s->n_sections; i++) {
            assert_true(s->section[i].drawing < s->n_drawings);
            lines += s->section[i].lines;
        }
        assert_int_equal(lines, s->n_lines);
        for (int i = 0; i < s->n_lines; i++)
            for (int k = 0; k < s->line[i].fields; k++)
                seen[s->line[i].decision[k]]++;
        for (int d = 0; d < s->n_decisions; d++)
            assert_int_equal(seen[d], 1);
    }
}

/* Rows read only rows above them, and the text of a genotype gives back the same genotype in the same space. */
TEST(drawings_and_texts)
{
    ax_rng rng = ax_rng_new(1, 1);
    EACH_SPACE(s)
    for (int i = 0; i < 500; i++) {
        ax_genotype g = ax_space_random(s, &rng), again;
        char text[AX_GENOTYPE_TEXT];
        assert_int_equal(ax_genotype_parse(ax_genotype_print(&g, text), &again, NULL), AX_OK);
        assert_memory_equal(&g, &again, sizeof g);
        assert_ptr_equal(ax_space_of(&again), s);
        for (unsigned k = 0; k < s->n_drawings; k++) {
            ax_drawing d;
            s->draw(&g, k, 48, 1, &d);
            assert_int_equal(d.rows, s->drawing[k].rows);
            assert_in_range(d.rows, 1, AX_DRAWING_ROWS);
            for (int r = 0; r < d.rows; r++) {
                assert_in_range(d.row[r].n_reads, d.row[r].node == AX_NODE_INPUT ? 0 : 1, AX_DRAWING_READS);
                for (int n = 0; n < d.row[r].n_reads; n++)
                    assert_true(d.row[r].reads[n] < r);
            }
        }
    }
}

TEST(unknown_spaces_are_refused)
{
    ax_genotype g = { .space = UINT8_MAX };
    ax_err err;
    assert_int_equal(ax_genotype_validate(&g, &err), AX_EINVAL);
    assert_string_equal(err.msg, "genotype: there is no space 255");
}

/* Where sums may not be regrouped, only an identical genotype is the same network. */
TEST(keys)
{
    ax_genotype a, b;
    assert_int_equal(ax_genotype_parse("[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]", &a, NULL), AX_OK);
    assert_int_equal(ax_genotype_parse("[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[2,3],[3,0]]]", &b, NULL), AX_OK);
    ax_canonical sum_a = ax_genotype_canonical(&a, false), sum_b = ax_genotype_canonical(&b, false);
    ax_canonical own_a = ax_genotype_canonical(&a, true), own_b = ax_genotype_canonical(&b, true);
    assert_true(ax_canonical_same(&sum_a, &sum_b) && sum_a.hash == sum_b.hash);
    assert_false(ax_canonical_same(&own_a, &own_b) || own_a.hash == own_b.hash);
}

int main(void)
{
    return RUN_TESTS(room_is_enough, policies_see_all_decisions, forms_have_each_decision_once, drawings_and_texts,
                     unknown_spaces_are_refused, keys);
}
