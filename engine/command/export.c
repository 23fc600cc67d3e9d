/* auxcell export MODEL: exports a trained model for other programs. */
#include "engine/backend/list.h"
#include "engine/base/out.h"
#include "engine/base/output.h"
#include "engine/command/program.h"
#include "engine/config/option.h"
#include "engine/export/model.h"
#include "engine/export/onnx_message.h"

#include <string.h>

static const char synopsis[] = "auxcell export MODEL.safetensors [-f onnx|safetensors] -o FILE [OPTION...]";
static const char about[] = "ONNX: opset 13, input \"image\" (NCHW, float32), batch norm in the convolutions; size, "
                            "normalisation and classes as the\n"
                            "options say; the model's doc_string and metadata have the details.\n"
                            "safetensors: the tensors as float32 with PyTorch's shapes, all metadata.\n";

enum { MOST_SIDE = 65536, MOST_BATCH = 4096 };
typedef enum format { ONNX, SAFETENSORS } format;

typedef struct options {
    const char *model, *file, *format;
    int32_t size[2];
    ax_export onnx;
    bool fold;
    format as;
} options;

static bool ends_with(const char *text, const char *ending)
{
    size_t n = strlen(text), e = strlen(ending);
    return n >= e && !strcmp(text + n - e, ending);
}

static ax_code find_format(options *o, ax_err *err)
{
    const char *word = o->format;
    if (!word) {
        if (!ends_with(o->file, ".onnx") && !ends_with(o->file, ".safetensors"))
            return ax_fail(err, AX_EINVAL, "%s: neither .onnx nor .safetensors: say which with -f", o->file);
        word = ends_with(o->file, ".onnx") ? "onnx" : "safetensors";
    }
    if (strcmp(word, "onnx") && strcmp(word, "safetensors"))
        return ax_fail(err, AX_EINVAL, "-f %s: it can be onnx or safetensors", word);
    o->as = strcmp(word, "onnx") ? SAFETENSORS : ONNX;
    return AX_OK;
}

static ax_code check(options *o, ax_err *err)
{
    if (!o->model)
        return ax_fail(err, AX_EINVAL, "export needs a model file");
    if (!o->file)
        return ax_fail(err, AX_EINVAL, "export of a model needs a file to write: -o FILE");
    if (find_format(o, err) != AX_OK)
        return AX_EINVAL;
    const ax_export *x = &o->onnx;
    if (o->as == SAFETENSORS && (x->argmax || x->normalise || x->batch || o->size[0]))
        return ax_fail(err, AX_EINVAL, "--size, --batch, --normalise and --argmax are for -f onnx");
    if (o->as == ONNX && o->fold)
        return ax_fail(err, AX_EINVAL, "--fold is for -f safetensors; in ONNX batch norm is always folded");
    o->onnx.h = o->size[0];
    o->onnx.w = o->size[1];
    return AX_OK;
}

static ax_parsed parse(int argc, char **argv, options *o, ax_err *err)
{
    const ax_option table[] = {
        AX_TEXT("-f", "FORMAT", &o->format, "onnx or safetensors (as FILE ends)"),
        AX_PATH("-o", "FILE", &o->file, "where to, whole or not at all; -: standard output"),
        AX_SIZE("--size", "HxW", o->size, 32, MOST_SIDE,
                "ONNX: the image's size, multiples of 32 (any such: axes height and width)"),
        AX_WHOLE("--batch", "N", &o->onnx.batch, 0, MOST_BATCH, "ONNX: images at once, 0 = any: an axis (0)"),
        AX_FLAG("--normalise", &o->onnx.normalise, "ONNX: the input is RGB from 0 to 255; the model normalises it"),
        AX_FLAG("--argmax", &o->onnx.argmax, "ONNX: a class for every pixel comes out, not logits (segmentation)"),
        AX_FLAG("--fold", &o->fold, "safetensors: batch norm in the convolutions, which have a bias then"),
    };
    int n = 0;
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, 1 };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    o->model = n ? argv[1] : NULL;
    check(o, err);
    return AX_PARSED_GO;
}

/* The output must not overwrite the model. */
static ax_code check_files(const options *o, ax_err *err)
{
    ax_files *f = ax_files_new();
    ax_code code = f ? ax_files_read(f, o->model, err) : ax_fail(err, AX_ENOMEM, "no memory for the names of files");
    if (code == AX_OK)
        code = ax_files_write(f, o->file, o->model, err);
    if (code == AX_OK)
        code = ax_files_check(f, err);
    ax_files_free(f);
    return code;
}

static ax_code write_onnx(ax_predictor *p, const options *o, ax_err *err)
{
    ax_str out;
    ax_str_init(&out, AX_ONNX_BYTES);
    ax_code code = ax_export_onnx(p, &o->onnx, &out, err);
    if (code == AX_OK)
        code = ax_output_write(o->file, out.text, out.len, err);
    ax_str_release(&out);
    return code;
}

static ax_code export(options *o, ax_err *err)
{
    ax_predictor p = { 0 };
    ax_session *s = &p.session;
    if (!strcmp(o->file, "-"))
        o->file = "/dev/stdout";
    ax_code code = check_files(o, err);
    if (code == AX_OK)
        code = ax_predictor_open(&p, o->model, AX_PREDICTS_LOGITS, err);
    /* The device only holds the parameters. */
    if (code == AX_OK && !(s->dev = ax_device_open("ref", 1, &s->be, NULL, err)))
        code = err->code;
    if (code == AX_OK)
        code = o->as == ONNX ? write_onnx(&p, o, err) : ax_export_safetensors(&p, o->fold, o->file, err);
    ax_predictor_release(&p);
    if (s->dev)
        s->be->close(s->dev);
    return code;
}

int ax_command_export(const ax_program *prog, int argc, char **argv)
{
    ax_err err = { AX_OK, "" };
    options o = { .model = NULL };
    (void)prog;
    ax_parsed parsed = parse(argc, argv, &o, &err);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (err.code == AX_OK)
        export(&o, &err);
    return err.code ? ax_complain_of(&err) : 0;
}
