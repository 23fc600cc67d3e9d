#include "data/rle.h"

#include "data/image.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

/* Characters per number: 7 hold 35 bits, more than any difference of two runs of an image. */
enum { GROUP_BITS = 5, MOST_GROUPS = 7 };

/* The start of the next run, in a mask filled column by column. */
typedef struct painter {
    uint8_t *mask;
    int32_t h, w, row, column;
    int64_t left; /* remaining pixels */
    uint8_t value;
    size_t run; /* number of the next run, from 0 */
} painter;

ax_code ax_mask_size_check(int64_t h, int64_t w, ax_err *err)
{
    if (h < 1 || w < 1 || h > AX_IMAGE_MAX_SIDE || w > AX_IMAGE_MAX_SIDE || h * w > AX_IMAGE_MAX_PIXELS)
        return ax_fail(err, AX_EFORMAT, "a mask of %" PRId64 " x %" PRId64 " pixels", w, h);
    return AX_OK;
}

static ax_code painter_init(painter *p, uint8_t *mask, int32_t h, int32_t w, ax_err *err)
{
    *p = (painter) { .mask = mask, .h = h, .w = w, .left = (int64_t)h * w };
    return ax_mask_size_check(h, w, err);
}

static ax_code paint(painter *p, int64_t run, ax_err *err)
{
    if (run < 0)
        return ax_fail(err, AX_EFORMAT, "run %zu is negative", p->run);
    if (run > p->left)
        return ax_fail(err, AX_EFORMAT, "the runs go past the end of a mask of %d x %d pixels", (int)p->w, (int)p->h);
    for (int64_t i = 0; i < run; i++) {
        p->mask[(int64_t)p->row * p->w + p->column] = p->value;
        if (++p->row == p->h)
            p->row = 0, p->column++;
    }
    p->left -= run;
    p->value = !p->value;
    p->run++;
    return AX_OK;
}

static ax_code painter_end(const painter *p, ax_err *err)
{
    if (p->left)
        return ax_fail(err, AX_EFORMAT, "the runs cover all but %" PRId64 " pixel%s of a mask of %d x %d", p->left,
                       p->left == 1 ? "" : "s", (int)p->w, (int)p->h);
    return AX_OK;
}

ax_code ax_rle_decode(const double *counts, size_t n, int32_t h, int32_t w, uint8_t *mask, ax_err *err)
{
    painter p;
    ax_code code = painter_init(&p, mask, h, w, err);
    for (size_t i = 0; i < n && code == AX_OK; i++) {
        if (!(fabs(counts[i]) <= AX_IMAGE_MAX_PIXELS) || counts[i] != floor(counts[i]))
            return ax_fail(err, AX_EFORMAT, "run %zu isn't a whole number of pixels of an image", i);
        code = paint(&p, (int64_t)counts[i], err);
    }
    return code == AX_OK ? painter_end(&p, err) : code;
}

/* Decodes the number at text[*at] and moves *at behind it. */
static ax_code read_number(const char *text, size_t n, size_t *at, int64_t *out, ax_err *err)
{
    int64_t value = 0;
    for (int group = 0; group < MOST_GROUPS; group++) {
        if (*at == n)
            return ax_fail(err, AX_EFORMAT, "the string of runs ends within a number");
        int bits = (unsigned char)text[*at] - 48;
        if (bits < 0 || bits > 63)
            return ax_fail(err, AX_EFORMAT, "character %zu of the string of runs isn't one of '0' to 'o'", *at);
        ++*at;
        int64_t place = (int64_t)1 << (GROUP_BITS * group);
        value += (bits & 31) * place;
        if (bits & 32)
            continue;
        *out = bits & 16 ? value - 32 * place : value;
        return AX_OK;
    }
    return ax_fail(err, AX_EFORMAT, "a number in the string of runs is too long, at character %zu", *at);
}

ax_code ax_rle_decode_string(const char *text, size_t n, int32_t h, int32_t w, uint8_t *mask, ax_err *err)
{
    painter p;
    int64_t last = 0, before = 0, run = 0;
    ax_code code = painter_init(&p, mask, h, w, err);
    for (size_t at = 0; at < n && code == AX_OK;) {
        code = read_number(text, n, &at, &run, err);
        if (code != AX_OK)
            break;
        run += p.run > 2 ? before : 0;
        code = paint(&p, run, err);
        before = last;
        last = run;
    }
    return code == AX_OK ? painter_end(&p, err) : code;
}

size_t ax_mask_area(const uint8_t *mask, int32_t h, int32_t w)
{
    size_t area = 0;
    for (int64_t i = 0; i < (int64_t)h * w; i++)
        area += mask[i] != 0;
    return area;
}

void ax_mask_box(const uint8_t *mask, int32_t h, int32_t w, int32_t box[4])
{
    int32_t x0 = w, y0 = h, x1 = -1, y1 = -1;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            if (!mask[(int64_t)y * w + x])
                continue;
            x0 = x < x0 ? x : x0;
            x1 = x > x1 ? x : x1;
            y0 = y < y0 ? y : y0;
            y1 = y;
        }
    bool empty = y1 < 0;
    box[0] = empty ? 0 : x0;
    box[1] = empty ? 0 : y0;
    box[2] = empty ? 0 : x1 - x0 + 1;
    box[3] = empty ? 0 : y1 - y0 + 1;
}
