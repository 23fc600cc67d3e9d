#include "engine/task/depth/depth_text.h"

#include "engine/task/depth/metrics.h"

#include <inttypes.h>
#include <math.h>

void ax_depth_text(const void *score, const ax_task_spec *spec, bool unicode, ax_str *out)
{
    const ax_depth_report r = ax_depth_meter_report(score);
    (void)spec;
    (void)unicode;
    ax_str_printf(out, "\n  %-10s %10s %10s\n", "", "pooled", "per image");
    for (int f = 0; f < AX_DEPTH_FIGURES; f++)
        ax_str_printf(out, "  %-10s %10.4f %10.4f\n", ax_depth_figure_name((ax_depth_figure)f), r.pooled.value[f],
                      r.per_image.value[f]);
    ax_str_printf(out, "  %" PRIu64 " pixel%s of %zu image%s", r.pixels, r.pixels == 1 ? "" : "s", r.measured,
                  r.measured == 1 ? "" : "s");
    if (r.without_truth)
        ax_str_printf(out, "; %zu image%s without a pixel that counts", r.without_truth,
                      r.without_truth == 1 ? "" : "s");
    if (isfinite(r.lineage_rmse))
        ax_str_printf(out, "; RMSE without crop and caps %.4f", r.lineage_rmse);
    ax_str_add(out, "\n");
}

static void add_number(ax_str *out, const char *key, double v)
{
    if (isfinite(v))
        ax_str_printf(out, "\"%s\":%.9g", key, v);
    else
        ax_str_printf(out, "\"%s\":null", key);
}

static void add_figures(ax_str *out, const char *key, const ax_depth_figures *f)
{
    ax_str_printf(out, "\"%s\":{", key);
    for (int i = 0; i < AX_DEPTH_FIGURES; i++) {
        ax_str_add(out, i ? "," : "");
        add_number(out, ax_depth_figure_name((ax_depth_figure)i), f->value[i]);
    }
    ax_str_add(out, "},");
}

void ax_depth_details_json(const void *score, const ax_task_spec *spec, ax_str *out)
{
    const ax_depth_report r = ax_depth_meter_report(score);
    (void)spec;
    ax_str_add(out, ",\"depth\":{");
    add_figures(out, "pooled", &r.pooled);
    add_figures(out, "per_image", &r.per_image);
    add_number(out, "lineage_rmse", r.lineage_rmse);
    ax_str_printf(out, ",\"pixels\":%" PRIu64 ",\"measured\":%zu,\"without_truth\":%zu}", r.pixels, r.measured,
                  r.without_truth);
}

void ax_depth_csv(const void *score, const ax_task_spec *spec, ax_str *out)
{
    const ax_depth_report r = ax_depth_meter_report(score);
    (void)spec;
    ax_str_add(out, "figure,pooled,per_image\n");
    for (int f = 0; f < AX_DEPTH_FIGURES; f++)
        ax_str_printf(out, "%s,%.9g,%.9g\n", ax_depth_figure_name((ax_depth_figure)f), r.pooled.value[f],
                      r.per_image.value[f]);
}
