/* ls and status: which runs there are, and the state of one. */
#include "engine/base/clock.h"
#include "engine/base/out.h"
#include "engine/base/utf8.h"
#include "engine/config/option.h"
#include "engine/wire/run.h"
#include "tui/session/candidate_text.h"
#include "tui/client/commands.h"
#include "tui/client/report.h"
#include "tui/client/runs.h"
#include "viz/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* The data set. Its event has no room for a long path, so run.ini, which is in *set, is asked for the whole of it. */
static const char *data_of(const ax_run_handle *run, const ax_state *s, ax_settings *set)
{
    size_t n = strlen(s->data);
    bool cut = n + 4 > AX_EVENT_TEXT - 1; /* a character that didn't fit may have 4 bytes */
    memset(set, 0, sizeof *set);
    return cut && ax_settings_read(set, run->dirfd, "run.ini", NULL) == AX_OK && !strncmp(set->data, s->data, n)
               ? set->data
               : s->data;
}

static const char *date(double at, char out[32])
{
    time_t t = (time_t)at;
    struct tm tm;
    if (at <= 0 || !localtime_r(&t, &tm) || !strftime(out, 32, "%Y-%m-%d %H:%M", &tm))
        snprintf(out, 32, "-");
    return out;
}

/* "null" for none. */
static void candidate_json(const ax_state *s, uint32_t id, ax_str *out)
{
    const ax_candidate *c = ax_state_candidate(s, id);
    if (c)
        ax_candidate_json(s, c, out);
    else
        ax_str_add(out, "null");
}

/* Seconds for which the run has had an engine. */
static double elapsed(const ax_state *s, pid_t engine)
{
    return engine > 0 ? ax_state_elapsed(s, ax_clock()) : s->elapsed;
}

static void status_json(const ax_run_handle *run, const ax_state *s, pid_t engine, bool candidates)
{
    ax_settings settings;
    ax_str out;
    ax_str_init(&out, 0);
    ax_str_add(&out, "{\"name\":");
    ax_str_json(&out, run->name);
    ax_str_add(&out, ",\"path\":");
    ax_str_json(&out, run->path);
    ax_str_add(&out, ",\"state\":");
    ax_str_json(&out, ax_state_word(s, engine > 0));
    const ax_log_line *why = engine > 0 ? NULL : ax_state_why_failed(s);
    ax_str_add(&out, ",\"why\":");
    if (why)
        ax_str_json(&out, why->text);
    else
        ax_str_add(&out, "null");
    ax_str_printf(&out, ",\"engine\":%d,\"data\":", (int)engine);
    ax_str_json(&out, data_of(run, s, &settings));
    ax_str_add(&out, ",\"preset\":");
    ax_str_json(&out, s->preset);
    ax_str_add(&out, ",\"strategy\":");
    ax_str_json(&out, s->strategy);
    ax_str_add(&out, ",\"device\":");
    ax_str_json(&out, s->device);
    ax_str_printf(
        &out,
        ",\"seed\":%lld,\"planned\":%lld,\"proposed\":%u,\"scored\":%u,\"running\":%u,\"queued\":%u,"
        "\"failed\":%u,\"pruned\":%u,\"reused\":%u,\"events\":%llu,\"started\":%.3f,\"newest\":%.3f,\"overhead\":",
        (long long)s->seed, (long long)s->planned, s->n_candidates, s->n_scored, s->n_running, s->n_queued, s->n_failed,
        s->n_pruned, s->n_reused, (unsigned long long)s->seq, s->first_at, s->last_at);
    if (isnan(s->overhead))
        ax_str_add(&out, "null");
    else
        ax_str_printf(&out, "%.6f", s->overhead);
    ax_str_printf(&out, ",\"elapsed\":%.3f", elapsed(s, engine));
    ax_str_printf(&out, ",\"data_changed\":%s", s->data_changed ? "true" : "false");
    ax_str_printf(&out, ",\"lost\":%llu,\"damage\":", (unsigned long long)s->n_lost);
    ax_damage_json(&s->damage, &out);
    ax_str_add(&out, ",\"best\":");
    candidate_json(s, s->best, &out);
    ax_str_printf(&out, ",\"finals\":{\"planned\":%lld,\"done\":%u,\"finalists\":%u,\"first\":", (long long)s->finals,
                  s->n_finals, s->n_finalists);
    candidate_json(s, s->finalist, &out);
    ax_str_add(&out, "},\"best_of_all\":");
    candidate_json(s, ax_state_best_of_all(s), &out);
    if (candidates) {
        ax_str_add(&out, ",\"candidates\":[");
        for (uint32_t i = 0; i < s->n_candidates; i++) {
            if (i)
                ax_str_add(&out, ",");
            ax_candidate_json(s, &s->candidate[i], &out);
        }
        ax_str_add(&out, "]");
    }
    ax_str_add(&out, "}");
    ax_out_text(ax_str_ok(&out) ? out.text : "null");
    ax_str_release(&out);
}

/* ---- ls ---- */

enum { NAME = 20 }; /* columns */

typedef struct listing {
    bool json;
    int n, unreadable;
    int columns; /* of the widest name */
} listing;

static void list_one(void *context, const char *name, const char *path)
{
    listing *l = context;
    ax_run_handle run;
    ax_state s;
    ax_err err;
    char reward[AX_FIGURE], when[32], done[40];
    (void)name;
    if (ax_run_find(path, false, &run, &err) != AX_OK) {
        ax_complain_of(&err);
        l->unreadable++;
        return;
    }
    pid_t engine = ax_run_engine(run.dirfd);
    if (ax_run_load(run.dirfd, &s, &err) != AX_OK) {
        ax_complain("%s: %s", run.name, err.msg);
        l->unreadable++;
    } else if (l->json) {
        ax_out_text(l->n++ ? ",\n " : " ");
        status_json(&run, &s, engine, false);
    } else {
        if (!l->n++)
            ax_out("%-*s STATE        SCORED      BEST   STARTED           DATA\n", l->columns, "NAME");
        snprintf(done, sizeof done, "%u/%lld", s.n_scored + s.n_finals, (long long)s.planned);
        double result;
        ax_state_result(&s, &result);
        ax_str line;
        ax_str_init(&line, 0);
        ax_str_padded(&line, run.name, l->columns);
        ax_out_line("%s %-12s %-11s %-6s %-17s %s", line.text, ax_state_word(&s, engine > 0), done,
                    ax_figure_share(result, 4, reward), date(s.first_at, when), s.data);
        ax_str_release(&line);
    }
    ax_run_say_damage(&run, &s.damage);
    ax_state_release(&s);
    ax_run_close(&run);
}

static void measure(void *context, const char *name, const char *path)
{
    listing *l = context;
    (void)path;
    if (ax_utf8_columns(name) > l->columns)
        l->columns = ax_utf8_columns(name);
}

int ax_cli_ls(int argc, char **argv)
{
    listing l = { .columns = NAME };
    const ax_option option[] = { AX_FLAG("--json", &l.json, "a JSON array") };
    char synopsis[40]; /* ls, or list */
    snprintf(synopsis, sizeof synopsis, "auxcell %.16s [--json]", argv[0]);
    ax_usage u = { synopsis, "Lists the runs, newest first.\n", AX_OPTIONS(option), NULL, 0 };
    int n;
    ax_err err;
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (l.json)
        ax_out("[\n");
    ax_code code = l.json ? AX_OK : ax_run_list(measure, &l, &err);
    if (code == AX_OK)
        code = ax_run_list(list_one, &l, &err);
    if (l.json)
        ax_out_text(l.n ? "\n]\n" : "]\n");
    else if (code == AX_OK && !l.n && !l.unreadable)
        ax_out("no runs yet; 'auxcell search' or 'auxcell demo' starts one\n");
    return code == AX_OK ? l.unreadable > 0 : ax_complain_of(&err);
}

/* ---- status ---- */

static void print_status(const ax_run_handle *run, const ax_state *s, pid_t engine)
{
    char process[32] = "", clock[AX_FIGURE];
    ax_settings settings;
    if (engine > 0)
        snprintf(process, sizeof process, ", engine %d", (int)engine);
    ax_out_line("%s  %s%s", run->name, ax_state_word(s, engine > 0), process);
    if (s->died)
        ax_out_line("  died        its engine ended unexpectedly; 'auxcell resume %s' goes on", run->name);
    const ax_log_line *why = engine > 0 ? NULL : ax_state_why_failed(s);
    if (why)
        ax_out_line("  why         %s", why->text);
    ax_out_line("  path        %s", run->path);
    if (s->seq)
        ax_out_line("  data        %s, preset %s, strategy %s, seed %lld", data_of(run, s, &settings), s->preset,
                    s->strategy, (long long)s->seed);
    if (s->data_changed)
        ax_out("  changed     the data, since the run began: rewards before and after can't be compared\n");
    if (s->seq)
        ax_out_line("  device      %s, %lld worker%s", s->device, (long long)s->workers, s->workers == 1 ? "" : "s");
    ax_out("  elapsed     %s with an engine\n", ax_figure_clock(elapsed(s, engine), clock));
    ax_out("  candidates  %u of %lld scored, %u running, %u queued, %u failed, %u pruned\n", s->n_scored,
           (long long)s->planned, s->n_running, s->n_queued, s->n_failed, s->n_pruned);
    if (s->finals)
        ax_out("  finals      %u of %lld training%s done, %u finalist%s\n", s->n_finals, (long long)s->finals,
               s->finals == 1 ? "" : "s", s->n_finalists, s->n_finalists == 1 ? "" : "s");
    if (s->n_lost)
        ax_out("  history     %llu event%s lost\n", (unsigned long long)s->n_lost, s->n_lost == 1 ? " is" : "s are");
    if (s->n_reused)
        ax_out("  reused      %u with the result of the same network\n", s->n_reused);
    if (s->n_scored)
        ax_out("  rate        %.1f per minute\n", ax_state_rate(s, elapsed(s, engine)));
    if (!isnan(s->overhead))
        ax_out("  overhead    %.2f %% of the workers' time\n", 100 * s->overhead);
    if (engine > 0 && s->activity[0])
        ax_out_line("  now         %s", s->activity);
    for (uint32_t i = 0; i < s->n_candidates && engine > 0; i++)
        if (s->candidate[i].status == AX_RUNNING)
            ax_out("  training    #%u, epoch %d of %d\n", s->candidate[i].id, s->candidate[i].epoch,
                   s->candidate[i].epochs);
    const ax_candidate *best = ax_state_candidate(s, ax_state_best_of_all(s)), *search = ax_state_candidate(s, s->best);
    const ax_candidate *first = ax_state_candidate(s, s->finalist);
    char final[AX_FINAL_TEXT];
    if (first) {
        ax_report_candidate("  first       ", s->task, first);
        ax_out("              in the finals %s\n", ax_report_final(first, final));
    }
    if (best)
        ax_report_candidate("  best        ", s->task, best);
    if (search && search != best)
        ax_report_candidate("  search      ", s->task, search);
}

int ax_cli_status(int argc, char **argv)
{
    bool json = false;
    const ax_option option[] = { AX_FLAG("--json", &json, "one JSON object, with all candidates") };
    ax_usage u = { "auxcell status [RUN] [--json]",
                   "The state of a run; without RUN the newest with a running engine, else the newest.\n",
                   AX_OPTIONS(option), NULL, 1 };
    ax_run_handle run;
    ax_state s;
    ax_err err;
    int status = ax_run_of_arguments(&u, argc, argv, &run);
    if (status != AX_PARSED_GO)
        return status;
    pid_t engine = ax_run_engine(run.dirfd);
    ax_code code = ax_run_load(run.dirfd, &s, &err);
    if (code == AX_OK && json) {
        status_json(&run, &s, engine, true);
        ax_out("\n");
    } else if (code == AX_OK) {
        print_status(&run, &s, engine);
    }
    ax_out_flush();
    ax_run_say_damage(&run, &s.damage);
    ax_state_release(&s);
    ax_run_close(&run);
    return code == AX_OK ? 0 : ax_complain_of(&err);
}
