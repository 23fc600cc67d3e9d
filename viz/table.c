#include "viz/table.h"

#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- columns ---- */

enum { PLACES = 24, LEAST_IMPORTANT = 11, MARGIN = 2, GENOTYPE = 18, WIDE_GENOTYPE = 24 };
enum { BAR_COLUMNS = 1 }; /* of a selected row: id, state and reward */

/* Columns that aren't figures; those of figures, by their ax_metric, stand among them by their place. */
enum { ID = AX_METRIC_COUNT, STATE, STAGE, EPOCH, ORIGIN };
typedef struct column {
    const char *head;
    int id, width, importance; /* importance: 1 is kept longest as the pane gets narrower */
    ax_sort sort;              /* -1 = none */
} column;
static const struct {
    int place;
    column column;
    const char *doc;
} others[] = {
    { 0, { "ID", ID, 5, 1, AX_SORT_ID }, "number; before it + marked, ! pinned, h hand-made, = known network" },
    { 1, { "S", STATE, 1, 1, AX_SORT_STATE }, "state, as above" },
    { 9, { "T", STAGE, 1, 6, -1 }, "stage: 1 decoder alone, 2 end to end, 3 full training" },
    { 10, { "EP", EPOCH, 5, 2, -1 }, "epoch of the stage, of how many; of many: how much of it is done" },
    { PLACES - 1, { "BY", ORIGIN, 9, 8, -1 }, "what proposed it: the strategy, user, promote or finals" },
};
enum { OTHERS = sizeof others / sizeof *others };

const char *ax_table_other(int i, const char **doc)
{
    if (i < OTHERS)
        *doc = others[i].doc;
    return i < OTHERS ? others[i].column.head : NULL;
}

/* Whether a run has a figure: that of finals where there are finalists; one that only some data of the task give where
   the best candidate has it. */
static bool is_given(const ax_state *s, ax_metric m)
{
    const ax_metric_info *info = ax_metric_of(m);
    const ax_candidate *best = ax_state_candidate(s, ax_state_best_of_all(s));
    if (info->final)
        return s->n_finalists > 0;
    return !info->later || info->tasks == AX_EVERY_TASK || !best || !isnan(ax_outcome_figure(&best->outcome, m));
}

/* All columns for this task, or those of a run (s not NULL), from left to right; returns how many. */
static int all_columns(ax_task_id task, const ax_state *s, column out[static PLACES])
{
    int n = 0;
    for (int place = 0; place < PLACES; place++) {
        for (int i = 0; i < OTHERS; i++)
            if (others[i].place == place)
                out[n++] = others[i].column;
        for (int m = 0; m < AX_METRIC_COUNT; m++) {
            const ax_metric_info *info = ax_metric_of((ax_metric)m);
            if (info->column.head && info->column.place == place && ax_metric_is_of((ax_metric)m, task) &&
                (!s || is_given(s, (ax_metric)m)))
                out[n++] = (column) { info->column.head, m, info->column.width, info->column.importance, m };
        }
    }
    return n;
}

/* ---- those that were chosen ---- */

static const char *column_word(const column *c)
{
    static const char *const word[] = {
        [ID] = "id", [STATE] = "state", [STAGE] = "stage", [EPOCH] = "epoch", [ORIGIN] = "by"
    };
    return c->id < AX_METRIC_COUNT ? ax_metric_of((ax_metric)c->id)->word : word[c->id];
}

/* Finds a column of any task; columns that a run lacks aren't shown. */
static bool find_column(const char *word, size_t n, int *id)
{
    for (int task = 0; task < AX_TASKS; task++) {
        column all[PLACES];
        int count = all_columns((ax_task_id)task, NULL, all);
        for (int i = 0; i < count; i++)
            if (strlen(column_word(&all[i])) == n && !strncasecmp(column_word(&all[i]), word, n)) {
                *id = all[i].id;
                return true;
            }
    }
    return false;
}

ax_code ax_columns_parse(const char *text, ax_columns *out, ax_err *err)
{
    ax_columns c = { .n = 0 };
    for (const char *at = text + strspn(text, ", "); *at; at += strspn(at, ", ")) {
        size_t n = strcspn(at, ", ");
        if (c.n == AX_COLUMNS)
            return ax_fail(err, AX_EINVAL, "columns: more than %d", AX_COLUMNS);
        if (!find_column(at, n, &c.id[c.n++]))
            return ax_fail(err, AX_EINVAL, "columns: '%.*s' is none; e.g. id,state,reward,params,epoch,by", (int)n, at);
        at += n;
    }
    if (!c.n)
        return ax_fail(err, AX_EINVAL, "columns: which? e.g. id,state,reward,params,epoch,by");
    *out = c;
    return AX_OK;
}

/* Takes as many of the chosen columns as fit. */
static int take_chosen(const column *all, int n, const ax_columns *chosen, int width, column out[static PLACES])
{
    int kept = 0, used = MARGIN;
    for (int k = 0; k < chosen->n && kept < PLACES; k++)
        for (int i = 0; i < n; i++)
            if (all[i].id == chosen->id[k] && used + all[i].width + 1 <= width) {
                out[kept++] = all[i];
                used += all[i].width + 1;
            }
    return kept;
}

ax_sort ax_sort_next(const ax_state *of, ax_sort s)
{
    column all[PLACES];
    int n = all_columns(of->task, of, all), at = 0;
    while (at < n && all[at].sort != s)
        at++;
    do
        at = (at + 1) % n;
    while (all[at].sort < 0);
    return all[at].sort;
}

/* The columns that fit besides the start of the genotype: by importance, all of a kind together. */
static int choose(const ax_state *s, const ax_columns *chosen, int width, column out[static PLACES], int *gap)
{
    column all[PLACES];
    int n = all_columns(s->task, s, all), most = 0, kept = 0, used = MARGIN;
    *gap = 1;
    if (chosen && chosen->n)
        return take_chosen(all, n, chosen, width, out);
    for (int importance = 1; importance <= LEAST_IMPORTANT; importance++) {
        int need = MARGIN;
        for (int i = 0; i < n; i++)
            need += all[i].importance <= importance ? all[i].width + 1 : 0;
        if (need + (importance > 6 ? WIDE_GENOTYPE : importance > 2 ? GENOTYPE : 0) > width)
            break;
        most = importance;
    }
    for (int i = 0; i < n; i++)
        if (all[i].importance <= most) {
            out[kept++] = all[i];
            used += all[i].width + 1;
        }
    *gap = width - used - 2 * n >= 64 ? 3 : width - used - n >= 34 ? 2 : 1;
    return kept;
}

static void cell_text(const ax_state *s, const ax_candidate *c, int id, char out[static AX_FIGURE])
{
    switch (id) {
    case ID:
        snprintf(out, AX_FIGURE, "%u", c->id);
        break;
    case STATE:
        snprintf(out, AX_FIGURE, "%c", (char)c->status);
        break;
    case STAGE:
        snprintf(out, AX_FIGURE, c->stage > 0 ? "%d" : "-", c->stage);
        break;
    case EPOCH:
        if (c->epochs < 100)
            snprintf(out, AX_FIGURE, c->epochs > 0 ? "%d/%d" : "-", c->epoch, c->epochs);
        else
            snprintf(out, AX_FIGURE, "%d%%", (int)(100.0 * c->epoch / c->epochs));
        break;
    case ORIGIN:
        snprintf(out, AX_FIGURE, "%.9s", c->origin);
        break;
    default:
        /* up to the newest event, not to the clock, so that a table without events isn't drawn again */
        if (id == AX_METRIC_SECONDS && c->status == AX_RUNNING && c->started_at > 0)
            ax_figure_clock(s->elapsed - c->started_elapsed, out);
        else
            ax_figure_metric((ax_metric)id, ax_outcome_figure(&c->outcome, (ax_metric)id), out);
    }
}

ax_role ax_status_role(ax_status s)
{
    switch (s) {
    case AX_RUNNING:
        return AX_ROLE_RUNNING;
    case AX_PAUSED:
        return AX_ROLE_WARN;
    case AX_PROMOTED:
        return AX_ROLE_GOOD;
    case AX_FAILED:
        return AX_ROLE_BAD;
    case AX_PRUNED:
    case AX_QUEUED:
        return AX_ROLE_DIM;
    default:
        return AX_ROLE_TEXT;
    }
}

/* The key that sorts by a column; NULL: none does. */
static const ax_sort_key *key_for(const ax_order *o, ax_sort by)
{
    const ax_sort_key *found = o->first.by == by ? &o->first : NULL;
    for (int i = 0; i < o->n_then && !found; i++)
        found = o->then[i].by == by ? &o->then[i] : NULL;
    return found;
}

static void draw_header(ax_pane p, const ax_table_view *v, const column *shown, int n, int gap)
{
    int at = MARGIN;
    for (int i = 0; i < n; i++) {
        int end = at + shown[i].width;
        const ax_sort_key *key = key_for(v->order, shown[i].sort);
        bool first = key == &v->order->first;
        int from = ax_pane_print_right(p, 0, end, first ? AX_ROLE_STRONG : AX_ROLE_TITLE, shown[i].head);
        if (key && gap > 1)
            ax_pane_glyph(p, 0, from - 1, ax_sort_down(key->by) != key->reverse ? AX_GLYPH_DOWN : AX_GLYPH_UP,
                          first ? AX_ROLE_STRONG : AX_ROLE_DIM);
        at = end + gap;
    }
    ax_pane_print(p, 0, at, AX_ROLE_TITLE, "GENOTYPE");
}

static void draw_row(ax_pane p, int row, const ax_state *s, const ax_candidate *c, const ax_table_view *v,
                     const column *shown, int n, int gap)
{
    bool selected = c->id == v->selected, marked = v->marked && c->id <= v->n_marked && v->marked[c->id - 1];
    int at = MARGIN, bar = MARGIN;
    ax_role role = ax_status_role(c->status);
    if (selected)
        ax_pane_put(p, row, 0, '>', AX_ROLE_STRONG);
    char mark = marked ? '+' : c->pinned ? '!' : ax_candidate_handmade(c) ? 'h' : c->reused ? '=' : ' ';
    if (mark != ' ')
        ax_pane_put(p, row, 1, (uint32_t)mark, AX_ROLE_MARKED);
    for (int i = 0; i < n; i++) {
        char text[AX_FIGURE];
        cell_text(s, c, shown[i].id, text);
        at += shown[i].width;
        ax_pane_print_right(p, row, at, shown[i].id == STATE ? role : AX_ROLE_TEXT, text);
        bar = i < BAR_COLUMNS ? at : bar;
        at += gap;
    }
    char genotype[AX_GENOTYPE_TEXT];
    ax_genotype_print(&c->genotype, genotype);
    ax_pane_print_cut(p, row, at, p.at.cols - at, AX_ROLE_DIM, genotype);
    if (role == AX_ROLE_DIM)
        ax_pane_role(p, row, MARGIN, p.at.cols, AX_ROLE_DIM);
    if (selected) /* the rest keeps its look, so that a move of the selection costs a fifth of the bytes */
        ax_pane_role(p, row, 0, bar, AX_ROLE_SELECTED);
}

void ax_table_draw(ax_pane p, const ax_state *s, const ax_table_view *v)
{
    column shown[PLACES];
    int gap, n = choose(s, v->columns, p.at.cols, shown, &gap);
    draw_header(p, v, shown, n, gap);
    for (int r = 1; r < p.at.rows; r++) {
        uint32_t i = v->first + (uint32_t)(r - 1);
        if (i >= v->rows->n)
            break;
        const ax_candidate *c = ax_state_candidate(s, v->rows->id[i]);
        if (c)
            draw_row(p, r, s, c, v, shown, n, gap);
    }
}
