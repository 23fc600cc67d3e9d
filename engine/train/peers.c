#include "engine/train/peers.h"

#include "engine/train/trainer_internal.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct peer {
    ax_device *dev;
    ax_graph *graph;
    ax_params *params; /* VALUE: copies of the leader's; GRAD */
    ax_plan *plan;
    int32_t share;
} peer;

struct ax_peers {
    const ax_backend *be;
    void *joined;
    size_t n;
    int32_t batch, lead; /* crops; crops of the leader */
    peer peer[AX_PEERS];
};

size_t ax_peers_usable(const ax_training *r)
{
    int64_t least = r->t->settings.data_parallel, most = least ? r->schedule.batch / least : 0;
    int64_t there = __builtin_popcountll(r->job->peers);
    there = there < AX_PEERS ? there : AX_PEERS;
    return most < 2 ? 0 : (size_t)(there < most - 1 ? there : most - 1);
}

int32_t ax_peers_share(int32_t batch, size_t n, size_t i)
{
    return batch / (int32_t)n + ((int32_t)i < batch % (int32_t)n);
}

/* ---- creation ---- */

static ax_code open_devices(ax_peers *p, const ax_training *r, ax_err *err)
{
    uint64_t left = r->job->peers;
    for (size_t i = 0; i < p->n; i++, left &= left - 1) {
        char name[16];
        const ax_backend *be;
        snprintf(name, sizeof name, "cuda:%u", (unsigned)__builtin_ctzll(left) & 63);
        if (!(p->peer[i].dev = ax_device_open(name, 0, &be, NULL, err)))
            return err->code;
        ax_trainer_configure(r->t, p->peer[i].dev);
    }
    return AX_OK;
}

static ax_code join(ax_peers *p, const ax_training *r, ax_err *err)
{
    ax_device *dev[1 + AX_PEERS] = { r->t->dev };
    if (!p->be->exchange.join)
        return ax_fail(err, AX_EINVAL, "devices of the backend %s can't share a training", p->be->name);
    for (size_t i = 0; i < p->n; i++)
        dev[1 + i] = p->peer[i].dev;
    p->joined = p->be->exchange.join(dev, 1 + p->n, err);
    return p->joined ? AX_OK : err->code;
}

static ax_code build(const ax_peers *p, peer *q, const ax_training *r, ax_err *err)
{
    ax_training part = { .t = r->t, .job = r->job, .stage = r->stage, .schedule = r->schedule, .share = q->share };
    ax_shape at;
    ax_code code = ax_training_graph(&part, &at, err);
    const ax_graph *graph = q->graph = part.graph;
    if (code == AX_OK && !(q->params = ax_params_new(&graph, 1, p->be, q->dev, NULL, err)))
        code = err->code;
    unsigned flags = AX_PLAN_NARROW | (r->t->settings.cuda_graphs ? AX_PLAN_CAPTURE : 0);
    if (code == AX_OK && !(q->plan = ax_plan_new(graph, p->be, q->dev, q->params, flags, err)))
        code = err->code;
    return code;
}

ax_peers *ax_peers_new(const ax_training *r, size_t n, ax_err *err)
{
    ax_peers *p = calloc(1, sizeof *p);
    if (!p) {
        ax_fail(err, AX_ENOMEM, "no memory for %zu peers", n);
        return NULL;
    }
    p->be = r->t->be;
    p->n = n;
    p->batch = r->schedule.batch;
    p->lead = ax_peers_share(p->batch, n + 1, 0);
    ax_code code = open_devices(p, r, err);
    if (code == AX_OK)
        code = join(p, r, err);
    for (size_t i = 0; i < n && code == AX_OK; i++) {
        p->peer[i].share = ax_peers_share(p->batch, n + 1, 1 + i);
        code = build(p, &p->peer[i], r, err);
    }
    if (code == AX_OK)
        return p;
    ax_peers_free(p);
    return NULL;
}

void ax_peers_free(ax_peers *p)
{
    if (!p)
        return;
    if (p->joined)
        p->be->exchange.leave(p->joined);
    for (size_t i = 0; i < p->n; i++) {
        peer *q = &p->peer[i];
        ax_plan_free(q->plan);
        ax_params_free(q->params);
        ax_graph_free(q->graph);
        if (q->dev)
            p->be->close(q->dev);
    }
    free(p);
}

size_t ax_peers_count(const ax_peers *p)
{
    return p ? p->n : 0;
}

ax_code ax_peers_bind(ax_peers *p, ax_batch *batch, ax_err *err)
{
    ax_code code = AX_OK;
    int32_t first = p ? p->lead : 0;
    for (size_t i = 0; i < ax_peers_count(p) && code == AX_OK; i++) {
        code = ax_batch_bind(batch, p->peer[i].plan, first, err);
        first += p->peer[i].share;
    }
    return code;
}

/* ---- a step ---- */

/* A slot of a group on all devices, the leader's first; *floats 0 = the stage doesn't have it. */
static ax_code everywhere(const ax_peers *p, const ax_params *params, ax_group group, ax_slot slot, float **mem,
                          size_t *floats, ax_err *err)
{
    size_t same;
    mem[0] = ax_params_block(params, group, slot, floats);
    *floats = mem[0] ? *floats : 0;
    for (size_t i = 0; i < p->n; i++) {
        mem[1 + i] = ax_params_block(p->peer[i].params, group, slot, &same);
        if ((mem[1 + i] ? same : 0) != *floats)
            return ax_fail(err, AX_EINVAL, "the devices' parameters are in different orders");
    }
    return AX_OK;
}

ax_code ax_peers_start(ax_peers *p, const ax_params *params, ax_err *err)
{
    ax_code code = AX_OK;
    size_t n;
    float *mem[1 + AX_PEERS];
    for (int g = 0; p && g < AX_GROUP_COUNT && code == AX_OK; g++) {
        code = everywhere(p, params, (ax_group)g, AX_SLOT_VALUE, mem, &n, err);
        if (code == AX_OK && n)
            code = p->be->exchange.spread(p->joined, mem, n, err);
    }
    for (size_t i = 0; i < ax_peers_count(p) && code == AX_OK; i++)
        code = ax_plan_run(p->peer[i].plan, err);
    return code;
}

ax_code ax_peers_loss(ax_peers *p, double *sum, ax_err *err)
{
    ax_code code = AX_OK;
    *sum = 0;
    for (size_t i = 0; i < ax_peers_count(p) && code == AX_OK; i++) {
        float loss = 0;
        code = ax_plan_read(p->peer[i].plan, "loss", &loss, sizeof loss, err);
        *sum += (double)p->peer[i].share / p->batch * (double)loss;
    }
    return code;
}

ax_code ax_peers_gather(ax_peers *p, ax_params *params, ax_err *err)
{
    ax_code code = AX_OK;
    size_t n;
    float *mem[1 + AX_PEERS], weight[1 + AX_PEERS];
    for (size_t i = 0; p && i <= p->n; i++)
        weight[i] = (float)(i ? p->peer[i - 1].share : p->lead) / (float)p->batch;
    for (int g = 0; p && g < AX_GROUP_COUNT && code == AX_OK; g++) {
        code = everywhere(p, params, (ax_group)g, AX_SLOT_GRAD, mem, &n, err);
        if (code == AX_OK && n)
            code = p->be->exchange.gather(p->joined, mem, weight, n, err);
    }
    return code;
}
