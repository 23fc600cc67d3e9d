/* The editor of a hand-made candidate: its decisions, the drawing they make, and what differs from its parent. */
#include "tui/view/view.h"

#include "viz/dag.h"
#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LIST_COLS = 36, LIST_ROWS = AX_EDIT_ROWS + 3, OP_COL = 7, IN_COL = 23 };

static void draw_field(ax_pane p, int r, int at, const ax_edit *e, int row, int field)
{
    int d = ax_edit_decision(row, field);
    if (d < 0)
        return;
    char value[16], text[32];
    bool here = row == e->row && field == e->field;
    unsigned now = e->now.value[d];
    snprintf(text, sizeof text, here ? "[%s]" : " %s ",
             ax_decision_text(&ax_space_of(&e->now)->decision[d], now, value));
    ax_role role = here ? AX_ROLE_SELECTED : now != e->from.value[d] ? AX_ROLE_GOOD : AX_ROLE_TEXT;
    ax_pane_print(p, r, at, role, text);
}

static bool row_changed(const ax_edit *e, int row)
{
    for (int field = 0; field < 2; field++) {
        int d = ax_edit_decision(row, field);
        if (d >= 0 && e->now.value[d] != e->from.value[d])
            return true;
    }
    return false;
}

static void draw_list(ax_pane p, const ax_edit *e)
{
    ax_pane_print(p, 0, 3, AX_ROLE_TITLE, "value operation      reads");
    ax_pane_print(p, AX_EDIT_OPS + 1, 3, AX_ROLE_TITLE, "block reads");
    for (int row = 0; row < AX_EDIT_ROWS; row++) {
        bool block = row >= AX_EDIT_OPS;
        int r = row + 1 + block;
        ax_pane_put(p, r, 0, row == e->row ? '>' : ' ', AX_ROLE_STRONG);
        if (row_changed(e, row))
            ax_pane_put(p, r, 1, '+', AX_ROLE_GOOD);
        ax_pane_printf(p, r, 3, AX_ROLE_TEXT, "%3d", ax_edit_number(row));
        draw_field(p, r, OP_COL, e, row, 0);
        draw_field(p, r, block ? OP_COL + 5 : IN_COL, e, row, 1);
    }
}

/* Parameters of the operations of one copy of the cell. */
static long cell_params(const ax_genotype *g, const ax_ui *ui)
{
    long n = 0;
    const ax_space *s = ax_space_of(g);
    for (int d = 0; d < s->n_decisions; d++)
        if (s->decision[d].option)
            n += ax_cellop_params(g->value[d], ui->channels, ui->repeats);
    return n;
}

static void draw_check(ax_pane p, const ax_ui *ui)
{
    const ax_edit *e = &ui->edit;
    char changes[400], text[480], now[AX_FIGURE], was[AX_FIGURE], genotype[AX_GENOTYPE_TEXT];
    bool any = ax_genotype_describe(&e->from, &e->now, changes, sizeof changes)[0] != '\0';
    int row = 0, width = p.at.cols - 2;
    ax_pane_print_cut(p, row++, 1, width, AX_ROLE_DIM, ax_genotype_print(&e->now, genotype));
    snprintf(text, sizeof text, "+ %s", changes);
    ax_pane_print_cut(p, row++, 1, width, any ? AX_ROLE_GOOD : AX_ROLE_DIM, any ? text : "nothing changed yet");
    uint32_t same = any ? ax_state_find(ui->state, &e->now) : 0;
    const ax_candidate *c = same ? ax_state_candidate(ui->state, same) : NULL;
    if (c) {
        snprintf(text, sizeof text, "this is #%u already%s%s", same, isnan(c->outcome.reward) ? "" : ", reward ",
                 isnan(c->outcome.reward) ? "" : ax_figure_share(c->outcome.reward, 4, now));
        ax_pane_print_cut(p, row, 1, width, AX_ROLE_WARN, text);
    } else if (any && ui->channels > 0) {
        snprintf(text, sizeof text, "not tried yet; operations of a cell %s parameters, they were %s",
                 ax_figure_count(cell_params(&e->now, ui), now), ax_figure_count(cell_params(&e->from, ui), was));
        ax_pane_print_cut(p, row, 1, width, AX_ROLE_TEXT, text);
    }
}

void ax_draw_edit(ax_pane p, const ax_ui *ui)
{
    const ax_edit *e = &ui->edit;
    char title[64];
    ax_dag now, was;
    ax_pane_clear(p);
    snprintf(title, sizeof title, "a new candidate, made from #%u", e->parent);
    ax_pane_frame(p, true, title, "Enter queues it");
    ax_pane inner = ax_pane_inner(p);
    bool wiring = e->row >= AX_EDIT_OPS;
    if (wiring) {
        ax_dag_wiring(&e->now, &now);
        ax_dag_wiring(&e->from, &was);
    } else {
        ax_dag_cell(&e->now, &now);
        ax_dag_cell(&e->from, &was);
    }
    int high = inner.at.rows > LIST_ROWS + 3 ? LIST_ROWS : inner.at.rows - 3;
    draw_list(ax_pane_part(inner, 0, 0, high, LIST_COLS), e);
    ax_dag_draw_changes(ax_pane_part(inner, 0, LIST_COLS, high, inner.at.cols - LIST_COLS), &now, &was, 0, 0);
    draw_check(ax_pane_part(inner, high, 0, inner.at.rows - high, inner.at.cols), ui);
}
