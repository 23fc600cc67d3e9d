#include "viz/dag.h"

#include "engine/space/cells/cells.h"

#include <stdio.h>
#include <string.h>

enum { LEAST_LANES = 5, NAME_WIDTH = 11 };

/* ---- lanes ---- */

typedef struct lanes {
    int owner[AX_DAG_LANES];   /* row that made the value of this lane, -1 = free */
    int last_use[AX_DAG_ROWS]; /* last row that reads the value of a row, -1 = unread */
    int blocked;               /* lane of an unread value just above: a node there would seem to read it */
} lanes;

static int lane_of(const lanes *l, int row)
{
    for (int k = 0; k < AX_DAG_LANES; k++)
        if (l->owner[k] == row)
            return k;
    return -1;
}

static bool reads_row(const ax_dag_row *r, int row)
{
    for (int i = 0; i < r->n_reads; i++)
        if (r->reads[i] == row)
            return true;
    return false;
}

/* The leftmost lane that ends here, else the leftmost free one. */
static int choose_lane(const lanes *l, const ax_dag_row *r, int row)
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

static void draw_row(lanes *l, ax_dag_row *r, int row, ax_glyph node)
{
    int lo = r->lane, hi = r->lane;
    for (int i = 0; i < r->n_reads; i++) {
        int k = lane_of(l, r->reads[i]);
        lo = k < lo ? k : lo;
        hi = k > hi ? k : hi;
    }
    memset(r->glyph, AX_GLYPH_COUNT, sizeof r->glyph);
    for (int k = 0; k < AX_DAG_LANES; k++) {
        int value = l->owner[k];
        bool across = k >= lo && k <= hi;
        if (k == r->lane)
            r->glyph[2 * k] = (uint8_t)node;
        else if (value >= 0 && reads_row(r, value))
            r->glyph[2 * k] = (uint8_t)junction(l->last_use[value] == row, k == lo, k == hi);
        else if (value >= 0)
            r->glyph[2 * k] = across ? AX_GLYPH_CROSS : AX_GLYPH_VLINE;
        else if (across)
            r->glyph[2 * k] = AX_GLYPH_HLINE;
        if (across && k < hi)
            r->glyph[2 * k + 1] = AX_GLYPH_HLINE;
    }
    for (int i = 0; i < r->n_reads; i++)
        if (l->last_use[r->reads[i]] == row)
            for (int k = 0; k < AX_DAG_LANES; k++)
                if (l->owner[k] == r->reads[i])
                    l->owner[k] = -1;
    bool read_later = l->last_use[row] > row;
    l->owner[r->lane] = read_later ? row : -1;
    l->blocked = read_later ? -1 : r->lane;
}

/* reads are row indices; node glyphs one per row. */
static void lay_out(ax_dag *d, const ax_glyph *node)
{
    lanes l = { .blocked = -1 };
    for (int k = 0; k < AX_DAG_LANES; k++)
        l.owner[k] = -1;
    for (int r = 0; r < AX_DAG_ROWS; r++)
        l.last_use[r] = -1;
    for (int r = 0; r < d->rows; r++)
        for (int i = 0; i < d->row[r].n_reads; i++)
            l.last_use[d->row[r].reads[i]] = r;
    d->lanes = 0;
    for (int r = 0; r < d->rows; r++) {
        ax_dag_row *row = &d->row[r];
        row->lane = node[r] == AX_GLYPH_INPUT ? r : choose_lane(&l, row, r);
        draw_row(&l, row, r, node[r]);
        d->lanes = row->lane >= d->lanes ? row->lane + 1 : d->lanes;
    }
}

/* ---- the two graphs ---- */

static void add_read(ax_dag_row *r, int row)
{
    r->reads[r->n_reads++] = row;
}

void ax_dag_cell(const ax_genotype *g, ax_dag *out)
{
    const ax_cells c = ax_cells_of(g);
    ax_glyph node[AX_DAG_ROWS] = { [0] = AX_GLYPH_INPUT, [1] = AX_GLYPH_OP, [11] = AX_GLYPH_OUTPUT };
    *out = (ax_dag) { .rows = AX_DAG_ROWS };
    out->row[0] = (ax_dag_row) { .number = 0, .name = "x", .op = -1 };
    out->row[1] = (ax_dag_row) { .number = 1, .name = ax_cellop_name(c.stem_op), .op = c.stem_op };
    add_read(&out->row[1], 0);
    for (int l = 0; l < AX_CELL_LAYERS; l++) {
        int first = 2 + 3 * l;
        for (int k = 0; k < 2; k++) {
            int op = c.layer[l].op[k];
            out->row[first + k] = (ax_dag_row) { .number = first + k, .name = ax_cellop_name((unsigned)op), .op = op };
            add_read(&out->row[first + k], c.layer[l].pos[k]);
            node[first + k] = AX_GLYPH_OP;
        }
        out->row[first + 2] = (ax_dag_row) { .number = first + 2, .name = "sum", .op = -1 };
        add_read(&out->row[first + 2], first);
        add_read(&out->row[first + 2], first + 1);
        node[first + 2] = AX_GLYPH_SUM;
    }
    out->row[11] = (ax_dag_row) { .number = -1, .name = "out", .op = -1 };
    uint32_t loose = ax_cells_loose_ends(&c);
    for (int v = 1; v <= 10; v += 3)
        if (loose & 1u << v)
            add_read(&out->row[11], v);
    lay_out(out, node);
}

void ax_dag_wiring(const ax_genotype *g, ax_dag *out)
{
    const ax_cells c = ax_cells_of(g);
    static const char *const tap[AX_CELLS_TAPS] = { "tap 1/4", "tap 1/8", "tap 1/16", "tap 1/32" };
    static const ax_glyph node[AX_DAG_ROWS] = { AX_GLYPH_INPUT, AX_GLYPH_INPUT, AX_GLYPH_INPUT, AX_GLYPH_INPUT,
                                                AX_GLYPH_SUM,   AX_GLYPH_SUM,   AX_GLYPH_SUM,   AX_GLYPH_OUTPUT };
    *out = (ax_dag) { .rows = AX_CELLS_TAPS + AX_BLOCKS + 1 };
    for (int t = 0; t < AX_CELLS_TAPS; t++)
        out->row[t] = (ax_dag_row) { .number = t, .name = tap[t], .op = -1 };
    for (int b = 0; b < AX_BLOCKS; b++) {
        ax_dag_row *r = &out->row[AX_CELLS_TAPS + b];
        *r = (ax_dag_row) { .number = AX_CELLS_TAPS + b, .name = "block", .op = -1 };
        add_read(r, c.block[b].in[0]);
        add_read(r, c.block[b].in[1]);
    }
    ax_dag_row *head = &out->row[AX_CELLS_TAPS + AX_BLOCKS];
    *head = (ax_dag_row) { .number = -1, .name = "head", .op = -1 };
    uint32_t loose = ax_cells_loose_blocks(&c);
    for (int b = 0; b < AX_BLOCKS; b++)
        if (loose & 1u << b)
            add_read(head, AX_CELLS_TAPS + b);
    lay_out(out, node);
}

/* ---- drawing ---- */

static void reads_text(const ax_dag_row *r, char text[16])
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
    for (int r = 0; r < d->rows; r++) {
        char text[16];
        reads_text(&d->row[r], text);
        int n = (int)strlen(text);
        widest = n > widest ? n : widest;
    }
    return number_column(d) + 2 + 1 + NAME_WIDTH + 1 + 2 + widest;
}

long ax_cellop_params(int op, int channels, int repeats)
{
    long c = channels, n = repeats;
    switch (op) {
    case AX_CELL_CONV1:
    case AX_CELL_GAP:
        return c * c + 2 * c;
    case AX_CELL_CONV3:
    case AX_CELL_CONV3_D3:
    case AX_CELL_CONV3_D12:
        return 9 * c * c + 2 * c;
    case AX_CELL_SEP3:
    case AX_CELL_SEP3_D3:
        return n * (9 * c + c * c + 2 * c);
    case AX_CELL_SEP5:
    case AX_CELL_SEP5_D6:
        return n * (25 * c + c * c + 2 * c);
    default:
        return 0;
    }
}

/* "12 sep3x3     <- 2,3" without the number; returns the column after it. */
static int draw_value(ax_pane p, int r, int at, const ax_dag_row *row, ax_role role)
{
    char text[16];
    reads_text(row, text);
    ax_pane_print(p, r, at, role, row->name);
    at += NAME_WIDTH + 1;
    if (!row->n_reads)
        return at;
    ax_pane_glyph(p, r, at, AX_GLYPH_ARROW, role == AX_ROLE_DIM ? AX_ROLE_TEXT : role);
    return ax_pane_print(p, r, at + 2, role == AX_ROLE_DIM ? AX_ROLE_TEXT : role, text);
}

static bool same_row(const ax_dag_row *a, const ax_dag_row *b)
{
    return a->op == b->op && a->n_reads == b->n_reads &&
           !memcmp(a->reads, b->reads, (size_t)a->n_reads * sizeof *a->reads);
}

enum { WAS = 3, WAS_WIDTH = WAS + NAME_WIDTH + 1 + 2 + 2 };

int ax_dag_changes_width(const ax_dag *d)
{
    return ax_dag_width(d) + 1 + WAS_WIDTH;
}

static void draw_figure(ax_pane p, int r, int op, int channels, int repeats)
{
    long n = ax_cellop_params(op, channels, repeats);
    char figure[24];
    snprintf(figure, sizeof figure, n ? "%.1fk" : "-", (double)n / 1000);
    ax_pane_print_right(p, r, p.at.cols - 1, AX_ROLE_TEXT, figure);
}

void ax_dag_draw_changes(ax_pane p, const ax_dag *d, const ax_dag *was, int channels, int repeats)
{
    int number = number_column(d), width = ax_dag_width(d), margin = p.at.cols > width ? 1 : 0;
    bool room = p.at.cols >= ax_dag_changes_width(d) + margin;
    for (int r = 0; r < d->rows; r++) {
        const ax_dag_row *row = &d->row[r];
        bool changed = was && !same_row(row, &was->row[r]);
        for (int k = 0; k < 2 * d->lanes; k++)
            if (row->glyph[k] < AX_GLYPH_COUNT)
                ax_pane_glyph(p, r, margin + k, row->glyph[k], AX_ROLE_LANE);
        int at = margin + number;
        if (changed)
            ax_pane_put(p, r, margin ? 0 : at, '+', AX_ROLE_GOOD);
        if (row->number >= 0)
            ax_pane_printf(p, r, at, AX_ROLE_TEXT, "%2d", row->number);
        bool pale = row->op == AX_CELL_NONE || row->op == AX_CELL_SKIP;
        draw_value(p, r, at + 3, row, changed ? AX_ROLE_GOOD : pale ? AX_ROLE_DIM : AX_ROLE_TEXT);
        if (changed && room) {
            at = margin + width + 1;
            ax_pane_put(p, r, at + 1, '-', AX_ROLE_BAD);
            draw_value(p, r, at + WAS, &was->row[r], AX_ROLE_BAD);
        } else if (channels > 0 && row->op >= 0 && p.at.cols >= width + 10) {
            draw_figure(p, r, row->op, channels, repeats);
        }
    }
}

void ax_dag_draw(ax_pane p, const ax_dag *d, int channels, int repeats)
{
    ax_dag_draw_changes(p, d, NULL, channels, repeats);
}
