#include "engine/model/encoder.h"

#include "engine/base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char encoder_prefix[] = "encoder.";

static void describe(ax_encoder *e, const ax_mobilenet *net)
{
    const ax_mobilenet copy = *net; /* net may point into *e */
    e->net = copy;
    e->taps = ax_mobilenet_taps(&copy);
}

const ax_encoder *ax_encoder_builtin(void)
{
    static const ax_encoder builtin = {
        .name = "MobileNet-v2 x1.0, ImageNet",
        .license = "MIT",
        .net = { 32, { { 16, 1 }, { 24, 2 }, { 32, 3 }, { 64, 4 }, { 96, 3 }, { 160, 3 }, { 320, 1 } } },
        .taps = { 4, { { 24, 4 }, { 32, 8 }, { 96, 16 }, { 320, 32 } } },
    };
    return &builtin;
}

static bool is_paper(const ax_mobilenet *net)
{
    return !memcmp(net, &ax_encoder_builtin()->net, sizeof *net);
}

const char *ax_encoder_layout(const ax_encoder *e, char buf[static AX_MOBILENET_TEXT])
{
    return is_paper(&e->net) ? NULL : ax_mobilenet_print(&e->net, buf);
}

static void copy_meta(const ax_safetensors *st, const char *key, char *out, size_t cap)
{
    const char *value = ax_safetensors_meta(st, key);
    snprintf(out, cap, "%s", value ? value : "");
}

/* The network named in a model file of ours; *said: whether the file names one. */
static ax_code read_layout(const ax_safetensors *st, ax_mobilenet *net, bool *said, ax_err *err)
{
    const char *text = ax_safetensors_meta(st, AX_ENCODER_LAYOUT);
    *said = text;
    if (text && !ax_mobilenet_parse(text, net))
        return ax_fail(err, AX_EFORMAT, "%s: metadata '" AX_ENCODER_LAYOUT "' is '%.100s', which isn't a network",
                       ax_safetensors_name(st), text);
    return AX_OK;
}

ax_code ax_encoder_of_model(const ax_safetensors *st, ax_encoder *out, ax_err *err)
{
    ax_mobilenet net = ax_encoder_builtin()->net;
    bool said;
    if (read_layout(st, &net, &said, err) != AX_OK)
        return AX_EFORMAT;
    *out = (ax_encoder) { .key = 0 };
    copy_meta(st, "encoder", out->name, sizeof out->name);
    copy_meta(st, "encoder_license", out->license, sizeof out->license);
    describe(out, &net);
    return AX_OK;
}

/* ---- reading a file ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static ax_code recognise(const ax_safetensors *st, ax_encoder *e, ax_err *err)
{
    ax_mobilenet net;
    bool said;
    double width = 0;
    char layout[AX_MOBILENET_TEXT], before[AX_ENCODER_NAME];
    const char *file = base_name(e->path);
    if (read_layout(st, &net, &said, err) != AX_OK)
        return AX_EFORMAT;
    if (!said && ax_mobilenet_recognise(st, &net, &width, err) != AX_OK)
        return AX_EFORMAT;
    describe(e, &net);
    copy_meta(st, "license", e->license, sizeof e->license);
    copy_meta(st, "encoder", before, sizeof before);
    if (before[0]) { /* from a model, whose training changed the encoder */
        copy_meta(st, "encoder_license", e->license, sizeof e->license);
        snprintf(e->name, sizeof e->name, "%.100s, as in %.40s", before, file);
    } else if (width > 0) {
        snprintf(e->name, sizeof e->name, "MobileNet-v2 x%.3g, %.100s", width, file);
    } else {
        snprintf(e->name, sizeof e->name, "MobileNet-v2 %.80s, %.60s", ax_mobilenet_print(&net, layout), file);
    }
    return AX_OK;
}

/* A hash of everything that the encoder's computation depends on, independent of names and types in the file. */
static ax_code hash_weights(const ax_encoder *e, const ax_params *p, uint64_t *key, ax_err *err)
{
    char layout[AX_MOBILENET_TEXT];
    ax_mobilenet_print(&e->net, layout);
    *key = ax_hash(AX_HASH_START, layout, strlen(layout));
    for (size_t i = 0; i < ax_params_count(p); i++) {
        const ax_param_spec *s = ax_params_spec(p, i);
        size_t n = ax_shape_count(s->type.shape);
        if (strncmp(s->name, encoder_prefix, sizeof encoder_prefix - 1))
            continue;
        float *host = malloc(n * sizeof *host);
        ax_code code =
            host ? ax_params_get(p, i, AX_SLOT_VALUE, host, err) : ax_fail(err, AX_ENOMEM, "%s: no memory", s->name);
        if (code == AX_OK)
            *key = ax_hash(ax_hash(*key, s->name, strlen(s->name)), host, n * sizeof *host);
        free(host);
        if (code != AX_OK)
            return code;
    }
    *key += !*key;
    return AX_OK;
}

/* Loads all tensors once, in their final form. */
static ax_code check_weights(ax_encoder *e, const ax_safetensors *st, ax_err *err)
{
    ax_graph *g = ax_graph_new(err);
    ax_device *dev = g ? ax_backend_ref.open(0, 1, err) : NULL;
    const ax_graph *graphs[] = { g };
    ax_params *p = NULL;
    ax_code code = dev ? ax_encoder_graph(e, g, 32, 32, err) : err->code;
    if (code == AX_OK && !(p = ax_params_new(graphs, 1, &ax_backend_ref, dev, NULL, err)))
        code = err->code;
    if (code == AX_OK)
        code = ax_mobilenet_load(&e->net, p, st, err);
    if (code == AX_OK)
        code = hash_weights(e, p, &e->key, err);
    ax_params_free(p);
    if (dev)
        ax_backend_ref.close(dev);
    ax_graph_free(g);
    return code;
}

ax_encoder ax_encoder_cut(const ax_encoder *e, int taps)
{
    ax_encoder out = *e;
    if (taps > 0 && taps < out.taps.n) {
        ax_mobilenet_cut(&out.net, taps);
        describe(&out, &out.net);
    }
    return out;
}

ax_code ax_encoder_open(const char *setting, int taps, ax_encoder *out, ax_err *err)
{
    *out = ax_encoder_cut(ax_encoder_builtin(), taps);
    if (!setting[0] || !strcmp(setting, AX_ENCODER_BUILTIN))
        return AX_OK;
    if ((size_t)snprintf(out->path, sizeof out->path, "%s", setting) >= sizeof out->path)
        return ax_fail(err, AX_EINVAL, "encoder: the name '%.40s...' is too long", setting);
    ax_safetensors *st = ax_safetensors_open(setting, err);
    ax_code code = st ? recognise(st, out, err) : err->code;
    if (code == AX_OK) {
        *out = ax_encoder_cut(out, taps);
        code = check_weights(out, st, err);
    }
    ax_safetensors_free(st);
    return code == AX_OK ? AX_OK : ax_fail_prefix(err, "encoder");
}

/* ---- building the graph ---- */

ax_code ax_encoder_build(const ax_encoder *e, ax_graph *g, ax_val image, bool train, ax_val taps[AX_MAX_TAPS],
                         ax_err *err)
{
    return ax_mobilenet_build(&e->net, g, image, train, taps, err);
}

ax_code ax_encoder_graph(const ax_encoder *e, ax_graph *g, int32_t h, int32_t w, ax_err *err)
{
    ax_val taps[AX_MAX_TAPS] = { { 0 } };
    ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { 1, h, w, 3 } }, err);
    ax_code code = image.id ? ax_encoder_build(e, g, image, false, taps, err) : AX_ENOMEM;
    for (int k = 0; k < e->taps.n && code == AX_OK; k++)
        code = ax_graph_keep(g, taps[k], ax_tap_name(k), err);
    return code;
}

/* data/weights/weights.S */
extern const unsigned char ax_weights_begin[], ax_weights_end[];

ax_safetensors *ax_encoder_weights(const ax_encoder *e, ax_err *err)
{
    if (e->path[0])
        return ax_safetensors_open(e->path, err);
    return ax_safetensors_view(ax_weights_begin, (size_t)(ax_weights_end - ax_weights_begin),
                               "the built-in encoder weights", err);
}

static ax_code fill(const ax_encoder *e, ax_params *p, ax_err *err)
{
    ax_safetensors *st = ax_encoder_weights(e, err);
    uint64_t key = 0;
    ax_code code = st ? ax_mobilenet_load(&e->net, p, st, err) : err->code;
    if (code == AX_OK && e->key)
        code = hash_weights(e, p, &key, err);
    if (code == AX_OK && key != e->key)
        code = ax_fail(err, AX_EDATA, "encoder %s: the file is another one than before", e->path);
    ax_safetensors_free(st);
    return code;
}

ax_params *ax_encoder_params(const ax_encoder *e, const ax_graph *g, const ax_backend *be, ax_device *dev, ax_err *err)
{
    const ax_graph *graphs[] = { g };
    ax_params *p = ax_params_new(graphs, 1, be, dev, NULL, err);
    if (p && fill(e, p, err) != AX_OK) {
        ax_params_free(p);
        p = NULL;
    }
    return p;
}
