#include "engine/train/trainer.h"

#include "engine/backend/list.h"
#include "engine/base/bytes.h"
#include "engine/train/trainer_internal.h"

#include <stdlib.h>
#include <string.h>

enum { STAGE2_STREAM = 0x73746732 };

static int32_t round_up_32(int64_t n)
{
    return (int32_t)((n + 31) / 32 * 32);
}

static int32_t find_class(const ax_source_info *info, const char *name)
{
    for (int32_t i = 0; i < info->classes; i++)
        if (!strcmp(info->name[i], name))
            return i;
    return -1;
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
        .mirror = s->mirror,
        .random_crop = true,
        .shuffle = stage == 2,
        /* stage 2 meets other crops than those that stage 1 has seen in every epoch */
        .seed = (uint64_t)s->seed + (stage == 1 ? 0 : STAGE2_STREAM),
    };
}

uint64_t ax_trainer_stage2_samples(const ax_trainer *t)
{
    return t->settings.stage2_samples ? (uint64_t)t->settings.stage2_samples : (uint64_t)t->source->info.n_train;
}

bool ax_trainer_has_teacher(const ax_settings *s)
{
    return s->teacher[0] && s->kd_weight > 0;
}

/* The teacher is needed for what the cache lacks only, and for its name. */
static ax_code open_train_cache(ax_trainer *t, const char *dir, ax_cache_spec *spec, ax_cache_progress progress,
                                void *context, ax_err *err)
{
    spec->samples = ax_trainer_crops(t, 1);
    spec->count = (size_t)t->settings.train_samples;
    if (ax_trainer_has_teacher(&t->settings)) {
        if (!(spec->teacher = ax_teacher_open(t->settings.teacher, t->source, t->be, t->dev, err)))
            return err->code;
        t->teacher_key = ax_teacher_key(spec->teacher);
    }
    t->train = ax_cache_open(dir, spec, t->be, t->dev, progress, context, err);
    ax_teacher_free(spec->teacher);
    spec->teacher = NULL;
    return t->train ? AX_OK : err->code;
}

static ax_code open_caches(ax_trainer *t, const char *dir, ax_cache_progress progress, void *context, ax_err *err)
{
    const ax_settings *s = &t->settings;
    ax_cache_spec spec = { .source = t->source, .threads = s->threads ? (int)s->threads : 2 };
    ax_code code = open_train_cache(t, dir, &spec, progress, context, err);
    if (code != AX_OK)
        return code;
    t->val_spec = (ax_sample_spec) {
        .split = AX_SPLIT_VAL,
        .h = round_up_32(s->val_crop),
        .w = round_up_32(s->val_crop),
        .shorter_side = (int32_t)s->shorter_side,
        .scale_min = 1,
        .scale_max = 1,
        .seed = (uint64_t)s->seed,
    };
    spec.samples = t->val_spec;
    spec.count = t->source->info.n_val;
    if (s->val_samples && (size_t)s->val_samples < spec.count)
        spec.count = (size_t)s->val_samples;
    t->val = ax_cache_open(dir, &spec, t->be, t->dev, progress, context, err);
    return t->val ? AX_OK : err->code;
}

ax_trainer *ax_trainer_new(const ax_settings *settings, ax_source *source, const char *cache_dir,
                           ax_cache_progress progress, void *context, ax_err *err)
{
    ax_err why = { AX_OK, "" };
    ax_trainer *t = calloc(1, sizeof *t);
    if (!t) {
        ax_fail(err, AX_ENOMEM, "no memory for a trainer");
        return NULL;
    }
    t->settings = *settings;
    t->source = source;
    t->leave_out = -1;
    if (!ax_bytes_parse(settings->memory, &t->budget) || !t->budget)
        t->budget = ax_bytes_allowed() / (uint64_t)settings->workers;
    ax_code code = AX_OK;
    if (settings->leave_out[0] && (t->leave_out = find_class(&source->info, settings->leave_out)) < 0)
        code =
            ax_fail(&why, AX_EINVAL, "leave_out = '%s': %s has no such class", settings->leave_out, source->info.spec);
    if (code == AX_OK && settings->scale_min > settings->scale_max)
        code = ax_fail(&why, AX_EINVAL, "scale_min %g is above scale_max %g", settings->scale_min, settings->scale_max);
    if (code == AX_OK && !(t->dev = ax_device_open(settings->device, (int)settings->threads, &t->be, t->note, &why)))
        code = why.code;
    if (code == AX_OK && t->be->configure)
        t->be->configure(t->dev, &(ax_device_options) {
                                     .winograd = settings->winograd,
                                     .tf32 = settings->cuda_tf32,
                                     .workspace = (size_t)settings->cuda_workspace << 20,
                                     /* without a file what is measured could change from sitting to sitting */
                                     .tune = settings->cuda_tune && cache_dir,
                                     .folder = cache_dir,
                                 });
    if (code == AX_OK)
        code = open_caches(t, cache_dir, progress, context, &why);
    if (code == AX_OK && settings->cuda_cache)
        t->resident = ax_resident_new(t->train, source->info.classes, t->be, t->dev);
    if (code == AX_OK)
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
    ax_cache_free(t->train);
    ax_cache_free(t->val);
    if (t->dev)
        t->be->close(t->dev);
    free(t);
}

const char *ax_trainer_device(const ax_trainer *t, const char **note)
{
    if (note)
        *note = t->note;
    return strncmp(t->settings.device, "cuda", 4) ? t->be->name : t->settings.device; /* of several, which */
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
