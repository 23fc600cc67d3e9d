/* The help screen: keys, from the table of actions, and commands. */
#include "tui/view/view.h"

#include "tui/ui/palette.h"
#include "viz/wrap.h"

#include <stdio.h>
#include <string.h>

enum { LABEL = 10, WIDE = 52 }; /* columns */

typedef struct help_state {
    int first; /* line at the top, where the pane is full; a higher pane begins earlier */
} help_state;

typedef struct entry {
    char label[16], text[160];
    bool heading; /* the heading of a group: only its text is drawn */
} entry;

/* ---- the groups ---- */

enum { ACTIONS_OF_GROUP = 24 };
static const struct {
    const char *heading;
    int action[ACTIONS_OF_GROUP]; /* actions + 1; 0 = no more */
} groups[] = {
#define A(id) AX_DO_##id + 1
    { "The candidate",
      { A(PAUSE), A(PRUNE), A(UNDO), A(PROMOTE), A(DEMOTE), A(PIN), A(NOTE), A(EDIT), A(COMPARE), A(OPEN), A(COPY),
        A(EXPORT) } },
    { "The table",
      { A(FILTER), A(FIND), A(FIND_ON), A(FIND_BACK), A(SORT), A(REVERSE), A(SORT_THEN), A(MARK), A(MARK_ALL),
        A(UNMARK), A(FREEZE), A(EXPORT_TABLE) } },
    { "Moving", { A(DOWN), A(UP), A(PAGE_DOWN), A(PAGE_UP), A(FIRST), A(LAST), A(VIEW_BACK), A(VIEW_ON), A(BACK) } },
    { "Plots, drawings and pictures",
      { A(ZOOM_IN), A(ZOOM_OUT), A(ZOOM_NONE), A(PAN_BACK), A(PAN_ON), A(PAN_UP), A(PAN_DOWN), A(CROSSHAIR), A(LOG),
        A(SMOOTH), A(WIRING), A(IMAGE_BACK), A(IMAGE_ON), A(MASK_OVER) } },
    { "The run and the screens",
      { A(PAUSE_RUN), A(STOP), A(RESUME), A(COMMAND), A(DETACH), A(HELP), A(MOUSE), A(GLYPHS), A(REDRAW),
        A(SUSPEND) } },
    { "A replay", { A(HOLD), A(SLOWER), A(FASTER), A(SKIP_BACK), A(SKIP_ON) } },
#undef A
};
enum { GROUPS = sizeof groups / sizeof *groups, MOVING = 2 };

static bool is_grouped(int action)
{
    for (int g = 0; g < GROUPS; g++)
        for (int k = 0; k < ACTIONS_OF_GROUP && groups[g].action[k]; k++)
            if (groups[g].action[k] == action + 1)
                return true;
    return false;
}

static void set(entry *e, const char *label, const char *text)
{
    snprintf(e->label, sizeof e->label, "%s", label);
    snprintf(e->text, sizeof e->text, "%s", text);
}

static bool action_entry(const ax_ui *ui, int action, entry *e)
{
    set(e, ui->keys.label[action], ax_actions[action].help);
    return true;
}

/* The i-th line of the help texts of the views, "KEY  text". False: past the last. */
static bool view_entry(const ax_ui *ui, int i, entry *e)
{
    const char *at = ax_views[ui->view]->help;
    for (; at && *at && i; i--)
        at += strcspn(at, "\n") + 1;
    if (!at || !*at)
        return false;
    int label = (int)strcspn(at, "\t"), text = (int)strcspn(at + label + 1, "\n");
    snprintf(e->label, sizeof e->label, "%.*s", label, at);
    snprintf(e->text, sizeof e->text, "%.*s", text, at + label + 1);
    return true;
}

static int count_view(const ax_ui *ui)
{
    entry e;
    int n = 0;
    while (view_entry(ui, n, &e))
        n++;
    return n;
}

static bool state_entry(int i, entry *e)
{
#define STATE(id, letter, word) { letter, word },
    static const struct {
        char letter;
        const char *word;
    } state[] = { AX_STATUS_LIST(STATE) };
    if (i >= (int)(sizeof state / sizeof *state))
        return false;
    snprintf(e->label, sizeof e->label, "%c", state[i].letter);
    snprintf(e->text, sizeof e->text, "%s", state[i].word);
    return true;
}

static bool column_entry(const ax_ui *ui, int i, entry *e)
{
    const char *doc, *head;
    for (int k = 0; (head = ax_table_other(k, &doc)); k++)
        if (!i--) {
            set(e, head, doc);
            return true;
        }
    for (int m = 0; m < AX_METRIC_COUNT; m++) {
        const ax_metric_info *info = ax_metric_of((ax_metric)m);
        if (!info->column.head || !ax_metric_is_of((ax_metric)m, ui->state->task) || i--)
            continue;
        set(e, info->column.head, info->doc);
        return true;
    }
    return false;
}

/* ---- the list ---- */

/* Whether entry *i is the heading; *i loses one, so that it counts the entries below. */
static bool is_heading(int *i, const char *heading, entry *e)
{
    if ((*i)-- != 0)
        return false;
    set(e, "", heading);
    e->heading = true;
    return true;
}

/* The context that the help is about: the one below it. */
static ax_context_id below(const ax_ui *ui)
{
    return ui->n_over > 1 ? (ax_context_id)ui->over[ui->n_over - 2] : AX_CONTEXT_VIEWS;
}

/* The i-th entry of the help of something that is open over the views: its own keys only. */
static bool entry_over(const ax_ui *ui, ax_context_id of, int i, entry *e)
{
    e->heading = false;
    if (is_heading(&i, of == AX_CONTEXT_EDIT ? "The editor of a new candidate" : "The comparison", e))
        return true;
    for (int a = 0; a < AX_ACTION_COUNT; a++)
        if ((ax_actions[a].contexts >> of & 1) && ui->keys.key[a] && !i--)
            return action_entry(ui, a, e);
    if (of != AX_CONTEXT_EDIT || i)
        return false;
    set(e, "0 - 9", "the value itself");
    return true;
}

/* The i-th entry of the list. False: past the last. */
static bool entry_at(const ax_ui *ui, int i, entry *e)
{
    ax_palette_word w;
    char text[64];
    int n;
    if (below(ui) != AX_CONTEXT_VIEWS)
        return entry_over(ui, below(ui), i, e);
    e->heading = false;
    snprintf(text, sizeof text, "This view: %s", ax_view_name(ui, (int)ui->view));
    if (count_view(ui)) {
        if (is_heading(&i, text, e))
            return true;
        if (i < (n = count_view(ui)))
            return view_entry(ui, i, e);
        i -= n;
    }
    for (int g = 0; g < GROUPS; g++) {
        if (is_heading(&i, groups[g].heading, e))
            return true;
        for (n = 0; n < ACTIONS_OF_GROUP && groups[g].action[n];)
            n++;
        if (i < n)
            return action_entry(ui, groups[g].action[i] - 1, e);
        i -= n;
        if (g == MOVING && !i--) { /* one line for all digits */
            set(e, "1 - 8", "the views");
            return true;
        }
    }
    for (int a = 0; a < AX_ACTION_COUNT; a++) /* actions in no group, so that none is missing */
        if ((ax_actions[a].contexts & AX_IN_VIEWS) && !is_grouped(a) && !i--)
            return action_entry(ui, a, e);
    if (is_heading(&i, "States (column S)", e))
        return true;
    for (n = 0; state_entry(n, e); n++)
        if (n == i)
            return true;
    i -= n;
    if (is_heading(&i, "Columns", e))
        return true;
    for (n = 0; column_entry(ui, n, e); n++)
        if (n == i)
            return true;
    i -= n;
    if (is_heading(&i, "Commands, after :", e))
        return true;
    if (!ax_palette(i, &w))
        return false;
    snprintf(e->label, sizeof e->label, ":%s", w.word);
    snprintf(e->text, sizeof e->text, "%s%s%s", w.operands, w.operands[0] ? "  " : "", w.doc);
    return true;
}

/* Lines that all entries take in so many columns. */
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
    ax_pane_frame(p, true, "keys",
                  p.at.cols < WIDE ? "j k scroll, others: back" : "j k Space scroll   any other key: back");
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
    int at = 0; /* line in the whole list */
    for (int i = 0; entry_at(ui, i, &e); i++) {
        int n = ax_wrap_lines(e.text, width);
        int column = at / need, row = at % need - first;
        ax_pane part = ax_pane_part(inner, 0, column * (inner.at.cols / columns), rows, inner.at.cols / columns);
        ax_pane_print_right(part, row, LABEL, AX_ROLE_KEY, e.label);
        if (e.heading)
            ax_pane_print(part, row, 1, AX_ROLE_TITLE, e.text);
        else
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
    ax_draw_hint(p, "j k Space scroll   any other key: back");
}

const ax_context ax_context_help = { .state = sizeof(help_state),
                                     .open = open,
                                     .action = act,
                                     .key = close,
                                     .paste = ax_ui_offer,
                                     .draw = draw,
                                     .hints = hints };
