/* One step of a training, and the end of an epoch. */
#include "engine/train/training.h"

#include "engine/model/step.h"
#include "engine/train/peers.h"
#include "engine/train/trainer_internal.h"

#include <math.h>
#include <string.h>

/* The learning rate as a fraction of its full value. */
static double lr_factor(const ax_training *r)
{
    const ax_settings *s = &r->t->settings;
    double share = 1;
    if (r->step < s->warmup)
        share = (r->step + 1) / (double)(s->warmup + 1);
    if (!strcmp(s->schedule, "poly")) /* as in DeepLab: Chen et al., PAMI 2018, section 4.1 */
        share *= pow(1 - (double)r->step / r->schedule.steps, 0.9);
    else if (r->job->full || !strcmp(s->schedule, "cosine"))
        share *= 0.5 * (1 + cos(acos(-1.0) * r->step / r->schedule.steps));
    return share;
}

float ax_training_decay(const ax_training *r)
{
    const ax_settings *s = &r->t->settings;
    double decay = r->stage == 1 ? s->polyak : s->stage2_polyak;
    /* Debiased average: after n steps sum d^(n-i) (1-d) x_i / (1-d^n), computed as a running mean whose decay grows
       from 0 at the first step. */
    if (s->debias)
        decay *= (1 - pow(decay, r->step)) / (1 - pow(decay, r->step + 1));
    return (float)decay;
}

ax_code ax_training_update(void *training, ax_err *err)
{
    const ax_training *r = training;
    bool average = r->t->settings.polyak > 0;
    ax_code code = r->stage == 2 ? ax_optim_run(r->params, AX_GROUP_ENCODER, &r->encoder, average, err) : AX_OK;
    if (code == AX_OK)
        code = ax_optim_run(r->params, AX_GROUP_DECODER, &r->decoder, average, err);
    if (code != AX_OK || !r->log)
        return code;
    const ax_update_now *other = r->stage == 2 ? ax_optim_now(r->params, AX_GROUP_ENCODER) : NULL;
    return r->t->be->log(r->t->dev, ax_plan_kept_address(r->plan, "loss"), ax_optim_now(r->params, AX_GROUP_DECODER),
                         other, r->log, err);
}

/* Takes over a step's figures: its loss and gradient norms. */
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

ax_code ax_training_wait(ax_training *r, ax_err *err)
{
    double figures[AX_TRAINING_LOG][AX_LOG_FIGURES];
    const int32_t n = r->unread;
    ax_code code =
        n ? r->t->be->copy(r->t->dev, figures, r->log, (size_t)n * sizeof *figures, AX_FROM_DEVICE, err) : AX_OK;
    for (int32_t i = 0; i < n && code == AX_OK; i++, r->unread--)
        code = count_step(r, figures[i], err);
    return code;
}

/* A step on a device that keeps a log: waits only when the log is full, an epoch ends, or no step has been read yet. */
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
    return due ? ax_training_wait(r, err) : AX_OK;
}

/* Runs the step of batch `at` and waits for its figures. */
static ax_code run_and_wait(ax_training *r, int32_t at, float *loss, ax_err *err)
{
    double others = 0;
    ax_code code = ax_plan_run(r->plan, err);
    if (code == AX_OK && at + 1 < r->schedule.steps)
        ax_batch_fill_ahead(r->batch, at + 1);
    /* peers first: one that has failed reports it at once */
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
        code = ax_training_update(r, err);
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

/* Prepares a step: its batch, and its values for the optimisers. */
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

/* ---- end of an epoch ---- */

/* Replaces the parameters by the averages. */
static ax_code take_averages(ax_training *r, ax_err *err)
{
    ax_code code = ax_optim_take_average(r->params, AX_GROUP_DECODER, err);
    return code == AX_OK && r->stage == 2 ? ax_optim_take_average(r->params, AX_GROUP_ENCODER, err) : code;
}

/* Recomputes batch norm's running statistics for the averages from further batches: steps at learning rate 0 with decay
   1, which change neither parameters nor averages. */
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
    ax_code code = prepare(r, r->step, lr_factor(r), ax_training_decay(r), err);
    if (code == AX_OK)
        code = r->log ? run_logged(r, err) : run_waited(r, err);
    *loss = r->loss;
    return code == AX_OK ? end_epoch(r, err) : code;
}
