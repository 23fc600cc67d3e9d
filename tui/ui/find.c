#include "tui/ui/find.h"

void ax_ui_find(ax_ui *ui, int by)
{
    long n = (long)ui->rows.n, at = ax_rows_find(&ui->rows, ui->selected);
    if (!ui->find.n) {
        ax_ui_say(ui, true, "nothing to look for yet: f asks");
        return;
    }
    if (at < 0)
        at = by > 0 ? -1 : n;
    for (long k = 1; k <= n; k++) {
        long row = ((at + by * k) % n + n) % n;
        const ax_candidate *c = ax_state_candidate(ui->state, ui->rows.id[row]);
        if (!c || !ax_filter_pass(&ui->find, c))
            continue;
        bool around = by > 0 ? row <= at : row >= at;
        ui->selected = c->id;
        ui->moved = true;
        if (around && at >= 0 && at < n)
            ax_ui_say(ui, false, "%s: around the %s", ui->find.text, by > 0 ? "end" : "start");
        return;
    }
    ax_ui_say(ui, true, "%s: no row has it", ui->find.text);
}

static uint32_t first_marked(const ax_ui *ui)
{
    for (uint32_t i = 0; i < ui->n_marked_cap && ui->n_marked; i++)
        if (ui->marked[i] && i + 1 != ui->selected)
            return i + 1;
    return 0;
}

void ax_ui_compare(ax_ui *ui)
{
    const ax_candidate *c = ax_ui_selected(ui);
    uint32_t with = first_marked(ui);
    if (!with)
        with = c->parent && c->parent != c->id ? c->parent : ui->state->best;
    if (!with || with == c->id)
        ax_ui_say(ui, true, "compare with which one? mark it with m, then = on the other");
    else
        ui->compare = with;
}
