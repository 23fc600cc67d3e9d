/* Updates over the reached parameters of a group; neighbours in memory are updated in one call. */
#include "engine/graph/params_internal.h"

#include <math.h>

/* A stretch of a block whose parameters are all reached. */
typedef struct stretch {
    size_t from, to; /* floats; padding between parameters is zero in every slot and stays so */
} stretch;

/* The next stretch at or after *i (parameters of a group lie in their order); false = no more. */
static bool next_stretch(const ax_params *p, ax_group group, size_t *i, stretch *s)
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

ax_code ax_optim_norm(ax_params *p, ax_group group, double *norm, ax_err *err)
{
    double total = 0;
    stretch s;
    for (size_t i = 0; next_stretch(p, group, &i, &s);) {
        double part = 0;
        ax_code code =
            p->be->sum_squares(p->dev, p->block[group].slot[AX_SLOT_GRAD] + s.from, s.to - s.from, &part, err);
        if (code != AX_OK)
            return code;
        total += part;
    }
    *norm = sqrt(total);
    return AX_OK;
}

static ax_code update(ax_params *p, ax_group group, const ax_optim *o, float grad_scale, ax_err *err)
{
    ax_param_block *b = &p->block[group];
    stretch s;
    for (size_t i = 0; next_stretch(p, group, &i, &s);) {
        ax_update u = {
            .value = b->slot[AX_SLOT_VALUE] + s.from,
            .grad = b->slot[AX_SLOT_GRAD] + s.from,
            .m = b->slot[AX_SLOT_M] + s.from,
            .v = o->kind == AX_OPTIM_ADAM ? b->slot[AX_SLOT_V] + s.from : NULL,
            .n = s.to - s.from,
            .lr = o->lr,
            .weight_decay = o->weight_decay,
            .grad_scale = grad_scale,
            .momentum = o->momentum,
            .beta1 = 0.9f,
            .beta2 = 0.999f,
            .eps = 1e-8f,
            .correct1 = (float)(1 - pow(0.9, (double)o->step)),
            .correct2 = (float)(1 - pow(0.999, (double)o->step)),
        };
        ax_code code = o->kind == AX_OPTIM_ADAM ? p->be->adam(p->dev, &u, err) : p->be->sgd(p->dev, &u, err);
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}

ax_code ax_optim_step(ax_params *p, ax_group group, ax_optim *o, double *norm, ax_err *err)
{
    double n = 0;
    ax_code code = ax_params_need_slot(p, group, AX_SLOT_GRAD, err);
    if (code == AX_OK)
        code = ax_params_need_slot(p, group, AX_SLOT_M, err);
    if (code == AX_OK && o->kind == AX_OPTIM_ADAM)
        code = ax_params_need_slot(p, group, AX_SLOT_V, err);
    if (code == AX_OK)
        code = ax_optim_norm(p, group, &n, err);
    if (code != AX_OK)
        return code;
    if (!isfinite(n))
        return ax_fail(err, AX_EFORMAT, "diverged: the gradient norm is %g", n);
    double scale = o->clip > 0 ? o->clip / (n + 1e-6) : 1;
    o->step++;
    code = update(p, group, o, scale < 1 ? (float)scale : 1.0f, err);
    if (code == AX_OK && norm)
        *norm = n;
    return code;
}

ax_code ax_optim_polyak(ax_params *p, ax_group group, float decay, ax_err *err)
{
    ax_param_block *b = &p->block[group];
    if (!b->trainable)
        return AX_OK;
    ax_code code = ax_params_need_slot(p, group, AX_SLOT_AVERAGE, err);
    if (code != AX_OK)
        return code;
    if (!b->averaged) {
        b->averaged = true;
        return p->be->copy(p->dev, b->slot[AX_SLOT_AVERAGE], b->slot[AX_SLOT_VALUE], b->trainable * sizeof(float),
                           AX_ON_DEVICE, err);
    }
    /* only what was updated: decay * x + (1 - decay) * x need not be x in floats */
    stretch s;
    for (size_t i = 0; code == AX_OK && next_stretch(p, group, &i, &s);)
        code = p->be->polyak(p->dev, b->slot[AX_SLOT_AVERAGE] + s.from, b->slot[AX_SLOT_VALUE] + s.from, s.to - s.from,
                             decay, err);
    return code;
}
