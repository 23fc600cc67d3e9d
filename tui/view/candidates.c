/* The table of the candidates. */
#include "tui/view/view.h"

#include "viz/wrap.h"

#include <stdio.h>

/* Draws what the letters mean, as many as there is room for. */
static void draw_legend(ax_pane p, int row, int end)
{
    static const char *const part[] = { "S:",       "Q queued", "R running",  "P paused",    "D done",
                                        "X pruned", "F failed", "* promoted", "h hand-made", "= known network" };
    int col = 1;
    for (size_t i = 0; i < sizeof part / sizeof *part && col + ax_text_width(part[i]) <= end; i++)
        col = ax_pane_print(p, row, col, AX_ROLE_DIM, part[i]) + (i ? 2 : 1);
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    (void)err;
    const ax_selection *t = ax_ui_selection(ui);
    bool framed = ui->layout.table_framed;
    ax_pane inner = framed ? ax_pane_inner(p) : p;
    int seen = inner.at.rows - 1 - framed;
    uint32_t n = t->rows.n, to = t->first + (uint32_t)(seen > 0 ? seen : 0);
    char right[64];
    if (framed) {
        if (n)
            snprintf(right, sizeof right, "%u-%u of %u", t->first + 1, to < n ? to : n, n);
        else
            right[0] = '\0';
        ax_pane_frame(p, false, "candidates", right);
        int legend = inner.at.rows - 1;
        int end = inner.at.cols - 1;
        if (t->n_marked) {
            snprintf(right, sizeof right, "%u marked ", t->n_marked);
            end = ax_pane_print_right(inner, legend, inner.at.cols, AX_ROLE_MARKED, right) - 1;
        }
        draw_legend(inner, legend, end);
        inner = ax_pane_part(inner, 0, 0, inner.at.rows - 1, inner.at.cols);
    }
    ax_table_draw(inner, ui->state,
                  &(ax_table_view) { .rows = &t->rows,
                                     .first = t->first,
                                     .selected = t->selected,
                                     .marked = t->marked,
                                     .n_marked = t->n_marked_cap,
                                     .order = &t->order,
                                     .columns = &t->columns });
    if (!n && ui->loading >= 1)
        ax_wrap_print(inner, 1, 2, inner.at.cols - 2, AX_ROLE_DIM,
                      t->filter.n ? "no candidate passes the filter (Esc clears it)" : "no candidates yet");
    return AX_OK;
}

static bool act(ax_ui *ui, ax_action a)
{
    if (!ax_action_moves(a, 1, 1))
        return false;
    const ax_selection *t = ax_ui_selection(ui);
    int seen = ui->layout.pane[AX_VIEW_TABLE].rows - 2;
    ax_ui_select_row(ui, ax_rows_find(&t->rows, t->selected) + ax_action_moves(a, seen > 1 ? seen : 1, t->rows.n));
    return true;
}

/* Scrolls the selection into sight. */
static void arrange(ax_ui *ui)
{
    ax_selection *t = ax_ui_selection(ui);
    int frame = ui->layout.table_framed ? 2 : 0, legend = ui->layout.table_framed ? 1 : 0;
    int seen = ui->layout.pane[AX_VIEW_TABLE].rows - 1 - frame - legend;
    if (seen < 1)
        return;
    uint32_t page = (uint32_t)seen, last = t->rows.n > page ? t->rows.n - page : 0;
    long at = ax_rows_find(&t->rows, t->selected);
    /* beside other panes no terminal can scroll the table, and each step sends all rows: so steps are larger there */
    uint32_t step = ui->layout.table_framed ? page - 1 - page / 4 : 0, row = at > 0 ? (uint32_t)at : 0;
    uint32_t few = step ? page / 8 : 0; /* rows that aren't left for a step of their own */
    if (at >= 0 && row < t->first)
        t->first = row > step + few ? row - step : 0;
    if (at >= 0 && row >= t->first + page)
        t->first = row - page + 1 + step + few < last ? row - page + 1 + step : last;
    if (!t->moved && at >= 0 && (uint32_t)at < page)
        t->first = 0; /* at the top, so that candidates in training stay in sight above the best one */
    if (t->first > last)
        t->first = last;
}

const ax_view ax_view_table = { .title = "Table",
                                .help = ":columns\twhich columns\n:sort\tby which\n",
                                .key = '2',
                                .small = true,
                                .state = sizeof(ax_selection),
                                .draw = draw,
                                .action = act,
                                .refresh = ax_selection_refresh,
                                .arrange = arrange,
                                .release = ax_selection_release };
