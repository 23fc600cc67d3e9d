/* Selftest without files: compares a device with the reference on small networks with random weights and inputs. */
#include "engine/command/inputs.h"
#include "engine/command/selftest/selftest.h"

#include "engine/graph/plan.h"
#include "engine/model/encoder.h"
#include "engine/task/task.h"
#include "engine/space/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 4, CROP = 32, CHANNELS = 16, OUTPUTS = 5, RANDOM = 3, NAME = 32 };

/* For two float32 computations in different orders: wider than against float64 (batch norm over 16 values amplifies
   errors). */
typedef struct tolerances {
    double value, grad, grad_all; /* fractions of a tensor's largest value; of the norm of all gradients */
} tolerances;
static const tolerances limits_of[AX_ROUNDINGS] = {
    [AX_ROUND_NONE] = { 1e-4, 1e-3, 1e-5 },
    [AX_ROUND_TF32] = { 1e-2, 2e-2, 0.2 },
    [AX_ROUND_BF16] = { 1e-1, 2e-1, 0.5 },
    [AX_ROUND_BF16_CPU] = { 1e-1, 2e-1, 0.5 },
};

/* One of the two devices with its copy of the network. */
typedef struct side {
    const ax_backend *be;
    ax_device *dev;
    ax_params *params;
    ax_plan *plan;
} side;

typedef struct pair {
    side device, reference;
    ax_graph *g;
} pair;

static void drop_network(pair *p)
{
    side *const sides[] = { &p->device, &p->reference };
    for (int k = 0; k < 2; k++) {
        ax_plan_free(sides[k]->plan);
        ax_params_free(sides[k]->params);
        sides[k]->plan = NULL;
        sides[k]->params = NULL;
    }
    ax_graph_free(p->g);
    p->g = NULL;
}

static ax_code make_side(side *s, const ax_graph *g, const ax_safetensors *weights, ax_err *err)
{
    const ax_graph *graphs[] = { g };
    ax_rng rng = ax_rng_new(1, 1);
    if (!(s->params = ax_params_new(graphs, 1, s->be, s->dev, &rng, err)))
        return err->code;
    if (weights && ax_mobilenet_load(&ax_encoder_builtin()->net, s->params, weights, err) != AX_OK)
        return err->code;
    s->plan = ax_plan_new(g, s->be, s->dev, s->params, AX_PLAN_NARROW | AX_PLAN_KEEP_EFFECTS, err);
    return s->plan ? AX_OK : err->code;
}

/* Fills the inputs of the graph with the same random numbers on both sides, and runs both. */
static ax_code run(pair *p, ax_err *err)
{
    ax_rng rng = ax_rng_new(2, 1);
    const ax_value *v;
    for (uint32_t id = 0; (v = ax_inputs_next(p->g, &id));) {
        size_t bytes = ax_type_bytes(v->type);
        void *host = malloc(bytes);
        if (!host)
            return ax_fail(err, AX_ENOMEM, "%s: no memory", v->name);
        ax_inputs_random(v, OUTPUTS, true, &rng, host);
        ax_code code = ax_plan_write(p->device.plan, v->name, host, bytes, err);
        if (code == AX_OK)
            code = ax_plan_write(p->reference.plan, v->name, host, bytes, err);
        free(host);
        if (code != AX_OK)
            return code;
    }
    ax_code code = ax_plan_run(p->device.plan, err);
    return code == AX_OK ? ax_plan_run(p->reference.plan, err) : code;
}

static ax_code compare_kept(const pair *p, const tolerances *least, ax_tally *t, ax_err *err)
{
    for (uint32_t id = 1; id <= ax_graph_values(p->g); id++) {
        const ax_value *v = ax_graph_value(p->g, id);
        if (!v->kept)
            continue;
        size_t n = ax_shape_count(v->type.shape), bytes = ax_type_bytes(v->type);
        float *got = malloc(bytes), *want = malloc(bytes);
        ax_code code = got && want ? AX_OK : ax_fail(err, AX_ENOMEM, "%s: no memory", v->name);
        if (code == AX_OK)
            code = ax_plan_read(p->device.plan, v->name, got, bytes, err);
        if (code == AX_OK)
            code = ax_plan_read(p->reference.plan, v->name, want, bytes, err);
        if (code == AX_OK)
            ax_tally_add(t, v->name, got, want, n, ax_tolerance(want, n, least->value));
        free(got);
        free(want);
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}

/* Both sides' copies of one parameter slot. */
static ax_code get_both(const pair *p, size_t i, ax_slot slot, float **got, float **want, ax_err *err)
{
    size_t n = ax_shape_count(ax_params_spec(p->device.params, i)->type.shape);
    *got = malloc(n * sizeof **got);
    *want = malloc(n * sizeof **want);
    if (!*got || !*want)
        return ax_fail(err, AX_ENOMEM, "no memory");
    ax_code code = ax_params_get(p->device.params, i, slot, *got, err);
    return code == AX_OK ? ax_params_get(p->reference.params, i, slot, *want, err) : code;
}

static ax_code compare_params(const pair *p, const tolerances *least, ax_tally *grads, ax_tally *statistics,
                              ax_err *err)
{
    double norm = 0;
    ax_code code = ax_optim_norm(p->reference.params, AX_GROUP_DECODER, &norm, err);
    for (size_t i = 0; i < ax_params_count(p->device.params) && code == AX_OK; i++) {
        const ax_param_spec *spec = ax_params_spec(p->device.params, i);
        size_t n = ax_shape_count(spec->type.shape);
        if (spec->trainable && !ax_params_reached(p->device.params, i))
            continue;
        float *got = NULL, *want = NULL;
        code = get_both(p, i, spec->trainable ? AX_SLOT_GRAD : AX_SLOT_VALUE, &got, &want, err);
        if (code == AX_OK && spec->trainable)
            ax_tally_add(grads, spec->name, got, want, n,
                         fmax(ax_tolerance(want, n, least->grad), least->grad_all * norm));
        else if (code == AX_OK)
            ax_tally_add(statistics, spec->name, got, want, n, ax_tolerance(want, n, least->value));
        free(got);
        free(want);
    }
    return code;
}

static ax_code decoder_graph(ax_graph *g, const ax_genotype *genotype, ax_err *err)
{
    const ax_decoder_spec spec = {
        .genotype = *genotype, .channels = CHANNELS, .repeats = 1, .outputs = OUTPUTS, .train = true, .aux = true
    };
    ax_val taps[AX_MAX_TAPS] = { { 0 } }, loss;
    ax_decoder d;
    ax_code code = ax_decoder_taps(g, &ax_encoder_builtin()->taps, BATCH, CROP, CROP, taps, err);
    if (code == AX_OK)
        code = ax_decoder_build(g, &spec, taps, &d, err);
    if (code == AX_OK)
        code = ax_graph_keep(g, d.logits, "logits", err);
    const ax_task_spec task = { .task = ax_task_of(0), .outputs = OUTPUTS };
    ax_val target[AX_TASK_TARGETS] = { { 0 } };
    for (int k = 0; k < ax_task_targets(task.task) && code == AX_OK; k++)
        target[k] =
            ax_graph_input(g, task.task->target[k], task.task->target_type(&task, k, BATCH, CROP / 4, CROP / 4), err);
    ax_val teacher = ax_graph_input(g, "teacher", (ax_type) { .shape = { BATCH, CROP / 4, CROP / 4, OUTPUTS } }, err);
    if (code == AX_OK)
        code = ax_task_loss(g, &task, &d, target, CROP / 4, CROP / 4, teacher, 0.3f, 0.15f, &loss, err);
    return code == AX_OK ? ax_graph_backward(g, loss, NULL, 0, err) : code;
}

/* genotype NULL: checks the encoder. */
static ax_code check(ax_selftest *s, pair *p, const char *name, const ax_genotype *genotype,
                     const ax_safetensors *weights, ax_err *err)
{
    ax_tally values = { .group = "values" }, grads = { .group = "gradients" },
             statistics = { .group = "running statistics" };
    if (!(p->g = ax_graph_new(err)))
        return err->code;
    ax_code code =
        genotype ? decoder_graph(p->g, genotype, err) : ax_encoder_graph(ax_encoder_builtin(), p->g, CROP, CROP, err);
    if (code == AX_OK)
        code = make_side(&p->device, p->g, weights, err);
    if (code == AX_OK)
        code = make_side(&p->reference, p->g, weights, err);
    if (code == AX_OK)
        code = run(p, err);
    if (code == AX_OK)
        code = compare_kept(p, &limits_of[s->rounding], &values, err);
    if (code == AX_OK && genotype)
        code = compare_params(p, &limits_of[s->rounding], &grads, &statistics, err);
    if (code == AX_OK) {
        ax_tally_print(s, name, &values);
        if (genotype) {
            ax_tally_print(s, name, &grads);
            ax_tally_print(s, name, &statistics);
        }
    }
    drop_network(p);
    return code;
}

ax_code ax_selftest_quick(ax_selftest *s, ax_err *err)
{
    const ax_space *cells = ax_space_at(0);
    const int n_published = cells->n_published;
    if (s->be == &ax_backend_ref)
        return ax_fail(err, AX_EINVAL, "the reference has nothing to be compared with: give files of golden vectors");
    pair p = { .device = { s->be, s->dev, NULL, NULL }, .reference = { &ax_backend_ref, NULL, NULL, NULL } };
    if (!(p.reference.dev = ax_backend_ref.open(0, 1, err)))
        return err->code;
    ax_rng rng = ax_rng_new(3, 1);
    ax_code code = AX_OK;
    for (int i = 0; i < n_published + RANDOM && code == AX_OK; i++) {
        ax_genotype g = ax_space_random(cells, &rng);
        char name[NAME];
        snprintf(name, sizeof name, "random %d", i);
        if (i < n_published) {
            snprintf(name, sizeof name, "%s", cells->published[i].name);
            code = ax_genotype_parse(cells->published[i].name, &g, err);
        }
        if (code == AX_OK)
            code = check(s, &p, name, &g, NULL, err);
    }
    ax_safetensors *weights = code == AX_OK ? ax_encoder_weights(ax_encoder_builtin(), err) : NULL;
    if (code == AX_OK)
        code = weights ? check(s, &p, "encoder", NULL, weights, err) : err->code;
    ax_safetensors_free(weights);
    drop_network(&p);
    ax_backend_ref.close(p.reference.dev);
    return code;
}
