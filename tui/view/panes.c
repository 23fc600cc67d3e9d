/* Reward, pareto, table and log. */
#include "tui/view/view.h"

#include "viz/curve.h"
#include "viz/figure.h"
#include "viz/scatter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double ema_decay = 0.97;

static void waiting(ax_pane p, const ax_ui *ui)
{
    char text[AX_EVENT_TEXT + 16] = "no reward yet";
    if (ui->loading < 1)
        snprintf(text, sizeof text, "reading the history: %.0f %%", 100 * ui->loading);
    else if (ui->state->activity[0])
        snprintf(text, sizeof text, "preparing: %s", ui->state->activity);
    for (uint32_t i = 0; i < ui->state->n_candidates && !ui->state->activity[0]; i++) {
        const ax_candidate *c = &ui->state->candidate[i];
        if (c->status == AX_RUNNING)
            snprintf(text, sizeof text, "training #%u: epoch %d/%d", c->id, c->epoch, c->epochs);
    }
    int width = ax_text_width(text);
    ax_pane_print_cut(p, p.at.rows / 2 - 1, 6 + (p.at.cols - 6 - width) / 2, p.at.cols - 7, AX_ROLE_DIM, text);
}

ax_code ax_draw_reward(ax_pane p, const ax_ui *ui, ax_err *err)
{
    const ax_state *s = ui->state;
    bool ascii = p.canvas->glyphs->ascii;
    const char *legend = p.at.cols < 60 ? "EMA .97"
                         : ascii        ? "* EMA .97   - best   . raw"
                                        : "EMA .97   \u2500 best   \u00b7 raw";
    char title[64] = "reward";
    if (ui->plot.width)
        snprintf(title, sizeof title, "reward %zu-%zu  0: all", ui->plot.from, ui->plot.from + ui->plot.width);
    ax_pane_frame(p, false, title, legend);
    ax_pane inner = ax_pane_inner(p);
    if (ui->plots && ax_plot_again(&ui->plots->reward, inner, s, ui->plot))
        return AX_OK;
    double *y = malloc((s->n_scored ? s->n_scored : 1) * sizeof *y);
    if (!y)
        return ax_fail(err, AX_ENOMEM, "no memory for the reward curve");
    for (uint32_t i = 0; i < s->n_scored; i++) {
        const ax_candidate *c = ax_state_candidate(s, s->scored[i]);
        y[i] = c ? c->outcome.reward : NAN;
    }
    ax_code code = ax_curve_draw(inner, (ax_series) { .y = y, .n = s->n_scored }, ema_decay, ui->plot, err);
    free(y);
    if (!s->n_scored)
        waiting(inner, ui);
    if (ui->plots && code == AX_OK)
        ax_plot_keep(&ui->plots->reward, inner, s, ui->plot);
    return code;
}

static double reward_of(const ax_candidate *c)
{
    return c && c->status != AX_PRUNED && c->status != AX_FAILED ? c->outcome.reward : NAN;
}

/* All but the selected one. */
static ax_code draw_points(ax_pane p, const ax_state *s, ax_metric axis, ax_scatter_scale *scale, ax_err *err)
{
    size_t n = s->n_scored, room = n ? n : 1;
    double *x = calloc(room, sizeof *x), *y = calloc(room, sizeof *y);
    bool *front = calloc(room, sizeof *front);
    ax_code code = x && y && front ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for the pareto plot");
    if (code == AX_OK) {
        for (size_t i = 0; i < n; i++) {
            const ax_candidate *c = ax_state_candidate(s, s->scored[i]);
            x[i] = ax_outcome_cost(&c->outcome, axis);
            y[i] = reward_of(c);
            front[i] = ax_state_on_front(s, c, axis);
        }
        ax_scatter_draw(
            p,
            &(ax_scatter) {
                .x = x, .y = y, .front = front, .n = n, .log_x = true, .x_name = ax_metric_of(axis)->front.label },
            scale);
    }
    free(x);
    free(y);
    free(front);
    return code;
}

ax_code ax_draw_pareto(ax_pane p, const ax_ui *ui, ax_err *err)
{
    const ax_state *s = ui->state;
    const ax_candidate *c = ax_ui_selected(ui);
    ax_metric axis = ax_metric_front(ui->axis + 1);
    ax_pane inner = ax_pane_inner(p);
    ax_plots here = { .axis = 0 }, *kept = ui->plots ? ui->plots : &here;
    ax_curve_window all = { .width = 0 };
    if (kept->axis != ui->axis || !ax_plot_again(&kept->pareto, inner, s, all)) {
        if (draw_points(inner, s, axis, &kept->scale, err) != AX_OK)
            return AX_ENOMEM;
        kept->axis = ui->axis;
        if (ui->plots)
            ax_plot_keep(&kept->pareto, inner, s, all);
    }
    char title[48], right[64];
    bool shown = c && c->scored;
    uint32_t on_front = s->front[axis].n;
    if (shown)
        ax_scatter_cursor(inner, &kept->scale, ax_outcome_cost(&c->outcome, axis), reward_of(c));
    if (shown)
        snprintf(right, sizeof right, "@ #%u   front %u", ui->selected, on_front);
    else
        snprintf(right, sizeof right, "front %u", on_front);
    snprintf(title, sizeof title, "pareto  reward x %s", ax_metric_of(axis)->front.title);
    ax_pane_frame(p, false, title, right);
    return AX_OK;
}

/* ---- table ---- */

void ax_draw_table(ax_pane p, const ax_ui *ui)
{
    bool framed = ui->layout.table_framed;
    ax_pane inner = framed ? ax_pane_inner(p) : p;
    int seen = inner.at.rows - 1 - framed;
    uint32_t n = ui->rows.n, to = ui->first + (uint32_t)(seen > 0 ? seen : 0);
    char right[64];
    if (framed) {
        if (n)
            snprintf(right, sizeof right, "%u-%u of %u", ui->first + 1, to < n ? to : n, n);
        else
            right[0] = '\0';
        ax_pane_frame(p, false, "candidates", right);
        int legend = inner.at.rows - 1;
        ax_pane_print(inner, legend, 1, AX_ROLE_DIM,
                      "S: Q queued  R running  P paused  D done  * promoted  X pruned  F failed   h hand-made");
        if (inner.at.cols >= 110)
            ax_pane_print(inner, legend, 89, AX_ROLE_DIM, "= known network");
        if (ui->n_marked) {
            snprintf(right, sizeof right, "%u marked ", ui->n_marked);
            ax_pane_print_right(inner, legend, inner.at.cols, AX_ROLE_MARKED, right);
        }
        inner = ax_pane_part(inner, 0, 0, inner.at.rows - 1, inner.at.cols);
    }
    ax_table_draw(inner, ui->state,
                  &(ax_table_view) { .rows = &ui->rows,
                                     .first = ui->first,
                                     .selected = ui->selected,
                                     .marked = ui->marked,
                                     .n_marked = ui->n_marked_cap,
                                     .sort = ui->sort,
                                     .reverse = ui->reverse });
    if (!n && ui->loading >= 1)
        ax_pane_print(inner, 1, 2, AX_ROLE_DIM,
                      ui->filter.n ? "no candidate passes the filter (Esc clears it)" : "no candidates yet");
}

/* ---- log ---- */

static ax_role log_role(const ax_log_line *l)
{
    if (!strcmp(l->kind, "failed") || !strcmp(l->kind, "error"))
        return AX_ROLE_BAD;
    if (!strcmp(l->kind, "warning") || !strcmp(l->kind, "pruned") || !strcmp(l->kind, "paused"))
        return AX_ROLE_WARN;
    if (!strcmp(l->kind, "scored") || !strcmp(l->kind, "promoted"))
        return AX_ROLE_GOOD;
    return AX_ROLE_TEXT;
}

void ax_draw_log(ax_pane p, const ax_ui *ui)
{
    const ax_state *s = ui->state;
    char right[48];
    if (ui->log_back)
        snprintf(right, sizeof right, "%u newer below", ui->log_back);
    else
        snprintf(right, sizeof right, "following");
    ax_pane_frame(p, false, "log", right);
    ax_pane inner = ax_pane_inner(p);
    uint32_t end = s->n_log - (ui->log_back < s->n_log ? ui->log_back : s->n_log), rows = (uint32_t)inner.at.rows;
    uint32_t first = end > rows ? end - rows : 0, note = 0;
    if (!first && s->log_dropped && end < rows) { /* the line above the oldest */
        char text[512];
        snprintf(text, sizeof text, "%llu older lines aren't kept here; they are in  %.200s log %.200s",
                 (unsigned long long)s->log_dropped, ui->program, ui->operand);
        ax_pane_print_cut(inner, 0, 1, inner.at.cols - 2, AX_ROLE_WARN, text);
        note = 1;
    }
    int id_cols = snprintf(NULL, 0, "#%u", s->n_candidates), text_col = 21 + (id_cols > 5 ? id_cols : 5);
    for (uint32_t i = first; i < end; i++) {
        const ax_log_line *l = ax_state_log(s, i);
        int row = (int)(i - first + note);
        char at[AX_FIGURE], id[16] = "";
        if (l->id)
            snprintf(id, sizeof id, "#%u", l->id);
        ax_pane_print(inner, row, 1, AX_ROLE_DIM, ax_figure_time(l->at, at));
        ax_pane_print(inner, row, 10, log_role(l), l->kind);
        ax_pane_print(inner, row, 20, AX_ROLE_TEXT, id);
        const char *text = strncmp(l->text, "controller: ", 12) ? l->text : l->text + 12;
        ax_pane_print_cut(inner, row, text_col, inner.at.cols - text_col - 1, AX_ROLE_TEXT, text);
    }
}
