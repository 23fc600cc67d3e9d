/* bench step|infer --profile: the distribution of a plan's time. */
#include "engine/command/bench/bench.h"

#include "engine/base/out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct row {
    char text[160];
    ax_explanation explanation;  /* where the backend has a choice of kernels */
    double seconds, flop, bytes; /* per run, over all its nodes */
    unsigned nodes;
} row;

static int longer_first(const void *a, const void *b)
{
    const row *x = a, *y = b;
    return (x->seconds < y->seconds) - (x->seconds > y->seconds);
}

static row row_of(const ax_backend *be, ax_device *dev, ax_plan_step step)
{
    char family[80], variant[64];
    row r = { .seconds = step.runs ? step.seconds : 0,
              .flop = ax_bench_flop(step.call),
              .bytes = ax_bench_bytes(step.call),
              .nodes = 1 };
    ax_bench_family(step.call, family, sizeof family);
    ax_bench_variant(step.call, variant, sizeof variant);
    snprintf(r.text, sizeof r.text, "%s %s", family, variant);
    const ax_kernel *kernel = step.call->backward ? &be->backward[step.call->op] : &be->forward[step.call->op];
    if (kernel->explain)
        kernel->explain(dev, step.call, &r.explanation);
    return r;
}

static void add(row *rows, size_t *n, const row *r)
{
    size_t at = 0;
    while (at < *n && strcmp(rows[at].text, r->text))
        at++;
    if (at == *n) {
        rows[(*n)++] = *r;
        return;
    }
    rows[at].seconds += r->seconds;
    rows[at].flop += r->flop;
    rows[at].bytes += r->bytes;
    rows[at].nodes++;
}

static double rate(double amount, double seconds)
{
    return seconds > 0 ? amount / seconds * 1e-9 : 0;
}

static void print_text(const row *rows, size_t n, double total, double flop, double bytes, unsigned long runs)
{
    ax_out("each node's least time of %lu run%s, summed over equal nodes; MB: the bytes that they must move\n", runs,
           runs == 1 ? "" : "s");
    ax_out("%9s %7s %9s %7s %6s %6s  %s\n", "ms", "share", "MB", "GFLOP/s", "GB/s", "nodes",
           "operation, output shape: by what");
    for (size_t i = 0; i < n; i++) {
        const row *r = &rows[i];
        const char *by = r->explanation.by;
        ax_out("%9.3f %6.1f%% %9.3f %7.1f %6.1f %6u  %s%s%s\n", r->seconds * 1e3,
               total > 0 ? 100 * r->seconds / total : 0, r->bytes * 1e-6, rate(r->flop, r->seconds),
               rate(r->bytes, r->seconds), r->nodes, r->text, *by ? ": " : "", by);
    }
    ax_out("%9.3f %6.1f%% %9.3f %7.1f %6.1f  all\n", total * 1e3, 100.0, bytes * 1e-6, rate(flop, total),
           rate(bytes, total));
}

static void print_json(const row *rows, size_t n, double total)
{
    ax_out(",\"profile\":[");
    for (size_t i = 0; i < n; i++) {
        const row *r = &rows[i];
        ax_out("%s{\"op\":\"%s\",\"by\":\"%s\",\"why\":\"%s\",\"nodes\":%u,\"ms\":%.6f,\"share\":%.6f,\"bytes\":%.0f,"
               "\"flop\":%.0f,"
               "\"gflops\":%.3f,\"gbs\":%.3f}",
               i ? ",\n" : "", r->text, r->explanation.by, r->explanation.why, r->nodes, r->seconds * 1e3,
               total > 0 ? r->seconds / total : 0, r->bytes, r->flop, rate(r->flop, r->seconds),
               rate(r->bytes, r->seconds));
    }
    ax_out("]");
}

/* The rows of each group of steps, by index. */
static void print_groups(const ax_session *s, const row *rows, size_t n)
{
    const ax_plan *plan = s->plan;
    ax_out(",\"groups\":[");
    for (size_t i = 0; i < ax_plan_steps(plan); i++) {
        const ax_plan_step step = ax_plan_step_at(plan, i);
        bool first = i == 0 || step.group != ax_plan_step_at(plan, i - 1).group;
        row r = row_of(s->be, s->dev, step);
        size_t at = 0;
        while (at < n && strcmp(rows[at].text, r.text))
            at++;
        ax_out("%s%zu", !first ? "," : i ? "],[" : "[", at);
    }
    ax_out("]]");
}

ax_code ax_bench_profile(const ax_session *s, bool json, bool together, ax_err *err)
{
    const ax_plan *plan = s->plan;
    size_t steps = ax_plan_steps(plan), n = 0;
    row *rows = calloc(steps ? steps : 1, sizeof *rows);
    if (!rows)
        return ax_fail(err, AX_ENOMEM, "profile: no memory for %zu rows", steps);
    double total = 0, flop = 0, bytes = 0;
    for (size_t i = 0; i < steps; i++) {
        row r = row_of(s->be, s->dev, ax_plan_step_at(plan, i));
        total += r.seconds;
        flop += r.flop;
        bytes += r.bytes;
        add(rows, &n, &r);
    }
    qsort(rows, n, sizeof *rows, longer_first);
    if (json)
        print_json(rows, n, total);
    if (json && together)
        print_groups(s, rows, n);
    if (!json)
        print_text(rows, n, total, flop, bytes, steps ? (unsigned long)ax_plan_step_at(plan, 0).runs : 0);
    free(rows);
    return AX_OK;
}
