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

void ax_report_candidate(const char *before, const ax_candidate *c)
{
    char id[16], reward[AX_FIGURE], miou[AX_FIGURE], params[AX_FIGURE], text[AX_GENOTYPE_TEXT];
    snprintf(id, sizeof id, "#%u", c->id);
    ax_genotype_print(&c->genotype, text);
    if (c->status == AX_FAILED)
        ax_out_line("%s%-6s failed: %s  %s", before, id, c->failure, text);
    else
        ax_out_line("%s%-6s reward %-6s mIoU %-5s params %-6s %5.1f s  %s%s", before, id,
                    ax_figure_share(c->outcome.reward, 4, reward), ax_figure_share(c->outcome.miou, 3, miou),
                    ax_figure_count(c->outcome.params, params), isnan(c->outcome.seconds) ? 0 : c->outcome.seconds,
                    text, c->stage >= 3 ? "  full training" : "");
}

/* What the table is sorted by. */
typedef struct place {
    double reward;
    uint32_t id;
} place;

static int higher_reward(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->reward != y->reward)
        return x->reward < y->reward ? 1 : -1;
    return x->id < y->id ? -1 : 1;
}

static void table_header(void)
{
    ax_out("    ID S REWARD   mIoU  fwIoU    acc  PARAMS   MACs     LAT   TIME  GENOTYPE\n");
}

static void table_row(const ax_candidate *c)
{
    char f[7][AX_FIGURE], text[AX_GENOTYPE_TEXT];
    ax_out("%6u %c %6s %6s %6s %6s %7s %6s %7s %5.1fs  %s\n", c->id, c->status,
           ax_figure_share(c->outcome.reward, 4, f[0]), ax_figure_share(c->outcome.miou, 3, f[1]),
           ax_figure_share(c->outcome.fwiou, 3, f[2]), ax_figure_share(c->outcome.accuracy, 3, f[3]),
           ax_figure_count(c->outcome.params, f[4]), ax_figure_count(c->outcome.macs, f[5]),
           ax_figure_ms(c->outcome.latency_ms, f[6]), isnan(c->outcome.seconds) ? 0 : c->outcome.seconds,
           ax_genotype_print(&c->genotype, text));
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
            if (c->stage < 3)
                order[m++] = (place) { c->outcome.reward, c->id };
            else
                full++;
        }
    }
    if (m)
        qsort(order, m, sizeof *order, higher_reward);
    table_header();
    for (uint32_t i = 0; i < m && i < n; i++)
        table_row(ax_state_candidate(s, order[i].id));
    if (full) {
        ax_out("Full training:\n");
        for (uint32_t i = 0; i < s->n_candidates; i++)
            if (s->candidate[i].stage >= 3 && s->candidate[i].status == AX_DONE)
                table_row(&s->candidate[i]);
    }
    free(order);
}

static void print_dag(const ax_dag *d, bool params)
{
    ax_canvas c;
    ax_str text;
    int width = ax_dag_width(d) + (params ? 10 : 0);
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
    const ax_candidate *best = ax_state_candidate(s, s->best);
    if (!best) {
        ax_out("no candidate has a reward yet\n");
        return;
    }
    char reward[AX_FIGURE], text[AX_GENOTYPE_TEXT];
    ax_out("\n");
    table(s, n);
    ax_out("\nbest: #%u, reward %s\n%s\n\n", best->id, ax_figure_share(best->outcome.reward, 4, reward),
           ax_genotype_print(&best->genotype, text));
    ax_report_lanes(&best->genotype, settings ? (int)settings->channels : 0, settings ? (int)settings->repeats : 0);
}
