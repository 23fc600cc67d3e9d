#include "engine/train/trainer.h"

#include "engine/backend/list.h"
#include "engine/base/bytes.h"
#include "engine/base/cores.h"
#include "engine/space/builder.h"
#include "engine/train/device_score.h"
#include "engine/train/device_share.h"
#include "engine/train/trainer_internal.h"

#include <stdlib.h>
#include <string.h>

enum { STAGE2_STREAM = 0x73746732 };

static int32_t round_up_32(int64_t n)
{
    return (int32_t)((n + 31) / 32 * 32);
}

static bool scales_original(const ax_settings *s)
{
    return !strcmp(s->scaling, "original");
}

static bool is_cubic(const ax_settings *s)
{
    return !strcmp(s->interpolation, "bicubic");
}

ax_sample_spec ax_trainer_validation(const ax_settings *s, const ax_source *source)
{
    int32_t side = source->info.task.task->one_size ? (int32_t)s->crop : round_up_32(s->val_crop);
    return (ax_sample_spec) {
        .split = AX_SPLIT_VAL,
        .h = side,
        .w = side,
        .shorter_side = (int32_t)(s->val_shorter_side ? s->val_shorter_side : s->shorter_side),
        .scale_min = 1,
        .scale_max = 1,
        .floor = scales_original(s),
        .cubic = is_cubic(s),
        .seed = (uint64_t)s->seed,
    };
}

ax_sample_spec ax_trainer_crops(const ax_trainer *t, int32_t stage)
{
    const ax_settings *s = &t->settings;
    int32_t side = (int32_t)(stage == 1 ? s->crop : s->stage2_crop);
    return (ax_sample_spec) {
        .split = AX_SPLIT_TRAIN,
        .h = side,
        .w = side,
        .shorter_side = (int32_t)(stage == 1 ? s->shorter_side : s->stage2_shorter_side),
        .scale_min = (float)s->scale_min,
        .scale_max = (float)s->scale_max,
        .floor = scales_original(s),
        .cubic = is_cubic(s),
        .mirror = s->mirror,
        .jitter = (float)s->jitter,
        .random_crop = true,
        .shuffle = stage == 2,
        /* stage 2 uses other crops than those that stage 1 saw in every epoch */
        .seed = (uint64_t)s->seed + (stage == 1 ? 0 : STAGE2_STREAM),
    };
}

int ax_trainer_loaders(const ax_trainer *t)
{
    enum { FEW = 2, MOST = 32 };
    int cores = ax_cores_allowed();
    if (t->settings.threads)
        return (int)t->settings.threads;
    return cores < FEW ? FEW : cores < MOST ? cores : MOST;
}

uint64_t ax_trainer_stage2_samples(const ax_trainer *t)
{
    return t->settings.stage2_samples ? (uint64_t)t->settings.stage2_samples : (uint64_t)t->source->info.n_train;
}

void ax_trainer_configure(const ax_trainer *t, ax_device *dev)
{
    const ax_settings *s = &t->settings;
    const ax_device_options options = {
        .winograd = s->winograd,
        .tf32 = s->cuda_tf32,
        .bf16 = t->be->separate ? s->cuda_bf16 : s->cpu_bf16,
        .workspace = (size_t)s->cuda_workspace << 20,
        /* without a file, measurements could change from one session of the program to the next */
        .tune = s->cuda_tune && t->cache_dir,
        .folder = t->cache_dir,
    };
    if (t->be->configure)
        t->be->configure(dev, &options);
}

bool ax_trainer_has_teacher(const ax_settings *s)
{
    return s->teacher[0] && s->kd_weight > 0;
}

uint64_t ax_trainer_fingerprint(const ax_settings *s, ax_source *source)
{
    ax_fingerprint data, teacher = { 0, 0 };
    if (source->ops->fingerprint(source, &data, NULL) != AX_OK ||
        (ax_trainer_has_teacher(s) && ax_teacher_fingerprint(s->teacher, source, &teacher, NULL) != AX_OK))
        return 0;
    ax_fingerprint_add_number(&data, teacher.data);
    return data.data ? data.data : 1;
}

/* Checks settings that depend on each other or on the task, which they complete. */
static ax_code complete_task(const ax_settings *s, ax_source_info *info, ax_err *err)
{
    if (info->task.task->configure(&info->task, s, info->spec, err) != AX_OK)
        return err->code;
    info->task.weighted = strcmp(s->class_weights, "none") != 0;
    if (info->task.weighted && !info->task.task->weigh)
        return ax_fail(err, AX_EINVAL, "class_weights: the task %s has no classes", ax_task_name(info->task.task->id));
    if (s->scale_min > s->scale_max)
        return ax_fail(err, AX_EINVAL, "scale_min %g is above scale_max %g", s->scale_min, s->scale_max);
    return AX_OK;
}

ax_code ax_trainer_check(const ax_settings *s, ax_source *source, ax_err *err)
{
    ax_code code = complete_task(s, &source->info, err);
    return code == AX_OK && ax_trainer_has_teacher(s) ? ax_teacher_check(s->teacher, source, err) : code;
}

static ax_code open_device(ax_trainer *t, const char *cache_dir, ax_err *err)
{
    const ax_settings *s = &t->settings;
    if (complete_task(s, &t->source->info, err) != AX_OK)
        return err->code;
    if (ax_encoder_open(s->encoder, ax_space_taps(ax_space_named(s->space)), &t->encoder, err) != AX_OK)
        return ax_source_failed(err->code, err);
    if (!(t->dev = ax_device_open(s->device, (int)s->threads, &t->be, t->note, err)))
        return err->code;
    if (cache_dir && !(t->cache_dir = strdup(cache_dir)))
        return ax_fail(err, AX_ENOMEM, "no memory for a trainer");
    ax_trainer_configure(t, t->dev);
    return AX_OK;
}

static ax_trainer *blank(const ax_settings *s, ax_source *source, ax_err *err)
{
    ax_trainer *t = ax_new(sizeof *t, "a trainer", err);
    if (!t)
        return NULL;
    t->settings = *s;
    t->source = source;
    t->val_spec = ax_trainer_validation(s, source);
    if (!ax_bytes_parse(s->memory, &t->budget) || !t->budget)
        t->budget = ax_bytes_allowed() / (uint64_t)s->workers;
    return t;
}

size_t ax_trainer_resident_bytes(const ax_trainer *t)
{
    return ax_resident_bytes(t->resident) + ax_resident_val_bytes(t->resident_val);
}

/* Half of the worker's share of the device at most, so that trainings have the rest. Crops come first: each is read in
   every epoch. */
static void upload_caches(ax_trainer *t)
{
    const ax_task_spec *task = &t->source->info.task;
    const size_t sharers = (size_t)t->settings.workers;
    t->resident = ax_resident_new(t->train, task, t->be, t->dev, sharers);
    const size_t own = ax_resident_bytes(t->resident), half = ax_device_share(t->be, t->dev, sharers, own) / 2;
    if (t->val && half > own)
        t->resident_val = ax_resident_val_new(t->val, task, t->be, t->dev,
                                              ax_device_score_reads_truths(t->be, task->task), half - own);
}

ax_trainer *ax_trainer_new(const ax_settings *settings, ax_source *source, const char *cache_dir,
                           ax_cache_progress progress, void *context, ax_err *err)
{
    ax_err why = { AX_OK, "" };
    ax_trainer *t = blank(settings, source, err);
    if (!t)
        return NULL;
    ax_code code = open_device(t, cache_dir, &why);
    if (code == AX_OK)
        code = ax_trainer_open_caches(t, progress, context, &why);
    if (code == AX_OK && settings->cuda_cache)
        upload_caches(t);
    if (code == AX_OK)
        return t;
    ax_trainer_free(t);
    if (err)
        *err = why;
    return NULL;
}

ax_trainer *ax_trainer_new_for_estimate(const ax_settings *settings, ax_source *source, ax_err *err)
{
    ax_err why = { AX_OK, "" };
    ax_trainer *t = blank(settings, source, err);
    if (!t)
        return NULL;
    if (open_device(t, NULL, &why) == AX_OK && ax_trainer_estimate_sizes(t, &why) == AX_OK)
        return t;
    ax_trainer_free(t);
    if (err)
        *err = why;
    return NULL;
}

void ax_trainer_free(ax_trainer *t)
{
    if (!t)
        return;
    ax_training_release(&t->now);
    ax_resident_free(t->resident);
    ax_resident_val_free(t->resident_val);
    ax_cache_free(t->train);
    ax_cache_free(t->val);
    if (t->dev)
        t->be->close(t->dev);
    free(t->cache_dir);
    free(t);
}

const ax_encoder *ax_trainer_encoder(const ax_trainer *t)
{
    return &t->encoder;
}

void ax_trainer_size(const ax_trainer *t, int32_t size[2])
{
    size[0] = t->sizes.val_h;
    size[1] = t->sizes.val_w;
}

const char *ax_trainer_device(const ax_trainer *t, const char **note)
{
    if (note)
        *note = t->note;
    return strncmp(t->settings.device, "cuda", 4) ? t->be->name : t->settings.device; /* tells which one of several */
}

ax_train_job ax_train_job_default(const ax_settings *s, const ax_genotype *genotype, bool full)
{
    return (ax_train_job) {
        .genotype = *genotype,
        .channels = (int32_t)(full ? s->full_channels : s->channels),
        .repeats = (int32_t)(full ? s->full_repeats : s->repeats),
        .epochs = (int32_t)(full ? s->full_epochs : s->epochs),
        .stages = (int32_t)s->stages,
        .stage2_epochs = (int32_t)(full ? s->full_stage2_epochs : s->stage2_epochs),
        .seed = (uint64_t)s->seed,
        .full = full,
        .save_epochs = s->save_epochs,
    };
}
