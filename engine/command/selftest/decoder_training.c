/* Compares a training step with a golden file: losses, gradients, running statistics, and an Adam step. */
#include "engine/command/selftest/decoder_internal.h"

#include "engine/model/tensor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ax_code compare_losses(ax_decoder_bench *b, ax_err *err)
{
    static const char *const names[] = { "loss", "loss.task", "loss.kd", "loss.aux.0", "loss.aux.1", "loss.aux.2" };
    const int n = b->taught ? 6 : 2;
    const int64_t dim[1] = { n };
    float *want = ax_golden_get(b->st, "train.losses", dim, 1, err);
    ax_tally t = { .group = "losses" };
    ax_code code = want ? AX_OK : err->code;
    for (int i = 0; i < n && code == AX_OK; i++) {
        float got;
        code = ax_plan_read(b->plan, names[i], &got, sizeof got, err);
        if (code == AX_OK)
            ax_tally_add(&t, names[i], &got, &want[i], 1, ax_tolerance(&want[i], 1, ax_decoder_limits(b)->value));
    }
    free(want);
    if (code == AX_OK)
        ax_tally_print(b->s, b->file, &t);
    return code;
}

/* The file's tensor KIND.AX_DECODER_NAME for parameter i in the parameter's layout, and its size. */
static float *param_tensor(const ax_decoder_bench *b, const char *kind, size_t i, size_t *n,
                           char name[static AX_DECODER_NAME], ax_err *err)
{
    const ax_param_spec *spec = ax_params_spec(b->params, i);
    int64_t dim[4];
    int n_dim = ax_tensor_dims(spec->type, dim);
    snprintf(name, AX_DECODER_NAME, "%s.%s", kind, spec->name);
    *n = ax_shape_count(spec->type.shape);
    return ax_golden_get(b->st, name, dim, n_dim, err);
}

/* The content of parameter i's slot; a missing gradient counts as zero. */
static float *param_slot(const ax_decoder_bench *b, size_t i, ax_slot slot, ax_err *err)
{
    float *got = calloc(ax_shape_count(ax_params_spec(b->params, i)->type.shape), sizeof *got);
    if (!got) {
        ax_fail(err, AX_ENOMEM, "%s: no memory", ax_params_spec(b->params, i)->name);
        return NULL;
    }
    if (slot == AX_SLOT_GRAD && !ax_params_reached(b->params, i))
        return got;
    if (ax_params_get(b->params, i, slot, got, err) == AX_OK)
        return got;
    free(got);
    return NULL;
}

static double grad_tolerance(const ax_decoder_bench *b, size_t i, const float *want, size_t n, ax_err *err)
{
    const int64_t scalar[1] = { 1 };
    char name[AX_DECODER_NAME];
    snprintf(name, sizeof name, "noise.%s", ax_params_spec(b->params, i)->name);
    float *noise = ax_golden_get(b->st, name, scalar, ax_safetensors_find(b->st, name) ? -1 : 1, err);
    if (!noise)
        return -1;
    double tolerance =
        fmax(ax_tolerance(want, n, ax_decoder_limits(b)->grad),
             (b->taught ? ax_decoder_limits(b)->grad_file : ax_decoder_limits(b)->grad_templates) * b->largest_grad);
    tolerance = fmax(tolerance, ax_decoder_limits(b)->noise * (double)noise[0]);
    free(noise);
    return tolerance;
}

static ax_code find_largest_grad(ax_decoder_bench *b, ax_err *err)
{
    for (size_t i = 0; i < ax_params_count(b->params); i++) {
        if (!ax_params_spec(b->params, i)->trainable)
            continue;
        char name[AX_DECODER_NAME];
        size_t n;
        float *want = param_tensor(b, "grad", i, &n, name, err);
        if (!want)
            return err->code;
        b->largest_grad = fmax(b->largest_grad, ax_largest(want, n));
        free(want);
    }
    return AX_OK;
}

/* Compares gradients (kind "grad"), running statistics ("after") or parameters after the step ("adam"). */
static ax_code compare_params(ax_decoder_bench *b, const char *kind, const char *group, ax_err *err)
{
    bool grad = !strcmp(kind, "grad"), after = !strcmp(kind, "after");
    ax_tally t = { .group = group };
    for (size_t i = 0; i < ax_params_count(b->params); i++) {
        if (ax_params_spec(b->params, i)->trainable == after)
            continue;
        char name[AX_DECODER_NAME], start_name[AX_DECODER_NAME];
        size_t n;
        float *want = param_tensor(b, kind, i, &n, name, err);
        float *got = want ? param_slot(b, i, grad ? AX_SLOT_GRAD : AX_SLOT_VALUE, err) : NULL;
        double tolerance = want && got ? ax_tolerance(want, n, ax_decoder_limits(b)->value) : -1;
        if (got && grad)
            tolerance = grad_tolerance(b, i, want, n, err);
        if (got && !grad && !after) {
            float *start = param_tensor(b, "param", i, &n, start_name, err);
            tolerance = start ? ax_tolerance_step(want, start, n) : -1;
            free(start);
        }
        bool ok = want && got && tolerance >= 0;
        if (ok)
            ax_tally_add(&t, name, got, want, n, tolerance);
        free(want);
        free(got);
        if (!ok)
            return err->code;
    }
    ax_tally_print(b->s, b->file, &t);
    return AX_OK;
}

static ax_code compare_norm(ax_decoder_bench *b, ax_err *err)
{
    const int64_t scalar[1] = { 1 };
    double norm = 0;
    float *want = ax_golden_get(b->st, "train.grad_norm", scalar, 1, err);
    ax_code code = want ? ax_optim_norm(b->params, AX_GROUP_DECODER, &norm, err) : err->code;
    if (code == AX_OK) {
        float got = (float)norm;
        ax_tally t = { .group = "gradient norm" };
        ax_tally_add(&t, "train.grad_norm", &got, want, 1, ax_tolerance(want, 1, ax_decoder_limits(b)->value));
        ax_tally_print(b->s, b->file, &t);
    }
    free(want);
    return code;
}

/* A clipped Adam step from the file's gradients, since the sign of a tiny gradient decides its direction. */
static ax_code compare_adam(ax_decoder_bench *b, ax_err *err)
{
    for (size_t i = 0; i < ax_params_count(b->params); i++) {
        if (!ax_params_spec(b->params, i)->trainable)
            continue;
        char name[AX_DECODER_NAME];
        size_t n;
        float *grad = param_tensor(b, "grad", i, &n, name, err);
        ax_code code = grad ? ax_params_set(b->params, i, AX_SLOT_GRAD, grad, err) : err->code;
        free(grad);
        if (code != AX_OK)
            return code;
    }
    ax_optim adam = { .kind = AX_OPTIM_ADAM, .lr = b->lr, .weight_decay = 1e-5f, .clip = 3.0f };
    ax_code code = ax_optim_step(b->params, AX_GROUP_DECODER, &adam, NULL, err);
    return code == AX_OK ? compare_params(b, "adam", "adam step", err) : code;
}

ax_code ax_decoder_compare_training(ax_decoder_bench *b, ax_err *err)
{
    ax_tally logits = { .group = "train.logits" }, aux = { .group = "train.aux" };
    ax_code code = ax_golden_compare(b->st, b->plan, b->train, "logits", "train.logits", ax_decoder_limits(b)->value,
                                     &logits, err);
    for (unsigned k = 0; k < b->n_aux && code == AX_OK; k++) {
        char value[AX_DECODER_NAME], name[AX_DECODER_NAME];
        snprintf(value, sizeof value, "aux.%u", k);
        snprintf(name, sizeof name, "train.aux.%u", k);
        code = ax_golden_compare(b->st, b->plan, b->train, value, name, ax_decoder_limits(b)->value, &aux, err);
    }
    if (code != AX_OK)
        return code;
    ax_tally_print(b->s, b->file, &logits);
    if (b->n_aux)
        ax_tally_print(b->s, b->file, &aux);
    if ((code = compare_losses(b, err)) != AX_OK || (code = find_largest_grad(b, err)) != AX_OK ||
        (code = compare_params(b, "grad", "gradients", err)) != AX_OK || (code = compare_norm(b, err)) != AX_OK ||
        (code = compare_params(b, "after", "running statistics", err)) != AX_OK)
        return code;
    return compare_adam(b, err);
}
