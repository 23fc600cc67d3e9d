#include "engine/train/batch.h"

#include "engine/base/cacheline.h"
#include "engine/train/trainer_internal.h"

#include <stdlib.h>
#include <string.h>

struct ax_batch {
    ax_trainer *t;
    const ax_resident *resident; /* NULL: crops come from the host */
    ax_gather at_once;           /* for resident crops; parts 0 = not supported */
    uint32_t *index;             /* input of at_once, on the device */
    ax_batch_spec spec;
    float *tap[AX_MAX_TAPS];       /* stage 1: {n,h,w,c} ... */
    float *image;                  /* stage 2: {n,crop,crop,3} */
    char *target[AX_TASK_TARGETS]; /* each n times target_bytes */
    float *weights;                /* of the outputs; NULL: no weights */
    float *teacher;                /* stage 1 with a teacher: {n,h,w,outputs} */
    uint32_t *order;               /* stage 1: order of the crops in this epoch */
    int32_t epoch;                 /* epoch that order and stream belong to, -1 = none */
    void *stream;                  /* stage 2 */
    int32_t next;                  /* the next step that the stream delivers */
    ax_plan *plan;                 /* borrowed */
    int32_t ready;                 /* the step prepared in advance, -1 = none */
};

static size_t tap_count(const ax_batch *b, int k) /* elements of one crop's tap */
{
    int32_t crop = (int32_t)b->t->settings.crop;
    return ax_tap_size(&b->t->encoder.taps, k, crop, crop);
}

static size_t teacher_count(const ax_batch *b) /* elements of one crop's logits of the teacher */
{
    return (size_t)b->spec.h * (size_t)b->spec.w * (size_t)b->t->source->info.task.outputs;
}

static const ax_task_spec *task_of(const ax_batch *b)
{
    return &b->t->source->info.task;
}

static int targets(const ax_batch *b)
{
    return ax_task_targets(task_of(b)->task);
}

static size_t target_bytes(const ax_batch *b, int k) /* of one crop's target */
{
    return ax_type_bytes(task_of(b)->task->target_type(task_of(b), k, 1, b->spec.h, b->spec.w));
}

static bool allocate(ax_batch *b)
{
    size_t n = (size_t)b->spec.n, crop = (size_t)b->t->settings.stage2_crop;
    for (int k = 0; k < targets(b); k++)
        if (!(b->target[k] = ax_lines_alloc(n * target_bytes(b, k))))
            return false;
    if (task_of(b)->weighted) {
        size_t bytes = (size_t)task_of(b)->outputs * sizeof *b->weights;
        if (!(b->weights = ax_lines_alloc(bytes)))
            return false;
        memcpy(b->weights, task_of(b)->weight, bytes);
    }
    if (b->spec.stage == 2)
        return (b->image = ax_lines_alloc(n * crop * crop * 3 * sizeof(float)));
    for (int k = 0; k < b->t->encoder.taps.n; k++)
        if (!(b->tap[k] = ax_lines_alloc(n * tap_count(b, k) * sizeof(float))))
            return false;
    if (ax_trainer_has_teacher(&b->t->settings) && !(b->teacher = ax_lines_alloc(n * teacher_count(b) * sizeof(float))))
        return false;
    return (b->order = malloc(ax_cache_count(b->t->train) * sizeof *b->order));
}

static ax_code run_gather(void *batch, ax_err *err)
{
    const ax_batch *b = batch;
    return b->t->be->gather(b->t->dev, &b->at_once, err);
}

/* The plan gathers its own batch of resident crops by the index. */
static ax_code gather_at_once(ax_batch *b, ax_err *err)
{
    const ax_backend *be = b->t->be;
    size_t n = (size_t)b->spec.n;
    if (!b->resident || b->spec.stage != 1 || !be->gather)
        return AX_OK;
    if (!(b->index = be->alloc(b->t->dev, n * sizeof *b->index, err)) ||
        !ax_resident_gatherer(b->resident, b->plan, n, b->index, &b->at_once, err))
        return err->code;
    ax_plan_run_before(b->plan, run_gather, b);
    return AX_OK;
}

ax_batch *ax_batch_new(ax_trainer *t, const ax_batch_spec *spec, ax_plan *plan, ax_err *err)
{
    ax_batch *b = calloc(1, sizeof *b);
    if (b)
        *b = (ax_batch) { .t = t, .spec = *spec, .epoch = -1, .plan = plan, .ready = -1 };
    if (b && !spec->on_host)
        b->resident = t->resident;
    if (!b || !allocate(b)) {
        ax_batch_free(b);
        ax_fail(err, AX_ENOMEM, "no memory for a batch of %d", spec->n);
        return NULL;
    }
    if (ax_batch_bind(b, plan, 0, err) == AX_OK && gather_at_once(b, err) == AX_OK)
        return b;
    ax_batch_free(b);
    return NULL;
}

ax_code ax_batch_bind(ax_batch *b, ax_plan *plan, int32_t first, ax_err *err)
{
    size_t from = (size_t)first, crop = (size_t)b->t->settings.stage2_crop;
    ax_code code = AX_OK;
    for (int k = 0; k < targets(b) && code == AX_OK; k++)
        code = ax_plan_bind(plan, task_of(b)->task->target[k], b->target[k] + from * target_bytes(b, k), err);
    if (code == AX_OK && b->weights)
        code = ax_plan_bind(plan, AX_TASK_WEIGHTS, b->weights, err);
    if (code == AX_OK && b->image)
        code = ax_plan_bind(plan, "image", b->image + from * crop * crop * 3, err);
    for (int k = 0; k < b->t->encoder.taps.n && code == AX_OK && b->spec.stage == 1; k++)
        code = ax_plan_bind(plan, ax_tap_name(k), b->tap[k] + from * tap_count(b, k), err);
    if (code == AX_OK && b->teacher)
        code = ax_plan_bind(plan, "teacher", b->teacher + from * teacher_count(b), err);
    return code;
}

void ax_batch_free(ax_batch *b)
{
    if (!b)
        return;
    if (b->stream)
        b->t->source->ops->stream_close(b->stream);
    for (int k = 0; k < AX_MAX_TAPS; k++)
        free(b->tap[k]);
    free(b->image);
    for (int k = 0; k < AX_TASK_TARGETS; k++)
        free(b->target[k]);
    if (b->index) {
        ax_plan_run_before(b->plan, NULL, NULL);
        b->t->be->release(b->t->dev, b->index);
    }
    ax_cache_stop_ahead(b->t->train);
    free(b->weights);
    free(b->teacher);
    free(b->order);
    free(b);
}

/* ---- stage 1 ---- */

void ax_batch_order(uint32_t *order, uint32_t n, uint64_t seed, int32_t epoch)
{
    ax_rng rng = ax_rng_new(seed, 1000 + (uint64_t)epoch);
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = ax_rng_below(&rng, i), keep = order[i - 1];
        order[i - 1] = order[j];
        order[j] = keep;
    }
}

static ax_code gather(ax_batch *b, int32_t step, ax_err *err)
{
    size_t n = (size_t)b->spec.n;
    /* crops in no batch of this epoch are made in its last step, so that the cache is complete after the first epoch */
    ax_code code = step + 1 < b->spec.steps_per_epoch
                       ? ax_trainer_ensure_crops(b->t, b->order + (size_t)step * n, n, err)
                       : ax_trainer_ensure_crops(b->t, NULL, 0, err);
    if (b->at_once.parts)
        return b->t->be->copy(b->t->dev, b->index, b->order + (size_t)step * n, n * sizeof *b->index, AX_TO_DEVICE,
                              err);
    for (size_t i = 0; i < n && code == AX_OK; i++) {
        if (b->resident) {
            code = ax_resident_gather(b->resident, b->plan, i, b->order[(size_t)step * n + i], err);
            continue;
        }
        ax_cache_item item = ax_cache_get(b->t->train, b->order[(size_t)step * n + i]);
        for (int k = 0; k < b->t->encoder.taps.n; k++)
            memcpy(b->tap[k] + i * tap_count(b, k), item.tap[k], tap_count(b, k) * sizeof(float));
        for (int k = 0; k < targets(b); k++)
            memcpy(b->target[k] + i * target_bytes(b, k), item.target[k], target_bytes(b, k));
        if (b->teacher)
            memcpy(b->teacher + i * teacher_count(b), item.teacher, teacher_count(b) * sizeof(float));
    }
    return code;
}

/* ---- stage 2 ---- */

/* Every epoch has other crops, determined by the seed alone. */
static ax_code open_stream(ax_batch *b, int32_t step, ax_err *err)
{
    const ax_source_ops *ops = b->t->source->ops;
    ax_sample_spec spec = ax_trainer_crops(b->t, 2);
    spec.seed += b->spec.seed - (uint64_t)b->t->settings.seed; /* a training with its own seed has its own crops */
    if (b->stream)
        ops->stream_close(b->stream);
    int threads = ax_trainer_loaders(b->t);
    uint64_t n = (uint64_t)b->spec.n, epoch = (uint64_t)(step / b->spec.steps_per_epoch);
    uint64_t in_epoch = (uint64_t)(step % b->spec.steps_per_epoch), all = ax_trainer_stage2_samples(b->t);
    /* crops left over when the batch doesn't divide an epoch are skipped, not carried into the next */
    b->stream = ops->stream(b->t->source, &spec, NULL, epoch * all + in_epoch * n,
                            ((uint64_t)b->spec.steps_per_epoch - in_epoch) * n, threads, err);
    b->epoch = (int32_t)epoch;
    b->next = step;
    return b->stream ? AX_OK : ax_source_failed(err->code, err);
}

static ax_code take(ax_batch *b, size_t i, ax_err *err)
{
    size_t crop = (size_t)b->t->settings.stage2_crop;
    const ax_task_spec *task = task_of(b);
    ax_sample s = { 0 };
    ax_code code = ax_source_failed(b->t->source->ops->next(b->stream, &s, err), err);
    if (code != AX_OK)
        return code;
    memcpy(b->image + i * crop * crop * 3, s.image, crop * crop * 3 * sizeof(float));
    for (int k = 0; k < targets(b); k++)
        task->task->fill_target(task, k, s.truth, s.h, s.w, b->target[k] + i * target_bytes(b, k), b->spec.h,
                                b->spec.w);
    ax_sample_release(&s);
    return AX_OK;
}

static ax_code fill(ax_batch *b, int32_t step, ax_err *err)
{
    int32_t epoch = step / b->spec.steps_per_epoch;
    if (b->spec.stage == 1) {
        if (epoch != b->epoch)
            ax_batch_order(b->order, (uint32_t)ax_cache_count(b->t->train), b->spec.seed, epoch);
        b->epoch = epoch;
        return gather(b, step % b->spec.steps_per_epoch, err);
    }
    ax_code code = epoch != b->epoch || step != b->next ? open_stream(b, step, err) : AX_OK;
    for (int32_t i = 0; i < b->spec.n && code == AX_OK; i++)
        code = take(b, (size_t)i, err);
    b->next = step + 1;
    return code;
}

ax_code ax_batch_fill(ax_batch *b, int32_t step, ax_err *err)
{
    bool ready = step == b->ready;
    b->ready = -1;
    return ready ? AX_OK : fill(b, step, err);
}

void ax_batch_fill_ahead(ax_batch *b, int32_t step)
{
    ax_err later = { AX_OK, "" }; /* an error isn't lost: the next fill tries again and reports it */
    bool useful = b->t->be->separate && !b->resident;
    if (useful && fill(b, step, &later) == AX_OK)
        b->ready = step;
}
