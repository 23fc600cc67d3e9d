/* The page's best candidates: a table, and their cells drawn. */
#include "tui/report/page_internal.h"
#include "viz/dag.h"
#include "viz/figure.h"
#include "viz/svg.h"

#include <math.h>
#include <stdio.h>

enum { DRAWN = 3 };

/* Finalists come first, by the mean of their fresh seeds. */
static bool better(const ax_candidate *a, const ax_candidate *b)
{
    double x = a->finalist ? a->outcome.final_mean : NAN, y = b->finalist ? b->outcome.final_mean : NAN;
    if (isnan(x) != isnan(y))
        return isnan(y);
    return isnan(x) || x == y ? a->outcome.reward > b->outcome.reward : x > y;
}

uint32_t ax_page_best(const ax_state *s, uint32_t id[AX_PAGE_BEST])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const ax_candidate *c = &s->candidate[i];
        if ((c->status != AX_DONE && c->status != AX_PROMOTED) || c->stage >= AX_STAGE_FULL ||
            ax_candidate_is_final(c) || !isfinite(c->outcome.reward))
            continue;
        uint32_t at = n < AX_PAGE_BEST ? n++ : AX_PAGE_BEST;
        for (; at > 0 && better(c, ax_state_candidate(s, id[at - 1])); at--)
            if (at < AX_PAGE_BEST)
                id[at] = id[at - 1];
        if (at < AX_PAGE_BEST)
            id[at] = c->id;
    }
    return n;
}

static bool is_column(ax_metric m, const ax_state *s)
{
    return ax_metric_of(m)->column.head && ax_state_has_figure(s, m) && m != AX_METRIC_LOSS;
}

static void add_row(const ax_page_of *of, const ax_candidate *c, ax_str *out)
{
    char figure[AX_FIGURE], text[AX_GENOTYPE_TEXT];
    ax_str_printf(out, "<tr><td>%u%s</td>", c->id, c->stage >= AX_STAGE_FULL ? " full" : "");
    for (int m = 0; m < AX_METRIC_COUNT; m++)
        if (is_column((ax_metric)m, of->state))
            ax_str_printf(out, "<td>%s</td>",
                          ax_figure_metric((ax_metric)m, ax_outcome_figure(&c->outcome, (ax_metric)m), figure));
    ax_str_add(out, "<td class=\"left\"><code>");
    ax_svg_escape(out, ax_genotype_print(&c->genotype, text));
    ax_str_add(out, "</code>");
    if (c->note[0]) {
        ax_str_add(out, "<br>");
        ax_svg_escape(out, c->note);
    }
    ax_str_add(out, "</td></tr>\n");
}

void ax_page_table(const ax_page_of *of, ax_str *out)
{
    uint32_t id[AX_PAGE_BEST], n = ax_page_best(of->state, id);
    ax_str_add(out, "<div class=\"wide\"><table>\n<thead><tr><th>candidate</th>");
    for (int m = 0; m < AX_METRIC_COUNT; m++)
        if (is_column((ax_metric)m, of->state))
            ax_str_printf(out, "<th>%s</th>", ax_metric_of((ax_metric)m)->word);
    ax_str_add(out, "<th class=\"left\">genotype</th></tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < of->state->n_candidates; i++) {
        const ax_candidate *c = &of->state->candidate[i];
        if (c->stage >= AX_STAGE_FULL && c->status == AX_DONE)
            add_row(of, c, out);
    }
    for (uint32_t i = 0; i < n; i++)
        add_row(of, ax_state_candidate(of->state, id[i]), out);
    ax_str_add(out, "</tbody></table></div>\n");
}

static void draw(const ax_page_of *of, const ax_candidate *c, ax_str *out)
{
    const ax_space *space = ax_space_of(&c->genotype);
    const ax_settings *s = of->settings;
    char reward[AX_FIGURE];
    ax_str_printf(out, "<section class=\"keep\">\n<h3>Candidate %u, reward %s</h3>\n<div class=\"figures\">\n", c->id,
                  ax_figure_share(c->outcome.reward, 4, reward));
    for (unsigned k = 0; k < space->n_drawings; k++) {
        ax_dag d;
        ax_dag_make(&c->genotype, k, s ? (int)s->channels : 0, s ? (int)s->repeats : 0, &d);
        ax_str_add(out, "<figure>\n");
        ax_dag_svg(&d, space->drawing[k].name, out);
        ax_str_printf(out, "<figcaption>%s%s</figcaption></figure>\n", space->drawing[k].name,
                      s && !k ? ", with parameters" : "");
    }
    ax_str_add(out, "</div>\n</section>\n");
}

void ax_page_cells(const ax_page_of *of, ax_str *out)
{
    uint32_t id[AX_PAGE_BEST], n = ax_page_best(of->state, id);
    for (uint32_t i = 0; i < n && i < DRAWN; i++)
        draw(of, ax_state_candidate(of->state, id[i]), out);
}
