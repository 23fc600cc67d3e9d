#include "engine/policy/controller.h"

#include "engine/base/cacheline.h"
#include "engine/policy/controller_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAD = AX_LINE / sizeof(float) }; /* floats of a cache line */

/* ---- tensors ---- */

static void add(ax_controller *c, int index, const char *name, int number, const char *end, int32_t rows, int32_t cols,
                bool transposed)
{
    tensor *t = &c->tensor[index];
    if (number < 0)
        snprintf(t->name, sizeof t->name, "controller.%s%s", name, end);
    else
        snprintf(t->name, sizeof t->name, "controller.%s.%d%s", name, number, end);
    t->rows = rows;
    t->cols = cols;
    t->count = (size_t)rows * (size_t)(cols ? cols : 1);
    t->offset = c->count;
    t->transposed = transposed;
    c->count += (t->count + PAD - 1) / PAD * PAD;
}

/* A head's weight and bias are adjacent in memory, though not in the list of tensors. */
static void add_head(ax_controller *c, int head)
{
    const ax_decision_group *h = &c->space->head[head];
    char name[32];
    snprintf(name, sizeof name, "head.%s", h->name);
    add(c, c->first[T_HEAD_WEIGHT] + head, name, -1, ".weight", h->choices, UNITS, false);
    add(c, c->first[T_HEAD_BIAS] + head, name, -1, ".bias", h->choices, 0, false);
}

static void lay_out(ax_controller *c)
{
    const ax_space *s = c->space;
    const int count[T_KINDS] = { 1, s->n_tables, LAYERS, LAYERS, LAYERS, LAYERS, s->n_heads, s->n_heads };
    for (int k = 0; k < T_KINDS; k++)
        c->first[k + 1] = c->first[k] + count[k];
    add(c, T_START, "start", -1, "", UNITS, 0, false);
    for (int t = 0; t < s->n_tables; t++) {
        char name[32];
        snprintf(name, sizeof name, "embed.%s", s->table[t].name);
        add(c, c->first[T_EMBED] + t, name, -1, "", s->table[t].choices, UNITS, false);
    }
    for (int l = 0; l < LAYERS; l++) {
        add(c, c->first[T_INPUT_WEIGHT] + l, "lstm.input_weight", l, "", GATES, UNITS, true);
        add(c, c->first[T_HIDDEN_WEIGHT] + l, "lstm.hidden_weight", l, "", GATES, UNITS, true);
        add(c, c->first[T_INPUT_BIAS] + l, "lstm.input_bias", l, "", GATES, 0, false);
        add(c, c->first[T_HIDDEN_BIAS] + l, "lstm.hidden_bias", l, "", GATES, 0, false);
    }
    for (int h = 0; h < s->n_heads; h++)
        add_head(c, h);
}

ax_controller *ax_controller_new(const ax_space *space, ax_feedback feedback, ax_rng *rng, ax_err *err)
{
    ax_controller *c = ax_new(sizeof *c, "a controller", err);
    if (!c)
        return NULL;
    c->space = space;
    c->feedback = feedback;
    lay_out(c);
    for (int s = 0; s < 4; s++) {
        c->block[s] = ax_lines_zero(c->count * sizeof(float)); /* tensors are padded to whole cache lines */
        if (!c->block[s]) {
            ax_controller_free(c);
            ax_fail(err, AX_ENOMEM, "no memory for a controller");
            return NULL;
        }
    }
    for (int t = 0; t < c->first[T_KINDS]; t++)
        for (size_t i = 0; i < c->tensor[t].count; i++)
            ax_tensor_mem(c, t, AX_CONTROLLER_VALUE)[i] = (float)(0.2 * ax_rng_uniform(rng) - 0.1);
    return c;
}

void ax_controller_free(ax_controller *c)
{
    if (!c)
        return;
    for (int s = 0; s < 4; s++)
        free(c->block[s]);
    free(c);
}

size_t ax_controller_tensors(const ax_controller *c)
{
    return (size_t)c->first[T_KINDS];
}

ax_controller_tensor ax_controller_tensor_at(const ax_controller *c, size_t i)
{
    const tensor *t = &c->tensor[i];
    return (ax_controller_tensor) { t->name, t->rows, t->cols, t->count };
}

void ax_controller_get(const ax_controller *c, size_t i, ax_controller_slot slot, float *out)
{
    const tensor *t = &c->tensor[i];
    const float *mem = ax_tensor_mem(c, (int)i, slot);
    const size_t rows = (size_t)t->rows, cols = (size_t)t->cols;
    if (slot == AX_CONTROLLER_GRAD && c->no_grad)
        memset(out, 0, t->count * sizeof *out);
    else if (!t->transposed)
        memcpy(out, mem, t->count * sizeof *out);
    else /* row-major outside, column-major in memory */
        for (size_t row = 0; row < rows; row++)
            for (size_t col = 0; col < cols; col++)
                out[row * cols + col] = mem[col * rows + row];
}

void ax_controller_set(ax_controller *c, size_t i, ax_controller_slot slot, const float *in)
{
    const tensor *t = &c->tensor[i];
    float *mem = ax_tensor_mem(c, (int)i, slot);
    const size_t rows = (size_t)t->rows, cols = (size_t)t->cols;
    if (slot == AX_CONTROLLER_GRAD && c->no_grad) {
        memset(c->block[slot], 0, c->count * sizeof(float));
        c->no_grad = false;
    }
    if (!t->transposed)
        memcpy(mem, in, t->count * sizeof *in);
    else
        for (size_t row = 0; row < rows; row++)
            for (size_t col = 0; col < cols; col++)
                mem[col * rows + row] = in[row * cols + col];
}

uint64_t ax_controller_steps(const ax_controller *c)
{
    return c->adam_steps;
}

void ax_controller_set_steps(ax_controller *c, uint64_t steps)
{
    c->adam_steps = steps;
}

/* ---- sampling and log-probabilities ---- */

static void take_scores(const ax_controller *c, const ax_genotype *g, ax_proposal *out)
{
    *out = ax_proposal_of(g);
    out->logp = out->entropy = 0;
    for (int d = 0; d < c->space->n_decisions; d++) {
        out->logp_each[d] = c->pass.logp[d][g->value[ax_decision_place(c, d)]];
        out->logp += (double)out->logp_each[d];
        out->entropy_each[d] = c->pass.entropy[d];
        out->entropy += c->pass.entropy[d];
    }
}

static uint8_t draw(void *context, uint8_t n, const float *logp)
{
    double u = ax_rng_uniform(context), sum = 0;
    for (uint8_t i = 0; i + 1 < n; i++) {
        sum += exp(logp[i]);
        if (u < sum)
            return i;
    }
    return (uint8_t)(n - 1);
}

void ax_controller_sample(ax_controller *c, ax_rng *rng, ax_proposal *out)
{
    ax_genotype g = ax_space_first(c->space);
    ax_lstm_sample(c, draw, rng, &g);
    take_scores(c, &g, out);
}

void ax_controller_score(ax_controller *c, const ax_genotype *g, ax_proposal *out)
{
    ax_lstm_score(c, g);
    take_scores(c, g, out);
}

void ax_controller_probabilities(ax_controller *c, float *p)
{
    enum { SAMPLES = 24, SEED = 1, STREAM = 77 };
    ax_rng rng = ax_rng_new(SEED, STREAM);
    for (int k = 0; k < SAMPLES; k++) {
        ax_genotype g = ax_space_first(c->space);
        ax_lstm_sample(c, draw, &rng, &g);
        for (int d = 0; d < c->space->n_decisions; d++) {
            unsigned place = ax_decision_place(c, d), at = ax_space_choices(c->space, place);
            for (int i = 0; i < c->space->decision[place].choices; i++)
                p[at + (unsigned)i] += expf(c->pass.logp[d][i]) / SAMPLES;
        }
    }
}

/* ---- learning ---- */

double ax_controller_loss(ax_controller *c, const ax_rollout *rollouts, size_t n, double clip, double entropy_weight,
                          double *clip_fraction)
{
    double loss = 0, clipped = 0, share = 1.0 / (double)n;
    c->no_grad = true;
    for (size_t i = 0; i < n; i++) {
        const ax_rollout *r = &rollouts[i];
        ax_proposal p;
        ax_controller_score(c, &r->genotype, &p);
        double ratio = exp(p.logp - r->old_logp);
        double bounded = ratio < 1 - clip ? 1 - clip : ratio > 1 + clip ? 1 + clip : ratio;
        bool stopped = bounded * r->advantage < ratio * r->advantage;
        clipped += stopped;
        loss -= share * ((stopped ? bounded : ratio) * r->advantage + entropy_weight * p.entropy);
        double weight = stopped ? 0 : -share * ratio * r->advantage;
        if (weight == 0 && entropy_weight == 0)
            continue;
        ax_lstm_backward(c, &r->genotype, weight, -share * entropy_weight, !c->no_grad);
        c->no_grad = false;
    }
    if (clip_fraction)
        *clip_fraction = clipped * share;
    return loss;
}

double ax_controller_grad_norm(const ax_controller *c)
{
    /* tensors are padded with zeros to 16 */
    return c->no_grad ? 0 : sqrt(ax_kernel_sum_squares(c->block[AX_CONTROLLER_GRAD], c->count));
}

void ax_controller_adam(ax_controller *c, double lr, double clip_norm)
{
    double norm = ax_controller_grad_norm(c), scale = clip_norm / (norm + 1e-6);
    if (!isfinite(norm))
        return;
    c->adam_steps++;
    float correct1 = (float)(1 / (1 - pow(0.9, (double)c->adam_steps)));
    float correct2 = (float)(1 / sqrt(1 - pow(0.999, (double)c->adam_steps)));
    ax_kernel_adam(c->block[AX_CONTROLLER_VALUE], c->block[AX_CONTROLLER_M], c->block[AX_CONTROLLER_V],
                   c->no_grad ? NULL : c->block[AX_CONTROLLER_GRAD], c->count, scale < 1 ? (float)scale : 1.0f,
                   (float)lr, correct1, correct2);
}
