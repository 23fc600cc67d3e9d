/* Colours with different meanings stay distinct for people who can't see red or green. */
#include "viz/theme.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

static double linear(uint8_t v)
{
    double c = v / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* Linear RGB as seen by a protanope or a deuteranope: Vienot, Brettel and Mollon (1999), their matrix in RGB. */
static void seen(const uint8_t rgb[3], int kind, double out[3])
{
    static const double matrix[2][3][3] = {
        { { 0.11238, 0.88762, 0 }, { 0.11238, 0.88762, 0 }, { 0.00401, -0.00401, 1 } },
        { { 0.29275, 0.70725, 0 }, { 0.29275, 0.70725, 0 }, { -0.02234, 0.02234, 1 } },
    };
    for (int r = 0; r < 3; r++) {
        out[r] = 0;
        for (int c = 0; c < 3; c++)
            out[r] += matrix[kind][r][c] * linear(rgb[c]);
        out[r] = cbrt(fmax(out[r], 0)); /* roughly the perceived lightness */
    }
}

static double apart(int a, int b, int kind)
{
    uint8_t rgb[2][3];
    double s[2][3], d = 0;
    ax_theme_rgb(a, rgb[0]);
    ax_theme_rgb(b, rgb[1]);
    seen(rgb[0], kind, s[0]);
    seen(rgb[1], kind, s[1]);
    for (int i = 0; i < 3; i++)
        d += (s[0][i] - s[1][i]) * (s[0][i] - s[1][i]);
    return sqrt(d);
}

TEST(colors_are_told_apart_without_red_and_green)
{
    static const ax_role sets[][4] = { { AX_ROLE_GOOD, AX_ROLE_WARN, AX_ROLE_BAD, AX_ROLE_TEXT },
                                       { AX_ROLE_CURVE, AX_ROLE_BEST, AX_ROLE_TEXT, AX_ROLE_TEXT },
                                       { AX_ROLE_POINT, AX_ROLE_BEST, AX_ROLE_TEXT, AX_ROLE_TEXT },
                                       { AX_ROLE_RUNNING, AX_ROLE_WARN, AX_ROLE_BAD, AX_ROLE_TEXT } };
    for (int t = 0; ax_theme_at(t); t++)
        for (size_t k = 0; k < sizeof sets / sizeof *sets; k++)
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < i; j++) {
                    int a = ax_theme_at(t)->color[sets[k][i]], b = ax_theme_at(t)->color[sets[k][j]];
                    if (a < 0 || b < 0)
                        continue;
                    for (int kind = 0; kind < 2; kind++)
                        if (apart(a, b, kind) < 0.12)
                            fail_msg("theme %s: roles %d and %d, kind %d: %.3f", ax_theme_at(t)->name, sets[k][i],
                                     sets[k][j], kind, apart(a, b, kind));
                }
    /* a red and a green that look the same would fail, one pair for each kind */
    assert_true(apart(AX_RGB(0xc83c14), AX_RGB(0x6e7314), 0) < 0.12);
    assert_true(apart(AX_RGB(0xc03030), AX_RGB(0x707030), 1) < 0.12);
}

TEST(a_terminal_gets_the_colors_it_has)
{
    assert_string_equal(ax_theme_for(0)->name, "mono");
    assert_string_equal(ax_theme_for(8)->name, "8");
    assert_string_equal(ax_theme_for(256)->name, "256");
    assert_string_equal(ax_theme_for(1 << 24)->name, "true");
    assert_null(ax_theme_named("dark"));
    assert_int_equal(ax_theme_fit(-1, 8), -1);
    assert_int_equal(ax_theme_fit(3, 256), 3);
    assert_int_equal(ax_theme_fit(214, 256), 214);
    assert_int_equal(ax_theme_fit(AX_RGB(0xffaf00), 256), 214);
    assert_int_equal(ax_theme_fit(214, 8), 3);
    assert_int_equal(ax_theme_fit(214, 1 << 24), 0xffaf00);
    for (int t = 0; ax_theme_at(t); t++)
        for (int role = 0; role < AX_ROLE_COUNT; role++) {
            int color = ax_theme_fit(ax_look_of(ax_theme_at(t), (ax_role)role).color, 8);
            assert_true(color >= -1 && color < 8);
        }
    for (int role = 0; role < AX_ROLE_COUNT; role++)
        assert_int_equal(ax_look_of(ax_theme_named("mono"), (ax_role)role).color, -1);
}

int main(void)
{
    return RUN_TESTS(colors_are_told_apart_without_red_and_green, a_terminal_gets_the_colors_it_has);
}
