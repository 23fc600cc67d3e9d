/* auxcell train: trains a network fully and keeps the best of its epochs. */
#include "engine/base/cores.h"
#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/command/device_note.h"
#include "engine/command/prepare.h"
#include "engine/command/program.h"
#include "engine/command/train_chart.h"
#include "engine/command/train_report.h"
#include "engine/command/train_order.h"

#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char synopsis[] = "auxcell train GENOTYPE|RUN:ID -o MODEL.safetensors [--state DIR] [OPTION...]";
static const char about[] =
    "Trains a network fully, as a promotion in a run does (full_epochs, full_channels, ...), judges it\n"
    "after every epoch, and keeps the best. With --state it can be stopped or killed at any moment and\n"
    "gone on with: auxcell train --state DIR --resume. RUN:ID is a candidate of a run, with the settings\n"
    "and the data of that run. auxcell show --help says what a GENOTYPE is.\n";
enum { STOPPED = 130 }; /* the shell's status after an interrupt */

/* ---- the command line ---- */

static ax_parsed parse(int argc, char **argv, ax_train_order *o, bool *json, ax_given *given)
{
    int n = 0;
    const ax_option table[] = {
        AX_PATH("-o", "FILE", &o->model, "the best model; default: in the folder of --state"),
        AX_PATH("--state", "DIR", &o->folder, "keeps there all that going on takes: settings, states, epochs, models"),
        AX_FLAG("--resume", &o->resume, "goes on with the training that DIR holds"),
        AX_WHOLE("--seeds", "N", &o->seeds, 1, AX_TRAIN_SEEDS,
                 "trains N times, with seeds from --seed on, and prints their mean figures (1)"),
        AX_TEXT("--preset", "P", &o->preset, "settings to start from: " AX_PRESETS " (demo)"),
        AX_PATH("--cache", "DIR", &o->cache, "keeps the encoder's outputs there; default: in the folder of --state"),
        AX_FLAG("--json", json, "one JSON object per epoch, and one at the end"),
    };
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), given, 1 };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    o->of = parsed == AX_PARSED_GO && n ? argv[1] : NULL;
    return parsed;
}

/* ---- training one seed ---- */

typedef struct seed_run {
    ax_trainer *t;
    ax_epochs epochs;
    ax_train_report report;
    char model[PATH_MAX], state[PATH_MAX], log[PATH_MAX];
    bool kept;    /* a state is kept */
    bool unicode; /* the terminal shows Unicode */
} seed_run;

/* Signals are blocked: a pending one is seen here, between two steps. */
static bool is_stopped(void)
{
    sigset_t waiting;
    sigpending(&waiting);
    return sigismember(&waiting, SIGINT) || sigismember(&waiting, SIGTERM) || sigismember(&waiting, SIGHUP);
}

static void block_signals(int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(how, &set, NULL);
}

/* The terminal's last line, redrawn at each step. */
static void show_progress(const seed_run *run, const ax_train_progress *p)
{
    ax_str chart;
    ax_str_init(&chart, 0);
    ax_train_chart(&run->epochs, run->unicode, &chart);
    if (chart.len)
        ax_out_progress("  %s  step %d/%d ", chart.text, p->step, p->steps);
    else
        ax_out_progress("  loss %.4f  step %d/%d ", p->loss, p->step, p->steps);
    ax_str_release(&chart);
}

static bool watch(void *context, const ax_train_progress *p)
{
    seed_run *run = context;
    ax_train_report *r = &run->report;
    if (p->stage != r->stage) { /* the first step of this stage in this process */
        r->stage = p->stage;
        r->before = p->epoch;
        r->began = p->seconds;
    }
    if (r->tty && !r->json)
        show_progress(run, p);
    return !is_stopped();
}

/* The model is written first, and the checkpoint last (by the trainer). Whenever the process is killed, epochs and
   model match the checkpoint, or are ahead of it and will be repeated. */
static ax_code epoch_end(void *context, const ax_train_epoch *now, ax_err *err)
{
    seed_run *run = context;
    const ax_epoch *added;
    ax_code code = ax_epochs_add(&run->epochs, now, &added, err);
    if (code == AX_OK && added->best)
        code = ax_trainer_write_model(run->t, run->model, true, err);
    if (code == AX_OK && run->kept)
        code = ax_epochs_write(&run->epochs, run->log, err);
    if (code != AX_OK)
        return code;
    ax_report_epoch(&run->report, &run->epochs, added);
    return ax_out_flush() || run->kept ? AX_OK : ax_fail(err, AX_EIO, "nothing reads the training's output any more");
}

static void warn(void *context, const char *text)
{
    seed_run *run = context;
    if (run->report.tty)
        ax_out_progress("%s", "");
    run->report.drawn = 0; /* the plots stay above the line */
    ax_complain("%s", text);
}

/* An interrupt ends this part at once, since nothing is lost yet. */
static void cache_progress(void *context, size_t done, size_t all)
{
    const seed_run *run = context;
    block_signals(SIG_UNBLOCK);
    block_signals(SIG_BLOCK);
    if (run->report.tty)
        ax_out_progress("  encoder %zu/%zu ", done, all);
    if (run->report.tty && done == all)
        ax_out_progress("%s", "");
}

static ax_code run_seed(const ax_train_order *o, const ax_settings *s, ax_source *source, uint64_t peers, seed_run *run,
                        ax_outcome *out, ax_err *err)
{
    const char *note, *cache = o->cache_path[0] ? o->cache_path : NULL;
    run->t = ax_trainer_new(s, source, cache, cache_progress, run, err);
    if (!run->t)
        return err->code;
    (void)ax_trainer_device(run->t, &note);
    ax_command_device_note(note);
    ax_train_job job = ax_train_job_default(s, &o->genotype, true);
    job.peers = peers;
    job.warn = warn;
    job.epoch_end = epoch_end;
    job.eval_epochs = s->eval_every;
    job.state_path = run->kept ? run->state : NULL;
    job.must_resume = run->kept && !access(run->state, F_OK);
    run->report.stage1_epochs = job.epochs;
    ax_code code = ax_trainer_run(run->t, &job, watch, run, out, err);
    ax_trainer_free(run->t);
    run->t = NULL;
    if (run->report.tty)
        ax_out_progress("%s", "");
    return code;
}

/* Width of a terminal that plots can be redrawn in; 0 = not a terminal, or too small. */
static int plot_columns(void)
{
    enum { MOST = 120 };
    const char *term = getenv("TERM");
    struct winsize size;
    if (!isatty(1) || !isatty(2) || !term || !strcmp(term, "dumb") || ioctl(1, TIOCGWINSZ, &size))
        return 0;
    if (size.ws_row < AX_TRAIN_PLOT_ROWS + 4 || size.ws_col < AX_TRAIN_PLOT_COLS)
        return 0;
    return size.ws_col < MOST ? size.ws_col : MOST;
}

/* Trains a seed, unless that is done already; *best: the result of its best epoch. */
static ax_code train_seed(const ax_train_order *o, const ax_settings *s, ax_source *source, uint64_t peers, bool json,
                          ax_outcome *best, ax_err *err)
{
    seed_run run = { .report = { .json = json, .tty = isatty(2), .plots = json ? 0 : plot_columns() },
                     .kept = o->folder,
                     .unicode = !strcmp(nl_langinfo(CODESET), "UTF-8") };
    run.report.unicode = run.unicode;
    run.epochs = (ax_epochs) { .task = source->info.task.task->id, .seed = s->seed };
    ax_code code = ax_train_order_path(o, AX_TRAIN_MODEL, s->seed, run.model, err);
    if (code == AX_OK && run.kept)
        code = ax_train_order_path(o, AX_TRAIN_STATE, s->seed, run.state, err);
    if (code == AX_OK && run.kept)
        code = ax_train_order_path(o, AX_TRAIN_EPOCHS, s->seed, run.log, err);
    if (code == AX_OK && run.kept)
        code = ax_epochs_read(&run.epochs, run.log, err);
    int32_t n = run.epochs.n;
    ax_outcome out = ax_outcome_none;
    bool done = n && run.epochs.at[n - 1].epoch == run.epochs.at[n - 1].epochs && !access(run.model, F_OK);
    if (code == AX_OK && !done)
        code = run_seed(o, s, source, peers, &run, &out, err);
    const ax_epoch *e = ax_epochs_best(&run.epochs);
    *best = e ? e->figures : ax_outcome_none;
    if (code == AX_OK)
        ax_report_seed(&run.report, &run.epochs, &out, run.model);
    ax_epochs_release(&run.epochs);
    return code;
}

/* ---- all seeds ---- */

/* The model file is replaced after every epoch that is better; a pipe would get several models. */
static ax_code check_model(const char *path, ax_err *err)
{
    struct stat st;
    if (!stat(path, &st) && !S_ISREG(st.st_mode))
        return ax_fail(err, AX_EINVAL, "%s: not a regular file, and every better model replaces it", path);
    return ax_output_check(path, err);
}

/* No model may overwrite an input, and a model that can't be written must fail now rather than hours later. */
static ax_code check_outputs(const ax_train_order *o, ax_source *source, ax_err *err)
{
    const char *cache = o->cache_path[0] ? o->cache_path : NULL;
    char path[PATH_MAX];
    ax_files *f = ax_files_new();
    ax_code code = f ? ax_prepare_inputs(f, &o->settings, source, cache, err)
                     : ax_fail(err, AX_ENOMEM, "no memory for the names of files");
    if (code == AX_OK)
        code = ax_train_order_files(o, f, err);
    for (int32_t i = 0; i < o->seeds && code == AX_OK; i++) {
        code = ax_train_order_path(o, AX_TRAIN_MODEL, o->settings.seed + i, path, err);
        if (code == AX_OK)
            code = check_model(path, err);
        if (code == AX_OK)
            code = ax_files_write(f, path, "the model", err);
    }
    if (code == AX_OK)
        code = ax_files_check(f, err);
    ax_files_free(f);
    return code;
}

static ax_code train_all(const ax_program *prog, ax_train_order *o, bool json, ax_err *err)
{
    ax_outcome best[AX_TRAIN_SEEDS];
    ax_settings s = o->settings;
    uint64_t peers = 0;
    ax_source *source = NULL;
    ax_code code = ax_prepare_devices(&s, &peers, err);
    if (code == AX_OK)
        code = ax_cores_take_part(s.share, err);
    if (code == AX_OK && !(source = prog->open_source(s.data, s.task, err)))
        code = err->code;
    if (code == AX_OK)
        code = check_outputs(o, source, err);
    if (code == AX_OK)
        code = ax_prepare_check(&o->settings, source, err);
    if (code == AX_OK)
        code = ax_train_order_begin(o, err);
    for (int32_t i = 0; i < o->seeds && code == AX_OK; i++) {
        s.seed = o->settings.seed + i;
        code = train_seed(o, &s, source, peers, json, &best[i], err);
    }
    const ax_train_report r = { .json = json };
    if (code == AX_OK && o->seeds > 1)
        ax_report_seeds(&r, source->info.task.task->id, best, o->seeds);
    if (source)
        source->ops->close(source);
    return code;
}

int ax_command_train(const ax_program *prog, int argc, char **argv)
{
    ax_err err = { AX_OK, "" };
    ax_train_order o = { .lock = -1 };
    ax_given given;
    bool json = false;
    setlocale(LC_CTYPE, ""); /* tells whether the terminal uses UTF-8 */
    const ax_settings_choice uses = { .without = AX_SETTINGS_OF_SEARCH " " AX_SETTINGS_OF_SHORT };
    if (ax_given_init(&given, argc, uses, &err) != AX_OK)
        return ax_complain_of(&err);
    ax_parsed parsed = parse(argc, argv, &o, &json, &given);
    ax_code code = parsed == AX_PARSED_GO ? ax_train_order_settle(&o, &given, &err) : AX_OK;
    ax_given_release(&given);
    if (parsed != AX_PARSED_GO)
        return parsed;
    block_signals(SIG_BLOCK);
    if (code == AX_OK)
        code = train_all(prog, &o, json, &err);
    if (code == AX_ECANCEL && o.folder)
        ax_complain("%s; 'auxcell train --state %s --resume' goes on", err.msg, o.folder);
    else if (code != AX_OK)
        ax_complain_of(&err);
    ax_train_order_release(&o);
    return code == AX_ECANCEL ? STOPPED : ax_exit_code(code);
}
