#include "viz/dag.h"

#include "engine/space/cells/cells.h"
#include "engine/space/space.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

static void text_of(const ax_dag *d, const ax_glyphs *glyphs, ax_str *out)
{
    ax_canvas c;
    ax_err err;
    ax_canvas_init(&c, glyphs);
    assert_int_equal(ax_canvas_resize(&c, d->drawing.rows, 40, &err), AX_OK);
    ax_dag_draw(ax_pane_of(&c, (ax_rect) { .rows = d->drawing.rows, .cols = 40 }), d);
    ax_canvas_text(&c, out);
    ax_canvas_release(&c);
}

static void check_text(const ax_dag *d, const ax_glyphs *glyphs, const char *expected)
{
    ax_str out;
    ax_str_init(&out, 0);
    text_of(d, glyphs, &out);
    assert_string_equal(out.text, expected);
    ax_str_release(&out);
}

static ax_genotype parse(const char *text)
{
    ax_genotype g;
    ax_err err;
    assert_int_equal(ax_genotype_parse(text, &g, &err), AX_OK);
    return g;
}

TEST(published_cell)
{
    ax_genotype g = parse("[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]");
    ax_dag d;
    ax_dag_make(&g, 0, 0, 1, &d);
    check_text(&d, &ax_glyphs_unicode,
               " ○           0 x\n"
               " ├─●         1 sep5x5_d6   ← 0\n"
               " ├─┼─●       2 conv3x3_d3  ← 0\n"
               " ├─┼─┼─●     3 sep3x3      ← 0\n"
               " │ │ ├─⊕     4 sum         ← 2,3\n"
               " ├─┼─┼─┼─●   5 sep5x5_d6   ← 0\n"
               " │ │ ● │ │   6 sep5x5_d6   ← 2\n"
               " │ │ ⊕─┼─┤   7 sum         ← 5,6\n"
               " ● │ │ │ │   8 conv3x3     ← 0\n"
               " │ │ │ │ ●   9 gap         ← 5\n"
               " ⊕─┼─┼─┼─╯  10 sum         ← 8,9\n"
               " ◎─┴─┴─╯       out         ← 1,4,7,10\n");
    check_text(&d, &ax_glyphs_ascii,
               " o           0 x\n"
               " +-*         1 sep5x5_d6   < 0\n"
               " +-|-*       2 conv3x3_d3  < 0\n"
               " +-|-|-*     3 sep3x3      < 0\n"
               " | | +-S     4 sum         < 2,3\n"
               " +-|-|-|-*   5 sep5x5_d6   < 0\n"
               " | | * | |   6 sep5x5_d6   < 2\n"
               " | | S-|-+   7 sum         < 5,6\n"
               " * | | | |   8 conv3x3     < 0\n"
               " | | | | *   9 gap         < 5\n"
               " S-|-|-|-'  10 sum         < 8,9\n"
               " @-'-'-'       out         < 1,4,7,10\n");
}

TEST(published_wiring)
{
    ax_genotype g = parse("[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]");
    ax_dag d;
    ax_dag_make(&g, 1, 0, 1, &d);
    check_text(&d, &ax_glyphs_unicode,
               " ○           0 tap 1/4\n"
               "   ○         1 tap 1/8\n"
               "   │ ○       2 tap 1/16\n"
               "   │ │ ○     3 tap 1/32\n"
               "   │ ⊕─┤     4 block       ← 2,3\n"
               "   ⊕─┼─╯     5 block       ← 3,1\n"
               "   │ ⊕       6 block       ← 4,4\n"
               "   ◎─╯         head        ← 5,6\n");
}

/* Follows the lanes downwards, knowing only the glyphs, and finds what each row reads. */
static void check_edges(const ax_dag *d)
{
    int owner[AX_DAG_LANES]; /* the row whose value runs down this lane, -1 = none */
    for (int k = 0; k < AX_DAG_LANES; k++)
        owner[k] = -1;
    for (int r = 0; r < d->drawing.rows; r++) {
        const ax_drawing_row *row = &d->drawing.row[r];
        unsigned drawn = 0, expected = 0;
        int node = -1, lo = AX_DAG_LANES, hi = -1, next[AX_DAG_LANES];
        for (int k = 0; k < AX_DAG_LANES; k++) {
            uint8_t g = d->row[r].glyph[2 * k];
            next[k] = owner[k];
            bool is_node = g == AX_GLYPH_INPUT || g == AX_GLYPH_OP || g == AX_GLYPH_SUM || g == AX_GLYPH_OUTPUT;
            bool reads = g == AX_GLYPH_READ_LEFT || g == AX_GLYPH_READ_RIGHT || g == AX_GLYPH_READ_MIDDLE;
            bool last = g == AX_GLYPH_LAST_LEFT || g == AX_GLYPH_LAST_RIGHT || g == AX_GLYPH_LAST_MIDDLE;
            if (is_node) {
                assert_int_equal(node, -1);
                node = k;
                if (owner[k] >= 0)
                    drawn |= 1u << owner[k];
            } else if (reads || last) {
                assert_true(owner[k] >= 0);
                drawn |= 1u << owner[k];
                if (last)
                    next[k] = -1;
            } else if (g == AX_GLYPH_VLINE || g == AX_GLYPH_CROSS) {
                assert_true(owner[k] >= 0);
            } else {
                assert_int_equal(owner[k], -1); /* no lane ends without being read */
            }
            if (is_node || reads || last) {
                lo = k < lo ? k : lo;
                hi = k > hi ? k : hi;
            }
        }
        assert_int_equal(node, d->row[r].lane);
        for (int k = 0; k < AX_DAG_LANES - 1; k++) /* an unbroken line joins all lanes that are read */
            assert_int_equal(d->row[r].glyph[2 * k + 1] == AX_GLYPH_HLINE, k >= lo && k < hi);
        for (int i = 0; i < row->n_reads; i++)
            expected |= 1u << row->reads[i];
        assert_int_equal(drawn, expected);
        bool read_later = false;
        for (int q = r + 1; q < d->drawing.rows; q++)
            for (int i = 0; i < d->drawing.row[q].n_reads; i++)
                read_later = read_later || d->drawing.row[q].reads[i] == r;
        next[node] = read_later ? r : -1;
        memcpy(owner, next, sizeof owner);
    }
}

TEST(every_genotype_can_be_drawn)
{
    ax_rng rng = ax_rng_new(11, 1);
    int widest = 0;
    for (int i = 0; i < 20000; i++) {
        ax_genotype g = ax_space_random(ax_space_at(0), &rng);
        ax_dag d;
        ax_dag_make(&g, 0, 0, 1, &d);
        assert_int_equal(d.drawing.rows, ax_space_at(0)->drawing[0].rows);
        assert_int_equal(d.drawing.row[1].reads[0], 0);
        for (int l = 0; l < AX_CELL_LAYERS; l++)
            for (int k = 0; k < 2; k++)
                assert_int_equal(d.drawing.row[2 + 3 * l + k].reads[0], ax_cells_of(&g).layer[l].pos[k]);
        check_edges(&d);
        int width = ax_dag_width(&d);
        widest = width > widest ? width : widest;
        ax_dag_make(&g, 1, 0, 1, &d);
        check_edges(&d);
        assert_true(ax_dag_width(&d) <= 38);
    }
    assert_true(widest <= 38);
}

/* Whether the drawing of one genotype compared with another, `cols` columns wide, contains the text. */
static bool draws(const ax_dag *d, const ax_dag *was, int cols, const char *text)
{
    ax_canvas c;
    ax_err err;
    ax_str out;
    ax_str_init(&out, 0);
    ax_canvas_init(&c, &ax_glyphs_ascii);
    assert_int_equal(ax_canvas_resize(&c, d->drawing.rows, cols, &err), AX_OK);
    ax_dag_draw_changes(ax_pane_of(&c, (ax_rect) { .rows = d->drawing.rows, .cols = cols }), d, was);
    ax_canvas_text(&c, &out);
    bool found = strstr(out.text, text);
    ax_str_release(&out);
    ax_canvas_release(&c);
    return found;
}

/* Parameters are left out in favour of the previous value, but kept for unchanged cells. */
TEST(params_and_changes)
{
    ax_genotype g, other;
    ax_err err;
    ax_dag d, was;
    assert_int_equal(ax_genotype_parse("[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]", &g, &err), AX_OK);
    assert_int_equal(ax_genotype_parse("[[8,[0,0,5,2],[0,2,8,8],[0,5,0,4]],[[3,3],[3,2],[3,0]]]", &other, &err), AX_OK);
    ax_dag_make(&g, 0, 48, 1, &d);
    ax_dag_make(&other, 0, 48, 1, &was);
    assert_true(!draws(&d, NULL, 38, "k < 0") && draws(&d, NULL, 48, "conv3x3     20.8k < 0"));
    assert_true(draws(&d, &d, 60, "20.8k < 0"));
    assert_true(draws(&d, &was, 60, "- conv1x1") && !draws(&d, &was, 60, "20.8k"));
    assert_true(draws(&d, &was, 64, "- conv1x1") && draws(&d, &was, 64, "20.8k"));
    assert_true(!draws(&d, &was, 48, "- conv1x1") && draws(&d, &was, 48, "20.8k"));
}

TEST(params_of_operations)
{
    assert_int_equal(ax_cellop_params(AX_CELL_CONV1, 48, 1), 48 * 48 + 96);
    assert_int_equal(ax_cellop_params(AX_CELL_CONV3_D12, 48, 2), 9 * 48 * 48 + 96);
    assert_int_equal(ax_cellop_params(AX_CELL_SEP5_D6, 64, 2), 2 * (25 * 64 + 64 * 64 + 128));
    assert_int_equal(ax_cellop_params(AX_CELL_SKIP, 64, 2), 0);
    assert_int_equal(ax_cellop_params(AX_CELL_NONE, 64, 2), 0);
}

int main(void)
{
    return RUN_TESTS(published_cell, published_wiring, every_genotype_can_be_drawn, params_of_operations,
                     params_and_changes);
}
