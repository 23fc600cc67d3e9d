#include "tests/helper/oracle.h"

#include "engine/base/bf16.h"
#include "engine/base/rng.h"
#include "tests/helper/suite.h"

#include <stdlib.h>
#include <string.h>

enum { GUARD = 64, GARBAGE = 0xFF, GUARD_BYTE = 0xA5 }; /* 0xFFFFFFFF is a NaN */

/* ---- trials ---- */

static void *host(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);
    if (!p)
        fail_msg("no memory for a test");
    return p;
}

static void fill(const ax_case *c, uint32_t i, void *mem, ax_rng *rng)
{
    size_t n = ax_shape_count(c->in[i].shape);
    if (c->in[i].dtype == AX_U8) {
        for (size_t k = 0; k < n; k++) {
            bool ignored = c->all_ignored || ax_rng_below(rng, 5) == 0;
            ((uint8_t *)mem)[k] = ignored ? AX_IGNORE : (uint8_t)ax_rng_below(rng, (uint32_t)c->in[0].shape.c);
        }
        return;
    }
    if (c->op == AX_OP_DEPTH_LOSS && i == 1) {
        for (size_t k = 0; k < n; k++) {
            bool hole = c->all_ignored || ax_rng_below(rng, 5) == 0;
            ((float *)mem)[k] = hole ? 0 : (float)(0.5 + 3.5 * ax_rng_uniform(rng));
        }
        return;
    }
    const uint32_t var = c->op == AX_OP_FUSED   ? (c->attr.fused.bias ? 6u : 5u)
                         : c->op == AX_OP_CHAIN ? (c->attr.chain.link[0].bias ? 6u : 5u)
                                                : 0;
    bool own = i == 0 && (c->lo != 0 || c->hi != 0),
         positive = (c->op == AX_OP_BNORM && (i == 1 || i == 4)) || (c->op == AX_OP_CE && i == 2) ||
                    (c->op == AX_OP_FUSED && c->attr.fused.norm && i == var) ||
                    (c->op == AX_OP_CHAIN && c->attr.chain.link[0].norm && i == var);
    double lo = own ? c->lo : positive ? 0.5 : -1, hi = own ? c->hi : positive ? 1.5 : 1;
    for (size_t k = 0; k < n; k++) {
        const float v = (float)(lo + (hi - lo) * ax_rng_uniform(rng));
        if (c->in[i].dtype == AX_BF16)
            ((uint16_t *)mem)[k] = ax_bf16_from(v);
        else
            ((float *)mem)[k] = v;
    }
}

void ax_trial_init(ax_trial *t, const ax_case *c, uint64_t seed)
{
    *t = (ax_trial) { .c = c, .info = ax_op_get(c->op) };
    ax_err err = { AX_OK, "" };
    if (t->info->infer(&c->attr, c->in, c->n_in, t->out_type, &err) != AX_OK)
        fail_msg("%s: %s", c->name, err.msg);
    ax_rng rng = ax_rng_new(seed, 77);
    for (uint32_t i = 0; i < c->n_in; i++) {
        size_t bytes = ax_type_bytes(c->in[i]);
        t->in[i] = host(bytes);
        t->after[i] = host(bytes);
        fill(c, i, t->in[i], &rng);
        if (t->info->differentiable >> i & 1)
            t->din[i] = host(bytes);
    }
    for (uint32_t k = 0; k < t->info->n_out; k++)
        t->out[k] = host(ax_type_bytes(t->out_type[k]));
    size_t n = ax_shape_count(t->out_type[0].shape);
    t->dout = host(n * sizeof *t->dout);
    for (size_t k = 0; k < n; k++)
        t->dout[k] = (float)(2 * ax_rng_uniform(&rng) - 1);
}

static void round_all(float *x, size_t n)
{
    for (size_t k = 0; k < n; k++)
        x[k] = ax_bf16_to(ax_bf16_from(x[k]));
}

void ax_trial_round(ax_trial *t)
{
    const uint32_t maps = ax_op_maps_in(t->c->op, &t->c->attr, t->c->n_in);
    for (uint32_t i = 0; i < t->c->n_in; i++)
        if (maps >> i & 1)
            round_all(t->in[i], ax_shape_count(t->c->in[i].shape));
    if (t->info->map_out & 1)
        round_all(t->dout, ax_shape_count(t->out_type[0].shape));
}

void ax_trial_release(ax_trial *t)
{
    for (int i = 0; i < AX_MAX_IN; i++) {
        free(t->in[i]);
        free(t->after[i]);
        free(t->din[i]);
    }
    for (int k = 0; k < AX_MAX_OUT; k++)
        free(t->out[k]);
    free(t->dout);
    *t = (ax_trial) { 0 };
}

bool ax_trial_has_backward(const ax_trial *t)
{
    return t->info->differentiable != 0;
}

/* ---- memory of the backend, with guard bytes at the end ---- */

typedef struct bench {
    const ax_backend *b;
    ax_device *dev;
    struct {
        void *mem;
        size_t bytes;
    } block[AX_MAX_IN + 2 * AX_MAX_OUT];
    size_t n;
} bench;

static void put(bench *s, void *mem, const void *from, size_t bytes)
{
    if (bytes)
        assert_int_equal(s->b->copy(s->dev, mem, from, bytes, AX_TO_DEVICE, NULL), AX_OK);
}

static void take(bench *s, const void *mem, void *to, size_t bytes)
{
    if (bytes)
        assert_int_equal(s->b->copy(s->dev, to, mem, bytes, AX_FROM_DEVICE, NULL), AX_OK);
}

/* from NULL: filled with garbage. */
static void *block_new(bench *s, const void *from, size_t bytes)
{
    uint8_t *image = host(bytes + GUARD);
    memset(image, GARBAGE, bytes);
    if (from)
        memcpy(image, from, bytes);
    memset(image + bytes, GUARD_BYTE, GUARD);
    void *mem = s->b->alloc(s->dev, bytes + GUARD, NULL);
    assert_non_null(mem);
    assert_int_equal((uintptr_t)mem % 64, 0);
    put(s, mem, image, bytes + GUARD);
    free(image);
    s->block[s->n].mem = mem;
    s->block[s->n++].bytes = bytes;
    return mem;
}

/* An operand with its memory: the trial's values (NULL: garbage), as bfloat16 if it is a map and the backend has
   bfloat16 maps. */
static ax_operand operand_new(bench *s, const ax_trial *t, ax_type type, bool map, const void *from)
{
    size_t n = ax_shape_count(type.shape);
    uint16_t *half = t->bf16 && map ? host(n * sizeof *half) : NULL;
    if (half)
        type.dtype = AX_BF16;
    for (size_t k = 0; half && from && k < n; k++)
        half[k] = ax_bf16_from(((const float *)from)[k]);
    ax_operand o = { block_new(s, half && from ? half : from, ax_type_bytes(type)), type };
    free(half);
    return o;
}

/* An output operand: in `mem`, or in new memory if that is NULL. */
static ax_operand operand_in(bench *s, const ax_trial *t, ax_type type, bool map, void *mem)
{
    ax_operand o = { mem, type };
    if (!mem)
        return operand_new(s, t, type, map, NULL);
    o.type.dtype = t->bf16 && map ? AX_BF16 : type.dtype;
    return o;
}

/* Copies an operand's memory to the trial. */
static void operand_take(bench *s, const ax_operand *o, ax_type type, void *to)
{
    size_t n = ax_shape_count(type.shape);
    if (o->type.dtype == type.dtype) {
        take(s, o->mem, to, ax_type_bytes(type));
        return;
    }
    uint16_t *half = host(n * sizeof *half);
    take(s, o->mem, half, n * sizeof *half);
    for (size_t k = 0; k < n; k++)
        ((float *)to)[k] = ax_bf16_to(half[k]);
    free(half);
}

static void bench_close(bench *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++) {
        uint8_t *image = host(s->block[i].bytes + GUARD);
        take(s, s->block[i].mem, image, s->block[i].bytes + GUARD);
        for (size_t k = 0; k < GUARD; k++)
            if (image[s->block[i].bytes + k] != GUARD_BYTE)
                fail_msg("%s on %s: wrote behind a tensor of %zu bytes", name, s->b->name, s->block[i].bytes);
        free(image);
        s->b->release(s->dev, s->block[i].mem);
    }
}

/* Prepares, runs and discards. While preparing, a kernel learns from the addresses only which operands exist. */
static ax_code run(bench *s, const ax_kernel *kernel, ax_call *call, ax_err *err)
{
    size_t work = 0;
    ax_call planned = *call;
    void *const nowhere = (void *)(uintptr_t)64;
    for (uint32_t i = 0; i < call->n_in; i++)
        planned.in[i].mem = call->in[i].mem ? nowhere : NULL;
    for (uint32_t i = 0; i < call->n_out; i++)
        planned.out[i].mem = call->out[i].mem ? nowhere : NULL;
    ax_code code = kernel->prepare ? kernel->prepare(s->dev, &planned, &work, err) : AX_OK;
    if (code != AX_OK)
        return code;
    call->prep = planned.prep;
    call->work = work ? block_new(s, NULL, work) : NULL;
    code = kernel->run(s->dev, call, err);
    /* the data cached by the first run must work for the others */
    if (code == AX_OK && (call->op == AX_OP_FUSED || call->op == AX_OP_CHAIN)) {
        memset(call->out[0].mem, GARBAGE, ax_type_bytes(call->out[0].type));
        code = kernel->run(s->dev, call, err);
    }
    if (code == AX_OK)
        code = s->b->sync(s->dev, err);
    if (kernel->discard)
        kernel->discard(s->dev, call);
    return code;
}

/* ---- forward and backward ---- */

static int first_bit(uint32_t mask)
{
    for (int i = 0; i < 32; i++)
        if (mask >> i & 1)
            return i;
    return -1;
}

ax_code ax_trial_forward(ax_trial *t, const ax_backend *b, ax_device *dev, uint32_t wanted, bool inplace, ax_err *err)
{
    const ax_case *c = t->c;
    bench s = { .b = b, .dev = dev };
    ax_call call = { .op = c->op, .attr = c->attr, .n_in = c->n_in, .n_out = t->info->n_out };
    const uint32_t maps = ax_op_maps_in(c->op, &c->attr, c->n_in);
    for (uint32_t i = 0; i < c->n_in; i++)
        call.in[i] = operand_new(&s, t, c->in[i], maps >> i & 1, t->in[i]);
    int shared = inplace ? first_bit(t->info->inplace) : -1;
    for (uint32_t k = 0; k < t->info->n_out; k++) {
        call.out[k].type = t->out_type[k];
        if (!(wanted >> k & 1))
            continue;
        call.out[k] = operand_in(&s, t, t->out_type[k], t->info->map_out >> k & 1,
                                 k == 0 && shared >= 0 ? call.in[shared].mem : NULL);
    }
    ax_code code = run(&s, &b->forward[c->op], &call, err);
    for (uint32_t i = 0; code == AX_OK && i < c->n_in; i++)
        if ((int)i == shared) /* overwritten on purpose */
            memcpy(t->after[i], t->in[i], ax_type_bytes(c->in[i]));
        else
            operand_take(&s, &call.in[i], c->in[i], t->after[i]);
    for (uint32_t k = 0; code == AX_OK && k < t->info->n_out; k++)
        if (call.out[k].mem)
            operand_take(&s, &call.out[k], t->out_type[k], t->out[k]);
    bench_close(&s, c->name);
    return code;
}

ax_code ax_trial_backward(ax_trial *t, const ax_backend *b, ax_device *dev, uint32_t wanted, bool inplace, ax_err *err)
{
    const ax_case *c = t->c;
    bench s = { .b = b, .dev = dev };
    ax_call call = { .op = c->op, .backward = true, .attr = c->attr, .n_out = c->n_in };
    uint32_t n_out = t->info->n_out;
    call.n_in = n_out + c->n_in + n_out;
    for (uint32_t k = 0; k < n_out; k++)
        call.in[k].type = t->out_type[k];
    call.in[0] = operand_new(&s, t, t->out_type[0], t->info->map_out & 1, t->dout);
    for (uint32_t i = 0; i < c->n_in; i++) {
        call.in[n_out + i].type = c->in[i];
        if (t->info->backward_reads_in >> i & 1)
            call.in[n_out + i] = operand_new(&s, t, c->in[i], t->info->map_in >> i & 1, t->in[i]);
    }
    for (uint32_t k = 0; k < n_out; k++) {
        call.in[n_out + c->n_in + k].type = t->out_type[k];
        if (t->info->backward_reads_out >> k & 1)
            call.in[n_out + c->n_in + k] = operand_new(&s, t, t->out_type[k], t->info->map_out >> k & 1, t->out[k]);
    }
    void *shared = NULL;
    if (inplace && t->info->backward_inplace)
        shared = t->info->backward_inplace & 1 ? call.in[0].mem : call.in[n_out + c->n_in + 1].mem;
    for (uint32_t i = 0; i < c->n_in; i++) {
        call.out[i].type = c->in[i];
        if (t->din[i] && (wanted >> i & 1))
            call.out[i] = operand_in(&s, t, c->in[i], t->info->map_in >> i & 1, i == 0 ? shared : NULL);
    }
    ax_code code = run(&s, &b->backward[c->op], &call, err);
    for (uint32_t i = 0; code == AX_OK && i < c->n_in; i++)
        if (call.out[i].mem)
            operand_take(&s, &call.out[i], c->in[i], t->din[i]);
    bench_close(&s, c->name);
    return code;
}

void ax_trial_run(ax_trial *t, const ax_backend *b, ax_device *dev, uint32_t wanted, bool inplace)
{
    ax_err err = { AX_OK, "" };
    if (ax_trial_forward(t, b, dev, ~0u, inplace, &err) != AX_OK)
        fail_msg("%s on %s: %s", t->c->name, b->name, err.msg);
    if (ax_trial_has_backward(t) && ax_trial_backward(t, b, dev, wanted, inplace, &err) != AX_OK)
        fail_msg("%s on %s: backward: %s", t->c->name, b->name, err.msg);
}
