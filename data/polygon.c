#include "data/polygon.h"

#include "data/rle.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { SCALE = 5, FARTHEST = 10000000 };

typedef struct point {
    int32_t x, y;
} point;

/* Crossings of the outline with the middle of each column: a pixel with an odd number of crossings above it is inside.
   A closed outline crosses each column's middle an even number of times. */
typedef struct crossings {
    int32_t h, first, last; /* range of columns; none: last < first */
    uint8_t *odd;           /* {columns, h + 1}; the last row collects crossings below the image */
} crossings;

static point vertex(const double *xy, size_t i)
{
    return (point) { (int32_t)(SCALE * xy[2 * i] + .5), (int32_t)(SCALE * xy[2 * i + 1] + .5) };
}

static ax_code check(const double *xy, size_t n, ax_err *err)
{
    if (n % 2)
        return ax_fail(err, AX_EFORMAT, "a polygon of %zu number%s, which %s", n, n == 1 ? "" : "s",
                       n == 1 ? "isn't a pair" : "aren't pairs");
    if (n < 6)
        return ax_fail(err, AX_EFORMAT, "a polygon of %zu %s; it has at least 3", n / 2,
                       n / 2 == 1 ? "vertex" : "vertices");
    for (size_t i = 0; i < n; i++)
        if (!(fabs(xy[i]) <= FARTHEST))
            return ax_fail(err, AX_EFORMAT, "vertex %zu of a polygon is at %g", i / 2, xy[i]);
    return AX_OK;
}

/* The middle of a column lies between fine columns 5c + 2 and 5c + 3; v is the upper of the two fine points there. */
static void flip(crossings *c, int32_t column, int32_t v)
{
    double row = (v + .5) / SCALE - .5;
    row = ceil(row < 0 ? 0 : row > c->h ? c->h : row);
    c->odd[(size_t)(column - c->first) * ((size_t)c->h + 1) + (size_t)row] ^= 1;
}

/* The other coordinate of an edge after t steps along its longer extent, in whole fine pixels. */
static int32_t along(int32_t start, double slope, int32_t t)
{
    return (int32_t)(start + slope * t + .5);
}

/* An edge at least as wide as high steps along x. */
static void add_flat(crossings *c, point a, point b, int32_t first, int32_t last)
{
    if (a.x > b.x) {
        point swap = a;
        a = b;
        b = swap;
    }
    double slope = (double)(b.y - a.y) / (b.x - a.x);
    for (int32_t column = first; column <= last; column++) {
        int32_t t = SCALE * column + 2 - a.x;
        if (t < 0 || t >= b.x - a.x)
            continue;
        int32_t v = along(a.y, slope, t), next = along(a.y, slope, t + 1);
        flip(c, column, v < next ? v : next);
    }
}

/* An edge higher than wide steps along y; the step at which x passes a column's middle is found by search, since x is
   monotonic. */
static void add_steep(crossings *c, point a, point b, int32_t first, int32_t last)
{
    if (a.y > b.y) {
        point swap = a;
        a = b;
        b = swap;
    }
    double slope = (double)(b.x - a.x) / (b.y - a.y);
    int32_t steps = b.y - a.y;
    for (int32_t column = first; column <= last; column++) {
        int32_t x = SCALE * column + 2, lo = 0, hi = steps;
        bool from = along(a.x, slope, 0) <= x, to = along(a.x, slope, steps) <= x;
        if (from == to)
            continue;
        while (hi - lo > 1) {
            int32_t mid = lo + (hi - lo) / 2;
            if ((along(a.x, slope, mid) <= x) == from)
                lo = mid;
            else
                hi = mid;
        }
        flip(c, column, a.y + lo);
    }
}

static void add_edge(crossings *c, point a, point b)
{
    int32_t lo = a.x < b.x ? a.x : b.x, hi = a.x < b.x ? b.x : a.x;
    /* limited to columns that it can cross */
    int32_t first = lo / SCALE > c->first ? lo / SCALE : c->first, last = hi / SCALE < c->last ? hi / SCALE : c->last;
    if (lo == hi)
        return;
    if (hi - lo >= abs(b.y - a.y))
        add_flat(c, a, b, first, last);
    else
        add_steep(c, a, b, first, last);
}

static void fill(const crossings *c, uint8_t *mask, int32_t w)
{
    for (int32_t column = c->first; column <= c->last; column++) {
        const uint8_t *odd = c->odd + (size_t)(column - c->first) * ((size_t)c->h + 1);
        uint8_t in = 0;
        for (int32_t row = 0; row < c->h; row++) {
            in ^= odd[row];
            mask[(int64_t)row * w + column] |= in;
        }
    }
}

ax_code ax_polygon_add(const double *xy, size_t n, int32_t h, int32_t w, uint8_t *mask, ax_err *err)
{
    ax_code code = ax_mask_size_check(h, w, err);
    if (code == AX_OK)
        code = check(xy, n, err);
    if (code != AX_OK)
        return code;
    size_t vertices = n / 2;
    int32_t lo = INT32_MAX, hi = INT32_MIN;
    for (size_t i = 0; i < vertices; i++) {
        int32_t x = vertex(xy, i).x;
        lo = x < lo ? x : lo;
        hi = x > hi ? x : hi;
    }
    crossings c = { .h = h, .first = lo < 0 ? 0 : lo / SCALE, .last = hi < 0 ? -1 : hi / SCALE };
    c.last = c.last < w ? c.last : w - 1;
    if (c.last < c.first)
        return AX_OK;
    c.odd = calloc((size_t)(c.last - c.first) + 1, (size_t)h + 1);
    if (!c.odd)
        return ax_fail(err, AX_ENOMEM, "no memory for a polygon");
    for (size_t i = 0; i < vertices; i++)
        add_edge(&c, vertex(xy, i), vertex(xy, (i + 1) % vertices));
    fill(&c, mask, w);
    free(c.odd);
    return AX_OK;
}
