/* The log: what happened, the newest line at the bottom. */
#include "tui/view/log_view.h"

#include "tui/view/log_search.h"
#include "tui/view/view.h"

#include <stdio.h>
#include <string.h>

/* ---- which lines ---- */

static bool is_shown(const ax_log_line *l, ax_log_which which, uint32_t id)
{
    static const bool routine[AX_EVENT_COUNT] = {
        [AX_EVENT_PROPOSED] = true, [AX_EVENT_LEARNED] = true, [AX_EVENT_STARTED] = true, [AX_EVENT_GATED] = true
    };
    switch (which) {
    case AX_LOG_NEWS:
        return !routine[l->kind] && l->level != AX_LEVEL_DEBUG;
    case AX_LOG_TROUBLE:
        return l->kind == AX_EVENT_FAILED || l->kind == AX_EVENT_LOST ||
               (l->kind == AX_EVENT_LOG && l->level >= AX_LEVEL_WARNING);
    case AX_LOG_SELECTED:
        return id && l->id == id;
    default:
        return true;
    }
}

void ax_log_pick(const ax_ui *ui, ax_log_shown *here)
{
    const ax_state *s = ui->state;
    here->n = 0;
    for (uint32_t i = 0; i < s->n_log; i++)
        if (is_shown(ax_state_log(s, i), here->which, here->of))
            here->line[here->n++] = i;
}

static const ax_log_line *line_at_cursor(const ax_ui *ui)
{
    ax_log_shown *here = ui->slot[AX_VIEW_LOG];
    ax_log_pick(ui, here);
    uint32_t back = here->back + here->up;
    return back < here->n ? ax_state_log(ui->state, here->line[here->n - 1 - back]) : NULL;
}

/* ---- moving ---- */

static int seen_rows(const ax_ui *ui)
{
    int seen = ui->layout.pane[AX_VIEW_LOG].rows - 2; /* at the top a row says that older lines are missing */
    return seen > 1 ? seen : 1;
}

/* How far back the log can be scrolled: no row stays empty while there are newer lines. Called after ax_log_pick. */
static uint32_t most_back(const ax_ui *ui, const ax_log_shown *here)
{
    long most = (long)here->n - seen_rows(ui) + (ui->state->log_dropped > 0);
    return most > 0 ? (uint32_t)most : 0;
}

/* Scrolls; by > 0: back. */
static void scroll(ax_ui *ui, long by)
{
    ax_log_shown *here = ui->slot[AX_VIEW_LOG];
    ax_log_pick(ui, here);
    long back = (long)here->back + by, most = most_back(ui, here);
    back = back > most ? most : back;
    here->back = back < 0 ? 0 : (uint32_t)back;
}

/* Keeps the cursor at its line when the size of the pane has changed. */
static void arrange(ax_ui *ui)
{
    ax_log_shown *here = ui->slot[AX_VIEW_LOG];
    ax_log_pick(ui, here);
    const uint32_t most = most_back(ui, here);
    if (here->back > most) {
        here->up += here->back - most;
        here->back = most;
    }
}

/* Moves the cursor, and scrolls when it would leave the pane; by > 0: back. */
static void move(ax_ui *ui, long by)
{
    ax_log_shown *here = ui->slot[AX_VIEW_LOG];
    ax_log_pick(ui, here);
    long all = here->n, at = (long)here->back + here->up + by, seen = seen_rows(ui);
    at = at >= all ? all - 1 : at;
    at = at < 0 ? 0 : at;
    if (at < here->back)
        scroll(ui, at - here->back);
    if (at >= here->back + seen)
        scroll(ui, at - seen + 1 - here->back);
    here->up = at > here->back ? (uint32_t)(at - here->back) : 0;
}

/* ---- searching ---- */

/* Goes to the next line with the text: by 1 a newer, by -1 an older one, wrapping around. */
static void go_on(ax_ui *ui, int by)
{
    ax_log_shown *here = ui->slot[AX_VIEW_LOG];
    ax_log_pick(ui, here);
    if (!here->search[0]) {
        ax_ui_say(ui, true, "nothing to look for yet: / asks");
        return;
    }
    long n = here->n, at = n - 1 - (long)here->back - here->up; /* line of the cursor, counted from the oldest */
    for (long k = 1; k <= n; k++) {
        long i = ((at + by * k) % n + n) % n;
        if (!ax_log_has(ax_state_log(ui->state, here->line[i]), here->search))
            continue;
        move(ui, at - i);
        if (by > 0 ? i <= at : i >= at)
            ax_ui_say(ui, false, k == n ? "there is no other line with it" : "around the end of the log");
        return;
    }
    ax_ui_say(ui, true, "%s: no line has it; / looks for something else%s", here->search,
              here->which == AX_LOG_ALL ? "" : ", Tab in other lines");
}

/* Searches for a text; "" repeats the last search. */
static void search(ax_ui *ui, const char *text)
{
    ax_log_shown *here = ui->slot[AX_VIEW_LOG];
    if (*text)
        snprintf(here->search, sizeof here->search, "%s", text);
    go_on(ui, 1);
}

static bool act_search(ax_ui *ui, ax_action a)
{
    ax_log_shown *here = ui->slot[AX_VIEW_LOG];
    if (a == AX_DO_FILTER || a == AX_DO_FIND)
        ax_ui_prompt(ui, AX_ASK_SEARCH, "");
    else if (a == AX_DO_FIND_ON || a == AX_DO_FIND_BACK)
        go_on(ui, a == AX_DO_FIND_ON ? 1 : -1);
    else if (a == AX_DO_BACK && here->search[0])
        here->search[0] = '\0';
    else
        return false;
    return true;
}

static bool act(ax_ui *ui, ax_action a)
{
    ax_log_shown *here = ui->slot[AX_VIEW_LOG];
    long by = -ax_action_moves(a, seen_rows(ui), ui->state->n_log);
    const ax_log_line *l;
    if (ui->view != AX_VIEW_LOG)
        return false;
    if (act_search(ui, a))
        return true;
    if (a == AX_DO_WIRING) {
        here->which = (here->which + 1) % AX_LOG_WHICH;
        here->of = ax_ui_selection(ui)->selected;
        here->back = here->up = 0;
    } else if (a == AX_DO_OPEN && (l = line_at_cursor(ui)) && l->id) {
        ax_ui_select(ui, l->id);
        ax_ui_open_cell(ui);
    } else if (a == AX_DO_OPEN) {
        ax_ui_say(ui, true, "this line is about no candidate; Enter opens lines with a #");
    } else if (a == AX_DO_PAGE_DOWN || a == AX_DO_PAGE_UP) {
        scroll(ui, by);
    } else if (by) {
        move(ui, by);
    } else {
        return false;
    }
    return true;
}

/* Keeps older lines in place while new ones come. */
static void refresh(ax_ui *ui, bool replaced)
{
    ax_log_shown *here = ui->slot[AX_VIEW_LOG];
    uint64_t lines = ui->state->log_dropped + ui->state->n_log;
    uint64_t from = here->lines > ui->state->log_dropped ? here->lines - ui->state->log_dropped : 0;
    long more = 0;
    for (uint64_t i = from; i < ui->state->n_log && !replaced; i++)
        more += is_shown(ax_state_log(ui->state, (uint32_t)i), here->which, here->of);
    here->lines = lines;
    if (here->back || here->up)
        scroll(ui, more);
}

const ax_view ax_view_log = { .title = "Log",
                              .help = "Tab\twhich lines: all, news, trouble, of the selected candidate\nEnter\tthe "
                                      "candidate of the line, and back\nG\tthe newest line, and follow\n"
                                      "/\tsearch for a text; n N: the next one, the one before; Esc: no more\n",
                              .key = '6',
                              .state = sizeof(ax_log_shown),
                              .draw = ax_log_draw,
                              .action = act,
                              .search = search,
                              .arrange = arrange,
                              .refresh = refresh };
