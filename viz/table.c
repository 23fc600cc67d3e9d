#include "viz/table.h"

#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

#define WORD(id, word, down) [AX_SORT_##id] = word,
#define DOWN(id, word, down) [AX_SORT_##id] = down,
static const char *const sort_word[AX_SORT_COUNT] = { AX_SORT_LIST(WORD) };
static const bool sort_down[AX_SORT_COUNT] = { AX_SORT_LIST(DOWN) };

const char *ax_sort_word(ax_sort s)
{
    return sort_word[s];
}

bool ax_sort_down(ax_sort s)
{
    return sort_down[s];
}

typedef struct keyed {
    int group; /* groups stay in order whichever way the key is sorted */
    double key;
    uint32_t id;
} keyed;

static int by_key(const void *va, const void *vb)
{
    const keyed *a = va, *b = vb;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->id > b->id ? -1 : a->id < b->id;
}

static double key_of(const ax_candidate *c, ax_sort sort)
{
    static const char order[] = "RPQ*DXF";
    switch (sort) {
    case AX_SORT_REWARD:
        return c->reward;
    case AX_SORT_MIOU:
        return c->miou;
    case AX_SORT_PARAMS:
        return c->params < 0 ? NAN : (double)c->params;
    case AX_SORT_MACS:
        return c->macs < 0 ? NAN : (double)c->macs;
    case AX_SORT_LATENCY:
        return c->latency_ms;
    case AX_SORT_TIME:
        return c->seconds;
    case AX_SORT_STATE: {
        const char *at = strchr(order, (int)c->status);
        return at ? (double)(at - order) : (double)sizeof order;
    }
    default:
        return c->id;
    }
}

static int group_of(const ax_candidate *c, ax_sort sort, double key)
{
    if (!isnan(key))
        return 1;
    if (sort == AX_SORT_REWARD && (c->status == AX_RUNNING || c->status == AX_PAUSED))
        return 0;
    return c->status == AX_QUEUED ? 2 : 3;
}

ax_code ax_rows_build(ax_rows *rows, const ax_state *s, const ax_filter *f, ax_sort sort, bool reverse, ax_err *err)
{
    rows->n = 0;
    if (rows->cap < s->n_candidates) {
        uint32_t cap = s->n_candidates + s->n_candidates / 2 + 16;
        uint32_t *id = realloc(rows->id, cap * sizeof *id);
        if (!id)
            return ax_fail(err, AX_ENOMEM, "no memory for the table");
        rows->id = id;
        rows->cap = cap;
    }
    keyed *list = malloc((s->n_candidates ? s->n_candidates : 1) * sizeof *list);
    if (!list)
        return ax_fail(err, AX_ENOMEM, "no memory for the table");
    bool down = sort_down[sort] != reverse;
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const ax_candidate *c = &s->candidate[i];
        if (!c->id || !ax_filter_pass(f, c))
            continue;
        double key = key_of(c, sort);
        list[n++] = (keyed) { .group = group_of(c, sort, key), .key = isnan(key) ? 0 : down ? -key : key, .id = c->id };
    }
    qsort(list, n, sizeof *list, by_key);
    for (uint32_t i = 0; i < n; i++)
        rows->id[i] = list[i].id;
    rows->n = n;
    free(list);
    return AX_OK;
}

void ax_rows_release(ax_rows *rows)
{
    free(rows->id);
    *rows = (ax_rows) { .id = NULL };
}

long ax_rows_find(const ax_rows *rows, uint32_t id)
{
    for (uint32_t i = 0; i < rows->n; i++)
        if (rows->id[i] == id)
            return (long)i;
    return -1;
}

/* ---- columns ---- */

typedef enum column_id {
    ID,
    STATE,
    REWARD,
    MIOU,
    MACC,
    FWIOU,
    PARAMS,
    MACS,
    LATENCY,
    STAGE,
    EPOCH,
    TIME,
    ORIGIN
} column_id;
/* importance: 1 is kept longest as the pane gets narrower. wide: blanks added where there is room. */
static const struct column {
    column_id id;
    const char *head;
    int width, importance;
    int sort; /* ax_sort, -1 = none */
} columns[] = {
    { ID, "ID", 5, 1, AX_SORT_ID },
    { STATE, "S", 1, 1, AX_SORT_STATE },
    { REWARD, "REWARD", 6, 1, AX_SORT_REWARD },
    { MIOU, "mIoU", 5, 3, AX_SORT_MIOU },
    { MACC, "mAcc", 5, 7, -1 },
    { FWIOU, "fwIoU", 5, 7, -1 },
    { PARAMS, "PARAMS", 7, 4, AX_SORT_PARAMS },
    { MACS, "MACs", 6, 5, AX_SORT_MACS },
    { LATENCY, "LAT", 6, 9, AX_SORT_LATENCY },
    { STAGE, "T", 1, 6, -1 },
    { EPOCH, "EP", 5, 2, -1 },
    { TIME, "TIME", 5, 3, AX_SORT_TIME },
    { ORIGIN, "BY", 9, 8, -1 },
};
enum { COLUMNS = sizeof columns / sizeof *columns, MARGIN = 2, GENOTYPE = 18, WIDE_GENOTYPE = 24 };

/* Chooses the columns that fit besides the start of the genotype: by importance, all of a kind together. */
static uint32_t choose(int width, int *gap)
{
    uint32_t chosen = 0;
    for (int importance = 1; importance <= 9; importance++) {
        uint32_t more = chosen;
        int need = MARGIN;
        for (int i = 0; i < COLUMNS; i++)
            if (columns[i].importance <= importance) {
                more |= 1u << i;
                need += columns[i].width + 1;
            }
        if (need + (importance > 6 ? WIDE_GENOTYPE : importance > 2 ? GENOTYPE : 0) > width)
            break;
        chosen = more;
    }
    int used = MARGIN;
    for (int i = 0; i < COLUMNS; i++)
        if (chosen & 1u << i)
            used += columns[i].width + 1;
    *gap = width - used - 2 * COLUMNS >= 64 ? 3 : width - used - COLUMNS >= 34 ? 2 : 1;
    return chosen;
}

static void cell_text(const ax_state *s, const ax_candidate *c, column_id id, char out[static AX_FIGURE])
{
    switch (id) {
    case ID:
        snprintf(out, AX_FIGURE, "%u", c->id);
        break;
    case STATE:
        snprintf(out, AX_FIGURE, "%c", (char)c->status);
        break;
    case REWARD:
        ax_figure_share(c->reward, 4, out);
        break;
    case MIOU:
        ax_figure_share(c->miou, 3, out);
        break;
    case MACC:
        ax_figure_share(c->accuracy, 3, out);
        break;
    case FWIOU:
        ax_figure_share(c->fwiou, 3, out);
        break;
    case PARAMS:
        ax_figure_count(c->params, out);
        break;
    case MACS:
        ax_figure_count(c->macs, out);
        break;
    case LATENCY:
        ax_figure_ms(c->latency_ms, out);
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
    case TIME:
        /* of the newest event, not of the clock: a table that nothing happens to isn't drawn again */
        ax_figure_clock(c->status == AX_RUNNING && c->started_at > 0 ? s->elapsed - c->started_elapsed : c->seconds,
                        out);
        break;
    case ORIGIN:
        snprintf(out, AX_FIGURE, "%.9s", c->origin);
        break;
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

static void draw_header(ax_pane p, const ax_table_view *v, uint32_t chosen, int gap)
{
    int at = MARGIN;
    for (int i = 0; i < COLUMNS; i++) {
        if (!(chosen & 1u << i))
            continue;
        int end = at + columns[i].width;
        bool sorted = columns[i].sort == (int)v->sort;
        int from = ax_pane_print_right(p, 0, end, sorted ? AX_ROLE_STRONG : AX_ROLE_TITLE, columns[i].head);
        if (sorted && gap > 1)
            ax_pane_glyph(p, 0, from - 1, ax_sort_down(v->sort) != v->reverse ? AX_GLYPH_DOWN : AX_GLYPH_UP,
                          AX_ROLE_STRONG);
        at = end + gap;
    }
    ax_pane_print(p, 0, at, AX_ROLE_TITLE, "GENOTYPE");
}

static void draw_row(ax_pane p, int row, const ax_state *s, const ax_candidate *c, const ax_table_view *v,
                     uint32_t chosen, int gap)
{
    bool selected = c->id == v->selected, marked = v->marked && c->id <= v->n_marked && v->marked[c->id - 1];
    int at = MARGIN;
    ax_role role = ax_status_role(c->status);
    if (selected)
        ax_pane_put(p, row, 0, '>', AX_ROLE_STRONG);
    char mark = marked ? '+' : c->pinned ? '!' : ax_candidate_handmade(c) ? 'h' : c->reused ? '=' : ' ';
    if (mark != ' ')
        ax_pane_put(p, row, 1, (uint32_t)mark, AX_ROLE_MARKED);
    for (int i = 0; i < COLUMNS; i++) {
        if (!(chosen & 1u << i))
            continue;
        char text[AX_FIGURE];
        cell_text(s, c, columns[i].id, text);
        at += columns[i].width;
        ax_pane_print_right(p, row, at, columns[i].id == STATE ? role : AX_ROLE_TEXT, text);
        at += gap;
    }
    char genotype[AX_GENOTYPE_TEXT];
    ax_genotype_print(&c->genotype, genotype);
    ax_pane_print_cut(p, row, at, p.at.cols - at, AX_ROLE_DIM, genotype);
    if (role == AX_ROLE_DIM)
        ax_pane_role(p, row, MARGIN, p.at.cols, AX_ROLE_DIM);
    if (selected) /* the genotype keeps its look: a third of the bytes that a move of the selection costs */
        ax_pane_role(p, row, 0, at - gap, AX_ROLE_SELECTED);
}

void ax_table_draw(ax_pane p, const ax_state *s, const ax_table_view *v)
{
    int gap;
    uint32_t chosen = choose(p.at.cols, &gap);
    draw_header(p, v, chosen, gap);
    for (int r = 1; r < p.at.rows; r++) {
        uint32_t i = v->first + (uint32_t)(r - 1);
        if (i >= v->rows->n)
            break;
        const ax_candidate *c = ax_state_candidate(s, v->rows->id[i]);
        if (c)
            draw_row(p, r, s, c, v, chosen, gap);
    }
}
