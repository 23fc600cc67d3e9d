/* DEPTH_LOSS. Two passes over one-channel maps, which are cheap compared with convolutions: plain loops without
   vectors. Pixels are processed in blocks of fixed size whose sums are added in order, so neither threads nor
   instruction sets change a bit. */
#include "engine/backend/cpu/device.h"

#include <math.h>

enum { BLOCK = 4096 };

/* Sums of a block. First pass: number of valid pixels, sums of d and d^2, largest |e|. Second: sum of losses; sum of (1
   - e^2/c^2)/2 where |e| > c; number of pixels with the largest |e|. */
typedef struct part {
    double n, sum, square, most, loss, slope, equals;
} part;

/* Inputs of both passes, and results of the first for the second. */
typedef struct loss_job {
    const float *p, *t;
    float *grad;
    int kind;
    float least;
    double c, most, scale, mean;
} loss_job;

static size_t blocks_of(const ax_call *call)
{
    return (ax_shape_count(call->in[0].type.shape) + BLOCK - 1) / BLOCK;
}

AX_CPU_PREPARE(ax_cpu_depth_loss_prepare)
{
    *work = blocks_of(call) * sizeof(part);
    return AX_OK;
}

static bool counts(const loss_job *j, float t)
{
    return j->kind == AX_BERHU_LINEAGE ? t != 0 : j->kind == AX_SILOG ? t > j->least : t > 0;
}

/* e for berHu; the lineage applies a ReLU first. */
static float error_of(const loss_job *j, size_t i)
{
    float p = j->p[i];
    return (j->kind == AX_BERHU_LINEAGE && p <= 0 ? 0 : p) - j->t[i];
}

static float log_error(const loss_job *j, size_t i)
{
    float p = j->p[i];
    return logf(p <= AX_SILOG_FLOOR ? AX_SILOG_FLOOR : p) - logf(j->t[i]); /* NaN stays */
}

static void scan(const loss_job *j, size_t lo, size_t hi, part *out)
{
    *out = (part) { 0 };
    for (size_t i = lo; i < hi; i++) {
        if (!counts(j, j->t[i]))
            continue;
        out->n++;
        if (j->kind == AX_SILOG) {
            double d = (double)log_error(j, i);
            out->sum += d;
            out->square += d * d;
        } else {
            out->most = fmax(out->most, (double)fabsf(error_of(j, i)));
        }
    }
}

static void berhu(const loss_job *j, size_t lo, size_t hi, part *out)
{
    for (size_t i = lo; i < hi; i++) {
        bool there = counts(j, j->t[i]) && j->c != 0;
        double e = there ? (double)error_of(j, i) : 0, size = fabs(e);
        bool linear = size <= j->c, passes = j->kind != AX_BERHU_LINEAGE || j->p[i] > 0;
        if (there) {
            out->loss += linear ? size : (e * e + j->c * j->c) / (2 * j->c);
            out->slope += linear ? 0 : (1 - e * e / (j->c * j->c)) / 2;
            out->equals += size == j->most;
        }
        if (j->grad)
            j->grad[i] = there && passes ? (float)(j->scale * (linear ? (double)((e > 0) - (e < 0)) : e / j->c)) : 0.0f;
    }
}

static void silog(const loss_job *j, size_t lo, size_t hi, part *out)
{
    (void)out;
    for (size_t i = lo; j->grad && i < hi; i++)
        j->grad[i] = counts(j, j->t[i]) && j->scale != 0 && !(j->p[i] <= AX_SILOG_FLOOR)
                         ? (float)(j->scale * (2 * (double)log_error(j, i) - 1.7 * j->mean) / (double)j->p[i])
                         : 0.0f;
}

typedef struct block_pass {
    const loss_job *j;
    size_t n;
    part *parts;
    void (*pass)(const loss_job *, size_t, size_t, part *);
} block_pass;

AX_CPU_WORK(do_blocks)
{
    const block_pass *b = job;
    for (size_t i = lo; i < hi; i++)
        b->pass(b->j, i * BLOCK, (i + 1) * BLOCK < b->n ? (i + 1) * BLOCK : b->n, &b->parts[i]);
}

static void each_block(const ax_device *dev, const loss_job *j, size_t n, part *parts,
                       void (*pass)(const loss_job *, size_t, size_t, part *))
{
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, n), (n + BLOCK - 1) / BLOCK, 1, do_blocks,
                        &(block_pass) { j, n, parts, pass });
}

static part total(const part *parts, size_t n)
{
    part all = { 0 };
    for (size_t b = 0; b < n; b++) {
        all.n += parts[b].n;
        all.sum += parts[b].sum;
        all.square += parts[b].square;
        all.most = fmax(all.most, parts[b].most);
        all.loss += parts[b].loss;
        all.slope += parts[b].slope;
        all.equals += parts[b].equals;
    }
    return all;
}

/* The lineage's gradient through c. */
static void through_threshold(const loss_job *j, size_t n, const part *all)
{
    double share = 0.2 * all->slope / (double)n / all->equals;
    for (size_t i = 0; i < n; i++) {
        double e = (double)error_of(j, i);
        if (counts(j, j->t[i]) && fabs(e) == j->most && j->p[i] > 0)
            j->grad[i] = (float)((double)j->grad[i] + (e > 0 ? share : -share));
    }
}

AX_CPU_RUN(ax_cpu_depth_loss_forward)
{
    size_t n = ax_shape_count(call->in[0].type.shape), blocks = blocks_of(call);
    part *parts = call->work;
    loss_job j = { .p = call->in[0].mem,
                   .t = call->in[1].mem,
                   .grad = call->out[1].mem,
                   .kind = call->attr.depth.kind,
                   .least = call->attr.depth.least };
    each_block(dev, &j, n, parts, scan);
    part all = total(parts, blocks);
    double value = 0;
    if (j.kind == AX_SILOG) {
        j.mean = all.n > 0 ? all.sum / all.n : 0;
        double v = all.n > 0 ? all.square / all.n - 0.85 * j.mean * j.mean : 0;
        j.scale = v <= 0 ? 0 : 5 / sqrt(v) / all.n;
        value = v <= 0 ? 0 : 10 * sqrt(v);
        each_block(dev, &j, n, parts, silog);
    } else {
        double pixels = j.kind == AX_BERHU_LINEAGE ? (double)n : all.n;
        j.most = all.most;
        j.c = 0.2 * all.most;
        j.scale = pixels > 0 ? 1 / pixels : 0;
        each_block(dev, &j, n, parts, berhu);
        all = total(parts, blocks);
        value = all.loss * j.scale;
        if (j.kind == AX_BERHU_LINEAGE && j.grad && j.c != 0)
            through_threshold(&j, n, &all);
    }
    if (call->out[0].mem)
        *(float *)call->out[0].mem = (float)value;
    return AX_OK;
}
