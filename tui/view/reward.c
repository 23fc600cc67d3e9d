/* The reward view: rewards in order, and their average. */
#include "tui/view/view.h"

#include "tui/view/kept.h"
#include "tui/view/mask_view.h"
#include "viz/curve.h"
#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double decays[] = { 0.97, 0.99, 0, 0.9 };
enum { DECAYS = sizeof decays / sizeof *decays };

typedef struct reward_state {
    ax_curve_window window; /* the part of it that is shown */
    unsigned smoothing;     /* index into decays */
    bool log_y, crosshair;
    bool dragged;   /* a range is dragged, from where the mouse was pressed to where it is */
    int pressed_at; /* column */
    double drag[2]; /* in values of the x axis */
    ax_kept kept;
    ax_chart_scale scale; /* scale of the plot that is kept */
} reward_state;

static void waiting(ax_pane p, const ax_ui *ui)
{
    char text[AX_EVENT_TEXT + 16] = "no reward yet";
    if (ui->loading < 1)
        snprintf(text, sizeof text, "reading the history: %.0f %%", 100 * ui->loading);
    else if (ui->state->activity[0])
        snprintf(text, sizeof text, "preparing: %s", ui->state->activity);
    for (uint32_t i = 0; i < ui->state->n_candidates && !ui->state->activity[0]; i++) {
        const ax_candidate *c = &ui->state->candidate[i];
        if (c->status == AX_RUNNING)
            snprintf(text, sizeof text, "training #%u: epoch %d/%d", c->id, c->epoch, c->epochs);
    }
    int width = ax_text_width(text);
    ax_pane_print_cut(p, p.at.rows / 2 - 1, 6 + (p.at.cols - 6 - width) / 2, p.at.cols - 7, AX_ROLE_DIM, text);
}

/* The rewards in the order they came (malloc, the caller frees); NULL: no memory. */
static double *rewards(const ax_state *s)
{
    double *y = malloc((s->n_scored ? s->n_scored : 1) * sizeof *y);
    for (uint32_t i = 0; i < s->n_scored && y; i++) {
        const ax_candidate *c = ax_state_candidate(s, s->scored[i]);
        y[i] = c ? c->outcome.reward : NAN;
    }
    return y;
}

static ax_curve_how how_of(const reward_state *here)
{
    return (ax_curve_how) { .window = here->window, .decay = decays[here->smoothing], .log_y = here->log_y };
}

static ax_code draw_curve(ax_pane inner, const ax_ui *ui, reward_state *here, ax_err *err)
{
    const ax_state *s = ui->state;
    const size_t how[] = { here->window.from, here->window.width, here->smoothing, here->log_y };
    if (ax_kept_draw(&here->kept, inner, s, how, sizeof how))
        return AX_OK;
    double *y = rewards(s);
    if (!y)
        return ax_fail(err, AX_ENOMEM, "no memory for the reward curve");
    ax_curve_how drawn = how_of(here);
    ax_code code = ax_curve_draw(inner, (ax_series) { .y = y, .n = s->n_scored }, &drawn, &here->scale, err);
    free(y);
    if (!s->n_scored)
        waiting(inner, ui);
    if (code == AX_OK)
        ax_kept_save(&here->kept, inner, s, how, sizeof how);
    return code;
}

/* Index of the selected candidate among those with a reward, -1 = it has none. */
static long place_of(const ax_ui *ui)
{
    const ax_state *s = ui->state;
    long i = (long)s->n_scored - 1;
    while (i >= 0 && s->scored[i] != ax_ui_selection(ui)->selected)
        i--;
    return i;
}

/* "#283  x 282  .6281  EMA .554  best .6281", without x in a narrow pane */
static void readout(const ax_ui *ui, const reward_state *here, long at, bool narrow, char *text, size_t cap)
{
    const ax_state *s = ui->state;
    char r[AX_FIGURE], m[AX_FIGURE], b[AX_FIGURE];
    double *y = rewards(s), *average = malloc((s->n_scored + 1) * sizeof *average), best = NAN;
    double decay = decays[here->smoothing];
    if (y && average) {
        ax_curve_ema((ax_series) { .y = y, .n = s->n_scored }, decay, average);
        for (long i = 0; i <= at; i++)
            best = isfinite(y[i]) ? fmax(best, y[i]) : best;
        char place[32] = "";
        if (!narrow)
            snprintf(place, sizeof place, "  x %ld", at);
        snprintf(text, cap, "#%u%s  %s%s%s  best %s", s->scored[at], place, ax_figure_share(y[at], 4, r),
                 decay > 0 ? "  EMA " : "", decay > 0 ? ax_figure_share(average[at], 3, m) : "",
                 ax_figure_share(best, 4, b));
    }
    free(y);
    free(average);
}

static void legend(const reward_state *here, int cols, bool ascii, char *text, size_t cap)
{
    char average[32] = "raw", figure[16];
    snprintf(figure, sizeof figure, "%.2g", decays[here->smoothing]);
    if (decays[here->smoothing] > 0) /* .97 */
        snprintf(average, sizeof average, "EMA %s", figure + (figure[0] == '0'));
    if (cols < 60 || !decays[here->smoothing])
        snprintf(text, cap, "%s", average);
    else
        snprintf(text, cap, ascii ? "* %s   - best   . raw" : "%s   \u2500 best   \u00b7 raw", average);
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    reward_state *here = ui->slot[AX_VIEW_REWARD];
    char title[64] = "reward", right[96] = "";
    ax_pane inner = ax_pane_inner(p);
    ax_code code = draw_curve(inner, ui, here, err);
    long at = here->crosshair && code == AX_OK ? place_of(ui) : -1;
    if (at >= 0)
        ax_chart_crosshair(inner, &here->scale, (double)at,
                           ax_state_candidate(ui->state, ui->state->scored[at])->outcome.reward);
    if (here->dragged)
        ax_chart_range(inner, &here->scale, here->drag[0], here->drag[1]);
    if (at >= 0)
        readout(ui, here, at, p.at.cols < 60, right, sizeof right);
    else
        legend(here, p.at.cols, p.canvas->glyphs->ascii, right, sizeof right);
    size_t n = strlen(title);
    if (here->window.width)
        n += (size_t)snprintf(title + n, sizeof title - n, " %zu-%zu  0: all", here->window.from,
                              here->window.from + here->window.width);
    if (here->log_y)
        snprintf(title + n, sizeof title - n, "  log");
    if (ax_text_width(title) + ax_text_width(right) + 10 > p.at.cols) /* the values are more important than the title */
        title[0] = '\0';
    ax_pane_frame(p, false, title[0] ? title : NULL, right);
    return code;
}

static ax_code svg(const ax_ui *ui, ax_str *out, ax_err *err)
{
    ax_curve_how how = how_of(ui->slot[AX_VIEW_REWARD]);
    double *y = rewards(ui->state);
    ax_curve curve;
    if (!y)
        return ax_fail(err, AX_ENOMEM, "no memory for the reward curve");
    ax_code code = ax_curve_make(&curve, (ax_series) { .y = y, .n = ui->state->n_scored }, &how, err);
    if (code == AX_OK) {
        curve.chart.x_name = "candidates";
        ax_chart_svg(&curve.chart, AX_SVG_WIDTH, AX_SVG_HEIGHT, ui->run, out);
        ax_curve_release(&curve);
    }
    free(y);
    return code;
}

/* Moves the crosshair to the candidate that was scored before or after. */
static void step(ax_ui *ui, int by)
{
    long at = place_of(ui) + by, n = (long)ui->state->n_scored;
    if (n)
        ax_ui_select(ui, ui->state->scored[at < 0 ? 0 : at >= n ? n - 1 : at]);
}

static bool act(ax_ui *ui, ax_action a)
{
    reward_state *here = ui->slot[AX_VIEW_REWARD];
    size_t n = ui->state->n_scored;
    ax_curve_window before;
    switch (a) {
    case AX_DO_ZOOM_IN:
    case AX_DO_ZOOM_OUT:
        before = here->window;
        ax_curve_zoom(&here->window, n, a == AX_DO_ZOOM_IN ? 1 : -1);
        if (!memcmp(&before, &here->window, sizeof before))
            ax_ui_say(ui, false, a == AX_DO_ZOOM_IN ? "the plot can't be enlarged further" : "this is the whole plot");
        return true;
    case AX_DO_PAN_BACK:
    case AX_DO_PAN_ON:
        before = here->window;
        if (here->crosshair)
            step(ui, a == AX_DO_PAN_ON ? 1 : -1);
        else
            ax_curve_pan(&here->window, n, a == AX_DO_PAN_ON ? 1 : -1);
        if (!here->crosshair && !memcmp(&before, &here->window, sizeof before))
            ax_ui_say(ui, false,
                      before.width                            ? "that is the end of the plot"
                      : ax_curve_can_zoom_in(here->window, n) ? "this is the whole plot; z enlarges it"
                                                              : "this is the whole plot");
        return true;
    case AX_DO_CROSSHAIR:
        here->crosshair = !here->crosshair;
        return true;
    case AX_DO_LOG:
        here->log_y = !here->log_y;
        return true;
    case AX_DO_SMOOTH:
        here->smoothing = (here->smoothing + 1) % DECAYS;
        return true;
    case AX_DO_ZOOM_NONE:
        if (!here->window.width && !ax_ui_masks(ui)->window.zoom)
            ax_ui_say(ui, false, "this is the whole plot");
        here->window = (ax_curve_window) { .width = 0 };
        return !ui->layout.pane[AX_VIEW_MASK].rows; /* the masks use it, too */
    default:
        return false;
    }
}

/* Selects the scored candidate at x; beyond the newest one there is none. */
static void select_at(ax_ui *ui, double x)
{
    long n = (long)ui->state->n_scored, at = (long)floor(x);
    if (n)
        ax_ui_select(ui, ui->state->scored[at < 0 ? 0 : at >= n ? n - 1 : at]);
}

/* Moves the crosshair; a range that is dragged is zoomed in to when the button is released. */
static void mouse(ax_ui *ui, ax_mouse what, int row, int col)
{
    enum { LEAST = 3 }; /* least columns of a range; less is an unsteady hand */
    reward_state *here = ui->slot[AX_VIEW_REWARD];
    int cols = ui->layout.pane[AX_VIEW_REWARD].cols - 2;
    (void)row;
    if (!here->scale.any)
        return;
    if (what == AX_MOUSE_PRESS)
        here->pressed_at = col;
    if (what != AX_MOUSE_RELEASE) {
        here->crosshair = true;
        here->drag[what == AX_MOUSE_DRAG] = ax_chart_x_at(&here->scale, cols, col);
        here->dragged = what == AX_MOUSE_DRAG && abs(col - here->pressed_at) >= LEAST;
        select_at(ui, here->drag[what == AX_MOUSE_DRAG]);
    } else if (here->dragged) {
        double from = floor(fmin(here->drag[0], here->drag[1])), to = ceil(fmax(here->drag[0], here->drag[1]));
        ax_curve_show_range(&here->window, ui->state->n_scored, (size_t)from, (size_t)to);
        here->dragged = false;
    }
}

static void refresh(ax_ui *ui, bool replaced)
{
    reward_state *here = ui->slot[AX_VIEW_REWARD];
    if (replaced)
        ax_kept_drop(&here->kept);
}

static void release(void *slot)
{
    reward_state *here = slot;
    ax_kept_drop(&here->kept);
}

const ax_view ax_view_reward = { .title = "Reward",
                                 .state = sizeof(reward_state),
                                 .draw = draw,
                                 .svg = svg,
                                 .action = act,
                                 .mouse = mouse,
                                 .refresh = refresh,
                                 .release = release };
