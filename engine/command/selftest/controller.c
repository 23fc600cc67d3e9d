/* Checks a controller-*.safetensors file: log-probabilities and entropies of genotypes, the PPO loss of a batch of
   them, its gradients, and a clipped Adam step. */
#include "engine/command/selftest/selftest.h"

#include "engine/policy/controller.h"
#include "engine/space/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_GENOTYPES = 64, NAME = 160 };

static const double tolerance_value = 1e-4, tolerance_grad = 2e-4, tolerance_grad_file = 2e-7;
static const double learning_rate = 1e-4, clip_norm = 2.0; /* the file's "adam" states them in words */

typedef struct bench {
    ax_selftest *s;
    const ax_safetensors *st;
    const char *file;
    ax_controller *c;
    ax_rollout rollout[MAX_GENOTYPES];
    size_t n;
    int64_t units, hidden; /* of our LSTM, and of the file's */
    bool no_embeddings;    /* decisions aren't fed back */
    double clip, entropy_weight, baseline;
} bench;

/* ---- metadata ---- */

static ax_code meta_text(const bench *b, const char *key, const char **text, ax_err *err)
{
    *text = ax_safetensors_meta(b->st, key);
    return *text ? AX_OK : ax_fail(err, AX_EFORMAT, "%s: metadata '%s' is missing", b->file, key);
}

static ax_code meta_real(const bench *b, const char *key, double *out, ax_err *err)
{
    const char *text;
    char *end;
    if (meta_text(b, key, &text, err) != AX_OK)
        return AX_EFORMAT;
    *out = strtod(text, &end);
    if (end == text || *end || !isfinite(*out))
        return ax_fail(err, AX_EFORMAT, "%s: metadata '%s' is '%.40s', not a number", b->file, key, text);
    return AX_OK;
}

/* The genotypes of "[G,G,...]". */
static ax_code read_genotypes(bench *b, ax_err *err)
{
    const char *text;
    if (meta_text(b, "genotypes", &text, err) != AX_OK)
        return AX_EFORMAT;
    int depth = 0;
    size_t from = 0;
    for (size_t i = 0; text[i]; i++) {
        depth += text[i] == '[';
        if (text[i] == '[' && depth == 2)
            from = i;
        if (text[i] == ']' && depth-- == 2) {
            char one[4 * AX_GENOTYPE_TEXT];
            if (i - from + 1 >= sizeof one || b->n == MAX_GENOTYPES)
                return ax_fail(err, AX_EFORMAT, "%s: metadata 'genotypes' is too long", b->file);
            memcpy(one, text + from, i - from + 1);
            one[i - from + 1] = '\0';
            if (ax_genotype_parse(one, &b->rollout[b->n++].genotype, err) != AX_OK) {
                ax_fail_prefix(err, b->file);
                return err->code = AX_EFORMAT;
            }
        }
    }
    return b->n ? AX_OK : ax_fail(err, AX_EFORMAT, "%s: metadata 'genotypes' lists none", b->file);
}

/* "[0.61, 0.58]": one number per genotype. */
static ax_code read_rewards(bench *b, ax_err *err)
{
    const char *text;
    if (meta_text(b, "rewards", &text, err) != AX_OK)
        return AX_EFORMAT;
    const char *at = text + (*text == '[');
    for (size_t i = 0; i < b->n; i++) {
        char *end;
        double reward = strtod(at, &end);
        bool last = i + 1 == b->n;
        if (end == at || *end != (last ? ']' : ','))
            return ax_fail(err, AX_EFORMAT, "%s: metadata 'rewards' isn't a list of %zu numbers", b->file, b->n);
        b->rollout[i].advantage = reward - b->baseline;
        at = end + 1;
    }
    return AX_OK;
}

static ax_code read_controller(bench *b, ax_err *err)
{
    const char *feedback;
    ax_rng rng = ax_rng_new(0, 0);
    if (meta_text(b, "feedback", &feedback, err) != AX_OK)
        return AX_EFORMAT;
    bool none = b->no_embeddings = !strcmp(feedback, "none");
    if (!none && strcmp(feedback, "previous"))
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'feedback' is '%.40s', not previous or none", b->file, feedback);
    b->c = ax_controller_new(ax_space_of(&b->rollout[0].genotype), none ? AX_FEEDBACK_NONE : AX_FEEDBACK_PREVIOUS, &rng,
                             err);
    if (!b->c)
        return err->code;
    b->units = b->hidden = ax_controller_tensor_at(b->c, 0).rows; /* rows of the start vector */
    int32_t hidden = 0;
    if (!ax_safetensors_meta(b->st, "hidden"))
        return AX_OK;
    ax_code code = ax_golden_number(b->st, "hidden", 1, (int32_t)b->units, &hidden, err);
    b->hidden = hidden;
    return code;
}

/* ---- tensors ---- */

/* A file's controller may have fewer units than ours; the rest of our tensors is then zero and has no effect. Maps row
   r of our tensor to the file's, which has `hidden` units; -1: no such row. */
static int64_t row_of(const bench *b, const ax_controller_tensor *t, int64_t r)
{
    const int64_t units = b->units > 0 ? b->units : 1, unit = r % units;
    if (t->rows != units && t->rows != 4 * units)
        return r; /* rows are choices */
    return unit < b->hidden ? r / units * b->hidden + unit : -1;
}

/* Reads the file's KIND.NAME for the controller's tensor i, expanded to our size. */
static float *golden(const bench *b, const char *kind, size_t i, char name[static NAME], ax_err *err)
{
    static const char lstm[] = "controller.lstm.";
    const ax_controller_tensor t = ax_controller_tensor_at(b->c, i);
    const int64_t own = b->units > 0 ? b->units : 1;
    const bool units = t.rows == own || t.rows == 4 * own;
    const int64_t cols = t.cols ? b->hidden : 1, dim[2] = { units ? t.rows / own * b->hidden : t.rows, cols };
    snprintf(name, NAME, "%s.%s", kind, t.name);
    if (!strncmp(t.name, lstm, sizeof lstm - 1) && !ax_safetensors_find(b->st, name))
        snprintf(name, NAME, "%s.controller.%s", kind, t.name + sizeof lstm - 1); /* newer files use a shorter name */
    if (b->no_embeddings && strstr(t.name, "controller.embed.") && !ax_safetensors_find(b->st, name))
        return calloc(t.count, sizeof(float)); /* not in use */
    float *small = ax_golden_get(b->st, name, dim, t.cols ? 2 : 1, err);
    float *out = small ? calloc(t.count, sizeof *out) : NULL;
    if (small && !out)
        ax_fail(err, AX_ENOMEM, "%s: no memory", name);
    for (int64_t r = 0; out && r < t.rows; r++)
        for (int64_t c = 0, from = row_of(b, &t, r); from >= 0 && c < cols; c++)
            out[r * (t.cols ? t.cols : 1) + c] = small[from * cols + c];
    free(small);
    return out;
}

static ax_code fill(bench *b, const char *kind, ax_controller_slot slot, ax_err *err)
{
    for (size_t i = 0; i < ax_controller_tensors(b->c); i++) {
        char name[NAME];
        float *x = golden(b, kind, i, name, err);
        if (!x)
            return err->code;
        ax_controller_set(b->c, i, slot, x);
        free(x);
    }
    return AX_OK;
}

static ax_code read_file(bench *b, ax_err *err)
{
    ax_code code = read_genotypes(b, err);
    if (code == AX_OK)
        code = read_controller(b, err);
    if (code == AX_OK)
        code = meta_real(b, "clip", &b->clip, err);
    if (code == AX_OK)
        code = meta_real(b, "entropy_weight", &b->entropy_weight, err);
    if (code == AX_OK)
        code = meta_real(b, "baseline", &b->baseline, err);
    if (code == AX_OK)
        code = read_rewards(b, err);
    if (code == AX_OK)
        code = fill(b, "param", AX_CONTROLLER_VALUE, err);
    const int64_t dim[1] = { (int64_t)b->n };
    float *old = code == AX_OK ? ax_golden_get(b->st, "ppo.old_logp", dim, 1, err) : NULL;
    for (size_t i = 0; old && i < b->n; i++)
        b->rollout[i].old_logp = (double)old[i];
    bool ok = old != NULL;
    free(old);
    return ok ? AX_OK : err->code;
}

/* ---- comparing ---- */

static ax_code compare_scores(bench *b, ax_err *err)
{
    const size_t decisions = ax_space_of(&b->rollout[0].genotype)->n_decisions;
    const int64_t dim[2] = { (int64_t)b->n, (int64_t)decisions };
    float *logp = ax_golden_get(b->st, "logp", dim, 1, err);
    float *entropy = logp ? ax_golden_get(b->st, "entropy", dim, 1, err) : NULL;
    float *each = entropy ? ax_golden_get(b->st, "logp_each", dim, 2, err) : NULL;
    ax_tally t = { .group = "log-probabilities" }, e = { .group = "entropies" };
    for (size_t i = 0; each && i < b->n; i++) {
        ax_proposal p;
        ax_controller_score(b->c, &b->rollout[i].genotype, &p);
        float got[AX_MAX_DECISIONS], one = (float)p.logp, summed = (float)p.entropy;
        const float *want = each + i * decisions;
        for (size_t d = 0; d < decisions; d++)
            got[d] = (float)p.logp_each[d];
        ax_tally_add(&t, "logp_each", got, want, decisions, ax_tolerance(want, decisions, tolerance_value));
        ax_tally_add(&t, "logp", &one, &logp[i], 1, ax_tolerance(&logp[i], 1, tolerance_value));
        ax_tally_add(&e, "entropy", &summed, &entropy[i], 1, ax_tolerance(&entropy[i], 1, tolerance_value));
    }
    bool ok = each != NULL;
    free(logp);
    free(entropy);
    free(each);
    if (!ok)
        return err->code;
    ax_tally_print(b->s, b->file, &t);
    ax_tally_print(b->s, b->file, &e);
    return AX_OK;
}

static ax_code compare_number(bench *b, ax_tally *t, const char *name, double value, ax_err *err)
{
    const int64_t dim[1] = { 1 };
    float got = (float)value, *want = ax_golden_get(b->st, name, dim, 1, err);
    if (!want)
        return err->code;
    ax_tally_add(t, name, &got, want, 1, ax_tolerance(want, 1, tolerance_value));
    free(want);
    return AX_OK;
}

/* Compares kind "grad" or "adam" with a slot. */
static ax_code compare_tensors(bench *b, const char *kind, ax_controller_slot slot, double largest, ax_tally *t,
                               ax_err *err)
{
    for (size_t i = 0; i < ax_controller_tensors(b->c); i++) {
        char name[NAME], start_name[NAME];
        size_t n = ax_controller_tensor_at(b->c, i).count;
        float *want = golden(b, kind, i, name, err), *start = want ? golden(b, "param", i, start_name, err) : NULL;
        float *got = start ? malloc(n * sizeof *got) : NULL;
        if (start && !got)
            ax_fail(err, AX_ENOMEM, "%s: no memory", name);
        if (got) {
            ax_controller_get(b->c, i, slot, got);
            ax_tally_add(t, name, got, want, n,
                         slot == AX_CONTROLLER_GRAD
                             ? fmax(ax_tolerance(want, n, tolerance_grad), tolerance_grad_file * largest)
                             : ax_tolerance_step(want, start, n));
        }
        bool ok = got != NULL;
        free(want);
        free(start);
        free(got);
        if (!ok)
            return err->code;
    }
    return AX_OK;
}

static ax_code largest_grad(const bench *b, double *largest, ax_err *err)
{
    for (size_t i = 0; i < ax_controller_tensors(b->c); i++) {
        char name[NAME];
        float *want = golden(b, "grad", i, name, err);
        if (!want)
            return err->code;
        *largest = fmax(*largest, ax_largest(want, ax_controller_tensor_at(b->c, i).count));
        free(want);
    }
    return AX_OK;
}

static ax_code compare_step(bench *b, ax_err *err)
{
    ax_tally loss = { .group = "ppo loss, norm" }, grads = { .group = "gradients" }, adam = { .group = "adam step" };
    double largest = 0;
    double value = ax_controller_loss(b->c, b->rollout, b->n, b->clip, b->entropy_weight, NULL);
    ax_code code = compare_number(b, &loss, "ppo.loss", value, err);
    if (code == AX_OK)
        code = compare_number(b, &loss, "ppo.grad_norm", ax_controller_grad_norm(b->c), err);
    if (code == AX_OK)
        code = largest_grad(b, &largest, err);
    if (code == AX_OK)
        code = compare_tensors(b, "grad", AX_CONTROLLER_GRAD, largest, &grads, err);
    /* The step uses the file's own gradients, since the sign of a tiny gradient decides its direction. */
    if (code == AX_OK)
        code = fill(b, "grad", AX_CONTROLLER_GRAD, err);
    if (code != AX_OK)
        return code;
    ax_controller_adam(b->c, learning_rate, clip_norm);
    code = compare_tensors(b, "adam", AX_CONTROLLER_VALUE, 0, &adam, err);
    if (code == AX_OK) {
        ax_tally_print(b->s, b->file, &loss);
        ax_tally_print(b->s, b->file, &grads);
        ax_tally_print(b->s, b->file, &adam);
    }
    return code;
}

ax_code ax_selftest_controller(ax_selftest *s, const ax_safetensors *st, const char *file, ax_err *err)
{
    bench b = { .s = s, .st = st, .file = file };
    ax_code code = read_file(&b, err);
    if (code == AX_OK)
        code = compare_scores(&b, err);
    if (code == AX_OK)
        code = compare_step(&b, err);
    ax_controller_free(b.c);
    return code;
}
