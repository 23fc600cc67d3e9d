/* Two candidates side by side: their cells and differences, metrics, and losses. */
#include "tui/view/view.h"

#include "engine/space/change.h"
#include "viz/dag.h"
#include "viz/figure.h"
#include "viz/spark.h"

#include <math.h>
#include <stdio.h>

enum { METRIC_ROWS = 4, LOSS_ROWS = 2 };

typedef struct compare_state {
    uint32_t with; /* the candidate that the selected one is compared with */
} compare_state;

/* Prints a figure, seconds with a decimal since the two may differ by little. */
static void format(ax_metric m, double v, char out[static AX_FIGURE])
{
    if (ax_metric_of(m)->form.form == AX_FORM_SECONDS)
        snprintf(out, AX_FIGURE, isnan(v) ? "-" : "%.1fs", v);
    else
        ax_figure_metric(m, v, out);
}

static void format_change(ax_metric m, double change, char out[static AX_FIGURE])
{
    char text[AX_FIGURE];
    out[0] = '\0';
    if (isnan(change))
        return;
    format(m, fabs(change), text);
    snprintf(out, AX_FIGURE, "%c%.22s", change < 0 ? '-' : '+', text);
}

static ax_role change_role(ax_metric m, double change)
{
    ax_metric_better better = ax_metric_of(m)->form.better;
    if (better == AX_BETTER_NEITHER || isnan(change) || !(change > 0 || change < 0))
        return AX_ROLE_TEXT;
    return (change > 0) == (better == AX_BETTER_HIGHER) ? AX_ROLE_GOOD : AX_ROLE_BAD;
}

static bool has_column(ax_metric m, ax_task_id task, const ax_candidate *a, const ax_candidate *b)
{
    const ax_metric_info *info = ax_metric_of(m);
    bool known = !isnan(ax_outcome_figure(&a->outcome, m)) || !isnan(ax_outcome_figure(&b->outcome, m));
    return info->span && ax_metric_is_of(m, task) && (known || !info->final);
}

/* Draws whole columns only; where there isn't room for all, the loss (which is below, too) and the time are left out
   first. */
static void draw_metrics(ax_pane p, ax_task_id task, const ax_candidate *a, const ax_candidate *b)
{
    int at = 9, need = at;
    for (int i = 0; i < AX_METRIC_COUNT; i++)
        need += has_column((ax_metric)i, task, a, b) ? ax_metric_of((ax_metric)i)->span : 0;
    bool narrow = need >= p.at.cols;
    ax_pane_printf(p, 1, 1, AX_ROLE_STRONG, "#%u", a->id);
    ax_pane_printf(p, 2, 1, AX_ROLE_STRONG, "#%u", b->id);
    ax_pane_print(p, 3, 1, AX_ROLE_DIM, "change");
    for (int i = 0; i < AX_METRIC_COUNT; i++) {
        ax_metric m = (ax_metric)i;
        const ax_metric_info *info = ax_metric_of(m);
        char text[AX_FIGURE];
        double x = ax_outcome_figure(&a->outcome, m), y = ax_outcome_figure(&b->outcome, m);
        if (!has_column(m, task, a, b) || (narrow && (m == AX_METRIC_LOSS || m == AX_METRIC_SECONDS)) ||
            at + info->span >= p.at.cols)
            continue;
        at += info->span;
        ax_pane_print_right(p, 0, at, AX_ROLE_TITLE, info->word);
        format(m, x, text);
        ax_pane_print_right(p, 1, at, AX_ROLE_TEXT, text);
        format(m, y, text);
        ax_pane_print_right(p, 2, at, AX_ROLE_TEXT, text);
        format_change(m, y - x, text);
        ax_pane_print_right(p, 3, at, change_role(m, y - x), text);
    }
}

static void draw_loss(ax_pane p, const ax_candidate *a, const ax_candidate *b)
{
    double lo = INFINITY, hi = -INFINITY;
    bool any = ax_spark_range(a->trace, AX_TRACE, &lo, &hi);
    any = ax_spark_range(b->trace, AX_TRACE, &lo, &hi) || any;
    if (!any)
        return;
    const ax_candidate *each[2] = { a, b };
    int from = 27, width = p.at.cols - from - 9 < 64 ? p.at.cols - from - 9 : 64;
    for (int i = 0; i < 2; i++) {
        char text[AX_FIGURE];
        ax_pane_printf(p, i, 1, AX_ROLE_DIM, each[i]->stage ? "loss #%u, %s" : "loss #%u", each[i]->id,
                       ax_stage_word(each[i]->stage));
        ax_spark_draw(ax_pane_part(p, i, from, 1, width), 0, each[i]->trace, AX_TRACE, lo, hi, AX_ROLE_CURVE);
        ax_pane_print(p, i, from + width + 1, AX_ROLE_DIM, ax_figure_share(each[i]->outcome.loss, 4, text));
    }
}

static void draw_two(ax_pane p, const ax_candidate *a, const ax_candidate *b, unsigned drawing)
{
    ax_dag left, right;
    int half = p.at.cols / 2;
    ax_dag_make(&a->genotype, drawing, 0, 0, &left);
    ax_dag_make(&b->genotype, drawing, 0, 0, &right);
    ax_dag_draw(ax_pane_part(p, 0, 0, p.at.rows, half), &left);
    ax_pane second = ax_pane_part(p, 0, half, p.at.rows, p.at.cols - half);
    ax_dag_draw_changes(second, &right, &left);
}

static void draw(ax_pane p, const ax_ui *ui)
{
    const compare_state *here = ui->context_slot[AX_CONTEXT_COMPARE];
    const ax_candidate *a = ax_state_candidate(ui->state, here->with), *b = ax_ui_selected(ui);
    char title[80], other[32], changes[400];
    ax_pane_clear(p);
    if (!a || !b) {
        ax_pane_frame(p, true, "compare", NULL);
        return;
    }
    snprintf(title, sizeof title, "#%u and #%u", a->id, b->id);
    const ax_space *s = ax_space_of(&a->genotype);
    snprintf(other, sizeof other, "Tab: %ss", s->drawing[(ui->drawing + 1) % s->n_drawings].name);
    ax_pane_frame(p, true, title, other);
    ax_pane inner = ax_pane_inner(p);
    int rows = inner.at.rows, cols = inner.at.cols, row = s->drawing[0].rows, below = 0;
    for (int i = 1; i < s->n_drawings; i++)
        below += 1 + s->drawing[i].rows + 1;
    bool all = rows >= row + below + 1 + METRIC_ROWS + LOSS_ROWS;
    draw_two(ax_pane_part(inner, 0, 0, row, cols), a, b, all ? 0 : ui->drawing);
    for (unsigned i = 1; all && i < s->n_drawings; i++) {
        draw_two(ax_pane_part(inner, row + 1, 0, s->drawing[i].rows, cols), a, b, i);
        row += s->drawing[i].rows + 2;
    }
    int left = rows - row - METRIC_ROWS - LOSS_ROWS;
    draw_metrics(ax_pane_part(inner, row, 0, METRIC_ROWS, cols), ui->state->task, a, b);
    draw_loss(ax_pane_part(inner, row + METRIC_ROWS, 0, LOSS_ROWS, cols), a, b);
    if (left > 0)
        ax_pane_print_cut(inner, rows - 1, 1, cols - 2, AX_ROLE_DIM,
                          ax_genotype_describe(&a->genotype, &b->genotype, changes, sizeof changes));
}

/* Compares with a marked candidate, else with the one it was made from, else with the best. */
static bool open(ax_ui *ui)
{
    compare_state *here = ui->context_slot[AX_CONTEXT_COMPARE];
    const ax_candidate *c = ax_ui_selected(ui);
    uint32_t with = ax_ui_first_marked(ui);
    if (!with)
        with = c->parent && c->parent != c->id ? c->parent : ui->state->best;
    if (!with || with == c->id) {
        ax_ui_say(ui, true, "compare with which one? mark it with m, then = on the other");
        return false;
    }
    here->with = with;
    return true;
}

static bool act(ax_ui *ui, ax_action a)
{
    const ax_candidate *c = ax_ui_selected(ui);
    if (a == AX_DO_WIRING && c)
        ui->drawing = (ui->drawing + 1) % ax_space_of(&c->genotype)->n_drawings;
    return a == AX_DO_WIRING;
}

static void close(ax_ui *ui, uint32_t key)
{
    (void)key;
    ax_ui_close(ui, AX_CONTEXT_COMPARE);
}

static void replaced(ax_ui *ui)
{
    const compare_state *here = ui->context_slot[AX_CONTEXT_COMPARE];
    if (here->with > ui->state->n_candidates)
        ax_ui_close(ui, AX_CONTEXT_COMPARE);
}

static void hints(ax_pane p, const ax_ui *ui)
{
    (void)ui;
    ax_draw_hint(p, "j k another   Tab cell, decoder   ? help   any other key: back");
}

const ax_context ax_context_compare = { .state = sizeof(compare_state),
                                        .open = open,
                                        .action = act,
                                        .key = close,
                                        .paste = ax_ui_offer,
                                        .draw = draw,
                                        .hints = hints,
                                        .replaced = replaced };
