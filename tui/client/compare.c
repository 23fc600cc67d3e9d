/* compare: several runs in one plot. */
#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/config/option.h"
#include "tui/client/commands.h"
#include "tui/client/compare_results.h"
#include "tui/session/comparison.h"
#include "tui/client/runs.h"
#include "viz/figure.h"

#include <langinfo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 28, STATES = AX_SIDES * AX_SIDE_RUNS };

typedef struct job {
    ax_comparison c;
    ax_state *state[STATES];
    int n_states;
    const char *file; /* NULL = standard output */
    bool fronts, damaged;
} job;

/* ---- reading ---- */

static ax_code add_run(job *j, ax_contender *side, const char *name, ax_err *err)
{
    ax_run_handle run;
    if (side->n_runs == AX_SIDE_RUNS)
        return ax_fail(err, AX_EINVAL, "compare: more than %d runs in one group", AX_SIDE_RUNS);
    if (ax_run_find(name, false, &run, err) != AX_OK)
        return AX_EINVAL;
    ax_state *s = malloc(sizeof *s);
    ax_code code = s ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory");
    if (code == AX_OK && j->file)
        code = ax_run_check_output(&run, j->file, "the comparison", err);
    if (code == AX_OK)
        code = ax_run_load(run.dirfd, s, err);
    if (code == AX_OK) {
        j->damaged = ax_run_say_damage(&run, &s->damage) || j->damaged;
        j->state[j->n_states++] = s;
        side->run[side->n_runs++] = s;
    } else {
        free(s);
    }
    ax_run_close(&run);
    return code;
}

/* Whether it is a run as it stands: names and paths may have an '=' or a ',' in them. */
static bool is_run(const char *operand)
{
    ax_run_handle run;
    bool is = strpbrk(operand, "=,") && ax_run_find(operand, false, &run, NULL) == AX_OK;
    if (is)
        ax_run_close(&run);
    return is;
}

/* "[NAME=]RUN[,RUN...]" */
static ax_code add_side(job *j, const char *operand, ax_err *err)
{
    if (j->c.n == AX_SIDES)
        return ax_fail(err, AX_EINVAL, "compare: more than %d at once", AX_SIDES);
    ax_contender *side = &j->c.side[j->c.n++];
    if (is_run(operand)) {
        snprintf(side->name, sizeof side->name, "%s", operand);
        return add_run(j, side, operand, err);
    }
    const char *sign = strchr(operand, '='), *at = sign ? sign + 1 : operand;
    snprintf(side->name, sizeof side->name, "%.*s", sign ? (int)(sign - operand) : (int)strlen(operand), operand);
    ax_code code = AX_OK;
    if (sign && strpbrk(side->name, "\",\n"))
        return ax_fail(err, AX_EINVAL, "compare: '%s' is not a name", side->name);
    for (;;) {
        char run[PATH_MAX];
        size_t n = strcspn(at, ",");
        snprintf(run, sizeof run, "%.*s", (int)(n < sizeof run ? n : sizeof run - 1), at);
        if ((code = add_run(j, side, run, err)) != AX_OK || !at[n])
            return code;
        at += n + 1;
    }
}

static void release(job *j)
{
    ax_comparison_release(&j->c);
    for (int i = 0; i < j->n_states; i++) {
        ax_state_release(j->state[i]);
        free(j->state[i]);
    }
}

/* ---- writing ---- */

static void write_csv(const job *j, ax_str *out)
{
    ax_str_add(out, j->fronts ? "name,run,id,cost,reward\n" : "name,runs,x,mean,low,high\n");
    for (int k = 0; k < j->c.n; k++) {
        const ax_contender *s = &j->c.side[k];
        for (size_t i = 0; i < s->n_front && j->fronts; i++) {
            ax_str_csv(out, s->name);
            ax_str_printf(out, ",%d,%u,%.10g,%.10g\n", s->of[i] + 1, s->id[i], s->cost[i], s->reward[i]);
        }
        for (size_t i = 0; i < s->n && !j->fronts; i++)
            if (isfinite(s->mean[i])) {
                ax_str_csv(out, s->name);
                ax_str_printf(out, ",%d,%.10g,%.10g,%.10g,%.10g\n", s->n_runs, s->x[i], s->mean[i], s->low[i],
                              s->high[i]);
            }
    }
}

static ax_code write_text(const job *j, const ax_chart *chart, const int32_t size[2], bool ascii, ax_str *out,
                          ax_err *err)
{
    ax_canvas canvas;
    ax_chart_scale scale;
    ax_canvas_init(&canvas, ascii || strcmp(nl_langinfo(CODESET), "UTF-8") ? &ax_glyphs_ascii : &ax_glyphs_unicode);
    ax_code code = ax_canvas_resize(&canvas, size[0], size[1], err);
    if (code == AX_OK)
        code = ax_chart_draw(ax_pane_of(&canvas, (ax_rect) { .rows = size[0], .cols = size[1] }), chart, &scale, err);
    if (code == AX_OK) {
        ax_compare_table(&j->c, out);
        if (j->c.n > 1 || j->c.side[0].run[0]->finalist)
            ax_compare_results(&j->c, out);
        ax_str_printf(out, "\n%s%s\n", chart->y_name, j->fronts ? ", fronts" : "");
        ax_canvas_text(&canvas, out);
    }
    ax_canvas_release(&canvas);
    return code;
}

static ax_code cost_of(const char *word, ax_metric *out, ax_err *err)
{
    char all[80] = "";
    for (int k = 1; ax_metric_front(k) < AX_METRIC_COUNT; k++) {
        *out = ax_metric_front(k);
        if (!strcmp(ax_metric_of(*out)->front.flag + sizeof "front_" - 1, word))
            return AX_OK;
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", k > 1 ? ", " : "",
                 ax_metric_of(*out)->front.flag + sizeof "front_" - 1);
    }
    return ax_fail(err, AX_EINVAL, "compare: --front takes one of %s", all);
}

int ax_cli_compare(int argc, char **argv)
{
    bool csv = false, svg = false, markdown = false, ascii = false, by_time = false;
    const char *front = NULL, *file = NULL;
    int32_t size[2] = { 22, 100 };
    const ax_option option[] = {
        AX_FLAG("--time", &by_time, "over the time with an engine, not over candidates"),
        AX_TEXT("--front", "COST", &front, "fronts instead, of reward against: params, macs, latency or seconds"),
        AX_FLAG("--csv", &csv, "the values as CSV"),
        AX_FLAG("--svg", &svg, "the plot as SVG"),
        AX_FLAG("--markdown", &markdown, "the figures as tables in Markdown, without the plot"),
        AX_PATH("-o", "FILE", &file, "output file, written completely or not at all; default, and -: standard output"),
        AX_SIZE("--size", "HxW", size, 6, 400, "lines and columns of the plot as text (22x100)"),
        AX_FLAG("--ascii", &ascii, "plain characters"),
    };
    ax_usage u = {
        "auxcell compare [NAME=]RUN[,RUN...]... [OPTION...]",
        "The best reward so far of several runs in one plot. Runs joined by commas form one group, such as runs "
        "that\ndiffer in their seed: the plot shows their mean and, as a band, the least and the greatest. Below "
        "it: the\nresult of each group, by the finals where all runs have them, and paired t tests.\n",
        AX_OPTIONS(option), NULL, AX_SIDES
    };
    job *j = calloc(1, sizeof *j);
    ax_err err;
    ax_str out;
    int n;
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (!j || parsed != AX_PARSED_GO) {
        free(j);
        return parsed == AX_PARSED_GO ? 1 : parsed;
    }
    ax_str_init(&out, MOST_BYTES);
    ax_code code = AX_OK;
    if (csv + svg + markdown > 1)
        code = ax_fail(&err, AX_EINVAL, "compare: --csv, --svg and --markdown exclude each other");
    else if (!n)
        code = ax_fail(&err, AX_EINVAL, "compare: which runs? 'auxcell ls' lists them");
    j->fronts = front != NULL;
    j->file = file && strcmp(file, "-") != 0 ? file : NULL;
    j->c.by_time = by_time;
    j->c.cost = ax_metric_front(1);
    if (code == AX_OK && front)
        code = cost_of(front, &j->c.cost, &err);
    for (int i = 1; i <= n && code == AX_OK; i++)
        code = add_side(j, argv[i], &err);
    if (code == AX_OK)
        code = ax_comparison_make(&j->c, &err);
    ax_chart chart;
    if (code == AX_OK) {
        char unlike[AX_UNLIKE_TEXT];
        ax_comparison_unlike(&j->c, unlike);
        if (unlike[0])
            ax_complain("compare: %s", unlike);
        (front ? ax_comparison_fronts : ax_comparison_curves)(&j->c, &chart);
        if (csv)
            write_csv(j, &out);
        else if (markdown)
            ax_compare_markdown(&j->c, &out);
        else if (svg)
            ax_chart_svg(&chart, AX_SVG_WIDTH, AX_SVG_HEIGHT, front ? "fronts" : "best reward so far", &out);
        else
            code = write_text(j, &chart, size, ascii, &out, &err);
    }
    if (code == AX_OK && !ax_str_ok(&out))
        code = ax_fail(&err, AX_ENOMEM, "no memory to compare");
    if (code == AX_OK && j->file)
        code = ax_output_write(j->file, out.text, out.len, &err);
    else if (code == AX_OK)
        ax_out_text(out.text);
    ax_out_flush();
    bool damaged = j->damaged;
    ax_str_release(&out);
    release(j);
    free(j);
    return code == AX_OK ? damaged : ax_complain_of(&err);
}
