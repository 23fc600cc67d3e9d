#include "tui/client/report.h"

#include "engine/base/out.h"
#include "viz/dag.h"
#include "viz/figure.h"

#include <langinfo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool ax_terminal_unicode(void)
{
    return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

void ax_report_event_json(const ax_event *ev)
{
    ax_str line;
    ax_str_init(&line, 0);
    ax_event_json(ev, &line);
    ax_str_add(&line, "\n");
    ax_out_text(line.text);
    ax_str_release(&line);
}

void ax_report_candidate(const char *before, ax_task_id task, const ax_candidate *c)
{
    char id[16], reward[AX_FIGURE], figure[AX_FIGURE], own[64] = "", params[AX_FIGURE], text[AX_GENOTYPE_TEXT];
    ax_metric headline = ax_outcome_headline(&c->outcome, task);
    snprintf(id, sizeof id, "#%u", c->id);
    ax_genotype_print(&c->genotype, text);
    if (headline < AX_METRIC_COUNT)
        snprintf(own, sizeof own, " %s %-5s", ax_metric_of(headline)->word,
                 ax_figure_metric(headline, ax_outcome_figure(&c->outcome, headline), figure));
    if (c->status == AX_FAILED)
        ax_out_line("%s%-6s failed: %s  %s", before, id, c->failure, text);
    else
        ax_out_line("%s%-6s reward %-6s%s params %-6s %5.1f s  %s%s", before, id,
                    ax_figure_share(c->outcome.reward, 4, reward), own, ax_figure_count(c->outcome.params, params),
                    isnan(c->outcome.seconds) ? 0 : c->outcome.seconds, text, c->stage >= 3 ? "  full training" : "");
}

char *ax_report_final(const ax_candidate *c, char out[static AX_FINAL_TEXT])
{
    const ax_outcome *o = &c->outcome;
    char mean[AX_FIGURE], half[AX_FIGURE], chance[AX_FIGURE];
    int n = snprintf(out, AX_FINAL_TEXT, "%s", ax_figure_share(o->final_mean, 4, mean));
    if (!isnan(o->final_interval))
        n += snprintf(out + n, AX_FINAL_TEXT - (size_t)n, " +- %s", ax_figure_share(o->final_interval, 4, half));
    n += snprintf(out + n, AX_FINAL_TEXT - (size_t)n, " of %lld seed%s", (long long)o->final_seeds,
                  o->final_seeds == 1 ? "" : "s");
    if (!isnan(o->final_best))
        snprintf(out + n, AX_FINAL_TEXT - (size_t)n, ", best with probability %s",
                 ax_figure_share(o->final_best, 2, chance));
    return out;
}

/* What the table is sorted by: finalists first, by means over fresh seeds only. */
typedef struct place {
    double final, reward;
    uint32_t id;
} place;

static int higher(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->final != y->final)
        return x->final < y->final ? 1 : -1;
    if (x->reward != y->reward)
        return x->reward < y->reward ? 1 : -1;
    return x->id < y->id ? -1 : 1;
}

/* Whether the table has a figure: those of the task, sizes and times, but not the loss. */
static bool is_in_table(ax_metric m, const ax_state *s)
{
    return ax_metric_of(m)->column.head && ax_state_has_figure(s, m) && m != AX_METRIC_LOSS && m != AX_METRIC_SECONDS;
}

static int width_of(ax_metric m)
{
    int width = ax_metric_of(m)->column.width;
    return width < 6 ? 6 : width;
}

static void table_header(const ax_state *s)
{
    ax_out("    ID S");
    for (int m = 0; m < AX_METRIC_COUNT; m++)
        if (is_in_table((ax_metric)m, s))
            ax_out(" %*s", width_of((ax_metric)m), ax_metric_of((ax_metric)m)->column.head);
    ax_out("   TIME  GENOTYPE\n");
}

static void table_row(const ax_state *s, const ax_candidate *c)
{
    char figure[AX_FIGURE], text[AX_GENOTYPE_TEXT];
    ax_out("%6u %c", c->id, c->status);
    for (int m = 0; m < AX_METRIC_COUNT; m++)
        if (is_in_table((ax_metric)m, s))
            ax_out(" %*s", width_of((ax_metric)m),
                   ax_figure_metric((ax_metric)m, ax_outcome_figure(&c->outcome, (ax_metric)m), figure));
    ax_out(" %5.1fs  %s\n", isnan(c->outcome.seconds) ? 0 : c->outcome.seconds, ax_genotype_print(&c->genotype, text));
}

static void table(const ax_state *s, uint32_t n)
{
    place *order = malloc((s->n_candidates ? s->n_candidates : 1) * sizeof *order);
    uint32_t m = 0, full = 0;
    if (!order)
        return;
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const ax_candidate *c = &s->candidate[i];
        if ((c->status == AX_DONE || c->status == AX_PROMOTED) && isfinite(c->outcome.reward)) {
            if (ax_candidate_is_final(c))
                continue;
            if (c->stage < 3)
                order[m++] =
                    (place) { c->finalist && isfinite(c->outcome.final_mean) ? c->outcome.final_mean : -INFINITY,
                              c->outcome.reward, c->id };
            else
                full++;
        }
    }
    if (m)
        qsort(order, m, sizeof *order, higher);
    table_header(s);
    for (uint32_t i = 0; i < m && i < n; i++)
        table_row(s, ax_state_candidate(s, order[i].id));
    if (full) {
        ax_out("Full training:\n");
        for (uint32_t i = 0; i < s->n_candidates; i++)
            if (s->candidate[i].stage >= 3 && s->candidate[i].status == AX_DONE)
                table_row(s, &s->candidate[i]);
    }
    free(order);
}

static void print_dag(const ax_dag *d, bool params)
{
    ax_canvas c;
    ax_str text;
    int width = ax_dag_width(d) + (params ? 1 + AX_DAG_PARAMS : 0);
    ax_canvas_init(&c, ax_terminal_unicode() ? &ax_glyphs_unicode : &ax_glyphs_ascii);
    ax_str_init(&text, 0);
    if (ax_canvas_resize(&c, d->drawing.rows, width, NULL) == AX_OK) {
        ax_dag_draw(ax_pane_of(&c, (ax_rect) { 0, 0, d->drawing.rows, width }), d);
        ax_canvas_text(&c, &text);
        ax_out_text(text.text);
    }
    ax_str_release(&text);
    ax_canvas_release(&c);
}

void ax_report_lanes(const ax_genotype *g, int channels, int repeats)
{
    const ax_space *s = ax_space_of(g);
    for (unsigned i = 0; i < s->n_drawings; i++) {
        ax_dag d;
        ax_out("%s%s\n", i ? "\n" : "", s->drawing[i].name);
        ax_dag_make(g, i, channels, repeats, &d);
        print_dag(&d, channels > 0 && !i);
    }
}

void ax_report_best(const ax_state *s, uint32_t n, const ax_settings *settings)
{
    const ax_candidate *best = ax_state_candidate(s, ax_state_winner(s));
    if (!best) {
        ax_out("no candidate has a reward yet\n");
        return;
    }
    char reward[AX_FIGURE], text[AX_GENOTYPE_TEXT], final[AX_FINAL_TEXT];
    ax_out("\n");
    table(s, n);
    ax_out("\nbest: #%u, reward %s", best->id, ax_figure_share(best->outcome.reward, 4, reward));
    if (s->finalist)
        ax_out("; in the finals %s", ax_report_final(best, final));
    ax_out("\n%s\n\n", ax_genotype_print(&best->genotype, text));
    ax_report_lanes(&best->genotype, settings ? (int)settings->channels : 0, settings ? (int)settings->repeats : 0);
}
