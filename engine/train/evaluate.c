#include "engine/train/evaluate.h"

#include "engine/graph/plan.h"
#include "engine/model/logit_mean.h"
#include "engine/train/device_score.h"
#include "engine/train/pictures.h"
#include "engine/train/trainer_internal.h"
#include "engine/train/val_batch.h"

#include <stdlib.h>
#include <string.h>

/* Images of one size are predicted in batches of about this many pixels: enough to keep the cores busy, and little
   enough to stay below training's memory. */
enum { PIXELS_AT_ONCE = 1 << 18 };

struct ax_evaluation {
    ax_trainer *t;
    ax_decoder_spec spec;
    ax_params *params;
    ax_graph *graph;
    ax_plan *plan;
    int32_t n, h, w;  /* batch and image size of the plan */
    char *prediction; /* n times prediction_bytes */
    size_t prediction_bytes;
    bool end_to_end;
    ax_val_batch inputs;
    bool flip;             /* also predicts the mirrored images */
    ax_device_score there; /* judges on the device where possible; predictions are then read only if needed */
    float *logits;         /* {n,h/4,w/4,outputs}, output of the plan with flip */
    ax_logit_mean mean;    /* makes the prediction from both */
};

static const ax_task_spec *task_of(const ax_evaluation *e)
{
    return &e->t->source->info.task;
}

static void drop_plan(ax_evaluation *e)
{
    ax_plan_free(e->plan);
    ax_graph_free(e->graph);
    ax_val_batch_close(&e->inputs);
    e->plan = NULL;
    e->graph = NULL;
    free(e->prediction);
    e->prediction = NULL;
    free(e->logits);
    e->logits = NULL;
}

static ax_code build_graph(ax_evaluation *e, ax_err *err)
{
    e->graph = ax_evaluation_graph(&e->t->encoder, task_of(e), &e->spec, e->n, e->h, e->w, e->end_to_end, e->flip, err);
    if (!e->graph)
        return err->code;
    if (!e->flip)
        e->prediction_bytes =
            ax_type_bytes(ax_graph_type(e->graph, ax_graph_find(e->graph, "prediction"))) / (size_t)e->n;
    return AX_OK;
}

static size_t logits_count(const ax_evaluation *e) /* elements of one image's logits */
{
    return (size_t)(e->h / 4) * (size_t)(e->w / 4) * (size_t)task_of(e)->outputs;
}

/* Allocates what is read back on the host. */
static ax_code make_outputs(ax_evaluation *e, ax_err *err)
{
    size_t n = (size_t)e->n;
    if (e->flip) /* the mean holds the predictions */
        e->logits = malloc(n * logits_count(e) * sizeof *e->logits);
    else
        e->prediction = malloc(n * e->prediction_bytes);
    return e->logits || e->prediction
               ? AX_OK
               : ax_fail(err, AX_ENOMEM, "no memory to evaluate %zu images of %dx%d", n, e->h, e->w);
}

/* On a separate device small batches cost launches, so batches there have as many pixels as a step of stage 1, whose
   plan takes more memory. */
static size_t pixels_at_once(const ax_trainer *t)
{
    const size_t step = (size_t)t->settings.batch * (size_t)t->settings.crop * (size_t)t->settings.crop;
    return t->be->separate && step > PIXELS_AT_ONCE ? step : PIXELS_AT_ONCE;
}

/* Batch size for `count` images of this size. */
static void set_size(ax_evaluation *e, int32_t h, int32_t w, size_t count)
{
    size_t pixels = (size_t)h * (size_t)w, n = pixels_at_once(e->t) / pixels;
    n = n < 1 ? 1 : n > count ? count : n;
    e->n = (int32_t)n;
    e->h = h;
    e->w = w;
}

/* Builds the plan for `count` images of the size of image `first`, from it on. */
static ax_code make_plan(ax_evaluation *e, size_t first, size_t count, ax_err *err)
{
    const ax_cache_item item = ax_cache_get(e->t->val, first);
    drop_plan(e);
    set_size(e, item.h, item.w, count);
    ax_code code = build_graph(e, err);
    if (code == AX_OK)
        code = make_outputs(e, err);
    unsigned flags = e->t->settings.polyak > 0 ? AX_PLAN_AVERAGED : 0;
    flags |= e->t->settings.cuda_graphs ? AX_PLAN_CAPTURE : 0;
    if (code == AX_OK && !(e->plan = ax_plan_new(e->graph, e->t->be, e->t->dev, e->params, flags, err)))
        code = err->code;
    e->inputs = (ax_val_batch) { .t = e->t, .n = e->n, .h = e->h, .w = e->w, .images = e->end_to_end };
    if (code == AX_OK)
        code = ax_val_batch_open(&e->inputs, e->plan, first, err);
    if (code == AX_OK && e->flip)
        code = ax_logit_mean_compile(&e->mean, task_of(e), e->n, e->h, e->w, err);
    if (code == AX_OK && e->flip)
        e->prediction_bytes = e->mean.bytes / (size_t)e->n;
    return code;
}

ax_evaluation *ax_evaluation_new(ax_trainer *t, const ax_decoder_spec *spec, ax_params *params, bool end_to_end,
                                 ax_err *err)
{
    ax_evaluation *e = calloc(1, sizeof *e);
    if (!e) {
        ax_fail(err, AX_ENOMEM, "no memory to evaluate");
        return NULL;
    }
    e->t = t;
    e->spec = *spec;
    e->spec.train = e->spec.aux = false;
    e->params = params;
    e->end_to_end = end_to_end;
    e->flip = t->settings.val_flip;
    e->mean.judge.be = t->be;
    e->mean.judge.dev = t->dev;
    return e;
}

void ax_evaluation_free(ax_evaluation *e)
{
    if (!e)
        return;
    drop_plan(e);
    ax_logit_mean_drop(&e->mean);
    free(e);
}

/* Number of images from `first` on with the size of the first, at most a plan's batch. */
static size_t same_size(const ax_cache *c, size_t first, size_t most)
{
    ax_cache_item a = ax_cache_get(c, first);
    size_t n = 1;
    while (n < most && first + n < ax_cache_count(c)) {
        ax_cache_item b = ax_cache_get(c, first + n);
        if (a.h != b.h || a.w != b.w)
            break;
        n++;
    }
    return n;
}

ax_code ax_evaluation_predict(ax_trainer *t, const ax_decoder_spec *spec, bool end_to_end, size_t *bytes, ax_err *err)
{
    ax_evaluation e = { .t = t, .spec = *spec, .end_to_end = end_to_end, .flip = t->settings.val_flip };
    size_t mean = 0;
    set_size(&e, t->sizes.val_h, t->sizes.val_w, t->sizes.val_images);
    ax_code code = build_graph(&e, err);
    if (code == AX_OK)
        code = ax_plan_predict(e.graph, t->be, t->dev, 0, bytes, err);
    if (code == AX_OK && e.flip)
        code = ax_logit_mean_bytes(task_of(&e), t->be, t->dev, e.n, e.h, e.w, &mean, err);
    *bytes += e.flip ? mean + (size_t)e.n * logits_count(&e) * sizeof(float) : (size_t)e.n * e.prediction_bytes;
    drop_plan(&e);
    return code;
}

/* Whether the device averages the logits, too. */
static bool means_on_device(const ax_evaluation *e)
{
    const ax_task *task = task_of(e)->task;
    return e->t->be->separate && e->t->be->add_view && (!task->mirrored || task->mirror);
}

/* Runs the plan and adds half of the logits to the images' means. */
static ax_code add_half(ax_evaluation *e, size_t done, bool flip, ax_err *err)
{
    ax_code code = ax_plan_run(e->plan, err);
    if (code == AX_OK && means_on_device(e))
        return ax_logit_mean_add_on_device(&e->mean, task_of(e), ax_plan_kept_address(e->plan, "logits"), !flip, flip,
                                           .5f, err);
    if (code == AX_OK)
        code = ax_plan_read(e->plan, "logits", e->logits, (size_t)e->n * logits_count(e) * sizeof *e->logits, err);
    for (size_t i = 0; i < done && code == AX_OK; i++)
        ax_logit_mean_add(&e->mean, task_of(e), (int32_t)i, e->logits + i * logits_count(e), e->h / 4, e->w / 4, flip,
                          .5f);
    return code;
}

/* From inputs to predictions; look: they are wanted on the host. */
static ax_code run_plan(ax_evaluation *e, size_t first, size_t done, bool look, ax_err *err)
{
    if (!e->flip) {
        ax_code code = ax_plan_run(e->plan, err);
        size_t bytes = (size_t)e->n * e->prediction_bytes;
        return code == AX_OK && look ? ax_plan_read(e->plan, "prediction", e->prediction, bytes, err) : code;
    }
    ax_logit_mean_clear(&e->mean, task_of(e));
    ax_code code = add_half(e, done, false, err);
    if (code == AX_OK)
        code = ax_val_batch_mirror(&e->inputs, first, done, err);
    if (code == AX_OK)
        code = add_half(e, done, true, err);
    if (code != AX_OK)
        return code;
    return means_on_device(e) ? ax_logit_mean_predict_on_device(&e->mean, look, err)
                              : ax_logit_mean_predict(&e->mean, err);
}

/* Judges image i of the plan's batch. */
static const char *prediction_of(const ax_evaluation *e, size_t i)
{
    return (e->flip ? (const char *)e->mean.prediction : e->prediction) + i * e->prediction_bytes;
}

static ax_code predict(ax_evaluation *e, size_t first, void *stream, bool look, size_t *done, ax_err *err)
{
    const ax_cache *c = e->t->val;
    ax_cache_item item = ax_cache_get(c, first);
    ax_code code = AX_OK;
    if (!e->plan || e->h != item.h || e->w != item.w)
        code = make_plan(e, first, same_size(c, first, SIZE_MAX), err);
    if (code != AX_OK)
        return code;
    *done = same_size(c, first, (size_t)e->n);
    code = ax_val_batch_fill(&e->inputs, first, *done, stream, err);
    return code == AX_OK ? run_plan(e, first, *done, look, err) : code;
}

/* The same on the device, several images at a time. */
static ax_code judge_on_device(ax_evaluation *e, size_t first, size_t n, ax_err *err)
{
    enum { SOME = 64 };
    const char *prediction = e->flip ? ax_logit_mean_on_device(&e->mean) : ax_plan_kept_address(e->plan, "prediction");
    const ax_resident_val *r = e->t->resident_val;
    const void *truth[SOME];
    ax_code code = AX_OK;
    for (size_t i = 0; i < n && code == AX_OK; i += SOME) {
        size_t some = n - i < SOME ? n - i : SOME;
        for (size_t k = 0; k < some; k++)
            truth[k] = ax_cache_get(e->t->val, first + i + k).truth;
        const char *resident = r ? ax_resident_val_truth(r, first + i) : NULL;
        code = ax_device_score_add(&e->there, truth, resident, some, e->h, e->w, prediction + i * e->prediction_bytes,
                                   err);
    }
    return code;
}

/* Judges a plan's batch, which starts with image `first`. */
static ax_code judge(ax_evaluation *e, void *score, size_t first, size_t n, ax_err *err)
{
    const ax_task_spec *task = task_of(e);
    ax_code code = AX_OK;
    if (e->there.be)
        return judge_on_device(e, first, n, err);
    for (size_t i = 0; i < n && code == AX_OK; i++)
        code = task->task->score_add(score, task, ax_cache_get(e->t->val, first + i).truth, prediction_of(e, i), e->h,
                                     e->w, err);
    return code;
}

ax_code ax_evaluation_run(ax_evaluation *e, const char *masks_path, ax_outcome *out, ax_err *err)
{
    const ax_task_spec *task = task_of(e);
    const ax_source_ops *ops = e->t->source->ops;
    ax_pictures pictures = { .t = e->t };
    if (ax_trainer_ensure_validation(e->t, err) != AX_OK)
        return err->code;
    void *score = task->task->score_new(task, err);
    if (!score)
        return err->code;
    size_t n_images = ax_cache_count(e->t->val), done = 0;
    int threads = ax_trainer_loaders(e->t);
    void *stream = e->end_to_end ? ops->stream(e->t->source, &e->t->val_spec, NULL, 0, n_images, threads, err) : NULL;
    ax_code code = e->end_to_end && !stream ? err->code : AX_OK;
    if (code == AX_OK)
        code = ax_device_score_init(&e->there, e->t->be, e->t->dev, task, n_images, err);
    for (size_t i = 0; i < n_images && code == AX_OK; i += done) {
        code = predict(e, i, stream, !e->there.be || (masks_path && i < AX_MASK_IMAGES), &done, err);
        if (code == AX_OK)
            code = judge(e, score, i, done, err);
        for (size_t k = 0; k < done && code == AX_OK && masks_path && i < AX_MASK_IMAGES; k++)
            code = ax_pictures_add(&pictures, i + k, prediction_of(e, k), e->h, e->w, err);
    }
    if (stream)
        ops->stream_close(stream);
    if (code == AX_OK && e->there.be)
        code = ax_device_score_take(&e->there, score, err);
    ax_device_score_release(&e->there);
    if (code == AX_OK && (code = task->task->score_take(score, task, out, err)) != AX_OK)
        ax_fail_prefix(err, e->t->source->info.spec);
    if (code == AX_OK && masks_path)
        code = ax_pictures_write(&pictures, masks_path, err);
    ax_pictures_release(&pictures);
    task->task->score_free(score);
    return code;
}
