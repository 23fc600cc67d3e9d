/* Updates of a group's parameters that have a gradient; adjacent ones are updated in one call. */
#include "engine/graph/params_internal.h"

#include <math.h>
#include <stddef.h>

/* A span of a block whose parameters all have a gradient. */
typedef struct span {
    size_t from, to; /* floats; padding between parameters is zero in every slot and stays zero */
} span;

/* The next span at or after *i (parameters of a group are in block order); false = none. */
static bool next_span(const ax_params *p, ax_group group, size_t *i, span *s)
{
    bool open = false;
    for (; *i < p->n; ++*i) {
        const ax_param *q = &p->param[*i];
        if (q->spec.group != group || !q->spec.trainable)
            continue;
        if (!q->reached) {
            if (open)
                break;
            continue;
        }
        if (!open)
            s->from = q->offset;
        s->to = q->offset + q->count;
        open = true;
    }
    return open;
}

/* The update's state, followed by the sums of squares of the spans; a group has at most as many spans as parameters. */
static ax_code need_now(ax_params *p, ax_group group, ax_err *err)
{
    ax_param_block *b = &p->block[group];
    if (!b->now)
        b->now = p->be->alloc(p->dev, sizeof *b->now + p->n * sizeof(double), err);
    return b->now ? AX_OK : err && err->code ? err->code : AX_ENOMEM;
}

static ax_code write_now(ax_params *p, ax_group group, const ax_update_now *now, ax_err *err)
{
    ax_code code = need_now(p, group, err);
    return code == AX_OK
               ? p->be->copy(p->dev, p->block[group].now, now, offsetof(ax_update_now, grad_scale), AX_TO_DEVICE, err)
               : code;
}

static ax_code read_norm(const ax_params *p, ax_group group, double *norm, ax_err *err)
{
    return p->be->copy(p->dev, norm, &p->block[group].now->norm, sizeof *norm, AX_FROM_DEVICE, err);
}

/* Computes now->norm and the factor of the gradients. */
static ax_code clip(ax_params *p, ax_group group, float most, ax_err *err)
{
    const ax_param_block *b = &p->block[group];
    double *sums = (double *)(b->now + 1);
    size_t n = 0;
    ax_code code = AX_OK;
    span s;
    for (size_t i = 0; code == AX_OK && next_span(p, group, &i, &s);)
        code = p->be->sum_squares(p->dev, b->slot[AX_SLOT_GRAD] + s.from, s.to - s.from, &sums[n++], err);
    return code == AX_OK ? p->be->clip(p->dev, sums, n, most, b->now, err) : code;
}

ax_code ax_optim_norm(ax_params *p, ax_group group, double *norm, ax_err *err)
{
    ax_code code = need_now(p, group, err);
    if (code == AX_OK)
        code = clip(p, group, 0, err);
    return code == AX_OK ? read_norm(p, group, norm, err) : code;
}

static ax_code update(ax_params *p, ax_group group, const ax_optim *o, ax_err *err)
{
    ax_param_block *b = &p->block[group];
    span s;
    for (size_t i = 0; next_span(p, group, &i, &s);) {
        ax_update u = {
            .value = b->slot[AX_SLOT_VALUE] + s.from,
            .grad = b->slot[AX_SLOT_GRAD] + s.from,
            .m = b->slot[AX_SLOT_M] + s.from,
            .v = o->kind == AX_OPTIM_ADAM ? b->slot[AX_SLOT_V] + s.from : NULL,
            .n = s.to - s.from,
            .now = b->now,
            .weight_decay = o->weight_decay,
            .momentum = o->momentum,
            .beta1 = 0.9f,
            .beta2 = 0.999f,
            .eps = 1e-8f,
        };
        ax_code code = o->kind == AX_OPTIM_ADAM ? p->be->adam(p->dev, &u, err) : p->be->sgd(p->dev, &u, err);
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}

/* Averages with the decay last written. */
static ax_code average(ax_params *p, ax_group group, ax_err *err)
{
    ax_param_block *b = &p->block[group];
    if (!b->averaged) {
        b->averaged = true;
        return p->be->copy(p->dev, b->slot[AX_SLOT_AVERAGE], b->slot[AX_SLOT_VALUE], b->trainable * sizeof(float),
                           AX_ON_DEVICE, err);
    }
    /* only updated parameters: decay * x + (1 - decay) * x need not equal x in floats */
    ax_code code = AX_OK;
    span s;
    for (size_t i = 0; code == AX_OK && next_span(p, group, &i, &s);)
        code = p->be->polyak(p->dev, b->slot[AX_SLOT_AVERAGE] + s.from, b->slot[AX_SLOT_VALUE] + s.from, s.to - s.from,
                             &b->now->decay, err);
    return code;
}

ax_code ax_optim_begin(ax_params *p, ax_group group, const ax_optim *o, float decay, ax_err *err)
{
    const ax_update_now now = {
        .lr = o->lr,
        .correct1 = (float)(1 - pow(0.9, (double)(o->step + 1))),
        .correct2 = (float)(1 - pow(0.999, (double)(o->step + 1))),
        .decay = decay,
        .slot = o->slot,
    };
    ax_code code = ax_params_need_slot(p, group, AX_SLOT_GRAD, err);
    if (code == AX_OK)
        code = ax_params_need_slot(p, group, AX_SLOT_M, err);
    if (code == AX_OK && o->kind == AX_OPTIM_ADAM)
        code = ax_params_need_slot(p, group, AX_SLOT_V, err);
    return code == AX_OK ? write_now(p, group, &now, err) : code;
}

ax_code ax_optim_run(ax_params *p, ax_group group, const ax_optim *o, bool with_average, ax_err *err)
{
    ax_code code = with_average ? ax_params_need_slot(p, group, AX_SLOT_AVERAGE, err) : AX_OK;
    if (code == AX_OK)
        code = clip(p, group, o->clip, err);
    if (code == AX_OK)
        code = update(p, group, o, err);
    return code == AX_OK && with_average ? average(p, group, err) : code;
}

ax_code ax_optim_end(const ax_params *p, ax_group group, ax_optim *o, double *norm, ax_err *err)
{
    double n = 0;
    ax_code code = read_norm(p, group, &n, err);
    if (code == AX_OK)
        code = ax_optim_check(n, err);
    if (code != AX_OK)
        return code;
    o->step++;
    if (norm)
        *norm = n;
    return AX_OK;
}

ax_code ax_optim_check(double norm, ax_err *err)
{
    return isfinite(norm) ? AX_OK : ax_fail(err, AX_EFORMAT, "diverged: the gradient norm is %g", norm);
}

const ax_update_now *ax_optim_now(const ax_params *p, ax_group group)
{
    return p->block[group].now;
}

ax_code ax_optim_step(ax_params *p, ax_group group, ax_optim *o, double *norm, ax_err *err)
{
    ax_code code = ax_optim_begin(p, group, o, 0, err);
    if (code == AX_OK)
        code = ax_optim_run(p, group, o, false, err);
    return code == AX_OK ? ax_optim_end(p, group, o, norm, err) : code;
}

ax_code ax_optim_polyak(ax_params *p, ax_group group, float decay, ax_err *err)
{
    const ax_update_now now = { .decay = decay };
    if (!p->block[group].trainable)
        return AX_OK;
    ax_code code = ax_params_need_slot(p, group, AX_SLOT_AVERAGE, err);
    if (code == AX_OK)
        code = write_now(p, group, &now, err);
    return code == AX_OK ? average(p, group, err) : code;
}

ax_code ax_optim_take_average(ax_params *p, ax_group group, ax_err *err)
{
    ax_param_block *b = &p->block[group];
    if (!b->averaged)
        return AX_OK;
    return p->be->copy(p->dev, b->slot[AX_SLOT_VALUE], b->slot[AX_SLOT_AVERAGE], b->trainable * sizeof(float),
                       AX_ON_DEVICE, err);
}
