#include "viz/axis.h"
#include "viz/curve.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

TEST(the_domain_doubles)
{
    static const size_t n[][2] = { { 0, 16 }, { 16, 16 }, { 17, 32 }, { 33, 64 }, { 1284, 2048 }, { 2048, 2048 } };
    for (size_t i = 0; i < sizeof n / sizeof *n; i++)
        assert_int_equal(ax_curve_domain(n[i][0]), n[i][1]);
}

TEST(windows_stay_inside)
{
    ax_curve_window w = { .width = 0 };
    ax_curve_pan(&w, 300, 1);
    assert_int_equal(w.width, 0); /* the whole range can't be moved */
    ax_curve_zoom(&w, 300, 1);
    assert_int_equal(w.width, 256); /* of 512 values, with the newest among them */
    assert_true(w.from <= 300 && w.from + w.width >= 300);
    for (int i = 0; i < 9; i++)
        ax_curve_zoom(&w, 300, 1);
    assert_int_equal(w.width, 16);
    assert_true(w.from <= 300 && w.from + w.width >= 300);
    for (int i = 0; i < 99; i++)
        ax_curve_pan(&w, 300, -1);
    assert_int_equal(w.from, 0);
    for (int i = 0; i < 99; i++)
        ax_curve_pan(&w, 300, 1);
    assert_int_equal(w.from, 512 - 16);
    for (int i = 0; i < 4; i++)
        ax_curve_zoom(&w, 300, -1);
    assert_int_equal(w.width, 256);
    assert_true(w.from + w.width <= 512);
    ax_curve_zoom(&w, 300, -1);
    assert_int_equal(w.width, 0);
}

TEST(the_average_is_unbiased)
{
    double y[6] = { 0.5, 0.5, NAN, 0.5, 1.0, NAN }, out[6];
    ax_curve_ema((ax_series) { y, 6 }, 0.9, out);
    for (int i = 0; i < 4; i++)
        assert_true(fabs(out[i] - 0.5) < 1e-12); /* a constant stays constant, starting with its first value */
    double weights = 1 - pow(0.9, 4), expected = (0.1 * 0.5 * (0.9 + 0.81 + 0.729) + 0.1 * 1.0) / weights;
    assert_true(fabs(out[4] - expected) < 1e-12);
    assert_true(out[5] == out[4]);
    double none[2] = { NAN, 0.25 };
    ax_curve_ema((ax_series) { none, 2 }, 0.97, out);
    assert_true(isnan(out[0]) && fabs(out[1] - 0.25) < 1e-12);
}

TEST(axes_have_round_ticks_on_rows)
{
    for (int rows = 2; rows < 60; rows++)
        for (int i = 0; i < 400; i++) {
            double lo = -1 + i * 0.013, hi = lo + pow(10, i % 9 - 6);
            ax_axis a = ax_axis_fit(lo, hi, rows);
            assert_true(a.lo <= lo + a.step * 1e-6 && a.hi >= hi - a.step * 1e-6);
            assert_true(a.every >= 2 && a.every <= 4);
            assert_true(fabs(a.lo / a.step - round(a.lo / a.step)) < 1e-6);
            double digits = a.step / pow(10, floor(log10(a.step) + 1e-9));
            assert_true(fabs(digits - 1) < 1e-6 || fabs(digits - 2) < 1e-6 || fabs(digits - 5) < 1e-6);
            assert_int_equal(ax_axis_row(&a, a.lo, rows), rows - 1);
            if (rows > a.every)
                assert_int_equal(ax_axis_row(&a, a.lo + a.step, rows), rows - 1 - a.every);
        }
    ax_axis a = ax_axis_fit(0.3, 0.3, 10);
    assert_true(a.lo < 0.3 && a.hi > 0.3);
    a = ax_axis_fit(0.08, 0.56, 5); /* with few lines none is wasted */
    assert_true(a.hi - a.lo < 0.7);
}

/* What can't be negative has no axis below 0, and shares have none above 1. */
TEST(axes_stay_within_what_is_possible)
{
    static const double most[] = { 0, 0.01, 0.04, 0.3, 0.97, 1 };
    for (int rows = 2; rows < 60; rows++)
        for (size_t i = 0; i < sizeof most / sizeof *most; i++)
            for (int k = 0; k < 4; k++) {
                double least = most[i] * k / 3;
                ax_axis a = ax_axis_fit(least, most[i], rows);
                assert_true(a.lo >= 0);
                ax_axis_end(&a, 1);
                assert_true(a.lo <= least + 1e-9 && a.hi >= most[i] - 1e-9 && a.hi < 1 + 1e-6 && a.lo < a.hi);
            }
    ax_axis a = ax_axis_fit(-0.3, -0.3, 10);
    assert_true(a.lo < -0.3 && a.hi > -0.3);
    a = ax_axis_fit_log(1, 1, 10);
    ax_axis_end(&a, 1);
    assert_true(a.lo < 1 && a.hi < 1 + 1e-6);
}

/* Checks the labels of the y axis in the rows of a plot; returns the greatest. */
static double greatest_label(const ax_canvas *c, int rows)
{
    double greatest = -1;
    for (int r = 0; r < rows; r++) {
        char label[AX_AXIS_LABEL] = "", *end;
        for (int k = 0; k < AX_AXIS_LABEL - 1; k++)
            label[k] = (char)c->cell[r * c->cols + k].code;
        double y = strtod(label, &end);
        assert_true(end == label || (y >= 0 && y <= 1));
        greatest = end == label ? greatest : fmax(greatest, y);
    }
    return greatest;
}

/* Shares that are 0 throughout, those up to 1, and a single one at x 0. */
TEST(plots_of_shares_are_labelled_from_0_to_1)
{
    const double none[3] = { 0, 0, 0 }, all[3] = { 0, 0.5, 1 }, x[1] = { 0 };
    ax_canvas canvas;
    ax_err err;
    ax_chart_scale scale;
    ax_canvas_init(&canvas, &ax_glyphs_ascii);
    for (int rows = 6; rows < 40; rows++)
        for (int k = 0; k < 3; k++) {
            ax_chart c = { .shares = true, .n = 1 };
            c.layer[0] =
                (ax_layer) { AX_MARK_LINE, .x = k == 2 ? x : NULL, .y = k == 1 ? all : none, .n = k == 2 ? 1 : 3 };
            assert_int_equal(ax_canvas_resize(&canvas, rows, 60, &err), AX_OK);
            ax_canvas_erase(&canvas);
            ax_pane p = ax_pane_of(&canvas, (ax_rect) { .rows = rows, .cols = 60 });
            assert_int_equal(ax_chart_draw(p, &c, &scale, &err), AX_OK);
            assert_true(scale.x.left >= 0);
            double greatest = greatest_label(&canvas, rows - 2);
            assert_true(k == 1 ? greatest == 1 : greatest >= 0);
        }
    ax_canvas_release(&canvas);
}

/* Labels have five columns: small negative values keep their sign, and large ones their first digits. */
TEST(labels_are_whole)
{
    static const struct {
        double y[2];
        const char *least;
    } of[] = { { { -0.03, 0.004 }, "-.030" }, { { 120, 190 }, "  120" }, { { -150, -20 }, " -160" } };
    ax_canvas canvas;
    ax_err err;
    ax_chart_scale scale;
    ax_canvas_init(&canvas, &ax_glyphs_ascii);
    for (size_t k = 0; k < sizeof of / sizeof *of; k++) {
        ax_chart c = { .n = 1 };
        char label[AX_AXIS_LABEL] = "";
        c.layer[0] = (ax_layer) { AX_MARK_LINE, .y = of[k].y, .n = 2 };
        assert_int_equal(ax_canvas_resize(&canvas, 19, 60, &err), AX_OK);
        ax_canvas_erase(&canvas);
        ax_pane p = ax_pane_of(&canvas, (ax_rect) { .rows = 19, .cols = 60 });
        assert_int_equal(ax_chart_draw(p, &c, &scale, &err), AX_OK);
        for (int i = 0; i < AX_AXIS_LABEL - 1; i++)
            label[i] = (char)canvas.cell[16 * 60 + i].code;
        assert_string_equal(label, of[k].least);
    }
    ax_canvas_release(&canvas);
}

static void draw(ax_canvas *c, int rows, int cols, ax_series s)
{
    ax_err err;
    assert_int_equal(ax_canvas_resize(c, rows, cols, &err), AX_OK);
    ax_chart_scale scale;
    ax_curve_how how = { .decay = 0.97 };
    assert_int_equal(ax_curve_draw(ax_pane_of(c, (ax_rect) { .rows = rows, .cols = cols }), s, &how, &scale, &err),
                     AX_OK);
}

TEST(curves_of_any_size_and_content)
{
    enum { MOST = 5000 };
    double *y = malloc(MOST * sizeof *y);
    assert_non_null(y);
    for (int i = 0; i < MOST; i++)
        y[i] = i % 7 == 3 ? NAN : i % 100 == 50 ? INFINITY : 0.5 + 0.4 * sin(i * 0.01);
    static const size_t count[] = { 0, 1, 2, 15, 16, 17, 300, MOST };
    for (int ascii = 0; ascii < 2; ascii++) {
        ax_canvas c;
        ax_canvas_init(&c, ascii ? &ax_glyphs_ascii : &ax_glyphs_unicode);
        for (int rows = 1; rows < 40; rows += 3)
            for (int cols = 1; cols < 200; cols += 11)
                for (size_t k = 0; k < sizeof count / sizeof *count; k++)
                    draw(&c, rows, cols, (ax_series) { y, count[k] });
        ax_canvas_release(&c);
    }
    free(y);
}

static int count_role(const ax_canvas *c, ax_role role)
{
    int n = 0;
    for (int i = 0; i < c->rows * c->cols; i++)
        n += c->cell[i].role == role && c->cell[i].code != ' ';
    return n;
}

/* One outlier among thousands is still drawn, even on the best line. */
TEST(outliers_survive)
{
    enum { N = 4096 };
    double *y = malloc(N * sizeof *y);
    assert_non_null(y);
    for (int i = 0; i < N; i++)
        y[i] = 0.5;
    y[1000] = 0.9;
    y[3000] = 0.1;
    ax_canvas c;
    ax_canvas_init(&c, &ax_glyphs_unicode);
    draw(&c, 20, 60, (ax_series) { y, N });
    assert_int_equal(count_role(&c, AX_ROLE_POINT), 1);
    assert_true(count_role(&c, AX_ROLE_CURVE) >= 38); /* before the first outlier the best line covers it */
    assert_true(count_role(&c, AX_ROLE_BEST) > 20);
    ax_canvas_release(&c);
    free(y);
}

/* Thousands of normally distributed values form one band without holes in the middle. */
TEST(a_bell_is_one_band)
{
    enum { N = 8000, ROWS = 24, COLS = 80 };
    double *y = malloc(N * sizeof *y);
    assert_non_null(y);
    unsigned seed = 7;
    for (int i = 0; i < N; i++) {
        y[i] = 0;
        for (int k = 0; k < 12; k++)
            y[i] += (double)((seed = seed * 1103515245 + 12345) >> 16 & 0x7fff) / 0x7fff / 12;
    }
    for (int ascii = 0; ascii < 2; ascii++) {
        ax_canvas c;
        ax_canvas_init(&c, ascii ? &ax_glyphs_ascii : &ax_glyphs_unicode);
        draw(&c, ROWS, COLS, (ax_series) { y, N });
        for (int col = AX_AXIS_LABEL; col < AX_AXIS_LABEL + 70; col++) {
            int n = 0, most = 0; /* cells in a row; single values at the tails may stand apart */
            for (int row = 0; row < ROWS - 2; row++) {
                bool any = c.cell[row * COLS + col].code != ' ';
                n = any ? n + 1 : 0;
                most = n > most ? n : most;
            }
            assert_true(most >= 8);
        }
        ax_canvas_release(&c);
    }
    free(y);
}

/* The best line has no gaps, neither at steps nor where points lie on it. */
TEST(the_best_line_is_joined)
{
    enum { N = 1000, ROWS = 30, COLS = 100 };
    double y[N];
    for (int i = 0; i < N; i++)
        y[i] = i % 125 == 60 ? 0.2 + 0.7 * i / N : 0.05 * (i % 3);
    for (int ascii = 0; ascii < 2; ascii++) {
        ax_canvas c;
        ax_canvas_init(&c, ascii ? &ax_glyphs_ascii : &ax_glyphs_unicode);
        draw(&c, ROWS, COLS, (ax_series) { y, N });
        int low = -1, cols = 0; /* the line's lowest and highest position in the column before */
        int high = -1;
        for (int col = AX_AXIS_LABEL + 6; col < COLS; col++) { /* starting at the first step */
            int top = -1, bottom = -1, n = 0;
            for (int row = 0; row < ROWS - 2; row++)
                if (c.cell[row * COLS + col].role == AX_ROLE_BEST) {
                    top = top < 0 ? row : top;
                    bottom = row;
                    n++;
                }
            if (top < 0)
                continue;
            assert_int_equal(n, bottom - top + 1);
            if (cols++)
                assert_true(bottom >= high && bottom <= low && top <= high);
            high = top;
            low = bottom;
        }
        assert_true(cols > 80);
        ax_canvas_release(&c);
    }
}

int main(void)
{
    return RUN_TESTS(the_domain_doubles, windows_stay_inside, the_average_is_unbiased, axes_have_round_ticks_on_rows,
                     axes_stay_within_what_is_possible, plots_of_shares_are_labelled_from_0_to_1, labels_are_whole,
                     curves_of_any_size_and_content, outliers_survive, a_bell_is_one_band, the_best_line_is_joined);
}
