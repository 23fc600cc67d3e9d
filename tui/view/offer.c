#include "tui/view/offer.h"

#include <string.h>

static int hint(ax_pane p, int col, const char *key, const char *word)
{
    col = ax_pane_print(p, 0, col, AX_ROLE_KEY, key);
    return ax_pane_print(p, 0, col + 1, AX_ROLE_DIM, word) + 3;
}

void ax_draw_offer(ax_canvas *c, const ax_offers *list)
{
    ax_canvas_erase(c);
    ax_pane all = ax_pane_of(c, (ax_rect) { .rows = c->rows, .cols = c->cols });
    for (int k = 0; k < c->cols; k++)
        ax_pane_put(all, 0, k, ' ', AX_ROLE_BAR);
    ax_pane_print(all, 0, 1, AX_ROLE_BAR, "auxcell   architecture search for compact segmentation networks");
    int row = 2;
    if (!list->n) {
        ax_pane_print(all, row++, 2, AX_ROLE_TEXT, "There are no runs yet.");
        if (list->can_demo) {
            ax_pane_print(all, ++row, 2, AX_ROLE_TEXT,
                          "Press d to start the demo: a search on images that are built in.");
            ax_pane_print(all, ++row, 2, AX_ROLE_TEXT, "It needs no data, and shows its first reward within seconds.");
        }
        ax_pane_print(all, row + 2, 2, AX_ROLE_DIM, "Your own data:  auxcell search --data camvid:DIR");
    } else {
        ax_pane_print(all, row++, 2, AX_ROLE_TITLE, "runs, newest first");
        int seen = c->rows - 7 > 1 ? c->rows - 7 : 1;
        int first = list->selected >= seen ? list->selected - seen + 1 : 0;
        for (int i = first; i < list->n && i < first + seen; i++, row++) {
            bool here = i == list->selected;
            ax_pane_put(all, row, 2, here ? '>' : ' ', AX_ROLE_STRONG);
            ax_pane_put(all, row, 3, list->item[i].marked ? '+' : ' ', AX_ROLE_MARKED);
            ax_pane_print_cut(all, row, 4, 32, AX_ROLE_TEXT, list->item[i].name);
            ax_pane_print(all, row, 38, list->item[i].live ? AX_ROLE_GOOD : AX_ROLE_DIM,
                          list->item[i].live ? "running" : "no engine");
            if (here)
                ax_pane_role(all, row, 2, 50, AX_ROLE_SELECTED);
        }
    }
    if (list->message[0])
        ax_pane_print_cut(all, c->rows - 2, 1, c->cols - 2, AX_ROLE_WARN, list->message);
    ax_pane last = ax_pane_part(all, c->rows - 1, 0, 1, c->cols);
    int col = 1;
    if (list->n)
        col = hint(last, col, "Enter", "look at it");
    if (list->n && list->can_resume)
        col = hint(last, col, "r", "resume");
    if (list->can_demo)
        col = hint(last, col, "d", "start the demo");
    if (list->n)
        col = hint(last, hint(last, col, "m", "mark"), "=", "compare");
    hint(last, col, "q", "leave");
}
