#include "engine/train/val_batch.h"

#include "engine/base/cacheline.h"
#include "engine/train/trainer_internal.h"

#include <stdlib.h>
#include <string.h>

static size_t tap_count(const ax_val_batch *b, int k) /* elements of one image's tap */
{
    return ax_tap_size(&b->t->encoder.taps, k, b->h, b->w);
}

static size_t image_count(const ax_val_batch *b) /* elements of one image */
{
    return (size_t)b->h * (size_t)b->w * 3;
}

static int taps(const ax_val_batch *b)
{
    return b->images ? 0 : b->t->encoder.taps.n;
}

/* Allocates zeros: the last batch may not be full. */
static float *make_input(const ax_val_batch *b, size_t count, ax_err *err)
{
    float *mem = ax_lines_zero((size_t)b->n * count * sizeof *mem);
    if (!mem)
        ax_fail(err, AX_ENOMEM, "no memory to evaluate %d images of %dx%d", b->n, b->h, b->w);
    return mem;
}

static ax_code open_on_host(ax_val_batch *b, ax_plan *plan, ax_err *err)
{
    if (b->images)
        return (b->image = make_input(b, image_count(b), err)) ? ax_plan_bind(plan, "image", b->image, err) : err->code;
    ax_code code = AX_OK;
    for (int k = 0; k < taps(b) && code == AX_OK; k++) {
        b->tap[k] = make_input(b, tap_count(b, k), err);
        code = b->tap[k] ? ax_plan_bind(plan, ax_tap_name(k), b->tap[k], err) : err->code;
    }
    return code;
}

static ax_code run_gather(void *batch, ax_err *err)
{
    const ax_val_batch *b = batch;
    return b->t->be->gather(b->t->dev, &b->at_once, err);
}

static ax_code open_on_device(ax_val_batch *b, ax_plan *plan, size_t first, ax_err *err)
{
    const size_t n = (size_t)b->n;
    if (!(b->place = calloc(n, sizeof *b->place)))
        return ax_fail(err, AX_ENOMEM, "no memory to evaluate %zu images", n);
    if (!(b->index = b->t->be->alloc(b->t->dev, n * sizeof *b->index, err)) ||
        !ax_resident_val_gatherer(b->t->resident_val, plan, first, n, b->index, &b->at_once, err))
        return err->code;
    ax_plan_run_before(plan, run_gather, b);
    return AX_OK;
}

ax_code ax_val_batch_open(ax_val_batch *b, ax_plan *plan, size_t first, ax_err *err)
{
    return b->t->resident_val && !b->images ? open_on_device(b, plan, first, err) : open_on_host(b, plan, err);
}

void ax_val_batch_close(ax_val_batch *b)
{
    for (int k = 0; k < AX_MAX_TAPS; k++) {
        free(b->tap[k]);
        b->tap[k] = NULL;
    }
    free(b->image);
    free(b->place);
    if (b->index)
        b->t->be->release(b->t->dev, b->index);
    b->image = NULL;
    b->index = b->place = NULL;
    b->at_once.parts = 0;
}

/* Tells the device which images to gather; places beyond them keep what they had. */
static ax_code tell(ax_val_batch *b, size_t first, size_t done, bool mirrored, ax_err *err)
{
    const uint32_t at = ax_resident_val_place(b->t->resident_val, first, mirrored);
    for (size_t i = 0; i < done; i++)
        b->place[i] = at + (uint32_t)i;
    return b->t->be->copy(b->t->dev, b->index, b->place, (size_t)b->n * sizeof *b->index, AX_TO_DEVICE, err);
}

static void take_taps(ax_val_batch *b, size_t i, const float *const *tap)
{
    for (int k = 0; k < taps(b); k++)
        memcpy(b->tap[k] + i * tap_count(b, k), tap[k], tap_count(b, k) * sizeof(float));
}

/* Image i of the batch is the next one of the stream, which must be the cache's. */
static ax_code take_image(ax_val_batch *b, size_t i, size_t image, void *stream, ax_err *err)
{
    const ax_source *source = b->t->source;
    const ax_cache_item item = ax_cache_get(b->t->val, image);
    ax_sample s = { 0 };
    ax_code code = source->ops->next(stream, &s, err);
    if (code == AX_OK && (s.h != item.h || s.w != item.w))
        code = ax_fail(err, AX_EFORMAT, "%s: validation image %zu has changed its size", source->info.spec, image);
    if (code == AX_OK)
        memcpy(b->image + i * image_count(b), s.image, image_count(b) * sizeof(float));
    ax_sample_release(&s);
    return code;
}

ax_code ax_val_batch_fill(ax_val_batch *b, size_t first, size_t done, void *stream, ax_err *err)
{
    ax_code code = AX_OK;
    if (b->at_once.parts)
        return tell(b, first, done, false, err);
    for (size_t i = 0; i < done && code == AX_OK; i++)
        if (b->images)
            code = take_image(b, i, first + i, stream, err);
        else
            take_taps(b, i, ax_cache_get(b->t->val, first + i).tap);
    return code;
}

ax_code ax_val_batch_mirror(ax_val_batch *b, size_t first, size_t done, ax_err *err)
{
    if (b->at_once.parts)
        return tell(b, first, done, true, err);
    for (size_t i = 0; i < done; i++)
        if (b->images)
            ax_image_mirror(b->image + i * image_count(b), b->h, b->w);
        else
            take_taps(b, i, ax_cache_get(b->t->val, first + i).mirrored);
    return AX_OK;
}
