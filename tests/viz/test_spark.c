#include "viz/spark.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

static void check(const ax_glyphs *glyphs, const char *want)
{
    static const float y[8] = { 0, 1, 2, 3, NAN, 5, 6, 8 };
    ax_canvas c;
    ax_str out;
    ax_canvas_init(&c, glyphs);
    ax_str_init(&out, 0);
    assert_int_equal(ax_canvas_resize(&c, 1, 8, NULL), AX_OK);
    ax_spark_draw(ax_pane_of(&c, (ax_rect) { 0, 0, 1, 8 }), 0, y, 8, 0, 8, AX_ROLE_CURVE);
    ax_canvas_text(&c, &out);
    assert_string_equal(out.text, want);
    ax_str_release(&out);
    ax_canvas_release(&c);
}

TEST(heights)
{
    check(&ax_glyphs_unicode, "\u2581\u2582\u2583\u2584 \u2586\u2587\u2588\n");
    check(&ax_glyphs_ascii, "_.-: +*#\n");
}

TEST(ranges)
{
    double lo = INFINITY, hi = -INFINITY;
    const float none[2] = { NAN, NAN }, some[3] = { NAN, -1, 2 };
    assert_false(ax_spark_range(none, 2, &lo, &hi));
    assert_true(ax_spark_range(some, 3, &lo, &hi));
    assert_true(lo == -1 && hi == 2);
}

int main(void)
{
    return RUN_TESTS(heights, ranges);
}
