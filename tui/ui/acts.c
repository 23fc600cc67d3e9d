/* Prune, undo, promote: actions that ask first, or that can be undone. */
#include "tui/ui/ui.h"

#include <stdlib.h>

void ax_ui_prune(ax_ui *ui)
{
    const ax_candidate *c = ax_ui_selected(ui);
    if (ax_ui_selection(ui)->n_marked > 0)
        ax_ui_question(ui, AX_ASK_PRUNE, 0, NULL);
    else if (ax_candidate_undoable(c))
        ax_ui_say(ui, true, "#%u is pruned already; u takes that back", c->id);
    else if (c->status == AX_PRUNED || c->status == AX_FAILED)
        ax_ui_say(ui, true, "#%u has ended already: there is nothing left to prune", c->id);
    else
        ax_ui_send(ui, AX_VERB_PRUNE, c->id, "");
}

void ax_ui_prune_marked(ax_ui *ui)
{
    ax_selection *t = ax_ui_selection(ui);
    uint32_t n = 0, *ids = malloc(t->n_marked_cap * sizeof *ids);
    if (!ids) {
        ax_ui_say(ui, true, "prune: no memory");
        return;
    }
    for (uint32_t i = 0; i < t->n_marked_cap; i++)
        if (t->marked[i])
            ids[n++] = i + 1;
    ax_ui_unmark_all(ui);
    ax_ui_send_ids(ui, AX_VERB_PRUNE, ids, n);
    free(ids);
}

void ax_ui_undo_last(ax_ui *ui)
{
    ax_prunes last;
    if (!ax_state_last_prunes(ui->state, &last)) {
        ax_ui_say(ui, true, "nothing to undo: nothing is pruned, or for good; c makes a new candidate from an old one");
        return;
    }
    ax_ui_send(ui, AX_VERB_UNDO, last.batch ? 0 : last.id, "");
    if (ui->n_out)
        ui->out[ui->n_out - 1].batch = last.batch; /* as on the screen, even if another client prunes meanwhile */
}

void ax_ui_undo(ax_ui *ui)
{
    const ax_candidate *c = ax_ui_selected(ui);
    ax_prunes last;
    bool any = ax_state_last_prunes(ui->state, &last), pruned = c && c->status == AX_PRUNED;
    bool in_last = any && pruned && (last.batch ? c->prune_batch == last.batch : c->id == last.id);
    if (pruned && !ax_candidate_undoable(c))
        ax_ui_say(ui, true, "#%u wasn't finished when it was pruned: that is final%s", c->id,
                  any ? "; :undo takes back the last prune" : "");
    else if (pruned && !in_last)
        ax_ui_send(ui, AX_VERB_UNDO, c->id, "");
    else
        ax_ui_undo_last(ui);
}

void ax_ui_promote(ax_ui *ui, uint32_t id)
{
    if (ax_candidate_undoable(ax_state_candidate(ui->state, id)))
        ax_ui_question(ui, AX_ASK_PROMOTE, id, NULL);
    else
        ax_ui_send(ui, AX_VERB_PROMOTE, id, "");
}

void ax_ui_promote_pruned(ax_ui *ui, uint32_t id)
{
    ax_ui_send(ui, AX_VERB_UNDO, id, "");
    ax_ui_send(ui, AX_VERB_PROMOTE, id, "");
}
