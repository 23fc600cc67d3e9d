#include "viz/dag.h"

#include <stdio.h>
#include <string.h>

enum { LEAST_LANES = 5, NAME_WIDTH = 11, WAS_WIDTH = 2 + NAME_WIDTH + 1 + 2 + 3, MOST_GAP = 3, MOST_READS = 8 };

/* ---- lanes ---- */

typedef struct lanes {
    int owner[AX_DAG_LANES];       /* row that made the value of this lane, -1 = free */
    int last_use[AX_DRAWING_ROWS]; /* last row that reads the value of a row, -1 = unread */
    int blocked;                   /* lane of an unread value just above: a node there would seem to read it */
} lanes;

static int lane_of(const lanes *l, int row)
{
    for (int k = 0; k < AX_DAG_LANES; k++)
        if (l->owner[k] == row)
            return k;
    return -1;
}

static bool reads_row(const ax_drawing_row *r, int row)
{
    for (int i = 0; i < r->n_reads; i++)
        if (r->reads[i] == row)
            return true;
    return false;
}

/* The leftmost lane that ends here, else the leftmost free one. */
static int choose_lane(const lanes *l, const ax_drawing_row *r, int row)
{
    for (int k = 0; k < AX_DAG_LANES; k++)
        if (l->owner[k] >= 0 && reads_row(r, l->owner[k]) && l->last_use[l->owner[k]] == row)
            return k;
    for (int k = 0; k < AX_DAG_LANES; k++)
        if (l->owner[k] < 0 && k != l->blocked)
            return k;
    return AX_DAG_LANES - 1;
}

static ax_glyph junction(bool last, bool left_end, bool right_end)
{
    if (last)
        return left_end ? AX_GLYPH_LAST_LEFT : right_end ? AX_GLYPH_LAST_RIGHT : AX_GLYPH_LAST_MIDDLE;
    return left_end ? AX_GLYPH_READ_LEFT : right_end ? AX_GLYPH_READ_RIGHT : AX_GLYPH_READ_MIDDLE;
}

static void draw_row(lanes *l, ax_dag *d, int row)
{
    static const ax_glyph node[AX_NODE_COUNT] = { AX_GLYPH_INPUT, AX_GLYPH_OP, AX_GLYPH_SUM, AX_GLYPH_OUTPUT };
    const ax_drawing_row *r = &d->drawing.row[row];
    uint8_t *glyph = d->row[row].glyph;
    int lane = d->row[row].lane, lo = lane, hi = lane;
    for (int i = 0; i < r->n_reads; i++) {
        int k = lane_of(l, r->reads[i]);
        lo = k < lo ? k : lo;
        hi = k > hi ? k : hi;
    }
    memset(glyph, AX_GLYPH_COUNT, sizeof d->row[row].glyph);
    for (int k = 0; k < AX_DAG_LANES; k++) {
        int value = l->owner[k];
        bool across = k >= lo && k <= hi;
        if (k == lane)
            glyph[2 * k] = (uint8_t)node[r->node];
        else if (value >= 0 && reads_row(r, value))
            glyph[2 * k] = (uint8_t)junction(l->last_use[value] == row, k == lo, k == hi);
        else if (value >= 0)
            glyph[2 * k] = across ? AX_GLYPH_CROSS : AX_GLYPH_VLINE;
        else if (across)
            glyph[2 * k] = AX_GLYPH_HLINE;
        if (across && k < hi)
            glyph[2 * k + 1] = AX_GLYPH_HLINE;
    }
    for (int i = 0; i < r->n_reads; i++)
        if (l->last_use[r->reads[i]] == row)
            for (int k = 0; k < AX_DAG_LANES; k++)
                if (l->owner[k] == r->reads[i])
                    l->owner[k] = -1;
    bool read_later = l->last_use[row] > row;
    l->owner[lane] = read_later ? row : -1;
    l->blocked = read_later ? -1 : lane;
}

static void lay_out(ax_dag *d)
{
    lanes l = { .blocked = -1 };
    for (int k = 0; k < AX_DAG_LANES; k++)
        l.owner[k] = -1;
    for (int r = 0; r < AX_DRAWING_ROWS; r++)
        l.last_use[r] = -1;
    for (int r = 0; r < d->drawing.rows; r++)
        for (int i = 0; i < d->drawing.row[r].n_reads; i++)
            l.last_use[d->drawing.row[r].reads[i]] = r;
    d->lanes = 0;
    for (int r = 0; r < d->drawing.rows; r++) {
        const ax_drawing_row *row = &d->drawing.row[r];
        d->row[r].lane = row->node == AX_NODE_INPUT ? r : choose_lane(&l, row, r);
        draw_row(&l, d, r);
        d->lanes = d->row[r].lane >= d->lanes ? d->row[r].lane + 1 : d->lanes;
    }
}

void ax_dag_make(const ax_genotype *g, unsigned drawing, int channels, int repeats, ax_dag *out)
{
    ax_space_of(g)->draw(g, drawing, channels, repeats, &out->drawing);
    for (int r = 0; r < out->drawing.rows && channels <= 0; r++)
        out->drawing.row[r].params = -1;
    lay_out(out);
}

/* ---- drawing ---- */

static void reads_text(const ax_drawing_row *r, char text[16])
{
    int n = 0;
    text[0] = '\0';
    for (int i = 0; i < r->n_reads && n < 12; i++)
        n += snprintf(text + n, 16 - (size_t)n, i ? ",%d" : "%d", r->reads[i]);
}

static int number_column(const ax_dag *d)
{
    return 2 * (d->lanes > LEAST_LANES ? d->lanes : LEAST_LANES) + 1;
}

int ax_dag_width(const ax_dag *d)
{
    int widest = 0;
    for (int r = 0; r < d->drawing.rows; r++) {
        char text[16];
        reads_text(&d->drawing.row[r], text);
        int n = (int)strlen(text);
        widest = n > widest ? n : widest;
    }
    return number_column(d) + 2 + 1 + NAME_WIDTH + 1 + 2 + widest;
}

/* "sep3x3        5.2k <- 2,3", the parameters where there is room for `params` columns. */
static void draw_value(ax_pane p, int r, int at, const ax_drawing_row *row, int params, ax_role role)
{
    char text[24];
    ax_role reads = role == AX_ROLE_DIM ? AX_ROLE_TEXT : role;
    ax_pane_print(p, r, at, role, row->name);
    at += NAME_WIDTH + params;
    if (params && row->params >= 0) {
        double thousands = (double)row->params / 1000;
        snprintf(text, sizeof text, !row->params ? "-" : thousands < 100 ? "%.1fk" : "%.0fk", thousands);
        ax_pane_print_right(p, r, at, AX_ROLE_TEXT, text);
    }
    if (!row->n_reads)
        return;
    reads_text(row, text);
    ax_pane_glyph(p, r, at + 1, AX_GLYPH_ARROW, reads);
    ax_pane_print(p, r, at + 3, reads, text);
}

static bool same_row(const ax_drawing_row *a, const ax_drawing_row *b)
{
    return !strcmp(a->name, b->name) && a->n_reads == b->n_reads &&
           !memcmp(a->reads, b->reads, (size_t)a->n_reads * sizeof *a->reads);
}

static bool differs(const ax_dag *d, const ax_dag *was)
{
    for (int r = 0; was && r < d->drawing.rows; r++)
        if (!same_row(&d->drawing.row[r], &was->drawing.row[r]))
            return true;
    return false;
}

static bool has_params(const ax_dag *d)
{
    for (int r = 0; r < d->drawing.rows; r++)
        if (d->drawing.row[r].params >= 0)
            return true;
    return false;
}

void ax_dag_draw_changes(ax_pane p, const ax_dag *d, const ax_dag *was)
{
    int number = number_column(d), width = ax_dag_width(d), margin = p.at.cols > width ? 1 : 0, end = margin + width;
    bool room = differs(d, was) && p.at.cols >= end + WAS_WIDTH;
    int most = number + 3 + NAME_WIDTH + AX_DAG_PARAMS + 3 + MOST_READS; /* the same for all cells */
    int params = has_params(d) && p.at.cols > most + (room ? WAS_WIDTH : 0) ? AX_DAG_PARAMS : 0;
    int behind = p.at.cols - WAS_WIDTH;
    behind = behind < end + params + MOST_GAP ? behind : end + params + MOST_GAP;
    for (int r = 0; r < d->drawing.rows; r++) {
        const ax_drawing_row *row = &d->drawing.row[r];
        bool changed = was && !same_row(row, &was->drawing.row[r]);
        for (int k = 0; k < 2 * d->lanes; k++)
            if (d->row[r].glyph[k] < AX_GLYPH_COUNT)
                ax_pane_glyph(p, r, margin + k, d->row[r].glyph[k], AX_ROLE_LANE);
        int at = margin + number;
        if (changed)
            ax_pane_put(p, r, margin ? 0 : at, '+', AX_ROLE_GOOD);
        if (row->number >= 0)
            ax_pane_printf(p, r, at, AX_ROLE_TEXT, "%2d", row->number);
        draw_value(p, r, at + 3, row, params, changed ? AX_ROLE_GOOD : row->pale ? AX_ROLE_DIM : AX_ROLE_TEXT);
        if (changed && room) {
            ax_pane_put(p, r, behind, '-', AX_ROLE_BAD);
            draw_value(p, r, behind + 2, &was->drawing.row[r], 0, AX_ROLE_BAD);
        }
    }
}

void ax_dag_draw(ax_pane p, const ax_dag *d)
{
    ax_dag_draw_changes(p, d, NULL);
}
