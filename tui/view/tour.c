/* The tour: five lines that a new user sees once, over the first screens of a run; any key closes them. */
#include "tui/view/view.h"

#include "tui/ui/asking.h"

#include <stdio.h>
#include <string.h>

enum { LINES = 5, WIDTH = 76, LABEL = 9 };

/* Prints two or three keys as they are bound; of several keys of an action the first. */
static void keys(const ax_ui *ui, ax_action a, ax_action b, ax_action c, char out[static 32])
{
    const ax_action action[] = { a, b, c };
    size_t n = 0;
    for (int i = 0; i < (c == b ? 2 : 3); i++) {
        const char *label = ui->keys.label[action[i]];
        n += (size_t)snprintf(out + n, 32 - n, "%s%.*s", i ? " " : "",
                              (int)(label[0] ? strcspn(label + 1, ",") + 1 : 0), label);
        n = n < 31 ? n : 31;
    }
}

static void draw(ax_pane p, const ax_ui *ui)
{
    static const struct {
        ax_action a, b, c; /* c = b: there are two */
        const char *text;
    } lines[LINES - 1] = {
        { AX_DO_DOWN, AX_DO_UP, AX_DO_OPEN, "go through the candidates; open one: its network, drawn" },
        { AX_DO_FILTER, AX_DO_SORT, AX_DO_SORT, "show only some (reward>.5 params<3M); sort by another column" },
        { AX_DO_PAUSE, AX_DO_PRUNE, AX_DO_PROMOTE, "pause the candidate, end it (u takes that back), train it more" },
        { AX_DO_DETACH, AX_DO_HELP, AX_DO_COMMAND, "leave (the search goes on), help with all keys, type a command" },
    };
    char label[32];
    int rows = LINES + 2, cols = p.at.cols < WIDTH ? p.at.cols : WIDTH;
    if (p.at.rows < rows)
        return;
    ax_pane box = ax_pane_part(p, p.at.rows - rows, (p.at.cols - cols) / 2, rows, cols);
    ax_pane_clear(box);
    ax_pane_frame(box, true, "new here? this is shown once", "any key goes on");
    ax_pane inner = ax_pane_inner(box);
    snprintf(label, sizeof label, "%c to %c", (char)ax_views[0]->key, (char)ax_views[AX_VIEW_COUNT - 1]->key);
    ax_pane_print(inner, 0, 1, AX_ROLE_KEY, label);
    ax_pane_print_cut(inner, 0, LABEL + 2, inner.at.cols - LABEL - 3, AX_ROLE_TEXT,
                      "views: plots, table, network, predictions, log, why, training");
    for (int i = 0; i < LINES - 1; i++) {
        keys(ui, lines[i].a, lines[i].b, lines[i].c, label);
        ax_pane_print_cut(inner, i + 1, 1, LABEL, AX_ROLE_KEY, label);
        ax_pane_print_cut(inner, i + 1, LABEL + 2, inner.at.cols - LABEL - 3, AX_ROLE_TEXT, lines[i].text);
    }
}

static void end(ax_ui *ui)
{
    ax_ui_close(ui, AX_CONTEXT_TOUR);
    ax_ui_prompted(ui)->recall.toured = true;
    ui->remember = true;
}

/* Closes the tour. A key that only looks is done at once. One that would change the run is not, since the text says
   that any key goes on: the message says what it would have done. */
static void key(ax_ui *ui, uint32_t key)
{
    ax_action a = ax_keymap_action(&ui->keys, AX_CONTEXT_VIEWS, key);
    end(ui);
    if (a != AX_DO_NOTHING && ax_actions[a].needs & (AX_NEEDS_ENGINE | AX_NEEDS_RESUMABLE))
        ax_ui_say(ui, false, "nothing was done; %s again: %s", ui->keys.label[a], ax_actions[a].help);
    else if (key != AX_KEY_ENTER && key != AX_KEY_ESCAPE && key != ' ')
        ax_ui_key(ui, key);
}

static void paste(ax_ui *ui, const char *line, bool whole)
{
    end(ui);
    ax_ui_offer(ui, line, whole);
}

static void hints(ax_pane p, const ax_ui *ui)
{
    (void)ui;
    ax_draw_hint(p, "any key goes on; only a second one changes the run");
}

const ax_context ax_context_tour = { .key = key, .paste = paste, .draw = draw, .hints = hints };
