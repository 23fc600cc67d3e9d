#include "engine/export/onnx.h"

#include "engine/base/normalise.h"
#include "engine/export/onnx_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the input ---- */

/* Normalises by one product and one sum: (x/255 - mean) / std. */
static void add_normalise(ax_onnx_graph *m, const char *out)
{
    float scale[3], shift[3];
    const int64_t dim[4] = { 1, 3, 1, 1 };
    for (int c = 0; c < 3; c++) {
        scale[c] = (float)(1 / (255 * (double)ax_image_std[c]));
        shift[c] = (float)(-(double)ax_image_mean[c] / (double)ax_image_std[c]);
    }
    const char *const times[] = { "image", "normalise.scale" }, *const plus[] = { "normalise.product",
                                                                                  "normalise.shift" };
    ax_onnx_add_tensor(&m->message, times[1], AX_ONNX_FLOAT, dim, 4, scale);
    ax_onnx_add_tensor(&m->message, plus[1], AX_ONNX_FLOAT, dim, 4, shift);
    ax_onnx_apply(m, "Mul", times, 2, NULL, 0, plus[0]);
    ax_onnx_apply(m, "Add", plus, 2, NULL, 0, out);
}

/* ---- axes ---- */

/* Extent `size` of an image axis: a name derived from the image's axis, or a number. */
static void axis(ax_onnx_dim *d, const ax_onnx_spec *spec, const char *name, int32_t size, int32_t image)
{
    *d = (ax_onnx_dim) { .value = spec->any_size ? 0 : size };
    if (size == image)
        snprintf(d->name, sizeof d->name, "%s_multiple_of_%d", name, spec->multiple);
    else if (size < image)
        snprintf(d->name, sizeof d->name, "%s_multiple_of_%d/%d", name, spec->multiple, image / size);
    else
        snprintf(d->name, sizeof d->name, "%s_multiple_of_%d*%d", name, spec->multiple, size / image);
}

static void add_ports(ax_onnx_graph *m)
{
    const ax_onnx_spec *spec = m->spec;
    ax_type output = ax_graph_type(m->g, spec->output);
    ax_shape image = ax_graph_type(m->g, spec->image).shape, out = output.shape;
    ax_onnx_dim dim[4] = { { .value = spec->any_batch ? 0 : image.n, .name = "batch" }, { .value = 3 } };
    axis(&dim[2], spec, "height", image.h, image.h);
    axis(&dim[3], spec, "width", image.w, image.w);
    ax_onnx_add_port(&m->message, AX_ONNX_IN, "image", AX_ONNX_FLOAT, dim, 4);
    bool classes = output.dtype == AX_U8;
    dim[1].value = out.c;
    bool pooled = out.h == 1 && out.w == 1;
    ax_onnx_dim *at = classes ? &dim[1] : &dim[2];
    axis(&at[0], spec, "height", out.h, image.h);
    axis(&at[1], spec, "width", out.w, image.w);
    if (pooled)
        at[0].value = at[1].value = 1;
    ax_onnx_add_port(&m->message, AX_ONNX_OUT, spec->name, classes ? AX_ONNX_INT64 : AX_ONNX_FLOAT, dim,
                     classes ? 3 : 4);
}

/* ---- sizes ---- */

ax_code ax_onnx_fits(const ax_graph *g, ax_val image, ax_val output, bool *fits, ax_err *err)
{
    ax_reach r;
    ax_shape whole = ax_graph_type(g, image).shape;
    ax_code code = ax_reach_init(&r, g, output, err);
    *fits = true;
    for (size_t i = 0; i < ax_graph_nodes(g) && code == AX_OK; i++) {
        ax_shape s = ax_graph_type(g, (ax_val) { ax_graph_node(g, i)->out[0] }).shape;
        bool ok = (s.h == 1 && s.w == 1) || (ax_onnx_doubles(whole.h, s.h) && ax_onnx_doubles(whole.w, s.w));
        *fits = *fits && (ok || !r.node[i]);
    }
    ax_reach_release(&r);
    return code;
}

/* ---- the model ---- */

static ax_code write_graph(ax_onnx_graph *m)
{
    uint32_t image = m->spec->image.id, output = m->spec->output.id;
    snprintf(m->value[image - 1].name, AX_ONNX_NAME, "%s", m->spec->normalise ? "normalised" : "image");
    if (m->spec->normalise)
        add_normalise(m, "normalised");
    ax_code code = AX_OK;
    for (size_t i = 0; i < ax_graph_nodes(m->g) && code == AX_OK; i++)
        code = m->reach.node[i] ? ax_onnx_write_node(m, i) : AX_OK;
    if (code == AX_OK)
        code = ax_onnx_expand(m, output);
    if (code == AX_OK)
        add_ports(m);
    return code;
}

ax_code ax_onnx_write(const ax_graph *g, const ax_params *p, const ax_onnx_spec *spec, ax_str *out, ax_err *err)
{
    ax_onnx_graph *m = calloc(1, sizeof *m);
    ax_onnx_value *value = calloc(ax_graph_values(g), sizeof *value);
    ax_code code = m && value ? AX_OK : ax_fail(err, AX_ENOMEM, "onnx: no memory");
    if (code == AX_OK) {
        *m = (ax_onnx_graph) { .g = g, .p = p, .spec = spec, .value = value, .err = err };
        ax_str_init(&m->message, AX_ONNX_BYTES);
        code = ax_reach_init(&m->reach, g, spec->output, err);
        if (code == AX_OK)
            code = write_graph(m);
        ax_onnx_add_head(out, AX_VERSION, spec->doc);
        ax_onnx_add_graph(out, &m->message, "auxcell");
        for (size_t i = 0; i < spec->n_meta; i++)
            ax_onnx_add_metadata(out, spec->meta[i].key, spec->meta[i].value);
        if (code == AX_OK && !ax_str_ok(out))
            code = ax_fail(err, AX_ENOMEM, "onnx: no memory, or the model is larger than 2 GiB");
        ax_reach_release(&m->reach);
        ax_str_release(&m->message);
    }
    free(value);
    free(m);
    return code;
}
