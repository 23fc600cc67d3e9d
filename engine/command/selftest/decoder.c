/* Checks a decoder-*.safetensors or template-*.safetensors file: forward passes of evaluation and training, losses,
   gradients, running statistics, and an Adam step. */
#include "engine/command/selftest/decoder_internal.h"

#include "engine/model/tensor.h"
#include "engine/space/builder.h"
#include "engine/task/task.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ax_decoder_limit limits_of[AX_ROUNDINGS] = {
    [AX_ROUND_NONE] = { 1e-4, 2e-4, 2e-7, 1e-5, 10 },
    [AX_ROUND_TF32] = { 3e-2, 2e-2, 3e-2, 3e-2, 10 * 8192 },
    [AX_ROUND_BF16] = { 1.5e-1, 2e-1, 2e-1, 2e-1, 10 * 65536 },
    [AX_ROUND_BF16_CPU] = { 2e-1, 2e-1, 2e-1, 2e-1, 10 * 65536 },
};

const ax_decoder_limit *ax_decoder_limits(const ax_decoder_bench *b)
{
    return &limits_of[b->s->rounding];
}

static void release(ax_decoder_bench *b)
{
    ax_plan_free(b->plan);
    ax_params_free(b->params);
    ax_graph_free(b->train);
    ax_graph_free(b->eval);
}

/* ---- content of the file ---- */

static ax_code read_shape(const ax_decoder_bench *b, const char *name, int n_dim, ax_shape *s, ax_err *err)
{
    const ax_st_tensor *t = ax_safetensors_find(b->st, name);
    if (!t)
        return ax_fail(err, AX_EFORMAT, "%s: tensor '%s' is missing", b->file, name);
    bool fits = t->n_dim == n_dim;
    for (int d = 0; d < t->n_dim; d++)
        fits = fits && t->dim[d] >= 1 && t->dim[d] <= 4096;
    if (!fits)
        return ax_fail(err, AX_EFORMAT, "%s: tensor '%s' must have %d dimensions of 1 to 4096", b->file, name, n_dim);
    *s = n_dim == 4 ? (ax_shape) { (int32_t)t->dim[0], (int32_t)t->dim[2], (int32_t)t->dim[3], (int32_t)t->dim[1] }
                    : (ax_shape) { (int32_t)t->dim[0], (int32_t)t->dim[1], (int32_t)t->dim[2], 1 };
    return AX_OK;
}

/* The file's data of a training step, if it has one: labels, and possibly a teacher's logits. */
static ax_code read_training(ax_decoder_bench *b, ax_err *err)
{
    b->trains = ax_safetensors_find(b->st, "train.logits");
    b->taught = ax_safetensors_find(b->st, "input.teacher_logits");
    if (!b->trains)
        return AX_OK;
    if (read_shape(b, "input.labels", 3, &b->labels.shape, err) != AX_OK ||
        (b->taught && read_shape(b, "input.teacher_logits", 4, &b->teacher.shape, err) != AX_OK))
        return AX_EFORMAT;
    b->labels.dtype = AX_U8;
    ax_shape l = b->labels.shape, t = b->teacher.shape;
    if (l.n != b->tap[0].shape.n || (b->taught && (t.n != l.n || t.h != l.h || t.w != l.w || t.c != b->spec.outputs)))
        return ax_fail(err, AX_EFORMAT, "%s: taps, labels, teacher_logits and classes don't fit together", b->file);
    const char *adam = ax_safetensors_meta(b->st, "adam"), *lr = adam ? strstr(adam, "lr ") : NULL;
    b->lr = lr ? strtof(lr + 3, NULL) : 3e-3f; /* the published value for the cells */
    return b->lr > 0 ? AX_OK : ax_fail(err, AX_EFORMAT, "%s: metadata 'adam' has no valid lr", b->file);
}

static ax_code read_spec(ax_decoder_bench *b, ax_err *err)
{
    const char *genotype = ax_safetensors_meta(b->st, "genotype");
    int32_t ignore;
    if (!genotype)
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'genotype' is missing", b->file);
    if (ax_genotype_parse(genotype, &b->spec.genotype, err) != AX_OK) {
        ax_fail_prefix(err, b->file);
        return err->code = AX_EFORMAT;
    }
    if (ax_golden_number(b->st, "channels", 1, 256, &b->spec.channels, err) != AX_OK ||
        ax_golden_number(b->st, "repeats", 1, 8, &b->spec.repeats, err) != AX_OK ||
        ax_golden_number(b->st, "classes", 1, 255, &b->spec.outputs, err) != AX_OK ||
        ax_golden_number(b->st, "ignore", AX_IGNORE, AX_IGNORE, &ignore, err) != AX_OK)
        return AX_EFORMAT;
    b->n_taps = ax_builder_of(&b->spec.genotype)->taps;
    for (int i = 0; i < b->n_taps; i++) {
        char name[AX_DECODER_NAME];
        snprintf(name, sizeof name, "input.tap.%d", i);
        if (read_shape(b, name, 4, &b->tap[i].shape, err) != AX_OK)
            return AX_EFORMAT;
        if (b->tap[i].shape.n != b->tap[0].shape.n)
            return ax_fail(err, AX_EFORMAT, "%s: tensor '%s' must have the batch of tap 0", b->file, name);
    }
    return read_training(b, err);
}

/* ---- graphs ---- */

static ax_graph *make_graph(ax_decoder_bench *b, bool train, ax_err *err)
{
    ax_graph *g = ax_graph_new(err);
    if (!g)
        return NULL;
    ax_decoder_spec spec = b->spec;
    ax_decoder d;
    spec.train = spec.aux = train;
    ax_val taps[AX_MAX_TAPS] = { { 0 } }, loss;
    for (int i = 0; i < b->n_taps; i++) {
        char name[AX_DECODER_NAME];
        snprintf(name, sizeof name, "input.tap.%d", i);
        taps[i] = ax_graph_input(g, name, b->tap[i], err);
    }
    ax_code code = ax_decoder_build(g, &spec, taps, &d, err);
    if (code == AX_OK)
        code = ax_graph_keep(g, d.logits, "logits", err);
    if (train)
        b->n_aux = d.n_aux;
    for (unsigned k = 0; k < d.n_aux && train && code == AX_OK; k++) {
        char name[AX_DECODER_NAME];
        snprintf(name, sizeof name, "aux.%u", k);
        code = ax_graph_keep(g, d.aux[k], name, err);
    }
    if (train && code == AX_OK) {
        const ax_val target[AX_TASK_TARGETS] = { ax_graph_input(g, "input.labels", b->labels, err) };
        ax_val teacher = { 0 };
        if (b->taught)
            teacher = ax_graph_input(g, "input.teacher_logits", b->teacher, err);
        const ax_task_spec task = { .task = &ax_task_segmentation, .outputs = b->spec.outputs };
        const ax_shape at = b->labels.shape;
        code = ax_task_loss(g, &task, &d, target, at.h, at.w, teacher, 0.3f, 0.15f, &loss, err);
        if (code == AX_OK)
            code = ax_graph_backward(g, loss, NULL, 0, err);
    }
    if (code == AX_OK)
        return g;
    ax_graph_free(g);
    return NULL;
}

static ax_code make_params(ax_decoder_bench *b, ax_err *err)
{
    const ax_graph *graphs[] = { b->trains ? b->train : b->eval, b->eval };
    ax_rng rng = ax_rng_new(0, 0);
    if (!(b->params = ax_params_new(graphs, b->trains ? 2 : 1, b->s->be, b->s->dev, &rng, err)))
        return err->code;
    for (size_t i = 0; i < ax_safetensors_count(b->st); i++) {
        const char *name = ax_safetensors_at(b->st, i)->name;
        if (!strncmp(name, "param.", 6) && ax_params_find(b->params, name + 6) == SIZE_MAX)
            return ax_fail(err, AX_EFORMAT, "%s: '%s' isn't a parameter of this genotype", b->file, name);
    }
    for (size_t i = 0; i < ax_params_count(b->params); i++) {
        char name[AX_DECODER_NAME];
        snprintf(name, sizeof name, "param.%s", ax_params_spec(b->params, i)->name);
        if (ax_tensor_load(b->params, i, b->st, name, err) != AX_OK)
            return err->code;
    }
    return AX_OK;
}

/* ---- running ---- */

static ax_code write_map(ax_decoder_bench *b, const char *name, ax_shape shape, ax_err *err)
{
    const int64_t dim[4] = { shape.n, shape.c, shape.h, shape.w };
    size_t n = ax_shape_count(shape);
    float *nchw = ax_golden_get(b->st, name, dim, 4, err), *nhwc = malloc(n * sizeof *nhwc);
    ax_code code = nchw && nhwc ? AX_OK : nchw ? ax_fail(err, AX_ENOMEM, "%s: no memory", name) : err->code;
    if (code == AX_OK) {
        ax_nchw_to_nhwc(nchw, shape, nhwc);
        code = ax_plan_write(b->plan, name, nhwc, n * sizeof *nhwc, err);
    }
    free(nchw);
    free(nhwc);
    return code;
}

static ax_code write_labels(ax_decoder_bench *b, ax_err *err)
{
    ax_shape s = b->labels.shape;
    const int64_t dim[3] = { s.n, s.h, s.w };
    size_t n = ax_shape_count(s);
    float *wide = ax_golden_get(b->st, "input.labels", dim, 3, err);
    uint8_t *labels = malloc(n);
    ax_code code = wide && labels ? AX_OK : wide ? ax_fail(err, AX_ENOMEM, "labels: no memory") : err->code;
    for (size_t i = 0; i < n && code == AX_OK; i++) {
        if (wide[i] != AX_IGNORE && !(wide[i] >= 0 && wide[i] < (float)b->spec.outputs))
            code = ax_fail(err, AX_EFORMAT, "%s: label %g is neither a class nor 255", b->file, (double)wide[i]);
        else
            labels[i] = (uint8_t)wide[i];
    }
    if (code == AX_OK)
        code = ax_plan_write(b->plan, "input.labels", labels, n, err);
    free(wide);
    free(labels);
    return code;
}

/* Makes the plan, writes the inputs and runs it. */
static ax_code run(ax_decoder_bench *b, const ax_graph *g, ax_err *err)
{
    ax_plan_free(b->plan);
    b->plan = ax_plan_new(g, b->s->be, b->s->dev, b->params,
                          AX_PLAN_NARROW | (g == b->train ? AX_PLAN_KEEP_EFFECTS : AX_PLAN_INFERENCE), err);
    if (!b->plan)
        return err->code;
    ax_code code = AX_OK;
    for (int i = 0; i < b->n_taps && code == AX_OK; i++) {
        char name[AX_DECODER_NAME];
        snprintf(name, sizeof name, "input.tap.%d", i);
        code = write_map(b, name, b->tap[i].shape, err);
    }
    if (code == AX_OK && g == b->train)
        code = write_labels(b, err);
    if (code == AX_OK && g == b->train && b->taught)
        code = write_map(b, "input.teacher_logits", b->teacher.shape, err);
    return code == AX_OK ? ax_plan_run(b->plan, err) : code;
}

ax_code ax_selftest_decoder(ax_selftest *s, const ax_safetensors *st, const char *file, ax_err *err)
{
    ax_decoder_bench b = { .s = s, .st = st, .file = file };
    ax_tally eval = { .group = "eval.logits" };
    ax_code code = read_spec(&b, err);
    if (code == AX_OK &&
        ((b.trains && !(b.train = make_graph(&b, true, err))) || !(b.eval = make_graph(&b, false, err))))
        code = err->code;
    if (code == AX_OK)
        code = make_params(&b, err);
    if (code == AX_OK) /* before training, which changes the running statistics */
        code = run(&b, b.eval, err);
    if (code == AX_OK)
        code = ax_golden_compare(st, b.plan, b.eval, "logits", "eval.logits", ax_decoder_limits(&b)->value, &eval, err);
    if (code == AX_OK) {
        ax_tally_print(s, file, &eval);
        code = b.trains ? run(&b, b.train, err) : AX_OK;
    }
    if (code == AX_OK && b.trains)
        code = ax_decoder_compare_training(&b, err);
    release(&b);
    return code;
}
