#include "engine/command/train_report.h"

#include "engine/base/out.h"
#include "engine/command/train_chart.h"
#include "engine/model/modelmeta.h"

#include <math.h>
#include <stdio.h>

/* Quantiles .975 of Student's t for 1, 2, ... degrees of freedom, to three decimal places. */
static const double quantile[AX_INTERVAL_MOST - 1] = { 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                                                       2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                                                       2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                                                       2.060,  2.056, 2.052, 2.048, 2.045, 2.042 };

double ax_interval(const double *x, int32_t n, double *half)
{
    double sum = 0, squares = 0;
    for (int32_t i = 0; i < n; i++)
        sum += x[i];
    double mean = sum / n;
    for (int32_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    *half = n < 2 ? NAN : quantile[n - 2] * sqrt(squares / (n - 1) / n);
    return mean;
}

/* Whether the figure is printed for this task: the reward and the task's own. */
static bool is_said(ax_task_id task, int m)
{
    return ax_model_stores_figure(task, (ax_metric)m);
}

static void say_figures(ax_task_id task, const ax_outcome *o)
{
    for (int m = 0; m < AX_METRIC_COUNT; m++)
        if (is_said(task, m) && isfinite(ax_outcome_figure(o, (ax_metric)m)))
            ax_out("  %s %.4f", ax_metric_of((ax_metric)m)->word, ax_outcome_figure(o, (ax_metric)m));
}

/* The remaining time of the stage at this process's speed in it; the speed of stage 2 is unknown during stage 1. */
static void say_rest(const ax_train_report *r, const ax_epoch *now, int32_t last_of_stage)
{
    double each = (now->seconds - r->began) / (now->epoch - r->before);
    double rest = each * (last_of_stage - now->epoch);
    if (last_of_stage <= now->epoch || !(rest > 0))
        return;
    ax_out("  %s%d:%02d to go", now->epochs > last_of_stage ? "over " : "", (int)rest / 60, (int)rest % 60);
}

static void cursor_up(int lines)
{
    char codes[32];
    snprintf(codes, sizeof codes, "\x1b[%dA\x1b[J", lines);
    ax_out_text(codes);
}

void ax_report_epoch(ax_train_report *r, const ax_epochs *e, const ax_epoch *now)
{
    if (r->json) {
        ax_str line;
        ax_str_init(&line, 0);
        ax_epochs_line(e, now, &line);
        ax_out_text(line.text);
        ax_str_release(&line);
        return;
    }
    if (r->tty)
        ax_out_progress("%s", "");
    if (r->drawn) /* overwrites the plots: moves to their first line and clears everything below */
        cursor_up(r->drawn);
    r->drawn = 0;
    ax_out("epoch %*d/%d  stage %d  loss %.4f", now->epochs > 99 ? 3 : 2, now->epoch, now->epochs, now->stage,
           now->loss);
    if (now->judged)
        say_figures(e->task, &now->figures);
    ax_out("  %.1f s", now->seconds);
    say_rest(r, now, now->stage == 1 ? r->stage1_epochs : now->epochs);
    ax_out("%s\n", now->best ? "  *" : "");
    if (r->plots) {
        ax_str plots;
        ax_str_init(&plots, 0);
        r->drawn = ax_train_plots(e, r->plots, r->unicode, &plots);
        ax_out_text(plots.text);
        ax_str_release(&plots);
    }
}

void ax_report_seed(const ax_train_report *r, const ax_epochs *e, const ax_outcome *size, const char *model)
{
    const ax_epoch *best = ax_epochs_best(e);
    if (!best)
        return;
    if (!r->json) {
        ax_out("seed %lld: best after epoch %d:", (long long)e->seed, best->epoch);
        say_figures(e->task, &best->figures);
        if (size->params > 0)
            ax_out("\n  params %.3f M   multiply-adds %.2f G", (double)size->params / 1e6, (double)size->macs / 1e9);
        if (isfinite(size->latency_ms))
            ax_out("   %.2f ms an image", size->latency_ms);
        ax_out("\n");
        ax_out_line("  %s", model);
        return;
    }
    ax_str line;
    ax_str_init(&line, 0);
    ax_str_printf(&line, "{\"seed\":%lld,\"done\":true,\"epoch\":%d,\"epochs\":%d", (long long)e->seed, best->epoch,
                  best->epochs);
    for (int m = 0; m < AX_METRIC_COUNT; m++)
        if (is_said(e->task, m) && isfinite(ax_outcome_figure(&best->figures, (ax_metric)m)))
            ax_str_printf(&line, ",\"%s\":%.17g", ax_metric_of((ax_metric)m)->name,
                          ax_outcome_figure(&best->figures, (ax_metric)m));
    if (size->params > 0)
        ax_str_printf(&line, ",\"params\":%lld,\"macs\":%lld", (long long)size->params, (long long)size->macs);
    if (isfinite(size->latency_ms))
        ax_str_printf(&line, ",\"latency_ms\":%.4f", size->latency_ms);
    ax_str_add(&line, ",\"model\":");
    ax_str_json(&line, model);
    ax_str_add(&line, "}\n");
    ax_out_text(line.text);
    ax_str_release(&line);
}

void ax_report_seeds(const ax_train_report *r, ax_task_id task, const ax_outcome *best, int32_t n)
{
    double x[AX_INTERVAL_MOST], half;
    if (r->json)
        ax_out("{\"seeds\":%d", n);
    else
        ax_out("%d seeds, mean and its 95 %% interval:\n", n);
    for (int m = 0; m < AX_METRIC_COUNT; m++) {
        for (int32_t i = 0; i < n; i++)
            x[i] = ax_outcome_figure(&best[i], (ax_metric)m);
        double mean = ax_interval(x, n, &half);
        if (!is_said(task, m) || !isfinite(mean))
            continue;
        const ax_metric_info *info = ax_metric_of((ax_metric)m);
        if (r->json)
            ax_out(",\"%s\":{\"mean\":%.6f,\"half\":%.6f}", info->name, mean, half);
        else
            ax_out("  %-8s %.4f +- %.4f\n", info->word, mean, half);
    }
    if (r->json)
        ax_out("}\n");
}
