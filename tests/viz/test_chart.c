/* Plots as data: ticks, layers in cells, and SVG. */
#include "viz/chart.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_round(double v)
{
    double digits = v / pow(10, floor(log10(v) + 1e-9));
    for (int d = 1; d < 10; d++)
        if (fabs(digits - d) < 1e-6)
            return true;
    return false;
}

TEST(ticks_are_round_and_few)
{
    double t[AX_TICKS];
    char text[AX_TICK_TEXT];
    for (int most = 1; most <= 20; most++)
        for (int k = 0; k < 60; k++) {
            double lo = 1.7 * pow(1.9, k % 20 - 8), hi = lo * pow(1.6, 1 + k / 2);
            for (int log_scale = 0; log_scale < 2; log_scale++) {
                int n = ax_ticks(lo, hi, log_scale, most, t);
                assert_true(n <= most);
                assert_true(n > 0 || most < 3);
                for (int i = 0; i < n; i++) {
                    assert_true(t[i] >= lo * (1 - 1e-8) && t[i] <= hi * (1 + 1e-8));
                    assert_true(i == 0 || t[i] > t[i - 1]);
                    if (hi > 10 * lo && log_scale)
                        assert_true(is_round(t[i]));
                }
            }
        }
    int n = ax_ticks(1.98e6, 7.9e6, true, 8, t); /* a narrow range: as on a linear axis */
    assert_int_equal(n, 6);
    assert_string_equal(ax_tick_text(t[0], text), "2M");
    assert_string_equal(ax_tick_text(t[5], text), "7M");
    n = ax_ticks(0.02, 30, true, 12, t);
    assert_int_equal(n, 10); /* .02 .05 .1 .2 .5 1 2 5 10 20 */
    assert_string_equal(ax_tick_text(t[0], text), "0.02");
    assert_int_equal(ax_ticks(0, 2048, false, 9, t), 5);
    assert_string_equal(ax_tick_text(t[3], text), "1500");
    assert_string_equal(ax_tick_text(12500, text), "12.5k");
    assert_string_equal(ax_tick_text(-0.25, text), "-0.25");
    assert_string_equal(ax_tick_text(0, text), "0");
    assert_int_equal(ax_ticks(1, 1, false, 9, t), 0);
}

static void draw(const ax_chart *c, ax_canvas *canvas, ax_chart_scale *scale)
{
    ax_err err;
    assert_int_equal(ax_canvas_resize(canvas, 12, 46, &err), AX_OK);
    assert_int_equal(ax_chart_draw(ax_pane_of(canvas, (ax_rect) { .rows = 12, .cols = 46 }), c, scale, &err), AX_OK);
}

static uint32_t code_at(const ax_canvas *c, int row, int col)
{
    return c->cell[row * c->cols + col].code;
}

/* The Braille dots in a column, as bits from the top: lines 0 to 9 of the plot. */
static uint64_t dots_of(const ax_canvas *c, int col)
{
    static const uint8_t bit[2][4] = { { 0x01, 0x02, 0x04, 0x40 }, { 0x08, 0x10, 0x20, 0x80 } };
    uint64_t dots = 0;
    for (int r = 0; r < 10; r++) {
        uint32_t code = code_at(c, r, AX_AXIS_LABEL + col / 2);
        for (int k = 0; k < 4; k++)
            if (code >= 0x2800 && code < 0x2900 && (code & bit[col % 2][k]))
                dots |= 1ull << (4 * r + k);
    }
    return dots;
}

/* However steep the line: the dots of a column touch one another, and those of the next column. */
TEST(lines_have_no_gaps)
{
    static const double x[] = { 0, 4, 5, 9, 10, 30 }, y[] = { 0, 30, 2, 25, 24, 1 };
    ax_chart c = { .n = 1 };
    c.layer[0] = (ax_layer) { AX_MARK_LINE, .x = x, .y = y, .n = 6, .role = AX_ROLE_CURVE };
    ax_canvas canvas;
    ax_chart_scale s;
    ax_canvas_init(&canvas, &ax_glyphs_unicode);
    draw(&c, &canvas, &s);
    uint64_t before = 0;
    int columns = 0;
    for (int col = 0; col < 2 * (46 - AX_AXIS_LABEL); col++) {
        uint64_t dots = dots_of(&canvas, col), low = dots & -dots;
        if (!dots)
            continue;
        assert_true(((dots + low) & dots) == 0); /* one run of set bits */
        assert_true(!before || (dots & (before | before << 1 | before >> 1)));
        before = dots;
        columns++;
    }
    assert_true(columns > 60);
    ax_canvas_release(&canvas);
}

/* A value is at the place that its axis gives, on linear and log axes. */
TEST(values_are_where_the_axes_say)
{
    static const double x[] = { 1, 10, 100 }, y[] = { 0.1, 1, 10 };
    for (int logs = 0; logs < 4; logs++) {
        ax_chart c = { .x = { .left = 1, .right = 100, .log = logs & 1 }, .log_y = logs & 2, .n = 1 };
        c.layer[0] = (ax_layer) { AX_MARK_POINTS, .x = x, .y = y, .n = 3, .glyph = AX_GLYPH_FRONT };
        ax_canvas canvas;
        ax_chart_scale s;
        ax_canvas_init(&canvas, &ax_glyphs_ascii);
        draw(&c, &canvas, &s);
        for (int i = 0; i < 3; i++)
            assert_int_equal(code_at(&canvas, ax_axis_row(&s.y, y[i], 10), AX_AXIS_LABEL + ax_x_col(&s.x, x[i], 40)),
                             'o');
        assert_int_equal(ax_x_col(&s.x, 10, 40), logs & 1 ? 20 : 3);
        if (logs & 2)
            assert_int_equal(ax_axis_row(&s.y, 1, 11), 5);
        ax_chart_crosshair(ax_pane_of(&canvas, (ax_rect) { .rows = 12, .cols = 46 }), &s, 10, 1);
        assert_int_equal(code_at(&canvas, ax_axis_row(&s.y, 1, 10), AX_AXIS_LABEL + ax_x_col(&s.x, 10, 40)), '@');
        ax_canvas_release(&canvas);
    }
}

/* The label in a row: its value, NAN where there is none. */
static double label_of(const ax_canvas *c, int row)
{
    char text[AX_AXIS_LABEL] = "", *end;
    for (int i = 0; i < AX_AXIS_LABEL - 1; i++)
        text[i] = (char)code_at(c, row, i);
    double v = strtod(text, &end);
    return end == text ? (double)NAN : v * (*end == 'k' ? 1e3 : *end == 'M' ? 1e6 : *end == 'G' ? 1e9 : 1);
}

/* However narrow a range is, and however large or small its values: labels aren't cut, and each is in its row. */
TEST(labels_are_whole_and_differ)
{
    ax_canvas canvas;
    ax_canvas_init(&canvas, &ax_glyphs_ascii);
    for (int k = 0; k < 12 * 9 * 8; k++) {
        double most = 7.0 * pow(4.3, k % 12 - 6), range = most * pow(7, -(k / 12) % 9);
        int rows = 6 + 5 * (k / 108 / 2 % 4), log = k / 108 % 2, sign = k % 5 == 0 && !log ? -1 : 1, labels = 0;
        ax_axis a = log        ? ax_axis_fit_log(most - range * 0.9, most, rows)
                    : sign < 0 ? ax_axis_fit(-most, range - most, rows)
                               : ax_axis_fit(most - range, most, rows);
        if (!log && most < 1)
            ax_axis_end(&a, 1);
        assert_int_equal(ax_canvas_resize(&canvas, rows, 46, NULL), AX_OK);
        ax_canvas_erase(&canvas);
        ax_y_axis(ax_pane_of(&canvas, (ax_rect) { .rows = rows, .cols = 46 }), &a);
        double above = INFINITY;
        for (int r = 0; r < rows; r++) {
            double v = label_of(&canvas, r);
            if (isnan(v))
                continue;
            assert_true(v < above);
            assert_int_equal(ax_axis_row(&a, v, rows), r);
            above = v;
            labels++;
        }
        assert_true(labels >= 1);
    }
    ax_canvas_release(&canvas);
}

/* Steps keep their value until the next one; a letter distinguishes lines without colour. */
TEST(steps_hold_their_value)
{
    static const double x[] = { 0, 20, 40 }, y[] = { 0, 1, 1 };
    ax_chart c = { .x = { .left = 0, .right = 40 }, .n = 1 };
    c.layer[0] = (ax_layer) { AX_MARK_STEPS, .x = x, .y = y, .n = 3, .letter = 'a' };
    ax_canvas canvas;
    ax_chart_scale s;
    ax_canvas_init(&canvas, &ax_glyphs_ascii);
    draw(&c, &canvas, &s);
    int low = ax_axis_row(&s.y, 0, 10), high = ax_axis_row(&s.y, 1, 10);
    for (int k = 0; k < 20; k++)
        assert_int_equal(code_at(&canvas, low, AX_AXIS_LABEL + k), 'a');
    for (int k = 20; k < 40; k++)
        assert_int_equal(code_at(&canvas, high, AX_AXIS_LABEL + k), 'a');
    ax_canvas_release(&canvas);
}

TEST(svg_is_well_formed)
{
    static const double y[] = { 0.1, NAN, 0.7, 0.4 }, high[] = { 0.2, 0.3, 0.8, 0.5 };
    ax_chart c = { .y_name = "<y & \"x\">", .n = 4 };
    c.layer[0] = (ax_layer) { AX_MARK_BAND, .y = y, .high = high, .n = 4, .name = "a<b" };
    c.layer[1] = (ax_layer) { AX_MARK_POINTS, .y = y, .n = 4, .role = AX_ROLE_POINT };
    c.layer[2] = (ax_layer) { AX_MARK_LINE, .y = y, .n = 4, .role = AX_ROLE_CURVE };
    c.layer[3] = (ax_layer) { AX_MARK_STEPS, .y = y, .n = 4, .role = AX_ROLE_BEST, .name = "best", .letter = 'A' };
    ax_str out;
    ax_str_init(&out, 0);
    ax_chart_svg(&c, 640, 400, "a & b", &out);
    assert_true(ax_str_ok(&out));
    assert_non_null(strstr(out.text, "&lt;y &amp; &quot;x&quot;&gt;"));
    assert_null(strstr(out.text, "nan"));
    assert_non_null(strstr(out.text, "A  best"));
    int circles = 0;
    for (const char *at = out.text; (at = strstr(at, "<circle")); at++)
        circles++;
    assert_int_equal(circles, 3);
    assert_string_equal(out.text + out.len - 7, "</svg>\n");
    ax_str_release(&out);
}

/* The mouse position gives the value that was drawn there, on both kinds of axis. */
TEST(columns_are_values_and_back)
{
    ax_canvas canvas;
    ax_canvas_init(&canvas, &ax_glyphs_unicode);
    assert_int_equal(ax_canvas_resize(&canvas, 12, 46, NULL), AX_OK);
    const double x[] = { 1e3, 4e4, 2e6 }, y[] = { 1, 2, 3 };
    for (int log = 0; log < 2; log++) {
        ax_chart chart = { .x.log = log, .n = 1 };
        ax_chart_scale s;
        int row, col;
        chart.layer[0] = (ax_layer) { AX_MARK_POINTS, .x = x, .y = y, .n = 3 };
        ax_pane p = ax_pane_of(&canvas, (ax_rect) { .rows = 12, .cols = 46 });
        assert_int_equal(ax_chart_draw(p, &chart, &s, NULL), AX_OK);
        for (int at = AX_AXIS_LABEL; at < 46; at++) {
            assert_true(ax_chart_place(&s, 12, 46, ax_chart_x_at(&s, 46, at), 2, &row, &col));
            assert_int_equal(col, at);
        }
        assert_true(ax_chart_x_at(&s, 46, -50) == s.x.left);
        assert_true(fabs(ax_chart_x_at(&s, 46, 500) - s.x.right) < 1e-6 * s.x.right);
    }
    ax_canvas_release(&canvas);
}

int main(void)
{
    return RUN_TESTS(ticks_are_round_and_few, values_are_where_the_axes_say, labels_are_whole_and_differ,
                     lines_have_no_gaps, steps_hold_their_value, columns_are_values_and_back, svg_is_well_formed);
}
