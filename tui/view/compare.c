/* Two candidates side by side: cells, what differs, metrics, how their losses fell. */
#include "tui/view/view.h"

#include "engine/space/decision.h"
#include "viz/dag.h"
#include "viz/figure.h"
#include "viz/spark.h"

#include <math.h>
#include <stdio.h>

enum { CELL_ROWS = 12, WIRING_ROWS = 8, METRIC_ROWS = 4, LOSS_ROWS = 2 };

static double known(int64_t n)
{
    return n < 0 ? NAN : (double)n;
}

/* name, value of c, width, decimals of a share (0: a count, -1: seconds, -2: milliseconds) */
#define METRIC_LIST(X)                                                                                                 \
    X("reward", c->reward, 7, 4)                                                                                       \
    X("mIoU", c->miou, 7, 3)                                                                                           \
    X("fwIoU", c->fwiou, 7, 3)                                                                                         \
    X("acc", c->accuracy, 7, 3)                                                                                        \
    X("loss", c->loss, 7, 4)                                                                                           \
    X("params", known(c->params), 8, 0)                                                                                \
    X("MACs", known(c->macs), 7, 0)                                                                                    \
    X("latency", c->latency_ms, 9, -2)                                                                                 \
    X("time", c->seconds, 7, -1)

static void format(double v, int digits, char out[static AX_FIGURE])
{
    if (digits > 0)
        ax_figure_share(v, digits, out);
    else if (digits == -2)
        ax_figure_ms(v, out);
    else if (digits < 0)
        snprintf(out, AX_FIGURE, isnan(v) ? "-" : "%.1fs", v);
    else
        ax_figure_count(isnan(v) ? -1 : (int64_t)v, out);
}

static void format_change(double from, double to, int digits, char out[static AX_FIGURE])
{
    char text[AX_FIGURE];
    double change = to - from;
    out[0] = '\0';
    if (isnan(change))
        return;
    format(fabs(change), digits, text);
    snprintf(out, AX_FIGURE, "%c%.22s", change < 0 ? '-' : '+', text);
}

static double metric(const ax_candidate *c, int i)
{
#define VALUE(name, value, width, digits) value,
    const double all[] = { METRIC_LIST(VALUE) };
    return all[i];
}

static void draw_metrics(ax_pane p, const ax_candidate *a, const ax_candidate *b)
{
#define ROW(name, value, width, digits) { name, width, digits },
    static const struct {
        const char *name;
        int width, digits;
    } column[] = { METRIC_LIST(ROW) };
    int at = 9;
    ax_pane_printf(p, 1, 1, AX_ROLE_STRONG, "#%u", a->id);
    ax_pane_printf(p, 2, 1, AX_ROLE_STRONG, "#%u", b->id);
    ax_pane_print(p, 3, 1, AX_ROLE_DIM, "change");
    for (int i = 0; i < (int)(sizeof column / sizeof *column); i++) {
        char text[AX_FIGURE];
        double x = metric(a, i), y = metric(b, i);
        at += column[i].width;
        ax_pane_print_right(p, 0, at, AX_ROLE_TITLE, column[i].name);
        format(x, column[i].digits, text);
        ax_pane_print_right(p, 1, at, AX_ROLE_TEXT, text);
        format(y, column[i].digits, text);
        ax_pane_print_right(p, 2, at, AX_ROLE_TEXT, text);
        format_change(x, y, column[i].digits, text);
        bool quality = i < 4; /* more is better */
        ax_role role = i == 4 || x == y || isnan(x - y) ? AX_ROLE_TEXT
                       : (y > x) == quality             ? AX_ROLE_GOOD
                                                        : AX_ROLE_BAD;
        ax_pane_print_right(p, 3, at, role, text);
    }
}

static void draw_loss(ax_pane p, const ax_candidate *a, const ax_candidate *b)
{
    double lo = INFINITY, hi = -INFINITY;
    bool any = ax_spark_range(a->trace, AX_TRACE, &lo, &hi);
    any = ax_spark_range(b->trace, AX_TRACE, &lo, &hi) || any;
    if (!any)
        return;
    const ax_candidate *each[2] = { a, b };
    int from = 17, width = p.at.cols - from - 9 < 64 ? p.at.cols - from - 9 : 64;
    for (int i = 0; i < 2; i++) {
        char text[AX_FIGURE];
        ax_pane_printf(p, i, 1, AX_ROLE_DIM, "loss #%u", each[i]->id);
        ax_spark_draw(ax_pane_part(p, i, from, 1, width), 0, each[i]->trace, AX_TRACE, lo, hi, AX_ROLE_CURVE);
        ax_pane_print(p, i, from + width + 1, AX_ROLE_DIM, ax_figure_share(each[i]->loss, 4, text));
    }
}

static void draw_two(ax_pane p, const ax_candidate *a, const ax_candidate *b, bool wiring)
{
    void (*make)(const ax_genotype *g, ax_dag *out) = wiring ? ax_dag_wiring : ax_dag_cell;
    ax_dag left, right;
    int half = p.at.cols / 2;
    make(&a->genotype, &left);
    make(&b->genotype, &right);
    ax_dag_draw(ax_pane_part(p, 0, 0, p.at.rows, half), &left, 0, 0);
    ax_pane second = ax_pane_part(p, 0, half, p.at.rows, p.at.cols - half);
    ax_dag_draw_changes(second, &right, &left, 0, 0);
}

void ax_draw_compare(ax_pane p, const ax_ui *ui)
{
    const ax_candidate *a = ax_state_candidate(ui->state, ui->compare), *b = ax_ui_selected(ui);
    char title[80], changes[400];
    ax_pane_clear(p);
    if (!a || !b) {
        ax_pane_frame(p, true, "compare", NULL);
        return;
    }
    snprintf(title, sizeof title, "#%u and #%u", a->id, b->id);
    ax_pane_frame(p, true, title, ui->wiring ? "Tab: cells" : "Tab: decoders");
    ax_pane inner = ax_pane_inner(p);
    int rows = inner.at.rows, cols = inner.at.cols, row = 0;
    bool both = rows >= CELL_ROWS + 1 + WIRING_ROWS + 2 + METRIC_ROWS + LOSS_ROWS;
    draw_two(ax_pane_part(inner, 0, 0, CELL_ROWS, cols), a, b, ui->wiring && !both);
    row += CELL_ROWS;
    if (both) {
        draw_two(ax_pane_part(inner, row + 1, 0, WIRING_ROWS, cols), a, b, true);
        row += WIRING_ROWS + 2;
    }
    int left = rows - row - METRIC_ROWS - LOSS_ROWS;
    draw_metrics(ax_pane_part(inner, row, 0, METRIC_ROWS, cols), a, b);
    draw_loss(ax_pane_part(inner, row + METRIC_ROWS, 0, LOSS_ROWS, cols), a, b);
    if (left > 0)
        ax_pane_print_cut(inner, rows - 1, 1, cols - 2, AX_ROLE_DIM,
                          ax_genotype_describe(&a->genotype, &b->genotype, changes, sizeof changes));
}
