/* The data that a trainer reads before the first step, and during training. */
#include "engine/train/batch.h"
#include "engine/train/trainer_internal.h"

#include <stdlib.h>

/* Whether the caches may be made while the first candidate needs them: only when no other worker waits for them. A
   separate device encodes faster than the cores decode, and would wait. */
static bool fills_during_training(const ax_trainer *t)
{
    return t->settings.workers == 1 && !t->be->separate;
}

/* Opens the cache in the order of the first epoch. */
static ax_cache *begin_train_cache(ax_trainer *t, const ax_cache_spec *spec, ax_err *err)
{
    uint32_t *order = malloc(spec->count * sizeof *order);
    if (!order) {
        ax_fail(err, AX_ENOMEM, "no memory for a trainer");
        return NULL;
    }
    ax_batch_order(order, (uint32_t)spec->count, (uint64_t)t->settings.seed, 0);
    ax_cache *c = ax_cache_begin(t->cache_dir, spec, order, t->be, t->dev, err);
    free(order);
    return c;
}

/* The teacher is needed only to compute missing cache items, and for the cache's name. */
static ax_code open_train_cache(ax_trainer *t, ax_cache_spec *spec, ax_cache_progress progress, void *context,
                                ax_err *err)
{
    spec->samples = ax_trainer_crops(t, 1);
    spec->count = (size_t)t->settings.train_samples;
    if (ax_trainer_has_teacher(&t->settings)) {
        if (!(spec->teacher = ax_teacher_open(t->settings.teacher, t->source, t->be, t->dev, err)))
            return err->code;
        t->teacher_key = ax_teacher_key(spec->teacher);
    }
    /* Weighted outputs need the targets of all crops. */
    bool all_first = spec->teacher || t->source->info.task.weighted;
    t->train = !all_first && fills_during_training(t)
                   ? begin_train_cache(t, spec, err)
                   : ax_cache_open(t->cache_dir, spec, t->be, t->dev, progress, context, err);
    ax_teacher_free(spec->teacher);
    spec->teacher = NULL;
    return t->train ? AX_OK : err->code;
}

/* Computes the weights of the outputs from the targets of stage 1. */
static ax_code weigh_outputs(ax_trainer *t, ax_err *err)
{
    ax_task_spec *task = &t->source->info.task;
    size_t n = ax_cache_count(t->train);
    const void **target = task->weighted ? malloc(n * sizeof *target) : NULL;
    if (!task->weighted)
        return AX_OK;
    if (!target)
        return ax_fail(err, AX_ENOMEM, "no memory for the weights of %zu crops", n);
    int32_t h = 0, w = 0;
    for (size_t i = 0; i < n; i++) {
        ax_cache_item item = ax_cache_get(t->train, i);
        target[i] = item.target[0];
        h = item.h / 4; /* size of the finest tap */
        w = item.w / 4;
    }
    ax_code code = task->task->weigh(task, target, n, h, w, err);
    free(target);
    return code == AX_OK ? code : ax_fail_prefix(err, t->source->info.spec);
}

static void describe_validation(const ax_trainer *t, ax_cache_spec *spec)
{
    spec->samples = t->val_spec;
    spec->count = t->source->info.n_val;
    spec->mirrored = t->settings.val_flip;
    if (t->settings.val_samples && (size_t)t->settings.val_samples < spec->count)
        spec->count = (size_t)t->settings.val_samples;
}

/* Data that changed while being read are neither the old nor the new data. */
static ax_code check_unchanged(ax_trainer *t, ax_err *err)
{
    ax_fingerprint now;
    ax_code code = ax_source_failed(t->source->ops->fingerprint(t->source, &now, err), err);
    if (code == AX_OK && now.data != t->data.data)
        code = ax_fail(err, AX_EDATA, "%s: its files changed while they were read", t->source->info.spec);
    return code;
}

ax_code ax_trainer_ensure_crops(ax_trainer *t, const uint32_t *crop, size_t n, ax_err *err)
{
    if (ax_cache_is_complete(t->train))
        return AX_OK;
    ax_code code = ax_cache_ensure(t->train, crop, n, err);
    return code == AX_OK && ax_cache_is_complete(t->train) ? check_unchanged(t, err) : code;
}

/* Surveys the validation images in order: the size of the first, how many follow with the same size, and the size of
   their cache. */
typedef struct counting {
    int32_t h, w;
    size_t images, same, bytes;
} counting;

static void count_size(const ax_trainer *t, counting *c, int32_t h, int32_t w)
{
    unsigned extras = t->settings.val_flip ? AX_CACHE_MIRRORED : 0;
    if (!c->images) {
        c->h = h;
        c->w = w;
    }
    c->same += c->same == c->images && h == c->h && w == c->w;
    c->images++;
    c->bytes += ax_cache_item_bytes(&t->source->info.task, &t->encoder.taps, h, w, extras);
}

/* Images that aren't cut to one size must be read to know their size, which takes a fraction of the time to encode
   them. */
static ax_code count_sizes(const ax_trainer *t, const ax_cache_spec *spec, counting *c, ax_err *err)
{
    ax_source *source = t->source;
    const ax_sample_spec *s = &spec->samples;
    void *stream = s->h ? NULL : source->ops->stream(source, s, NULL, 0, spec->count, spec->threads, err);
    ax_code code = s->h || stream ? AX_OK : ax_source_failed(err->code, err);
    for (size_t i = 0; i < spec->count && code == AX_OK; i++) {
        ax_sample sample = { .h = s->h, .w = s->w };
        if (stream)
            code = ax_source_failed(source->ops->next(stream, &sample, err), err);
        if (code == AX_OK)
            count_size(t, c, sample.h, sample.w);
        ax_sample_release(&sample);
    }
    if (stream)
        source->ops->stream_close(stream);
    return code;
}

static ax_cache_spec cache_spec(ax_trainer *t)
{
    return (ax_cache_spec) {
        .source = t->source, .encoder = &t->encoder, .data = t->data, .threads = ax_trainer_loaders(t)
    };
}

ax_code ax_trainer_ensure_validation(ax_trainer *t, ax_err *err)
{
    if (t->val)
        return AX_OK;
    ax_cache_spec spec = cache_spec(t);
    describe_validation(t, &spec);
    if (!(t->val = ax_cache_open(t->cache_dir, &spec, t->be, t->dev, NULL, NULL, err)))
        return err->code;
    return check_unchanged(t, err);
}

/* Opens the validation cache or postpones that; its sizes are known in either case. */
static ax_code open_validation(ax_trainer *t, ax_cache_progress progress, void *context, ax_err *err)
{
    ax_cache_spec spec = cache_spec(t);
    counting c = { .images = 0 };
    ax_code code = AX_OK;
    describe_validation(t, &spec);
    t->val = fills_during_training(t) ? ax_cache_open_complete(t->cache_dir, &spec)
                                      : ax_cache_open(t->cache_dir, &spec, t->be, t->dev, progress, context, err);
    if (!t->val && !fills_during_training(t))
        return err->code;
    for (size_t i = 0; t->val && i < spec.count; i++)
        count_size(t, &c, ax_cache_get(t->val, i).h, ax_cache_get(t->val, i).w);
    if (!t->val)
        code = count_sizes(t, &spec, &c, err);
    t->sizes = (ax_trainer_sizes) {
        .val_h = c.h,
        .val_w = c.w,
        .val_images = c.same,
        .cache = ax_cache_bytes(t->train) + ax_cache_head_bytes(spec.count) + c.bytes,
    };
    return code;
}

ax_code ax_trainer_open_caches(ax_trainer *t, ax_cache_progress progress, void *context, ax_err *err)
{
    ax_code code = ax_source_failed(t->source->ops->fingerprint(t->source, &t->data, err), err);
    if (code != AX_OK)
        return code;
    ax_cache_spec spec = cache_spec(t);
    code = open_train_cache(t, &spec, progress, context, err);
    if (code == AX_OK)
        code = weigh_outputs(t, err);
    if (code == AX_OK)
        code = open_validation(t, progress, context, err);
    return code == AX_OK ? check_unchanged(t, err) : code;
}

ax_code ax_trainer_estimate_sizes(ax_trainer *t, ax_err *err)
{
    const ax_settings *s = &t->settings;
    ax_cache_spec spec = { .source = t->source };
    ax_sample first = { .h = t->val_spec.h, .w = t->val_spec.w };
    ax_code code = AX_OK;
    if (!first.h)
        code = ax_source_failed(t->source->ops->sample(t->source, &t->val_spec, 0, &first, err), err);
    if (code != AX_OK)
        return code;
    describe_validation(t, &spec);
    int32_t crop = (int32_t)s->crop;
    const ax_task_spec *task = &t->source->info.task;
    t->sizes = (ax_trainer_sizes) {
        .val_h = first.h,
        .val_w = first.w,
        .val_images = spec.count,
        .cache = ax_cache_bytes_of(task, &t->encoder.taps, (size_t)s->train_samples, crop, crop,
                                   ax_trainer_has_teacher(s) ? AX_CACHE_TEACHER : 0) +
                 ax_cache_bytes_of(task, &t->encoder.taps, spec.count, first.h, first.w,
                                   s->val_flip ? AX_CACHE_MIRRORED : 0),
    };
    ax_sample_release(&first);
    return AX_OK;
}
