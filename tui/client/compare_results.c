#include "tui/client/compare_results.h"

#include "engine/base/utf8.h"
#include "tui/session/paired.h"
#include "viz/figure.h"

#include <math.h>
#include <stdio.h>

enum { LEAST_NAME = 24 }; /* columns */

/* Columns of the widest name. */
static int name_columns(const ax_comparison *c)
{
    int most = LEAST_NAME;
    for (int k = 0; k < c->n; k++) {
        int n = ax_utf8_columns(c->side[k].name);
        most = n > most ? n : most;
    }
    return most;
}

static void add_name(const ax_comparison *c, int k, ax_str *out)
{
    ax_str_printf(out, "%c  ", 'a' + k);
    ax_str_padded(out, c->side[k].name, name_columns(c));
}

/* Adds text to a cell of a table in Markdown. */
static void add_cell(const char *text, ax_str *out)
{
    for (; *text; text++)
        ax_str_printf(out, "%s%c", *text == '|' ? "\\" : "", *text);
}

void ax_compare_table(const ax_comparison *c, ax_str *out)
{
    double common = ax_comparison_common(c);
    char x[AX_FIGURE], a[AX_FIGURE], b[AX_FIGURE], d[AX_FIGURE];
    if (c->by_time)
        ax_figure_clock(common, x);
    else
        snprintf(x, sizeof x, "%.0f", common);
    ax_str_printf(out, "   %-*s %5s %11s %7s   best at %s%s\n", name_columns(c), "", "runs",
                  c->by_time ? "seconds" : "candidates", "best", x, c->by_time ? "" : " candidates");
    for (int k = 0; k < c->n; k++) {
        const ax_contender *s = &c->side[k];
        long last = ax_contender_at(s, INFINITY), at = ax_contender_at(s, common);
        add_name(c, k, out);
        ax_str_printf(out, " %5d %11.0f %7s   %s", s->n_runs, last < 0 ? 0 : s->x[last],
                      ax_figure_share(last < 0 ? NAN : s->mean[last], 4, a),
                      ax_figure_share(at < 0 ? NAN : s->mean[at], 4, b));
        if (s->n_runs > 1 && at >= 0)
            ax_str_printf(out, "  (%s to %s)", ax_figure_share(s->low[at], 4, a), ax_figure_share(s->high[at], 4, d));
        ax_str_add(out, "\n");
    }
}

/* "12 candidates" or "0:41". */
static char *common_text(const ax_comparison *c, char out[static 48])
{
    char clock[AX_FIGURE];
    if (c->by_time)
        snprintf(out, 48, "%s", ax_figure_clock(ax_comparison_common(c), clock));
    else
        snprintf(out, 48, "%.0f candidate%s", ax_comparison_common(c), ax_comparison_common(c) == 1 ? "" : "s");
    return out;
}

/* ".6123 +- .0080"; without an interval where there is none. */
static char *interval_text(const ax_mean *m, double half, bool sign, char out[static 64])
{
    char mean[AX_FIGURE], plus_minus[AX_FIGURE];
    int n = snprintf(out, 64, "%s%s", sign && m->mean >= 0 ? "+" : "", ax_figure_share(m->mean, 4, mean));
    if (!isnan(half))
        snprintf(out + n, 64 - (size_t)n, " +- %s", ax_figure_share(half, 4, plus_minus));
    return out;
}

static const char *p_text(double p, char out[static AX_FIGURE])
{
    return p < 0.001 ? "< .001" : ax_figure_share(p, 3, out);
}

/* Says what the pairs of a test are. */
static const char *pairs_text(const ax_paired *t)
{
    return t->fresh ? "fresh seeds" : t->difference.n == 1 ? "pair of runs" : "pairs of runs";
}

void ax_compare_results(const ax_comparison *c, ax_str *out)
{
    const bool finals = ax_comparison_has_finals(c);
    char at[48], text[64], p[AX_FIGURE];
    if (finals)
        ax_str_add(out, "\nfirst of the finals: mean of fresh seeds, 95 % interval\n");
    else
        ax_str_printf(out, "\nbest at %s: mean of the runs, 95 %% interval\n", common_text(c, at));
    for (int k = 0; k < c->n; k++) {
        const ax_mean m = ax_side_result(c, &c->side[k], finals);
        add_name(c, k, out);
        ax_str_printf(out, " %s\n", interval_text(&m, ax_mean_interval(&m, 0.95), false, text));
    }
    if (c->n > 1)
        ax_str_add(out, "\ndifference, 95 % interval, paired t test\n");
    for (int i = 0; i < c->n; i++)
        for (int k = i + 1; k < c->n; k++) {
            const ax_paired t = ax_paired_test(c, &c->side[i], &c->side[k], finals);
            if (!t.difference.n) {
                ax_str_printf(out, "%c - %c  no pairs: no seed and task are the same\n", 'a' + i, 'a' + k);
                continue;
            }
            ax_str_printf(out, "%c - %c  %s", 'a' + i, 'a' + k, interval_text(&t.difference, t.interval, true, text));
            if (!isnan(t.p))
                ax_str_printf(out, "  p %s", p_text(t.p, p));
            ax_str_printf(out, "  of %u %s\n", t.difference.n, pairs_text(&t));
        }
}

void ax_compare_markdown(const ax_comparison *c, ax_str *out)
{
    const bool finals = ax_comparison_has_finals(c);
    char at[48], text[64], p[AX_FIGURE];
    ax_str_printf(out, "| | runs | best at %s |%s\n| --- | --- | --- |%s\n", common_text(c, at),
                  finals ? " first of the finals |" : "", finals ? " --- |" : "");
    for (int k = 0; k < c->n; k++) {
        const ax_contender *s = &c->side[k];
        const ax_mean best = ax_side_result(c, s, false);
        ax_str_add(out, "| ");
        add_cell(s->name, out);
        ax_str_printf(out, " | %d | %s |", s->n_runs, interval_text(&best, ax_mean_interval(&best, 0.95), false, text));
        if (finals) {
            const ax_mean m = ax_side_result(c, s, true);
            ax_str_printf(out, " %s |", interval_text(&m, ax_mean_interval(&m, 0.95), false, text));
        }
        ax_str_add(out, "\n");
    }
    if (c->n > 1)
        ax_str_printf(out, "\n| %s | difference | p | pairs |\n| --- | --- | --- | --- |\n",
                      finals ? "first of the finals" : "best");
    for (int i = 0; i < c->n; i++)
        for (int k = i + 1; k < c->n; k++) {
            const ax_paired t = ax_paired_test(c, &c->side[i], &c->side[k], finals);
            ax_str_add(out, "| ");
            add_cell(c->side[i].name, out);
            ax_str_add(out, " - ");
            add_cell(c->side[k].name, out);
            ax_str_printf(out, " | %s | %s | %u %s |\n", interval_text(&t.difference, t.interval, true, text),
                          p_text(t.p, p), t.difference.n, pairs_text(&t));
        }
}
