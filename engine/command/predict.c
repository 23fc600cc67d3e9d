/* auxcell predict: full-size class masks of images, from a model file. */
#include "engine/backend/list.h"
#include "engine/base/normalise.h"
#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/base/str.h"
#include "engine/config/option.h"
#include "engine/command/device_note.h"
#include "engine/command/program.h"
#include "engine/model/network.h"
#include "engine/model/predictor.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char synopsis[] = "auxcell predict MODEL.safetensors -o DIR [OPTION...] [--] IMAGE...";
static const char about[] = "Writes DIR/NAME.png for each PNG or JPEG: 8-bit palette, index = class id, at the image's "
                            "size, turned as its EXIF\n"
                            "says.\n";

typedef struct options {
    const char *model, *dir, *device;
    char **image; /* of argv */
    int n_images;
    int32_t threads;
    bool overlay, json;
} options;

static ax_parsed parse(int argc, char **argv, options *o, ax_err *err)
{
    const ax_option table[] = {
        AX_TEXT("-o", "DIR", &o->dir, "where to (made when it isn't there)"),
        AX_FLAG("--overlay", &o->overlay, "also DIR/NAME-overlay.png: the picture with the mask's colours over it"),
        AX_FLAG("--json", &o->json, "a JSON object per image instead of the names"),
        AX_TEXT("--device", "NAME", &o->device, "where it is computed: auto, cpu, ref, cuda:N (auto)"),
        AX_WHOLE("--threads", "N", &o->threads, 0, 1024, "threads of the CPU, 0 = all cores (0)"),
    };
    int n = 0;
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, argc };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    o->model = n ? argv[1] : NULL;
    o->image = argv + 2;
    o->n_images = n - 1;
    if (!o->model)
        ax_fail(err, AX_EINVAL, "predict needs a model file");
    else if (!o->dir)
        ax_fail(err, AX_EINVAL, "predict needs a directory for the masks: -o DIR");
    else if (o->n_images < 1)
        ax_fail(err, AX_EINVAL, "predict needs at least one image");
    return AX_PARSED_GO;
}

/* ---- the mask of an image ---- */

/* The image, normalised and padded with the mean (0) to the plan's size: with sides that the strides divide, resizes of
   taps lie exactly on each other. Unpadded, images of 360x480 lose .004 of pixel accuracy (a network of CamVid). */
static float *normalise(const uint8_t *rgb, int32_t h, int32_t w, int32_t ph, int32_t pw)
{
    float *x = calloc((size_t)ph * (size_t)pw * 3, sizeof *x);
    size_t row = 3 * (size_t)w, padded_row = 3 * (size_t)pw;
    for (size_t i = 0; x && i < (size_t)h; i++)
        for (size_t k = 0; k < row; k++)
            x[padded_row * i + k] = ax_normalise((float)rgb[row * i + k], k % 3);
    return x;
}

/* The mask {h,w} of an image (malloc), or NULL. */
static uint8_t *mask_of(ax_predictor *p, const uint8_t *rgb, int32_t h, int32_t w, ax_err *err)
{
    int32_t ph = ax_network_side(h), pw = ax_network_side(w);
    float *x = normalise(rgb, h, w, ph, pw);
    uint8_t *mask = malloc((size_t)ph * (size_t)pw);
    ax_code code = x && mask ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", w, h);
    if (code == AX_OK)
        code = ax_predictor_run(p, x, ph, pw, mask, err);
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
    return AX_OK;
}

/* A name that is too long is its picture's failure alone, later. */
static ax_code name_outputs(ax_files *f, const options *o, const char *image, ax_err *err)
{
    static const char *const suffix[] = { "", "-overlay" };
    char path[PATH_MAX];
    ax_code code = AX_OK;
    for (int i = 0; i < (o->overlay ? 2 : 1) && code == AX_OK; i++)
        if (output_path(o->dir, image, suffix[i], path, sizeof path, NULL) == AX_OK)
            code = ax_files_write(f, path, image, err);
    return code;
}

/* No output may land on another one, on a picture or on the model. */
static ax_code check_files(const options *o, ax_err *err)
{
    ax_files *f = ax_files_new();
    ax_code code = f ? ax_files_read(f, o->model, err) : ax_fail(err, AX_ENOMEM, "no memory for the names of files");
    for (int i = 0; i < o->n_images && code == AX_OK; i++) {
        code = ax_files_read(f, o->image[i], err);
        if (code == AX_OK)
            code = name_outputs(f, o, o->image[i], err);
    }
    if (code == AX_OK)
        code = ax_files_check(f, err);
    ax_files_free(f);
    return code;
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
    ax_str_printf(&out, ",\"height\":%d,\"width\":%d}\n", h, w);
    ax_out_text(out.text);
    ax_str_release(&out);
}

static ax_code predict_one(const ax_program *prog, ax_predictor *p, const options *o, const char *image, ax_err *err)
{
    uint8_t *rgb = NULL, *mask = NULL;
    int32_t h = 0, w = 0;
    char path[PATH_MAX], overlay[PATH_MAX] = "";
    ax_code code = prog->read_picture(image, &rgb, &h, &w, err);
    if (code == AX_OK && !(mask = mask_of(p, rgb, h, w, err))) {
        ax_fail_prefix(err, image);
        code = err->code;
    }
    const uint8_t(*palette)[3] = (const uint8_t(*)[3])p->info.color;
    if (code == AX_OK)
        code = output_path(o->dir, image, "", path, sizeof path, err);
    if (code == AX_OK)
        code = prog->write_mask(path, mask, h, w, palette, p->info.classes, err);
    if (code == AX_OK && !o->json)
        ax_out_line("%s", path);
    if (code == AX_OK && o->overlay) {
        code = output_path(o->dir, image, "-overlay", overlay, sizeof overlay, err);
        if (code == AX_OK)
            code = prog->write_overlay(overlay, rgb, mask, h, w, palette, p->info.classes, err);
        if (code == AX_OK && !o->json)
            ax_out_line("%s", overlay);
    }
    if (code == AX_OK && o->json)
        print_json(image, path, overlay, h, w);
    free(rgb);
    free(mask);
    return code;
}

static ax_code open_model(ax_predictor *p, const options *o, ax_err *err)
{
    char note[AX_DEVICE_NOTE] = "";
    ax_code code = ax_predictor_open(p, o->model, AX_PREDICTS_MASK, err);
    ax_session *s = &p->session;
    if (code == AX_OK && !(s->dev = ax_device_open(o->device, o->threads, &s->be, note, err)))
        code = err->code;
    ax_command_device_note(note);
    if (code == AX_OK) /* says what is wrong with the model before the first image is blamed */
        code = ax_predictor_compile(p, 32, 32, err);
    return code == AX_OK ? ax_output_folder(o->dir, err) : code;
}

int ax_command_predict(const ax_program *prog, int argc, char **argv)
{
    ax_err err = { AX_OK, "" };
    options o = { .device = "auto" };
    ax_predictor p = { 0 };
    int failed = 0;
    ax_parsed parsed = parse(argc, argv, &o, &err);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (err.code == AX_OK && check_files(&o, &err) == AX_OK && open_model(&p, &o, &err) == AX_OK) {
        for (int i = 0; i < o.n_images; i++) {
            ax_err why = { AX_OK, "" };
            if (predict_one(prog, &p, &o, o.image[i], &why) != AX_OK) {
                ax_complain_of(&why);
                failed++;
            }
        }
    }
    ax_predictor_release(&p);
    if (p.session.dev)
        p.session.be->close(p.session.dev);
    if (err.code)
        return ax_complain_of(&err);
    return failed ? 1 : 0;
}
