/* The losses for depth against vectors computed elsewhere in double precision (tests/golden), on every backend. */
#include "engine/model/safetensors.h"
#include "tests/helper/backends.h"
#include "tests/helper/oracle.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 4, H = 12, W = 16 };
static const char path[] = "tests/golden/depth-losses.safetensors";

static void tensor(const ax_safetensors *st, const char *name, float *out)
{
    const ax_st_tensor *t = ax_safetensors_find(st, name);
    if (!t)
        fail_msg("%s: no %s", path, name);
    assert_int_equal(t->elements, N * H * W);
    ax_st_to_float(t, out);
}

static double value(const ax_safetensors *st, const char *name)
{
    char key[48];
    snprintf(key, sizeof key, "\"%s\": ", name);
    const char *at = strstr(ax_safetensors_meta(st, "values"), key);
    assert_non_null(at);
    return strtod(at + strlen(key), NULL);
}

static void check(const ax_safetensors *st, const ax_backend *b, ax_device *dev, const char *name, ax_attr attr)
{
    const ax_type map = { .shape = { N, H, W, 1 } };
    const ax_case c = { .name = name, .op = AX_OP_DEPTH_LOSS, .attr = attr, .n_in = 2, .in = { map, map } };
    float want[N * H * W], most = 0;
    char key[48];
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    tensor(st, "prediction", t.in[0]);
    tensor(st, "truth", t.in[1]);
    snprintf(key, sizeof key, "grad.%s", name);
    tensor(st, key, want);
    t.dout[0] = 1;
    ax_trial_run(&t, b, dev, ~0u, false);
    double loss = (double)*(const float *)t.out[0];
    if (!(fabs(loss - value(st, name)) <= 1e-6 * value(st, name)))
        fail_msg("%s on %s: loss %.9g, not %.9g", name, b->name, loss, value(st, name));
    for (size_t i = 0; i < N * H * W; i++)
        most = fmaxf(most, fabsf(want[i]));
    for (size_t i = 0; i < N * H * W; i++)
        if (!(fabsf(t.din[0][i] - want[i]) <= 1e-6f * most))
            fail_msg("%s on %s: gradient %zu is %.9g, not %.9g", name, b->name, i, (double)t.din[0][i],
                     (double)want[i]);
    ax_trial_release(&t);
}

static void every_loss(const ax_backend *b)
{
    ax_safetensors *st = ax_safetensors_open(path, NULL);
    ax_device *dev = b->open(0, 1, NULL);
    assert_non_null(st);
    assert_non_null(dev);
    check(st, b, dev, "berhu", (ax_attr) { .depth = { AX_BERHU, 0 } });
    check(st, b, dev, "berhu_lineage", (ax_attr) { .depth = { AX_BERHU_LINEAGE, 0 } });
    check(st, b, dev, "silog_nyu", (ax_attr) { .depth = { AX_SILOG, 0.1f } });
    check(st, b, dev, "silog_all", (ax_attr) { .depth = { AX_SILOG, 0 } });
    b->close(dev);
    ax_safetensors_free(st);
}

int main(void)
{
    return backends_run(every_loss);
}
