/* The loss of heat maps, AX_OP_WMSE, on the golden file, on every backend. */
#include "tests/helper/backends.h"
#include "tests/helper/golden.h"
#include "tests/helper/oracle.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>

enum { N = 2, J = 6, H = 12, W = 10 };
static const ax_case loss_case = {
    .name = "wmse of the golden file",
    .op = AX_OP_WMSE,
    .n_in = 3,
    .in = { { .shape = { N, H, W, J } }, { .shape = { N, H, W, J } }, { .shape = { N, 1, 1, J } } }
};

/* The index in {n,h,w,c} of element i of a file's {n,c,h,w}. */
static size_t place(size_t i, size_t pixels)
{
    return i / (J * pixels) * (J * pixels) + i % pixels * J + i / pixels % J;
}

static void set(const ax_safetensors *st, const char *name, float *to, size_t pixels)
{
    size_t n;
    double *from = golden_tensor(st, name, &n);
    assert_int_equal(n, N * J * pixels);
    for (size_t i = 0; i < n; i++)
        to[place(i, pixels)] = (float)from[i];
    free(from);
}

static void check(const ax_backend *b)
{
    ax_err err = { AX_OK, "" };
    ax_safetensors *st = ax_safetensors_open("tests/golden/pose-targets.safetensors", &err);
    if (!st)
        fail_msg("%s", err.msg);
    ax_device *dev = b->open(0, 2, &err);
    assert_non_null(dev);
    ax_trial t;
    size_t n;
    ax_trial_init(&t, &loss_case, 1);
    set(st, "loss.prediction", t.in[0], H * W);
    set(st, "loss.target", t.in[1], H * W);
    set(st, "loss.weight", t.in[2], 1);
    t.dout[0] = 1;
    ax_trial_run(&t, b, dev, ~0u, false);
    double want = strtod(ax_safetensors_meta(st, "loss.value"), NULL), *grad = golden_tensor(st, "loss.grad", &n);
    double most = 0;
    assert_int_equal(n, N * J * H * W);
    golden_near(*(const float *)t.out[0], want, 1e-6 * want, b->name, 0);
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(grad[i]));
    for (size_t i = 0; i < n; i++)
        golden_near(t.din[0][place(i, H * W)], grad[i], 1e-6 * most, b->name, i);
    free(grad);
    ax_trial_release(&t);
    b->close(dev);
    ax_safetensors_free(st);
}

int main(void)
{
    return backends_run(check);
}
