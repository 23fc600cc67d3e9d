/* The keys, from the table of actions, and what can be typed. */
#include "tui/view/view.h"

#include "tui/ui/palette.h"
#include "viz/wrap.h"

#include <stdio.h>

enum { LABEL = 10 }; /* columns */

typedef struct help_state {
    int first; /* line at the top; the pane may have room for an earlier one */
} help_state;

typedef struct entry {
    char label[16], text[160];
} entry;

/* The i-th entry of the list; false past the last. */
static bool entry_at(const ax_ui *ui, int i, entry *e)
{
    ax_palette_word w;
    if (!i--) {
        *e = (entry) { "1 - 8", "the views" };
        return true;
    }
    int a = 0;
    while (a < AX_ACTION_COUNT && (!(ax_actions[a].contexts & AX_IN_VIEWS) || i--))
        a++;
    if (a < AX_ACTION_COUNT) {
        snprintf(e->label, sizeof e->label, "%s", ui->keys.label[a]);
        snprintf(e->text, sizeof e->text, "%s", ax_actions[a].help);
        return true;
    }
    if (!ax_palette(i, &w))
        return false;
    snprintf(e->label, sizeof e->label, ":%s", w.word);
    snprintf(e->text, sizeof e->text, "%s%s%s", w.operands, w.operands[0] ? "  " : "", w.doc);
    return true;
}

/* Lines that all entries take at a width. */
static int lines(const ax_ui *ui, int width)
{
    entry e;
    int n = 0;
    for (int i = 0; entry_at(ui, i, &e); i++)
        n += ax_wrap_lines(e.text, width);
    return n;
}

static void draw(ax_pane p, const ax_ui *ui)
{
    const help_state *here = ui->context_slot[AX_CONTEXT_HELP];
    ax_pane_clear(p);
    ax_pane_frame(p, true, "keys", "any key: back");
    ax_pane inner = ax_pane_inner(p);
    int rows = inner.at.rows, columns = inner.at.cols >= 150 ? 2 : 1, width = inner.at.cols / columns - LABEL - 3;
    if (rows < 1 || width < 1)
        return;
    int all = lines(ui, width), need = (all + columns - 1) / columns;
    if (need <= rows) {
        columns = all <= rows ? 1 : columns;
        need = rows;
    }
    int last = need > rows ? need - rows : 0;
    int first = here->first < 0 ? 0 : here->first > last ? last : here->first;
    entry e;
    int at = 0; /* line of the whole list */
    for (int i = 0; entry_at(ui, i, &e); i++) {
        int n = ax_wrap_lines(e.text, width);
        int column = at / need, row = at % need - first;
        ax_pane part = ax_pane_part(inner, 0, column * (inner.at.cols / columns), rows, inner.at.cols / columns);
        ax_pane_print_right(part, row, LABEL, AX_ROLE_KEY, e.label);
        ax_wrap_print(part, row, LABEL + 2, width, AX_ROLE_TEXT, e.text);
        at += n;
    }
}

static bool open(ax_ui *ui)
{
    help_state *here = ui->context_slot[AX_CONTEXT_HELP];
    here->first = 0;
    return true;
}

static bool act(ax_ui *ui, ax_action a)
{
    help_state *here = ui->context_slot[AX_CONTEXT_HELP];
    long by = ax_action_moves(a, ui->layout.message.row - 4, 100);
    here->first += (int)by;
    return by != 0;
}

static void close(ax_ui *ui, uint32_t key)
{
    (void)key;
    ax_ui_close(ui, AX_CONTEXT_HELP);
}

static void hints(ax_pane p, const ax_ui *ui)
{
    (void)ui;
    ax_draw_hint(p, "j k scroll   any other key: back");
}

const ax_context ax_context_help = { .state = sizeof(help_state),
                                     .open = open,
                                     .action = act,
                                     .key = close,
                                     .paste = ax_ui_offer,
                                     .draw = draw,
                                     .hints = hints };
