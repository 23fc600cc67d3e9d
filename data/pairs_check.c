/* Checks the headers of a data set's files before anything is computed. */
#include "data/each.h"
#include "data/glance.h"
#include "data/image.h"
#include "data/pairs.h"

#include <stdlib.h>

enum { MOST_THREADS = 8, TRIED = 16 /* of each part */ };

static ax_code other_size(const ax_pair *pair, int32_t image_h, int32_t image_w, int32_t h, int32_t w, ax_err *err)
{
    return ax_fail(err, AX_EFORMAT, "%s: %dx%d, but its image %s is %dx%d", pair->mask, w, h, pair->image, image_w,
                   image_h);
}

/* Whether the two sizes agree when one is turned: decoding decides. */
static ax_code check_turned(const ax_pair *pair, ax_err *err)
{
    uint8_t *rgb = NULL;
    int32_t h = 0, w = 0;
    ax_mask m = { 0 };
    ax_code code = ax_picture_read(pair->image, &rgb, &h, &w, err);
    free(rgb);
    if (code == AX_OK)
        code = ax_mask_read(pair->mask, &m, err);
    free(m.bytes);
    return code != AX_OK || (m.h == h && m.w == w) ? code : other_size(pair, h, w, m.h, m.w, err);
}

/* A mask covers its picture as displayed or as stored (data/image.h). */
static ax_code check_sizes(const ax_pair *pair, const ax_glance *image, const ax_glance *mask, ax_err *err)
{
    if (image->h == mask->h && image->w == mask->w)
        return AX_OK;
    if (image->h == mask->w && image->w == mask->h)
        return check_turned(pair, err);
    return other_size(pair, image->h, image->w, mask->h, mask->w, err);
}

/* A file with a wrong end is decoded, to find out whether pixels are missing. */
static ax_code check_end(const char *path, const ax_glance *g, bool is_mask, ax_err *err)
{
    if (g->ends)
        return AX_OK;
    uint8_t *rgb = NULL;
    int32_t h, w;
    ax_mask m = { 0 };
    ax_code code = is_mask ? ax_mask_read(path, &m, err) : ax_picture_read(path, &rgb, &h, &w, err);
    free(rgb);
    free(m.bytes);
    return code;
}

ax_code ax_pair_check(const ax_pairs *p, const ax_pair *pair, ax_glance *image, ax_glance *mask, ax_err *err)
{
    bool masks = pair->mask && !p->draw;
    ax_code code = ax_glance_read(pair->image, image, err);
    *mask = (ax_glance) { .h = 0 };
    if (code == AX_OK && masks)
        code = ax_glance_read(pair->mask, mask, err);
    if (code == AX_OK && p->metres)
        code = ax_pairs_check_depth(pair, mask, err);
    if (code == AX_OK && masks && mask->jpeg)
        code = ax_fail(err, AX_EFORMAT,
                       "%s: a mask must be a PNG, and this is a JPEG (its compression changes class ids)", pair->mask);
    if (code == AX_OK && masks)
        code = check_sizes(pair, image, mask, err);
    if (code == AX_OK)
        code = check_end(pair->image, image, false, err);
    if (code == AX_OK && masks && !p->metres)
        code = check_end(pair->mask, mask, true, err);
    return code == AX_OK && p->look ? p->look(p, pair, image, err) : code;
}

static ax_code check_one(void *context, int thread, size_t i, ax_err *err)
{
    const ax_pairs *p = context;
    ax_glance image, mask;
    (void)thread;
    const ax_pair *pair = i < p->list[0].n ? &p->list[0].pair[i] : &p->list[1].pair[i - p->list[0].n];
    return ax_pair_check(p, pair, &image, &mask, err);
}

ax_code ax_pairs_check(ax_pairs *p, const ax_dataset_spec *spec, ax_err *err)
{
    if (spec->inspect)
        return AX_OK;
    p->checked = true;
    size_t n = p->list[0].n + p->list[1].n;
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL; s++)
        if (!p->list[s].n)
            return ax_fail(err, AX_EFORMAT, "%s: no images for %s", p->dir,
                           s == AX_SPLIT_TRAIN ? "training"
                           : spec->test        ? "the test"
                                               : "validation");
    return ax_each(n, ax_each_threads(n, MOST_THREADS), check_one, p, err);
}

/* ---- some of the pixels ---- */

/* The i-th of at most TRIED items, spread over a split of n. */
static ax_code try_one(void *context, int thread, size_t i, ax_err *err)
{
    const ax_pairs *p = context;
    const ax_pairlist *list = &p->list[i < TRIED ? AX_SPLIT_TRAIN : AX_SPLIT_VAL];
    size_t k = i % TRIED, some = list->n < TRIED ? list->n : TRIED;
    ax_picture picture = { 0 };
    (void)thread;
    if (k >= some)
        return AX_OK;
    ax_code code = ax_pairs_load(p, &list->pair[k * list->n / some], &picture, err);
    ax_picture_release(&picture);
    return code;
}

ax_code ax_pairs_try(const ax_pairs *p, ax_err *err)
{
    return ax_each(2 * TRIED, ax_each_threads(2 * TRIED, MOST_THREADS), try_one, (void *)(uintptr_t)p, err);
}
