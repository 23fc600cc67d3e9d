/* The training view: workers with their candidates, losses, and what a full training reaches after each epoch. */
#include "tui/view/view.h"

#include "viz/chart.h"
#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CURVES = 8, LEAST_CHART = 6, BESIDE_COLS = 110, HOST_AT = 74, HOST_COLS = 90 };

typedef struct training_state {
    bool log_y;
} training_state;

/* ---- workers ---- */

static void draw_worker(ax_pane p, int row, const ax_state *s, uint32_t k)
{
    const ax_worker_seen *w = &s->worker[k];
    const ax_candidate *c = ax_state_candidate(s, w->id);
    char a[AX_FIGURE], text[160], at[64] = "", pace[AX_FIGURE] = "-", rest[AX_FIGURE] = "-";
    double rate = ax_worker_pace(s, w);
    if (c)
        snprintf(at, sizeof at, "#%-5u %-7s %3d/%-3d %5d/%-5d", c->id,
                 c->stage == AX_STAGE_FULL ? "full" : ax_stage_word(c->stage), c->epoch, c->epochs, c->step, c->steps);
    if (isfinite(rate) && rate > 0) {
        snprintf(pace, sizeof pace, rate < 10 ? "%.2f" : "%.0f", rate);
        ax_figure_clock((c->steps - c->step) / rate, rest);
    }
    snprintf(text, sizeof text, "%2u  %-6.6s %-34s %7s %8s %6s", k + 1, w->device[0] ? w->device : "starts",
             c ? at : "waits", pace, rest, w->rss_bytes > 0 ? ax_figure_bytes(w->rss_bytes, a) : "-");
    ax_pane_print(p, row, 1, c ? AX_ROLE_TEXT : AX_ROLE_DIM, text);
    if (p.at.cols >= HOST_COLS)
        ax_pane_print_cut(p, row, HOST_AT, p.at.cols - HOST_AT - 1, AX_ROLE_DIM, w->host);
}

/* Draws a line for each worker; returns the rows that are used. */
static int draw_workers(ax_pane p, const ax_state *s)
{
    int row = 0;
    if (!s->n_workers) {
        ax_pane_print_cut(p, 0, 1, p.at.cols - 2, AX_ROLE_DIM,
                          s->n_running ? "an older engine: it doesn't say which worker trains what"
                                       : "no worker runs; the curve is that of the selected candidate");
        return 1;
    }
    ax_pane_print(p, row++, 1, AX_ROLE_TITLE, "    device candidate      epoch        step    steps/s     rest memory");
    if (p.at.cols >= HOST_COLS)
        ax_pane_print(p, 0, HOST_AT, AX_ROLE_TITLE, "machine");
    for (uint32_t k = 0; k < s->n_workers && row + LEAST_CHART < p.at.rows; k++)
        draw_worker(p, row++, s, k);
    return row;
}

/* ---- losses ---- */

/* Chooses candidates: the selected one first, then those in training. Returns how many. */
static int chosen(const ax_ui *ui, const ax_candidate *out[static CURVES])
{
    const ax_state *s = ui->state;
    const ax_candidate *selected = ax_ui_selected(ui);
    int n = 0;
    if (selected)
        out[n++] = selected;
    for (uint32_t i = s->n_candidates, left = s->n_running; i-- > 0 && left && n < CURVES;) {
        const ax_candidate *c = &s->candidate[i];
        left -= c->status == AX_RUNNING;
        if (c->status == AX_RUNNING && c != selected)
            out[n++] = c;
    }
    return n;
}

static ax_role role_of(int k)
{
    static const ax_role role[] = { AX_ROLE_BEST, AX_ROLE_CURVE, AX_ROLE_POINT, AX_ROLE_LANE };
    return role[k % 4];
}

/* Where the curve ends; the loss of an outcome is the mean of a whole stage. NAN: there is none. */
static double newest_loss(const ax_candidate *c)
{
    int i = AX_TRACE - 1;
    while (i > 0 && !isfinite(c->trace[i]))
        i--;
    return (double)c->trace[i];
}

/* Draws what the letters stand for, as many of them as there is room for. */
static void draw_legend(ax_pane p, int row, const ax_candidate *const *c, int n, bool selected)
{
    for (int k = 0, col = 1; k < n; k++) {
        char loss[AX_FIGURE], text[64];
        snprintf(text, sizeof text, "%c #%u%s%s%s%s %s", 'a' + k, c[k]->id, selected && !k ? " selected" : "",
                 selected && !k && c[k]->stage ? ", "
                 : c[k]->stage                 ? " "
                                               : "",
                 ax_stage_word(c[k]->stage), c[k]->stage ? ":" : "", ax_figure_share(newest_loss(c[k]), 3, loss));
        if (k && col + ax_text_width(text) > p.at.cols)
            break;
        col = ax_pane_print(p, row, col, role_of(k), text) + 3;
    }
}

static ax_code draw_losses(ax_pane p, const ax_ui *ui, bool log_y, ax_err *err)
{
    const ax_candidate *c[CURVES];
    double x[AX_TRACE], y[CURVES][AX_TRACE];
    int n = chosen(ui, c);
    ax_chart chart = { .x = { .right = 100 }, .log_y = log_y, .x_name = "% of its steps", .y_name = "loss" };
    ax_chart_scale scale;
    for (int i = 0; i < AX_TRACE; i++)
        x[i] = 100.0 * (i + 1) / AX_TRACE;
    for (int k = n; k-- > 0;) { /* the selected candidate's curve is on top */
        for (int i = 0; i < AX_TRACE; i++)
            y[k][i] = (double)c[k]->trace[i];
        chart.layer[chart.n++] = (ax_layer) { AX_MARK_LINE,       .x = x,
                                              .y = y[k],          .n = AX_TRACE,
                                              .role = role_of(k), .letter = (char)('a' + k) };
    }
    draw_legend(p, 0, c, n, ax_ui_selected(ui) != NULL);
    return ax_chart_draw(ax_pane_part(p, 1, 0, p.at.rows - 1, p.at.cols), &chart, &scale, err);
}

/* ---- validations ---- */

/* The last epoch of a full training that trains the decoder alone; 0 = all do, or it isn't known. */
static int64_t alone_until(const ax_ui *ui, int64_t epochs)
{
    const ax_settings *s = ui->settings;
    return s && s->stages == 2 && s->full_epochs < epochs ? s->full_epochs : 0;
}

static ax_code draw_validations(ax_pane p, const ax_ui *ui, const ax_validations *v, ax_err *err)
{
    enum { MOST = 512 };
    double x[MOST], y[MOST];
    size_t n = 0;
    uint32_t every = v->n / MOST + 1, best = 0, least = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        if (v->at[i].reward > v->at[best].reward)
            best = i;
        if (v->at[i].reward < v->at[least].reward)
            least = i;
        if (i % every && i + 1 != v->n)
            continue;
        x[n] = v->at[i].epoch;
        y[n++] = (double)v->at[i].reward;
    }
    const ax_validation *last = &v->at[v->n - 1];
    ax_chart chart = { .x = { .right = last->epochs }, .shares = true, .x_name = "epochs", .y_name = "reward" };
    ax_chart_scale scale;
    char a[AX_FIGURE], b[AX_FIGURE], text[160], rest[48] = "";
    int64_t alone = alone_until(ui, last->epochs);
    const double border[] = { (double)alone + 0.5, (double)alone + 0.5 },
                 height[] = { (double)v->at[least].reward, (double)v->at[best].reward };
    if (alone) {
        snprintf(rest, sizeof rest, "; end to end from %lld", (long long)alone + 1);
        chart.layer[chart.n++] = (ax_layer) { AX_MARK_LINE, .x = border, .y = height, .n = 2, .role = AX_ROLE_DIM };
    }
    chart.layer[chart.n++] = (ax_layer) { AX_MARK_LINE, .x = x, .y = y, .n = n, .role = AX_ROLE_CURVE };
    chart.layer[chart.n++] =
        (ax_layer) { AX_MARK_POINTS, .x = x, .y = y, .n = n, .role = AX_ROLE_BEST, .glyph = AX_GLYPH_DOT };
    snprintf(text, sizeof text, "#%u validated: %s in epoch %d/%d, best %s in %d%s", v->id,
             ax_figure_share((double)last->reward, 4, a), last->epoch, last->epochs,
             ax_figure_share((double)v->at[best].reward, 4, b), v->at[best].epoch, rest);
    ax_pane_print_cut(p, 0, 1, p.at.cols - 2, AX_ROLE_BEST, text);
    return ax_chart_draw(ax_pane_part(p, 1, 0, p.at.rows - 1, p.at.cols), &chart, &scale, err);
}

/* The validations of the selected candidate, of its full training, or of the full training that runs now. */
static const ax_validations *validated(const ax_ui *ui)
{
    const ax_state *s = ui->state;
    const ax_candidate *c = ax_ui_selected(ui);
    const ax_validations *v = c ? ax_state_validations(s, c->id) : NULL;
    if (!v && c && c->full)
        v = ax_state_validations(s, c->full);
    for (uint32_t k = 0; k < s->n_workers && !v; k++)
        v = ax_state_validations(s, s->worker[k].id);
    return v;
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    const training_state *here = ui->slot[AX_VIEW_TRAINING];
    ax_pane_frame(p, false, "training", here->log_y ? "L: linear loss" : "L: logarithmic loss");
    ax_pane inner = ax_pane_inner(p);
    int used = draw_workers(inner, ui->state), rows = inner.at.rows - used, cols = inner.at.cols;
    const ax_validations *v = validated(ui);
    bool beside = cols >= BESIDE_COLS, both = v && (beside || rows >= 2 * LEAST_CHART);
    int high = both && !beside ? rows - rows / 2 : rows, wide = both && beside ? cols / 2 : cols;
    ax_code code = draw_losses(ax_pane_part(inner, used, 0, high, wide), ui, here->log_y, err);
    if (both && code == AX_OK)
        code = draw_validations(beside ? ax_pane_part(inner, used, wide, rows, cols - wide)
                                       : ax_pane_part(inner, used + high, 0, rows - high, cols),
                                ui, v, err);
    return code;
}

static bool act(ax_ui *ui, ax_action a)
{
    training_state *here = ui->slot[AX_VIEW_TRAINING];
    if (a != AX_DO_LOG || ui->view != AX_VIEW_TRAINING)
        return false;
    here->log_y = !here->log_y;
    return true;
}

const ax_view ax_view_training = { .title = "Train",
                                   .help = "L\tlogarithmic losses\nj k\tanother candidate: its losses are curve a\n",
                                   .key = '8',
                                   .state = sizeof(training_state),
                                   .draw = draw,
                                   .action = act };
