#include "data/picture.h"

#include "data/augment.h"
#include "data/image_cache.h"
#include "data/order.h"

#include <stdlib.h>

typedef struct picture_source {
    ax_set_source from; /* must be first */
    ax_picture_load load;
    ax_image_cache *kept; /* images of training, then those of validation */
} picture_source;

void ax_picture_release(ax_picture *p)
{
    free(p->rgb);
    free(p->truth);
    *p = (ax_picture) { 0 };
}

static void close_source(ax_source *s)
{
    picture_source *p = (picture_source *)s;
    ax_image_cache_free(p->kept);
    p->from.items.free_set(p->from.items.set);
    free(p);
}

/* Loads image `image` of a split; *owned: its memory is the caller's, else it is borrowed. */
static ax_code take_picture(picture_source *p, ax_split split, uint64_t image, ax_picture *out, bool *owned,
                            ax_err *err)
{
    const ax_source_info *info = &p->from.base.info;
    size_t i = (size_t)image + (split == AX_SPLIT_TRAIN ? 0 : info->n_train);
    *owned = !ax_image_cache_get(p->kept, i, out);
    ax_code code = *owned ? p->load(p->from.items.set, split, image, out, err) : AX_OK;
    if (code != AX_OK || !*owned)
        return code;
    size_t bytes = (size_t)out->h * (size_t)out->w * 3 + info->task.task->truth_bytes(&info->task, out->h, out->w);
    *owned = !ax_image_cache_put(p->kept, i, out, bytes);
    return AX_OK;
}

static ax_code sample(ax_source *s, const ax_sample_spec *spec, uint64_t index, ax_sample *out, ax_err *err)
{
    picture_source *p = (picture_source *)s;
    ax_picture picture = { 0 };
    uint64_t image = ax_sample_image(spec, ax_set_source_count(s, spec->split), index);
    bool owned = false;
    ax_code code = take_picture(p, spec->split, image, &picture, &owned, err);
    if (code == AX_OK)
        code = ax_augment(&picture, &s->info.task, spec, index, out, err);
    out->image_index = image;
    if (owned)
        ax_picture_release(&picture);
    return code;
}

static ax_code picture(ax_source *s, ax_split split, uint64_t index, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err)
{
    picture_source *p = (picture_source *)s;
    ax_picture loaded = { 0 };
    ax_code code = p->load(p->from.items.set, split, index % ax_set_source_count(s, split), &loaded, err);
    if (code == AX_OK) {
        *rgb = loaded.rgb;
        *h = loaded.h;
        *w = loaded.w;
        loaded.rgb = NULL;
    }
    ax_picture_release(&loaded);
    return code;
}

static void keep(ax_source *s, size_t bytes)
{
    ax_image_cache_limit(((picture_source *)s)->kept, bytes);
}

static const ax_source_ops ops = {
    .close = close_source, .sample = sample, .picture = picture, .keep = keep, AX_SET_SOURCE_OPS
};

void *ax_picture_source_set(ax_source *s, ax_picture_load load)
{
    const picture_source *p = (picture_source *)s;
    return s->ops == &ops && p->load == load ? p->from.items.set : NULL;
}

ax_source *ax_picture_source_new(const ax_source_info *info, const ax_item_set *items, ax_picture_load load,
                                 ax_err *err)
{
    picture_source *p = calloc(1, sizeof *p);
    if (!p) {
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
        items->free_set(items->set);
        return NULL;
    }
    *p = (picture_source) { { { &ops, *info }, *items }, load, ax_image_cache_new(info->n_train + info->n_val, err) };
    if (!p->kept) {
        close_source(&p->from.base);
        return NULL;
    }
    return &p->from.base;
}
