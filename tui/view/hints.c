/* The hint line of the views: the keys that do something now. */
#include "tui/view/view.h"

void ax_draw_hint(ax_pane p, const char *text)
{
    ax_pane_print_cut(p, 0, 1, p.at.cols - 1, AX_ROLE_DIM, text);
}

/* Undo is hinted only where it can be used. */
static bool is_hinted(const ax_ui *ui, ax_action a)
{
    const ax_candidate *c = ax_ui_selected(ui);
    return ax_actions[a].hint[0] && ui->keys.key[a] && ax_ui_is_possible(ui, a, NULL) &&
           (a != AX_DO_UNDO || (c && ax_candidate_undoable(c)));
}

/* The word for an action; in a view that can be searched '/' searches. */
static const char *word_of(const ax_ui *ui, ax_action a)
{
    return a == AX_DO_FILTER && ax_views[ui->view]->search ? "search" : ax_actions[a].hint;
}

void ax_draw_hints(ax_pane p, const ax_ui *ui)
{
    static const ax_action always[] = { AX_DO_DETACH, AX_DO_HELP };
    int gap = p.at.cols >= 120 ? 2 : 1, at = p.at.cols >= 120 ? 1 : 0;
    int reserved = 0; /* the keys for leaving and for help are never cut */
    for (int i = 0; i < 2; i++)
        reserved += ax_text_width(ui->keys.label[always[i]]) + 1 + ax_text_width(ax_actions[always[i]].hint) + gap;
    for (int i = 0; i < AX_ACTION_COUNT + 2; i++) {
        ax_action a = i < AX_ACTION_COUNT ? (ax_action)i : always[i - AX_ACTION_COUNT];
        bool last = i >= AX_ACTION_COUNT;
        if (!is_hinted(ui, a) || (!last && (a == AX_DO_DETACH || a == AX_DO_HELP)))
            continue;
        int need = ax_text_width(ui->keys.label[a]) + 1 + ax_text_width(word_of(ui, a));
        if (at + need + (last ? 0 : gap + reserved) > p.at.cols)
            continue;
        at = ax_pane_print(p, 0, at, AX_ROLE_KEY, ui->keys.label[a]);
        at = ax_pane_print(p, 0, at + 1, AX_ROLE_DIM, word_of(ui, a)) + gap;
    }
}
