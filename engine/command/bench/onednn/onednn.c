/* auxcell-onednn.so: times oneDNN's own primitive for an operation. Maps are NHWC, weights have oneDNN's preferred
   layout. */
#include "engine/command/bench/onednn/interface.h"
#include "engine/command/bench/peer.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { UNITS = 2, ARGS = 16 };

typedef struct unit {
    dnnl_primitive_t prim;
    dnnl_exec_arg_t arg[ARGS];
    int n;
} unit;

struct ax_peer {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    int threads;
    bool backward;
    unit unit[UNITS];
    int n;
};

/* A call, described by its forward direction. */
typedef struct facts {
    const ax_attr *attr;
    bool backward;
    ax_shape x, y;
    ax_dnnl_desc mx, my;
} facts;

static dnnl_status_t map_desc(ax_dnnl_desc *d, ax_shape s)
{
    dnnl_dims_t dims = { s.n, s.c, s.h, s.w };
    return ax_dnnl_desc_init(d, 4, dims, dnnl_nhwc);
}

/* Numbers valid for every operation: variances are positive, nothing is denormal. */
static dnnl_status_t fill(dnnl_memory_t mem, size_t bytes)
{
    void *at = NULL;
    dnnl_status_t s = dnnl_memory_get_data_handle(mem, &at);
    for (size_t i = 0; !s && i < bytes / sizeof(float); i++)
        ((float *)at)[i] = 0.5f + (float)(i * 2654435761u % 1024) / 1024;
    return s;
}

static dnnl_status_t add_argument(const ax_peer *p, unit *u, const_dnnl_primitive_desc_t pd, int arg)
{
    dnnl_memory_t mem = NULL;
    size_t bytes = 0;
    bool floats = false;
    if (u->n == ARGS)
        return dnnl_success;
    dnnl_status_t s = ax_dnnl_argument(pd, arg, p->backward, p->engine, &mem, &bytes, &floats);
    if (s || !mem)
        return s;
    u->arg[u->n++] = (dnnl_exec_arg_t) { arg, mem };
    return floats ? fill(mem, bytes) : dnnl_success;
}

/* Takes ownership of pd; makes the primitive with memory for each of its arguments. */
static dnnl_status_t add_unit(ax_peer *p, dnnl_primitive_desc_t pd)
{
    static const int args[] = { DNNL_ARG_SRC_0,
                                DNNL_ARG_SRC_1,
                                DNNL_ARG_DST,
                                DNNL_ARG_WEIGHTS,
                                DNNL_ARG_BIAS,
                                DNNL_ARG_MEAN,
                                DNNL_ARG_VARIANCE,
                                DNNL_ARG_SCALE,
                                DNNL_ARG_SHIFT,
                                DNNL_ARG_WORKSPACE,
                                DNNL_ARG_DIFF_SRC,
                                DNNL_ARG_DIFF_DST,
                                DNNL_ARG_DIFF_WEIGHTS,
                                DNNL_ARG_DIFF_SCALE,
                                DNNL_ARG_DIFF_SHIFT,
                                DNNL_ARG_MULTIPLE_SRC,
                                DNNL_ARG_MULTIPLE_SRC + 1,
                                DNNL_ARG_MULTIPLE_SRC + 2,
                                DNNL_ARG_MULTIPLE_SRC + 3 };
    unit *u = &p->unit[p->n++];
    dnnl_status_t s = dnnl_success;
    for (size_t i = 0; !s && i < sizeof args / sizeof *args; i++)
        s = add_argument(p, u, pd, args[i]);
    if (!s)
        s = dnnl_primitive_create(&u->prim, pd);
    dnnl_primitive_desc_destroy(pd);
    return s;
}

/* ---- operations ---- */

static dnnl_status_t add_conv_pass(ax_peer *p, const ax_dnnl_conv *c, ax_dnnl_pass pass)
{
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = ax_dnnl_conv_create(&pd, p->engine, pass, c);
    return s ? s : add_unit(p, pd);
}

static dnnl_status_t add_conv(ax_peer *p, const ax_call *call, const facts *f)
{
    const ax_attr *a = f->attr;
    int64_t k = a->conv.kernel, groups = a->conv.groups > 1 ? a->conv.groups : 1;
    dnnl_dims_t dense = { f->y.c, f->x.c, k, k }, grouped = { groups, f->y.c / groups, f->x.c / groups, k, k };
    dnnl_dims_t bias_dims = { f->y.c };
    ax_dnnl_desc w, bias;
    ax_dnnl_conv c = { .x = &f->mx, .w = &w, .bias = !f->backward && call->n_in == 3 ? &bias : NULL, .y = &f->my };
    for (int i = 0; i < 2; i++) {
        c.stride[i] = a->conv.stride;
        c.dilation[i] = a->conv.dilation - 1;
        c.pad[i] = a->conv.pad;
    }
    dnnl_status_t s = ax_dnnl_desc_init(&w, groups > 1 ? 5 : 4, groups > 1 ? grouped : dense, dnnl_format_tag_any);
    if (s)
        return s;
    s = ax_dnnl_desc_init(&bias, 1, bias_dims, dnnl_a);
    if (!s && !f->backward)
        s = add_conv_pass(p, &c, AX_DNNL_FORWARD);
    if (!s && f->backward && call->out[0].mem)
        s = add_conv_pass(p, &c, AX_DNNL_DATA);
    if (!s && f->backward && call->out[1].mem)
        s = add_conv_pass(p, &c, AX_DNNL_WEIGHTS);
    ax_dnnl_desc_release(&w);
    ax_dnnl_desc_release(&bias);
    return s;
}

static dnnl_status_t add_eltwise(ax_peer *p, const facts *f, uint8_t act)
{
    bool six = act == AX_ACT_RELU6;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = ax_dnnl_eltwise_create(&pd, p->engine, f->backward,
                                             six ? dnnl_eltwise_clip_v2 : dnnl_eltwise_relu, &f->mx, 0, six ? 6 : 0);
    return s ? s : add_unit(p, pd);
}

static dnnl_status_t add_norm(ax_peer *p, const facts *f)
{
    const ax_attr *a = f->attr;
    unsigned flags = dnnl_use_scale | dnnl_use_shift;
    if (!a->norm.train)
        flags |= dnnl_use_global_stats;
    if (a->norm.act == AX_ACT_RELU)
        flags |= dnnl_fuse_norm_relu;
    bool infer = !a->norm.train && !f->backward;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s =
        ax_dnnl_norm_create(&pd, p->engine, f->backward, infer ? dnnl_forward_inference : dnnl_forward_training, &f->mx,
                            a->norm.eps, flags);
    if (!s)
        s = add_unit(p, pd);
    return s || a->norm.act != AX_ACT_RELU6 ? s : add_eltwise(p, f, AX_ACT_RELU6);
}

static dnnl_status_t add_concat(ax_peer *p, const ax_call *call, const facts *f)
{
    ax_dnnl_desc in[AX_DNNL_CONCAT];
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = call->n_in <= AX_DNNL_CONCAT ? dnnl_success : dnnl_unimplemented;
    uint32_t n = 0;
    while (!s && n < call->n_in && !(s = map_desc(&in[n], call->in[n].type.shape)))
        n++;
    if (!s)
        s = ax_dnnl_concat_create(&pd, p->engine, in, (int)n, &f->my);
    while (n > 0)
        ax_dnnl_desc_release(&in[--n]);
    return s ? s : add_unit(p, pd);
}

static dnnl_status_t add_operation(ax_peer *p, const ax_call *call, const facts *f)
{
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = dnnl_success;
    const dnnl_dims_t all = { f->x.h, f->x.w };
    switch (call->op) {
    case AX_OP_CONV2D:
        return add_conv(p, call, f);
    case AX_OP_BNORM:
        return add_norm(p, f);
    case AX_OP_RELU:
        return add_eltwise(p, f, f->attr->act);
    case AX_OP_CONCAT:
        return f->backward ? dnnl_success : add_concat(p, call, f);
    case AX_OP_RESIZE:
        s = ax_dnnl_resize_create(&pd, p->engine, f->backward, &f->mx, &f->my);
        break;
    case AX_OP_GPOOL:
        s = ax_dnnl_pool_create(&pd, p->engine, f->backward, &f->mx, &f->my, all);
        break;
    case AX_OP_ADD:
        s = f->backward ? dnnl_success : ax_dnnl_add_create(&pd, p->engine, &f->mx);
        break;
    case AX_OP_CE:
        s = f->backward ? dnnl_success : ax_dnnl_log_softmax_create(&pd, p->engine, &f->mx);
        break;
    default: /* ZERO, MSE, WSUM, ARGMAX */
        break;
    }
    return s || !pd ? s : add_unit(p, pd);
}

/* ---- the interface ---- */

static void peer_close(ax_peer *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->n; i++) {
        unit *u = &p->unit[i];
        for (int k = 0; k < u->n; k++)
            dnnl_memory_destroy(u->arg[k].memory);
        if (u->prim)
            dnnl_primitive_destroy(u->prim);
    }
    if (p->stream)
        dnnl_stream_destroy(p->stream);
    if (p->engine)
        dnnl_engine_destroy(p->engine);
    free(p);
}

static dnnl_status_t start(ax_peer *p, const ax_peer_work *work)
{
    facts f = { .attr = &work->call->attr, .backward = work->call->backward, .x = work->x, .y = work->y };
    omp_set_num_threads(p->threads); /* oneDNN plans for the number of threads that it sees now */
    dnnl_status_t s = dnnl_engine_create(&p->engine, dnnl_cpu, 0);
    if (!s)
        s = dnnl_stream_create(&p->stream, p->engine, dnnl_stream_default_flags);
    if (s || (s = map_desc(&f.mx, f.x)))
        return s;
    if (!(s = map_desc(&f.my, f.y)))
        s = add_operation(p, work->call, &f);
    ax_dnnl_desc_release(&f.mx);
    ax_dnnl_desc_release(&f.my);
    return s;
}

static ax_peer *peer_open(const ax_peer_work *work, int *status)
{
    *status = dnnl_success;
    if (work->call->op == AX_OP_ZERO)
        return NULL;
    ax_peer *p = calloc(1, sizeof *p);
    if (!p) {
        *status = dnnl_out_of_memory;
        return NULL;
    }
    p->threads = work->threads;
    p->backward = work->call->backward;
    *status = start(p, work);
    if (*status == dnnl_success && p->n)
        return p;
    peer_close(p);
    if (*status == dnnl_unimplemented)
        *status = dnnl_success;
    return NULL;
}

static int peer_run(ax_peer *p)
{
    omp_set_num_threads(p->threads);
    dnnl_status_t s = dnnl_success;
    for (int i = 0; !s && i < p->n; i++)
        s = dnnl_primitive_execute(p->unit[i].prim, p->stream, p->unit[i].n, p->unit[i].arg);
    return s ? s : dnnl_stream_wait(p->stream);
}

static void peer_library(char *text, size_t cap)
{
    const dnnl_version_t *v = dnnl_version();
    snprintf(text, cap, "%d.%d.%d", v->major, v->minor, v->patch);
}

ax_peer_get ax_peer_entry;

__attribute__((visibility("default"))) const ax_peer_table *ax_peer_entry(void)
{
    static const ax_peer_table table = { .version = AX_VERSION,
                                         .call = sizeof(ax_call),
                                         .library = peer_library,
                                         .open = peer_open,
                                         .run = peer_run,
                                         .close = peer_close };
    return &table;
}
