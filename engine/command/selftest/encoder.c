/* Checks an encoder*.safetensors file: the four taps of an image in evaluation mode. */
#include "engine/command/selftest/selftest.h"

#include "engine/base/normalise.h"
#include "engine/graph/session.h"
#include "engine/model/encoder.h"
#include "engine/space/decoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EMBEDDED "mobilenet_v2-imagenet.f16.safetensors"

/* Error of a tap from rounding the weights to float16; measured 1.4e-2 of the largest value. */
static const double tolerance_exact = 1e-4, tolerance_rounded = 3e-2, tolerance_tf32 = 1e-2, tolerance_bf16 = 2e-1;

typedef struct encoder {
    ax_safetensors *weights;
    bool rounded; /* our weights are the file's, rounded to float16 */
    ax_rounding rounding;
    ax_session session;
    int32_t h, w;
} encoder;

/* The weights that the file was made with: named by the user, beside the file, or built in. */
static ax_code open_weights(const ax_selftest *s, const ax_safetensors *st, const char *file, encoder *e, ax_err *err)
{
    if (s->weights) {
        e->weights = ax_safetensors_open(s->weights, err);
        return e->weights ? AX_OK : err->code;
    }
    const char *name = ax_safetensors_meta(st, "weights"), *slash = strrchr(file, '/');
    char path[4096];
    if (!name || strchr(name, '/'))
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'weights' must name a file without a directory", file);
    int n = snprintf(path, sizeof path, "%.*s../weights/%s", slash ? (int)(slash - file + 1) : 0, file, name);
    if (strcmp(name, EMBEDDED) && n > 0 && (size_t)n < sizeof path && !access(path, R_OK))
        e->weights = ax_safetensors_open(path, err);
    else {
        e->rounded = strcmp(name, EMBEDDED);
        e->weights = ax_encoder_weights(ax_encoder_builtin(), err);
    }
    return e->weights ? AX_OK : err->code;
}

static ax_code build(encoder *e, ax_err *err)
{
    ax_session *s = &e->session;
    ax_code code = ax_session_begin(s, err);
    if (code == AX_OK)
        code = ax_encoder_graph(ax_encoder_builtin(), s->graph, e->h, e->w, err);
    if (code == AX_OK)
        code = ax_session_params(s, NULL, err);
    if (code == AX_OK)
        code = ax_mobilenet_load(&ax_encoder_builtin()->net, s->params, e->weights, err);
    return code == AX_OK ? ax_session_compile(s, AX_PLAN_NARROW | AX_PLAN_INFERENCE, err) : code;
}

static ax_code write_image(encoder *e, const ax_safetensors *st, ax_err *err)
{
    const int64_t dim[3] = { e->h, e->w, 3 };
    float *image = ax_golden_get(st, "input.image", dim, 3, err);
    size_t n = (size_t)e->h * (size_t)e->w * 3;
    if (!image)
        return err->code;
    for (size_t i = 0; i < n; i++)
        image[i] = ax_normalise(image[i], i % 3);
    ax_code code = ax_plan_write(e->session.plan, "image", image, n * sizeof *image, err);
    free(image);
    return code;
}

static ax_code compare(const encoder *e, const ax_safetensors *st, ax_tally *t, ax_err *err)
{
    for (int i = 0; i < ax_encoder_builtin()->taps.n; i++) {
        const char *name = ax_tap_name(i);
        ax_code code = ax_golden_compare(st, e->session.plan, e->session.graph, name, name,
                                         e->rounding >= AX_ROUND_BF16   ? tolerance_bf16
                                         : e->rounded                   ? tolerance_rounded
                                         : e->rounding == AX_ROUND_TF32 ? tolerance_tf32
                                                                        : tolerance_exact,
                                         t, err);
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}

ax_code ax_selftest_encoder(ax_selftest *s, const ax_safetensors *st, const char *file, ax_err *err)
{
    const ax_st_tensor *image = ax_safetensors_find(st, "input.image");
    if (!image || image->n_dim != 3 || image->dim[0] > 4096 || image->dim[1] > 4096)
        return ax_fail(err, AX_EFORMAT, "%s: tensor 'input.image' must be {height,width,3}, at most 4096 each", file);
    encoder e = {
        .session = { .be = s->be, .dev = s->dev },
        .h = (int32_t)image->dim[0],
        .w = (int32_t)image->dim[1],
        .rounding = s->rounding,
    };
    ax_code code = open_weights(s, st, file, &e, err);
    ax_tally t = { .group = e.rounded ? "taps, f16 weights" : "taps" };
    if (code == AX_OK)
        code = build(&e, err);
    if (code == AX_OK)
        code = write_image(&e, st, err);
    if (code == AX_OK)
        code = ax_plan_run(e.session.plan, err);
    if (code == AX_OK)
        code = compare(&e, st, &t, err);
    if (code == AX_OK)
        ax_tally_print(s, file, &t);
    ax_session_drop(&e.session);
    ax_safetensors_free(e.weights);
    return code;
}
