/* Depth as colours, and depth maps of other sizes. */
#include "engine/task/depth/draw.h"
#include "engine/task/depth/map.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const ax_depth_span ten = { 1, 10 };

/* Luminance of an sRGB colour; CIE 1931. */
static double luminance(const uint8_t rgb[3])
{
    static const double weight[3] = { 0.2126, 0.7152, 0.0722 };
    double y = 0;
    for (int c = 0; c < 3; c++) {
        double v = rgb[c] / 255.0;
        y += weight[c] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return y;
}

static double lightness(float metres)
{
    uint8_t rgb[3];
    ax_depth_color(metres, ten, rgb);
    return 116 * cbrt(luminance(rgb)) - 16;
}

/* Greater depths are darker; equal ratios are equal steps of L*. */
TEST(evenly)
{
    double last = lightness(1);
    assert_true(fabs(last - 90) < 1);
    for (int k = 1; k <= 50; k++) {
        double now = lightness((float)pow(10, k / 50.0));
        if (fabs(last - now - 74.0 / 50) > 0.6)
            fail_msg("step %d: from L* %g to %g", k, last, now);
        last = now;
    }
    assert_true(fabs(last - 16) < 1);
}

TEST(ends_and_holes)
{
    const float depth[] = { 1, 0.5f, 10, 90, 0, NAN, INFINITY, -1 };
    const uint8_t near[3] = { 251, 226, 119 }, far[3] = { 0, 34, 103 }, missing[3] = { 208, 208, 208 };
    const uint8_t *const want[] = { near, near, far, far, missing, missing, missing, missing };
    uint8_t rgb[8 * 3];
    ax_depth_draw(depth, 8, ten, rgb);
    for (int i = 0; i < 8; i++)
        assert_memory_equal(rgb + 3 * i, want[i], 3);
}

TEST(spans)
{
    const float depth[] = { 0, 4, NAN, 2, INFINITY, 7.5f, -3 };
    ax_depth_span s = ax_depth_span_of(depth, 7);
    assert_true(s.near == 2 && s.far == 7.5f);
    s = ax_depth_span_of(depth, 1);
    assert_true(s.near == 1 && s.far == 10);
    s = ax_depth_span_of(depth + 1, 1);
    assert_true(s.near < 4 && s.far > 4);
    char text[64];
    assert_string_equal(ax_depth_caption((ax_depth_span) { 0.75f, 12 }, text), "0.75 m yellow to 12 m blue");
}

TEST(errors)
{
    const float p[] = { 2, 3, 9, 1, NAN, 5 }, t[] = { 2, 2, 2, 2, 2, 0 };
    const uint8_t want[][3] = { { 0, 0, 0 },      { 255, 80, 50 },  { 255, 80, 50 },
                                { 70, 130, 255 }, { 70, 130, 255 }, { 208, 208, 208 } };
    uint8_t rgb[6][3];
    ax_depth_draw_error(p, t, 6, rgb[0]);
    for (int i = 0; i < 6; i++)
        assert_memory_equal(rgb[i], want[i], 3);
    ax_depth_draw_error((const float[]) { 2.4f }, t, 1, rgb[0]);
    assert_true(rgb[0][0] > 80 && rgb[0][0] < 160);
}

/* The rendered numbers of the scale: 0.8m at the left end, 12m at the right. */
TEST(scale_bar)
{
    enum { H = 48, W = 60, LABEL = H - 4 - 7 };
    uint8_t rgb[H][W][3];
    memset(rgb, 77, sizeof rgb);
    ax_depth_draw_scale(rgb[0][0], H, W, (ax_depth_span) { 0.8f, 12 });
    static const char *const left[] = { " ###     ###     ", " # #     # # ### ", " # #     ### ### ",
                                        " # #     # # # # ", " ###  #  ### # # " };
    static const char *const right[] = { " #  ###     ", "##    # ### ", " #  ### ### ", " #  #   # # ",
                                         "### ### # # " };
    for (int r = 0; r < 5; r++) {
        for (int x = 0; left[r][x]; x++)
            assert_int_equal(rgb[LABEL + 1 + r][x][0], left[r][x] == '#' ? 255 : 0);
        for (int x = 0, n = (int)strlen(right[r]); x < n; x++)
            if (rgb[LABEL + 1 + r][W - n + x][0] != (right[r][x] == '#' ? 255 : 0))
                fail_msg("right label: row %d, column %d", r, x);
    }
    const uint8_t near[3] = { 251, 226, 119 }, far[3] = { 0, 34, 103 };
    assert_memory_equal(rgb[H - 1][0], near, 3);
    assert_memory_equal(rgb[H - 4][W - 1], far, 3);
    for (int y = 0; y < LABEL; y++)
        for (int x = 0; x < W; x++)
            assert_int_equal(rgb[y][x][0], 77);

    /* no room: nothing */
    memset(rgb, 77, sizeof rgb);
    ax_depth_draw_scale(rgb[0][0], 40, W, (ax_depth_span) { 0.8f, 12 });
    ax_depth_draw_scale(rgb[0][0], H, 20, (ax_depth_span) { 0.8f, 12 });
    for (int y = 0; y < H; y++)
        for (int x = 0; x < 3 * W; x++)
            assert_int_equal(rgb[y][x / 3][x % 3], 77);
}

TEST(nearest)
{
    const float in[4 * 6] = {
        0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 30, 31, 32, 33, 34, 35
    };
    float out[2 * 3], up[2 * 4], same[4 * 6];
    ax_depth_resize(in, 4, 6, out, 2, 3);
    assert_memory_equal(out, ((const float[]) { 11, 13, 15, 31, 33, 35 }), sizeof out);
    ax_depth_resize(in, 1, 2, up, 2, 4);
    assert_memory_equal(up, ((const float[]) { 0, 0, 1, 1, 0, 0, 1, 1 }), sizeof up);
    ax_depth_resize(in, 4, 6, same, 4, 6);
    assert_memory_equal(same, in, sizeof same);
}

int main(void)
{
    return RUN_TESTS(evenly, ends_and_holes, spans, errors, scale_bar, nearest);
}
