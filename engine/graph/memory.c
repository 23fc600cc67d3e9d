#include "engine/graph/memory.h"

#include "engine/graph/schedule.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 };

/* ---- live nodes ---- */

static bool has_effect(const ax_node *n)
{
    return n->op == AX_OP_BNORM && !n->backward && n->attr.norm.train; /* it updates the running statistics */
}

/* Marks needed values, from the last node to the first. */
static ax_code find_steps(const ax_graph *g, bool keep_effects, ax_memory *m, bool *needed, ax_err *err)
{
    size_t n_values = ax_graph_values(g), n_nodes = ax_graph_nodes(g);
    for (uint32_t id = 1; id <= n_values; id++) {
        const ax_value *v = ax_graph_value(g, id);
        if (v->kept)
            needed[id - 1] = true;
        uint32_t grad = ax_graph_grad(g, (ax_val) { id }).id;
        if (v->kind != AX_VALUE_PARAM || !grad)
            continue;
        needed[grad - 1] = true;
        if (m->home[grad - 1].place == AX_PLACE_GRAD || ax_graph_value(g, grad)->kind != AX_VALUE_RESULT)
            return ax_fail(err, AX_EINVAL, "'%s': two parameters share one gradient", v->name);
        m->home[grad - 1] = (ax_home) { .place = AX_PLACE_GRAD, .param = id };
    }
    size_t count = 0;
    for (size_t k = n_nodes; k-- > 0;) {
        const ax_node *n = ax_graph_node(g, k);
        bool runs = keep_effects && has_effect(n);
        if (runs)
            needed[n->out[0] - 1] = true;
        for (uint32_t i = 0; i < n->n_out && !runs; i++)
            runs = n->out[i] && needed[n->out[i] - 1];
        if (!runs)
            continue;
        for (uint32_t i = 0; i < n->n_in; i++)
            if (n->reads >> i & 1)
                needed[n->in[i] - 1] = true;
        m->step[count++] = k;
    }
    for (size_t i = 0; i < count / 2; i++) {
        size_t keep = m->step[i];
        m->step[i] = m->step[count - 1 - i];
        m->step[count - 1 - i] = keep;
    }
    m->n_steps = count;
    return AX_OK;
}

/* ---- lifetimes ---- */

static void find_lifetimes(const ax_graph *g, ax_memory *m, const bool *needed)
{
    for (uint32_t id = 1; id <= ax_graph_values(g); id++) {
        const ax_value *v = ax_graph_value(g, id);
        ax_home *h = &m->home[id - 1];
        if (v->kind == AX_VALUE_PARAM)
            h->place = AX_PLACE_PARAM;
        else if (v->kind == AX_VALUE_INPUT)
            h->place = needed[id - 1] ? AX_PLACE_INPUT : AX_PLACE_NONE;
    }
    for (size_t s = 0; s < m->n_steps; s++) {
        const ax_node *n = ax_graph_node(g, m->step[s]);
        for (uint32_t i = 0; i < n->n_out; i++) {
            if (!n->out[i] || !needed[n->out[i] - 1])
                continue;
            ax_home *h = &m->home[n->out[i] - 1];
            h->first = m->group[s];
            h->last = ax_graph_value(g, n->out[i])->kept ? m->n_steps : m->group[s];
            if (h->place == AX_PLACE_NONE)
                h->place = AX_PLACE_ARENA;
        }
        for (uint32_t i = 0; i < n->n_in; i++)
            if (n->reads >> i & 1) {
                ax_home *h = &m->home[n->in[i] - 1];
                h->last = h->last > m->group[s] ? h->last : m->group[s];
            }
    }
}

/* ---- in place ---- */

static size_t bytes_of(const ax_graph *g, uint32_t id)
{
    return (ax_type_bytes(ax_graph_value(g, id)->type) + ALIGN - 1) / ALIGN * ALIGN;
}

size_t ax_memory_group_end(const ax_memory *m, size_t s)
{
    size_t end = s + 1;
    while (end < m->n_steps && m->group[end] == m->group[s])
        end++;
    return end;
}

/* Whether another step of the same group reads the value. */
static bool read_beside(const ax_graph *g, const ax_memory *m, size_t s, uint32_t id)
{
    size_t first = s, end = ax_memory_group_end(m, s);
    while (first > 0 && m->group[first - 1] == m->group[s])
        first--;
    for (size_t k = first; k < end; k++) {
        const ax_node *n = ax_graph_node(g, m->step[k]);
        for (uint32_t i = 0; i < n->n_in && k != s; i++)
            if ((n->reads >> i & 1) && n->in[i] == id)
                return true;
    }
    return false;
}

/* The input whose memory output 0 of step s may take over, 0 = none. */
static uint32_t in_place_input(const ax_graph *g, const ax_memory *m, size_t s)
{
    const ax_node *n = ax_graph_node(g, m->step[s]);
    const ax_op_info *info = ax_op_get(n->op);
    uint32_t out = n->out[0];
    if (!out || m->home[out - 1].place != AX_PLACE_ARENA)
        return 0;
    for (uint32_t i = 0; i < n->n_in; i++) {
        uint32_t in = n->in[i];
        bool may = n->backward ? (i == 0 && (info->backward_inplace & 1)) ||
                                     (i == info->n_out + n->n_out + 1 && (info->backward_inplace & 2))
                               : info->inplace >> i & 1;
        if (!may || !(n->reads >> i & 1) || m->home[in - 1].place != AX_PLACE_ARENA ||
            m->home[in - 1].last != m->group[s] || bytes_of(g, in) != bytes_of(g, out) || read_beside(g, m, s, in))
            continue;
        bool twice = false; /* it is also read through another input, which must stay intact */
        for (uint32_t k = 0; k < n->n_in; k++)
            twice |= k != i && (n->reads >> k & 1) && n->in[k] == in;
        if (!twice)
            return in;
    }
    return 0;
}

static void make_buffers(const ax_graph *g, ax_memory *m)
{
    for (size_t s = 0; s < m->n_steps; s++) {
        const ax_node *n = ax_graph_node(g, m->step[s]);
        uint32_t taken = in_place_input(g, m, s);
        for (uint32_t i = 0; i < n->n_out; i++) {
            if (!n->out[i])
                continue;
            ax_home *h = &m->home[n->out[i] - 1];
            if (h->place != AX_PLACE_ARENA)
                continue;
            if (i == 0 && taken) {
                h->buffer = m->home[taken - 1].buffer;
                if (h->last > m->buffer[h->buffer].last)
                    m->buffer[h->buffer].last = h->last;
                continue;
            }
            h->buffer = (uint32_t)m->n_buffers;
            m->buffer[m->n_buffers++] = (ax_buffer) { bytes_of(g, n->out[i]), 0, h->first, h->last };
        }
    }
}

/* ---- offsets ---- */

static int larger_first(const void *a, const void *b)
{
    const ax_buffer *x = *(ax_buffer *const *)a, *y = *(ax_buffer *const *)b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return x < y ? -1 : x > y;
}

/* Inserts a buffer into the list of placed ones, lowest offset first. */
static void insert_placed(ax_buffer **placed, size_t n, ax_buffer *b)
{
    size_t i = n;
    for (; i > 0 && placed[i - 1]->offset > b->offset; i--)
        placed[i] = placed[i - 1];
    placed[i] = b;
}

/* Places the largest buffers first, each at the lowest offset where it overlaps no buffer alive at the same time
   (greedy by size: Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020). */
static ax_code place_buffers(ax_memory *m, ax_err *err)
{
    ax_buffer **order = malloc((m->n_buffers + 1) * sizeof(ax_buffer *));
    ax_buffer **placed = malloc((m->n_buffers + 1) * sizeof(ax_buffer *));
    if (!order || !placed) {
        free(order);
        free(placed);
        return ax_fail(err, AX_ENOMEM, "no memory to plan %zu buffers", m->n_buffers);
    }
    for (size_t i = 0; i < m->n_buffers; i++)
        order[i] = &m->buffer[i];
    qsort(order, m->n_buffers, sizeof(ax_buffer *), larger_first);
    for (size_t i = 0; i < m->n_buffers; i++) {
        ax_buffer *b = order[i];
        size_t at = 0;
        for (size_t k = 0; k < i; k++) {
            const ax_buffer *rival = placed[k];
            if (rival->first > b->last || b->first > rival->last)
                continue;
            if (rival->offset >= at + b->bytes)
                break;
            if (rival->offset + rival->bytes > at)
                at = rival->offset + rival->bytes;
        }
        b->offset = at;
        insert_placed(placed, i, b);
        if (at + b->bytes > m->arena)
            m->arena = at + b->bytes;
    }
    free(order);
    free(placed);
    return AX_OK;
}

static ax_code find_groups(const ax_graph *g, bool together, ax_memory *m, ax_err *err)
{
    for (size_t s = 0; s < m->n_steps; s++)
        m->group[s] = (uint32_t)s;
    return together ? ax_schedule(g, m->step, m->n_steps, m->group, err) : AX_OK;
}

ax_code ax_memory_plan(const ax_graph *g, bool keep_effects, bool together, ax_memory *m, ax_err *err)
{
    size_t n_values = ax_graph_values(g);
    *m = (ax_memory) { 0 };
    m->step = calloc(ax_graph_nodes(g) + 1, sizeof *m->step);
    m->group = calloc(ax_graph_nodes(g) + 1, sizeof *m->group);
    m->home = calloc(n_values + 1, sizeof *m->home);
    m->buffer = calloc(n_values + 1, sizeof *m->buffer);
    bool *needed = calloc(n_values + 1, sizeof *needed);
    ax_code code = m->step && m->group && m->home && m->buffer && needed
                       ? find_steps(g, keep_effects, m, needed, err)
                       : ax_fail(err, AX_ENOMEM, "no memory to plan %zu values", n_values);
    if (code == AX_OK)
        code = find_groups(g, together, m, err);
    if (code == AX_OK) {
        find_lifetimes(g, m, needed);
        make_buffers(g, m);
        code = place_buffers(m, err);
    }
    free(needed);
    if (code != AX_OK)
        ax_memory_release(m);
    return code;
}

void ax_memory_release(ax_memory *m)
{
    free(m->step);
    free(m->group);
    free(m->home);
    free(m->buffer);
    *m = (ax_memory) { 0 };
}
