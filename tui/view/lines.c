/* The single lines: status, tabs, message, hints. */
#include "tui/view/view.h"

#include "tui/ui/palette.h"
#include "viz/figure.h"
#include "viz/wrap.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- status ---- */

enum { SEGMENTS = 16, SEGMENT = 80 };
typedef struct segments {
    char text[SEGMENTS][SEGMENT];
    ax_role role[SEGMENTS];
    int n;
} segments;

static void add(segments *s, ax_role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void add(segments *s, ax_role role, const char *fmt, ...)
{
    if (s->n == SEGMENTS)
        return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(s->text[s->n], SEGMENT, fmt, args);
    va_end(args);
    s->role[s->n++] = role;
}

static void add_progress(segments *s, const ax_ui *ui, bool tiny)
{
    const ax_state *st = ui->state;
    uint32_t ended = st->n_done + st->n_failed + st->n_pruned;
    if (st->planned > 0)
        add(s, AX_ROLE_BAR, "%s%u/%lld", tiny ? "" : "arch ", ended, (long long)st->planned);
    else
        add(s, AX_ROLE_BAR, "arch %u", ended);
}

/* The best of all is the first row of the table by reward; where full training made it, the search has its own. */
static void add_best(segments *s, const ax_ui *ui)
{
    const ax_state *st = ui->state;
    const ax_candidate *all = ax_state_candidate(st, ax_state_best_of_all(st)),
                       *search = ax_state_candidate(st, st->best);
    char text[AX_FIGURE];
    if (all)
        add(s, AX_ROLE_BAR, "best %s #%u", ax_figure_share(all->outcome.reward, 4, text), all->id);
    if (search && search != all)
        add(s, AX_ROLE_BAR, "search %s #%u", ax_figure_share(search->outcome.reward, 4, text), search->id);
}

static void add_rate(segments *s, const ax_ui *ui)
{
    const ax_state *st = ui->state;
    double rate = ax_ui_is_running(ui) ? ax_state_rate(st, ax_ui_elapsed(ui)) : 0;
    if (!(rate > 0))
        return;
    add(s, AX_ROLE_BAR, "%.1f/min", rate);
    double left = (double)st->planned - st->n_done - st->n_failed - st->n_pruned;
    char text[AX_FIGURE];
    if (left > 0)
        add(s, AX_ROLE_BAR, "eta %s", ax_figure_clock(60 * left / rate, text));
}

/* What the screens don't show because nobody can read it any more. */
static void add_damage(segments *s, const ax_state *st)
{
    unsigned long long events = st->damage.events + st->n_lost;
    bool damaged = !ax_damage_none(&st->damage);
    if (events)
        add(s, AX_ROLE_WARN, "%s%llu event%s lost", damaged ? "damaged: " : "", events, events == 1 ? "" : "s");
    else if (damaged)
        add(s, AX_ROLE_WARN, "damaged log");
}

static segments status_segments(const ax_ui *ui, int cols)
{
    const ax_state *st = ui->state;
    segments s = { .n = 0 };
    char text[AX_FIGURE];
    bool running = ax_ui_is_running(ui);
    if (cols >= 60)
        add(&s, AX_ROLE_BAR, "auxcell");
    if (cols >= 30)
        add(&s, AX_ROLE_BAR, "%s", ui->run);
    add(&s, AX_ROLE_BAR, "%s", ax_ui_word(ui));
    if (st->first_at > 0 && cols >= 30)
        add(&s, AX_ROLE_BAR, "%s", ax_figure_clock(running ? ax_ui_elapsed(ui) : st->elapsed, text));
    if (st->data_changed)
        add(&s, AX_ROLE_WARN, "data changed");
    add_damage(&s, st);
    add_progress(&s, ui, cols < 30);
    add_best(&s, ui);
    if (st->n_running)
        add(&s, AX_ROLE_BAR, "training %u", st->n_running);
    add_rate(&s, ui);
    if (st->n_queued)
        add(&s, AX_ROLE_BAR, "queue %u", st->n_queued);
    if (st->device[0])
        add(&s, AX_ROLE_BAR, "%s", st->device);
    if (st->rss_bytes > 0)
        add(&s, AX_ROLE_BAR, "rss %s", ax_figure_bytes(st->rss_bytes, text));
    if (st->pid > 0 && ui->link == AX_LINK_LIVE)
        add(&s, AX_ROLE_BAR, "pid %lld", (long long)st->pid);
    return s;
}

void ax_draw_status(ax_pane p, const ax_ui *ui)
{
    if (!ui->layout.message.rows && (ui->message[0] || ui->asking != AX_ASK_NOTHING)) { /* the only line there is */
        ax_draw_message(p, ui);
        return;
    }
    segments s = status_segments(ui, p.at.cols);
    for (int c = 0; c < p.at.cols; c++)
        ax_pane_put(p, 0, c, ' ', AX_ROLE_BAR);
    int gap = p.at.cols >= 120 ? 3 : p.at.cols >= 30 ? 2 : 1, at = p.at.cols >= 30 ? 1 : 0;
    for (int i = 0; i < s.n; i++) {
        int end = at + ax_text_width(s.text[i]);
        if (end > p.at.cols && i > 0)
            break; /* whole words or none */
        ax_pane_print(p, 0, at, s.role[i], s.text[i]);
        at = end + gap;
    }
}

/* ---- tabs ---- */

void ax_draw_tabs(ax_pane p, const ax_ui *ui)
{
    int at = 0;
    for (int i = 0; i < AX_VIEW_COUNT; i++) {
        const ax_view *v = ax_views[i];
        bool here = i == (int)ui->view;
        char text[32];
        snprintf(text, sizeof text, here ? "[%c %s]" : " %c %s ", v->key, v->title);
        if (v->key)
            at = ax_pane_print(p, 0, at, here ? AX_ROLE_STRONG : AX_ROLE_DIM, text);
    }
    char right[AX_FILTER_TEXT + 64];
    bool down = ax_sort_down(ui->sort) != ui->reverse;
    snprintf(right, sizeof right, "sort %s ", ax_sort_word(ui->sort));
    int end = p.at.cols - 2, room = end - at - 2;
    if (ax_text_width(right) > room)
        return;
    ax_pane_glyph(p, 0, end, down ? AX_GLYPH_DOWN : AX_GLYPH_UP, AX_ROLE_DIM);
    end = ax_pane_print_right(p, 0, end, AX_ROLE_DIM, right);
    if (!ui->filter.n)
        return;
    snprintf(right, sizeof right, "filter: %s  ", ui->filter.text);
    if (ax_text_width(right) <= end - at - 2)
        ax_pane_print_right(p, 0, end, AX_ROLE_MARKED, right);
    else if (end - at >= 10)
        ax_pane_print_right(p, 0, end, AX_ROLE_MARKED, "filtered  ");
}

/* ---- message ---- */

static const char *prompt_label(const ax_ui *ui, char text[64])
{
    switch (ui->asking) {
    case AX_ASK_FILTER:
        return "filter: ";
    case AX_ASK_FIND:
        return "find: ";
    case AX_ASK_COMMAND:
        return ": ";
    case AX_ASK_NOTE:
        snprintf(text, 64, "note on #%u: ", ui->target);
        return text;
    case AX_ASK_PRUNE:
        snprintf(text, 64, "prune %u marked candidate%s?  y/N ", ui->n_marked, ui->n_marked == 1 ? "" : "s");
        return text;
    case AX_ASK_PROMOTE:
        snprintf(text, 64, "#%u is pruned: take that back and promote it?  y/N ", ui->target);
        return text;
    case AX_ASK_SUBMIT:
        return "submit this?  y/N ";
    default:
        return "stop the engine? the run can be resumed.  y/N ";
    }
}

int ax_prompt_column(const ax_ui *ui)
{
    if (ui->asking == AX_ASK_NOTHING)
        return -1;
    char text[64], before[AX_PROMPT_TEXT];
    int at = 1 + ax_text_width(prompt_label(ui, text));
    if (ui->asking >= AX_ASK_PRUNE)
        return at;
    snprintf(before, sizeof before, "%.*s", (int)ui->prompt.at, ui->prompt.text);
    return at + ax_text_width(before);
}

static void draw_prompt(ax_pane p, const ax_ui *ui)
{
    char label[64];
    int at = ax_pane_print(p, 0, 1, AX_ROLE_STRONG, prompt_label(ui, label));
    if (ui->asking == AX_ASK_SUBMIT)
        ax_pane_print_cut(p, 0, at + 1, p.at.cols - at - 1, AX_ROLE_TEXT, ui->offered);
    if (ui->asking >= AX_ASK_PRUNE)
        return;
    /* a long text slides so that its cursor stays in sight */
    int over = ax_prompt_column(ui) - (p.at.cols - 1);
    ax_pane_print(ax_pane_part(p, 0, at, 1, p.at.cols - at), 0, over > 0 ? -over : 0, AX_ROLE_TEXT, ui->prompt.text);
}

static int draw_undo(ax_pane p, const ax_ui *ui)
{
    ax_prunes what;
    double left = ax_ui_undo_left(ui, &what);
    if (!(left > 0))
        return p.at.cols;
    char text[64];
    snprintf(text, sizeof text, what.n == 1 ? "u undo #%u (%d s) " : "u undo %u (%d s) ",
             what.n == 1 ? what.id : what.n, (int)ceil(left));
    return ax_pane_print_right(p, 0, p.at.cols, AX_ROLE_WARN, text) - 2;
}

/* What a person waits for; proposals and updates of the controller come with every candidate. */
static bool is_news(const ax_log_line *line)
{
    static const bool routine[AX_EVENT_COUNT] = {
        [AX_EVENT_PROPOSED] = true, [AX_EVENT_LEARNED] = true, [AX_EVENT_STARTED] = true, [AX_EVENT_GATED] = true
    };
    return !routine[line->kind] && line->level != AX_LEVEL_DEBUG;
}

/* Events whose text says by itself what happened: "pruned by user". */
static const bool says_so[AX_EVENT_COUNT] = { [AX_EVENT_PRUNED] = true,
                                              [AX_EVENT_PROMOTED] = true,
                                              [AX_EVENT_PAUSED] = true,
                                              [AX_EVENT_HELLO] = true,
                                              [AX_EVENT_BYE] = true };

static void last_event(ax_pane p, const ax_ui *ui, int width)
{
    enum { LOOK_BACK = 200 };
    uint32_t n = ui->state->n_log, i = n;
    while (i > 0 && n - i < LOOK_BACK && !is_news(ax_state_log(ui->state, i - 1)))
        i--;
    if (!i || n - i == LOOK_BACK)
        return;
    const ax_log_line *line = ax_state_log(ui->state, i - 1);
    char at[AX_FIGURE], id[16] = "", text[AX_EVENT_TEXT + 64];
    if (line->id)
        snprintf(id, sizeof id, "#%u ", line->id);
    bool bare = says_so[line->kind];
    snprintf(text, sizeof text, "%s %s%s%s%s", ax_figure_time(line->at, at), id, bare ? "" : ax_log_line_word(line),
             bare ? "" : ": ", line->text);
    ax_pane_print_cut(p, 0, 1, width, AX_ROLE_TEXT, text);
}

/* A long message covers as much of what is above its line as it needs. */
static void draw_wrapped(ax_pane p, int width, ax_role role, const char *text)
{
    width = width > 1 ? width : 1;
    int rows = ax_wrap_lines(text, width), most = p.at.row > 1 ? p.at.row : 1; /* not the status line */
    rows = rows > most ? most : rows;
    if (rows == 1) {
        ax_pane_print_cut(p, 0, 1, width, role, text);
        return;
    }
    ax_rect above = { .row = p.at.row - (rows - 1), .col = p.at.col, .rows = rows, .cols = p.at.cols };
    ax_pane all = ax_pane_of(p.canvas, above);
    ax_pane_clear(ax_pane_part(all, 0, 0, rows - 1, all.at.cols));
    ax_pane_clear(ax_pane_part(all, rows - 1, 0, 1, width));
    ax_wrap_print(all, 0, 1, width, role, text);
}

void ax_draw_message(ax_pane p, const ax_ui *ui)
{
    if (ui->asking != AX_ASK_NOTHING) {
        draw_prompt(p, ui);
        return;
    }
    int width = draw_undo(p, ui) - 1;
    char text[AX_UI_MESSAGE];
    if (ui->message[0]) {
        draw_wrapped(p, width, ui->message_bad ? AX_ROLE_BAD : AX_ROLE_STRONG, ui->message);
    } else if (ui->loading < 1) {
        snprintf(text, sizeof text, "reading the history: %.0f %%", 100 * ui->loading);
        ax_pane_print_cut(p, 0, 1, width, AX_ROLE_TEXT, text);
    } else if (ui->link != AX_LINK_LIVE && ui->state->ending != AX_ENDING_FINISHED) {
        const char *what = ui->state->died     ? "the engine has died"
                           : ui->state->bye[0] ? "the engine has stopped"
                                               : "no engine runs";
        const char *key = ax_ui_resume_refused(ui) ? "" : "R, or  ";
        snprintf(text, sizeof text, "%s; to go on:  %s%s resume %s", what, key, ui->program, ui->operand);
        draw_wrapped(p, width, AX_ROLE_WARN, text);
    } else {
        last_event(p, ui, width);
    }
}

/* ---- hints ---- */

/* Undo is rarely wanted, and then much. */
static bool is_hinted(const ax_ui *ui, ax_action a)
{
    const ax_candidate *c = ax_ui_selected(ui);
    return ax_actions[a].hint[0] && ax_ui_can(ui, a, NULL) && (a != AX_DO_UNDO || (c && ax_candidate_undoable(c)));
}

/* What is typed after ':': the words that begin so, then what the word takes. */
static void tell_command(const char *typed, char *out, size_t cap)
{
    ax_palette_word w;
    if (ax_palette_find(typed, &w))
        snprintf(out, cap, "%s%s%s", w.operands, w.operands[0] ? "  " : "", w.doc);
    else
        ax_palette_list(typed, strlen(typed), out, cap);
    if (!out[0] && typed[0] == '[')
        snprintf(out, cap, "Enter: submit this genotype   Esc: leave");
    else if (!out[0])
        snprintf(out, cap, "no command begins so   Esc: leave");
}

/* Of an open prompt or overlay. */
static void tell_keys(const ax_ui *ui, char *out, size_t cap)
{
    if (ui->asking == AX_ASK_COMMAND && !ui->prompt.full && !ui->edit.parent && !ui->help) {
        tell_command(ui->prompt.text, out, cap);
        return;
    }
    const char *text =
        ui->edit.parent ? "arrows move   + - or digits change   r take back   Enter queue it   Esc leave"
        : ui->compare && !ui->help && ui->asking == AX_ASK_NOTHING
            ? "j k another   Tab cell, decoder   any other key: back"
        : ui->help                    ? "j k scroll   any other key: back"
        : ui->asking >= AX_ASK_PRUNE  ? "y: yes   any other key: no"
        : ui->prompt.full             ? "the line is full: the rest was left out"
        : ui->asking == AX_ASK_FILTER ? "Enter: filter   Esc: leave   e.g. sep5x5 reward>.6 params<3M state!=X"
        : ui->asking == AX_ASK_FIND   ? "Enter: go to the next one   n N: on, back   Esc: leave   words as for /"
                                      : "Enter: write   Esc: leave";
    snprintf(out, cap, "%s", text);
}

void ax_draw_hints(ax_pane p, const ax_ui *ui)
{
    static const ax_action always[] = { AX_DO_DETACH, AX_DO_HELP };
    int gap = p.at.cols >= 120 ? 2 : 1, at = p.at.cols >= 120 ? 1 : 0;
    if (ui->asking != AX_ASK_NOTHING || ui->help || ui->edit.parent || ui->compare) {
        char text[256];
        tell_keys(ui, text, sizeof text);
        ax_pane_print_cut(p, 0, 1, p.at.cols - 1, AX_ROLE_DIM, text);
        return;
    }
    int reserved = 0; /* the way out and the help are never cut */
    for (int i = 0; i < 2; i++)
        reserved += ax_text_width(ax_actions[always[i]].label) + 1 + ax_text_width(ax_actions[always[i]].hint) + gap;
    for (int i = 0; i < AX_ACTION_COUNT + 2; i++) {
        ax_action a = i < AX_ACTION_COUNT ? (ax_action)i : always[i - AX_ACTION_COUNT];
        const ax_action_row *row = &ax_actions[a];
        bool last = i >= AX_ACTION_COUNT;
        if (!is_hinted(ui, a) || (!last && (a == AX_DO_DETACH || a == AX_DO_HELP)))
            continue;
        int need = ax_text_width(row->label) + 1 + ax_text_width(row->hint);
        if (at + need + (last ? 0 : gap + reserved) > p.at.cols)
            continue;
        at = ax_pane_print(p, 0, at, AX_ROLE_KEY, row->label);
        at = ax_pane_print(p, 0, at + 1, AX_ROLE_DIM, row->hint) + gap;
    }
}
