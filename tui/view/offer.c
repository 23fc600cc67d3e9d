#include "tui/view/offer.h"

#include "viz/figure.h"

#include <stdio.h>
#include <string.h>

static int hint(ax_pane p, int col, const char *key, const char *word)
{
    col = ax_pane_print(p, 0, col, AX_ROLE_KEY, key);
    return ax_pane_print(p, 0, col + 1, AX_ROLE_DIM, word) + 2;
}

static void draw_nothing(ax_pane all, const ax_offers *list)
{
    int row = 2;
    ax_pane_print(all, row++, 2, AX_ROLE_TEXT,
                  list->can_demo ? "There are no runs yet. Press d: a search starts on images that are built in,"
                                 : "There are no runs yet.");
    if (list->can_demo)
        ax_pane_print(all, row++, 2, AX_ROLE_TEXT, "needs no data, and shows its first reward within seconds.");
    ax_pane_print(all, row, 2, AX_ROLE_DIM,
                  "For data of your own:  auxcell search --data folder:DIR   (--help lists more)");
}

/* "40 s", "12 min", "5 h", "3 d" */
static void age_text(double seconds, char out[static AX_FIGURE])
{
    static const struct {
        double from, unit;
        const char *name;
    } of[] = { { 172800, 86400, "d" }, { 7200, 3600, "h" }, { 120, 60, "min" }, { 0, 1, "s" } };
    int i = 0;
    while (i < 3 && seconds < of[i].from)
        i++;
    snprintf(out, AX_FIGURE, "%.0f %s", seconds > 0 ? seconds / of[i].unit : 0, of[i].name);
}

static ax_role state_role(const char *state)
{
    return !strcmp(state, "running")                                                               ? AX_ROLE_RUNNING
           : !strcmp(state, "paused") || !strcmp(state, "interrupted") || !strcmp(state, "failed") ? AX_ROLE_WARN
                                                                                                   : AX_ROLE_TEXT;
}

enum { STATE = 26, ENDED = 38, BEST = 50, AGE = 64, DATA = 72 };

static void draw_run(ax_pane all, int row, const ax_offer_item *item, bool here, double now)
{
    char a[AX_FIGURE], text[80];
    ax_pane_put(all, row, 2, here ? '>' : ' ', AX_ROLE_STRONG);
    ax_pane_put(all, row, 3, item->marked ? '+' : ' ', AX_ROLE_MARKED);
    ax_pane_print_cut(all, row, 4, STATE - 5, AX_ROLE_TEXT, item->name);
    if (!item->read) {
        ax_pane_print(all, row, STATE, item->live ? AX_ROLE_RUNNING : AX_ROLE_DIM, item->live ? "running" : "...");
    } else {
        ax_pane_print(all, row, STATE, state_role(item->state), item->state);
        snprintf(text, sizeof text, "%u/%lld", item->ended, (long long)item->planned);
        ax_pane_print(all, row, ENDED, AX_ROLE_TEXT, item->planned ? text : "-");
        snprintf(text, sizeof text, "%s #%u", ax_figure_share(item->reward, 4, a), item->best);
        ax_pane_print(all, row, BEST, AX_ROLE_TEXT, item->best ? text : "-");
        if (item->newest > 0)
            age_text(now - item->newest, text);
        ax_pane_print(all, row, AGE, AX_ROLE_DIM, item->newest > 0 ? text : "-");
        ax_pane_print_cut(all, row, DATA, all.at.cols - DATA - 1, AX_ROLE_DIM, item->data);
    }
    if (here)
        ax_pane_role(all, row, 2, STATE - 2, AX_ROLE_SELECTED);
}

static void draw_runs(ax_pane all, const ax_offers *list)
{
    static const struct {
        int col;
        const char *head;
    } head[] = { { 4, "RUN, newest first" }, { STATE, "STATE" }, { ENDED, "ENDED" },
                 { BEST, "BEST" },           { AGE, "AGE" },     { DATA, "DATA" } };
    int row = 2, seen = all.at.rows - 8 > 1 ? all.at.rows - 8 : 1;
    int first = list->selected >= seen ? list->selected - seen + 1 : 0;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        ax_pane_print(all, row, head[i].col, AX_ROLE_TITLE, head[i].head);
    row++;
    for (int i = first; i < list->n && i < first + seen; i++)
        draw_run(all, row++, &list->item[i], i == list->selected, list->now);
    const ax_offer_item *item = &list->item[list->selected];
    if (item->read && item->last[0]) {
        char text[300];
        snprintf(text, sizeof text, "%s%s%s", item->task, item->task[0] ? ": " : "", item->last);
        ax_pane_print_cut(all, all.at.rows - 3, 2, all.at.cols - 3, AX_ROLE_DIM, text);
    }
}

static void draw_keys(ax_pane all)
{
    static const char *const key[][2] = { { "Enter", "look at the run; without runs: start the demo" },
                                          { "r", "resume it: start its engine, and look" },
                                          { "d", "start the demo: a search on images that are built in" },
                                          { "m", "mark or unmark it" },
                                          { "=", "all marked runs in one plot, or this one" },
                                          { "x", "remove it with all that it has found (asks)" },
                                          { "j k", "next, previous; also arrows, PgDn PgUp, g G" },
                                          { "Ctrl-L", "draw everything again" },
                                          { "Ctrl-Z", "to the shell; fg comes back" },
                                          { "q", "leave; engines go on" } };
    enum { KEYS = sizeof key / sizeof *key, LABEL = 10 };
    ax_pane box = ax_pane_part(all, 1, 0, all.at.rows - 2, all.at.cols);
    ax_pane_clear(box);
    ax_pane_frame(box, true, "keys", "any key: back");
    ax_pane inner = ax_pane_inner(box);
    for (int i = 0; i < KEYS && i < inner.at.rows; i++) {
        ax_pane_print_right(inner, i, LABEL, AX_ROLE_KEY, key[i][0]);
        ax_pane_print_cut(inner, i, LABEL + 2, inner.at.cols - LABEL - 3, AX_ROLE_TEXT, key[i][1]);
    }
}

static void draw_hints(ax_pane last, const ax_offers *list)
{
    int col = 1;
    if (list->helps) {
        ax_pane_print(last, 0, col, AX_ROLE_DIM, "any key: back");
        return;
    }
    if (list->asks) {
        ax_pane_print(last, 0, col, AX_ROLE_DIM, "y: remove it for good   any other key: no");
        return;
    }
    if (list->n)
        col = hint(last, col, "Enter", "look");
    if (list->n && list->can_resume)
        col = hint(last, col, "r", "resume");
    if (list->can_demo)
        col = hint(last, col, "d", list->n ? "demo" : "start the demo");
    if (list->n)
        col = hint(last, hint(last, hint(last, col, "m", "mark"), "=", "compare"), "x", "remove");
    hint(last, hint(last, col, "q", "leave"), "?", "help");
}

void ax_draw_offer(ax_canvas *c, const ax_offers *list)
{
    ax_canvas_erase(c);
    ax_pane all = ax_pane_of(c, (ax_rect) { .rows = c->rows, .cols = c->cols });
    for (int k = 0; k < c->cols; k++)
        ax_pane_put(all, 0, k, ' ', AX_ROLE_BAR);
    ax_pane_print(all, 0, 1, AX_ROLE_BAR, "auxcell   search for compact networks: segmentation, depth, pose");
    if (list->n)
        draw_runs(all, list);
    else
        draw_nothing(all, list);
    if (list->asks) {
        char text[160];
        snprintf(text, sizeof text, "remove %s with all that it has found?  y/N", list->item[list->selected].name);
        ax_pane_print_cut(all, c->rows - 2, 1, c->cols - 2, AX_ROLE_STRONG, text);
    } else if (list->message[0]) {
        ax_pane_print_cut(all, c->rows - 2, 1, c->cols - 2, AX_ROLE_WARN, list->message);
    }
    if (list->helps)
        draw_keys(all);
    draw_hints(ax_pane_part(all, c->rows - 1, 0, 1, c->cols), list);
}
