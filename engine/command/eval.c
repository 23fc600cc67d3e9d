/* auxcell eval: scores a model on a data set. */
#include "engine/command/eval.h"

#include "engine/backend/list.h"
#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/command/device_note.h"
#include "engine/command/program.h"
#include "engine/config/dataset.h"
#include "engine/config/option.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char synopsis[] = "auxcell eval MODEL.safetensors --data SPEC [OPTION...]";
static const char about[] =
    "Judges a model on the images of a data set at their whole size, as predict sees them: the figures with 95 %\n"
    "intervals over images (bootstrap), the details of the task, and the images with the lowest reward.\n";

typedef struct options {
    const char *model, *data, *split, *scales, *csv, *png, *dir;
    char spec[AX_DATASET_SPEC]; /* combines data and split */
    int32_t worst, images;
    bool flip, json;
    ax_settings settings; /* as far as the task reads them */
} options;

static ax_code parse_scales(const char *text, ax_variants *v, ax_err *err)
{
    for (const char *at = text; at && *at;) {
        char *end;
        float s = strtof(at, &end);
        if (end == at || (*end && *end != ',') || !(s >= .25f && s <= 4) || v->scales == AX_MAX_SCALES)
            return ax_fail(err, AX_EINVAL, "--scales %s: up to %d numbers from 0.25 to 4, with commas between", text,
                           AX_MAX_SCALES);
        v->scale[v->scales++] = s;
        at = *end ? end + 1 : end;
    }
    return AX_OK;
}

/* The spec to open: the data set, with its test images as validation if they are requested. */
static ax_code make_spec(options *o, ax_err *err)
{
    const char *argument, *part = strcmp(o->split, "test") == 0 ? ",part=test" : "";
    const ax_dataset *set = ax_dataset_of(o->data, &argument);
    if (!*part && strcmp(o->split, "val") != 0 && strcmp(o->split, "train") != 0)
        return ax_fail(err, AX_EINVAL, "--split %s: train, val or test", o->split);
    if (*part && set && !ax_dataset_lists(set->options, "part"))
        return ax_fail(err, AX_EINVAL, "--split test: data set '%s' has no test images with truth", set->name);
    if ((size_t)snprintf(o->spec, sizeof o->spec, "%s%s", o->data, part) >= sizeof o->spec)
        return ax_fail(err, AX_EINVAL, "--data: too long a name");
    return AX_OK;
}

static ax_parsed parse(int argc, char **argv, options *o, ax_err *err)
{
    ax_given given;
    const ax_option table[] = {
        AX_TEXT("--split", "S", &o->split, "the part that is judged: train, val or test (val)"),
        AX_WHOLE("--images", "N", &o->images, 0, INT_MAX, "the first N images only, 0 = all (0)"),
        AX_FLAG("--flip", &o->flip, "averages with the mirrored image"),
        AX_TEXT("--scales", "S,S,...", &o->scales, "averages over sizes of the image, like .75,1,1.25"),
        AX_WHOLE("--worst", "N", &o->worst, 0, 1000, "how many of the worst images are named (5)"),
        AX_PATH("-o", "DIR", &o->dir, "writes what is predicted of those there, as predict --overlay does"),
        AX_PATH("--csv", "FILE", &o->csv, "writes the task's table there (segmentation: the confusion matrix)"),
        AX_PATH("--png", "FILE", &o->png, "segmentation: the same table as a picture"),
        AX_FLAG("--json", &o->json, "one JSON object instead of lines"),
    };
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), &given, 1 };
    int n = 0;
    const ax_settings_choice uses = { .only = "data device threads leave_out depth_min depth_max depth_crop" };
    if (ax_given_init(&given, argc, uses, err) != AX_OK)
        return AX_PARSED_GO;
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed == AX_PARSED_GO) {
        ax_code code = ax_settings_preset(&o->settings, "demo", err);
        for (int i = 0; i < given.n && code == AX_OK; i++)
            code = ax_settings_set(&o->settings, given.name[i], given.value[i], err);
        o->model = n ? argv[1] : NULL;
        o->data = ax_given_value(&given, "data");
        if (code == AX_OK && !o->model)
            ax_fail(err, AX_EINVAL, "eval needs a model file");
        else if (code == AX_OK && !o->data)
            ax_fail(err, AX_EINVAL, "eval needs a data set: --data SPEC");
        else if (code == AX_OK)
            make_spec(o, err);
    }
    ax_given_release(&given);
    return parsed;
}

/* ---- tables ---- */

static ax_code write_csv(const options *o, const ax_eval *e, ax_err *err)
{
    const ax_task_spec *spec = &e->source->info.task;
    ax_str out;
    ax_str_init(&out, 0);
    spec->task->score_csv(e->score, spec, &out);
    ax_code code = ax_str_ok(&out) ? ax_output_write(o->csv, out.text, out.len, err)
                                   : ax_fail(err, AX_ENOMEM, "%s: no memory", o->csv);
    ax_str_release(&out);
    return code;
}

static ax_code write_png(const options *o, const ax_eval *e, ax_err *err)
{
    const ax_task_spec *spec = &e->source->info.task;
    uint8_t palette[256][3];
    int32_t side;
    for (int v = 0; v < 256; v++) /* from white to dark blue: 0 to 1 */
        for (int c = 0; c < 3; c++)
            palette[v][c] = (uint8_t)(255 - v * (c == 2 ? 155 : c ? 215 : 235) / 255);
    uint8_t *picture = spec->task->score_picture(e->score, spec, &side);
    ax_code code = picture ? e->writers->write_mask(o->png, picture, side, side, (const uint8_t(*)[3])palette, 256, err)
                           : ax_fail(err, AX_ENOMEM, "%s: no memory", o->png);
    free(picture);
    return code;
}

/* ---- the command ---- */

/* Checks outputs first: nothing is computed for one that can't be written. */
static ax_code check_files(const options *o, const ax_eval *e, ax_err *err)
{
    ax_files *f = ax_files_new();
    ax_code code = f ? ax_files_read(f, o->model, err) : ax_fail(err, AX_ENOMEM, "no memory for the names of files");
    if (code == AX_OK)
        code = e->source->ops->files(e->source, f, err);
    if (code == AX_OK && o->csv)
        code = ax_files_write(f, o->csv, "--csv", err);
    if (code == AX_OK && o->png)
        code = ax_files_write(f, o->png, "--png", err);
    if (code == AX_OK)
        code = ax_eval_name_files(e, f, err);
    if (code == AX_OK)
        code = ax_files_check(f, err);
    if (code == AX_OK && o->csv)
        code = ax_output_check(o->csv, err);
    if (code == AX_OK && o->png)
        code = ax_output_check(o->png, err);
    if (code == AX_OK && o->dir)
        code = ax_output_folder(o->dir, err);
    ax_files_free(f);
    return code;
}

static ax_code check_task(const options *o, const ax_task_spec *ours, const ax_task_spec *its, ax_err *err)
{
    if (ax_task_check_outputs(ours, its, o->model, o->data, err) != AX_OK)
        return err->code;
    if (o->csv && !ours->task->score_csv)
        return ax_fail(err, AX_EINVAL, "--csv: there is no table for %s", ax_task_name(ours->task->id));
    if (o->png && !ours->task->score_picture)
        return ax_fail(err, AX_EINVAL, "--png: there is no picture for %s", ax_task_name(ours->task->id));
    return AX_OK;
}

/* Call once the source is open. */
static void take_options(const options *o, ax_eval *e)
{
    e->model = o->model;
    e->data = o->data;
    e->split_name = o->split;
    e->split = strcmp(o->split, "train") ? AX_SPLIT_VAL : AX_SPLIT_TRAIN;
    e->n = e->split == AX_SPLIT_VAL ? e->source->info.n_val : e->source->info.n_train;
    e->n = o->images && (size_t)o->images < e->n ? (size_t)o->images : e->n;
    e->most_worst = (size_t)o->worst;
    e->show_progress = isatty(2);
    e->dir = o->dir;
}

static ax_code open_all(const ax_program *prog, const options *o, ax_predicts what, ax_predictor *p, ax_eval *e,
                        ax_err *err)
{
    char note[AX_DEVICE_NOTE] = "";
    ax_session *s = &p->session;
    ax_code code = ax_predictor_open(p, o->model, what, err);
    const char *task = code == AX_OK ? ax_task_name(p->info.task.task->id) : "";
    if (code == AX_OK && !(e->source = prog->open_source(o->spec, task, err)))
        code = err->code;
    if (code != AX_OK)
        return code;
    ax_task_spec *ours = &e->source->info.task;
    code = ours->task->configure(ours, &o->settings, o->data, err);
    if (code == AX_OK)
        code = check_task(o, ours, &p->info.task, err);
    if (code == AX_OK && ours->task->adopt)
        (void)ours->task->adopt(ours, &p->info.task, &o->settings);
    if (code == AX_OK && ours->task->one_size) /* images are cropped to the size that the model was trained on */
        ours->of = p->info.task.of;
    if (code == AX_OK && !(s->dev = ax_device_open(o->settings.device, (int)o->settings.threads, &s->be, note, err)))
        code = err->code;
    if (code == AX_OK) {
        take_options(o, e);
        code = check_files(o, e, err);
    }
    ax_command_device_note(note);
    return code == AX_OK ? ax_predictor_compile(p, 32, 32, err) : code;
}

static ax_code run(const ax_program *prog, const options *o, ax_predictor *p, ax_eval *e, ax_err *err)
{
    ax_variants v = { .flip = o->flip };
    ax_code code = parse_scales(o->scales, &v, err);
    if (code == AX_OK)
        code = open_all(prog, o, v.flip || v.scales ? AX_PREDICTS_LOGITS : AX_PREDICTS_TASK, p, e, err);
    if (code != AX_OK)
        return code;
    e->writers = &prog->writers;
    e->p = p;
    if (!(e->vp = ax_variant_predictor_new(p, &v, err)))
        return err->code;
    code = ax_eval_run(e, err);
    if (code == AX_OK && o->csv)
        code = write_csv(o, e, err);
    if (code == AX_OK && o->png)
        code = write_png(o, e, err);
    if (code == AX_OK)
        (o->json ? ax_eval_print_json : ax_eval_print_text)(e);
    return code;
}

int ax_command_eval(const ax_program *prog, int argc, char **argv)
{
    ax_err err = { AX_OK, "" };
    options *o = calloc(1, sizeof *o);
    ax_predictor *p = calloc(1, sizeof *p);
    ax_eval *e = calloc(1, sizeof *e);
    ax_parsed parsed = AX_PARSED_GO;
    if (!o || !p || !e) {
        ax_fail(&err, AX_ENOMEM, "no memory");
    } else {
        o->split = "val";
        o->worst = 5;
        parsed = parse(argc, argv, o, &err);
        if (parsed == AX_PARSED_GO && err.code == AX_OK)
            run(prog, o, p, e, &err);
        ax_eval_release(e);
        ax_predictor_release(p);
        if (p->session.dev)
            p->session.be->close(p->session.dev);
    }
    free(o);
    free(p);
    free(e);
    if (parsed != AX_PARSED_GO)
        return parsed;
    return err.code ? ax_complain_of(&err) : 0;
}
