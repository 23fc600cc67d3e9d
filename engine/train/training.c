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

/* Copies the decoder of stage 1 as the start of stage 2. */
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

/* As published, the average starts with the stage's initial parameters. */
static ax_code start_averages(ax_training *r, ax_err *err)
{
    const ax_settings *s = &r->t->settings;
    if (s->debias || !(s->polyak > 0))
        return AX_OK;
    ax_code code = ax_optim_polyak(r->params, AX_GROUP_DECODER, ax_training_decay(r), err);
    return code == AX_OK && r->stage == 2 ? ax_optim_polyak(r->params, AX_GROUP_ENCODER, ax_training_decay(r), err)
                                          : code;
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

/* Without peers training is only slower: if they can't be used for any reason, one device continues alone. Tried
   once. */
static void take_peers(ax_training *r)
{
    ax_err why = { AX_OK, "" };
    size_t n = r->alone[0] ? 0 : ax_peers_usable(r);
    if (n && !(r->peers = ax_peers_new(r, n, &why)))
        ax_utf8_copy(r->alone, sizeof r->alone, why.msg);
    if (r->peers)
        r->share = ax_peers_share(r->schedule.batch, n + 1, 0);
}

ax_code ax_training_enter_stage(ax_training *r, int32_t stage, ax_err *err)
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
    if (code == AX_OK && !r->peers) /* with peers the gradients aren't complete yet when the plan has run */
        ax_plan_run_after(r->plan, ax_training_update, r);
    return code;
}

void ax_training_release(ax_training *r)
{
    drop_stage(r);
    ax_params_free(r->params);
    *r = (ax_training) { 0 };
}
