/* The rows of bench ops: calls in the plans of networks that the search trains and runs. */
#include "engine/command/bench/bench.h"

#include "engine/base/grow.h"
#include "engine/model/encoder.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two genotypes that together contain all operations of a cell, with cells at all sizes. */
static const char *const genotypes[] = { AX_BENCH_GENOTYPE,
                                         "[[0,[0,1,3,6],[2,1,7,10],[5,3,9,0]],[[0,1],[2,3],[4,5]]]" };

/* Stands for memory; never dereferenced. */
#define WANTED ((void *)(uintptr_t)64)

static ax_bench_row *grow(ax_bench_rows *rows, ax_err *err)
{
    ax_bench_row *grown = ax_grow(rows->row, rows->n, &rows->cap, sizeof *grown);
    if (!grown) {
        ax_fail(err, AX_ENOMEM, "no memory for %zu rows", rows->n + 1);
        return NULL;
    }
    rows->row = grown;
    ax_bench_row *r = &rows->row[rows->n];
    memset(r, 0, sizeof *r);
    return r;
}

static ax_code add_call(ax_bench_rows *rows, ax_plan_step step, const char *where, ax_err *err)
{
    ax_bench_row *r = grow(rows, err);
    if (!r)
        return AX_ENOMEM;
    r->where = where;
    r->call = *step.call;
    r->call.prep = r->call.work = NULL;
    for (uint32_t i = 0; i < r->call.n_in; i++) /* inputs of the graph have no memory yet */
        r->call.in[i].mem = step.node->in[i] && (step.node->reads >> i & 1) ? WANTED : NULL;
    for (uint32_t i = 0; i < r->call.n_out; i++)
        r->call.out[i].mem = r->call.out[i].mem ? WANTED : NULL;
    ax_bench_family(&r->call, r->family, sizeof r->family);
    ax_bench_variant(&r->call, r->variant, sizeof r->variant);
    r->flop = ax_bench_flop(&r->call);
    r->bytes = ax_bench_bytes(&r->call);
    for (size_t i = 0; i < rows->n; i++)
        if (!strcmp(rows->row[i].family, r->family) && !strcmp(rows->row[i].variant, r->variant))
            return AX_OK;
    rows->n++;
    return AX_OK;
}

static ax_code add_updates(ax_bench_rows *rows, const ax_params *params, const char *where, ax_err *err)
{
    for (int i = 0; i < AX_BENCH_UPDATES; i++) {
        ax_bench_row *r = grow(rows, err);
        if (!r)
            return AX_ENOMEM;
        const ax_bench_update *u = &ax_bench_updates[i];
        r->where = where;
        r->update = u;
        r->n = (size_t)ax_params_elements(params, "");
        snprintf(r->family, sizeof r->family, "updates");
        snprintf(r->variant, sizeof r->variant, "%s of %zu floats", u->name, r->n);
        r->flop = u->flop * (double)r->n;
        r->bytes = (double)(u->reads + u->writes) * (double)r->n * sizeof(float);
        rows->n++;
    }
    return AX_OK;
}

/* Collects the calls of the session's graph as its plan makes them. */
static ax_code add_calls(ax_bench_rows *rows, ax_session *s, const char *where, unsigned flags, bool updates,
                         ax_err *err)
{
    ax_code code = ax_session_params(s, NULL, err);
    if (code == AX_OK)
        code = ax_session_compile(s, flags, err);
    for (size_t i = 0; code == AX_OK && i < ax_plan_steps(s->plan); i++)
        code = add_call(rows, ax_plan_step_at(s->plan, i), where, err);
    return code == AX_OK && updates ? add_updates(rows, s->params, where, err) : code;
}

static ax_code add_network(ax_bench_rows *rows, const ax_bench_work *o, bool updates, const ax_backend *be,
                           ax_device *dev, ax_err *err)
{
    ax_decoder_spec spec = { .channels = 0 };
    ax_session s = { .be = be, .dev = dev };
    ax_code code = ax_session_begin(&s, err);
    if (code == AX_OK)
        code = ax_bench_graph(s.graph, o, &spec, err);
    if (code == AX_OK)
        code = add_calls(rows, &s,
                         o->infer        ? "infer"
                         : o->stage == 1 ? "step1"
                                         : "step2",
                         AX_PLAN_NARROW | (o->infer ? AX_PLAN_INFERENCE : 0), updates, err);
    ax_session_drop(&s);
    return code;
}

/* Adds operations that those graphs may lack: prediction's ARGMAX, and operations of other networks. */
static ax_code add_others(ax_bench_rows *rows, const ax_bench_work *o, const ax_backend *be, ax_device *dev,
                          ax_err *err)
{
    int32_t n = o->batch, side = o->crop / ax_encoder_builtin()->taps.tap[0].stride, c = o->channels;
    ax_session s = { .be = be, .dev = dev };
    if (ax_session_begin(&s, err) != AX_OK)
        return err->code;
    ax_graph *g = s.graph;
    ax_type map = { .shape = { n, side, side, c } }, wide = { .shape = { n, side, side, 2 * c } };
    ax_val x = ax_graph_input(g, "x", map, err);
    ax_val relu = ax_graph_apply(g, AX_OP_RELU, (ax_attr) { .act = AX_ACT_RELU }, &x, 1, err);
    const ax_attr window = { .conv = { .kernel = 3, .stride = 1, .pad = 1, .dilation = 1, .groups = 1 } };
    ax_val most = ax_graph_apply(g, AX_OP_MAXPOOL, window, &relu, 1, err);
    ax_val factor = ax_graph_input(g, "factor", (ax_type) { .shape = { 1, 1, 1, c } }, err);
    ax_val mixed = ax_graph_apply(g, AX_OP_MIX, (ax_attr) { .act = 0 }, (ax_val[]) { most, x, factor, factor }, 4, err);
    ax_val both = ax_graph_apply(g, AX_OP_CONCAT, (ax_attr) { .act = 0 }, (ax_val[]) { mixed, x }, 2, err);
    ax_val target = ax_graph_input(g, "target", wide, err);
    ax_val weight = ax_graph_input(g, "weight", (ax_type) { .shape = { n, 1, 1, 2 * c } }, err);
    const ax_type one = { .shape = { n, side, side, 1 } };
    const ax_val depth[] = { ax_graph_input(g, "depth", one, err), ax_graph_input(g, "truth", one, err) };
    const ax_val wanted[] = { x, depth[0], factor };
    ax_val term[] = { ax_graph_apply(g, AX_OP_MSE, (ax_attr) { .act = 0 }, (ax_val[]) { both, target }, 2, err),
                      ax_graph_apply(g, AX_OP_WMSE, (ax_attr) { .act = 0 }, (ax_val[]) { both, target, weight }, 3,
                                     err),
                      ax_graph_apply(g, AX_OP_DEPTH_LOSS, (ax_attr) { .act = 0 }, depth, 2, err) };
    ax_val loss = ax_graph_apply(g, AX_OP_WSUM, (ax_attr) { .weight = { 1, 1, 1 } }, term, 3, err);
    ax_val zero = ax_graph_apply(g, AX_OP_ZERO, (ax_attr) { .shape = map.shape }, NULL, 0, err);
    ax_val logits = ax_graph_input(g, "logits", (ax_type) { .shape = { n, side, side, o->outputs } }, err);
    ax_val argmax = ax_graph_apply(g, AX_OP_ARGMAX, (ax_attr) { .size = { o->crop, o->crop } }, &logits, 1, err);
    ax_val half = ax_graph_apply(g, AX_OP_CAST, (ax_attr) { .dtype = AX_BF16 }, &x, 1, err);
    ax_code code = loss.id && zero.id && argmax.id && half.id ? ax_graph_keep(g, loss, "loss", err) : err->code;
    if (code == AX_OK)
        code = ax_graph_keep(g, zero, "zero", err);
    if (code == AX_OK)
        code = ax_graph_keep(g, argmax, "argmax", err);
    if (code == AX_OK)
        code = ax_graph_keep(g, half, "half", err);
    if (code == AX_OK)
        code = ax_graph_backward(g, loss, wanted, 3, err);
    if (code == AX_OK)
        code = ax_graph_keep(g, ax_graph_grad(g, x), "x.gradient", err);
    if (code == AX_OK)
        code = ax_graph_keep(g, ax_graph_grad(g, depth[0]), "depth.gradient", err);
    if (code == AX_OK)
        code = ax_graph_keep(g, ax_graph_grad(g, factor), "factor.gradient", err);
    if (code == AX_OK)
        code = add_calls(rows, &s, "step1", AX_PLAN_NARROW, false, err);
    ax_session_drop(&s);
    return code;
}

static int by_family(const void *a, const void *b)
{
    const ax_bench_row *x = a, *y = b;
    if (!x->update != !y->update)
        return x->update ? 1 : -1;
    if (!x->update && x->call.op != y->call.op)
        return x->call.op < y->call.op ? -1 : 1;
    int order = strcmp(x->family, y->family);
    if (!order)
        order = x->call.backward - y->call.backward;
    if (!order)
        order = (x->bytes < y->bytes) - (x->bytes > y->bytes);
    return order ? order : strcmp(x->variant, y->variant);
}

ax_code ax_bench_rows_init(ax_bench_rows *rows, const ax_bench_work *o, const ax_backend *be, ax_device *dev,
                           ax_err *err)
{
    static const struct {
        int stage, genotype;
        bool infer, updates;
    } networks[] = { { 1, 0, false, true },
                     { 1, 1, false, false },
                     { 2, 1, false, false },
                     { 1, 0, true, false },
                     { 1, 1, true, false } };
    *rows = (ax_bench_rows) { 0 };
    ax_code code = AX_OK;
    for (size_t i = 0; code == AX_OK && i < sizeof networks / sizeof *networks; i++) {
        ax_bench_work one = *o;
        one.stage = networks[i].stage;
        one.infer = networks[i].infer;
        one.genotype = o->genotype ? o->genotype : genotypes[networks[i].genotype];
        ax_bench_defaults(&one);
        code = add_network(rows, &one, networks[i].updates, be, dev, err);
        if (code == AX_OK && networks[i].updates)
            code = add_others(rows, &one, be, dev, err);
    }
    if (code == AX_OK)
        qsort(rows->row, rows->n, sizeof *rows->row, by_family);
    return code;
}

void ax_bench_rows_release(ax_bench_rows *rows)
{
    free(rows->row);
    *rows = (ax_bench_rows) { 0 };
}
