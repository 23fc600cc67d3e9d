#include "engine/graph/plan_internal.h"

#include "engine/base/clock.h"

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
        return ax_plan_code(err);
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
        const ax_step *s = &p->step[i];
        end = ax_memory_group_end(&p->memory, i);
        if (end - i == 1 || !p->be->together)
            end = i + 1;
        code = end - i == 1 ? s->kernel->run(p->dev, &s->call, err)
                            : p->be->together(p->dev, s->kernel, (const ax_call *const *)&p->call[i], end - i, err);
        if (code != AX_OK)
            return ax_plan_prefix(p, s, err);
    }
    return code == AX_OK ? end_run(p, err) : code;
}

static ax_code run_profiled(ax_plan *p, ax_err *err)
{
    if (begin_run(p, err) != AX_OK)
        return ax_plan_code(err);
    for (size_t i = 0; i < p->memory.n_steps; i++) {
        ax_step *s = &p->step[i];
        double start = ax_clock();
        if (s->kernel->run(p->dev, &s->call, err) != AX_OK || p->be->sync(p->dev, err) != AX_OK)
            return ax_plan_prefix(p, s, err);
        double took = ax_clock() - start;
        s->seconds = !s->runs || took < s->seconds ? took : s->seconds;
        s->runs++;
    }
    return end_run(p, err);
}

void ax_plan_run_after(ax_plan *p, ax_code (*work)(void *context, ax_err *err), void *context)
{
    p->then = work;
    p->then_context = context;
    ax_capture_drop(&p->capture, p->be, p->dev);
    p->capture.warm = false;
}

void ax_plan_run_before(ax_plan *p, ax_code (*work)(void *context, ax_err *err), void *context)
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
        return ax_plan_code(err);
    return p->profile ? run_profiled(p, err) : ax_capture_run(&p->capture, p->be, p->dev, run_steps, p, err);
}

const char *ax_plan_not_captured(const ax_plan *p)
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
    const ax_step *s = &p->step[i];
    return (ax_plan_step) { s->node, &s->call, p->memory.group[i], s->seconds, s->runs };
}

bool ax_plan_extent_of(const ax_plan *p, uint32_t value, ax_plan_extent *out)
{
    const ax_home *h = &p->memory.home[value - 1];
    if (h->place != AX_PLACE_ARENA)
        return false;
    const ax_buffer *b = &p->memory.buffer[h->buffer];
    *out = (ax_plan_extent) { b->offset, b->bytes, h->first, h->last };
    return true;
}
