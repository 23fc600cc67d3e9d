/* The lines at the top: status and tabs. */
#include "tui/view/view.h"

#include "viz/figure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

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

/* Adds the first finalist: its mean is over fresh seeds only, so no reward of the search says more. */
static void add_finalist(segments *s, const ax_candidate *c)
{
    char mean[AX_FIGURE], half[AX_FIGURE];
    if (isnan(c->outcome.final_interval))
        add(s, AX_ROLE_BAR, "first %s #%u", ax_figure_share(c->outcome.final_mean, 4, mean), c->id);
    else
        add(s, AX_ROLE_BAR, "first %s+-%s #%u", ax_figure_share(c->outcome.final_mean, 4, mean),
            ax_figure_share(c->outcome.final_interval, 4, half), c->id);
}

/* Adds the best reward of all, as the first row of the table by reward has it; where that is a full training, also the
   best one of the search. */
static void add_best(segments *s, const ax_ui *ui)
{
    const ax_state *st = ui->state;
    const ax_candidate *all = ax_state_candidate(st, ax_state_best_of_all(st)),
                       *search = ax_state_candidate(st, st->best);
    char text[AX_FIGURE];
    if (st->finalist)
        add_finalist(s, ax_state_candidate(st, st->finalist));
    if (all && (!st->finalist || all != search))
        add(s, AX_ROLE_BAR, "best %s #%u", ax_figure_share(all->outcome.reward, 4, text), all->id);
    if (search && search != all && !st->finalist)
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

/* Adds how many events can't be read. */
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
    add(&s, AX_ROLE_BAR, "%s", ax_ui_state_word(ui));
    if (ui->replay.on && cols >= 30) {
        char total[AX_FIGURE];
        add(&s, AX_ROLE_BAR, "%gx", ui->replay.speed);
        add(&s, AX_ROLE_BAR, "%s of %s", ax_figure_clock(ui->replay.at, text),
            ax_figure_clock(ui->replay.total, total));
    } else if (st->first_at > 0 && cols >= 30)
        add(&s, AX_ROLE_BAR, "%s", ax_figure_clock(running ? ax_ui_elapsed(ui) : st->elapsed, text));
    if (st->data_changed)
        add(&s, AX_ROLE_WARN, "data changed");
    add_damage(&s, st);
    add_progress(&s, ui, cols < 30);
    add_best(&s, ui); /* results come before progress */
    if (st->n_finalists)
        add(&s, AX_ROLE_BAR, "finals %u of %lld", st->n_finals, (long long)st->finals);
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

enum { FILTERED = AX_FILTER_TEXT + 64 };

/* Prints the filter and how many candidates pass it. */
static void print_filter(const ax_ui *ui, const char *word, char text[static FILTERED])
{
    const ax_selection *t = ax_ui_selection(ui);
    snprintf(text, FILTERED, "%u of %u  %s%s", t->rows.n, ui->state->n_candidates, word, t->filter.text);
}

static void draw_filter(ax_pane p, const ax_ui *ui, int from, int end)
{
    char text[FILTERED];
    print_filter(ui, "filter: ", text);
    if (ax_text_width(text) > end - from)
        print_filter(ui, "", text);
    int at = end - ax_text_width(text);
    at = at < from ? from : at;
    ax_pane_print_cut(p, 0, at, end - at, AX_ROLE_MARKED, text);
}

/* Draws filter and order; where that would cut off much of the filter, the filter alone. */
static void draw_right(ax_pane p, const ax_ui *ui, int from)
{
    const ax_selection *t = ax_ui_selection(ui);
    const ax_sort_key *first = &t->order.first;
    char text[AX_ORDER_TEXT + 32], order[AX_ORDER_TEXT];
    bool down = ax_sort_down(first->by) != first->reverse;
    ax_order_print(&t->order, order);
    snprintf(text, sizeof text, "%ssort %s ", t->frozen ? "frozen  " : "", order + first->reverse);
    enum { MUCH = 40 };
    char filter[FILTERED];
    print_filter(ui, "", filter);
    int end = p.at.cols - 1, width = ax_text_width(text) + 1, needed = t->filter.n ? ax_text_width(filter) + 2 : 0;
    if (t->frozen || end - from - width >= (needed < MUCH ? needed : MUCH)) {
        ax_pane_glyph(p, 0, end - 1, down ? AX_GLYPH_DOWN : AX_GLYPH_UP, AX_ROLE_DIM);
        end = ax_pane_print_right(p, 0, end - 1, t->frozen ? AX_ROLE_WARN : AX_ROLE_DIM, text) - 2;
    }
    if (t->filter.n && end - from >= 8)
        draw_filter(p, ui, from, end);
}

void ax_draw_tabs(ax_pane p, const ax_ui *ui)
{
    int at = 0;
    bool shorter = ax_ui_tabs_width(ui) > p.at.cols;
    for (int i = 0; i < AX_VIEW_COUNT; i++) {
        const ax_view *v = ax_views[i];
        bool here = i == (int)ui->view;
        char text[32];
        if (shorter && !here)
            snprintf(text, sizeof text, " %c ", v->key);
        else
            snprintf(text, sizeof text, here ? "[%c %s]" : " %c %s ", v->key, ax_view_name(ui, i));
        if (v->key)
            at = ax_pane_print(p, 0, at, here ? AX_ROLE_STRONG : AX_ROLE_DIM, text);
    }
    draw_right(p, ui, at + 2);
}
