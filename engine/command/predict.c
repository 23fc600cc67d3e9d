/* auxcell predict: writes a model's predictions for images, at their size. */
#include "engine/backend/list.h"
#include "engine/base/clock.h"
#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/base/str.h"
#include "engine/config/option.h"
#include "engine/command/device_note.h"
#include "engine/command/pipeline.h"
#include "engine/command/predict_files.h"
#include "engine/command/predict_inputs.h"
#include "engine/command/predict_views.h"
#include "engine/command/program.h"
#include "engine/model/network.h"
#include "engine/model/predictor.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char synopsis[] = "auxcell predict MODEL.safetensors -o DIR [OPTION...] [--] IMAGE|FOLDER|-...";
static const char about[] =
    "Writes DIR/NAME.png for each PNG or JPEG, at the image's size, turned as its EXIF says:\n"
    "of segmentation an 8-bit palette PNG whose indices are the classes' ids. Of pose it is\n"
    "DIR/NAME.json: persons with their key points, as COCO's results have them. A folder means\n"
    "its pictures at any depth, \"-\" one picture on standard input, whose prediction goes to\n"
    "standard output without -o.\n";

typedef struct options {
    const char *model, *device, *list;
    ax_predict_files to;
    char **operand; /* of argv */
    int operands;
    ax_predict_inputs in;
    int32_t threads, jobs;
    bool json;
    const char *box, *boxes;
    ax_view_choice view; /* for tasks that predict views */
    ax_task_box one;     /* box of --box */
} options;

static ax_parsed parse(int argc, char **argv, options *o, ax_err *err)
{
    const ax_option table[] = {
        AX_PATH("-o", "DIR", &o->to.dir, "where to (made when it isn't there)"),
        AX_PATH("--list", "FILE", &o->list, "pictures, one per line, beside those that are named here"),
        AX_FLAG("--overlay", &o->to.overlay,
                "also DIR/NAME-overlay.png: the picture with the prediction's colours over it"),
        AX_FLAG("--json", &o->json, "a JSON object per image instead of the names"),
        AX_TEXT("--box", "X,Y,W,H", &o->box, "pose: where the person is; without it the whole image is one person"),
        AX_PATH("--boxes", "FILE", &o->boxes,
                "pose: COCO's JSON of persons or detections that has boxes of each image"),
        AX_FLAG("--flip", &o->view.flip, "pose: the mirrored view counts half"),
        AX_TEXT("--device", "NAME", &o->device, "where it is computed: auto, cpu, ref, cuda:N (auto)"),
        AX_WHOLE("--threads", "N", &o->threads, 0, 1024, "threads of the CPU, 0 = all cores (0)"),
        AX_WHOLE("--jobs", "N", &o->jobs, 0, 64, "threads that read and write images while others compute (2)"),
    };
    int n = 0;
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, argc };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    o->model = n ? argv[1] : NULL;
    o->operand = argv + 2;
    o->operands = n - 1;
    bool piped = o->operands == 1 && !strcmp(argv[2], "-") && !o->list;
    if (!o->model)
        ax_fail(err, AX_EINVAL, "predict needs a model file");
    else if (!o->to.dir && !piped)
        ax_fail(err, AX_EINVAL, "predict needs a directory for its files: -o DIR");
    else if (o->operands < 1 && !o->list)
        ax_fail(err, AX_EINVAL, "predict needs at least one image");
    return AX_PARSED_GO;
}

/* ---- an image ---- */

/* Computes the network's output for an image into out->value (malloc, the caller frees it). */
static ax_code predict_value(ax_predictor *p, ax_prediction *out, ax_err *err)
{
    out->padded_h = ax_network_side(out->h);
    out->padded_w = ax_network_side(out->w);
    ax_code code = ax_predictor_compile(p, out->padded_h, out->padded_w, err);
    if (code != AX_OK)
        return code;
    float *x = ax_view_input(out->rgb, out->h, out->w, out->padded_h, out->padded_w);
    void *value = malloc(ax_predictor_bytes(p));
    code = x && value ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", out->w, out->h);
    if (code == AX_OK)
        code = ax_predictor_run(p, x, out->padded_h, out->padded_w, value, err);
    out->value = value;
    free(x);
    return code;
}

/* ---- files ---- */

/* No output may overwrite another one, a picture or the model. */
static ax_code check_files(const options *o, const ax_task *task, ax_err *err)
{
    ax_files *f = ax_files_new();
    ax_code code = f ? ax_files_read(f, o->model, err) : ax_fail(err, AX_ENOMEM, "no memory for the names of files");
    if (code == AX_OK && o->boxes)
        code = ax_files_read(f, o->boxes, err);
    if (code == AX_OK && o->list)
        code = ax_files_read(f, o->list, err);
    for (size_t i = 0; i < o->in.n && code == AX_OK; i++) {
        code = ax_files_read(f, o->in.input[i].path, err);
        if (code == AX_OK)
            code = ax_predict_files_name(&o->to, f, task, &o->in.input[i], err);
    }
    if (code == AX_OK)
        code = ax_files_check(f, err);
    ax_files_free(f);
    return code;
}

/* ---- the pipeline's steps: read, predict, write ---- */

typedef struct predicting {
    const ax_program *prog;
    const options *o;
    ax_predictor *p;
    double start;
    int failed;
} predicting;

typedef struct image {
    ax_prediction out; /* owned: rgb, value, box */
    ax_str names, json;
} image;

static ax_code load(void *context, size_t i, void *item, ax_err *err)
{
    const predicting *of = context;
    image *m = item;
    uint8_t *rgb = NULL;
    ax_str_init(&m->names, 0);
    ax_str_init(&m->json, 0);
    ax_code code = of->prog->read_picture(of->o->in.input[i].path, &rgb, &m->out.h, &m->out.w, err);
    m->out.rgb = rgb;
    return code;
}

static ax_code compute(void *context, size_t i, void *item, ax_err *err)
{
    const predicting *of = context;
    image *m = item;
    const char *path = of->o->in.input[i].path;
    ax_code code = of->p->info.task.task->view ? ax_predict_views(of->p, &of->o->view, path, &m->out, err)
                                               : predict_value(of->p, &m->out, err);
    return code == AX_OK ? code : ax_fail_prefix(err, path);
}

static ax_code store(void *context, size_t i, void *item, ax_err *err)
{
    const predicting *of = context;
    const ax_task_spec *task = &of->p->info.task;
    const ax_predict_input *in = &of->o->in.input[i];
    image *m = item;
    ax_str_add(&m->json, "{\"image\":");
    ax_str_json(&m->json, in->path);
    ax_code code = ax_predict_files_write(&of->o->to, &of->prog->writers, task, in, &m->out, &m->names, &m->json, err);
    ax_str_printf(&m->json, ",\"height\":%d,\"width\":%d", m->out.h, m->out.w);
    if (task->task->json)
        task->task->json(task, &m->out, &m->json);
    ax_str_add(&m->json, "}\n");
    return code;
}

/* Applies --box, --boxes and --flip. */
static ax_code choose_views(options *o, const ax_task *task, ax_err *err)
{
    if (!o->box && !o->boxes && !o->view.flip)
        return AX_OK;
    if (!task->view)
        return ax_fail(err, AX_EINVAL, "%s: a model of %s predicts whole images, so %s is of no use", o->model,
                       ax_task_name(task->id),
                       o->box     ? "--box"
                       : o->boxes ? "--boxes"
                                  : "--flip");
    if (o->box && o->boxes)
        return ax_fail(err, AX_EINVAL, "--box and --boxes exclude each other");
    if (o->boxes)
        return (o->view.boxes = ax_boxes_read(o->boxes, err)) ? AX_OK : err->code;
    o->view.one = o->box ? &o->one : NULL;
    return o->box ? ax_box_parse(o->box, &o->one, err) : AX_OK;
}

static ax_code open_model(ax_predictor *p, options *o, ax_err *err)
{
    char note[AX_DEVICE_NOTE] = "";
    ax_code code = ax_predictor_open(p, o->model, AX_PREDICTS_TASK, err);
    ax_session *s = &p->session;
    if (code == AX_OK)
        code = choose_views(o, p->info.task.task, err);
    if (code == AX_OK)
        code = check_files(o, p->info.task.task, err);
    if (code == AX_OK && !(s->dev = ax_device_open(o->device, o->threads, &s->be, note, err)))
        code = err->code;
    ax_command_device_note(note);
    if (code == AX_OK) /* reports a bad model before the first image gets the blame */
        code = ax_predictor_compile(p, 32, 32, err);
    return code == AX_OK && o->to.dir ? ax_output_folder(o->to.dir, err) : code;
}

static ax_code find_inputs(const ax_program *prog, options *o, ax_err *err)
{
    ax_code code = o->list ? ax_predict_inputs_list(&o->in, prog, o->list, err) : AX_OK;
    for (int i = 0; i < o->operands && code == AX_OK; i++)
        code = ax_predict_inputs_add(&o->in, prog, o->operand[i], err);
    return code;
}

/* When standard output is a terminal, the printed names are the progress. */
static void show_progress(const options *o, size_t done, double start)
{
    enum { WIDTH = 20 };
    double seconds = ax_clock() - start;
    unsigned long left = (unsigned long)((double)(o->in.n - done) * seconds / (double)done + .5);
    char bar[WIDTH + 1];
    size_t filled = done * WIDTH / o->in.n;
    if (o->in.n < 2 || !isatty(2) || isatty(1))
        return;
    memset(bar, '#', filled);
    memset(bar + filled, '.', WIDTH - filled);
    bar[WIDTH] = '\0';
    ax_out_progress("  %s %zu/%zu images  %.1f a second  %lu:%02lu to go ", bar, done, o->in.n, (double)done / seconds,
                    left / 60, left % 60);
    if (done == o->in.n)
        ax_out_progress("%s", "");
}

static void done(void *context, size_t i, void *item, const ax_err *err)
{
    predicting *of = context;
    image *m = item;
    if (!of->o->json)
        ax_out_text(m->names.text);
    else if (err->code == AX_OK)
        ax_out_text(m->json.text);
    if (err->code != AX_OK) {
        ax_complain_of(err);
        of->failed++;
    }
    ax_str_release(&m->names);
    ax_str_release(&m->json);
    free((void *)(uintptr_t)m->out.rgb);
    free((void *)(uintptr_t)m->out.value);
    free((void *)(uintptr_t)m->out.box);
    show_progress(of->o, i + 1, of->start);
}

int ax_command_predict(const ax_program *prog, int argc, char **argv)
{
    ax_err err = { AX_OK, "" };
    options o = { .device = "auto", .jobs = 2 };
    ax_predictor p = { 0 };
    int failed = 0;
    ax_parsed parsed = parse(argc, argv, &o, &err);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (err.code == AX_OK && find_inputs(prog, &o, &err) == AX_OK && open_model(&p, &o, &err) == AX_OK) {
        predicting of = { prog, &o, &p, ax_clock(), 0 };
        const ax_pipeline line = { &of, sizeof(image), load, compute, store, done };
        (void)ax_pipeline_run(&line, o.in.n, o.jobs, &err);
        failed = of.failed;
    }
    ax_predict_inputs_release(&o.in);
    ax_predictor_release(&p);
    ax_boxes_free(o.view.boxes);
    if (p.session.dev)
        p.session.be->close(p.session.dev);
    if (err.code)
        return ax_complain_of(&err);
    return failed ? 1 : 0;
}
