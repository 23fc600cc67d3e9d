#include "engine/train/trainer.h"

#include "engine/backend/list.h"
#include "engine/model/modelfile.h"
#include "engine/model/network.h"
#include "engine/train/evaluate.h"
#include "engine/train/inflight.h"
#include "engine/train/trainer_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STAGE2_STREAM = 0x73746732 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int32_t round_up_32(int64_t n)
{
    return (int32_t)((n + 31) / 32 * 32);
}

/* ---- trainer ---- */

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

/* ---- one candidate ---- */

/* Progress counts the stage's own steps; in full training, which is one thing to a person, both stages' together. */
static ax_train_progress progress_of(const ax_training *r)
{
    ax_train_progress p = {
        .stage = r->stage,
        .epoch = r->step / r->schedule.steps_per_epoch,
        .epochs = r->schedule.epochs,
        .step = r->step,
        .steps = r->schedule.steps,
    };
    if (!r->job->full || r->job->stages < 2)
        return p;
    const ax_source_info *info = &r->t->source->info;
    ax_schedule other = ax_schedule_of(&r->t->settings, info->n_train, r->job, 3 - r->stage);
    p.epochs += other.epochs;
    p.steps += other.steps;
    if (r->stage == 2) {
        p.epoch += other.epochs;
        p.step += other.steps;
    }
    return p;
}

static ax_code keep(ax_training *r, ax_err *err)
{
    r->outcome.seconds = now() - r->start;
    return r->job->state_path ? ax_inflight_write(r->job->state_path, r, err) : AX_OK;
}

/* Once per stage: its steps are slower than they could be. */
static void say_note(ax_training *r, void *context)
{
    const char *note = ax_plan_note(r->plan);
    char text[320];
    if (!note[0] || r->noted || !r->job->warn)
        return;
    snprintf(text, sizeof text, "kernels are launched one by one, since they can't be recorded: %s", note);
    r->job->warn(context, text);
    r->noted = true;
}

static ax_code train(ax_training *r, ax_train_watch watch, void *context, ax_err *err)
{
    int64_t every = r->job->save_epochs;
    while (r->step < r->schedule.steps) {
        ax_train_progress p = progress_of(r);
        float loss = 0;
        ax_code code = ax_training_step(r, &loss, err);
        if (code != AX_OK)
            return code;
        say_note(r, context);
        p.step++;
        p.loss = loss;
        p.seconds = now() - r->start;
        if (watch && !watch(context, &p)) {
            code = keep(r, err);
            return code != AX_OK ? code : ax_fail(err, AX_ECANCEL, "stopped at step %d of %d", p.step, p.steps);
        }
        /* not after the last: what follows is shorter than an epoch */
        if (every && r->step % (every * r->schedule.steps_per_epoch) == 0 && r->step < r->schedule.steps)
            code = keep(r, err);
        if (code != AX_OK)
            return code;
    }
    r->outcome.loss = r->loss_sum / r->schedule.steps_per_epoch;
    return AX_OK;
}

static ax_code judge(ax_training *r, const char *masks_path, ax_err *err)
{
    ax_decoder_spec spec = ax_training_spec(r->t, r->job, false);
    ax_evaluation *e = ax_evaluation_new(r->t, &spec, r->params, r->stage == 2, err);
    ax_code code = e ? ax_evaluation_run(e, masks_path, &r->outcome, err) : err->code;
    ax_evaluation_free(e);
    return code;
}

static ax_code write_model(ax_training *r, ax_err *err)
{
    const ax_source_info *info = &r->t->source->info;
    const ax_outcome *o = &r->outcome;
    ax_model_info *m = calloc(1, sizeof *m);
    if (!m)
        return ax_fail(err, AX_ENOMEM, "%s: no memory", r->job->model_path);
    m->genotype = r->job->genotype;
    m->channels = r->job->channels;
    m->repeats = r->job->repeats;
    m->classes = info->classes;
    m->concat = ax_aggregate_is_concat(&r->t->settings);
    for (int32_t i = 0; i < info->classes; i++) {
        snprintf(m->name[i], sizeof m->name[i], "%s", info->name[i]);
        memcpy(m->color[i], info->color[i], 3);
    }
    m->reward = o->reward;
    m->miou = o->miou;
    m->fwiou = o->fwiou;
    m->accuracy = o->accuracy;
    snprintf(m->data, sizeof m->data, "%s", info->spec);
    bool averaged = r->t->settings.polyak > 0;
    ax_params *encoder = r->stage == 1 ? ax_evaluation_encoder(r->t, err) : NULL;
    ax_code code = r->stage == 1 && !encoder ? err->code
                                             : ax_model_write(r->job->model_path, m, r->params, averaged, encoder, err);
    ax_params_free(encoder);
    free(m);
    return code;
}

static ax_code measure(ax_training *r, ax_err *err)
{
    ax_cache_item first = ax_cache_get(r->t->val, 0);
    ax_decoder_spec spec = ax_training_spec(r->t, r->job, false);
    ax_network_figures figures;
    ax_code code = ax_network_measure(&spec, first.h, first.w, &figures, err);
    if (code == AX_OK) {
        r->outcome.params = figures.stats.params;
        r->outcome.macs = figures.stats.macs;
    }
    return code;
}

/* A stage, which r has entered, to its verdict. */
static ax_code finish_stage(ax_training *r, ax_train_watch watch, void *context, ax_err *err)
{
    ax_code code = train(r, watch, context, err);
    uint64_t bytes = ax_plan_arena_bytes(r->plan) + ax_params_bytes(r->params);
    if (code == AX_OK)
        code = judge(r, r->job->masks_path, err);
    r->outcome.stage = (uint32_t)r->stage;
    r->outcome.batch = (uint32_t)r->schedule.batch;
    r->outcome.peak_bytes = bytes > r->outcome.peak_bytes ? bytes : r->outcome.peak_bytes;
    r->outcome.seconds = now() - r->start;
    return code;
}

static ax_code begin(ax_training *r, ax_err *err)
{
    ax_trainer *t = r->t;
    const ax_train_job *job = r->job;
    ax_training_release(r);
    *r = (ax_training) { .t = t, .job = job, .outcome = ax_outcome_none, .start = now() };
    ax_code code = measure(r, err);
    return code == AX_OK ? ax_training_enter(r, 1, err) : code;
}

/* At its first step, or where it was left. */
static ax_code begin_or_go_on(ax_training *r, void *context, ax_err *err)
{
    bool found = false;
    ax_err why = { AX_OK, "" };
    double start = now();
    ax_code code = r->job->state_path ? ax_inflight_read(r->job->state_path, r, &found, &why) : AX_OK;
    if (found)
        r->start = start - r->outcome.seconds;
    if (code == AX_EFORMAT) { /* it is only time that is lost */
        char text[sizeof why.msg + 32];
        snprintf(text, sizeof text, "%s; starting again", why.msg);
        if (r->job->warn)
            r->job->warn(context, text);
        code = AX_OK;
    }
    if (code != AX_OK && err)
        *err = why;
    return code == AX_OK && !found ? begin(r, err) : code;
}

static ax_code enter_stage2(ax_training *r, ax_err *err)
{
    ax_code code = ax_training_enter(r, 2, err);
    /* from here on the gate isn't asked again, whatever happens */
    return code == AX_OK && r->job->save_epochs ? keep(r, err) : code;
}

ax_code ax_trainer_run(ax_trainer *t, const ax_train_job *job, ax_train_watch watch, void *context, ax_outcome *out,
                       ax_err *err)
{
    ax_err why = { AX_OK, "" };
    ax_training *r = &t->now;
    ax_training_release(r);
    *r = (ax_training) { .t = t, .job = job, .outcome = ax_outcome_none };
    ax_code code = begin_or_go_on(r, context, &why);
    if (code == AX_OK && r->stage == 1) {
        code = finish_stage(r, watch, context, &why);
        ax_train_verdict verdict = job->stages < 2 ? AX_TRAIN_END : AX_TRAIN_ON;
        if (code == AX_OK && verdict == AX_TRAIN_ON && job->gate)
            verdict = job->gate(context, &r->outcome);
        if (code == AX_OK && verdict == AX_TRAIN_STOP && (code = keep(r, &why)) == AX_OK)
            code = ax_fail(&why, AX_ECANCEL, "stopped at the gate");
        if (code == AX_OK && verdict == AX_TRAIN_ON)
            code = enter_stage2(r, &why);
    }
    if (code == AX_OK && r->stage == 2)
        code = finish_stage(r, watch, context, &why);
    if (code == AX_OK && job->model_path)
        code = write_model(r, &why);
    r->outcome.seconds = now() - r->start;
    if (code == AX_OK)
        *out = r->outcome;
    else if (err)
        *err = why;
    ax_training_release(r);
    return code;
}
