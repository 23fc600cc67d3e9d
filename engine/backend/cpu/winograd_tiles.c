#include "engine/backend/cpu/winograd_tiles.h"

#include <stdlib.h>
#include <string.h>

enum {
    OUT = AX_WINOGRAD_OUT,
    SIZES = AX_WINOGRAD_SIZES,
};

/* The tile sizes that may cover an axis, one bit each. */
typedef unsigned cover;
enum { COVERS = 1 << SIZES };

static int32_t points_of(const int32_t tiles[SIZES])
{
    int32_t n = 0;
    for (int s = 0; s < SIZES; s++)
        n += (OUT + 2 - s) * tiles[s];
    return n;
}

/* Numbers of tiles of each size for n outputs in a row, with the fewest points: some smaller ones, then the largest
   allowed size. */
static void cover_row(int32_t n, cover may, int32_t tiles[SIZES])
{
    int largest = 0, least = INT32_MAX;
    while (!(may >> largest & 1))
        largest++;
    for (int32_t threes = 0; threes <= (largest < 1 && may & 2 ? OUT - 1 : 0); threes++)
        for (int32_t twos = 0; twos <= (largest < 2 && may & 4 ? OUT - 1 : 0); twos++) {
            int32_t all[SIZES] = { 0, threes, twos }, rest = n - (OUT - 1) * threes - (OUT - 2) * twos;
            all[largest] += rest > 0 ? (rest + OUT - largest - 1) / (OUT - largest) : 0;
            if (points_of(all) >= least)
                continue;
            least = points_of(all);
            memcpy(tiles, all, sizeof all);
        }
}

static int32_t rows_from(int32_t size, int32_t dilation, int32_t first)
{
    return (size - first + dilation - 1) / dilation;
}

static void cover_axis(int32_t size, int32_t dilation, cover may, int32_t tiles[SIZES])
{
    memset(tiles, 0, SIZES * sizeof *tiles);
    for (int32_t r = 0; r < dilation && r < size; r++) {
        int32_t row[SIZES];
        cover_row(rows_from(size, dilation, r), may, row);
        for (int s = 0; s < SIZES; s++)
            tiles[s] += row[s];
    }
}

/* Points of the filters for all tile sizes in use. */
static int32_t filter_points(const int32_t tiles[SIZES])
{
    int32_t used[SIZES];
    for (int s = 0; s < SIZES; s++)
        used[s] = tiles[s] > 0;
    return points_of(used);
}

/* Chooses the covers of both axes with the least work; returns an image's products. The transform of the filters is
   counted as if spread over a fixed number of images, not the batch, since an image's result must not depend on the
   batch. */
static int64_t best_cover(const ax_conv_shape *g, cover *y, cover *x)
{
    enum { IMAGES = 4, FILTER = 5 };
    int32_t rows[COVERS][SIZES], columns[COVERS][SIZES];
    int64_t least = INT64_MAX, products = 0;
    for (cover i = 1; i < COVERS; i++) {
        cover_axis(g->h, g->dilation, i, rows[i]);
        cover_axis(g->w, g->dilation, i, columns[i]);
    }
    for (cover i = 1; i < COVERS; i++)
        for (cover k = 1; k < COVERS; k++) {
            int64_t all = (int64_t)points_of(rows[i]) * points_of(columns[k]);
            int64_t cost = IMAGES * all + (int64_t)FILTER * filter_points(rows[i]) * filter_points(columns[k]);
            if (cost >= least)
                continue;
            least = cost;
            products = all;
            *y = i;
            *x = k;
        }
    return products;
}

bool ax_cpu_winograd_fits(const ax_device *dev, const ax_conv_shape *g)
{
    /* with few channels the transforms cost more than they save */
    return dev->winograd && g->kernel == 3 && g->stride == 1 && g->pad == g->dilation && g->ci >= 16 && g->co >= 8 &&
           g->ci <= AX_WINOGRAD_CHANNELS && g->co <= AX_WINOGRAD_CHANNELS;
}

double ax_cpu_winograd_products(const ax_conv_shape *g)
{
    cover y = 0, x = 0;
    return (double)best_cover(g, &y, &x);
}

static ax_code axis_init(ax_winograd_axis *a, int32_t size, int32_t dilation, cover may, ax_err *err)
{
    cover_axis(size, dilation, may, a->tiles);
    int32_t *to[SIZES];
    for (int s = 0; s < SIZES; s++)
        if (!(to[s] = a->start[s] = calloc((size_t)a->tiles[s] + 1, sizeof *to[s])))
            return ax_fail(err, AX_ENOMEM, "out of memory");
    for (int32_t r = 0; r < dilation && r < size; r++) {
        int32_t row[SIZES], at = r;
        cover_row(rows_from(size, dilation, r), may, row);
        for (int s = 0; s < SIZES; s++)
            for (int32_t i = 0; i < row[s]; i++, at += (OUT - s) * dilation)
                *to[s]++ = at;
    }
    return AX_OK;
}

ax_code ax_cpu_winograd_init(ax_winograd *w, const ax_conv_shape *g, ax_err *err)
{
    cover y = 0, x = 0;
    *w = (ax_winograd) { .g = *g };
    best_cover(g, &y, &x);
    ax_code code = axis_init(&w->y, g->h, g->dilation, y, err);
    if (code == AX_OK)
        code = axis_init(&w->x, g->w, g->dilation, x, err);
    if (code != AX_OK)
        ax_cpu_winograd_release(w);
    return code;
}

void ax_cpu_winograd_release(ax_winograd *w)
{
    for (int s = 0; s < SIZES; s++) {
        free(w->y.start[s]);
        free(w->x.start[s]);
    }
    memset(w, 0, sizeof *w);
}

ax_winograd_parts ax_cpu_winograd_parts(const ax_winograd *w)
{
    ax_winograd_parts all = { .n = 0 };
    for (int i = 0; i < AX_WINOGRAD_PARTS; i++) {
        int sy = i / AX_WINOGRAD_SIZES, sx = i % AX_WINOGRAD_SIZES;
        if (!w->y.tiles[sy] || !w->x.tiles[sx])
            continue;
        ax_winograd_part *p = &all.part[all.n++];
        *p = (ax_winograd_part) { .oy = AX_WINOGRAD_OUT - sy,
                                  .ox = AX_WINOGRAD_OUT - sx,
                                  .y = w->y.start[sy],
                                  .x = w->x.start[sx],
                                  .rows = (size_t)w->y.tiles[sy],
                                  .columns = (size_t)w->x.tiles[sx],
                                  .products = (size_t)((AX_WINOGRAD_IN - sy) * (AX_WINOGRAD_IN - sx)),
                                  .before = all.products };
        all.products += p->products;
    }
    return all;
}
