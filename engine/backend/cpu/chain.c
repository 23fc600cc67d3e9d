/* CHAIN: [a dense convolution,] a depthwise one and a 1x1, computed a few rows at a time, so that the maps between them
   stay in the cache. The dense convolution's rows are kept in a ring while the depthwise one needs them. */
#include "engine/backend/cpu/fused.h"
#include "engine/op/chain.h"

#include <stdio.h>
#include <stdlib.h>

enum { CACHE = 384 << 10, MOST_ROWS = 8 }; /* bytes of intermediate maps per task; most output rows at once */

typedef struct prep {
    ax_call link[AX_MAX_LINKS];  /* with their own prepared data; memory is bound at each run */
    size_t work[AX_MAX_LINKS];   /* offset of each link's scratch, bytes */
    size_t buffers;              /* size of each task's buffers */
    int32_t band, ring;          /* output rows at once, and rows of the dense convolution that are kept */
    size_t band_size, ring_size; /* elements */
} prep;

static size_t row_size(const ax_call *link)
{
    const ax_shape y = link->out[0].type.shape;
    return (size_t)y.w * (size_t)y.c;
}

/* Number of input rows that this many output rows read. */
static int32_t seen(const ax_attr *a, int32_t rows)
{
    return (rows - 1) * a->conv.stride + (a->conv.kernel - 1) * a->conv.dilation + 1;
}

static void choose_rows(prep *p, unsigned links)
{
    const ax_call *spatial = &p->link[links - 2];
    const size_t ring_row = links > 2 ? row_size(&p->link[0]) : 0, band_row = row_size(spatial);
    const int32_t most = spatial->out[0].type.shape.h < MOST_ROWS ? spatial->out[0].type.shape.h : MOST_ROWS;
    p->band = 1;
    while (p->band < most &&
           ((size_t)seen(&spatial->attr, p->band + 1) * ring_row + (size_t)(p->band + 1) * band_row) * sizeof(ax_map) <=
               CACHE)
        p->band++;
    p->ring = links > 2 ? seen(&spatial->attr, p->band) : 0;
    p->ring_size = ax_cpu_align_floats((size_t)p->ring * ring_row);
    p->band_size = ax_cpu_align_floats((size_t)p->band * band_row);
}

AX_CPU_PREPARE(ax_cpu_chain_prepare)
{
    const unsigned links = call->attr.chain.links;
    prep *p = calloc(1, sizeof *p);
    if (!p)
        return ax_fail(err, AX_ENOMEM, "out of memory");
    call->prep = p;
    ax_code code = AX_OK;
    size_t at = 0;
    for (unsigned k = 0; k < links && code == AX_OK; k++) {
        size_t bytes = 0;
        p->link[k] = ax_chain_call(call, k);
        code = ax_cpu_fused_prepare_rows(dev, &p->link[k], true, &bytes, err);
        p->work[k] = at;
        at += ax_cpu_align(bytes);
        call->held += p->link[k].held;
    }
    if (code != AX_OK) {
        AX_TYPED(ax_cpu_chain_discard)(dev, call);
        return code;
    }
    choose_rows(p, links);
    p->buffers = at;
    *work = at + (size_t)dev->threads * (p->ring_size + p->band_size) * sizeof(ax_map);
    return AX_OK;
}

AX_CPU_DISCARD(ax_cpu_chain_discard)
{
    prep *p = call->prep;
    for (unsigned k = 0; p && k < call->attr.chain.links; k++)
        AX_TYPED(ax_cpu_fused_discard)(dev, &p->link[k]);
    free(p);
    call->prep = NULL;
}

/* The state of a task. */
typedef struct stream {
    const ax_device *dev;
    const prep *p;
    const ax_call *link;
    unsigned links;
    int task;
    ax_map *ring, *band;
} stream;

static const ax_map *image_of(const ax_operand *x, size_t image)
{
    const ax_shape s = x->type.shape;
    return (const ax_map *)x->mem + image * (size_t)s.h * (size_t)s.w * (size_t)s.c;
}

/* Computes rows r0 .. r1 of the dense convolution into the ring. */
static void fill_ring(const stream *s, size_t image, int32_t r0, int32_t r1)
{
    for (int32_t r = r0, n; r < r1; r += n) {
        const int32_t place = r % s->p->ring;
        n = s->p->ring - place < r1 - r ? s->p->ring - place : r1 - r;
        ax_conv_rows m = { .x = image_of(&s->link[0].in[0], image),
                           .r0 = r,
                           .r1 = r + n,
                           .y = s->ring + (size_t)place * row_size(&s->link[0]),
                           .task = s->task };
        ax_cpu_fused_rows(s->dev, &s->link[0], image, &m);
    }
}

/* Computes rows r0 .. r1 of an image's outputs. */
static void outputs(const stream *s, size_t image, int32_t r0, int32_t r1)
{
    const ax_call *spatial = &s->link[s->links - 2], *last = spatial + 1;
    const ax_attr *a = &spatial->attr;
    const int32_t h = spatial->in[0].type.shape.h;
    int32_t made = r0 * a->conv.stride - a->conv.pad;
    made = made > 0 ? made : 0;
    for (int32_t r = r0, end; r < r1; r = end) {
        end = (r / s->p->band + 1) * s->p->band;
        end = end < r1 ? end : r1;
        const int32_t need = r * a->conv.stride - a->conv.pad + seen(a, end - r), to = need < h ? need : h;
        if (s->p->ring && to > made)
            fill_ring(s, image, made, to);
        made = to > made ? to : made;
        ax_conv_rows m = { .x = s->p->ring ? s->ring : image_of(&spatial->in[0], image),
                           .ring = s->p->ring,
                           .r0 = r,
                           .r1 = end,
                           .y = s->band + (size_t)(r % s->p->band) * row_size(spatial),
                           .task = s->task };
        ax_cpu_fused_rows(s->dev, spatial, image, &m);
        m.x = s->band;
        m.ring = s->p->band;
        m.y = (ax_map *)(uintptr_t)image_of(&last->out[0], image) + (size_t)r * row_size(last);
        ax_cpu_fused_rows(s->dev, last, image, &m);
    }
}

typedef struct chain_job {
    const ax_call *call, *link;
} chain_job;

/* Rows lo .. hi of all images. */
AX_CPU_WORK(compute_rows)
{
    const chain_job *j = job;
    const prep *p = j->call->prep;
    ax_map *buffer = (ax_map *)((char *)j->call->work + p->buffers) + (size_t)task * (p->ring_size + p->band_size);
    const stream s = { dev, p, j->link, j->call->attr.chain.links, task, buffer, buffer + p->ring_size };
    ax_cpu_part part;
    while (ax_cpu_next_part(&lo, hi, (size_t)j->call->out[0].type.shape.h, &part))
        outputs(&s, part.image, (int32_t)part.first, (int32_t)part.last);
}

AX_CPU_RUN(ax_cpu_chain_run)
{
    const prep *p = call->prep;
    const unsigned links = call->attr.chain.links;
    ax_call link[AX_MAX_LINKS];
    for (unsigned k = 0; k < links; k++) {
        link[k] = ax_chain_call(call, k);
        link[k].prep = p->link[k].prep;
        link[k].work = (char *)call->work + p->work[k];
        if (ax_cpu_fused_pack(dev, &link[k], err) != AX_OK)
            return AX_ENOMEM;
    }
    const ax_shape y = call->out[0].type.shape;
    const size_t rows = (size_t)y.n * (size_t)y.h;
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, rows * row_size(&link[links - 2])), rows, 1, compute_rows,
                        &(chain_job) { call, link });
    return AX_OK;
}

AX_CPU_EXPLAIN(ax_cpu_chain_explain)
{
    const prep *p = call->prep;
    *out = (ax_explanation) { .by = "" };
    AX_TYPED(ax_cpu_fused_explain)(dev, &p->link[0], out);
    snprintf(out->by, sizeof out->by, "%d rows at a time", p->band);
}
