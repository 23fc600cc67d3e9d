#include "tui/report/page_internal.h"

#include "viz/figure.h"
#include "viz/svg.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

/* The style is made for narrow windows; wide ones get columns, and on paper nothing is split between pages. */
static const char style[] =
    "body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff}\n"
    "h1{margin:0;font-size:1.7rem;overflow-wrap:anywhere}h2{margin:2.2rem 0 .6rem;border-bottom:1px solid #ddd}\n"
    "h3{margin:1.2rem 0 .4rem;font-size:1.05rem}figure{margin:0}figcaption{font-size:.85rem;color:#666}\n"
    "svg{display:block;max-width:100%;height:auto}img{display:block;max-width:100%;height:auto}\n"
    "code,pre{font-family:ui-monospace,monospace;font-size:.85rem}pre{overflow-x:auto;background:#f5f5f3;padding:.7rem}"
    "\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-size:.92rem}\n"
    "th,td{padding:.2rem .7rem .2rem 0;text-align:right;white-space:nowrap}th{color:#666;font-weight:600}\n"
    "td.left code{white-space:normal;overflow-wrap:anywhere;display:inline-block;min-width:17rem}\n"
    ".for-narrow{display:none}@media(max-width:40rem){.for-narrow{display:block}.for-wide{display:none}}\n"
    "tbody tr{border-top:1px solid #eee}.left{text-align:left}\n"
    ".figures{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))}\n"
    ".pictures{display:grid;gap:.5rem;margin:0 0 "
    "1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,9.5rem),1fr))}\n"
    ".pictures img{width:100%;image-rendering:pixelated}dl{margin:0}dt{color:#666}dd{margin:0;overflow-wrap:anywhere}\n"
    ".facts{display:grid;gap:.5rem 1.5rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,9.5rem),1fr))}\n"
    ".settings{columns:17rem;column-gap:2rem;font-size:.85rem}.settings>div>div{display:flex;gap:1rem}\n"
    ".settings dt{flex:1}.settings dd{text-align:right}.settings .other{font-weight:700}.settings "
    "h3{margin-top:0}.settings .keep{margin-bottom:1rem}\n"
    ".swatch{display:inline-block;width:.9em;height:.9em;margin-right:.5em;vertical-align:-.1em;border:1px solid "
    "#999}\n"
    ".bar{display:inline-block;height:.7em;background:#1b7f3b}.keep{break-inside:avoid}\n"
    "@media "
    "print{body{max-width:none;padding:0;font-size:10pt}h2,h3{break-after:avoid}figure,tr,pre{break-inside:avoid}\n"
    ".swatch,.bar,svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}.wide{overflow:visible}\n"
    "table{font-size:8.5pt}td.left code{min-width:9rem}}\n";

static void add_fact(ax_str *out, const char *name, const char *value)
{
    ax_str_printf(out, "<div><dt>%s</dt><dd>", name);
    ax_svg_escape(out, value);
    ax_str_add(out, "</dd></div>\n");
}

static void add_time(ax_str *out, const char *name, double at)
{
    char text[64];
    time_t t = (time_t)at;
    struct tm tm;
    if (at > 0 && localtime_r(&t, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm))
        add_fact(out, name, text);
}

static void add_head(const ax_page_of *of, ax_str *out)
{
    ax_str_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    ax_svg_escape(out, of->name);
    ax_str_printf(out, " \u2013 auxcell</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>", style);
    ax_svg_escape(out, of->name);
    ax_str_add(out, "</h1>\n</header>\n");
}

static void add_summary(const ax_page_of *of, ax_str *out)
{
    const ax_state *s = of->state;
    const ax_candidate *best = ax_state_candidate(s, s->best), *full = ax_state_candidate(s, s->best_full),
                       *first = ax_state_candidate(s, s->finalist);
    char text[128], figure[AX_FIGURE];
    ax_str_add(out, "<section>\n<dl class=\"facts\">\n");
    add_fact(out, "state", of->word);
    if (s->task < AX_TASKS)
        add_fact(out, "task", ax_task_name(s->task));
    add_fact(out, "data", s->data);
    add_fact(out, "preset, strategy", (snprintf(text, sizeof text, "%.50s, %.50s", s->preset, s->strategy), text));
    snprintf(text, sizeof text, "%u of %lld judged, %u failed, %u pruned", s->n_scored, (long long)s->planned,
             s->n_failed, s->n_pruned);
    add_fact(out, "candidates", text);
    add_fact(out, "time with an engine", ax_figure_clock(s->elapsed, figure));
    add_time(out, "began", s->first_at);
    add_time(out, "last event", s->last_at);
    if (s->n_finalists) {
        snprintf(text, sizeof text, "%u of %lld training%s, %u finalist%s", s->n_finals, (long long)s->finals,
                 s->finals == 1 ? "" : "s", s->n_finalists, s->n_finalists == 1 ? "" : "s");
        add_fact(out, "finals", text);
    }
    if (first) {
        const ax_outcome *o = &first->outcome;
        char half[AX_FIGURE], chance[AX_FIGURE];
        snprintf(text, sizeof text, "%s \u00b1 %s, candidate %u, %lld seed%s, best with probability %s",
                 ax_figure_share(o->final_mean, 4, figure), ax_figure_share(o->final_interval, 4, half), first->id,
                 (long long)o->final_seeds, o->final_seeds == 1 ? "" : "s", ax_figure_share(o->final_best, 2, chance));
        add_fact(out, "first of the finals", text);
    }
    if (best) {
        snprintf(text, sizeof text, "%s, candidate %u", ax_figure_share(best->outcome.reward, 4, figure), best->id);
        add_fact(out, "best reward", text);
    }
    if (full) {
        snprintf(text, sizeof text, "%s, candidate %u", ax_figure_share(full->outcome.reward, 4, figure), full->id);
        add_fact(out, "best after full training", text);
    }
    ax_str_add(out, "</dl>\n</section>\n");
}

ax_code ax_page_write(const ax_page_of *of, ax_str *out, ax_err *err)
{
    ax_code code = AX_OK;
    add_head(of, out);
    add_summary(of, out);
    if (of->state->n_scored) {
        ax_str_add(out, "<section>\n<h2>Rewards</h2>\n");
        code = ax_page_rewards(of, out, err);
        ax_str_add(out, "<div class=\"figures\">\n");
        if (code == AX_OK)
            code = ax_page_fronts(of, out, err);
        ax_str_add(out, "</div>\n</section>\n<section>\n<h2>Best candidates</h2>\n");
        ax_page_table(of, out);
        ax_page_cells(of, out);
        ax_str_add(out, "</section>\n");
    } else {
        ax_str_add(out, "<p>No candidate has a reward yet.</p>\n");
    }
    if (code == AX_OK)
        code = ax_page_pictures(of, out, err);
    ax_page_settings(of, out);
    ax_page_origin(of, out);
    ax_str_add(out, "</body>\n</html>\n");
    return code != AX_OK || ax_str_ok(out) ? code : ax_fail(err, AX_ENOMEM, "no memory for the page");
}
