#include "data/people.h"

#include "data/jitter.h"
#include "data/order.h"
#include "engine/base/normalise.h"
#include "engine/base/rng.h"
#include "engine/task/pose/pose_spec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANY_CROP = 256 }; /* default side of a sample */

typedef struct people_source {
    ax_set_source from; /* must be first */
    ax_people_set of;
} people_source;

static void close_source(ax_source *s)
{
    people_source *p = (people_source *)s;
    p->from.items.free_set(p->from.items.set);
    free(p);
}

static double clip(double v, double lo, double hi)
{
    return fmin(fmax(v, lo), hi);
}

/* Random change of a sample. */
typedef struct change {
    double scale, rotation;
    bool mirror;
} change;

/* Drawn in the order scale, rotation, mirror, used or not; depends only on (seed, index). */
static change draw_change(const ax_people_set *of, const ax_sample_spec *spec, uint64_t index)
{
    const double f = of->scale, r = of->rotation;
    ax_rng rng = ax_rng_new(spec->seed, index);
    double scale = clip(1 + f * ax_rng_normal(&rng), 1 - f, 1 + f), turns = ax_rng_uniform(&rng);
    double rotation = clip(r * ax_rng_normal(&rng), -2 * r, 2 * r), mirror = ax_rng_uniform(&rng);
    if (!spec->random_crop) /* unchanged persons: for judging, in any split */
        return (change) { 1, 0, false };
    return (change) { scale, turns < .6 ? rotation : 0, spec->mirror && mirror < .5 };
}

/* Cuts out the person: pixels {h,w,3} of the sample, and its key points. */
static void cut_person(const people_source *p, const ax_people_one *one, const change *c, ax_sample *out,
                       uint8_t *pixels)
{
    ax_pose_truth *truth = out->truth;
    const ax_skeleton *s = p->of.skeleton;
    ax_person person = one->truth.person;
    *truth = one->truth;
    memcpy(truth->point, truth->in_image, sizeof truth->point);
    person.scale[0] *= c->scale;
    person.scale[1] *= c->scale;
    if (c->mirror) {
        ax_keypoints_mirror(s, one->w, truth->point);
        person.centre[0] = one->w - 1 - person.centre[0];
    }
    ax_affine to_crop =
        ax_affine_to_crop(ax_pose_protocol_of(&p->from.base.info.task), &person, c->rotation, out->w, out->h);
    ax_affine back = ax_affine_inverse(&to_crop);
    for (int k = 0; k < s->n; k++) {
        double at[2];
        ax_affine_apply(&to_crop, truth->point[k].x, truth->point[k].y, at);
        truth->point[k].x = at[0];
        truth->point[k].y = at[1];
    }
    if (c->mirror) { /* the image itself isn't mirrored, so its other side is read */
        for (int i = 0; i < 3; i++)
            back.m[0][i] = -back.m[0][i];
        back.m[0][2] += one->w - 1;
    }
    ax_affine_crop(&back, one->rgb, one->h, one->w, pixels, out->h, out->w);
}

static ax_code make_sample(const people_source *p, const ax_people_one *one, const change *c, ax_sample *out,
                           ax_err *err)
{
    size_t n = (size_t)out->h * (size_t)out->w * 3;
    uint8_t *pixels = malloc(n);
    out->image = malloc(n * sizeof *out->image);
    out->truth = malloc(sizeof(ax_pose_truth));
    ax_code code = pixels && out->image && out->truth
                       ? AX_OK
                       : ax_fail(err, AX_ENOMEM, "no memory for a sample of %dx%d", (int)out->w, (int)out->h);
    if (code == AX_OK) {
        cut_person(p, one, c, out, pixels);
        for (size_t i = 0; i < n; i++)
            out->image[i] = ax_normalise((float)pixels[i], i % 3);
    } else {
        ax_sample_release(out);
    }
    free(pixels);
    return code;
}

static ax_code sample(ax_source *s, const ax_sample_spec *spec, uint64_t index, ax_sample *out, ax_err *err)
{
    people_source *p = (people_source *)s;
    ax_people_one one = { 0 };
    uint64_t number = ax_sample_image(spec, ax_set_source_count(s, spec->split), index);
    const change c = draw_change(&p->of, spec, index);
    int32_t crop = s->info.task.of.pose.crop ? s->info.task.of.pose.crop : ANY_CROP;
    *out = (ax_sample) { .image_index = number, .h = spec->h ? spec->h : crop, .w = spec->w ? spec->w : crop };
    ax_code code = p->of.load(p->from.items.set, spec->split, number, &one, err);
    one.truth.number = number;
    out->y = (ax_cut) { one.h, 0, 1 };
    out->x = (ax_cut) { one.w, 0, 1 };
    if (code == AX_OK)
        code = make_sample(p, &one, &c, out, err);
    if (code == AX_OK)
        ax_jitter(out, spec, index);
    free(one.owned);
    return code;
}

static ax_code picture(ax_source *s, ax_split split, uint64_t index, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err)
{
    people_source *p = (people_source *)s;
    ax_people_one one = { 0 };
    ax_code code = p->of.load(p->from.items.set, split, index % ax_set_source_count(s, split), &one, err);
    if (code != AX_OK)
        return code;
    *h = one.h;
    *w = one.w;
    *rgb = one.owned;
    if (one.owned)
        return AX_OK;
    size_t n = (size_t)one.h * (size_t)one.w * 3;
    if (!(*rgb = malloc(n)))
        return ax_fail(err, AX_ENOMEM, "no memory for a picture of %dx%d", (int)one.w, (int)one.h);
    memcpy(*rgb, one.rgb, n);
    return AX_OK;
}

static void keep(ax_source *s, size_t bytes)
{
    const people_source *p = (people_source *)s;
    if (p->of.keep)
        p->of.keep(p->from.items.set, bytes);
}

static const ax_source_ops ops = {
    .close = close_source, .sample = sample, .picture = picture, .keep = keep, AX_SET_SOURCE_OPS
};

ax_source *ax_people_source_new(size_t n_train, size_t n_val, const ax_item_set *items, const ax_people_set *what,
                                ax_err *err)
{
    people_source *p = calloc(1, sizeof *p);
    if (!p) {
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
        items->free_set(items->set);
        return NULL;
    }
    ax_source *s = &p->from.base;
    s->ops = &ops;
    s->info.n_train = n_train;
    s->info.n_val = n_val;
    p->from.items = *items;
    p->of = *what;
    ax_pose_spec_of(&s->info.task, what->skeleton);
    return s;
}

void *ax_people_source_set(ax_source *s, ax_people_load load)
{
    const people_source *p = (const people_source *)s;
    return s->ops == &ops && p->of.load == load ? p->from.items.set : NULL;
}
