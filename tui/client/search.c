/* search, demo, resume, attach: what starts or shows a run. */
#include "engine/base/out.h"
#include "engine/config/option.h"
#include "engine/wire/run.h"
#include "tui/client/commands.h"
#include "tui/client/follow.h"
#include "tui/client/masks.h"
#include "tui/client/report.h"
#include "tui/client/start.h"
#include "tui/session/invocation.h"
#include "tui/session/attach.h"
#include "viz/canvas.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN = 10 }; /* rows of the closing table */

typedef struct options {
    bool headless, json, ascii, color, readonly, plain, low_bandwidth, demo, previous, repair, wait, no_wait;
    const char *run, *preset, *config, *script, *size, *record;
    int rows, cols;
    ax_given given;
    char engine[PATH_MAX]; /* its program */
} options;

static bool has_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static ax_code choose_way(options *o, ax_err *err)
{
    o->headless = o->headless || o->json || !has_terminal();
    if (o->wait && o->no_wait)
        return ax_fail(err, AX_EINVAL, "--wait and --no-wait exclude each other");
    if (!o->headless && (o->wait || o->no_wait))
        return ax_fail(err, AX_EINVAL, "--%s goes with --headless", o->wait ? "wait" : "no-wait");
    if (o->headless && o->record)
        return ax_fail(err, AX_EINVAL, "--record writes the screens, which need a terminal, and no --headless");
    return AX_OK;
}

static ax_tui_options screens(options *o)
{
    ax_err ignored; /* an error is reported when the engine is started */
    bool counts = ax_engine_path(o->engine, &ignored) == AX_OK;
    return (ax_tui_options) { .readonly = o->readonly,
                              .plain = o->plain,
                              .low_bandwidth = o->low_bandwidth,
                              .ascii = o->ascii,
                              .color = o->color,
                              .script = o->script,
                              .record = o->record,
                              .program = ax_program(),
                              .rows = o->rows,
                              .cols = o->cols,
                              .start_demo = ax_start_demo,
                              .resume = ax_start_again,
                              .wake = ax_start_for_command,
                              .engine = counts ? o->engine : NULL };
}

static int close_with_report(const ax_run_handle *run, const ax_state *s, const options *o)
{
    ax_settings settings = { .channels = 0 };
    ax_err err;
    bool known = ax_settings_read_run(&settings, run->dirfd, &err) == AX_OK;
    if (o->json)
        return 0;
    ax_report_best(s, SHOWN, known ? &settings : NULL);
    const ax_candidate *best = ax_state_candidate(s, ax_state_winner(s));
    if (o->demo && best && ax_masks_export(run, best, ax_task_predicts(s->task)->several, &err) != AX_OK)
        return ax_complain_of(&err);
    ax_out("\n");
    ax_out_line("run: %s", run->path);
    return 0;
}

/* Follows without screens and reports; owns run and engine. */
static int headless(ax_run_handle *run, ax_engine *engine, const options *o)
{
    ax_state s;
    ax_state_init(&s);
    ax_follow how = { .json = o->json, .unattended = o->no_wait || (!o->wait && !has_terminal()) };
    int code = ax_follow_run(run, engine, &how, &s);
    if (code < 128 && (code == 0 || s.n_scored)) {
        int reported = close_with_report(run, &s, o);
        code = code ? code : reported;
        if (s.ending == AX_ENDING_FINISHED && !s.n_scored && s.n_failed)
            code = 1;
    }
    ax_state_release(&s);
    ax_run_close(run);
    return code;
}

static int show_or_follow(ax_run_handle *run, ax_engine *engine, options *o)
{
    if (o->headless)
        return headless(run, engine, o);
    ax_tui_options t = screens(o);
    ax_engine_release(engine);
    ax_run_close(run);
    return ax_tui_attach(run->path, &t);
}

/* ---- search and demo ---- */

static ax_code make_settings(const options *o, ax_settings *s, ax_err *err)
{
    const char *data = ax_given_value(&o->given, "data");
    if (o->config && o->preset)
        return ax_fail(err, AX_EINVAL, "--config and --preset exclude each other");
    bool small = !data || !strncmp(data, "scenes", 6);
    ax_code code = ax_settings_preset(s, o->preset ? o->preset : small ? "demo" : "cpu", err);
    if (code == AX_OK && o->config)
        code = ax_settings_read(s, AT_FDCWD, o->config, err);
    if (code == AX_OK && o->demo && o->headless)
        code = ax_settings_set(s, "candidates", "4", err);
    for (int i = 0; i < o->given.n && code == AX_OK; i++)
        code = ax_settings_set(s, o->given.name[i], o->given.value[i], err);
    if (code == AX_OK)
        code = ax_settings_absolute(s, err);
    return code;
}

static int begin(options *o)
{
    ax_settings s = { .seed = 0 };
    ax_run_handle run;
    ax_engine engine;
    ax_err err;
    if (choose_way(o, &err) != AX_OK || make_settings(o, &s, &err) != AX_OK)
        return ax_complain_of(&err);
    if (o->headless)
        ax_follow_hold_signals();
    if (ax_run_begin(o->run, &s, &run, &engine, &err) != AX_OK)
        return ax_complain_of(&err);
    if (o->headless && !o->json) {
        ax_out_line("run %s: %s, preset %s, strategy %s, %lld candidate%s", run.name, s.data, s.preset, s.strategy,
                    (long long)s.candidates, s.candidates == 1 ? "" : "s");
        ax_out_flush();
    }
    return show_or_follow(&run, &engine, o);
}

static int parse_and_begin(options *o, const char *synopsis, const char *text, int argc, char **argv)
{
    const ax_option option[] = {
        AX_FLAG("--headless", &o->headless, "no screens: a line per candidate, then a table"),
        AX_FLAG("--json", &o->json, "headless, every event as a line of JSON"),
        AX_FLAG("--wait", &o->wait, "headless: a paused run waits for 'auxcell continue', as it does at a terminal"),
        AX_FLAG("--no-wait", &o->no_wait, "headless: a run that pauses itself is stopped, as it is without a terminal"),
        AX_TEXT("--run", "NAME|DIR", &o->run, "name of the run, or where its directory goes"),
        AX_TEXT("--preset", "P", &o->preset, "settings to start from: " AX_PRESETS " (scenes: demo, else cpu)"),
        AX_PATH("--config", "FILE", &o->config, "settings from a run.ini"),
        AX_FLAG("--ascii", &o->ascii, "screens in plain characters"),
        AX_PATH("--record", "FILE", &o->record, "write the screens as asciicast v2 when they are left"),
    };
    int n;
    ax_usage u = { synopsis, text, AX_OPTIONS(option), &o->given, 0 };
    ax_err err;
    if (ax_given_init(&o->given, argc, (ax_settings_choice) { .only = NULL }, &err) != AX_OK)
        return ax_complain_of(&err);
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    int code = parsed == AX_PARSED_GO ? begin(o) : (int)parsed;
    ax_given_release(&o->given);
    return code;
}

int ax_cli_search(int argc, char **argv)
{
    options o = { .headless = false };
    return parse_and_begin(&o, "auxcell search [OPTION...]",
                           "Starts a search in the background and shows it; without a terminal as with --headless.\n",
                           argc, argv);
}

int ax_cli_demo(int argc, char **argv)
{
    options o = { .demo = true, .preset = "demo" };
    return parse_and_begin(&o, "auxcell demo [OPTION...]",
                           "A search on generated scenes; needs no data. Without a terminal: a few candidates, the\n"
                           "table, the best cell, and its predictions as PNG files.\n",
                           argc, argv);
}

/* ---- resume and attach ---- */

int ax_cli_resume(int argc, char **argv)
{
    options o = { .headless = false };
    const ax_option option[] = {
        AX_FLAG("--headless", &o.headless, "no screens: a line per candidate, then a table"),
        AX_FLAG("--json", &o.json, "headless, every event as a line of JSON"),
        AX_FLAG("--wait", &o.wait, "headless: a paused run waits for 'auxcell continue', as it does at a terminal"),
        AX_FLAG("--no-wait", &o.no_wait, "headless: a run that pauses itself is stopped, as it is without a terminal"),
        AX_FLAG("--previous", &o.previous, "from the snapshot before the newest"),
        AX_FLAG("--repair", &o.repair, "although a part of the log is lost: from the snapshot, without what is lost"),
        AX_FLAG("--ascii", &o.ascii, "screens in plain characters"),
        AX_PATH("--record", "FILE", &o.record, "write the screens as asciicast v2 when they are left"),
    };
    ax_usage u = { "auxcell resume [RUN] [OPTION...]",
                   "Starts the engine of a run again, exactly where it was, and shows it.\n", AX_OPTIONS(option), NULL,
                   1 };
    ax_run_handle run;
    ax_engine engine;
    ax_err err;
    int n;
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (choose_way(&o, &err) != AX_OK || ax_run_find(n ? argv[1] : NULL, true, &run, &err) != AX_OK)
        return ax_complain_of(&err);
    if (o.headless)
        ax_follow_hold_signals();
    unsigned how = (o.previous ? AX_ENGINE_PREVIOUS : 0) | (o.repair ? AX_ENGINE_REPAIR : 0);
    if (ax_engine_start(run.dirfd, run.path, how, &engine, &err) != AX_OK) {
        ax_run_close(&run);
        return ax_complain_of(&err);
    }
    return show_or_follow(&run, &engine, &o);
}

static ax_code check_screens(options *o, ax_err *err)
{
    char more;
    if (o->plain && o->record)
        return ax_fail(err, AX_EINVAL, "--record writes the screens, and --plain has none");
    if (!o->size)
        return AX_OK;
    if (!o->script)
        return ax_fail(err, AX_EINVAL, "--size goes with --script");
    if (sscanf(o->size, "%4dx%4d%c", &o->cols, &o->rows, &more) != 2 || o->cols < 1 || o->rows < 1 ||
        o->cols > AX_CANVAS_SIDE || o->rows > AX_CANVAS_SIDE)
        return ax_fail(err, AX_EINVAL, "--size '%.40s': write COLSxROWS, like 80x24", o->size);
    return AX_OK;
}

int ax_cli_attach(int argc, char **argv)
{
    options o = { .headless = false };
    const ax_option option[] = {
        AX_FLAG("--readonly", &o.readonly, "look only: keys that change something are refused"),
        AX_FLAG("--ascii", &o.ascii, "plain characters"),
        AX_FLAG("--plain", &o.plain, "lines of text, no screen: for readers of speech and for logs"),
        AX_FLAG("--low-bandwidth", &o.low_bandwidth, "at most 200 bytes per second while nothing is typed"),
        AX_PATH("--record", "FILE", &o.record, "write the screens as asciicast v2 when they are left"),
        AX_PATH("--script", "FILE", &o.script,
                "keys from a file, a line each: keys TEXT, wait TEXT, sleep SECONDS, save FILE"),
        AX_FLAG("--color", &o.color, "with --size: masks and preferences in colours, for pictures"),
        AX_TEXT("--size", "COLSxROWS", &o.size, "with --script: no terminal, a screen of this size, like 80x24"),
    };
    ax_usage u = { "auxcell attach [RUN] [OPTION...]",
                   "Shows a run; without RUN the newest with a running engine, else a list of all.\n",
                   AX_OPTIONS(option), NULL, 1 };
    int n;
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    ax_err err;
    if (check_screens(&o, &err) != AX_OK)
        return ax_complain_of(&err);
    if (!o.rows && !o.plain && !has_terminal()) {
        ax_fail(&err, AX_EINVAL,
                "%s needs a terminal; 'auxcell attach --plain' and 'auxcell status' do without, 'auxcell --help' lists "
                "more",
                argv[0]);
        return ax_complain_of(&err);
    }
    ax_tui_options t = screens(&o);
    return ax_tui_attach(n ? argv[1] : NULL, &t);
}
