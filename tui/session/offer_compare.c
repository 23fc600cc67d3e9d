/* The marked runs of the list in one plot. */
#include "tui/session/offer_internal.h"

#include "engine/wire/history.h"
#include "engine/wire/run.h"
#include "tui/session/comparison.h"
#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct compared {
    ax_comparison c;
    ax_state state[AX_SIDES];
    int n, left_out; /* marked runs that are in the plot, and that have no room there */
    bool fronts;
} compared;

static void add_run(compared *d, const ax_offer_item *item)
{
    ax_err err;
    int fd = ax_run_open(item->path, NULL);
    if (fd < 0)
        return;
    ax_state *s = &d->state[d->n++];
    ax_state_init(s);
    ax_history_fold(fd, s, &err); /* a damaged history counts as far as it can be read */
    close(fd);
    ax_contender *side = &d->c.side[d->c.n++];
    snprintf(side->name, sizeof side->name, "%s", item->name);
    side->run[side->n_runs++] = s;
}

/* A run's name and, if it has had finals, the mean of the first finalist over its fresh seeds. */
static char *name_of(const ax_contender *s, char out[static 128])
{
    const ax_candidate *first = ax_state_candidate(s->run[0], s->run[0]->finalist);
    char mean[AX_FIGURE], half[AX_FIGURE];
    int n = snprintf(out, 128, "%s", s->name);
    if (first)
        n += snprintf(out + n, 128 - (size_t)n, "  finals %s", ax_figure_share(first->outcome.final_mean, 4, mean));
    if (first && !isnan(first->outcome.final_interval))
        snprintf(out + n, 128 - (size_t)n, "+-%s", ax_figure_share(first->outcome.final_interval, 4, half));
    return out;
}

/* Draws one line per run in the lower part of the plot, where no curve of the best so far is. */
static void draw_names(ax_pane p, const ax_comparison *c, const ax_chart *chart)
{
    for (int i = 0; i < c->n; i++) {
        ax_role role = chart->layer[chart->n - 1].role;
        for (int k = 0; k < chart->n; k++)
            if (chart->layer[k].letter == 'a' + i)
                role = chart->layer[k].role;
        char name[128];
        int col = p.at.cols / 2, row = p.at.rows - 3 - c->n + i;
        ax_pane_printf(p, row, col, AX_ROLE_STRONG, "%c", 'a' + i);
        ax_pane_print_cut(p, row, col + 2, p.at.cols - col - 3, role, name_of(&c->side[i], name));
    }
}

static void draw(ax_canvas *canvas, const compared *d)
{
    ax_chart chart;
    ax_chart_scale scale;
    ax_err err;
    char unlike[AX_UNLIKE_TEXT];
    ax_pane all = ax_pane_of(canvas, (ax_rect) { .rows = canvas->rows, .cols = canvas->cols });
    ax_canvas_erase(canvas);
    ax_comparison_unlike(&d->c, unlike);
    bool warns = unlike[0] && canvas->rows > 3;
    ax_pane p = ax_pane_part(all, 0, 0, canvas->rows - 1 - warns, canvas->cols);
    (d->fronts ? ax_comparison_fronts : ax_comparison_curves)(&d->c, &chart);
    chart.letters = false;
    ax_pane_frame(p, true, chart.y_name, d->fronts ? "fronts" : NULL);
    if (ax_chart_draw(ax_pane_inner(p), &chart, &scale, &err) != AX_OK)
        return;
    draw_names(ax_pane_inner(p), &d->c, &chart);
    if (warns)
        ax_pane_print_cut(all, canvas->rows - 2, 1, canvas->cols - 2, AX_ROLE_BAD, unlike);
    char left[64] = "", hints[160];
    if (d->left_out)
        snprintf(left, sizeof left, "%d of %d marked runs   ", d->c.n, d->c.n + d->left_out);
    snprintf(hints, sizeof hints, "%st candidates, time   f fronts   any other key: back", left);
    ax_pane_print_cut(all, canvas->rows - 1, 1, canvas->cols - 2, AX_ROLE_DIM, hints);
}

/* Reads and compares the runs. False: no memory. */
static bool make(compared *d)
{
    ax_err err;
    ax_comparison fresh = { .n = d->c.n, .by_time = d->c.by_time, .cost = ax_metric_front(1) };
    for (int i = 0; i < d->c.n; i++) {
        fresh.side[i].run[0] = &d->state[i];
        fresh.side[i].n_runs = 1;
        snprintf(fresh.side[i].name, sizeof fresh.side[i].name, "%s", d->c.side[i].name);
    }
    ax_comparison_release(&d->c);
    d->c = fresh;
    return ax_comparison_make(&d->c, &err) == AX_OK;
}

bool ax_offer_compare(ax_term *term, ax_canvas *canvas, const ax_offers *list)
{
    compared *d = calloc(1, sizeof *d);
    long key = 0;
    bool good = d != NULL;
    for (int i = 0; i < list->n && good; i++) {
        if (!list->item[i].marked && (list->n_marked || i != list->selected))
            continue;
        if (d->n < AX_SIDES)
            add_run(d, &list->item[i]);
        else
            d->left_out++;
    }
    good = good && make(d);
    while (good) {
        int rows, cols;
        ax_term_size(term, &rows, &cols);
        if ((rows != canvas->rows || cols != canvas->cols) && ax_canvas_resize(canvas, rows, cols, NULL) != AX_OK)
            break;
        draw(canvas, d);
        ax_term_show(term, canvas, -1, 0);
        key = ax_offer_key(term, 2);
        if (key == 't')
            d->c.by_time = !d->c.by_time;
        else if (key == 'f')
            d->fronts = !d->fronts;
        else if (key)
            break;
        if (key == 't')
            good = make(d);
    }
    for (int i = 0; d && i < d->n; i++)
        ax_state_release(&d->state[i]);
    if (d)
        ax_comparison_release(&d->c);
    free(d);
    return key >= 0;
}
