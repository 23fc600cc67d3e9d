/* The policy view: the probability of every choice of every decision, its change since the start, and where the
   selected candidate comes from. */
#include "tui/view/learning.h"
#include "tui/view/view.h"

#include "engine/space/change.h"
#include "viz/figure.h"
#include "viz/spark.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 9, CHOICE = 4, TRACE = 16, FORMERS = 3 };

typedef struct policy_state {
    int first; /* decision at the top */
} policy_state;

/* ---- the rows of decisions ---- */

static int most_choices(const ax_space *s)
{
    int most = 0;
    for (int d = 0; d < s->n_decisions; d++)
        most = s->decision[d].choices > most ? s->decision[d].choices : most;
    return most;
}

/* The colour of a probability, from grey to red, in the 256-colour palette; it depends on the ratio to a uniform
   distribution. */
static uint8_t heat(double p, int choices)
{
    static const uint8_t step[] = { 235, 237, 239, 58, 94, 130, 166, 202, 196 };
    enum { STEPS = sizeof step };
    int k = (int)(p * choices * 2);
    return step[k < 0 ? 0 : k >= STEPS ? STEPS - 1 : k];
}

static void draw_choice(ax_pane p, int row, int col, double probability, int choices, bool chosen, bool color)
{
    char text[8];
    int percent = (int)lround(100 * probability);
    snprintf(text, sizeof text, percent > 99 ? "100" : chosen ? "%2d<" : "%2d ", percent);
    ax_role role = probability * choices >= 2    ? AX_ROLE_STRONG
                   : probability * choices < 0.5 ? AX_ROLE_DIM
                                                 : AX_ROLE_TEXT;
    if (!color)
        ax_pane_print(p, row, col, role, text);
    else
        for (int i = 0; i < 3; i++)
            ax_pane_pixel(p, row, col + i, (uint32_t)(unsigned char)text[i], percent > 0 ? 255 : 244,
                          heat(probability, choices));
}

/* Draws "+12 sep3x3": the choice that has gained most since the start. */
static void draw_gain(ax_pane p, int row, int col, const ax_policy *policy, unsigned d)
{
    const ax_decision *decision = &policy->space->decision[d];
    unsigned at = ax_space_choices(policy->space, d), most = 0;
    char value[16], text[40];
    double gain = -1;
    for (unsigned i = 0; i < decision->choices; i++) {
        double g = (double)(policy->now.p[at + i] - policy->first.p[at + i]);
        most = g > gain ? i : most;
        gain = g > gain ? g : gain;
    }
    if (gain < 0.005)
        return;
    snprintf(text, sizeof text, "+%d %s", (int)lround(100 * gain), ax_decision_text(decision, most, value));
    ax_pane_print(p, row, col, AX_ROLE_GOOD, text);
}

static void draw_decision(ax_pane p, int row, const ax_ui *ui, unsigned d, int most)
{
    const ax_policy *policy = &ui->state->policy;
    const ax_decision *decision = &policy->space->decision[d];
    const ax_candidate *c = ax_ui_selected(ui);
    bool known = c && ax_space_of(&c->genotype) == policy->space, color = ui->color && !p.canvas->glyphs->ascii;
    unsigned at = ax_space_choices(policy->space, d);
    char text[AX_FIGURE];
    ax_pane_print_cut(p, row, 1, NAME - 1, AX_ROLE_TEXT, decision->name);
    for (unsigned i = 0; i < decision->choices; i++)
        draw_choice(p, row, NAME + (int)i * CHOICE, (double)policy->now.p[at + i], decision->choices,
                    known && c->genotype.value[d] == i, color);
    int col = NAME + most * CHOICE + 1;
    ax_pane_print_right(p, row, col + 4, AX_ROLE_TEXT,
                        ax_figure_share(ax_policy_entropy(policy, &policy->now, d), 2, text));
    int trace = p.at.cols - col - 5 >= TRACE + 20 ? TRACE : 0;
    if (trace)
        ax_spark_draw(ax_pane_part(p, row, col + 5, 1, policy->n_trace < trace ? policy->n_trace : trace), 0,
                      policy->entropy[d], policy->n_trace, 0, log(decision->choices), AX_ROLE_CURVE);
    draw_gain(p, row, col + 6 + trace, policy, d);
}

static void draw_heading(ax_pane p, int row, int most)
{
    int col = NAME + most * CHOICE + 1;
    ax_pane_print(p, row, 1, AX_ROLE_TITLE, "%");
    for (int i = 0; i < most; i++)
        ax_pane_printf(p, row, NAME + i * CHOICE, AX_ROLE_TITLE, "%2d", i);
    ax_pane_print(p, row, col, AX_ROLE_TITLE,
                  p.at.cols - col - 5 >= TRACE + 20 ? "entropy, since start   gained" : "entr gained");
}

/* Draws "0 conv1x1 1 conv3x3 ..." for the first decision whose values have names. Returns the row below; a pane without
   rows measures. */
static int draw_names(ax_pane p, int row, const ax_space *s, int cols)
{
    int col = 1, d = 0;
    while (d < s->n_decisions && !s->decision[d].option)
        d++;
    for (int i = 0; d < s->n_decisions && i < s->decision[d].choices; i++) {
        char text[32];
        snprintf(text, sizeof text, "%d %s", i, s->decision[d].option[i]);
        int width = ax_text_width(text);
        if (col + width >= cols) {
            col = 1;
            row++;
        }
        ax_pane_print(p, row, col, AX_ROLE_DIM, text);
        col += width + 2;
    }
    return row + 1;
}

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

/* Draws the reward that a Gaussian process expected of the selected candidate, and the one it got. */
static int draw_expected(ax_pane p, int row, const ax_ui *ui)
{
    const ax_candidate *c = ax_ui_selected(ui);
    const ax_state *s = ui->state;
    char mean[AX_FIGURE], low[AX_FIGURE], high[AX_FIGURE], got[AX_FIGURE], noise[AX_FIGURE], text[160];
    if (!c || !isfinite(c->expected))
        return row;
    snprintf(text, sizeof text, "#%u: %s was expected (%s to %s), got %s; length %g, noise %s", c->id,
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
    int most = most_choices(s), row = draw_expected(p, draw_formers(p, 0, ui), ui);
    draw_heading(p, row++, most);
    int names =
        draw_names(ax_pane_part(p, 0, 0, 0, 0), 0, s, p.at.cols); /* measured here, drawn below with a line of facts */
    int seen = p.at.rows - row - names - 1 > 1 ? p.at.rows - row - names - 1 : 1;
    int last = s->n_decisions > seen ? s->n_decisions - seen : 0;
    first = first > last ? last : first;
    for (int d = first; d < s->n_decisions && d - first < seen; d++)
        draw_decision(p, row++, ui, (unsigned)d, most);
    row = draw_names(p, row, s, p.at.cols);
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
    snprintf(about, sizeof about, "after %lld rewards   < selected", (long long)s->policy.samples);
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
