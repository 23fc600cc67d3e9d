#include "engine/graph/plan.h"

#include "engine/base/clock.h"
#include "engine/graph/capture.h"
#include "engine/graph/fuse.h"
#include "engine/graph/graph_internal.h"
#include "engine/graph/memory.h"
#include "engine/graph/narrow.h"
#include "engine/graph/sums.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct step {
    const ax_node *node;
    const ax_kernel *kernel;
    ax_call call;
    bool prepared;
    size_t work, work_at; /* bytes of scratch, and where they are: those of a group lie side by side */
    double seconds;
    uint64_t runs;
} step;

struct ax_plan {
    const ax_graph *g; /* borrowed, or `own` */
    ax_graph *own;     /* what was made of the graph that was given; NULL: that one runs */
    const ax_backend *be;
    ax_device *dev;
    ax_params *params; /* NULL while only predicting */
    unsigned flags;
    ax_memory memory;
    step *step;
    ax_call **call; /* of each step */
    void *arena, *work;
    size_t work_bytes, input_bytes, held_bytes;
    void **mem;         /* per value id - 1: where it is, NULL = dead */
    void **owned;       /* per value id - 1: input memory of the plan's own */
    const void **bound; /* per value id - 1: the caller's memory, copied to `owned` by every run; else NULL */
    ax_capture capture;
    ax_capture_work *then; /* NULL, or what every run does last */
    void *then_context;
    ax_capture_work *first; /* NULL, or what every run does first */
    void *first_context;
    bool profile;
};

/* Stands for "there will be memory" while kernels prepare; never read through. */
#define SOMEWHERE ((void *)(uintptr_t)64)

static ax_code code_of(const ax_err *err)
{
    return err && err->code ? err->code : AX_ENOMEM;
}

static ax_code prefix_step(const ax_plan *p, const step *s, ax_err *err)
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

/* Absent gradients still have the type of what they are the gradient of. */
static ax_type type_behind(const ax_plan *p, const ax_node *n, uint32_t i, bool output)
{
    uint32_t n_out_grads = ax_op_get(n->op)->n_out;
    uint32_t id = output ? n->in[n_out_grads + i] : n->in[n_out_grads + n->n_out + i];
    return ax_graph_value(p->g, id)->type;
}

static void bind_call(const ax_plan *p, step *s)
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

static ax_code prepare_step(ax_plan *p, step *s, ax_err *err)
{
    const ax_node *n = s->node;
    s->kernel = n->backward ? &p->be->backward[n->op] : &p->be->forward[n->op];
    bind_call(p, s);
    if (!s->kernel->run) {
        ax_fail(err, AX_EDEVICE, "the backend %s has no such kernel", p->be->name);
        return prefix_step(p, s, err);
    }
    size_t work = 0;
    if (s->kernel->prepare && s->kernel->prepare(p->dev, &s->call, &work, err) != AX_OK)
        return prefix_step(p, s, err);
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

/* ---- making ---- */

/* Makes of the graph what runs. */
static ax_code rewrite(ax_plan *p, bool together, ax_err *err)
{
    const bool narrow = p->flags & AX_PLAN_NARROW && p->be->map_type;
    const ax_dtype maps = narrow ? p->be->map_type(p->dev) : AX_F32;
    const bool fused = p->flags & AX_PLAN_INFERENCE && p->be->forward[AX_OP_FUSED].run;
    if (fused || together) {
        const size_t large = p->be->forward[AX_OP_CHAIN].run ? AX_LARGE_MAP : SIZE_MAX;
        p->own = fused ? ax_graph_fused(p->g, large, err) : ax_graph_sums(p->g, err);
        if (!p->own)
            return code_of(err);
    }
    if (maps != AX_F32) {
        ax_graph *smaller = ax_graph_narrow(p->own ? p->own : p->g, maps, err);
        if (!smaller)
            return code_of(err);
        ax_graph_free(p->own);
        p->own = smaller;
    }
    p->g = p->own ? p->own : p->g;
    return AX_OK;
}

static ax_plan *plan_start(const ax_graph *g, const ax_backend *be, ax_device *dev, unsigned flags, ax_err *err)
{
    ax_plan *p = calloc(1, sizeof *p);
    if (!p) {
        ax_fail(err, AX_ENOMEM, "no memory for a plan");
        return NULL;
    }
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
            p->mem[id - 1] = NULL; /* inputs: on the first write or bind */
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
        code = code_of(err);
    if (code == AX_OK && p->work_bytes && !(p->work = be->alloc(dev, p->work_bytes, err)))
        code = code_of(err);
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
        return code_of(err);
    *bytes = ax_plan_arena_bytes(p);
    ax_plan_free(p);
    return AX_OK;
}

size_t ax_plan_arena_bytes(const ax_plan *p)
{
    return p->memory.arena + p->work_bytes + p->input_bytes + p->held_bytes;
}

/* ---- inputs and outputs ---- */

static ax_code find_input(const ax_plan *p, const char *name, uint32_t *id, ax_err *err)
{
    *id = ax_graph_find(p->g, name).id;
    if (!*id || ax_graph_value(p->g, *id)->kind != AX_VALUE_INPUT)
        return ax_fail(err, AX_EINVAL, "the graph has no input '%s'", name);
    return AX_OK;
}

static void point_at(ax_plan *p, uint32_t id, void *mem)
{
    p->mem[id - 1] = mem;
    ax_capture_drop(&p->capture, p->be, p->dev);
    for (size_t i = 0; i < p->memory.n_steps; i++) {
        const ax_node *n = p->step[i].node;
        for (uint32_t k = 0; k < n->n_in; k++)
            if (n->in[k] == id && (n->reads >> k & 1))
                p->step[i].call.in[k].mem = mem;
    }
}

/* Memory of the plan's own for an input. */
static ax_code own_input(ax_plan *p, uint32_t id, ax_err *err)
{
    size_t bytes = ax_type_bytes(ax_graph_value(p->g, id)->type);
    if (!p->owned[id - 1] && !(p->owned[id - 1] = p->be->alloc(p->dev, bytes, err)))
        return code_of(err);
    if (p->mem[id - 1] != p->owned[id - 1])
        point_at(p, id, p->owned[id - 1]);
    return AX_OK;
}

ax_code ax_plan_write(ax_plan *p, const char *name, const void *host, size_t bytes, ax_err *err)
{
    uint32_t id;
    if (find_input(p, name, &id, err) != AX_OK)
        return AX_EINVAL;
    if (bytes != ax_type_bytes(ax_graph_value(p->g, id)->type))
        return ax_fail(err, AX_EINVAL, "input '%s' has %zu bytes, not %zu", name,
                       ax_type_bytes(ax_graph_value(p->g, id)->type), bytes);
    if (own_input(p, id, err) != AX_OK)
        return code_of(err);
    p->bound[id - 1] = NULL;
    return p->be->copy(p->dev, p->owned[id - 1], host, bytes, AX_TO_DEVICE, err);
}

ax_code ax_plan_bind(ax_plan *p, const char *name, const void *mem, ax_err *err)
{
    uint32_t id;
    if (find_input(p, name, &id, err) != AX_OK)
        return AX_EINVAL;
    if (p->be->separate) {
        p->bound[id - 1] = mem;
        return own_input(p, id, err);
    }
    point_at(p, id, (void *)(uintptr_t)mem); /* kernels only read inputs */
    return AX_OK;
}

void *ax_plan_input(ax_plan *p, const char *name, ax_err *err)
{
    uint32_t id;
    if (find_input(p, name, &id, err) != AX_OK || own_input(p, id, err) != AX_OK)
        return NULL;
    p->bound[id - 1] = NULL;
    return p->owned[id - 1];
}

const void *ax_plan_where_kept(const ax_plan *p, const char *name)
{
    const uint32_t id = ax_graph_find(p->g, name).id;
    const ax_value *v = id ? ax_graph_value(p->g, id) : NULL;
    return v && (v->kind != AX_VALUE_RESULT || v->kept) ? p->mem[id - 1] : NULL;
}

ax_code ax_plan_read(const ax_plan *p, const char *name, void *host, size_t bytes, ax_err *err)
{
    const uint32_t id = ax_graph_find(p->g, name).id;
    const ax_value *v = id ? ax_graph_value(p->g, id) : NULL;
    if (!ax_plan_where_kept(p, name))
        return ax_fail(err, AX_EINVAL, "the plan keeps no value '%s'", name);
    if (bytes != ax_type_bytes(v->type))
        return ax_fail(err, AX_EINVAL, "value '%s' has %zu bytes, not %zu", name, ax_type_bytes(v->type), bytes);
    return p->be->copy(p->dev, host, p->mem[id - 1], bytes, AX_FROM_DEVICE, err);
}

/* ---- running ---- */

static ax_code copy_bound(ax_plan *p, ax_err *err)
{
    ax_code code = AX_OK;
    for (uint32_t id = 1; id <= ax_graph_values(p->g) && code == AX_OK; id++)
        if (p->bound[id - 1])
            code = p->be->copy(p->dev, p->owned[id - 1], p->bound[id - 1],
                               ax_type_bytes(ax_graph_value(p->g, id)->type), AX_TO_DEVICE, err);
    return code;
}

static ax_code begin_run(ax_plan *p, ax_err *err)
{
    if (p->first && p->first(p->first_context, err) != AX_OK)
        return code_of(err);
    return p->be->enter ? p->be->enter(p->dev, p->call, p->memory.n_steps, err) : AX_OK;
}

static ax_code end_run(ax_plan *p, ax_err *err)
{
    ax_code code = p->be->leave ? p->be->leave(p->dev, p->call, p->memory.n_steps, err) : AX_OK;
    return code == AX_OK && p->then ? p->then(p->then_context, err) : code;
}

static ax_code run_steps(void *plan, ax_err *err)
{
    ax_plan *p = plan;
    ax_code code = begin_run(p, err);
    for (size_t i = 0, end; i < p->memory.n_steps && code == AX_OK; i = end) {
        const step *s = &p->step[i];
        end = ax_memory_group_end(&p->memory, i);
        if (end - i == 1 || !p->be->together)
            end = i + 1;
        code = end - i == 1 ? s->kernel->run(p->dev, &s->call, err)
                            : p->be->together(p->dev, s->kernel, (const ax_call *const *)&p->call[i], end - i, err);
        if (code != AX_OK)
            return prefix_step(p, s, err);
    }
    return code == AX_OK ? end_run(p, err) : code;
}

static ax_code run_profiled(ax_plan *p, ax_err *err)
{
    if (begin_run(p, err) != AX_OK)
        return code_of(err);
    for (size_t i = 0; i < p->memory.n_steps; i++) {
        step *s = &p->step[i];
        double start = ax_clock();
        if (s->kernel->run(p->dev, &s->call, err) != AX_OK || p->be->sync(p->dev, err) != AX_OK)
            return prefix_step(p, s, err);
        double took = ax_clock() - start;
        s->seconds = !s->runs || took < s->seconds ? took : s->seconds;
        s->runs++;
    }
    return end_run(p, err);
}

void ax_plan_then(ax_plan *p, ax_code (*work)(void *context, ax_err *err), void *context)
{
    p->then = work;
    p->then_context = context;
    ax_capture_drop(&p->capture, p->be, p->dev);
    p->capture.warm = false;
}

void ax_plan_first(ax_plan *p, ax_code (*work)(void *context, ax_err *err), void *context)
{
    p->first = work;
    p->first_context = context;
    ax_capture_drop(&p->capture, p->be, p->dev);
    p->capture.warm = false;
}

ax_code ax_plan_run(ax_plan *p, ax_err *err)
{
    for (uint32_t id = 1; id <= ax_graph_values(p->g); id++)
        if (p->memory.home[id - 1].place == AX_PLACE_INPUT && !p->mem[id - 1])
            return ax_fail(err, AX_EINVAL, "input '%s' was never written", ax_graph_value(p->g, id)->name);
    if (copy_bound(p, err) != AX_OK)
        return code_of(err);
    return p->profile ? run_profiled(p, err) : ax_capture_run(&p->capture, p->be, p->dev, run_steps, p, err);
}

const char *ax_plan_note(const ax_plan *p)
{
    return p->capture.note;
}

void ax_plan_profile(ax_plan *p, bool on)
{
    p->profile = on;
}

size_t ax_plan_steps(const ax_plan *p)
{
    return p->memory.n_steps;
}

ax_plan_step ax_plan_step_at(const ax_plan *p, size_t i)
{
    const step *s = &p->step[i];
    return (ax_plan_step) { s->node, &s->call, p->memory.group[i], s->seconds, s->runs };
}

bool ax_plan_where(const ax_plan *p, uint32_t value, ax_plan_extent *out)
{
    const ax_home *h = &p->memory.home[value - 1];
    if (h->place != AX_PLACE_ARENA)
        return false;
    const ax_buffer *b = &p->memory.buffer[h->buffer];
    *out = (ax_plan_extent) { b->offset, b->bytes, h->first, h->last };
    return true;
}
