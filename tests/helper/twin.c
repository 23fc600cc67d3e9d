#include "tests/helper/twin.h"

#include "tests/helper/oracle.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool twin_open(twin *t, const char *isa, int threads)
{
    *t = (twin) { .be = { &ax_backend_ref, &ax_backend_cpu }, .tolerance = 1e-5 };
    ax_err err = { 0 };
    t->bf16 = isa && !strcmp(isa, "bf16");
    if (isa && !t->bf16)
        setenv("AUXCELL_ISA", isa, 1);
    else
        unsetenv("AUXCELL_ISA");
    t->dev[1] = t->be[1]->open(0, threads, &err);
    unsetenv("AUXCELL_ISA");
    if (!t->dev[1])
        return false;
    if (t->bf16) {
        t->tolerance = 0x1p-8 + 3e-3; /* of results with 7 bits of mantissa, and weights rounded to as many */
        t->be[1]->configure(t->dev[1], &(ax_device_options) { .winograd = true, .bf16 = true });
        if (t->be[1]->map_type(t->dev[1]) != AX_BF16) {
            t->be[1]->close(t->dev[1]);
            return false;
        }
    }
    t->dev[0] = t->be[0]->open(0, 1, &err);
    assert_non_null(t->dev[0]);
    return true;
}

void twin_close(twin *t)
{
    for (int d = 0; d < 2; d++)
        t->be[d]->close(t->dev[d]);
}

/* A trial on device d. */
static void begin(const twin *t, int d, ax_trial *trial, const ax_case *c, unsigned seed)
{
    ax_trial_init(trial, c, seed);
    if (t->bf16)
        ax_trial_round(trial);
    trial->bf16 = t->bf16 && d == 1 && trial->info->map_out;
}

/* The operation as a case; `text` receives its name. */
static ax_case case_of(ax_op op, ax_attr attr, const ax_type *in, uint32_t n_in, char text[static 160])
{
    ax_case c = { .name = text, .op = op, .attr = attr, .n_in = n_in };
    if (n_in)
        memcpy(c.in, in, n_in * sizeof *in);
    ax_shape a = n_in ? in[0].shape : attr.shape;
    int at = snprintf(text, 160, "%s %dx%dx%dx%d", ax_op_get(op)->text, a.n, a.h, a.w, a.c);
    if (op == AX_OP_CONV2D)
        snprintf(text + at, 160 - (size_t)at, " to %d, kernel %d stride %d pad %d dilation %d groups %u", in[1].shape.n,
                 attr.conv.kernel, attr.conv.stride, attr.conv.pad, attr.conv.dilation, attr.conv.groups);
    return c;
}

static void forward(twin *t, int d, ax_trial *trial, bool inplace)
{
    ax_err err = { AX_OK, "" };
    if (ax_trial_forward(trial, t->be[d], t->dev[d], ~0u, inplace, &err) != AX_OK)
        fail_msg("%s on %s: %s", trial->c->name, t->be[d]->name, err.msg);
}

/* Uses the reference's saved values, so that masks can't differ. */
static void backward(twin *t, int d, ax_trial *trial, const ax_trial *saved, bool inplace)
{
    ax_err err = { AX_OK, "" };
    for (uint32_t k = 0; k < trial->info->n_out && trial != saved; k++)
        memcpy(trial->out[k], saved->out[k], ax_type_bytes(saved->out_type[k]));
    if (ax_trial_has_backward(trial) && ax_trial_backward(trial, t->be[d], t->dev[d], ~0u, inplace, &err) != AX_OK)
        fail_msg("%s on %s: backward: %s", trial->c->name, t->be[d]->name, err.msg);
}

void twin_check(twin *t, ax_op op, ax_attr attr, const ax_type *in, uint32_t n_in, unsigned seed)
{
    char text[160];
    const ax_case c = case_of(op, attr, in, n_in, text);
    ax_trial want, got, inplace, *const all[] = { &want, &got, &inplace };
    const ax_op_info *info = ax_op_get(op);
    const int n = info->inplace || info->backward_inplace ? 3 : 2;
    for (int i = 0; i < n; i++) {
        begin(t, i > 0, all[i], &c, seed);
        forward(t, i > 0, all[i], i == 2);
    }
    ax_trial_compare(&want, &got, t->tolerance, t->floor, "forward");
    if (n == 3)
        ax_trial_identical(&got, &inplace, "forward in place");
    for (int i = 0; i < n; i++)
        backward(t, i > 0, all[i], &want, i == 2);
    ax_trial_compare(&want, &got, t->tolerance, t->floor, "backward");
    if (n == 3)
        ax_trial_identical(&got, &inplace, "backward in place");
    for (int i = 0; i < n; i++)
        ax_trial_release(all[i]);
    t->cases++;
}

void twin_repeat(twin *t, ax_op op, ax_attr attr, const ax_type *in, uint32_t n_in, unsigned seed)
{
    char text[160];
    const ax_case c = case_of(op, attr, in, n_in, text);
    ax_trial round[2];
    for (int i = 0; i < 2; i++) {
        begin(t, 1, &round[i], &c, seed);
        ax_trial_run(&round[i], t->be[1], t->dev[1], ~0u, false);
    }
    ax_trial_identical(&round[0], &round[1], "a second time");
    for (int i = 0; i < 2; i++)
        ax_trial_release(&round[i]);
}

void twin_alone(twin *t, ax_op op, ax_attr attr, const ax_type *in, uint32_t n_in, unsigned seed)
{
    char text[160];
    const ax_case c = case_of(op, attr, in, n_in, text);
    const int32_t n = in[0].shape.n;
    ax_trial batch;
    begin(t, 1, &batch, &c, seed);
    forward(t, 1, &batch, false);
    for (int32_t image = 0; image < n; image++) {
        ax_case one = c;
        for (uint32_t k = 0; k < n_in; k++)
            one.in[k].shape.n = in[k].layout != AX_OIHW && in[k].shape.n == n ? 1 : in[k].shape.n;
        ax_trial alone;
        begin(t, 1, &alone, &one, seed);
        for (uint32_t k = 0; k < n_in; k++) {
            const size_t bytes = ax_type_bytes(one.in[k]), whole = ax_type_bytes(in[k]);
            memcpy(alone.in[k], (char *)batch.in[k] + (bytes < whole ? (size_t)image * bytes : 0), bytes);
        }
        forward(t, 1, &alone, false);
        const size_t bytes = ax_type_bytes(alone.out_type[0]);
        if (memcmp(alone.out[0], (char *)batch.out[0] + (size_t)image * bytes, bytes))
            fail_msg("%s: image %d of the batch has other values alone", text, image);
        ax_trial_release(&alone);
    }
    ax_trial_release(&batch);
    t->cases++;
}
