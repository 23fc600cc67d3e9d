#include "engine/command/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct row {
    char text[96];
    double seconds; /* per run */
    double flop;    /* per run */
    unsigned nodes;
} row;

static const ax_type *type_of(const ax_graph *g, uint32_t id)
{
    return id ? &ax_graph_value(g, id)->type : NULL;
}

/* Forward input i of a node: a backward node lists it after the gradients of the outputs. */
static const ax_type *forward_input(const ax_graph *g, const ax_node *n, uint32_t i)
{
    uint32_t at = i + (n->backward ? ax_op_get(n->op)->n_out : 0);
    return at < n->n_in ? type_of(g, n->in[at]) : NULL;
}

static void describe(const ax_graph *g, const ax_node *n, row *r)
{
    static const char *const acts[] = { "", "+relu", "+relu6" };
    const ax_type *x = forward_input(g, n, 0), *weight = forward_input(g, n, 1);
    const ax_type *y = type_of(g, n->backward ? n->in[0] : n->out[0]);
    char what[48] = "", wants[8] = "", size[32] = "";
    if (n->op == AX_OP_CONV2D) {
        snprintf(what, sizeof what, " %dx%d%s s%d d%d", n->attr.conv.kernel, n->attr.conv.kernel,
                 n->attr.conv.groups > 1 ? " dw" : "", n->attr.conv.stride, n->attr.conv.dilation);
        if (n->backward)
            snprintf(wants, sizeof wants, "%s%s%s", n->out[0] ? " x" : "", n->out[1] ? " w" : "",
                     n->n_out > 2 && n->out[2] ? " b" : "");
    } else if (n->op == AX_OP_BNORM) {
        snprintf(what, sizeof what, "%s%s", acts[n->attr.norm.act % 3], n->attr.norm.train ? "" : " frozen");
    }
    if (n->op == AX_OP_RESIZE && x && y)
        snprintf(size, sizeof size, " %dx%d ->", x->shape.h, x->shape.w);
    int used = snprintf(r->text, sizeof r->text, "%s%s%s%s%s", ax_op_get(n->op)->text, what,
                        n->backward ? " backward" : "", wants, size);
    if (y && used > 0 && (size_t)used < sizeof r->text) {
        ax_shape s = y->shape;
        if (n->op == AX_OP_CONV2D && x && weight)
            snprintf(r->text + used, sizeof r->text - (size_t)used, " %dx%dx%dx%d->%d", s.n, s.h, s.w, x->shape.c, s.c);
        else
            snprintf(r->text + used, sizeof r->text - (size_t)used, " %dx%dx%dx%d", s.n, s.h, s.w, s.c);
    }
}

static double flop_of(const ax_graph *g, const ax_node *n)
{
    const ax_op_info *info = ax_op_get(n->op);
    const ax_type *x = forward_input(g, n, 0), *weight = forward_input(g, n, 1);
    if (!info->macs || !x || !weight)
        return 0;
    const ax_type in[AX_MAX_IN] = { *x, *weight };
    double forward = 2.0 * (double)info->macs(&n->attr, in, 2);
    return n->backward ? forward * ((n->out[0] != 0) + (n->out[1] != 0)) : forward;
}

static int longer_first(const void *a, const void *b)
{
    const row *x = a, *y = b;
    return (x->seconds < y->seconds) - (x->seconds > y->seconds);
}

ax_code ax_bench_profile(const ax_graph *g, const ax_plan *plan, ax_err *err)
{
    size_t steps = ax_plan_steps(plan), n = 0;
    row *rows = calloc(steps ? steps : 1, sizeof *rows);
    if (!rows)
        return ax_fail(err, AX_ENOMEM, "profile: no memory for %zu rows", steps);
    double total = 0;
    for (size_t i = 0; i < steps; i++) {
        ax_plan_step step = ax_plan_step_at(plan, i);
        row r = { .nodes = 1, .flop = flop_of(g, step.node) };
        r.seconds = step.runs ? step.seconds / (double)step.runs : 0;
        describe(g, step.node, &r);
        total += r.seconds;
        size_t at = 0;
        while (at < n && strcmp(rows[at].text, r.text))
            at++;
        if (at == n) {
            rows[n++] = r;
        } else {
            rows[at].seconds += r.seconds;
            rows[at].flop += r.flop;
            rows[at].nodes++;
        }
    }
    qsort(rows, n, sizeof *rows, longer_first);
    printf("%9s %7s %7s %6s  %s\n", "ms", "share", "GFLOP/s", "nodes", "operation, output shape");
    for (size_t i = 0; i < n; i++) {
        const row *r = &rows[i];
        printf("%9.3f %6.1f%% ", r->seconds * 1e3, total > 0 ? 100 * r->seconds / total : 0);
        if (r->flop > 0 && r->seconds > 0)
            printf("%7.1f", r->flop / r->seconds * 1e-9);
        else
            printf("%7s", "");
        printf(" %6u  %s\n", r->nodes, r->text);
    }
    printf("%9.3f %6.1f%%\n", total * 1e3, 100.0);
    free(rows);
    return AX_OK;
}
