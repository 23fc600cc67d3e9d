#include "tui/view/offer.h"

#include "viz/figure.h"
#include "viz/wrap.h"

#include <stdio.h>
#include <string.h>

/* Draws a key and what it does where there is one and both end before `end`; returns where the next ones begin. */
static int hint(ax_pane p, int col, int end, const char *key, const char *word)
{
    if (!key[0] || col + ax_text_width(key) + 1 + ax_text_width(word) > end)
        return col;
    col = ax_pane_print(p, 0, col, AX_ROLE_KEY, key);
    return ax_pane_print(p, 0, col + 1, AX_ROLE_DIM, word) + 2;
}

static void draw_nothing(ax_pane all, const ax_offers *list)
{
    int width = all.at.cols - 3, row = 2;
    if (width < 1)
        return;
    row +=
        ax_wrap_print(all, row, 2, width, AX_ROLE_TEXT,
                      list->can_demo ? "There are no runs yet. Press d: a search starts on images that are built in, "
                                       "needs no data, and shows its first reward within seconds."
                                     : "There are no runs yet.");
    ax_wrap_print(all, row, 2, width, AX_ROLE_DIM,
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

typedef enum part { NAME, STATE, ENDED, BEST, AGE, DATA, PARTS } part;
static const struct {
    int col, width; /* least width; one that there is no room for isn't drawn */
    const char *head;
} parts[PARTS] = { [NAME] = { 4, 1, "RUN, newest first" },
                   [STATE] = { 26, 11, "STATE" },
                   [ENDED] = { 38, 11, "ENDED" },
                   [BEST] = { 50, 13, "BEST" },
                   [AGE] = { 64, 7, "AGE" },
                   [DATA] = { 72, 6, "DATA" } };
enum { NAME_COLS = 21 };

/* Draws a part of a row, the name or the data cut where it must be. */
static void draw_part(ax_pane all, int row, part k, ax_role role, const char *text)
{
    int left = all.at.cols - parts[k].col - 1, most = k == NAME && left > NAME_COLS ? NAME_COLS : left;
    if (left >= parts[k].width)
        ax_pane_print_cut(all, row, parts[k].col, most, role, text);
}

static void draw_run(ax_pane all, int row, const ax_offer_item *item, bool here, double now)
{
    char a[AX_FIGURE], text[80];
    ax_pane_put(all, row, 2, here ? '>' : ' ', AX_ROLE_STRONG);
    ax_pane_put(all, row, 3, item->marked ? '+' : ' ', AX_ROLE_MARKED);
    draw_part(all, row, NAME, AX_ROLE_TEXT, item->name);
    if (!item->read) {
        draw_part(all, row, STATE, item->live ? AX_ROLE_RUNNING : AX_ROLE_DIM, item->live ? "running" : "...");
    } else {
        draw_part(all, row, STATE, state_role(item->state), item->state);
        snprintf(text, sizeof text, "%u/%lld", item->ended, (long long)item->planned);
        draw_part(all, row, ENDED, AX_ROLE_TEXT, item->planned ? text : "-");
        snprintf(text, sizeof text, "%s #%u", ax_figure_share(item->reward, 4, a), item->best);
        draw_part(all, row, BEST, AX_ROLE_TEXT, item->best ? text : "-");
        if (item->newest > 0)
            age_text(now - item->newest, text);
        draw_part(all, row, AGE, AX_ROLE_DIM, item->newest > 0 ? text : "-");
        draw_part(all, row, DATA, AX_ROLE_DIM, item->data);
    }
    if (here)
        ax_pane_role(all, row, 2, parts[STATE].col - 2, AX_ROLE_SELECTED);
}

static void draw_runs(ax_pane all, const ax_offers *list)
{
    int row = 2, seen = all.at.rows - 8 > 1 ? all.at.rows - 8 : 1;
    int first = list->selected >= seen ? list->selected - seen + 1 : 0;
    for (part k = NAME; k < PARTS; k++)
        draw_part(all, row, k, AX_ROLE_TITLE, parts[k].head);
    row++;
    for (int i = first; i < list->n && i < first + seen; i++)
        draw_run(all, row++, &list->item[i], i == list->selected, list->now);
    const ax_offer_item *item = &list->item[list->selected];
    if (item->read && item->last[0] && all.at.rows - 3 >= row) {
        char text[300];
        snprintf(text, sizeof text, "%s%s%s", item->task, item->task[0] ? ": " : "", item->last);
        ax_pane_print_cut(all, all.at.rows - 3, 2, all.at.cols - 3, AX_ROLE_DIM, text);
    }
}

/* ---- keys ---- */

static bool does(ax_action a)
{
    static const ax_action of[] = { AX_DO_DETACH, AX_DO_BACK,    AX_DO_OPEN, AX_DO_RESUME, AX_DO_PRUNE,
                                    AX_DO_MARK,   AX_DO_COMPARE, AX_DO_HELP, AX_DO_REDRAW, AX_DO_SUSPEND };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (a == of[i])
            return true;
    return ax_action_moves(a, 1, 1) != 0;
}

bool ax_offer_keeps(const ax_offers *list, uint32_t key)
{
    return !does(ax_keymap_action(&list->keys, AX_CONTEXT_VIEWS, key));
}

static const char *label(const ax_offers *list, ax_action a)
{
    return a == AX_DO_RESUME && ax_offer_keeps(list, AX_OFFER_KEY_RESUME) ? "r"
           : a == AX_DO_NOTHING ? ax_offer_keeps(list, AX_OFFER_KEY_DEMO) ? "d" : ""
                                : list->keys.label[a];
}

static void draw_keys(ax_pane all, const ax_offers *list)
{
    static const struct {
        ax_action action; /* AX_DO_NOTHING: the demo */
        const char *text;
    } key[] = { { AX_DO_OPEN, "look at the run; without runs: start the demo" },
                { AX_DO_RESUME, "resume it: start its engine, and look" },
                { AX_DO_NOTHING, "start the demo: a search on images that are built in" },
                { AX_DO_MARK, "mark or unmark it" },
                { AX_DO_COMPARE, "all marked runs in one plot, or this one" },
                { AX_DO_PRUNE, "remove it with all that it has found (asks)" },
                { AX_DO_DOWN, "next run" },
                { AX_DO_UP, "previous run" },
                { AX_DO_FIRST, "first run" },
                { AX_DO_LAST, "last run" },
                { AX_DO_REDRAW, "draw everything again" },
                { AX_DO_SUSPEND, "to the shell; fg comes back" },
                { AX_DO_DETACH, "leave; engines go on" } };
    enum { KEYS = sizeof key / sizeof *key, LABEL = 10 };
    ax_pane box = ax_pane_part(all, 1, 0, all.at.rows - 2, all.at.cols);
    ax_pane_clear(box);
    ax_pane_frame(box, true, "keys", "any key: back");
    ax_pane inner = ax_pane_inner(box);
    for (int i = 0; i < KEYS && i < inner.at.rows; i++) {
        ax_pane_print_right(inner, i, LABEL, AX_ROLE_KEY, label(list, key[i].action));
        ax_pane_print_cut(inner, i, LABEL + 2, inner.at.cols - LABEL - 3, AX_ROLE_TEXT, key[i].text);
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
        ax_pane_print_cut(last, 0, col, last.at.cols - col, AX_ROLE_DIM, "y: remove it for good   any other key: no");
        return;
    }
    enum { LEAVE = 15 }; /* columns of the last two */
    int end = last.at.cols - LEAVE - 2;
    if (list->n)
        col = hint(last, col, end, label(list, AX_DO_OPEN), "look");
    if (list->n && list->can_resume)
        col = hint(last, col, end, label(list, AX_DO_RESUME), "resume");
    if (list->can_demo)
        col = hint(last, col, end, label(list, AX_DO_NOTHING), list->n ? "demo" : "start the demo");
    if (list->n) {
        col = hint(last, col, end, label(list, AX_DO_MARK), "mark");
        col = hint(last, col, end, label(list, AX_DO_COMPARE), "compare");
        col = hint(last, col, end, label(list, AX_DO_PRUNE), "remove");
    }
    col = hint(last, col, last.at.cols, label(list, AX_DO_DETACH), "leave");
    hint(last, col, last.at.cols, label(list, AX_DO_HELP), "help");
}

/* Draws text above the hints, over what is there. */
static void draw_message(ax_pane all, ax_role role, const char *text)
{
    int width = all.at.cols - 2, lines = width > 0 ? ax_wrap_lines(text, width) : 0;
    int rows = lines < all.at.rows - 2 ? lines : all.at.rows - 2;
    if (rows < 1)
        return;
    ax_pane p = ax_pane_part(all, all.at.rows - 1 - rows, 0, rows, all.at.cols);
    ax_pane_clear(p);
    ax_wrap_print(p, 0, 1, width, role, text);
}

void ax_draw_offer(ax_canvas *c, const ax_offers *list)
{
    ax_canvas_erase(c);
    ax_pane all = ax_pane_of(c, (ax_rect) { .rows = c->rows, .cols = c->cols });
    for (int k = 0; k < c->cols; k++)
        ax_pane_put(all, 0, k, ' ', AX_ROLE_BAR);
    ax_pane_print_cut(all, 0, 1, c->cols - 2, AX_ROLE_BAR,
                      "auxcell   search for compact networks: segmentation, depth, pose");
    if (list->n)
        draw_runs(all, list);
    else
        draw_nothing(all, list);
    if (list->asks) {
        char text[160];
        snprintf(text, sizeof text, "remove %s with all that it has found?  y/N", list->item[list->selected].name);
        draw_message(all, AX_ROLE_STRONG, text);
    } else if (list->message[0]) {
        draw_message(all, AX_ROLE_WARN, list->message);
    }
    if (list->helps)
        draw_keys(all, list);
    draw_hints(ax_pane_part(all, c->rows - 1, 0, 1, c->cols), list);
}
