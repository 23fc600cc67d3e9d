#include "tui/ui/selection.h"

#include "tui/ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ax_selection *ax_ui_selection(const ax_ui *ui)
{
    return ui->slot[AX_VIEW_TABLE];
}

const ax_candidate *ax_ui_selected(const ax_ui *ui)
{
    const ax_selection *t = ax_ui_selection(ui);
    return t->selected ? ax_state_candidate(ui->state, t->selected) : NULL;
}

void ax_selection_release(void *slot)
{
    ax_selection *t = slot;
    ax_rows_release(&t->rows);
    free(t->marked);
}

/* ---- rows ---- */

/* Builds the rows again, but only after a change: sorting thousands of rows at every key would be slow. */
static void build_rows(ax_ui *ui, ax_selection *t)
{
    ax_err err;
    bool same = t->built.valid && (t->frozen || t->built.seq == ui->state->seq) &&
                ax_order_same(&t->built.order, &t->order) && !strcmp(t->built.filter, t->filter.text);
    if (same)
        return;
    t->built.valid = ax_rows_build(&t->rows, ui->state, &t->filter, &t->order, &err) == AX_OK;
    if (!t->built.valid)
        ax_ui_say(ui, true, "%s", err.msg);
    t->built.seq = ui->state->seq;
    t->built.order = t->order;
    snprintf(t->built.filter, sizeof t->built.filter, "%s", t->filter.text);
}

static void grow_marks(ax_selection *t, uint32_t n)
{
    if (n <= t->n_marked_cap)
        return;
    uint32_t cap = n + n / 2 + 16;
    bool *marked = realloc(t->marked, cap * sizeof *marked);
    if (!marked)
        return;
    memset(marked + t->n_marked_cap, 0, (cap - t->n_marked_cap) * sizeof *marked);
    t->marked = marked;
    t->n_marked_cap = cap;
}

static void unmark_from(ax_selection *t, uint32_t n)
{
    for (uint32_t i = n; i < t->n_marked_cap && t->n_marked; i++)
        if (t->marked[i]) {
            t->marked[i] = false;
            t->n_marked--;
        }
}

static bool rows_are_held(const ax_ui *ui)
{
    for (int i = 0; i < ui->n_over; i++)
        if (ax_contexts[ui->over[i]]->holds && ax_contexts[ui->over[i]]->holds(ui))
            return true;
    return false;
}

void ax_selection_refresh(ax_ui *ui, bool replaced)
{
    ax_selection *t = ax_ui_selection(ui);
    if (replaced) {
        t->built.valid = false;
        unmark_from(t, ui->state->n_candidates);
        return;
    }
    grow_marks(t, ui->state->n_candidates);
    if (!rows_are_held(ui) || !t->rows.n)
        build_rows(ui, t);
    if (!t->rows.n) {
        t->selected = t->filter.n ? 0 : t->selected;
        return;
    }
    if (!t->moved)
        t->selected = ax_state_best_of_all(ui->state);
    if (ax_rows_find(&t->rows, t->selected) < 0)
        t->selected = t->rows.id[0];
}

/* ---- the selected one ---- */

void ax_ui_select(ax_ui *ui, uint32_t id)
{
    ax_selection *t = ax_ui_selection(ui);
    t->selected = id;
    t->moved = true;
}

void ax_ui_select_row(ax_ui *ui, long row)
{
    const ax_rows *rows = &ax_ui_selection(ui)->rows;
    if (rows->n)
        ax_ui_select(ui, rows->id[row < 0 ? 0 : row >= (long)rows->n ? (long)rows->n - 1 : row]);
}

void ax_ui_find(ax_ui *ui, int by)
{
    ax_selection *t = ax_ui_selection(ui);
    long n = (long)t->rows.n, at = ax_rows_find(&t->rows, t->selected);
    if (!t->find.n) {
        ax_ui_say(ui, true, "nothing to look for yet: f asks");
        return;
    }
    if (at < 0)
        at = by > 0 ? -1 : n;
    for (long k = 1; k <= n; k++) {
        long row = ((at + by * k) % n + n) % n;
        const ax_candidate *c = ax_state_candidate(ui->state, t->rows.id[row]);
        if (!c || !ax_filter_pass(&t->find, c))
            continue;
        bool around = by > 0 ? row <= at : row >= at;
        ax_ui_select(ui, c->id);
        if (around && at >= 0 && at < n)
            ax_ui_say(ui, false, "%s: around the %s", t->find.text, by > 0 ? "end" : "start");
        return;
    }
    ax_ui_say(ui, true, "%s: no row has it; f looks for something else", t->find.text);
}

/* ---- marks ---- */

void ax_ui_mark(ax_ui *ui)
{
    ax_selection *t = ax_ui_selection(ui);
    if (t->selected == 0 || t->selected > t->n_marked_cap)
        return;
    bool *m = &t->marked[t->selected - 1];
    *m = !*m;
    t->n_marked = *m ? t->n_marked + 1 : t->n_marked - 1;
    if (!ui->layout.pane[AX_VIEW_TABLE].rows) /* its row can't be seen */
        ax_ui_say(ui, false, "%s #%u, %u in all", *m ? "marked" : "unmarked", t->selected, t->n_marked);
    ax_ui_select_row(ui, ax_rows_find(&t->rows, t->selected) + 1);
}

static void mark_one(ax_selection *t, uint32_t id)
{
    if (id > t->n_marked_cap || t->marked[id - 1])
        return;
    t->marked[id - 1] = true;
    t->n_marked++;
}

void ax_ui_mark_all(ax_ui *ui, const ax_filter *f)
{
    ax_selection *t = ax_ui_selection(ui);
    uint32_t before = t->n_marked;
    for (uint32_t i = 0; i < t->rows.n && !f; i++)
        mark_one(t, t->rows.id[i]);
    for (uint32_t i = 0; i < ui->state->n_candidates && f; i++)
        if (ui->state->candidate[i].id && ax_filter_pass(f, &ui->state->candidate[i]))
            mark_one(t, i + 1);
    ax_ui_say(ui, false, "marked %u more, %u in all", t->n_marked - before, t->n_marked);
}

void ax_ui_unmark_all(ax_ui *ui)
{
    uint32_t n = ax_ui_selection(ui)->n_marked;
    unmark_from(ax_ui_selection(ui), 0);
    ax_ui_say(ui, !n, n ? "unmarked %u" : "nothing is marked; m marks a candidate, * all rows", n);
}

uint32_t ax_ui_first_marked(const ax_ui *ui)
{
    const ax_selection *t = ax_ui_selection(ui);
    for (uint32_t i = 0; i < t->n_marked_cap && t->n_marked; i++)
        if (t->marked[i] && i + 1 != t->selected)
            return i + 1;
    return 0;
}
