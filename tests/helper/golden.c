#include "tests/helper/golden.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ax_json_doc *golden_json(const char *name)
{
    char path[256];
    ax_err err = { AX_OK, "" };
    snprintf(path, sizeof path, "tests/golden/%s", name);
    ax_json_doc *doc = ax_json_open(path, &err);
    if (!doc)
        fail_msg("%s", err.msg);
    return doc;
}

const ax_json *golden_at(const ax_json *v, const char *path)
{
    char copy[128], *rest = copy;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *key; v && (key = strsep(&rest, "/"));)
        v = ax_json_get(v, key);
    if (!v)
        fail_msg("%s: not in the golden file", path);
    return v;
}

double golden_number(const ax_json *v, const char *path)
{
    const ax_json *at = golden_at(v, path);
    assert_int_equal(at->kind, AX_JSON_NUMBER);
    return at->u.number;
}

static size_t flatten(const ax_json *v, double *out, size_t at, size_t n)
{
    if (v->kind == AX_JSON_NUMBER) {
        assert_true(at < n);
        out[at] = v->u.number;
        return at + 1;
    }
    assert_int_equal(v->kind, AX_JSON_ARRAY);
    for (const ax_json *e = v->u.list.first; e; e = e->next)
        at = flatten(e, out, at, n);
    return at;
}

void golden_numbers(const ax_json *v, const char *path, double *out, size_t n)
{
    if (flatten(golden_at(v, path), out, 0, n) != n)
        fail_msg("%s: not %zu numbers in the golden file", path, n);
}

double *golden_tensor(const ax_safetensors *st, const char *name, size_t *n)
{
    const ax_st_tensor *t = ax_safetensors_find(st, name);
    if (!t)
        fail_msg("%s: not in the golden file", name);
    *n = t->elements;
    double *out = malloc((t->elements + 1) * sizeof *out);
    float *narrow = malloc((t->elements + 1) * sizeof *narrow);
    assert_true(out && narrow);
    if (t->dtype == AX_ST_F64) {
        memcpy(out, t->data, t->bytes);
    } else {
        ax_st_to_float(t, narrow);
        for (size_t i = 0; i < t->elements; i++)
            out[i] = (double)narrow[i];
    }
    free(narrow);
    return out;
}

void golden_near(double got, double want, double tolerance, const char *what, size_t i)
{
    if (got == want || (isnan(got) && isnan(want)))
        return;
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: element %zu is %.12g, not %.12g", what, i, got, want);
}
