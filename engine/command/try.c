/* auxcell try: trains and judges genotypes once, without a run. */
#include "engine/base/bytes.h"
#include "engine/base/cores.h"
#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/command/device_note.h"
#include "engine/command/prepare.h"
#include "engine/command/program.h"
#include "engine/config/option.h"
#include "engine/model/modelmeta.h"
#include "engine/train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char synopsis[] = "auxcell try GENOTYPE... [OPTION...]";
static const char about[] = "Trains and judges candidates, one after the other, without a run. auxcell show --help\n"
                            "says what a GENOTYPE is.\n";

typedef struct options {
    ax_settings settings;
    char **genotype; /* of argv */
    int n_genotypes;
    const char *model, *cache;
    uint64_t peers;          /* as in ax_train_job */
    bool json, full, failed; /* failed: a candidate, whose error was printed */
} options;

static ax_code make_settings(options *o, const char *preset, const ax_given *given, ax_err *err)
{
    const ax_settings_choice uses = { .without = o->full ? AX_SETTINGS_OF_SHORT : AX_SETTINGS_OF_FULL };
    ax_code code = ax_settings_preset(&o->settings, preset, err);
    for (int i = 0; i < given->n && code == AX_OK; i++)
        code =
            ax_settings_chosen(&uses, given->name[i])
                ? ax_settings_set(&o->settings, given->name[i], given->value[i], err)
                : ax_fail(err, AX_EINVAL, "%s: has no effect %s --full", given->name[i], o->full ? "with" : "without");
    if (code == AX_OK && !o->n_genotypes)
        code = ax_fail(err, AX_EINVAL, "try needs a genotype; 'auxcell try --help' says more");
    if (code == AX_OK && o->model && o->n_genotypes > 1)
        code = ax_fail(err, AX_EINVAL, "--model takes one genotype");
    /* what is kept for later must not depend on the current directory */
    return code == AX_OK && o->cache ? ax_settings_absolute(&o->settings, err) : code;
}

/* err may hold an error even with AX_PARSED_GO. */
static ax_parsed parse(int argc, char **argv, options *o, ax_err *err)
{
    const char *preset = "demo";
    ax_given given;
    const ax_option table[] = {
        AX_TEXT("--preset", "P", &preset, "settings to start from: " AX_PRESETS " (demo)"),
        AX_FLAG("--json", &o->json, "one JSON object per genotype"),
        AX_FLAG("--full", &o->full, "the longer schedule of a promotion, at its width"),
        AX_PATH("--model", "FILE", &o->model, "writes the trained network there (one genotype)"),
        AX_PATH("--cache", "DIR", &o->cache, "keeps the encoder's outputs there for the next time"),
    };
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), &given, argc };
    const ax_settings_choice uses = { .without = AX_SETTINGS_OF_SEARCH " save_epochs eval_every" };
    if (ax_given_init(&given, argc, uses, err) != AX_OK)
        return AX_PARSED_GO;
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &o->n_genotypes);
    o->genotype = argv + 1;
    if (parsed == AX_PARSED_GO)
        make_settings(o, preset, &given, err);
    ax_given_release(&given);
    return parsed;
}

/* ---- output ---- */

typedef struct report {
    bool json, tty;
    double *loss;                          /* per epoch */
    int32_t stages, epochs, epoch, before; /* before: epochs of stage 1 */
    bool full;
    ax_outcome stage1;
    ax_task_id task;
    double sum;
    int32_t n, devices;
} report;

static bool watch(void *context, const ax_train_progress *p)
{
    report *r = context;
    r->devices = p->devices > r->devices ? p->devices : r->devices;
    int32_t epoch = r->before + p->epoch;
    if (epoch != r->epoch) {
        r->epoch = epoch;
        r->sum = 0;
        r->n = 0;
    }
    r->sum += p->loss;
    r->n++;
    r->loss[epoch] = r->sum / r->n;
    if (r->tty)
        ax_out_progress("  stage %d  step %d/%d  loss %.4f  %.1f s ", p->stage, p->step, p->steps, p->loss, p->seconds);
    return true;
}

/* Without a run there are no other candidates, and so no gate. */
static ax_train_verdict after_stage1(void *context, const ax_outcome *out)
{
    report *r = context;
    r->stage1 = *out;
    r->before = r->full ? 0 : r->epoch + 1; /* full training numbers its epochs over both stages */
    return AX_TRAIN_ON;
}

static void warn(void *context, const char *text)
{
    const report *r = context;
    if (r->tty)
        ax_out_progress("%s", "");
    ax_complain("%s", text);
}

static void cache_progress(void *context, size_t done, size_t all)
{
    const report *r = context;
    if (r->tty)
        ax_out_progress("  encoder %zu/%zu ", done, all);
    if (r->tty && done == all)
        ax_out_progress("%s", "");
}

static void print_figures(const char *title, ax_task_id task, const ax_outcome *o)
{
    ax_out("  %-9s %.4f", title, o->reward);
    for (int m = 0; m < AX_METRIC_COUNT; m++)
        if (ax_model_stores_figure(task, (ax_metric)m) && m != AX_METRIC_REWARD &&
            !isnan(ax_outcome_figure(o, (ax_metric)m)))
            ax_out("   %s %.4f", ax_metric_of((ax_metric)m)->word, ax_outcome_figure(o, (ax_metric)m));
    ax_out("\n");
}

static void print_human(const char *genotype, const report *r, const ax_outcome *o)
{
    ax_out("%s\n  loss     ", genotype);
    for (int32_t e = 0; e < r->epochs; e++)
        ax_out(" %.4f", r->loss[e]);
    ax_out("   (mean of each epoch)\n");
    if (r->stages == 2)
        print_figures("stage 1", r->task, &r->stage1);
    print_figures("reward", r->task, o);
    ax_out("  params    %.3f M   multiply-adds %.2f G", (double)o->params / 1e6, (double)o->macs / 1e9);
    if (isfinite(o->latency_ms))
        ax_out("   %.2f ms an image", o->latency_ms);
    ax_out("   %.1f s\n", o->seconds);
    if (r->devices > 1)
        ax_out("  devices   %d\n", r->devices);
    ax_out("  memory    %.0f MiB (predicted %.0f)   batch %u\n", (double)ax_bytes_peak() / 1048576,
           (double)o->peak_bytes / 1048576, o->batch);
}

/* Members of the task's figures, each preceded by a comma; null = unknown. */
static void json_figures(const char *before, ax_task_id task, const ax_outcome *o)
{
    for (int m = 0; m < AX_METRIC_COUNT; m++) {
        double v = ax_outcome_figure(o, (ax_metric)m);
        if (!ax_model_stores_figure(task, (ax_metric)m))
            continue;
        ax_out(isnan(v) ? ",\"%s%s\":null" : ",\"%s%s\":%.6f", before, ax_metric_of((ax_metric)m)->name, v);
    }
}

static void print_json(const char *genotype, const report *r, const ax_outcome *o, int64_t seed)
{
    ax_out("{\"genotype\":\"%s\",\"seed\":%lld", genotype, (long long)seed);
    json_figures("", r->task, o);
    ax_out(",\"loss\":[");
    for (int32_t e = 0; e < r->epochs; e++)
        ax_out("%s%.6f", e ? "," : "", r->loss[e]);
    ax_out("]");
    if (r->stages == 2)
        json_figures("stage1_", r->task, &r->stage1);
    if (isfinite(o->latency_ms))
        ax_out(",\"latency_ms\":%.4f", o->latency_ms);
    ax_out(",\"devices\":%d", r->devices);
    ax_out(",\"stage\":%u,\"batch\":%u,\"seconds\":%.3f,\"params\":%llu,\"macs\":%llu,\"peak_bytes\":%llu,\"peak_rss\":"
           "%llu}\n",
           o->stage, o->batch, o->seconds, (unsigned long long)o->params, (unsigned long long)o->macs,
           (unsigned long long)o->peak_bytes, (unsigned long long)ax_bytes_peak());
}

static ax_code try_one(ax_trainer *t, const options *o, const ax_genotype *g, report *r, ax_err *err)
{
    ax_train_job job = ax_train_job_default(&o->settings, g, o->full);
    job.model_path = o->model;
    job.model_is_output = true;
    job.gate = after_stage1;
    job.warn = warn;
    job.peers = o->peers;
    r->stages = job.stages;
    r->epochs = job.epochs + (job.stages == 2 ? job.stage2_epochs : 0);
    r->before = 0;
    r->devices = 0;
    r->epoch = -1;
    r->loss = calloc((size_t)r->epochs, sizeof *r->loss);
    if (!r->loss)
        return ax_fail(err, AX_ENOMEM, "no memory for %d epochs", r->epochs);
    ax_outcome out;
    char text[AX_GENOTYPE_TEXT];
    ax_genotype_print(g, text);
    ax_bytes_reset_peak();
    ax_code code = ax_trainer_run(t, &job, watch, r, &out, err);
    if (r->tty)
        ax_out_progress("%s", "");
    if (code == AX_OK && o->json)
        print_json(text, r, &out, o->settings.seed);
    else if (code == AX_OK)
        print_human(text, r, &out);
    else
        ax_fail_prefix(err, text);
    free(r->loss);
    return code;
}

/* The model must not overwrite an input, and one that can't be written must fail now rather than hours later. */
static ax_code check_outputs(const options *o, ax_source *source, ax_err *err)
{
    ax_files *f = ax_files_new();
    ax_code code = f ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for the names of files");
    if (code == AX_OK)
        code = ax_prepare_inputs(f, &o->settings, source, o->cache, err);
    if (code == AX_OK && o->model) {
        code = ax_files_write(f, o->model, "the model", err);
        if (code == AX_OK)
            code = ax_files_check(f, err);
        if (code == AX_OK)
            code = ax_output_check(o->model, err);
    }
    ax_files_free(f);
    return code;
}

/* Memory and divergence are the candidate's own failures (o->failed); a device, a disk or data would fail all. */
static ax_code try_each(ax_trainer *t, options *o, const ax_genotype *g, report *r, ax_err *err)
{
    ax_code code = AX_OK;
    for (int i = 0; i < o->n_genotypes && code == AX_OK; i++) {
        code = try_one(t, o, &g[i], r, err);
        if (code == AX_ENOMEM || code == AX_EFORMAT) {
            ax_complain_of(err);
            code = err->code = AX_OK;
            o->failed = true;
        }
        if (!ax_out_flush())
            break; /* nobody would read the remaining results */
    }
    return code;
}

static ax_code try_all(const ax_program *prog, options *o, ax_err *err)
{
    ax_genotype *g = calloc((size_t)o->n_genotypes, sizeof *g);
    if (!g)
        return ax_fail(err, AX_ENOMEM, "no memory");
    ax_code code = AX_OK;
    for (int i = 0; i < o->n_genotypes && code == AX_OK; i++)
        code = ax_genotype_parse(o->genotype[i], &g[i], err);
    for (int i = 0; i < o->n_genotypes && code == AX_OK; i++)
        if (g[i].space != g[0].space)
            code = ax_fail(err, AX_EINVAL, "try: genotypes of one space at a time; %s is of another", o->genotype[i]);
    ax_prepare_space(&o->settings, &g[0]);
    if (code == AX_OK)
        code = ax_cores_take_part(o->settings.share, err);
    report r = { .full = o->full, .json = o->json, .tty = isatty(2) };
    ax_source *source = code == AX_OK ? prog->open_source(o->settings.data, o->settings.task, err) : NULL;
    if (source)
        r.task = source->info.task.task->id;
    if (source)
        code = check_outputs(o, source, err);
    ax_trainer *t =
        source && code == AX_OK ? ax_trainer_new(&o->settings, source, o->cache, cache_progress, &r, err) : NULL;
    if (code == AX_OK && !t)
        code = err->code;
    if (t) {
        const char *note;
        (void)ax_trainer_device(t, &note);
        ax_command_device_note(note);
    }
    if (code == AX_OK)
        code = try_each(t, o, g, &r, err);
    ax_trainer_free(t);
    if (source)
        source->ops->close(source);
    free(g);
    return code;
}

int ax_command_try(const ax_program *prog, int argc, char **argv)
{
    ax_err err = { AX_OK, "" };
    options o = { .json = false };
    ax_parsed parsed = parse(argc, argv, &o, &err);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (err.code == AX_OK && (!o.full || ax_prepare_devices(&o.settings, &o.peers, &err) == AX_OK))
        try_all(prog, &o, &err);
    return err.code ? ax_complain_of(&err) : o.failed;
}
