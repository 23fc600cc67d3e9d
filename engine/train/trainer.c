#include "engine/train/trainer.h"

#include "engine/backend/list.h"
#include "engine/graph/plan.h"
#include "engine/model/mobilenet.h"
#include "engine/model/modelfile.h"
#include "engine/model/network.h"
#include "engine/train/evaluate.h"
#include "engine/train/trainer_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int32_t round_up_32(int64_t n)
{
    return (int32_t)((n + 31) / 32 * 32);
}

/* ---- trainer ---- */

static int32_t find_class(const ax_source_info *info, const char *name)
{
    for (int32_t i = 0; i < info->classes; i++)
        if (!strcmp(info->name[i], name))
            return i;
    return -1;
}

static ax_code open_caches(ax_trainer *t, const char *dir, ax_cache_progress progress, void *context, ax_err *err)
{
    const ax_settings *s = &t->settings;
    ax_sample_spec train = {
        .split = AX_SPLIT_TRAIN,
        .h = (int32_t)s->crop,
        .w = (int32_t)s->crop,
        .shorter_side = (int32_t)s->shorter_side,
        .scale_min = (float)s->scale_min,
        .scale_max = (float)s->scale_max,
        .mirror = s->mirror,
        .random_crop = true,
        .seed = (uint64_t)s->seed,
    };
    t->val_spec = (ax_sample_spec) {
        .split = AX_SPLIT_VAL,
        .h = round_up_32(s->val_crop),
        .w = round_up_32(s->val_crop),
        .shorter_side = (int32_t)s->shorter_side,
        .scale_min = 1,
        .scale_max = 1,
        .seed = (uint64_t)s->seed,
    };
    size_t n_val = t->source->info.n_val;
    if (s->val_samples && (size_t)s->val_samples < n_val)
        n_val = (size_t)s->val_samples;
    int threads = s->threads ? (int)s->threads : 2;
    t->train =
        ax_cache_open(dir, t->source, &train, (size_t)s->train_samples, threads, t->be, t->dev, progress, context, err);
    if (!t->train)
        return err->code;
    t->val = ax_cache_open(dir, t->source, &t->val_spec, n_val, threads, t->be, t->dev, progress, context, err);
    return t->val ? AX_OK : err->code;
}

ax_trainer *ax_trainer_new(const ax_settings *settings, ax_source *source, const char *cache_dir,
                           ax_cache_progress progress, void *context, ax_err *err)
{
    ax_err why = { AX_OK, "" };
    ax_trainer *t = calloc(1, sizeof *t);
    if (!t) {
        ax_fail(err, AX_ENOMEM, "no memory for a trainer");
        return NULL;
    }
    t->settings = *settings;
    t->source = source;
    t->leave_out = -1;
    ax_code code = AX_OK;
    if (settings->leave_out[0] && (t->leave_out = find_class(&source->info, settings->leave_out)) < 0)
        code =
            ax_fail(&why, AX_EINVAL, "leave_out = '%s': %s has no such class", settings->leave_out, source->info.spec);
    if (code == AX_OK && settings->scale_min > settings->scale_max)
        code = ax_fail(&why, AX_EINVAL, "scale_min %g is above scale_max %g", settings->scale_min, settings->scale_max);
    if (code == AX_OK && !(t->be = ax_backend_find(settings->device, &why)))
        code = why.code;
    if (code == AX_OK && !(t->dev = t->be->open(0, (int)settings->threads, &why)))
        code = why.code;
    if (code == AX_OK)
        code = open_caches(t, cache_dir, progress, context, &why);
    if (code == AX_OK)
        return t;
    ax_trainer_free(t);
    if (err)
        *err = why;
    return NULL;
}

void ax_trainer_free(ax_trainer *t)
{
    if (!t)
        return;
    ax_cache_free(t->train);
    ax_cache_free(t->val);
    if (t->dev)
        t->be->close(t->dev);
    free(t);
}

ax_train_job ax_train_job_default(const ax_settings *s, const ax_genotype *genotype, bool full)
{
    return (ax_train_job) {
        .genotype = *genotype,
        .channels = (int32_t)(full ? s->full_channels : s->channels),
        .repeats = (int32_t)(full ? s->full_repeats : s->repeats),
        .epochs = (int32_t)(full ? s->full_epochs : s->epochs),
        .seed = (uint64_t)s->seed,
        .anneal = full,
    };
}

/* ---- one candidate ---- */

typedef struct training {
    ax_trainer *t;
    const ax_train_job *job;
    ax_graph *graph;
    ax_params *params;
    ax_plan *plan;
    ax_evaluation *evaluation;
    float *tap[AX_TAPS]; /* the batch: {batch, crop/s, crop/s, c}; the plan reads it in place */
    uint8_t *labels;
    uint32_t *order;
    int32_t batch, steps_per_epoch;
} training;

static void training_release(training *r)
{
    ax_evaluation_free(r->evaluation);
    ax_plan_free(r->plan);
    ax_params_free(r->params);
    ax_graph_free(r->graph);
    for (int k = 0; k < AX_TAPS; k++)
        free(r->tap[k]);
    free(r->labels);
    free(r->order);
}

static ax_decoder_spec decoder_spec(const ax_trainer *t, const ax_train_job *job, bool train)
{
    return (ax_decoder_spec) {
        .genotype = job->genotype,
        .channels = job->channels,
        .repeats = job->repeats,
        .classes = t->source->info.classes,
        .train = train,
        .aux = train && t->settings.aux_weight > 0,
    };
}

static ax_code build_training_graph(training *r, ax_err *err)
{
    ax_trainer *t = r->t;
    int32_t crop = (int32_t)t->settings.crop, n = r->batch;
    r->graph = ax_graph_new(err);
    if (!r->graph)
        return AX_ENOMEM;
    ax_val taps[AX_TAPS], loss;
    ax_code code = ax_decoder_taps(r->graph, n, crop, crop, taps, err);
    ax_type label_type = { .shape = { n, crop / 4, crop / 4, 1 }, .dtype = AX_U8 };
    ax_val labels = ax_graph_input(r->graph, "labels", label_type, err);
    ax_decoder_spec spec = decoder_spec(t, r->job, true);
    ax_decoder decoder;
    if (code == AX_OK)
        code = ax_decoder_build(r->graph, &spec, taps, &decoder, err);
    if (code == AX_OK)
        code =
            ax_decoder_loss(r->graph, &decoder, labels, (ax_val) { 0 }, 0, (float)t->settings.aux_weight, &loss, err);
    return code == AX_OK ? ax_graph_backward(r->graph, loss, NULL, 0, err) : code;
}

static ax_code allocate_batch(training *r, ax_err *err)
{
    size_t side = (size_t)r->t->settings.crop, n = (size_t)r->batch;
    bool ok = true;
    for (int k = 0; k < AX_TAPS && ok; k++) {
        size_t s = side / (size_t)ax_tap_stride[k], bytes = n * s * s * (size_t)ax_tap_channels[k] * sizeof(float);
        ok = (r->tap[k] = aligned_alloc(64, (bytes + 63) & ~(size_t)63));
    }
    ok = ok && (r->labels = aligned_alloc(64, (n * (side / 4) * (side / 4) + 63) & ~(size_t)63));
    ok = ok && (r->order = malloc(ax_cache_count(r->t->train) * sizeof *r->order));
    return ok ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for a batch of %d", r->batch);
}

static ax_code prepare(training *r, ax_err *err)
{
    ax_trainer *t = r->t;
    size_t count = ax_cache_count(t->train);
    r->batch = (int32_t)t->settings.batch;
    if ((size_t)r->batch > count)
        r->batch = (int32_t)count;
    r->steps_per_epoch = (int32_t)(count / (size_t)r->batch);
    ax_code code = build_training_graph(r, err);
    if (code == AX_OK)
        code = allocate_batch(r, err);
    const ax_graph *graphs[] = { r->graph };
    ax_rng rng = ax_rng_new(r->job->seed, 1);
    if (code == AX_OK && !(r->params = ax_params_new(graphs, 1, t->be, t->dev, &rng, err)))
        code = err->code;
    if (code == AX_OK && !(r->plan = ax_plan_new(r->graph, t->be, t->dev, r->params, 0, err)))
        code = err->code;
    for (int k = 0; k < AX_TAPS && code == AX_OK; k++)
        code = ax_plan_bind(r->plan, ax_tap_name[k], r->tap[k], err);
    if (code == AX_OK)
        code = ax_plan_bind(r->plan, "labels", r->labels, err);
    return code;
}

/* The order of an epoch: the same for every candidate of a run (common random numbers). */
static void shuffle(training *r, int32_t epoch)
{
    uint32_t n = (uint32_t)ax_cache_count(r->t->train);
    ax_rng rng = ax_rng_new(r->job->seed, 1000 + (uint64_t)epoch);
    for (uint32_t i = 0; i < n; i++)
        r->order[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = ax_rng_below(&rng, i), keep = r->order[i - 1];
        r->order[i - 1] = r->order[j];
        r->order[j] = keep;
    }
}

static void gather(training *r, int32_t step)
{
    size_t side = (size_t)r->t->settings.crop;
    for (int32_t b = 0; b < r->batch; b++) {
        ax_cache_item item = ax_cache_get(r->t->train, r->order[(size_t)step * (size_t)r->batch + (size_t)b]);
        for (int k = 0; k < AX_TAPS; k++) {
            size_t s = side / (size_t)ax_tap_stride[k], n = s * s * (size_t)ax_tap_channels[k];
            memcpy(r->tap[k] + (size_t)b * n, item.tap[k], n * sizeof(float));
        }
        size_t n = (side / 4) * (side / 4);
        memcpy(r->labels + (size_t)b * n, item.labels, n);
    }
}

static ax_code one_step(training *r, ax_optim *adam, float *loss, ax_err *err)
{
    ax_code code = ax_plan_run(r->plan, err);
    if (code == AX_OK)
        code = ax_plan_read(r->plan, "loss", loss, sizeof *loss, err);
    if (code == AX_OK && !isfinite(*loss))
        code = ax_fail(err, AX_EFORMAT, "diverged: the loss is %g", (double)*loss);
    if (code == AX_OK)
        code = ax_optim_step(r->params, AX_GROUP_DECODER, adam, NULL, err);
    if (code == AX_OK && r->t->settings.polyak > 0)
        code = ax_optim_polyak(r->params, AX_GROUP_DECODER, (float)r->t->settings.polyak, err);
    return code;
}

static ax_code train(training *r, ax_train_watch watch, void *context, double start, ax_outcome *out, ax_err *err)
{
    const ax_settings *s = &r->t->settings;
    ax_optim adam = {
        .kind = AX_OPTIM_ADAM,
        .lr = (float)s->lr,
        .weight_decay = (float)s->weight_decay,
        .clip = (float)s->clip,
    };
    ax_train_progress p = { .epochs = r->job->epochs, .steps = r->job->epochs * r->steps_per_epoch };
    for (p.epoch = 0; p.epoch < p.epochs; p.epoch++) {
        double sum = 0;
        shuffle(r, p.epoch);
        for (int32_t i = 0; i < r->steps_per_epoch; i++) {
            float loss = 0;
            gather(r, i);
            if (r->job->anneal)
                adam.lr = (float)(s->lr * 0.5 * (1 + cos(acos(-1.0) * p.step / p.steps)));
            ax_code code = one_step(r, &adam, &loss, err);
            if (code != AX_OK)
                return code;
            sum += loss;
            p.step++;
            p.loss = loss;
            p.seconds = now() - start;
            if (watch && !watch(context, &p))
                return ax_fail(err, AX_ECANCEL, "stopped at step %d of %d", p.step, p.steps);
        }
        out->loss = sum / r->steps_per_epoch;
    }
    return AX_OK;
}

static ax_code write_model(training *r, const ax_outcome *o, ax_err *err)
{
    const ax_source_info *info = &r->t->source->info;
    ax_model_info *m = calloc(1, sizeof *m);
    if (!m)
        return ax_fail(err, AX_ENOMEM, "%s: no memory", r->job->model_path);
    m->genotype = r->job->genotype;
    m->channels = r->job->channels;
    m->repeats = r->job->repeats;
    m->classes = info->classes;
    for (int32_t i = 0; i < info->classes; i++) {
        snprintf(m->name[i], sizeof m->name[i], "%s", info->name[i]);
        memcpy(m->color[i], info->color[i], 3);
    }
    m->reward = o->reward;
    m->miou = o->miou;
    m->fwiou = o->fwiou;
    m->accuracy = o->accuracy;
    snprintf(m->data, sizeof m->data, "%s", info->spec);
    ax_params *encoder = ax_evaluation_encoder(r->t, err);
    ax_code code =
        encoder ? ax_model_write(r->job->model_path, m, r->params, r->t->settings.polyak > 0, encoder, err) : err->code;
    ax_params_free(encoder);
    free(m);
    return code;
}

static ax_code measure(training *r, ax_outcome *out, ax_err *err)
{
    ax_cache_item first = ax_cache_get(r->t->val, 0);
    ax_decoder_spec spec = decoder_spec(r->t, r->job, false);
    ax_network_figures figures;
    ax_code code = ax_network_measure(&spec, first.h, first.w, &figures, err);
    if (code == AX_OK) {
        out->params = figures.stats.params;
        out->macs = figures.stats.macs;
    }
    return code;
}

ax_code ax_trainer_run(ax_trainer *t, const ax_train_job *job, ax_train_watch watch, void *context, ax_outcome *out,
                       ax_err *err)
{
    ax_err why = { AX_OK, "" };
    double start = now();
    ax_outcome o = { NAN, NAN, NAN, NAN, NAN, NAN, 0, 0, 0 };
    training r = { .t = t, .job = job };
    ax_code code = prepare(&r, &why);
    if (code == AX_OK)
        code = measure(&r, &o, &why);
    if (code == AX_OK) {
        o.peak_bytes = ax_plan_arena_bytes(r.plan) + ax_params_bytes(r.params);
        code = train(&r, watch, context, start, &o, &why);
    }
    ax_decoder_spec spec = decoder_spec(t, job, false);
    if (code == AX_OK && !(r.evaluation = ax_evaluation_new(t, &spec, r.params, &why)))
        code = why.code;
    if (code == AX_OK)
        code = ax_evaluation_run(r.evaluation, job->masks_path, &o, &why);
    if (code == AX_OK && job->model_path)
        code = write_model(&r, &o, &why);
    training_release(&r);
    o.seconds = now() - start;
    if (code == AX_OK)
        *out = o;
    else if (err)
        *err = why;
    return code;
}
