#include "engine/command/selftest/selftest.h"

#include "engine/base/out.h"
#include "engine/base/str.h"
#include "engine/model/tensor.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double ax_largest(const float *x, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)x[i]));
    return largest;
}

double ax_tolerance(const float *want, size_t n, double share)
{
    return share * ax_largest(want, n);
}

double ax_tolerance_step(const float *want, const float *start, size_t n)
{
    double step = 0;
    for (size_t i = 0; i < n; i++)
        step = fmax(step, fabs((double)want[i] - (double)start[i]));
    return 1e-3 * step + ax_tolerance(want, n, 2.5e-7); /* plus float32's rounding of the values */
}

void ax_tally_add(ax_tally *t, const char *name, const float *got, const float *want, size_t n, double tolerance)
{
    double error = 0, scale = ax_largest(want, n);
    for (size_t i = 0; i < n; i++) {
        double e = fabs((double)got[i] - (double)want[i]);
        error = isnan(e) ? INFINITY : fmax(error, e);
    }
    double relative = error == 0 ? 0 : scale > 0 ? error / scale : INFINITY;
    double share = error == 0 ? 0 : tolerance > 0 ? error / tolerance : INFINITY;
    t->relative = fmax(t->relative, relative);
    if (!t->tensors || share > t->share) {
        t->share = share;
        snprintf(t->where, sizeof t->where, "%s", name);
    }
    t->tensors++;
}

void ax_tally_head(const ax_selftest *s)
{
    if (s->json)
        return;
    ax_out("%-31s %-18s %7s %14s %12s  %-5s %s\n", "file", "group", "tensors", "relative error", "of tolerance", "",
           "worst");
}

void ax_tally_print(ax_selftest *s, const char *file, const ax_tally *t)
{
    const char *slash = strrchr(file, '/');
    bool ok = t->tensors > 0 && t->share <= 1;
    if (!ok)
        s->failed = true;
    if (s->json) {
        /* JSON has no infinite numbers */
        double relative = fmin(t->relative, 1e300), share = fmin(t->share, 1e300);
        ax_str out;
        ax_str_init(&out, 0);
        ax_str_add(&out, "{\"file\":");
        ax_str_json(&out, slash ? slash + 1 : file);
        ax_str_printf(&out, ",\"group\":\"%s\",\"tensors\":%zu,\"relative_error\":%.6g,\"of_tolerance\":%.6g,\"ok\":%s",
                      t->group, t->tensors, relative, share, ok ? "true" : "false");
        ax_str_add(&out, ",\"worst\":");
        ax_str_json(&out, t->where);
        ax_str_add(&out, "}\n");
        ax_out_text(out.text);
        ax_str_release(&out);
        return;
    }
    ax_out("%-31s %-18s %7zu %14.1e %10.1f %%  %-5s %s\n", slash ? slash + 1 : file, t->group, t->tensors, t->relative,
           100 * t->share, ok ? "ok" : "FAIL", t->where);
}

float *ax_golden_get(const ax_safetensors *st, const char *name, const int64_t *dim, int n_dim, ax_err *err)
{
    const ax_st_tensor *t = ax_safetensors_find(st, name);
    if (!t) {
        ax_fail(err, AX_EFORMAT, "%s: tensor '%s' is missing", ax_safetensors_name(st), name);
        return NULL;
    }
    if (n_dim >= 0 && (t->n_dim != n_dim || (n_dim && memcmp(t->dim, dim, (size_t)n_dim * sizeof *dim)))) {
        char theirs[176], wanted[176];
        ax_fail(err, AX_EFORMAT, "%s: tensor '%s' has the shape %s, not %s", ax_safetensors_name(st), name,
                ax_tensor_shape_text(t->dim, t->n_dim, theirs, sizeof theirs),
                ax_tensor_shape_text(dim, n_dim, wanted, sizeof wanted));
        return NULL;
    }
    float *out = malloc((t->elements ? t->elements : 1) * sizeof *out);
    if (!out) {
        ax_fail(err, AX_ENOMEM, "%s: no memory for tensor '%s'", ax_safetensors_name(st), name);
    } else if (ax_st_import(t, ax_safetensors_name(st), AX_ST_NUMBERS, out, err) != AX_OK) { /* labels are integers */
        free(out);
        return NULL;
    }
    return out;
}

ax_code ax_golden_number(const ax_safetensors *st, const char *key, int32_t least, int32_t most, int32_t *out,
                         ax_err *err)
{
    const char *text = ax_safetensors_meta(st, key);
    char *end = NULL;
    long v = text ? strtol(text, &end, 10) : 0;
    if (!text || end == text || *end || v < least || v > most)
        return ax_fail(err, AX_EFORMAT, "%s: metadata '%s' is %.40s, not a number from %d to %d",
                       ax_safetensors_name(st), key, text ? text : "missing", least, most);
    *out = (int32_t)v;
    return AX_OK;
}

void ax_nchw_to_nhwc(const float *in, ax_shape s, float *out)
{
    size_t area = (size_t)s.h * (size_t)s.w, channels = (size_t)s.c;
    for (size_t n = 0; n < (size_t)s.n; n++)
        for (size_t c = 0; c < channels; c++)
            for (size_t i = 0; i < area; i++)
                out[(n * area + i) * channels + c] = in[(n * channels + c) * area + i];
}

static void nhwc_to_nchw(const float *in, ax_shape s, float *out)
{
    size_t area = (size_t)s.h * (size_t)s.w, channels = (size_t)s.c;
    for (size_t n = 0; n < (size_t)s.n; n++)
        for (size_t c = 0; c < channels; c++)
            for (size_t i = 0; i < area; i++)
                out[(n * channels + c) * area + i] = in[(n * area + i) * channels + c];
}

ax_code ax_golden_compare(const ax_safetensors *st, const ax_plan *plan, const ax_graph *g, const char *value,
                          const char *name, double share, ax_tally *t, ax_err *err)
{
    ax_shape s = ax_graph_type(g, ax_graph_find(g, value)).shape;
    const int64_t dim[4] = { s.n, s.c, s.h, s.w };
    size_t n = ax_shape_count(s);
    float *want = ax_golden_get(st, name, dim, 4, err);
    if (!want)
        return err->code;
    float *nhwc = malloc(n * sizeof *nhwc), *nchw = malloc(n * sizeof *nchw);
    ax_code code = nhwc && nchw ? ax_plan_read(plan, value, nhwc, n * sizeof *nhwc, err)
                                : ax_fail(err, AX_ENOMEM, "%s: no memory", name);
    if (code == AX_OK) {
        nhwc_to_nchw(nhwc, s, nchw);
        ax_tally_add(t, name, nchw, want, n, ax_tolerance(want, n, share));
    }
    free(want);
    free(nhwc);
    free(nchw);
    return code;
}
