/* The selected candidate: its drawings, and what is known about it. */
#include "tui/view/view.h"

#include "engine/space/change.h"
#include "engine/space/space.h"
#include "viz/dag.h"
#include "viz/figure.h"
#include "viz/wrap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GRAPH_COLS = 64, LEAST_GRAPH_COLS = 48, DECISION_COLS = 34, FACT_COLS = 2 * DECISION_COLS };

static int fact(ax_pane p, int row, const char *name, const char *value)
{
    ax_pane_print(p, row, 1, AX_ROLE_DIM, name);
    ax_pane_print_cut(p, row, 12, p.at.cols - 13, AX_ROLE_TEXT, value);
    return row + 1;
}

/* The candidate of which this one is a changed copy; NULL: of none. */
static const ax_candidate *changed_from(const ax_ui *ui, const ax_candidate *c)
{
    const ax_candidate *parent = c->parent ? ax_state_candidate(ui->state, c->parent) : NULL;
    return parent && memcmp(&parent->genotype, &c->genotype, sizeof c->genotype) != 0 ? parent : NULL;
}

/* Draws the figures of a line; those that may be missing are shown only when they are known. */
static int figures(ax_pane p, int row, const char *name, ax_metric_line line, const ax_state *s, const ax_candidate *c)
{
    char text[256] = "", figure[AX_FIGURE];
    for (int m = 0; m < AX_METRIC_COUNT; m++) {
        const ax_metric_info *info = ax_metric_of((ax_metric)m);
        double v = ax_outcome_figure(&c->outcome, (ax_metric)m);
        size_t n = strlen(text);
        if (info->fact.line == line && ax_metric_is_of((ax_metric)m, s->task) && !(info->later && isnan(v)))
            snprintf(text + n, sizeof text - n, "%s%s%s", info->fact.before, ax_figure_metric((ax_metric)m, v, figure),
                     info->fact.after);
    }
    return fact(p, row, name, text);
}

/* Draws the whole message of a failure, and what its cause means. */
static int draw_failure(ax_pane p, int row, const ax_candidate *c)
{
    enum { AT = 12 };
    char cause[16], text[160];
    snprintf(cause, sizeof cause, "%.*s", (int)strcspn(c->failure, ":"), c->failure);
    ax_retry retry = ax_cause_retry(ax_cause_of(cause));
    int width = p.at.cols - AT - 1, n = width > 8 ? ax_wrap_lines(c->failure, width) : 1;
    ax_pane_print(p, row, 1, AX_ROLE_BAD, "failure");
    ax_wrap_print(p, row, AT, width, AX_ROLE_BAD, c->failure);
    if (c->status != AX_FAILED)
        snprintf(text, sizeof text, "it was tried again%s", c->status == AX_QUEUED ? ", or will be" : "");
    else
        snprintf(text, sizeof text, "%s; change it with c; its log: 6, then Tab",
                 retry == AX_RETRY_ONCE    ? "it failed twice"
                 : retry == AX_RETRY_LATER ? "the run paused itself"
                                           : "it isn't tried again");
    return row + n + (width > 8 ? ax_wrap_print(p, row + n, AT, width, AX_ROLE_DIM, text) : 1);
}

/* Draws the facts, the most important ones first, since a small pane shows only those. */
static int draw_facts(ax_pane p, const ax_ui *ui, const ax_candidate *c)
{
    char a[AX_FIGURE], b[AX_FIGURE], text[256];
    int row = 0, n = snprintf(text, sizeof text, "%s%s", ax_status_word(c->status), c->pinned ? ", pinned" : "");
    if (c->epochs > 0)
        n += snprintf(text + n, sizeof text - (size_t)n, ", %s: epoch %d/%d, step %d/%d", ax_stage_word(c->stage),
                      c->epoch, c->epochs, c->step, c->steps);
    if (c->epochs > 0 && c->attempt > 1)
        snprintf(text + n, sizeof text - (size_t)n, ", attempt %d", c->attempt);
    row = fact(p, row, "state", text);
    if (c->reused) {
        snprintf(text, sizeof text, "the same network as #%u; its result was reused", c->reused);
        row = fact(p, row, "reused", text);
    }
    if (c->failure[0])
        row = draw_failure(p, row, c);
    if (c->note[0])
        row = fact(p, row, "note", c->note);
    row = figures(p, row, "reward", AX_LINE_REWARD, ui->state, c);
    if (c->finalist)
        row = figures(p, row, "finals", AX_LINE_FINAL, ui->state, c);
    row = figures(p, row, "size", AX_LINE_SIZE, ui->state, c);
    row = figures(p, row, "time", AX_LINE_TIME, ui->state, c);
    n = snprintf(text, sizeof text, "by %s", c->origin);
    if (ax_candidate_is_final(c))
        n += snprintf(text + n, sizeof text - (size_t)n, ", #%u again with seed %lld", c->parent, (long long)c->seed);
    else if (c->parent)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s #%u", changed_from(ui, c) ? ", made from" : " of",
                      c->parent);
    if (isfinite(c->logp))
        snprintf(text + n, sizeof text - (size_t)n, ", logp %s, entropy %s", ax_figure_share(c->logp, 2, a),
                 ax_figure_share(c->entropy, 2, b));
    row = fact(p, row, "proposed", text);
    const ax_candidate *parent = changed_from(ui, c);
    if (parent)
        row = fact(p, row, "changes", ax_genotype_describe(&parent->genotype, &c->genotype, text, sizeof text));
    if (c->gate_passed >= 0) {
        snprintf(text, sizeof text, "%s (chance %s)", c->gate_passed ? "passed" : "stopped here",
                 ax_figure_share(c->gate_chance, 2, a));
        row = fact(p, row, "gate", text);
    }
    if (c->full) {
        snprintf(text, sizeof text, "#%u", c->full);
        row = fact(p, row, "full", text);
    }
    if (c->model[0])
        row = fact(p, row, "model", c->model);
    return row;
}

/* Draws the policy's probability and entropy of each decision when it made them. */
static void draw_decisions(ax_pane p, int row, const ax_candidate *c)
{
    const ax_space *s = ax_space_of(&c->genotype);
    const int rows = (s->n_decisions + 1) / 2;
    if (!c->logp_each || !isfinite(c->logp_each[0]) || row + 1 + rows >= p.at.rows)
        return;
    for (int k = 0; k < 2; k++)
        ax_pane_print(p, row, 1 + k * DECISION_COLS, AX_ROLE_TITLE, "decision              p entropy");
    for (int i = 0; i < s->n_decisions; i++) {
        char a[AX_FIGURE], b[AX_FIGURE], value[16], text[48];
        snprintf(text, sizeof text, "%-8s %-11.11s %4s %6s", s->decision[i].name,
                 ax_decision_text(&s->decision[i], c->genotype.value[i], value),
                 ax_figure_share(exp((double)c->logp_each[i]), 2, a),
                 ax_figure_share((double)c->entropy_each[i], 2, b));
        ax_pane_print(p, row + 1 + i % rows, 1 + i / rows * DECISION_COLS, AX_ROLE_TEXT, text);
    }
}

static void draw_graph(ax_pane p, const ax_ui *ui, const ax_candidate *c, unsigned drawing)
{
    ax_dag d, was;
    const ax_candidate *parent = changed_from(ui, c);
    ax_dag_make(&c->genotype, drawing, c->stage == 3 ? 0 : ui->channels, ui->repeats, &d);
    if (parent)
        ax_dag_make(&parent->genotype, drawing, 0, 0, &was);
    ax_dag_draw_changes(p, &d, parent ? &was : NULL);
}

static void draw_beside(ax_pane p, const ax_ui *ui, const ax_candidate *c)
{
    draw_decisions(p, draw_facts(p, ui, c) + 1, c);
}

/* Rows that all drawings of a space take below each other, each but the first with a title. */
static int all_rows(const ax_space *s)
{
    int rows = 0;
    for (int i = 0; i < s->n_drawings; i++)
        rows += s->drawing[i].rows;
    return rows;
}

static bool room_for_all(const ax_space *s, ax_pane inner)
{
    return inner.at.rows >= all_rows(s) + 4;
}

/* The drawing at the top of the view alone: the first of all, or the chosen one. */
static unsigned top_drawing(const ax_space *s, ax_pane inner, const ax_ui *ui)
{
    return room_for_all(s, inner) ? 0 : ui->drawing;
}

/* Draws the view alone: all drawings below each other where there is room, and the facts beside or below them. */
static void draw_whole(ax_pane inner, const ax_ui *ui, const ax_candidate *c)
{
    const ax_space *s = ax_space_of(&c->genotype);
    const unsigned top = top_drawing(s, inner, ui);
    const int first = s->drawing[top].rows;
    bool beside = inner.at.cols >= LEAST_GRAPH_COLS + FACT_COLS, all = room_for_all(s, inner);
    int spare = inner.at.cols - FACT_COLS, used = first + 1;
    int left = !beside ? inner.at.cols : spare < GRAPH_COLS ? spare : GRAPH_COLS;
    int high = inner.at.rows - 1 < first ? inner.at.rows - 1 : first; /* the last row is the genotype's */
    draw_graph(ax_pane_part(inner, 0, 0, high, left), ui, c, top);
    for (unsigned i = 1; all && i < s->n_drawings; i++) {
        ax_pane_print(inner, used, 1, AX_ROLE_TITLE, s->drawing[i].name);
        draw_graph(ax_pane_part(inner, used + 1, 0, s->drawing[i].rows, left), ui, c, i);
        used += s->drawing[i].rows + 2;
    }
    int rows = inner.at.rows - 2;
    if (beside)
        draw_beside(ax_pane_part(inner, 0, left, rows, inner.at.cols - left), ui, c);
    else if (used <= rows)
        draw_facts(ax_pane_part(inner, used, 0, rows - used + 1, inner.at.cols), ui, c);
    char text[AX_GENOTYPE_TEXT];
    ax_pane_print_cut(inner, inner.at.rows - 1, 1, inner.at.cols - 2, AX_ROLE_TEXT,
                      ax_genotype_print(&c->genotype, text));
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    (void)err;
    const ax_candidate *c = ax_ui_selected(ui);
    char title[48] = "cell", text[AX_GENOTYPE_TEXT];
    const ax_space *s = c ? ax_space_of(&c->genotype) : ax_space_at(0);
    ax_pane inner = ax_pane_inner(p);
    bool whole = ui->view == AX_VIEW_CELL;
    const unsigned top = whole ? top_drawing(s, inner, ui) : ui->drawing;
    if (c)
        snprintf(title, sizeof title, "%s #%u", s->drawing[top].name, c->id);
    const ax_candidate *parent = c ? changed_from(ui, c) : NULL;
    if (parent) {
        size_t n = strlen(title);
        snprintf(title + n, sizeof title - n, ", + not as #%u", parent->id);
    }
    bool all = whole && room_for_all(s, inner);
    const int rows = s->drawing[top].rows;
    char right[48] = "";
    if (whole && inner.at.rows <= rows)
        snprintf(right, sizeof right, "%d of %d lines   ", inner.at.rows - 1, rows);
    if (!all)
        snprintf(right + strlen(right), sizeof right - strlen(right), "Tab: %s",
                 s->drawing[(ui->drawing + 1) % s->n_drawings].tab);
    ax_pane_frame(p, false, title, right[0] ? right : NULL);
    if (!c) {
        ax_pane_print(inner, inner.at.rows / 2, 2, AX_ROLE_DIM, "nothing selected");
        return AX_OK;
    }
    if (whole) {
        draw_whole(inner, ui, c);
        return AX_OK;
    }
    draw_graph(inner, ui, c, ui->drawing);
    if (inner.at.rows > rows)
        ax_pane_print_cut(inner, inner.at.rows - 1, 1, inner.at.cols - 2, AX_ROLE_TEXT,
                          ax_genotype_print(&c->genotype, text));
    return AX_OK;
}

static ax_code svg(const ax_ui *ui, ax_str *out, ax_err *err)
{
    const ax_candidate *c = ax_ui_selected(ui);
    char title[160];
    ax_dag d;
    if (!c)
        return ax_fail(err, AX_EINVAL, "svg: no candidate is selected");
    ax_dag_make(&c->genotype, ui->drawing, c->stage == 3 ? 0 : ui->channels, ui->repeats, &d);
    snprintf(title, sizeof title, "%s of #%u of %.100s", ax_space_of(&c->genotype)->drawing[ui->drawing].name, c->id,
             ui->run);
    ax_dag_svg(&d, title, out);
    return AX_OK;
}

static bool act(ax_ui *ui, ax_action a)
{
    const ax_candidate *c = ax_ui_selected(ui);
    if (a == AX_DO_OPEN)
        ax_ui_open_cell(ui);
    else if (a == AX_DO_WIRING)
        ui->drawing = (ui->drawing + 1) % (c ? ax_space_of(&c->genotype) : ax_space_at(0))->n_drawings;
    else
        return false;
    return true;
}

const ax_view ax_view_cell = { .title = "Cell",
                               .help = "Tab\tcell or decoder wiring\nEnter\tback to where it was opened\n",
                               .key = '3',
                               .detail = true,
                               .draw = draw,
                               .svg = svg,
                               .action = act };
