#include "engine/model/tensor.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int ax_tensor_dims(ax_type type, int64_t dim[4])
{
    ax_shape s = type.shape;
    if (type.layout == AX_NHWC && s.n == 1 && s.h == 1 && s.w == 1) {
        dim[0] = s.c;
        return 1;
    }
    dim[0] = s.n;
    dim[1] = s.c;
    dim[2] = s.h;
    dim[3] = s.w;
    return 4;
}

char *ax_tensor_shape_text(const int64_t *dim, int n_dim, char *buf, size_t cap)
{
    size_t used = (size_t)snprintf(buf, cap, "[");
    for (int d = 0; d < n_dim && used < cap; d++)
        used += (size_t)snprintf(buf + used, cap - used, "%s%" PRId64, d ? "," : "", dim[d]);
    if (used < cap)
        snprintf(buf + used, cap - used, "]");
    return buf;
}

/* Whether it is a variance of batch norm, by PyTorch's name. */
static bool is_variance(const char *name)
{
    static const char ending[] = "running_var";
    size_t n = strlen(name), e = sizeof ending - 1;
    return n >= e && !strcmp(name + n - e, ending);
}

static ax_code check_variance(const float *v, size_t n, const char *file, const char *name, ax_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (v[i] < 0)
            return ax_fail(err, AX_EFORMAT, "%s: tensor '%s': element %zu is %g, and a variance can't be negative",
                           file, name, i, (double)v[i]);
    return AX_OK;
}

ax_code ax_tensor_load(ax_params *p, size_t i, const ax_safetensors *st, const char *name, ax_err *err)
{
    const ax_st_tensor *t = ax_safetensors_find(st, name);
    int64_t dim[4];
    int n_dim = ax_tensor_dims(ax_params_spec(p, i)->type, dim);
    if (!t)
        return ax_fail(err, AX_EFORMAT, "%s: tensor '%s' is missing", ax_safetensors_name(st), name);
    if (t->n_dim != n_dim || memcmp(t->dim, dim, (size_t)n_dim * sizeof *dim)) {
        char theirs[176], ours[96];
        return ax_fail(err, AX_EFORMAT, "%s: tensor '%s' has the shape %s, not %s", ax_safetensors_name(st), name,
                       ax_tensor_shape_text(t->dim, t->n_dim, theirs, sizeof theirs),
                       ax_tensor_shape_text(dim, n_dim, ours, sizeof ours));
    }
    float *host = malloc(t->elements * sizeof(float));
    if (!host)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for tensor '%s'", ax_safetensors_name(st), name);
    ax_code code = ax_st_import(t, ax_safetensors_name(st), AX_ST_FLOATS, host, err);
    if (code == AX_OK && is_variance(name))
        code = check_variance(host, t->elements, ax_safetensors_name(st), name, err);
    if (code == AX_OK)
        code = ax_params_set(p, i, AX_SLOT_VALUE, host, err);
    free(host);
    return code;
}
