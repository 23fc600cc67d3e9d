/* Workloads of the bench command: a training step or inference as a plan with inputs and optimisers. */
#include "engine/backend/list.h"
#include "engine/base/cacheline.h"
#include "engine/base/clock.h"
#include "engine/command/bench/bench.h"
#include "engine/command/inputs.h"
#include "engine/command/device_note.h"
#include "engine/space/builder.h"
#include "engine/model/network.h"
#include "engine/model/step.h"

#include <stdlib.h>

enum { WARM_UP = 2 };

void ax_bench_release(ax_bench *b)
{
    ax_session_drop(&b->session);
    if (b->session.dev)
        ax_command_device_notices(b->session.be, b->session.dev);
    for (size_t i = 0; i < b->n_inputs; i++)
        free(b->input[i]);
    if (b->session.dev)
        b->session.be->close(b->session.dev);
    *b = (ax_bench) { 0 };
}

/* ---- graphs ---- */

static ax_code build_infer(ax_graph *g, const ax_bench_work *o, const ax_decoder_spec *spec, ax_err *err)
{
    ax_val logits;
    ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { o->batch, o->crop, o->width, 3 } }, err);
    ax_code code = ax_network_build(g, image, ax_encoder_builtin(), spec, &logits, err);
    return code == AX_OK ? ax_graph_keep(g, logits, "logits", err) : code;
}

static ax_code build_step(ax_graph *g, const ax_bench_work *o, const ax_decoder_spec *spec, ax_err *err)
{
    const ax_task_spec task = { .task = ax_task_of(0), .outputs = o->outputs };
    const ax_encoder encoder = ax_encoder_cut(ax_encoder_builtin(), ax_builder_of(&spec->genotype)->taps);
    const ax_step_spec step = { .stage = o->stage,
                                .n = o->batch,
                                .crop = o->crop,
                                .encoder = &encoder,
                                .decoder = *spec,
                                .task = &task,
                                .teacher = true,
                                .kd = 0.3f,
                                .aux = 0.15f };
    ax_shape at;
    return ax_step_build(g, &step, &at, err);
}

ax_code ax_bench_graph(ax_graph *g, const ax_bench_work *o, ax_decoder_spec *spec, ax_err *err)
{
    if (ax_genotype_parse(o->genotype, &spec->genotype, err) != AX_OK)
        return err->code;
    if (o->crop % 32)
        return ax_fail(err, AX_EINVAL, "option --crop: %d isn't a multiple of 32", o->crop);
    if (o->width % 32)
        return ax_fail(err, AX_EINVAL, "option --width: %d isn't a multiple of 32", o->width);
    spec->channels = o->channels;
    spec->repeats = o->repeats;
    spec->outputs = o->outputs;
    spec->train = spec->aux = !o->infer;
    return o->infer ? build_infer(g, o, spec, err) : build_step(g, o, spec, err);
}

/* Fills every input with random numbers; bound, not copied, as a training step's crops from a mapped file are. */
static ax_code bind_inputs(ax_bench *b, ax_err *err)
{
    ax_rng rng = ax_rng_new(1, 2);
    const ax_value *v;
    for (uint32_t id = 0; (v = ax_inputs_next(b->session.graph, &id));) {
        void *mem = b->n_inputs < AX_BENCH_INPUTS ? ax_lines_alloc(ax_type_bytes(v->type)) : NULL;
        if (!mem)
            return ax_fail(err, AX_ENOMEM, "no memory for the input '%s'", v->name);
        b->input[b->n_inputs++] = mem;
        ax_inputs_random(v, (uint32_t)b->o->outputs, false, &rng, mem);
        ax_code code = ax_plan_bind(b->session.plan, v->name, mem, err);
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}

/* Updates parameters from the gradients, as a training step does. */
static ax_code update(void *bench, ax_err *err)
{
    const ax_bench *b = bench;
    ax_params *params = b->session.params;
    ax_code code = b->o->stage == 2 ? ax_optim_run(params, AX_GROUP_ENCODER, &b->sgd, true, err) : AX_OK;
    return code == AX_OK ? ax_optim_run(params, AX_GROUP_DECODER, &b->adam, true, err) : code;
}

ax_code ax_bench_init(ax_bench *b, const ax_bench_work *o, ax_err *err)
{
    *b = (ax_bench) { .o = o };
    b->adam = (ax_optim) { .kind = AX_OPTIM_ADAM, .lr = 3e-3f, .weight_decay = 1e-5f, .clip = 3 };
    b->sgd = (ax_optim) { .kind = AX_OPTIM_SGD, .lr = 1e-3f, .momentum = 0.9f, .weight_decay = 1e-5f, .clip = 3 };
    char note[AX_DEVICE_NOTE];
    ax_session *s = &b->session;
    if (!(s->dev = ax_device_open(o->device, o->threads, &s->be, note, err)))
        return err->code;
    ax_command_device_note(note);
    ax_rng rng = ax_rng_new(1, 1);
    ax_code code = ax_session_begin(s, err);
    if (code == AX_OK)
        code = ax_bench_graph(s->graph, o, &b->spec, err);
    if (code == AX_OK)
        code = ax_session_params(s, &rng, err);
    if (code == AX_OK)
        code = ax_session_compile(s,
                                  AX_PLAN_NARROW | (o->graphs ? AX_PLAN_CAPTURE : 0) |
                                      (o->infer ? AX_PLAN_INFERENCE : 0) | (o->together ? AX_PLAN_TOGETHER : 0),
                                  err);
    if (code == AX_OK && !o->infer)
        ax_plan_run_after(s->plan, update, b);
    return code == AX_OK ? bind_inputs(b, err) : code;
}

/* ---- running ---- */

ax_code ax_bench_once(ax_bench *b, ax_err *err)
{
    ax_session *s = &b->session;
    ax_code code = AX_OK;
    bool train = !b->o->infer, both = b->o->stage == 2;
    if (train && both)
        code = ax_optim_begin(s->params, AX_GROUP_ENCODER, &b->sgd, 0.99f, err);
    if (train && code == AX_OK)
        code = ax_optim_begin(s->params, AX_GROUP_DECODER, &b->adam, both ? 0.99f : 0.9f, err);
    if (code == AX_OK)
        code = ax_plan_run(s->plan, err);
    if (train && both && code == AX_OK)
        code = ax_optim_end(s->params, AX_GROUP_ENCODER, &b->sgd, NULL, err);
    if (train && code == AX_OK)
        code = ax_optim_end(s->params, AX_GROUP_DECODER, &b->adam, NULL, err);
    return code == AX_OK ? s->be->sync(s->dev, err) : code;
}

ax_code ax_bench_measure(ax_bench *b, double *median, double *least, ax_err *err)
{
    int32_t runs = b->o->runs;
    double *seconds = calloc((size_t)runs, sizeof *seconds);
    if (!seconds)
        return ax_fail(err, AX_ENOMEM, "no memory for %d times", runs);
    ax_code code = AX_OK;
    for (int32_t i = -WARM_UP; i < runs && code == AX_OK; i++) {
        double start = ax_clock();
        code = ax_bench_once(b, err);
        if (i >= 0)
            seconds[i] = ax_clock() - start;
    }
    *median = ax_clock_median(seconds, (size_t)runs);
    *least = seconds[0];
    free(seconds);
    return code;
}
