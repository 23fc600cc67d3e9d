/* ONNX nodes that change sizes or expand constants, and nodes shared by several operations. */
#include "engine/export/onnx_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ax_onnx_name_value(ax_onnx_graph *m, uint32_t id, const char *hint, bool constant)
{
    const char *name = id == m->spec->output.id ? m->spec->name : hint;
    snprintf(m->value[id - 1].name, AX_ONNX_NAME, "%s", name);
    m->value[id - 1].constant = constant;
}

void ax_onnx_apply(ax_onnx_graph *m, const char *op, const char *const *in, size_t n_in,
                   const ax_onnx_attribute *attribute, size_t n_attributes, const char *out)
{
    ax_onnx_node node = {
        .op = op, .name = out, .n_in = n_in, .out = out, .attribute = attribute, .n_attributes = n_attributes
    };
    memcpy(node.in, in, n_in * sizeof *in);
    ax_onnx_add_node(&m->message, &node);
}

ax_code ax_onnx_share(ax_onnx_graph *m, const char *name, ax_onnx_type type, const int64_t *dim, size_t n_dim,
                      const void *data)
{
    for (size_t i = 0; i < m->n_shared; i++)
        if (!strcmp(m->shared[i], name))
            return AX_OK;
    if (m->n_shared == AX_ONNX_CONSTANTS)
        return ax_fail(m->err, AX_EINVAL, "onnx: more than %d sizes and scales", AX_ONNX_CONSTANTS);
    snprintf(m->shared[m->n_shared++], AX_ONNX_NAME, "%s", name);
    ax_onnx_add_tensor(&m->message, name, type, dim, n_dim, data);
    return AX_OK;
}

ax_code ax_onnx_clip(ax_onnx_graph *m, const char *in, float most, const char *out)
{
    static const float least = 0;
    char bound[32];
    snprintf(bound, sizeof bound, "bound.%g", (double)most);
    ax_code code = ax_onnx_share(m, "bound.0", AX_ONNX_FLOAT, NULL, 0, &least);
    if (code == AX_OK)
        code = ax_onnx_share(m, bound, AX_ONNX_FLOAT, NULL, 0, &most);
    const char *const all[] = { in, "bound.0", bound };
    ax_onnx_apply(m, "Clip", all, 3, NULL, 0, out);
    return code;
}

bool ax_onnx_doubles(int32_t a, int32_t b)
{
    int32_t large = a > b ? a : b, small = a > b ? b : a, times = large / small;
    return large % small == 0 && !(times & (times - 1));
}

/* How suitable a map is as a template for shape s: 0 = not at all. Best is the same size and channels; then the same
   size; then the smallest of those that pooling reduces to it. */
static int64_t likeness(ax_shape t, ax_shape s)
{
    int32_t times = t.h / s.h;
    if (t.h != times * s.h || t.w != times * s.w || !ax_onnx_doubles(t.h, s.h))
        return 0;
    return times > 1 ? INT32_MAX - times : t.c == s.c ? INT32_MAX + (int64_t)1 : INT32_MAX;
}

/* The best template among written maps; the last one among equals. The image itself is a candidate. 0 = none. */
static uint32_t find_map(const ax_onnx_graph *m, ax_shape s)
{
    uint32_t found = 0;
    int64_t best = 0;
    for (uint32_t id = (uint32_t)ax_graph_values(m->g); id > 0; id--) {
        const ax_value *v = ax_graph_value(m->g, id);
        bool map = v->kind != AX_VALUE_PARAM && ax_onnx_name_of(m, id)[0] && !m->value[id - 1].constant;
        int64_t like = map ? likeness(v->type.shape, s) : 0;
        if (like > best) {
            found = id;
            best = like;
        }
    }
    return found;
}

/* A 1x1 convolution whose weights are all zero. */
static ax_code to_channels(ax_onnx_graph *m, const char *in, int64_t from, int64_t to, const char *out)
{
    char weight[AX_ONNX_NAME + 16];
    const int64_t dim[4] = { to, from, 1, 1 };
    float *none = calloc((size_t)(from * to), sizeof *none);
    if (!none)
        return ax_fail(m->err, AX_ENOMEM, "onnx: no memory for %d channels of zeros", (int)to);
    snprintf(weight, sizeof weight, "%s.weight", out);
    ax_onnx_add_tensor(&m->message, weight, AX_ONNX_FLOAT, dim, 4, none);
    free(none);
    const char *const args[] = { in, weight };
    ax_onnx_apply(m, "Conv", args, 2, NULL, 0, out);
    return AX_OK;
}

ax_code ax_onnx_zeros(ax_onnx_graph *m, ax_shape s, const char *out)
{
    uint32_t like = find_map(m, s);
    if (!like)
        return ax_fail(m->err, AX_EINVAL, "onnx: nothing before it has the size %dx%d of a constant map", s.h, s.w);
    ax_shape from = ax_onnx_type_of(m, like)->shape;
    const char *in = ax_onnx_name_of(m, like);
    char pooled[AX_ONNX_NAME + 16], clipped[AX_ONNX_NAME + 16];
    snprintf(pooled, sizeof pooled, "%s.pooled", out);
    snprintf(clipped, sizeof clipped, "%s.like", out);
    if (from.h != s.h) {
        int64_t times = from.h / s.h;
        const ax_onnx_attribute attribute[] = {
            { .name = "kernel_shape", .kind = AX_ONNX_INTS, .i = { times, times }, .n = 2 },
            { .name = "strides", .kind = AX_ONNX_INTS, .i = { times, times }, .n = 2 },
        };
        ax_onnx_apply(m, "MaxPool", &in, 1, attribute, 2, pooled);
        in = pooled;
    }
    ax_code code = ax_onnx_clip(m, in, 0, from.c == s.c ? out : clipped);
    return code == AX_OK && from.c != s.c ? to_channels(m, clipped, from.c, s.c, out) : code;
}

ax_code ax_onnx_expand(ax_onnx_graph *m, uint32_t id)
{
    ax_onnx_value *v = &m->value[id - 1];
    if (!v->constant)
        return AX_OK;
    char before[AX_ONNX_NAME], hint[AX_ONNX_NAME], other[AX_ONNX_NAME];
    ax_shape s = ax_onnx_type_of(m, id)->shape;
    ax_code code;
    snprintf(before, sizeof before, "%s", v->name);
    snprintf(hint, sizeof hint, "expand.%u", id);
    if (m->spec->any_size) {
        snprintf(other, sizeof other, "zeros.%u", id);
        code = ax_onnx_zeros(m, s, other);
    } else {
        const int64_t dim[1] = { 4 }, size[4] = { 1, 1, s.h, s.w };
        snprintf(other, sizeof other, "size.%dx%d", s.h, s.w);
        code = ax_onnx_share(m, other, AX_ONNX_INT64, dim, 1, size);
    }
    ax_onnx_name_value(m, id, hint, false);
    const char *const in[] = { before, other };
    ax_onnx_apply(m, m->spec->any_size ? "Add" : "Expand", in, 2, NULL, 0, ax_onnx_name_of(m, id));
    return code;
}

ax_code ax_onnx_resize(ax_onnx_graph *m, const char *x, ax_shape from, ax_shape to, const char *out)
{
    bool exact = ax_onnx_doubles(from.h, to.h) && ax_onnx_doubles(from.w, to.w);
    char how[64];
    const int64_t dim[1] = { 4 };
    ax_code code;
    if (!exact && (m->spec->any_size || m->spec->any_batch))
        return ax_fail(m->err, AX_EINVAL,
                       "a map of %dx%d becomes %dx%d, which no constant scale gives: it needs a fixed "
                       "size and number of images",
                       from.h, from.w, to.h, to.w);
    if (exact) {
        const float scale[4] = { 1, 1, (float)to.h / (float)from.h, (float)to.w / (float)from.w };
        snprintf(how, sizeof how, "scales.%gx%g", (double)scale[2], (double)scale[3]);
        code = ax_onnx_share(m, how, AX_ONNX_FLOAT, dim, 1, scale);
    } else {
        const int64_t size[4] = { to.n, to.c, to.h, to.w };
        snprintf(how, sizeof how, "sizes.%dx%dx%dx%d", to.n, to.c, to.h, to.w);
        code = ax_onnx_share(m, how, AX_ONNX_INT64, dim, 1, size);
    }
    const char *const in[] = { x, "", exact ? how : "", how };
    const ax_onnx_attribute attribute[] = {
        { .name = "mode", .kind = AX_ONNX_WORD, .word = "linear" },
        { .name = "coordinate_transformation_mode", .kind = AX_ONNX_WORD, .word = "half_pixel" },
    };
    ax_onnx_apply(m, "Resize", in, exact ? 3 : 4, attribute, 2, out);
    return code;
}
