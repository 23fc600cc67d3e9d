/* auxcell predict: full-size class masks of images, from a model file. */
#include "engine/backend/list.h"
#include "engine/base/str.h"
#include "engine/command/options.h"
#include "engine/command/program.h"
#include "engine/graph/plan.h"
#include "engine/model/mobilenet.h"
#include "engine/model/modelfile.h"
#include "engine/model/network.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
    "usage: auxcell predict MODEL.safetensors -o DIR [--overlay] [--json] [--device auto|cpu|ref|cuda:N] [--threads N] "
    "IMAGE...\n"
    "Writes DIR/NAME.png for each PNG or JPEG: 8-bit palette, index = class id, at the image's size.\n\n"
    "  -o DIR         where to (made when it isn't there)\n"
    "  --overlay      also DIR/NAME-overlay.png: the picture with the mask's colours over it\n"
    "  --json         a JSON object per image instead of the names\n";

typedef struct options {
    const char *model, *dir, *device;
    const char **image;
    int n_images, threads;
    bool overlay, json;
} options;

static int parse(int argc, char **argv, options *o, ax_err *err)
{
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        bool takes_value = !strcmp(a, "-o") || !strcmp(a, "--device") || !strcmp(a, "--threads");
        if (!strcmp(a, "--help") || !strcmp(a, "-h")) {
            fputs(usage, stdout);
            return 1;
        }
        if (takes_value && i + 1 == argc) {
            ax_fail(err, AX_EINVAL, "option %s needs a value", a);
            return -1;
        }
        if (!strcmp(a, "-o")) {
            o->dir = argv[++i];
        } else if (!strcmp(a, "--device")) {
            o->device = argv[++i];
        } else if (!strcmp(a, "--threads")) {
            char *end;
            long n = strtol(argv[++i], &end, 10);
            if (*end || n < 0 || n > 1024) {
                ax_fail(err, AX_EINVAL, "--threads %s: not a number from 0 to 1024", argv[i]);
                return -1;
            }
            o->threads = (int)n;
        } else if (!strcmp(a, "--overlay")) {
            o->overlay = true;
        } else if (!strcmp(a, "--json")) {
            o->json = true;
        } else if (a[0] == '-' && a[1]) {
            ax_fail(err, AX_EINVAL, "unknown option '%s'; 'auxcell predict --help' lists them", a);
            return -1;
        } else if (!o->model) {
            o->model = a;
        } else {
            o->image[o->n_images++] = a;
        }
    }
    if (!o->model)
        ax_fail(err, AX_EINVAL, "predict needs a model file");
    else if (!o->dir)
        ax_fail(err, AX_EINVAL, "predict needs a directory for the masks: -o DIR");
    else if (!o->n_images)
        ax_fail(err, AX_EINVAL, "predict needs at least one image");
    else
        return 0;
    return -1;
}

/* ---- the network at one image size ---- */

typedef struct predictor {
    const ax_backend *be;
    ax_device *dev;
    ax_safetensors *st;
    ax_model_info *info;
    ax_graph *graph;
    ax_params *params;
    ax_plan *plan;
    int32_t h, w; /* the plan's, multiples of 32 */
} predictor;

static void drop_plan(predictor *p)
{
    ax_plan_free(p->plan);
    ax_params_free(p->params);
    ax_graph_free(p->graph);
    p->plan = NULL;
    p->params = NULL;
    p->graph = NULL;
}

static ax_code make_plan(predictor *p, const char *model, int32_t h, int32_t w, ax_err *err)
{
    if (p->plan && p->h == h && p->w == w)
        return AX_OK;
    drop_plan(p);
    p->h = h;
    p->w = w;
    if (!(p->graph = ax_graph_new(err)))
        return AX_ENOMEM;
    ax_decoder_spec spec = {
        .genotype = p->info->genotype,
        .channels = p->info->channels,
        .repeats = p->info->repeats,
        .classes = p->info->classes,
        .concat = p->info->concat,
    };
    ax_val logits = { 0 };
    ax_val image = ax_graph_input(p->graph, "image", (ax_type) { .shape = { 1, h, w, 3 } }, err);
    ax_code code = ax_network_build(p->graph, image, &spec, &logits, err);
    if (code == AX_OK) {
        ax_val mask = ax_graph_apply(p->graph, AX_OP_ARGMAX, (ax_attr) { .size = { h, w } }, &logits, 1, err);
        code = ax_graph_keep(p->graph, mask, "mask", err);
    }
    const ax_graph *graphs[] = { p->graph };
    if (code == AX_OK && !(p->params = ax_params_new(graphs, 1, p->be, p->dev, NULL, err)))
        code = err->code;
    if (code == AX_OK)
        code = ax_model_load(p->st, model, p->params, err);
    if (code == AX_OK && !(p->plan = ax_plan_new(p->graph, p->be, p->dev, p->params, 0, err)))
        code = err->code;
    if (code != AX_OK)
        drop_plan(p);
    return code;
}

/* The image, normalised and padded with the mean (0) to the plan's size: with sides that the strides divide, resizes of
   taps lie exactly on each other. Unpadded, images of 360x480 lose .004 of pixel accuracy (a network of CamVid). */
static float *normalise(const uint8_t *rgb, int32_t h, int32_t w, int32_t ph, int32_t pw)
{
    float *x = calloc((size_t)ph * (size_t)pw * 3, sizeof *x);
    for (int32_t i = 0; x && i < h; i++)
        for (int32_t j = 0; j < w; j++)
            for (int c = 0; c < 3; c++) {
                float v = (float)rgb[((size_t)i * (size_t)w + (size_t)j) * 3 + (size_t)c] / 255.0f;
                x[((size_t)i * (size_t)pw + (size_t)j) * 3 + (size_t)c] = (v - ax_image_mean[c]) / ax_image_std[c];
            }
    return x;
}

/* The mask {h,w} of an image (malloc), or NULL. */
static uint8_t *mask_of(predictor *p, const char *model, const uint8_t *rgb, int32_t h, int32_t w, ax_err *err)
{
    int32_t ph = (h + 31) / 32 * 32, pw = (w + 31) / 32 * 32;
    if (make_plan(p, model, ph, pw, err) != AX_OK)
        return NULL;
    size_t padded = (size_t)ph * (size_t)pw;
    float *x = normalise(rgb, h, w, ph, pw);
    uint8_t *mask = malloc(padded);
    ax_code code = x && mask ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", w, h);
    if (code == AX_OK)
        code = ax_plan_write(p->plan, "image", x, padded * 3 * sizeof *x, err);
    if (code == AX_OK)
        code = ax_plan_run(p->plan, err);
    if (code == AX_OK)
        code = ax_plan_read(p->plan, "mask", mask, padded, err);
    free(x);
    if (code != AX_OK) {
        free(mask);
        return NULL;
    }
    for (int32_t i = 1; i < h; i++) /* cut the padding off, in place */
        memmove(mask + (size_t)i * (size_t)w, mask + (size_t)i * (size_t)pw, (size_t)w);
    return mask;
}

/* ---- files ---- */

static ax_code output_path(const char *dir, const char *image, const char *suffix, char *path, size_t cap, ax_err *err)
{
    const char *slash = strrchr(image, '/'), *base = slash ? slash + 1 : image, *dot = strrchr(base, '.');
    int stem = dot && dot > base ? (int)(dot - base) : (int)strlen(base);
    if ((size_t)snprintf(path, cap, "%s/%.*s%s.png", dir, stem, base, suffix) >= cap)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", image);
    struct stat in, out;
    if (!stat(image, &in) && !stat(path, &out) && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
        return ax_fail(err, AX_EINVAL, "%s: the mask would overwrite the image; choose another -o DIR", image);
    return AX_OK;
}

static void print_json(const char *image, const char *mask, const char *overlay, int32_t h, int32_t w)
{
    ax_str out;
    ax_str_init(&out, 0);
    ax_str_add(&out, "{\"image\":");
    ax_str_json(&out, image);
    ax_str_add(&out, ",\"mask\":");
    ax_str_json(&out, mask);
    ax_str_add(&out, ",\"overlay\":");
    if (overlay[0])
        ax_str_json(&out, overlay);
    else
        ax_str_add(&out, "null");
    ax_str_printf(&out, ",\"height\":%d,\"width\":%d}", h, w);
    puts(out.text);
    ax_str_release(&out);
}

static ax_code predict_one(const ax_program *prog, predictor *p, const options *o, const char *image, ax_err *err)
{
    uint8_t *rgb = NULL, *mask = NULL;
    int32_t h = 0, w = 0;
    char path[4096], overlay[4096] = "";
    ax_code code = prog->read_picture(image, &rgb, &h, &w, err);
    if (code == AX_OK && !(mask = mask_of(p, o->model, rgb, h, w, err))) {
        ax_fail_prefix(err, image);
        code = err->code;
    }
    const uint8_t(*palette)[3] = (const uint8_t(*)[3])p->info->color;
    if (code == AX_OK)
        code = output_path(o->dir, image, "", path, sizeof path, err);
    if (code == AX_OK)
        code = prog->write_mask(path, mask, h, w, palette, p->info->classes, err);
    if (code == AX_OK && !o->json)
        puts(path);
    if (code == AX_OK && o->overlay) {
        code = output_path(o->dir, image, "-overlay", overlay, sizeof overlay, err);
        if (code == AX_OK)
            code = prog->write_overlay(overlay, rgb, mask, h, w, palette, p->info->classes, err);
        if (code == AX_OK && !o->json)
            puts(overlay);
    }
    if (code == AX_OK && o->json)
        print_json(image, path, overlay, h, w);
    free(rgb);
    free(mask);
    return code;
}

static ax_code open_model(predictor *p, const options *o, ax_err *err)
{
    if (!(p->info = calloc(1, sizeof *p->info)))
        return ax_fail(err, AX_ENOMEM, "no memory");
    if (!(p->st = ax_safetensors_open(o->model, err)))
        return err->code;
    ax_code code = ax_model_read_info(p->st, o->model, p->info, err);
    char note[AX_DEVICE_NOTE] = "";
    if (code == AX_OK && !(p->dev = ax_device_open(o->device, o->threads, &p->be, note, err)))
        code = err->code;
    ax_command_device_note(note);
    if (code == AX_OK) /* says what is wrong with the model before the first image is blamed */
        code = make_plan(p, o->model, 32, 32, err);
    if (code == AX_OK && mkdir(o->dir, 0777) && errno != EEXIST)
        code = ax_fail(err, AX_EIO, "%s: cannot create: %s", o->dir, strerror(errno));
    return code;
}

int ax_command_predict(const ax_program *prog, int argc, char **argv)
{
    ax_err err = { AX_OK, "" };
    options o = { .device = "auto", .image = calloc((size_t)argc, sizeof(char *)) };
    predictor p = { 0 };
    if (!o.image)
        return 1;
    int done = parse(argc, argv, &o, &err), failed = 0;
    if (!done && open_model(&p, &o, &err) == AX_OK) {
        for (int i = 0; i < o.n_images; i++) {
            ax_err why = { AX_OK, "" };
            if (predict_one(prog, &p, &o, o.image[i], &why) != AX_OK) {
                fprintf(stderr, "auxcell: %s\n", why.msg);
                failed++;
            }
        }
    }
    drop_plan(&p);
    if (p.dev)
        p.be->close(p.dev);
    ax_safetensors_free(p.st);
    free(p.info);
    free(o.image);
    if (err.code)
        fprintf(stderr, "auxcell: %s\n", err.msg);
    return err.code ? ax_exit_code(err.code) : failed ? 1 : 0;
}
