/* The log: what happened, the newest line at the bottom. */
#include "tui/view/view.h"

#include "tui/ui/asking.h"
#include "tui/view/log_search.h"
#include "viz/figure.h"

#include <stdio.h>
#include <string.h>

/* Which lines are shown: all, news, trouble, or those of a candidate. */
typedef enum log_which { LOG_ALL, LOG_NEWS, LOG_TROUBLE, LOG_SELECTED, LOG_WHICH } log_which;

typedef struct log_state {
    log_which which;
    uint32_t of;                    /* candidate of LOG_SELECTED */
    uint32_t up;                    /* place of the cursor: lines above the last one shown */
    uint32_t back;                  /* lines between the newest and the last one shown; 0 = follows */
    char search[AX_PROMPT_TEXT];    /* text of the last search; "" = none */
    uint64_t lines;                 /* lines that there were when `back` was set */
    uint32_t n, line[AX_STATE_LOG]; /* the lines that are shown, as pick() chose them */
} log_state;

static ax_role log_role(const ax_log_line *l)
{
    static const ax_role of_kind[AX_EVENT_COUNT] = {
        [AX_EVENT_FAILED] = AX_ROLE_BAD,  [AX_EVENT_PRUNED] = AX_ROLE_WARN,   [AX_EVENT_PAUSED] = AX_ROLE_WARN,
        [AX_EVENT_SCORED] = AX_ROLE_GOOD, [AX_EVENT_PROMOTED] = AX_ROLE_GOOD, [AX_EVENT_DEMOTED] = AX_ROLE_WARN
    };
    static const ax_role of_level[AX_LEVEL_COUNT] = {
        [AX_LEVEL_WARNING] = AX_ROLE_WARN, [AX_LEVEL_ERROR] = AX_ROLE_BAD
    };
    return l->kind == AX_EVENT_LOG ? of_level[l->level] : of_kind[l->kind];
}

/* ---- which lines ---- */

static bool is_shown(const ax_log_line *l, log_which which, uint32_t id)
{
    static const bool routine[AX_EVENT_COUNT] = {
        [AX_EVENT_PROPOSED] = true, [AX_EVENT_LEARNED] = true, [AX_EVENT_STARTED] = true, [AX_EVENT_GATED] = true
    };
    switch (which) {
    case LOG_NEWS:
        return !routine[l->kind] && l->level != AX_LEVEL_DEBUG;
    case LOG_TROUBLE:
        return l->kind == AX_EVENT_FAILED || l->kind == AX_EVENT_LOST ||
               (l->kind == AX_EVENT_LOG && l->level >= AX_LEVEL_WARNING);
    case LOG_SELECTED:
        return id && l->id == id;
    default:
        return true;
    }
}

/* Chooses the lines that are shown: fills here->line with their indices, the oldest first. */
static void pick(const ax_ui *ui, log_state *here)
{
    const ax_state *s = ui->state;
    here->n = 0;
    for (uint32_t i = 0; i < s->n_log; i++)
        if (is_shown(ax_state_log(s, i), here->which, here->of))
            here->line[here->n++] = i;
}

static const ax_log_line *line_at_cursor(const ax_ui *ui)
{
    log_state *here = ui->slot[AX_VIEW_LOG];
    pick(ui, here);
    uint32_t back = here->back + here->up;
    return back < here->n ? ax_state_log(ui->state, here->line[here->n - 1 - back]) : NULL;
}

/* ---- drawing ---- */

/* Highlights the searched text in what was drawn from a column on. */
static void show_found(ax_pane p, int row, int col, const char *drawn, const char *text)
{
    char before[AX_EVENT_TEXT];
    for (int at = ax_log_find(drawn, 0, text), n = (int)strlen(text); at >= 0; at = ax_log_find(drawn, at + n, text)) {
        snprintf(before, sizeof before, "%.*s", at, drawn);
        ax_pane_role(p, row, col + ax_text_width(before), n, AX_ROLE_MARKED);
    }
}

static void draw_line(ax_pane p, int row, const ax_state *s, const ax_log_line *l, bool here, const char *search)
{
    int id_cols = snprintf(NULL, 0, "#%u", s->n_candidates), text_col = 21 + (id_cols > 5 ? id_cols : 5);
    char at[AX_FIGURE], id[16] = "";
    if (l->id)
        snprintf(id, sizeof id, "#%u", l->id);
    if (here)
        ax_pane_put(p, row, 0, '>', AX_ROLE_STRONG);
    ax_pane_print(p, row, 1, AX_ROLE_DIM, ax_figure_time(l->at, at));
    ax_pane_print(p, row, 10, log_role(l), ax_log_line_word(l));
    ax_pane_print(p, row, 20, AX_ROLE_TEXT, id);
    ax_pane_print_cut(p, row, text_col, p.at.cols - text_col - 1, AX_ROLE_TEXT, l->text);
    if (here)
        ax_pane_role(p, row, 0, 9, AX_ROLE_SELECTED);
    show_found(ax_pane_part(p, row, 0, 1, p.at.cols - 1), 0, 10, ax_log_line_word(l), search);
    show_found(ax_pane_part(p, row, 0, 1, p.at.cols - 1), 0, 20, id, search);
    show_found(ax_pane_part(p, row, 0, 1, p.at.cols - 1), 0, text_col, l->text, search);
}

/* Appends "  /memory: 2 of 7", counted from the oldest match, or "7 lines" when the cursor is at no match. */
static void tell_found(const ax_ui *ui, const log_state *here, char *out, size_t cap)
{
    uint32_t all = 0, which = 0, back = here->back + here->up;
    for (uint32_t i = 0; i < here->n; i++) {
        bool has = ax_log_has(ax_state_log(ui->state, here->line[i]), here->search);
        all += has;
        which = has && i + back + 1 == here->n ? all : which;
    }
    if (which)
        snprintf(out, cap, "  /%.40s: %u of %u", here->search, which, all);
    else
        snprintf(out, cap, "  /%.40s: %u line%s", here->search, all, all == 1 ? "" : "s");
}

static void draw_frame(ax_pane p, const ax_ui *ui, const log_state *here)
{
    static const char *const names[LOG_WHICH] = { "", ": news", ": trouble", ": of" };
    char title[48 + AX_PROMPT_TEXT], right[64], more[24] = "";
    bool whole = ui->view == AX_VIEW_LOG;
    snprintf(title, sizeof title, "log%s", names[here->which]);
    if (here->which == LOG_SELECTED)
        snprintf(title + strlen(title), sizeof title - strlen(title), " #%u", here->of);
    if (here->search[0])
        tell_found(ui, here, title + strlen(title), sizeof title - strlen(title));
    if (here->back)
        snprintf(more, sizeof more, "%u newer below", here->back);
    snprintf(right, sizeof right, "%s%s", whole ? "Tab: other lines   " : "", more[0] ? more : "following");
    ax_pane_frame(p, false, title, right);
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    (void)err;
    log_state *here = ui->slot[AX_VIEW_LOG];
    const ax_state *s = ui->state;
    ax_pane inner = ax_pane_inner(p);
    pick(ui, here);
    draw_frame(p, ui, here);
    uint32_t end = here->n - (here->back < here->n ? here->back : here->n), rows = (uint32_t)inner.at.rows;
    uint32_t first = end > rows ? end - rows : 0, note = 0;
    if (!first && s->log_dropped && end < rows) { /* the line above the oldest */
        char text[512];
        snprintf(text, sizeof text, "%llu older lines aren't kept here; they are in  %.200s log %.200s",
                 (unsigned long long)s->log_dropped, ui->program, ui->operand);
        ax_pane_print_cut(inner, 0, 1, inner.at.cols - 2, AX_ROLE_WARN, text);
        note = 1;
    }
    if (!here->n)
        ax_pane_print(inner, 1, 2, AX_ROLE_DIM, "no line of this kind");
    for (uint32_t i = first; i < end; i++)
        draw_line(inner, (int)(i - first + note), s, ax_state_log(s, here->line[i]),
                  ui->view == AX_VIEW_LOG && end - 1 - i == here->up, here->search);
    return AX_OK;
}

/* ---- moving ---- */

static int seen_rows(const ax_ui *ui)
{
    int seen = ui->layout.pane[AX_VIEW_LOG].rows - 2; /* at the top a row says that older lines are missing */
    return seen > 1 ? seen : 1;
}

/* How far back the log can be scrolled: no row stays empty while there are newer lines. Called after pick(). */
static uint32_t most_back(const ax_ui *ui, const log_state *here)
{
    long most = (long)here->n - seen_rows(ui) + (ui->state->log_dropped > 0);
    return most > 0 ? (uint32_t)most : 0;
}

/* Scrolls; by > 0: back. */
static void scroll(ax_ui *ui, long by)
{
    log_state *here = ui->slot[AX_VIEW_LOG];
    pick(ui, here);
    long back = (long)here->back + by, most = most_back(ui, here);
    back = back > most ? most : back;
    here->back = back < 0 ? 0 : (uint32_t)back;
}

/* Keeps the cursor at its line when the size of the pane has changed. */
static void arrange(ax_ui *ui)
{
    log_state *here = ui->slot[AX_VIEW_LOG];
    pick(ui, here);
    const uint32_t most = most_back(ui, here);
    if (here->back > most) {
        here->up += here->back - most;
        here->back = most;
    }
}

/* Moves the cursor, and scrolls when it would leave the pane; by > 0: back. */
static void move(ax_ui *ui, long by)
{
    log_state *here = ui->slot[AX_VIEW_LOG];
    pick(ui, here);
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
    log_state *here = ui->slot[AX_VIEW_LOG];
    pick(ui, here);
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
              here->which == LOG_ALL ? "" : ", Tab in other lines");
}

/* Searches for a text; "" repeats the last search. */
static void search(ax_ui *ui, const char *text)
{
    log_state *here = ui->slot[AX_VIEW_LOG];
    if (*text)
        snprintf(here->search, sizeof here->search, "%s", text);
    go_on(ui, 1);
}

static bool act_search(ax_ui *ui, ax_action a)
{
    log_state *here = ui->slot[AX_VIEW_LOG];
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
    log_state *here = ui->slot[AX_VIEW_LOG];
    long by = -ax_action_moves(a, seen_rows(ui), ui->state->n_log);
    const ax_log_line *l;
    if (ui->view != AX_VIEW_LOG)
        return false;
    if (act_search(ui, a))
        return true;
    if (a == AX_DO_WIRING) {
        here->which = (here->which + 1) % LOG_WHICH;
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
    log_state *here = ui->slot[AX_VIEW_LOG];
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
                              .state = sizeof(log_state),
                              .draw = draw,
                              .action = act,
                              .search = search,
                              .arrange = arrange,
                              .refresh = refresh };
