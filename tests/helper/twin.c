#include "tests/helper/twin.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = AX_MAX_OUT + AX_MAX_IN + AX_MAX_OUT };

bool twin_open(twin *t, const char *isa, int threads)
{
    *t = (twin) { .be = { &ax_backend_ref, &ax_backend_cpu }, .tolerance = 1e-5 };
    ax_err err = { 0 };
    if (isa)
        setenv("AUXCELL_ISA", isa, 1);
    else
        unsetenv("AUXCELL_ISA");
    t->dev[1] = t->be[1]->open(0, threads, &err);
    unsetenv("AUXCELL_ISA");
    if (!t->dev[1])
        return false;
    t->dev[0] = t->be[0]->open(0, 1, &err);
    assert_non_null(t->dev[0]);
    return true;
}

void twin_close(twin *t)
{
    for (int d = 0; d < 2; d++)
        t->be[d]->close(t->dev[d]);
}

static float next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / 8388608.0f - 1.0f;
}

static void fill(void *mem, ax_type type, uint32_t seed, int32_t classes, bool positive)
{
    uint32_t state = seed * 2654435761u + 12345u;
    size_t n = ax_shape_count(type.shape);
    for (size_t i = 0; i < n; i++) {
        float v = next(&state);
        if (type.dtype == AX_U8)
            ((uint8_t *)mem)[i] = v > 0.8f ? AX_IGNORE : (uint8_t)((state >> 10) % (uint32_t)classes);
        else
            ((float *)mem)[i] = positive ? fabsf(v) + 0.1f : v;
    }
}

/* What one device holds for a case. */
typedef struct side {
    void *in[AX_MAX_IN], *out[AX_MAX_OUT], *gout[AX_MAX_OUT], *gin[AX_MAX_IN];
} side;

typedef struct job {
    const ax_op_info *info;
    ax_op op;
    ax_attr attr;
    ax_type in[AX_MAX_IN], out[AX_MAX_OUT];
    uint32_t n_in;
    char text[160];
} job;

static void *take(twin *t, int d, ax_type type)
{
    ax_err err = { 0 };
    void *mem = t->be[d]->alloc(t->dev[d], ax_type_bytes(type), &err);
    assert_non_null(mem);
    /* what a kernel forgets to write stays NaN */
    memset(mem, 0xFF, ax_type_bytes(type));
    return mem;
}

static void run(twin *t, int d, const job *j, ax_call *call)
{
    const ax_kernel *k = call->backward ? &t->be[d]->backward[j->op] : &t->be[d]->forward[j->op];
    ax_err err = { 0 };
    size_t work = 0;
    if (k->prepare && k->prepare(t->dev[d], call, &work, &err) != AX_OK)
        fail_msg("%s: prepare: %s", j->text, err.msg);
    call->work = t->be[d]->alloc(t->dev[d], work, &err);
    assert_non_null(call->work);
    memset(call->work, 0xFF, work);
    if (k->run(t->dev[d], call, &err) != AX_OK)
        fail_msg("%s: run: %s", j->text, err.msg);
    if (k->discard)
        k->discard(t->dev[d], call);
    t->be[d]->release(t->dev[d], call->work);
}

static ax_call forward_call(const job *j, const side *s)
{
    ax_call call = { .op = j->op, .attr = j->attr, .n_in = j->n_in, .n_out = j->info->n_out };
    for (uint32_t i = 0; i < j->n_in; i++)
        call.in[i] = (ax_view) { s->in[i], j->in[i] };
    for (uint32_t i = 0; i < j->info->n_out; i++)
        call.out[i] = (ax_view) { s->out[i], j->out[i] };
    return call;
}

static ax_call backward_call(const job *j, const side *s)
{
    const ax_op_info *info = j->info;
    ax_call call = { .op = j->op, .backward = true, .attr = j->attr };
    for (uint32_t i = 0; i < info->n_out; i++)
        call.in[call.n_in++] = (ax_view) { s->gout[i], j->out[i] };
    for (uint32_t i = 0; i < j->n_in; i++)
        call.in[call.n_in++] = (ax_view) { info->backward_reads_in >> i & 1 ? s->in[i] : NULL, j->in[i] };
    for (uint32_t i = 0; i < info->n_out; i++)
        call.in[call.n_in++] = (ax_view) { info->backward_reads_out >> i & 1 ? s->out[i] : NULL, j->out[i] };
    for (uint32_t i = 0; i < j->n_in; i++)
        call.out[call.n_out++] = (ax_view) { s->gin[i], j->in[i] };
    return call;
}

static void compare(const twin *t, const job *j, const char *what, const void *want, const void *got, ax_type type)
{
    size_t n = ax_shape_count(type.shape);
    if (type.dtype == AX_U8) {
        if (memcmp(want, got, n))
            fail_msg("%s: %s differs", j->text, what);
        return;
    }
    const float *a = want, *b = got;
    double top = t->floor, worst = 0.0;
    for (size_t i = 0; i < n; i++) {
        top = fabs((double)a[i]) > top ? fabs((double)a[i]) : top;
        double e = fabs((double)a[i] - (double)b[i]);
        if (!(e <= worst))
            worst = e;
    }
    if (!(worst <= t->tolerance * top))
        fail_msg("%s: %s is off by %g of %g", j->text, what, worst, top);
}

static void same_bits(const job *j, const char *what, const void *a, const void *b, ax_type type)
{
    if (memcmp(a, b, ax_type_bytes(type)))
        fail_msg("%s: %s: other bits", j->text, what);
}

static void job_init(job *j, ax_op op, ax_attr attr, const ax_type *in, uint32_t n_in)
{
    *j = (job) { .info = ax_op_get(op), .op = op, .attr = attr, .n_in = n_in };
    if (n_in)
        memcpy(j->in, in, n_in * sizeof *in);
    ax_err err = { 0 };
    if (j->info->infer(&attr, in, n_in, j->out, &err) != AX_OK)
        fail_msg("%s: %s", j->info->text, err.msg);
    ax_shape a = n_in ? in[0].shape : attr.shape, b = j->out[0].shape;
    int at = snprintf(j->text, sizeof j->text, "%s %dx%dx%dx%d to %dx%dx%dx%d", j->info->text, a.n, a.h, a.w, a.c, b.n,
                      b.h, b.w, b.c);
    if (op == AX_OP_CONV2D)
        snprintf(j->text + at, sizeof j->text - (size_t)at, " kernel %d stride %d pad %d dilation %d groups %u",
                 attr.conv.kernel, attr.conv.stride, attr.conv.pad, attr.conv.dilation, attr.conv.groups);
}

static void side_init(twin *t, int d, const job *j, side *s, unsigned seed)
{
    *s = (side) { { NULL }, { NULL }, { NULL }, { NULL } };
    for (uint32_t i = 0; i < j->n_in; i++) {
        s->in[i] = take(t, d, j->in[i]);
        /* running variances must be positive */
        fill(s->in[i], j->in[i], seed * 16 + i, j->in[0].shape.c, j->op == AX_OP_BNORM && i == 4);
    }
    for (uint32_t i = 0; i < j->info->n_out; i++)
        s->out[i] = take(t, d, j->out[i]);
    s->gout[0] = take(t, d, j->out[0]);
    fill(s->gout[0], j->out[0], seed * 16 + 9, 1, false);
    for (uint32_t i = 0; i < j->n_in; i++)
        if (j->info->differentiable >> i & 1)
            s->gin[i] = take(t, d, j->in[i]);
}

static void side_release(twin *t, int d, side *s)
{
    void **all[] = { s->in, s->out, s->gout, s->gin };
    size_t n[] = { AX_MAX_IN, AX_MAX_OUT, AX_MAX_OUT, AX_MAX_IN };
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < n[k]; i++)
            t->be[d]->release(t->dev[d], all[k][i]);
}

/* Forward again with output 0 in the memory of input i. */
static void check_inplace(twin *t, const job *j, const side *s, uint32_t i, unsigned seed)
{
    side again;
    side_init(t, 1, j, &again, seed);
    ax_call call = forward_call(j, &again);
    call.out[0].mem = again.in[i];
    run(t, 1, j, &call);
    same_bits(j, "in place", s->out[0], again.in[i], j->out[0]);
    side_release(t, 1, &again);
}

/* Backward again with the gradient of input 0 in the memory of the output's gradient, or of the saved output 1. */
static void check_backward_inplace(twin *t, const job *j, const side *s, int where)
{
    ax_call call = backward_call(j, s);
    void *mem = take(t, 1, j->in[0]), *from = where ? s->out[1] : s->gout[0];
    memcpy(mem, from, ax_type_bytes(j->in[0]));
    uint32_t slot = where ? j->info->n_out + j->n_in + 1 : 0;
    call.in[slot].mem = mem;
    for (uint32_t i = 1; i < call.n_out; i++)
        call.out[i].mem = NULL;
    call.out[0].mem = mem;
    run(t, 1, j, &call);
    same_bits(j, "backward in place", s->gin[0], mem, j->in[0]);
    t->be[1]->release(t->dev[1], mem);
}

static void both_forward(twin *t, const job *j, side *s)
{
    for (int d = 0; d < 2; d++) {
        ax_call call = forward_call(j, &s[d]);
        run(t, d, j, &call);
    }
    for (uint32_t i = 0; i < j->info->n_out; i++)
        compare(t, j, i == 0 ? "output" : i == 1 ? "output 1" : "output 2", s[0].out[i], s[1].out[i], j->out[i]);
    for (uint32_t i = 3; j->op == AX_OP_BNORM && i < 5; i++)
        compare(t, j, i == 3 ? "running mean" : "running variance", s[0].in[i], s[1].in[i], j->in[i]);
}

static void both_backward(twin *t, const job *j, side *s)
{
    /* both start from the reference's saved values, so that a mask can't flip */
    for (uint32_t i = 0; i < j->info->n_out; i++)
        memcpy(s[1].out[i], s[0].out[i], ax_type_bytes(j->out[i]));
    for (int d = 0; d < 2; d++) {
        ax_call call = backward_call(j, &s[d]);
        run(t, d, j, &call);
    }
    for (uint32_t i = 0; i < j->n_in; i++)
        if (s[0].gin[i])
            compare(t, j,
                    i == 0   ? "gradient of input 0"
                    : i == 1 ? "gradient of input 1"
                             : "gradient of a later input",
                    s[0].gin[i], s[1].gin[i], j->in[i]);
}

void twin_check(twin *t, ax_op op, ax_attr attr, const ax_type *in, uint32_t n_in, unsigned seed)
{
    job j;
    side s[2];
    job_init(&j, op, attr, in, n_in);
    for (int d = 0; d < 2; d++)
        side_init(t, d, &j, &s[d], seed);
    both_forward(t, &j, s);
    for (uint32_t i = 0; i < n_in; i++)
        if (j.info->inplace >> i & 1)
            check_inplace(t, &j, &s[1], i, seed);
    if (j.info->differentiable) {
        both_backward(t, &j, s);
        for (int where = 0; where < 2; where++)
            if (j.info->backward_inplace >> where & 1)
                check_backward_inplace(t, &j, &s[1], where);
    }
    for (int d = 0; d < 2; d++)
        side_release(t, d, &s[d]);
    t->cases++;
}

void twin_repeat(twin *t, ax_op op, ax_attr attr, const ax_type *in, uint32_t n_in, unsigned seed)
{
    job j;
    side s[2];
    job_init(&j, op, attr, in, n_in);
    for (int round = 0; round < 2; round++) {
        side_init(t, 1, &j, &s[round], seed);
        ax_call call = forward_call(&j, &s[round]);
        run(t, 1, &j, &call);
        if (j.info->differentiable) {
            call = backward_call(&j, &s[round]);
            run(t, 1, &j, &call);
        }
    }
    for (uint32_t i = 0; i < j.info->n_out; i++)
        same_bits(&j, "second run", s[0].out[i], s[1].out[i], j.out[i]);
    for (uint32_t i = 0; i < n_in; i++)
        if (s[0].gin[i])
            same_bits(&j, "gradient of the second run", s[0].gin[i], s[1].gin[i], j.in[i]);
    for (int round = 0; round < 2; round++)
        side_release(t, 1, &s[round]);
}
