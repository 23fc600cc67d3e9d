/* The policy view: the probability of every choice of every decision, its change since the start, and where the
   selected candidate comes from. */
#include "tui/view/learning.h"
#include "tui/view/preferences.h"
#include "tui/view/view.h"

#include "engine/space/change.h"
#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FORMERS = 3 };

typedef struct policy_state {
    int first; /* decision at the top */
} policy_state;

/* ---- where the selected candidate comes from ---- */

static int draw_formers(ax_pane p, int row, const ax_ui *ui)
{
    const ax_candidate *c = ax_ui_selected(ui);
    for (int k = 0; k < FORMERS && c; k++) {
        const ax_candidate *from = c->parent ? ax_state_candidate(ui->state, c->parent) : NULL;
        char reward[AX_FIGURE], before[AX_FIGURE], changes[160], text[320];
        if (!from)
            break;
        ax_genotype_describe(&from->genotype, &c->genotype, changes, sizeof changes);
        snprintf(text, sizeof text, "#%u (%s) was made from #%u (%s): %s", c->id,
                 ax_figure_share(c->outcome.reward, 4, reward), from->id,
                 ax_figure_share(from->outcome.reward, 4, before), changes[0] ? changes : "the same network");
        ax_pane_print_cut(p, row++, 1, p.at.cols - 2, AX_ROLE_TEXT, text);
        c = from;
    }
    return row;
}

/* Draws the objective that a Gaussian process expected of the selected candidate, and the reward it got. */
static int draw_expected(ax_pane p, int row, const ax_ui *ui)
{
    const ax_candidate *c = ax_ui_selected(ui);
    const ax_state *s = ui->state;
    char mean[AX_FIGURE], low[AX_FIGURE], high[AX_FIGURE], got[AX_FIGURE], noise[AX_FIGURE], text[160];
    if (!c || !isfinite(c->expected))
        return row;
    snprintf(text, sizeof text, "#%u: objective %s expected (%s to %s), reward %s; length %g, noise %s", c->id,
             ax_figure_share((double)c->expected, 4, mean), ax_figure_share((double)c->expected_low, 4, low),
             ax_figure_share((double)c->expected_high, 4, high), ax_figure_share(c->outcome.reward, 4, got),
             s->gp_length, ax_figure_share(s->gp_noise, 2, noise));
    ax_pane_print_cut(p, row, 1, p.at.cols - 2, AX_ROLE_TEXT, text);
    return row + 1;
}

/* Draws decisions from `first` on; returns how many have room. *end: the row below all of them. */
static int draw_policy(ax_pane p, const ax_ui *ui, int first, int *end)
{
    const ax_space *s = ui->state->policy.space;
    int most = ax_preferences_most(s), row = draw_expected(p, draw_formers(p, 0, ui), ui);
    ax_preferences_heading(p, row++, most);
    int names = ax_preferences_names(ax_pane_part(p, 0, 0, 0, 0), 0, s,
                                     p.at.cols); /* measured here, drawn below with a line of facts */
    int seen = p.at.rows - row - names - 1 > 1 ? p.at.rows - row - names - 1 : 1;
    int last = s->n_decisions > seen ? s->n_decisions - seen : 0;
    first = first > last ? last : first;
    for (int d = first; d < s->n_decisions && d - first < seen; d++)
        ax_preferences_decision(p, row++, ui, (unsigned)d, most);
    row = ax_preferences_names(p, row, s, p.at.cols);
    ax_learning_facts(p, row, ui);
    *end = row + 1;
    return seen < s->n_decisions ? seen : s->n_decisions;
}

/* Whether there are probabilities; elite and gp have none before they have elites. */
static bool prefers(const ax_policy *p)
{
    float sum = 0;
    for (unsigned i = 0; p->space && i < p->space->decision[0].choices; i++)
        sum += p->now.p[i];
    return sum > 0;
}

/* What the percentages are of: a controller's chances, else how many of those that new ones are made from have it. */
static const char *title_of(const ax_state *s)
{
    return !strcmp(s->strategy, "evolution")                             ? "what its population has"
           : !strcmp(s->strategy, "elite") || !strcmp(s->strategy, "gp") ? "what its best have"
                                                                         : "what the strategy prefers";
}

static ax_code draw_plots(ax_pane p, int row, const ax_ui *ui, ax_err *err)
{
    enum { LEAST = 8, MOST = 24 };
    int left = p.at.rows - row;
    if (left < LEAST)
        return AX_OK;
    return ax_learning_plots(ax_pane_part(p, row, 0, left < MOST ? left : MOST, p.at.cols), ui, err);
}

static ax_code draw_without(ax_pane p, const ax_ui *ui, ax_err *err)
{
    const ax_state *s = ui->state;
    int formers = draw_formers(p, 0, ui), row = formers ? formers + 1 : 0;
    ax_pane_print_cut(p, row, 1, p.at.cols - 2, AX_ROLE_DIM,
                      s->policy.space                  ? "no preferences yet: the first candidates are drawn evenly"
                      : !strcmp(s->strategy, "random") ? "random prefers nothing: every choice is drawn evenly, always"
                      : s->n_lost   ? "this run's history lacks its preferences: a part of it is lost"
                      : s->n_scored ? "this run's history lacks its preferences: its engine was an older one"
                                    : "preferences come with the first reward");
    ax_learning_facts(p, row + 2, ui);
    return draw_plots(p, row + 4, ui, err);
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    enum { TITLE = 32 };
    const policy_state *here = ui->slot[AX_VIEW_POLICY];
    const ax_state *s = ui->state;
    char about[64], right[96] = "";
    ax_pane inner = ax_pane_inner(p);
    if (!prefers(&s->policy)) {
        ax_pane_frame(p, false, "what the strategy prefers", NULL);
        return draw_without(inner, ui, err);
    }
    int end, seen = draw_policy(inner, ui, here->first, &end), n = s->policy.space->n_decisions;
    snprintf(about, sizeof about, "after %lld reward%s   < selected", (long long)s->policy.samples,
             s->policy.samples == 1 ? "" : "s");
    if (seen < n)
        snprintf(right, sizeof right, "%d of %d: PgDn", seen, n);
    bool room = ax_text_width(right) + 2 + ax_text_width(about) + TITLE <= inner.at.cols;
    if (room || !right[0]) /* how to see the rest is more important */
        snprintf(right + strlen(right), sizeof right - strlen(right), "%s%s", right[0] ? "  " : "", about);
    ax_pane_frame(p, false, title_of(s), right);
    return draw_plots(inner, end + 1, ui, err);
}

static bool act(ax_ui *ui, ax_action a)
{
    policy_state *here = ui->slot[AX_VIEW_POLICY];
    int n = ui->state->policy.space ? ui->state->policy.space->n_decisions : 0;
    if (ui->view != AX_VIEW_POLICY || (a != AX_DO_PAGE_DOWN && a != AX_DO_PAGE_UP))
        return false;
    int first = here->first + (a == AX_DO_PAGE_DOWN ? 5 : -5), most = n > 6 ? n - 6 : 0;
    here->first = first < 0 ? 0 : first > most ? most : first;
    return true;
}

const ax_view ax_view_policy = { .title = "Why",
                                 .help = "PgUp PgDn\tother decisions\n",
                                 .key = '7',
                                 .state = sizeof(policy_state),
                                 .draw = draw,
                                 .action = act };
