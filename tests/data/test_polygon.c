/* Polygons: invalid ones are refused, and random ones are compared with a walk along every point of the outline. */
#include "data/polygon.h"
#include "engine/base/rng.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { H = 23, W = 31, VERTICES = 12, POINTS = 20000 };

TEST(test_refused)
{
    static const struct {
        double xy[7];
        size_t n;
        const char *says;
    } bad[] = {
        { { 1, 1, 5, 1, 5, 5, 3 }, 7, "a polygon of 7 numbers, which aren't pairs" },
        { { 1, 1, 5, 5 }, 4, "a polygon of 2 vertices; it has at least 3" },
        { { 0 }, 0, "a polygon of 0 vertices; it has at least 3" },
        { { 1, 1, NAN, 1, 5, 5 }, 6, "vertex 1 of a polygon is at nan" },
        { { 1, 1, 5, 1, 5, -INFINITY }, 6, "vertex 2 of a polygon is at -inf" },
        { { 1, 1, 5, 1, 2e7, 5 }, 6, "vertex 2 of a polygon is at 2e+07" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ax_err err = { AX_OK, "" };
        uint8_t mask[H * W] = { 0 };
        assert_int_equal(ax_polygon_add(bad[i].xy, bad[i].n, H, W, mask, &err), AX_EFORMAT);
        assert_string_equal(err.msg, bad[i].says);
        for (size_t k = 0; k < sizeof mask; k++)
            assert_int_equal(mask[k], 0);
    }
    static const double good[] = { 1, 1, 5, 1, 5, 5 };
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_polygon_add(good, 6, 0, W, NULL, &err), AX_EFORMAT);
}

/* Vertices as far away as allowed: it stays fast and nothing overflows. */
TEST(test_far)
{
    static const double xy[] = { -1e7, -1e7, 1e7, -1e7, 1e7, 1e7, -1e7, 1e7 };
    uint8_t mask[H * W] = { 0 };
    assert_int_equal(ax_polygon_add(xy, 8, H, W, mask, NULL), AX_OK);
    for (size_t k = 0; k < sizeof mask; k++)
        assert_int_equal(mask[k], 1);
}

typedef struct walk {
    int u[POINTS], v[POINTS];
    size_t n;
} walk;

/* Every point of an edge, drawn from the lower end of its longer axis. */
static void walk_edge(walk *path, int ax, int ay, int bx, int by)
{
    int dx = abs(bx - ax), dy = abs(by - ay), n = dx >= dy ? dx : dy;
    bool back = dx >= dy ? ax > bx : ay > by;
    int u0 = back ? bx : ax, v0 = back ? by : ay, u1 = back ? ax : bx, v1 = back ? ay : by;
    double slope = n == 0 ? 0 : dx >= dy ? (double)(v1 - v0) / dx : (double)(u1 - u0) / dy;
    for (int i = 0; i <= n; i++) {
        int t = back ? n - i : i;
        assert_true(path->n < POINTS);
        path->u[path->n] = dx >= dy ? u0 + t : (int)(u0 + slope * t + .5);
        path->v[path->n++] = dx >= dy ? (int)(v0 + slope * t + .5) : v0 + t;
    }
}

static void by_walking(const double *xy, size_t vertices, uint8_t *mask)
{
    static walk path;
    uint8_t border[W * H + 1] = { 0 };
    path.n = 0;
    for (size_t i = 0; i < vertices; i++) {
        size_t k = (i + 1) % vertices;
        walk_edge(&path, (int)(5 * xy[2 * i] + .5), (int)(5 * xy[2 * i + 1] + .5), (int)(5 * xy[2 * k] + .5),
                  (int)(5 * xy[2 * k + 1] + .5));
    }
    for (size_t i = 1; i < path.n; i++) {
        int x = path.u[i] < path.u[i - 1] ? path.u[i] : path.u[i - 1];
        int v = path.v[i] < path.v[i - 1] ? path.v[i] : path.v[i - 1];
        if (path.u[i] == path.u[i - 1] || x < 2 || (x - 2) % 5 || (x - 2) / 5 >= W)
            continue;
        double row = (v + .5) / 5 - .5;
        row = ceil(row < 0 ? 0 : row > H ? H : row);
        border[(x - 2) / 5 * H + (int)row] ^= 1;
    }
    uint8_t in = 0;
    for (int i = 0; i < W * H; i++) {
        in ^= border[i];
        mask[i % H * W + i / H] = in;
    }
}

TEST(test_random)
{
    ax_rng rng = ax_rng_new(5, 0);
    size_t ones = 0;
    for (int i = 0; i < 3000; i++) {
        double xy[2 * VERTICES];
        size_t n = 3 + ax_rng_below(&rng, VERTICES - 2);
        double span = i % 3 ? 1 : 4; /* some are mostly outside the image */
        for (size_t k = 0; k < 2 * n; k++) {
            double v = (ax_rng_uniform(&rng) * 1.4 - .2 - .5) * span + .5;
            xy[k] = (k % 2 ? H : W) * v;
            xy[k] = i % 2 ? floor(xy[k]) + .5 * (double)ax_rng_below(&rng, 2) : xy[k];
        }
        uint8_t want[H * W], got[H * W] = { 0 };
        by_walking(xy, n, want);
        assert_int_equal(ax_polygon_add(xy, 2 * n, H, W, got, NULL), AX_OK);
        if (memcmp(want, got, sizeof got))
            fail_msg("polygon %d differs", i);
        for (size_t k = 0; k < sizeof got; k++)
            ones += got[k];
    }
    assert_in_range(ones, 3000 * H * W / 8, 3000 * H * W * 7 / 8);
}

int main(void)
{
    return RUN_TESTS(test_refused, test_far, test_random);
}
