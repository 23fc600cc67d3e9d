/* One candidate from its first step to its final report. */
#include "engine/train/candidate_internal.h"

#include "engine/base/clock.h"
#include "engine/model/modelfile.h"
#include "engine/model/network.h"
#include "engine/train/evaluate.h"
#include "engine/train/inflight.h"
#include "engine/train/latency.h"
#include "engine/train/peers.h"
#include "engine/train/trainer_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Progress counts the stage's own steps; in full training, which is one thing to users, the steps of both stages. */
static ax_train_progress progress_of(const ax_training *r)
{
    ax_train_progress p = {
        .stage = r->stage,
        .epoch = r->step / r->schedule.steps_per_epoch,
        .epochs = r->schedule.epochs,
        .step = r->step,
        .steps = r->schedule.steps,
        .devices = 1 + (int32_t)ax_peers_count(r->peers),
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
    r->outcome.seconds = ax_clock() - r->start;
    if (!r->job->state_path)
        return AX_OK;
    ax_code code = ax_training_wait(r, err);
    if (code != AX_OK)
        return code;
    double began = ax_clock();
    code = ax_inflight_write(r->job->state_path, r, err);
    r->saved = ax_clock();
    r->t->save_took = r->saved - began;
    return code;
}

/* On a separate device an epoch may be faster than saving it: saving may take up to a twentieth of the time, judged by
   the last save of any candidate. */
static bool worth_keeping(const ax_training *r)
{
    return !r->t->be->separate || ax_clock() - r->saved >= 20 * r->t->save_took;
}

/* Reported once per stage: its steps are slower than they could be. */
static void say_note(ax_training *r, void *context)
{
    const char *note = ax_plan_not_captured(r->plan);
    char text[320];
    if (!note[0] || r->noted || !r->job->warn)
        return;
    snprintf(text, sizeof text, "kernels are launched one by one, since they can't be recorded: %s", note);
    r->job->warn(context, text);
    r->noted = true;
}

/* Passes the devices' messages on. */
static void say_notices(ax_training *r, void *context)
{
    char text[400];
    while (r->job->warn && r->t->be->notice && r->t->be->notice(r->t->dev, text, sizeof text))
        r->job->warn(context, text);
}

/* Reported once per session of the program: more devices could have helped. */
static void say_alone(ax_training *r, void *context)
{
    char text[320];
    if (!r->alone[0] || r->alone_said || !r->job->warn)
        return;
    snprintf(text, sizeof text, "it trains on one device: %s", r->alone);
    r->job->warn(context, text);
    r->alone_said = true;
}

static ax_code judge(ax_training *r, const char *masks_path, ax_err *err)
{
    ax_decoder_spec spec = ax_training_spec(r->t, r->job, false);
    ax_evaluation *e = ax_evaluation_new(r->t, &spec, r->params, r->stage == 2, err);
    ax_code code = e ? ax_evaluation_run(e, masks_path, &r->outcome, err) : err->code;
    ax_evaluation_free(e);
    return code;
}

/* Once per candidate: stages 1 and 2 have the same network. */
static ax_code time_it(ax_training *r, ax_err *err)
{
    double decoder = 0;
    if (!ax_latency_runs(&r->t->settings) || isfinite(r->outcome.latency_ms))
        return AX_OK;
    ax_decoder_spec spec = ax_training_spec(r->t, r->job, false);
    ax_code code = ax_latency_decoder(r->t, &spec, r->params, &decoder, err);
    if (code == AX_OK)
        r->outcome.latency_ms = r->t->encoder_ms + decoder;
    return code;
}

/* The candidate's current figures. */
static ax_code settle(ax_training *r, const char *masks_path, ax_err *err)
{
    ax_code code = judge(r, masks_path, err);
    if (code == AX_OK)
        code = time_it(r, err);
    r->outcome.stage = (uint32_t)r->stage;
    r->outcome.batch = (uint32_t)r->schedule.batch;
    r->outcome.peak_bytes = r->footprint;
    return code;
}

/* For a job with epoch reports: judges the network when due, and reports the result. */
static ax_code end_epoch(ax_training *r, void *context, ax_err *err)
{
    const ax_train_progress p = progress_of(r);
    int64_t epoch = r->step / r->schedule.steps_per_epoch;
    bool judged = epoch % r->job->eval_epochs == 0 || r->step == r->schedule.steps;
    const char *masks = r->step == r->schedule.steps ? r->job->masks_path : NULL;
    ax_code code = judged ? settle(r, masks, err) : AX_OK;
    const ax_train_epoch e = {
        .stage = r->stage,
        .epoch = p.epoch,
        .epochs = p.epochs,
        .loss = r->loss_sum / r->schedule.steps_per_epoch,
        .lr_factor = (double)r->decoder.lr / r->t->settings.lr,
        .seconds = ax_clock() - r->start,
        .judged = judged,
        .outcome = &r->outcome,
    };
    return code == AX_OK ? r->job->epoch_end(context, &e, err) : code;
}

static ax_code train(ax_training *r, ax_train_watch watch, void *context, ax_err *err)
{
    int64_t every = r->job->save_epochs;
    say_alone(r, context);
    while (r->step < r->schedule.steps) {
        ax_train_progress p = progress_of(r);
        float loss = 0;
        ax_code code = ax_training_step(r, &loss, err);
        if (code != AX_OK)
            return code;
        say_note(r, context);
        say_notices(r, context);
        p.step++;
        p.loss = loss;
        p.seconds = ax_clock() - r->start;
        bool stopped = watch && !watch(context, &p);
        if (r->job->epoch_end && r->step % r->schedule.steps_per_epoch == 0)
            code = end_epoch(r, context, err);
        if (code == AX_OK && stopped) {
            code = keep(r, err);
            return code != AX_OK ? code : ax_fail(err, AX_ECANCEL, "stopped at step %d of %d", p.step, p.steps);
        }
        /* not after the last step: what follows takes less than an epoch */
        if (code == AX_OK && every && r->step % (every * r->schedule.steps_per_epoch) == 0 &&
            r->step < r->schedule.steps && worth_keeping(r))
            code = keep(r, err);
        if (code != AX_OK)
            return code;
    }
    r->outcome.loss = r->loss_sum / r->schedule.steps_per_epoch;
    return AX_OK;
}

ax_code ax_trainer_write_model(ax_trainer *t, const char *path, bool output, ax_err *err)
{
    const ax_training *r = &t->now;
    const ax_source_info *info = &t->source->info;
    ax_model_info *m = calloc(1, sizeof *m);
    if (!m)
        return ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    m->genotype = r->job->genotype;
    m->channels = r->job->channels;
    m->repeats = r->job->repeats;
    m->concat = ax_aggregate_is_concat(&t->settings);
    m->task = info->task;
    m->encoder = t->encoder;
    m->outcome = r->outcome;
    snprintf(m->data, sizeof m->data, "%s", info->spec);
    bool averaged = t->settings.polyak > 0;
    ax_params *encoder = r->stage == 1 ? ax_evaluation_encoder(t, err) : NULL;
    ax_code code =
        r->stage == 1 && !encoder ? err->code : ax_model_write(path, output, m, r->params, averaged, encoder, err);
    ax_params_free(encoder);
    free(m);
    return code;
}

static ax_code measure(ax_training *r, ax_err *err)
{
    const ax_trainer_sizes *size = &r->t->sizes;
    ax_decoder_spec spec = ax_training_spec(r->t, r->job, false);
    ax_network_figures figures;
    ax_code code = ax_network_measure(&r->t->encoder, &spec, size->val_h, size->val_w, &figures, err);
    if (code == AX_OK) {
        r->outcome.params = figures.stats.params;
        r->outcome.macs = figures.stats.macs;
    }
    return code;
}

/* Runs a stage that r has entered to its end. */
static ax_code finish_stage(ax_training *r, ax_train_watch watch, void *context, ax_err *err)
{
    ax_code code = train(r, watch, context, err);
    if (code == AX_OK && !r->job->epoch_end) /* otherwise it was judged after its last epoch */
        code = settle(r, r->job->masks_path, err);
    r->outcome.seconds = ax_clock() - r->start;
    return code;
}

static ax_code begin(ax_training *r, ax_err *err)
{
    ax_trainer *t = r->t;
    const ax_train_job *job = r->job;
    uint64_t footprint = r->footprint;
    ax_training_release(r);
    *r = (ax_training) { .t = t, .job = job, .footprint = footprint, .outcome = ax_outcome_none, .start = ax_clock() };
    ax_code code = measure(r, err);
    return code == AX_OK ? ax_training_enter_stage(r, 1, err) : code;
}

void ax_candidate_warn(const ax_train_job *job, void *context, const ax_err *why, const char *then)
{
    char text[sizeof why->msg + 64];
    snprintf(text, sizeof text, "%s; %s", why->msg, then);
    if (job->warn)
        job->warn(context, text);
}

/* Starts at the first step, or where the training was interrupted. */
static ax_code begin_or_go_on(ax_training *r, void *context, ax_err *err)
{
    bool found = false;
    ax_err why = { AX_OK, "" };
    double start = ax_clock();
    ax_code code = r->job->state_path ? ax_inflight_read(r->job->state_path, r, &found, &why) : AX_OK;
    if (found)
        r->start = start - r->outcome.seconds;
    if (code == AX_OK && !found && r->job->must_resume)
        code =
            ax_fail(&why, AX_EINVAL, "%s: the state of another training: its settings, its data or the network differ",
                    r->job->state_path);
    if (code == AX_EFORMAT && !r->job->must_resume) { /* only time is lost */
        ax_candidate_warn(r->job, context, &why, "starting again");
        code = AX_OK;
    }
    if (code != AX_OK && err)
        *err = why;
    return code == AX_OK && !found ? begin(r, err) : code;
}

static ax_code enter_stage2(ax_training *r, ax_err *err)
{
    ax_code code = ax_training_enter_stage(r, 2, err);
    /* from here on the gate isn't asked again */
    return code == AX_OK && r->job->save_epochs ? keep(r, err) : code;
}

ax_code ax_candidate_run(ax_trainer *t, const ax_train_job *job, uint64_t footprint, ax_train_watch watch,
                         void *context, ax_outcome *out, ax_err *err)
{
    ax_err why = { AX_OK, "" };
    ax_training *r = &t->now;
    ax_training_release(r);
    *r = (ax_training) { .t = t, .job = job, .footprint = footprint, .outcome = ax_outcome_none };
    ax_code code = begin_or_go_on(r, context, &why);
    r->saved = ax_clock(); /* nothing unsaved yet */
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
        code = ax_trainer_write_model(t, job->model_path, job->model_is_output, &why);
    r->outcome.seconds = ax_clock() - r->start;
    if (code == AX_OK)
        *out = r->outcome;
    else if (err)
        *err = why;
    ax_training_release(r);
    return code;
}
