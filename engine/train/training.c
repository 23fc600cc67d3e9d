#include "engine/train/training.h"

#include "engine/base/utf8.h"
#include "engine/model/step.h"
#include "engine/train/peers.h"
#include "engine/train/trainer_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ax_schedule ax_schedule_of(const ax_settings *s, size_t n_train, const ax_train_job *job, int32_t stage)
{
    int64_t crops = stage == 1 ? s->train_samples : s->stage2_samples ? s->stage2_samples : (int64_t)n_train;
    int64_t batch = stage == 1 ? s->batch : s->stage2_batch;
    ax_schedule a = { .epochs = stage == 1 ? job->epochs : job->stage2_epochs };
    batch = batch > crops ? crops : batch;
    if (job->half_batch)
        batch = (batch + 1) / 2;
    a.batch = (int32_t)batch;
    a.steps_per_epoch = (int32_t)(crops / batch);
    a.steps = a.epochs * a.steps_per_epoch;
    return a;
}

ax_decoder_spec ax_training_spec(const ax_trainer *t, const ax_train_job *job, bool train)
{
    return (ax_decoder_spec) {
        .genotype = job->genotype,
        .channels = job->channels,
        .repeats = job->repeats,
        .outputs = t->source->info.task.outputs,
        .train = train,
        .aux = train && t->settings.aux_weight > 0,
        .quiet = t->source->info.task.task->quiet,
        .bias_one = t->source->info.task.task->starts_at_one,
        .concat = ax_aggregate_is_concat(&t->settings),
        .init_fan_in = !strcmp(t->settings.init, "pytorch"),
    };
}

/* ---- a stage ---- */

ax_code ax_training_graph(ax_training *r, ax_shape *at, ax_err *err)
{
    const ax_settings *s = &r->t->settings;
    const ax_step_spec spec = {
        .stage = r->stage,
        .n = r->share,
        .crop = (int32_t)(r->stage == 1 ? s->crop : s->stage2_crop),
        .encoder = &r->t->encoder,
        .decoder = ax_training_spec(r->t, r->job, true),
        .task = &r->t->source->info.task,
        .teacher = ax_trainer_has_teacher(s),
        .kd = (float)s->kd_weight,
        .aux = (float)s->aux_weight,
    };
    r->graph = ax_graph_new(err);
    return r->graph ? ax_step_build(r->graph, &spec, at, err) : AX_ENOMEM;
}

/* The decoder of stage 1 as stage 2 begins with it. */
static ax_code copy_decoder(ax_params *to, const ax_params *from, bool averaged, ax_err *err)
{
    ax_code code = AX_OK;
    for (size_t i = 0; i < ax_params_count(from) && code == AX_OK; i++) {
        const ax_param_spec *spec = ax_params_spec(from, i);
        size_t k = ax_params_find(to, spec->name);
        bool average = averaged && ax_params_slot(from, i, AX_SLOT_AVERAGE);
        float *host = k == SIZE_MAX ? NULL : malloc(ax_type_bytes(spec->type));
        if (!host)
            return k == SIZE_MAX ? ax_fail(err, AX_EINVAL, "'%s' is not in stage 2", spec->name)
                                 : ax_fail(err, AX_ENOMEM, "no memory for '%s'", spec->name);
        code = ax_params_get(from, i, average ? AX_SLOT_AVERAGE : AX_SLOT_VALUE, host, err);
        if (code == AX_OK)
            code = ax_params_set(to, k, AX_SLOT_VALUE, host, err);
        free(host);
    }
    return code;
}

static ax_code make_params(ax_training *r, ax_err *err)
{
    ax_trainer *t = r->t;
    if (r->stage == 1) {
        const ax_graph *graphs[] = { r->graph };
        ax_rng rng = ax_rng_new(r->job->seed, 1);
        r->params = ax_params_new(graphs, 1, t->be, t->dev, &rng, err);
        return r->params ? AX_OK : err->code;
    }
    ax_params *both = ax_encoder_params(&t->encoder, r->graph, t->be, t->dev, err);
    ax_code code = both ? AX_OK : err->code;
    if (code == AX_OK && r->params)
        code = copy_decoder(both, r->params, t->settings.polyak > 0, err);
    if (code != AX_OK) {
        ax_params_free(both);
        return code;
    }
    ax_params_free(r->params);
    r->params = both;
    return AX_OK;
}

/* Of the averages, at this step. */
static float decay_now(const ax_training *r)
{
    const ax_settings *s = &r->t->settings;
    double decay = r->stage == 1 ? s->polyak : s->stage2_polyak;
    /* After n steps sum d^(n-i) (1-d) x_i / (1-d^n), as a running mean with a decay that grows: 0 at the first step. */
    if (s->debias)
        decay *= (1 - pow(decay, r->step)) / (1 - pow(decay, r->step + 1));
    return (float)decay;
}

/* As published, the average starts as what the stage begins with. */
static ax_code start_averages(ax_training *r, ax_err *err)
{
    const ax_settings *s = &r->t->settings;
    if (s->debias || !(s->polyak > 0))
        return AX_OK;
    ax_code code = ax_optim_polyak(r->params, AX_GROUP_DECODER, decay_now(r), err);
    return code == AX_OK && r->stage == 2 ? ax_optim_polyak(r->params, AX_GROUP_ENCODER, decay_now(r), err) : code;
}

/* What each step does with its gradients. */
static ax_code update(void *training, ax_err *err)
{
    const ax_training *r = training;
    bool average = r->t->settings.polyak > 0;
    ax_code code = r->stage == 2 ? ax_optim_run(r->params, AX_GROUP_ENCODER, &r->encoder, average, err) : AX_OK;
    if (code == AX_OK)
        code = ax_optim_run(r->params, AX_GROUP_DECODER, &r->decoder, average, err);
    if (code != AX_OK || !r->log)
        return code;
    const ax_update_now *other = r->stage == 2 ? ax_optim_now(r->params, AX_GROUP_ENCODER) : NULL;
    return r->t->be->log(r->t->dev, ax_plan_where_kept(r->plan, "loss"), ax_optim_now(r->params, AX_GROUP_DECODER),
                         other, r->log, err);
}

static void drop_stage(ax_training *r)
{
    if (r->log)
        r->t->be->release(r->t->dev, r->log);
    r->log = NULL;
    r->unread = 0;
    r->loss = NAN;
    ax_batch_free(r->batch);
    ax_plan_free(r->plan);
    ax_graph_free(r->graph);
    ax_peers_free(r->peers);
    r->peers = NULL;
    r->batch = NULL;
    r->plan = NULL;
    r->graph = NULL;
    r->noted = false;
}

/* Without them it is slower, and that is all: whatever is wrong with them, one device goes on. It is tried once. */
static void take_peers(ax_training *r)
{
    ax_err why = { AX_OK, "" };
    size_t n = r->alone[0] ? 0 : ax_peers_wanted(r);
    if (n && !(r->peers = ax_peers_new(r, n, &why)))
        ax_utf8_copy(r->alone, sizeof r->alone, why.msg);
    if (r->peers)
        r->share = ax_peers_share(r->schedule.batch, n + 1, 0);
}

ax_code ax_training_enter(ax_training *r, int32_t stage, ax_err *err)
{
    const ax_settings *s = &r->t->settings;
    ax_shape at = { 0 };
    unsigned flags = AX_PLAN_NARROW | (s->cuda_graphs ? AX_PLAN_CAPTURE : 0);
    drop_stage(r);
    r->stage = stage;
    r->step = 0;
    r->loss_sum = 0;
    r->schedule = ax_schedule_of(s, r->t->source->info.n_train, r->job, stage);
    r->decoder = (ax_optim) {
        .kind = AX_OPTIM_ADAM,
        .weight_decay = (float)s->weight_decay,
        .clip = (float)s->clip,
    };
    r->encoder = (ax_optim) {
        .kind = AX_OPTIM_SGD,
        .weight_decay = (float)s->encoder_weight_decay,
        .momentum = (float)s->encoder_momentum,
        .clip = (float)s->clip,
    };
    r->share = r->schedule.batch;
    take_peers(r);
    ax_code code = ax_training_graph(r, &at, err);
    if (code == AX_OK)
        code = make_params(r, err);
    if (code == AX_OK && !(r->plan = ax_plan_new(r->graph, r->t->be, r->t->dev, r->params, flags, err)))
        code = err->code;
    const ax_batch_spec spec = {
        .stage = stage,
        .n = r->schedule.batch,
        .h = at.h,
        .w = at.w,
        .steps_per_epoch = r->schedule.steps_per_epoch,
        .seed = r->job->seed,
        .on_host = r->peers,
    };
    if (code == AX_OK && !(r->batch = ax_batch_new(r->t, &spec, r->plan, err)))
        code = err->code;
    if (code == AX_OK)
        code = ax_peers_bind(r->peers, r->batch, err);
    if (code == AX_OK)
        code = start_averages(r, err);
    const size_t log = AX_TRAINING_LOG * AX_LOG_FIGURES * sizeof *r->log;
    if (code == AX_OK && !r->peers && r->t->be->log && !(r->log = r->t->be->alloc(r->t->dev, log, err)))
        code = err->code;
    if (code == AX_OK && !r->peers) /* with peers the gradients aren't there yet when the plan has run */
        ax_plan_then(r->plan, update, r);
    return code;
}

void ax_training_release(ax_training *r)
{
    drop_stage(r);
    ax_params_free(r->params);
    *r = (ax_training) { 0 };
}

/* ---- a step ---- */

/* The learning rate as a share of its full value. */
static double lr_factor(const ax_training *r)
{
    const ax_settings *s = &r->t->settings;
    double share = 1;
    if (r->step < s->warmup)
        share = (r->step + 1) / (double)(s->warmup + 1);
    if (!strcmp(s->schedule, "poly")) /* as DeepLab has it: Chen et al., PAMI 2018, section 4.1 */
        share *= pow(1 - (double)r->step / r->schedule.steps, 0.9);
    else if (r->job->full || !strcmp(s->schedule, "cosine"))
        share *= 0.5 * (1 + cos(acos(-1.0) * r->step / r->schedule.steps));
    return share;
}

/* What is known of a step: its loss, and the norms of its gradients. */
static ax_code count_step(ax_training *r, const double figures[static AX_LOG_FIGURES], ax_err *err)
{
    const int32_t step = r->step - r->unread;
    r->loss = (float)figures[0];
    if (!isfinite(r->loss))
        return ax_fail(err, AX_EFORMAT, "diverged: the loss is %g", (double)r->loss);
    ax_code code = r->stage == 2 ? ax_optim_check(figures[2], err) : AX_OK;
    if (code == AX_OK)
        code = ax_optim_check(figures[1], err);
    if (step % r->schedule.steps_per_epoch == 0)
        r->loss_sum = 0;
    r->loss_sum += r->loss;
    return code;
}

ax_code ax_training_settle(ax_training *r, ax_err *err)
{
    double figures[AX_TRAINING_LOG][AX_LOG_FIGURES];
    const int32_t n = r->unread;
    ax_code code =
        n ? r->t->be->copy(r->t->dev, figures, r->log, (size_t)n * sizeof *figures, AX_FROM_DEVICE, err) : AX_OK;
    for (int32_t i = 0; i < n && code == AX_OK; i++, r->unread--)
        code = count_step(r, figures[i], err);
    return code;
}

/* A step of a device that keeps a log: nobody waits for it, unless the log is full or an epoch ends, or nothing is
   known yet. */
static ax_code run_logged(ax_training *r, ax_err *err)
{
    ax_code code = ax_plan_run(r->plan, err);
    if (code != AX_OK)
        return code;
    r->step++;
    r->unread++;
    r->decoder.step++;
    r->encoder.step += r->stage == 2;
    if (r->step < r->schedule.steps)
        ax_batch_fill_ahead(r->batch, r->step);
    bool due = r->unread == AX_TRAINING_LOG || r->step % r->schedule.steps_per_epoch == 0 || isnan(r->loss);
    return due ? ax_training_settle(r, err) : AX_OK;
}

/* Runs the step of batch `at` and waits for what it came to. */
static ax_code run_and_wait(ax_training *r, int32_t at, float *loss, ax_err *err)
{
    double others = 0;
    ax_code code = ax_plan_run(r->plan, err);
    if (code == AX_OK && at + 1 < r->schedule.steps)
        ax_batch_fill_ahead(r->batch, at + 1);
    /* the peers first: one that has failed says so, and nobody waits for it */
    if (code == AX_OK)
        code = ax_peers_loss(r->peers, &others, err);
    if (code == AX_OK)
        code = ax_plan_read(r->plan, "loss", loss, sizeof *loss, err);
    if (code != AX_OK)
        return code;
    *loss = r->peers ? (float)((double)r->share / r->schedule.batch * (double)*loss + others) : *loss;
    if (!isfinite(*loss))
        return ax_fail(err, AX_EFORMAT, "diverged: the loss is %g", (double)*loss);
    code = ax_peers_gather(r->peers, r->params, err);
    if (code == AX_OK && r->peers)
        code = update(r, err);
    if (code == AX_OK && r->stage == 2)
        code = ax_optim_end(r->params, AX_GROUP_ENCODER, &r->encoder, NULL, err);
    return code == AX_OK ? ax_optim_end(r->params, AX_GROUP_DECODER, &r->decoder, NULL, err) : code;
}

static ax_code run_waited(ax_training *r, ax_err *err)
{
    ax_code code = run_and_wait(r, r->step, &r->loss, err);
    if (code != AX_OK)
        return code;
    if (r->step % r->schedule.steps_per_epoch == 0)
        r->loss_sum = 0;
    r->loss_sum += r->loss;
    r->step++;
    return AX_OK;
}

/* All that a step needs before it runs: the batch, and what is of this step. */
static ax_code prepare(ax_training *r, int32_t at, double factor, float decay, ax_err *err)
{
    ax_code code = ax_batch_fill(r->batch, at, err);
    r->decoder.lr = (float)(r->t->settings.lr * factor);
    r->encoder.lr = (float)(r->t->settings.encoder_lr * factor);
    r->decoder.slot = r->encoder.slot = r->unread;
    if (code == AX_OK && r->stage == 2)
        code = ax_optim_begin(r->params, AX_GROUP_ENCODER, &r->encoder, decay, err);
    if (code == AX_OK)
        code = ax_optim_begin(r->params, AX_GROUP_DECODER, &r->decoder, decay, err);
    return code == AX_OK ? ax_peers_start(r->peers, r->params, err) : code;
}

/* ---- the ends of epochs ---- */

/* The averages become the parameters. */
static ax_code take_averages(ax_training *r, ax_err *err)
{
    ax_code code = ax_optim_take_average(r->params, AX_GROUP_DECODER, err);
    return code == AX_OK && r->stage == 2 ? ax_optim_take_average(r->params, AX_GROUP_ENCODER, err) : code;
}

/* The averages' own statistics of batch norm, from more batches: steps that learn nothing, since their rate is 0, and
   keep the averages, since their decay is 1. */
static ax_code refresh(ax_training *r, ax_err *err)
{
    const float lr = r->decoder.lr, encoder_lr = r->encoder.lr;
    ax_code code = take_averages(r, err);
    for (int32_t k = 0; k < r->t->settings.bn_refresh && code == AX_OK; k++) {
        const int32_t at = r->schedule.steps + k;
        float loss;
        code = prepare(r, at, 0, 1, err);
        if (code == AX_OK)
            code = r->log ? ax_plan_run(r->plan, err) : run_and_wait(r, at, &loss, err);
    }
    r->decoder.lr = lr;
    r->encoder.lr = encoder_lr;
    return code;
}

static ax_code end_epoch(ax_training *r, ax_err *err)
{
    const ax_settings *s = &r->t->settings;
    if (!(s->polyak > 0) || r->step % r->schedule.steps_per_epoch)
        return AX_OK;
    ax_code code = s->polyak_copy ? take_averages(r, err) : AX_OK;
    bool last = r->stage == 2 && r->step == r->schedule.steps;
    return code == AX_OK && last && s->bn_refresh ? refresh(r, err) : code;
}

ax_code ax_training_step(ax_training *r, float *loss, ax_err *err)
{
    ax_code code = prepare(r, r->step, lr_factor(r), decay_now(r), err);
    if (code == AX_OK)
        code = r->log ? run_logged(r, err) : run_waited(r, err);
    *loss = r->loss;
    return code == AX_OK ? end_epoch(r, err) : code;
}
