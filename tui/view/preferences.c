#include "tui/view/preferences.h"

#include "viz/figure.h"
#include "viz/spark.h"

#include <math.h>
#include <stdio.h>

enum { NAME = 9, CHOICE = 4, TRACE = 16 };

int ax_preferences_most(const ax_space *s)
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

void ax_preferences_decision(ax_pane p, int row, const ax_ui *ui, unsigned d, int most)
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

void ax_preferences_heading(ax_pane p, int row, int most)
{
    int col = NAME + most * CHOICE + 1;
    ax_pane_print(p, row, 1, AX_ROLE_TITLE, "%");
    for (int i = 0; i < most; i++)
        ax_pane_printf(p, row, NAME + i * CHOICE, AX_ROLE_TITLE, "%2d", i);
    ax_pane_print(p, row, col, AX_ROLE_TITLE,
                  p.at.cols - col - 5 >= TRACE + 20 ? "entropy, since start   gained" : "entr gained");
}

int ax_preferences_names(ax_pane p, int row, const ax_space *s, int cols)
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
