/* Pictures of masks: their places, scores, scaling, and drawing on a canvas. */
#include "tests/helper/masks.h"
#include "tests/helper/suite.h"
#include "viz/mask.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the mosaic ---- */

TEST(it_fits_and_is_as_large_as_can_be)
{
    for (int rows = 1; rows <= 60; rows++)
        for (int cols = 1; cols <= 200; cols += 3)
            for (int n = 1; n <= 4; n++) {
                ax_mosaic m = ax_mosaic_of(rows, cols, n, 360, 480, 2, 9);
                if (!m.cols)
                    continue;
                assert_true(m.across * m.down >= n && (m.across - 1) * m.down < n + m.down);
                assert_true((m.down - 1) * m.row_step + 1 + m.rows <= rows);
                assert_true((m.across - 1) * m.col_step + m.cols <= cols);
                assert_true(m.col_step >= m.cols + AX_MOSAIC_GAP && m.row_step == m.rows + 1);
                /* the aspect ratio is kept as far as cells allow */
                assert_true(fabs(m.rows * 2.0 - m.cols * 0.75) <= 1 + 0.375 || m.cols < 6);
            }
}

TEST(high_windows_have_two_rows)
{
    ax_mosaic wide = ax_mosaic_of(12, 158, 4, 96, 96, 2, 9), high = ax_mosaic_of(42, 128, 4, 96, 96, 2, 9);
    assert_true(wide.across == 4 && wide.down == 1 && wide.rows == 11 && wide.cols == 22);
    assert_true(high.across == 2 && high.down == 2 && high.rows == 20 && high.cols == 40);
    assert_int_equal(ax_mosaic_of(2, 80, 4, 96, 96, 2, 9).cols, 0);
    ax_mosaic cells = ax_mosaic_of(42, 128, 4, 96, 96, 2.5, 9); /* with taller cells fewer lines */
    assert_true(cells.rows == 20 && cells.cols == 50);
}

/* ---- scoring ---- */

static void hand_made(ax_maskfile *m, uint8_t truth[4], uint8_t predicted[4])
{
    *m = (ax_maskfile) { .h = 2, .w = 2, .classes = 3, .channels = 1, .images = 1 };
    m->truth[0] = truth;
    m->predicted[0] = predicted;
}

TEST(classes_are_counted)
{
    static ax_maskfile m;
    ax_mask_count c[256] = { { 0 } };
    hand_made(&m, (uint8_t[]) { 0, 0, 1, 255 }, (uint8_t[]) { 0, 1, 1, 2 });
    assert_true(ax_mask_count_image(&m, 0, c));
    assert_true(ax_mask_iou(&c[0]) == 0.5 && ax_mask_iou(&c[1]) == 0.5 && isnan(ax_mask_iou(&c[2])));
    assert_true(c[0].truth == 2 && c[1].truth == 1 && c[255].truth == 0);
    assert_true(fabs(ax_mask_correct(&m, 0) - 2.0 / 3) < 1e-12);
    assert_true(isnan(ax_mask_correct(&m, 1)) && !ax_mask_count_image(&m, 1, c));
    assert_int_equal(ax_mask_add_error(&m, 0, NULL), AX_OK);
    const uint8_t *e = m.error[0]; /* without an image grey is drawn: pale, red, pale, white */
    assert_true(e[0] == e[1] && e[0] == 208 && e[3] == 225 && e[4] == 32 && e[6] == 208 && e[9] == 255 && e[10] == 255);
    free(m.error[0]);
    m.channels = 3;
    assert_true(isnan(ax_mask_correct(&m, 0)));
}

TEST(the_worst_comes_first)
{
    static ax_maskfile m;
    uint8_t order[AX_MASK_IMAGES];
    assert_true(ax_made_masks(AX_TASK_SEGMENTATION, &m));
    ax_mask_order(&m, order);
    assert_memory_equal(order, ((const uint8_t[]) { 1, 0, 2 }), 3);
    m.figures[2].reward = 0.01;
    m.figures[1].reward = NAN; /* without figures: ordered by its pixels */
    ax_mask_order(&m, order);
    assert_memory_equal(order, ((const uint8_t[]) { 2, 1, 0 }), 3);
    m.judged = false;
    ax_mask_order(&m, order);
    assert_memory_equal(order, ((const uint8_t[]) { 1, 0, 2 }), 3);
    ax_maskfile_release(&m);
}

/* ---- pictures ---- */

TEST(pictures_are_scaled)
{
    static const uint8_t rgb[12] = { 0, 0, 0, 100, 100, 100, 200, 200, 200, 60, 60, 60 };
    static const uint8_t index[4] = { 0, 1, 1, 2 };
    ax_raster p = { .h = 2, .w = 2, .pixels = rgb, .seen_h = 2, .seen_w = 2 };
    uint8_t out[48];
    ax_raster_scale(&p, 1, 1, out);
    assert_int_equal(out[0], 90);
    ax_raster_scale(&p, 2, 2, out);
    assert_memory_equal(out, rgb, 12);
    ax_raster_scale(&p, 4, 4, out); /* half-pixel centres: a quarter from each */
    assert_true(out[0] == 0 && out[3] == 25 && out[6] == 75 && out[9] == 100 &&
                out[15] == (100 * 3 + 200 * 3 + 60) / 16);
    p.pixels = index;
    p.colors = 3;
    for (int i = 0; i < 3; i++)
        memset(p.palette[i], 50 * i, 3);
    ax_raster_scale(&p, 4, 4, out);
    assert_true(out[0] == 0 && out[3] == 0 && out[6] == 50 && out[45] == 100 && out[36] == 50);
    p.top = p.left = p.seen_h = p.seen_w = 1;
    ax_raster_scale(&p, 1, 2, out);
    assert_true(out[0] == 100 && out[3] == 100);
}

TEST(a_canvas_carries_them)
{
    static ax_canvas c;
    ax_canvas_init(&c, &ax_glyphs_unicode);
    assert_int_equal(ax_canvas_resize(&c, 10, 20, NULL), AX_OK);
    ax_pane p = ax_pane_of(&c, (ax_rect) { 2, 3, 6, 12 });
    ax_raster pic = { .at = { 1, 1, 2, 4 }, .h = 1, .w = 1, .owned = malloc(3) };
    pic.pixels = pic.owned;
    ax_pane_picture(p, &pic); /* nothing can show it */
    assert_int_equal(c.pictures, 0);
    c.graphics = true;
    pic.owned = malloc(3);
    pic.at.cols = 12; /* extends past the pane */
    ax_pane_picture(p, &pic);
    assert_int_equal(c.pictures, 0);
    pic.owned = malloc(3);
    pic.pixels = pic.owned;
    pic.at.cols = 4;
    ax_pane_picture(p, &pic);
    assert_true(c.pictures == 1 && c.picture[0].at.row == 3 && c.picture[0].at.col == 4);
    assert_true(c.cell[3 * 20 + 4].picture == 1 && c.cell[4 * 20 + 7].picture == 1 && c.cell[5 * 20 + 4].picture == 0);
    ax_pane_put(p, 1, 2, 'x', AX_ROLE_TEXT); /* text over it */
    assert_int_equal(c.cell[3 * 20 + 5].picture, 0);
    ax_pane_picture(p, &(ax_raster) { .at = { 1, 1, 2, 4 }, .h = 1, .w = 1, .pixels = pic.pixels });
    ax_pane_kept *kept = ax_pane_take(p); /* later drawn over an erased canvas */
    assert_non_null(kept);
    ax_canvas_erase(&c);
    assert_true(c.pictures == 0 && c.cell[3 * 20 + 4].picture == 0);
    ax_pane_put_back(p, kept);
    assert_true(c.pictures == 2 && c.cell[3 * 20 + 4].picture == 2 && c.picture[0].owned == pic.owned);
    ax_canvas_release(&c);
}

TEST(skeletons_lie_over_the_image)
{
    static ax_maskfile m;
    static ax_canvas c;
    const ax_mask_window whole = { .zoom = 0 };
    assert_true(ax_made_masks(AX_TASK_POSE, &m));
    ax_canvas_init(&c, &ax_glyphs_unicode);
    assert_int_equal(ax_canvas_resize(&c, 20, 80, NULL), AX_OK);
    c.graphics = true;
    assert_int_equal(ax_mask_draw(ax_pane_of(&c, (ax_rect) { 0, 0, 20, 80 }), &m, 0, &whole, true, NULL), AX_OK);
    assert_int_equal(c.pictures, 3);
    const ax_raster *truth = &c.picture[1];
    size_t n = (size_t)m.h * (size_t)m.w, drawn = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *line = m.truth[0] + 3 * i, *got = truth->pixels + 3 * i;
        bool black = !line[0] && !line[1] && !line[2];
        drawn += !black;
        for (int k = 0; k < 3; k++)
            assert_int_equal(got[k], black ? m.rgb[0][3 * i + (size_t)k] / 2 : line[k]);
    }
    assert_true(drawn > 50);
    ax_canvas_release(&c);
    ax_maskfile_release(&m);
}

int main(void)
{
    return RUN_TESTS(it_fits_and_is_as_large_as_can_be, high_windows_have_two_rows, classes_are_counted,
                     the_worst_comes_first, pictures_are_scaled, a_canvas_carries_them, skeletons_lie_over_the_image);
}
