/* The keys, from the table of actions, and what can be typed. */
#include "tui/view/view.h"

#include "tui/ui/palette.h"
#include "viz/wrap.h"

#include <stdio.h>

enum { LABEL = 10, EXTRA = 2 }; /* columns; keys that are no actions */

typedef struct entry {
    char label[16], text[160];
} entry;

/* The i-th entry of the list; false past the last. */
static bool entry_at(int i, entry *e)
{
    static const char *const extra[EXTRA][2] = {
        { "1 - 6", "the views" },
        { "Esc", "clears the filter; then: the overview, and the best one selected" },
    };
    ax_palette_word w;
    if (i < EXTRA) {
        snprintf(e->label, sizeof e->label, "%s", extra[i][0]);
        snprintf(e->text, sizeof e->text, "%s", extra[i][1]);
        return true;
    }
    i -= EXTRA;
    if (i < AX_ACTION_COUNT) {
        snprintf(e->label, sizeof e->label, "%s", ax_actions[i].label);
        snprintf(e->text, sizeof e->text, "%s", ax_actions[i].help);
        return true;
    }
    if (!ax_palette(i - AX_ACTION_COUNT, &w))
        return false;
    snprintf(e->label, sizeof e->label, ":%s", w.word);
    snprintf(e->text, sizeof e->text, "%s%s%s", w.operands, w.operands[0] ? "  " : "", w.doc);
    return true;
}

/* Lines that all entries take at a width. */
static int lines(int width)
{
    entry e;
    int n = 0;
    for (int i = 0; entry_at(i, &e); i++)
        n += ax_wrap_lines(e.text, width);
    return n;
}

void ax_draw_help(ax_pane p, const ax_ui *ui)
{
    ax_pane_clear(p);
    ax_pane_frame(p, true, "keys", "any key: back");
    ax_pane inner = ax_pane_inner(p);
    int rows = inner.at.rows, columns = inner.at.cols >= 150 ? 2 : 1, width = inner.at.cols / columns - LABEL - 3;
    if (rows < 1 || width < 1)
        return;
    int all = lines(width), need = (all + columns - 1) / columns;
    if (need <= rows) {
        columns = all <= rows ? 1 : columns;
        need = rows;
    }
    int last = need > rows ? need - rows : 0;
    int first = ui->help_first < 0 ? 0 : ui->help_first > last ? last : ui->help_first;
    entry e;
    int at = 0; /* line of the whole list */
    for (int i = 0; entry_at(i, &e); i++) {
        int n = ax_wrap_lines(e.text, width);
        int column = at / need, row = at % need - first;
        ax_pane part = ax_pane_part(inner, 0, column * (inner.at.cols / columns), rows, inner.at.cols / columns);
        ax_pane_print_right(part, row, LABEL, AX_ROLE_KEY, e.label);
        ax_wrap_print(part, row, LABEL + 2, width, AX_ROLE_TEXT, e.text);
        at += n;
    }
}
