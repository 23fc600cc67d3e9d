#include "engine/model/mobilenet.h"

#include "engine/space/layer.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME = 96 };

/* Table 2 of the paper: expansion t, channels c, n blocks, stride s of the first; tap: the tap at the stage's end. */
static const struct {
    uint8_t t;
    int16_t c;
    uint8_t n, s;
    int8_t tap;
} stages[AX_MOBILENET_STAGES] = {
    { 1, 16, 1, 1, -1 }, { 6, 24, 2, 2, 0 },   { 6, 32, 3, 2, 1 },  { 6, 64, 4, 2, -1 },
    { 6, 96, 3, 1, 2 },  { 6, 160, 3, 2, -1 }, { 6, 320, 1, 1, 3 },
};
enum { STEM = 32, MULTIPLE = 8, MOST_CHANNELS = 4096, MOST_BLOCKS = 64 };

/* ---- layout ---- */

static int32_t scaled(int32_t channels, double width)
{
    double v = channels * width;
    int32_t n = (int32_t)(v + MULTIPLE / 2.0) / MULTIPLE * MULTIPLE;
    n = n < MULTIPLE ? MULTIPLE : n;
    return n < .9 * v ? n + MULTIPLE : n;
}

ax_mobilenet ax_mobilenet_of_width(double width)
{
    ax_mobilenet m = { .stem = scaled(STEM, width) };
    for (int i = 0; i < AX_MOBILENET_STAGES; i++) {
        m.stage[i].channels = scaled(stages[i].c, width);
        m.stage[i].blocks = stages[i].n;
    }
    return m;
}

char *ax_mobilenet_print(const ax_mobilenet *m, char buf[static AX_MOBILENET_TEXT])
{
    int n = snprintf(buf, AX_MOBILENET_TEXT, "%d", m->stem);
    for (int i = 0; i < AX_MOBILENET_STAGES && m->stage[i].blocks && n > 0 && n < AX_MOBILENET_TEXT; i++)
        n += snprintf(buf + n, (size_t)(AX_MOBILENET_TEXT - n), " %dx%d", m->stage[i].channels, m->stage[i].blocks);
    return buf;
}

/* Parses a number from 1 to most and moves behind it. */
static bool number(const char **text, long most, char after, int32_t *out)
{
    char *end;
    long v = strtol(*text, &end, 10);
    if (end == *text || v < 1 || v > most || *end != after)
        return false;
    *out = (int32_t)v;
    *text = after ? end + 1 : end;
    return true;
}

bool ax_mobilenet_parse(const char *text, ax_mobilenet *out)
{
    *out = (ax_mobilenet) { 0 };
    bool ok = number(&text, MOST_CHANNELS, ' ', &out->stem), last = false;
    for (int i = 0; i < AX_MOBILENET_STAGES && ok && !last; i++) {
        ok = number(&text, MOST_CHANNELS, 'x', &out->stage[i].channels);
        const char *at = text;
        /* a layout may end behind any tap */
        last = ok && stages[i].tap >= 0 && number(&at, MOST_BLOCKS, '\0', &out->stage[i].blocks);
        ok = ok && (last || number(&text, MOST_BLOCKS, ' ', &out->stage[i].blocks));
    }
    return ok && last;
}

ax_taps ax_mobilenet_taps(const ax_mobilenet *m)
{
    ax_taps taps = { .n = 0 };
    for (int32_t i = 0, stride = 2; i < AX_MOBILENET_STAGES; i++) {
        stride *= stages[i].s;
        if (stages[i].tap < 0 || !m->stage[i].blocks)
            continue;
        taps.tap[stages[i].tap].channels = m->stage[i].channels;
        taps.tap[stages[i].tap].stride = stride;
        taps.n++;
    }
    return taps;
}

void ax_mobilenet_cut(ax_mobilenet *m, int n)
{
    int i = 0;
    while (i < AX_MOBILENET_STAGES && stages[i].tap != n - 1)
        i++;
    for (i++; i < AX_MOBILENET_STAGES; i++)
        m->stage[i].channels = m->stage[i].blocks = 0;
}

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

ax_code ax_mobilenet_build(const ax_mobilenet *m, ax_graph *g, ax_val image, bool train, ax_val taps[AX_MAX_TAPS],
                           ax_err *err)
{
    ax_err local = { 0 };
    const ax_layers l = { .g = g, .group = AX_GROUP_ENCODER, .train = train, .err = &local };
    ax_shape s = ax_graph_type(g, image).shape;
    if (s.c != 3 || s.h < 32 || s.w < 32)
        return ax_fail(err, AX_EINVAL, "encoder: an image of %dx%dx%d; it must be RGB, at least 32x32", s.h, s.w, s.c);
    const ax_conv_spec stem = { .out = m->stem, .kernel = 3, .stride = 2 };
    ax_val x = conv_norm(&l, "encoder.features.0", "0", "1", image, stem, AX_ACT_RELU6);
    unsigned index = 1;
    for (int i = 0; i < AX_MOBILENET_STAGES; i++) {
        for (int32_t k = 0; k < m->stage[i].blocks; k++)
            x = inverted_residual(&l, index++, x, stages[i].t, m->stage[i].channels, k ? 1 : stages[i].s);
        if (stages[i].tap >= 0 && m->stage[i].blocks)
            taps[stages[i].tap] = x;
    }
    if (local.code != AX_OK && err)
        *err = local;
    return local.code;
}
