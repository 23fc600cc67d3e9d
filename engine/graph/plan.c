#include "engine/graph/plan_internal.h"

#include "engine/graph/fuse.h"
#include "engine/graph/graph_internal.h"
#include "engine/graph/narrow.h"
#include "engine/graph/sums.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stands for memory while kernels prepare; never dereferenced. */
#define SOMEWHERE ((void *)(uintptr_t)64)

ax_code ax_plan_code(const ax_err *err)
{
    return err && err->code ? err->code : AX_ENOMEM;
}

ax_code ax_plan_prefix(const ax_plan *p, const ax_step *s, ax_err *err)
{
    uint32_t id = s->node->in[0] ? s->node->in[0] : s->node->out[0];
    ax_shape x = ax_graph_value(p->g, id)->type.shape;
    char text[96];
    snprintf(text, sizeof text, "%s%s %dx%dx%dx%d", ax_op_get(s->node->op)->text, s->node->backward ? " backward" : "",
             x.n, x.h, x.w, x.c);
    if (!err)
        return AX_EDEVICE;
    if (!err->code)
        ax_fail(err, AX_EDEVICE, "the kernel failed");
    return ax_fail_prefix(err, text);
}

/* ---- calls ---- */

static ax_operand view_of(const ax_plan *p, uint32_t id, bool wanted)
{
    if (!id)
        return (ax_operand) { 0 };
    return (ax_operand) { .mem = wanted ? p->mem[id - 1] : NULL, .type = ax_graph_value(p->g, id)->type };
}

/* An absent gradient has the type of the value it belongs to. */
static ax_type type_behind(const ax_plan *p, const ax_node *n, uint32_t i, bool output)
{
    uint32_t n_out_grads = ax_op_get(n->op)->n_out;
    uint32_t id = output ? n->in[n_out_grads + i] : n->in[n_out_grads + n->n_out + i];
    return ax_graph_value(p->g, id)->type;
}

static void bind_call(const ax_plan *p, ax_step *s)
{
    const ax_node *n = s->node;
    s->call.op = n->op;
    s->call.backward = n->backward;
    s->call.attr = n->attr;
    s->call.n_in = n->n_in;
    s->call.n_out = n->n_out;
    for (uint32_t i = 0; i < n->n_in; i++) {
        s->call.in[i] = view_of(p, n->in[i], n->reads >> i & 1);
        if (n->in[i] && ax_graph_value(p->g, n->in[i])->kind == AX_VALUE_PARAM)
            s->call.params |= 1u << i;
        if (!n->in[i])
            s->call.in[i].type = type_behind(p, n, i, false);
    }
    for (uint32_t i = 0; i < n->n_out; i++) {
        s->call.out[i] = view_of(p, n->out[i], true);
        if (n->out[i] && p->memory.home[n->out[i] - 1].place == AX_PLACE_GRAD)
            s->call.grads |= 1u << i;
        if (!n->out[i])
            s->call.out[i].type = type_behind(p, n, i, true);
    }
    s->call.work = p->work ? (char *)p->work + s->work_at : NULL;
}

static ax_code prepare_step(ax_plan *p, ax_step *s, ax_err *err)
{
    const ax_node *n = s->node;
    s->kernel = n->backward ? &p->be->backward[n->op] : &p->be->forward[n->op];
    bind_call(p, s);
    if (!s->kernel->run) {
        ax_fail(err, AX_EDEVICE, "the backend %s has no such kernel", p->be->name);
        return ax_plan_prefix(p, s, err);
    }
    size_t work = 0;
    if (s->kernel->prepare && s->kernel->prepare(p->dev, &s->call, &work, err) != AX_OK)
        return ax_plan_prefix(p, s, err);
    s->prepared = true;
    s->work = work;
    p->held_bytes += s->call.held;
    return AX_OK;
}

static void place_work(ax_plan *p)
{
    enum { ALIGN = 256 };
    for (size_t i = 0, end; i < p->memory.n_steps; i = end) {
        size_t at = 0;
        end = ax_memory_group_end(&p->memory, i);
        for (size_t k = i; k < end; k++) {
            p->step[k].work_at = at;
            at += end - i == 1 ? p->step[k].work : (p->step[k].work + ALIGN - 1) / ALIGN * ALIGN;
        }
        p->work_bytes = at > p->work_bytes ? at : p->work_bytes;
    }
}

/* ---- creation ---- */

/* Transforms the given graph into the one that runs. */
static ax_code rewrite(ax_plan *p, bool together, ax_err *err)
{
    const bool narrow = p->flags & AX_PLAN_NARROW && p->be->map_type;
    const ax_dtype maps = narrow ? p->be->map_type(p->dev) : AX_F32;
    const bool fused = p->flags & AX_PLAN_INFERENCE && p->be->forward[AX_OP_FUSED].run;
    if (fused || together) {
        const size_t large = p->be->forward[AX_OP_CHAIN].run ? AX_LARGE_MAP : SIZE_MAX;
        p->own = fused ? ax_graph_fused(p->g, large, err) : ax_graph_sums(p->g, err);
        if (!p->own)
            return ax_plan_code(err);
    }
    if (maps != AX_F32) {
        ax_graph *smaller = ax_graph_narrow(p->own ? p->own : p->g, maps, err);
        if (!smaller)
            return ax_plan_code(err);
        ax_graph_free(p->own);
        p->own = smaller;
    }
    p->g = p->own ? p->own : p->g;
    return AX_OK;
}

static ax_plan *plan_start(const ax_graph *g, const ax_backend *be, ax_device *dev, unsigned flags, ax_err *err)
{
    ax_plan *p = ax_new(sizeof *p, "a plan", err);
    if (!p)
        return NULL;
    bool together = be->together || flags & AX_PLAN_TOGETHER;
    p->g = g;
    p->be = be;
    p->dev = dev;
    p->flags = flags;
    if (rewrite(p, together, err) != AX_OK) {
        ax_graph_free(p->own);
        free(p);
        return NULL;
    }
    g = p->g;
    p->capture.on = flags & AX_PLAN_CAPTURE;
    ax_code code = ax_memory_plan(g, flags & AX_PLAN_KEEP_EFFECTS, together, &p->memory, err);
    if (code == AX_OK) {
        p->step = calloc(p->memory.n_steps + 1, sizeof *p->step);
        p->call = calloc(p->memory.n_steps + 1, sizeof *p->call);
        p->mem = calloc(ax_graph_values(g) + 1, sizeof *p->mem);
        p->owned = calloc(ax_graph_values(g) + 1, sizeof *p->owned);
        p->bound = calloc(ax_graph_values(g) + 1, sizeof *p->bound);
        if (!p->step || !p->call || !p->mem || !p->owned || !p->bound)
            code = ax_fail(err, AX_ENOMEM, "no memory for a plan of %zu steps", p->memory.n_steps);
    }
    for (uint32_t id = 1; code == AX_OK && id <= ax_graph_values(g); id++) {
        ax_place place = p->memory.home[id - 1].place;
        p->mem[id - 1] = place == AX_PLACE_NONE ? NULL : SOMEWHERE;
        if (place == AX_PLACE_INPUT)
            p->input_bytes += ax_type_bytes(ax_graph_value(g, id)->type);
    }
    for (size_t i = 0; code == AX_OK && i < p->memory.n_steps; i++) {
        p->step[i].node = ax_graph_node(g, p->memory.step[i]);
        p->call[i] = &p->step[i].call;
        code = prepare_step(p, &p->step[i], err);
    }
    if (code == AX_OK) {
        place_work(p);
        return p;
    }
    ax_plan_free(p);
    return NULL;
}

static ax_code bind_param(ax_plan *p, uint32_t id, bool grad, void **mem, ax_err *err)
{
    const ax_value *v = ax_graph_value(p->g, id);
    size_t i = ax_params_find(p->params, v->name);
    if (i == SIZE_MAX)
        return ax_fail(err, AX_EINVAL, "the graph reads '%s', which isn't among the parameters", v->name);
    if (!ax_shape_equal(ax_params_spec(p->params, i)->type.shape, v->type.shape))
        return ax_fail(err, AX_EINVAL, "'%s' has another shape in this graph", v->name);
    if (grad) {
        ax_code code = ax_params_need_grad(p->params, ax_params_spec(p->params, i)->group, err);
        if (code != AX_OK)
            return code;
        ax_params_mark_reached(p->params, i);
        *mem = ax_params_slot(p->params, i, AX_SLOT_GRAD);
    } else {
        void *average = p->flags & AX_PLAN_AVERAGED ? ax_params_slot(p->params, i, AX_SLOT_AVERAGE) : NULL;
        *mem = average ? average : ax_params_slot(p->params, i, AX_SLOT_VALUE);
    }
    return *mem ? AX_OK : ax_fail(err, AX_EINVAL, "'%s' has no memory", v->name);
}

static ax_code bind_memory(ax_plan *p, ax_err *err)
{
    for (uint32_t id = 1; id <= ax_graph_values(p->g); id++) {
        const ax_home *h = &p->memory.home[id - 1];
        ax_code code = AX_OK;
        if (h->place == AX_PLACE_ARENA)
            p->mem[id - 1] = (char *)p->arena + p->memory.buffer[h->buffer].offset;
        else if (h->place == AX_PLACE_PARAM)
            code = bind_param(p, id, false, &p->mem[id - 1], err);
        else if (h->place == AX_PLACE_GRAD)
            code = bind_param(p, h->param, true, &p->mem[id - 1], err);
        else
            p->mem[id - 1] = NULL; /* inputs get memory at the first write or bind */
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}

ax_plan *ax_plan_new(const ax_graph *g, const ax_backend *be, ax_device *dev, ax_params *params, unsigned flags,
                     ax_err *err)
{
    ax_plan *p = plan_start(g, be, dev, flags, err);
    if (!p)
        return NULL;
    p->params = params;
    ax_code code = AX_OK;
    if (code == AX_OK && p->memory.arena && !(p->arena = be->alloc(dev, p->memory.arena, err)))
        code = ax_plan_code(err);
    if (code == AX_OK && p->work_bytes && !(p->work = be->alloc(dev, p->work_bytes, err)))
        code = ax_plan_code(err);
    if (code == AX_OK)
        code = bind_memory(p, err);
    for (size_t i = 0; code == AX_OK && i < p->memory.n_steps; i++)
        bind_call(p, &p->step[i]);
    if (code == AX_OK && p->g->seed && p->memory.home[p->g->seed - 1].place == AX_PLACE_INPUT) {
        const float one = 1;
        code = ax_plan_write(p, AX_GRAPH_SEED, &one, sizeof one, err);
    }
    if (code == AX_OK)
        return p;
    ax_plan_free(p);
    return NULL;
}

void ax_plan_free(ax_plan *p)
{
    if (!p)
        return;
    ax_capture_drop(&p->capture, p->be, p->dev);
    for (size_t i = 0; p->step && i < p->memory.n_steps; i++)
        if (p->step[i].prepared && p->step[i].kernel->discard)
            p->step[i].kernel->discard(p->dev, &p->step[i].call);
    for (size_t i = 0; p->owned && i < ax_graph_values(p->g); i++)
        p->be->release(p->dev, p->owned[i]);
    p->be->release(p->dev, p->arena);
    p->be->release(p->dev, p->work);
    free(p->step);
    free(p->call);
    free(p->mem);
    free(p->owned);
    free(p->bound);
    ax_memory_release(&p->memory);
    ax_graph_free(p->own);
    free(p);
}

ax_code ax_plan_predict(const ax_graph *g, const ax_backend *be, ax_device *dev, unsigned flags, size_t *bytes,
                        ax_err *err)
{
    ax_plan *p = plan_start(g, be, dev, flags, err);
    if (!p)
        return ax_plan_code(err);
    *bytes = ax_plan_arena_bytes(p);
    ax_plan_free(p);
    return AX_OK;
}

size_t ax_plan_arena_bytes(const ax_plan *p)
{
    return p->memory.arena + p->work_bytes + p->input_bytes + p->held_bytes;
}
