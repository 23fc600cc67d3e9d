#include "engine/model/mobilenet.h"

#include "engine/model/tensor.h"
#include "engine/space/layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 96 };

/* Table 2 of the paper: expansion t, channels c, n blocks, stride s of the first; tap: which one the stage ends in. */
static const struct {
    uint8_t t;
    int16_t c;
    uint8_t n, s;
    int8_t tap;
} stages[] = {
    { 1, 16, 1, 1, -1 }, { 6, 24, 2, 2, 0 },   { 6, 32, 3, 2, 1 },  { 6, 64, 4, 2, -1 },
    { 6, 96, 3, 1, 2 },  { 6, 160, 3, 2, -1 }, { 6, 320, 1, 1, 3 },
};
enum { STAGES = sizeof stages / sizeof *stages, STEM = 32 };

/* ---- graph ---- */

/* PREFIX.CONV.weight, PREFIX.NORM.*: convolution and batch norm. */
static ax_val conv_norm(const ax_layers *l, const char *prefix, const char *conv, const char *norm, ax_val x,
                        ax_conv_spec spec, ax_act act)
{
    char name[NAME + 16];
    snprintf(name, sizeof name, "%s.%s", prefix, conv);
    x = ax_layer_conv(l, name, x, spec);
    snprintf(name, sizeof name, "%s.%s", prefix, norm);
    return ax_layer_bnorm(l, name, x, act);
}

static ax_val inverted_residual(const ax_layers *l, unsigned index, ax_val x, int32_t t, int32_t c, uint8_t stride)
{
    char prefix[NAME];
    snprintf(prefix, sizeof prefix, "encoder.features.%u.conv", index);
    int32_t in = ax_layer_shape(l, x).c, wide = in * t;
    const ax_conv_spec expand = { .out = wide, .kernel = 1 }, project = { .out = c, .kernel = 1 },
                       depthwise = { .out = wide, .kernel = 3, .stride = stride, .depthwise = true };
    ax_val y = x;
    if (t == 1) {
        y = conv_norm(l, prefix, "0.0", "0.1", y, depthwise, AX_ACT_RELU6);
        y = conv_norm(l, prefix, "1", "2", y, project, AX_ACT_NONE);
    } else {
        y = conv_norm(l, prefix, "0.0", "0.1", y, expand, AX_ACT_RELU6);
        y = conv_norm(l, prefix, "1.0", "1.1", y, depthwise, AX_ACT_RELU6);
        y = conv_norm(l, prefix, "2", "3", y, project, AX_ACT_NONE);
    }
    return stride == 1 && in == c ? ax_layer_add(l, x, y) : y;
}

static ax_code build(ax_graph *g, ax_val image, bool train, ax_val taps[AX_MAX_TAPS], ax_err *err)
{
    ax_err local = { 0 };
    const ax_layers l = { .g = g, .group = AX_GROUP_ENCODER, .train = train, .err = &local };
    ax_shape s = ax_graph_type(g, image).shape;
    if (s.c != 3 || s.h < 32 || s.w < 32)
        return ax_fail(err, AX_EINVAL, "encoder: an image of %dx%dx%d; it must be RGB, at least 32x32", s.h, s.w, s.c);
    const ax_conv_spec stem = { .out = STEM, .kernel = 3, .stride = 2 };
    ax_val x = conv_norm(&l, "encoder.features.0", "0", "1", image, stem, AX_ACT_RELU6);
    unsigned index = 1;
    for (int i = 0; i < STAGES; i++) {
        for (uint8_t k = 0; k < stages[i].n; k++)
            x = inverted_residual(&l, index++, x, stages[i].t, stages[i].c, k ? 1 : stages[i].s);
        if (stages[i].tap >= 0)
            taps[stages[i].tap] = x;
    }
    if (local.code != AX_OK && err)
        *err = local;
    return local.code;
}

/* ---- weights ---- */

/* timm's name of the tensor that torchvision calls name ("features.2.conv.1.0.weight" is "blocks.1.0.conv_dw.weight").
 */
static void to_timm(const char *name, char out[static NAME])
{
    static const struct {
        const char *torchvision, *first, *others; /* in block 1, which has no expansion, and in the others */
    } part[] = {
        { "0.0", "conv_dw", "conv_pw" }, { "0.1", "bn1", "bn1" },    { "1.0", NULL, "conv_dw" }, { "1.1", NULL, "bn2" },
        { "1", "conv_pw", NULL },        { "2", "bn2", "conv_pwl" }, { "3", NULL, "bn3" },
    };
    char *rest;
    unsigned long index = strtoul(name + strlen("features."), &rest, 10);
    const char *field = strrchr(name, '.');
    snprintf(out, NAME, "%s", name);
    if (!index) {
        snprintf(out, NAME, "%s%s", rest[1] == '0' ? "conv_stem" : "bn1", field);
        return;
    }
    rest += strlen(".conv.");
    unsigned long block = index - 1;
    unsigned stage = 0;
    for (; stage + 1 < STAGES && block >= stages[stage].n; stage++)
        block -= stages[stage].n;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        const char *own = index == 1 ? part[i].first : part[i].others;
        size_t n = strlen(part[i].torchvision);
        if (own && rest + n == field && !strncmp(rest, part[i].torchvision, n)) {
            snprintf(out, NAME, "blocks.%u.%lu.%s%s", stage, block, own, field);
            return;
        }
    }
}

static ax_code load(ax_params *p, const ax_safetensors *st, ax_err *err)
{
    static const char prefix[] = "encoder.";
    size_t skip = sizeof prefix - 1;
    bool own = ax_safetensors_find(st, "encoder.features.0.0.weight"),
         timm = ax_safetensors_find(st, "conv_stem.weight");
    if (!own && !timm && !ax_safetensors_find(st, "features.0.0.weight"))
        return ax_fail(err, AX_EFORMAT,
                       "%s: not a MobileNet-v2: neither 'features.0.0.weight' (torchvision's naming) nor "
                       "'conv_stem.weight' (timm's) is there",
                       ax_safetensors_name(st));
    for (size_t i = 0; i < ax_params_count(p); i++) {
        const char *name = ax_params_spec(p, i)->name;
        if (strncmp(name, prefix, skip))
            continue;
        char translated[NAME];
        if (timm && !own)
            to_timm(name + skip, translated);
        const char *theirs = own ? name : timm ? translated : name + skip;
        ax_code code = ax_tensor_load(p, i, st, theirs, err);
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}

/* data/weights/weights.S */
extern const unsigned char ax_weights_begin[], ax_weights_end[];

static ax_safetensors *embedded(ax_err *err)
{
    return ax_safetensors_view(ax_weights_begin, (size_t)(ax_weights_end - ax_weights_begin),
                               "the built-in encoder weights", err);
}

const ax_encoder ax_mobilenet = {
    .name = "mobilenet_v2",
    .taps = { 4, { { 24, 4 }, { 32, 8 }, { 96, 16 }, { 320, 32 } } },
    .build = build,
    .load = load,
    .embedded = embedded,
};
