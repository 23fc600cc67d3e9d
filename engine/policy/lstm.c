/* The controller's forward pass and backward pass through time. Steps are processed in blocks: products that don't
   depend on the previous step (a layer's input, its gradient) are computed for all steps of a block at once. A block is
   one step when each input depends on the step before, and the whole pass when all decisions are given; the bits are
   the same. */
#include "engine/policy/controller_internal.h"

#include <math.h>
#include <string.h>

static float *value(const ax_controller *c, tensor_kind kind, int i)
{
    return ax_tensor_mem(c, c->first[kind] + i, AX_CONTROLLER_VALUE);
}

static float *grad(const ax_controller *c, tensor_kind kind, int i)
{
    return ax_tensor_mem(c, c->first[kind] + i, AX_CONTROLLER_GRAD);
}

/* ---- forward ---- */

/* Runs steps from..to of a layer, given its input x {to - from, UNITS}. */
static void layer_forward(ax_controller *c, int l, const float *x, int from, int to)
{
    layer_pass *p = &c->pass.layer[l];
    size_t n = (size_t)(to - from);
    ax_kernel_spread(p->gate[from], value(c, T_INPUT_BIAS, l), value(c, T_HIDDEN_BIAS, l), n);
    ax_kernel_product(p->gate[from], value(c, T_INPUT_WEIGHT, l), x, n);
    for (int t = from; t < to; t++) {
        ax_kernel_product(p->gate[t], value(c, T_HIDDEN_WEIGHT, l), p->h[t], 1);
        ax_kernel_cell(p->gate[t], p->c[t], p->c[t + 1], p->tanh_c[t], p->h[t + 1]);
    }
}

/* Log-softmax of a decision's head. */
static void head_forward(ax_controller *c, int decision, const float *h)
{
    const ax_decision *d = ax_decision_made(c, decision);
    const int choices = d->choices;
    const float *w = value(c, T_HEAD_WEIGHT, d->head), *b = value(c, T_HEAD_BIAS, d->head);
    double logit[AX_MAX_CHOICES], most = -INFINITY, sum = 0, entropy = 0;
    for (int k = 0; k < choices; k++) {
        logit[k] = b[k] + ax_kernel_dot(w + (size_t)k * UNITS, h);
        most = logit[k] > most ? logit[k] : most;
    }
    for (int k = 0; k < choices; k++)
        sum += exp(logit[k] - most);
    sum = log(sum);
    for (int k = 0; k < choices; k++) {
        double logp = logit[k] - most - sum;
        c->pass.logp[decision][k] = (float)logp;
        entropy -= exp(logp) * logp;
    }
    c->pass.entropy[decision] = (float)entropy;
}

static void start(ax_controller *c)
{
    pass *p = &c->pass;
    p->warm_up = c->feedback == AX_FEEDBACK_NONE ? c->space->warm_up : 0;
    p->n_steps = c->space->n_decisions + p->warm_up;
    memcpy(p->x[0], value(c, T_START, 0), sizeof p->x[0]);
}

static void steps(ax_controller *c, int from, int to)
{
    pass *p = &c->pass;
    layer_forward(c, 0, p->x[from], from, to);
    layer_forward(c, 1, p->layer[0].h[from + 1], from, to);
    for (int t = from; t < to; t++)
        if (t >= p->warm_up)
            head_forward(c, t - p->warm_up, p->layer[1].h[t + 1]);
}

/* The input of a later step: the embedding of the decision just made, or the output itself. */
static const float *feedback(const ax_controller *c, const ax_genotype *g, int t)
{
    if (c->feedback == AX_FEEDBACK_NONE)
        return c->pass.layer[1].h[t + 1];
    return value(c, T_EMBED, ax_decision_made(c, t)->table) + (size_t)g->value[ax_decision_place(c, t)] * UNITS;
}

void ax_lstm_sample(ax_controller *c, ax_decide decide, void *context, ax_genotype *g)
{
    pass *p = &c->pass;
    start(c);
    for (int t = 0; t < p->n_steps; t++) {
        steps(c, t, t + 1);
        int decision = t - p->warm_up;
        if (decision >= 0)
            g->value[ax_decision_place(c, decision)] =
                decide(context, ax_decision_made(c, decision)->choices, p->logp[decision]);
        if (t + 1 < p->n_steps)
            memcpy(p->x[t + 1], feedback(c, g, t), sizeof p->x[0]);
    }
}

void ax_lstm_score(ax_controller *c, const ax_genotype *g)
{
    pass *p = &c->pass;
    start(c);
    if (c->feedback == AX_FEEDBACK_NONE) {
        for (int t = 0; t < p->n_steps; t++) {
            steps(c, t, t + 1);
            if (t + 1 < p->n_steps)
                memcpy(p->x[t + 1], feedback(c, g, t), sizeof p->x[0]);
        }
        return;
    }
    for (int t = 0; t + 1 < p->n_steps; t++)
        memcpy(p->x[t + 1], feedback(c, g, t), sizeof p->x[0]);
    steps(c, 0, p->n_steps);
}

/* ---- backward ---- */

static void head_backward(ax_controller *c, int decision, uint8_t chosen, const float *h, double weight_logp,
                          double weight_entropy, float *dh)
{
    const ax_decision *d = ax_decision_made(c, decision);
    const int choices = d->choices;
    const float *w = value(c, T_HEAD_WEIGHT, d->head);
    float *dw = grad(c, T_HEAD_WEIGHT, d->head), *db = grad(c, T_HEAD_BIAS, d->head);
    for (int k = 0; k < choices; k++) {
        double logp = c->pass.logp[decision][k], p = exp(logp);
        double dlogit = weight_logp * ((k == chosen) - p) - weight_entropy * p * (logp + c->pass.entropy[decision]);
        db[k] += (float)dlogit;
        ax_kernel_axpy(dw + (size_t)k * UNITS, (float)dlogit, h);
        ax_kernel_axpy(dh, (float)dlogit, w + (size_t)k * UNITS);
    }
}

/* Step t of a layer: from the gradients of its h and c, in p->dh and p->dc, to those of the previous step. */
static void step_back(const ax_controller *c, int l, layer_pass *p, int t)
{
    ax_kernel_cell_back(p->gate[t], p->c[t], p->tanh_c[t], p->dh, p->dc, p->dgate[t]);
    ax_kernel_product_back(p->dh, value(c, T_HIDDEN_WEIGHT, l), p->dgate[t], 1);
}

/* Gradients of the inputs of steps from..to: p->dx. */
static void input_back(const ax_controller *c, int l, layer_pass *p, int from, int to)
{
    ax_kernel_product_back(p->dx[from], value(c, T_INPUT_WEIGHT, l), p->dgate[from], (size_t)(to - from));
}

static void steps_back(ax_controller *c, const ax_genotype *g, int from, int to, double weight_logp,
                       double weight_entropy)
{
    pass *p = &c->pass;
    layer_pass *low = &p->layer[0], *high = &p->layer[1];
    for (int t = to - 1; t >= from; t--) {
        int decision = t - p->warm_up;
        if (decision >= 0)
            head_backward(c, decision, g->value[ax_decision_place(c, decision)], high->h[t + 1], weight_logp,
                          weight_entropy, high->dh);
        step_back(c, 1, high, t);
    }
    input_back(c, 1, high, from, to);
    for (int t = to - 1; t >= from; t--) {
        ax_kernel_axpy(low->dh, 1, high->dx[t]);
        step_back(c, 0, low, t);
    }
    input_back(c, 0, low, from, to);
}

static void weight_gradients(ax_controller *c, int l, const float *x, bool add)
{
    const layer_pass *p = &c->pass.layer[l];
    size_t n = (size_t)c->pass.n_steps;
    ax_kernel_outer(grad(c, T_INPUT_WEIGHT, l), x, p->dgate[0], n, add);
    ax_kernel_outer(grad(c, T_HIDDEN_WEIGHT, l), p->h[0], p->dgate[0], n, add);
    ax_kernel_column_sum(grad(c, T_INPUT_BIAS, l), p->dgate[0], n, add);
    ax_kernel_column_sum(grad(c, T_HIDDEN_BIAS, l), p->dgate[0], n, add);
}

/* Clears the gradients of tensors outside the layers, which are only ever accumulated. */
static void clear(ax_controller *c)
{
    float *all = c->block[AX_CONTROLLER_GRAD];
    size_t from = c->tensor[c->first[T_INPUT_WEIGHT]].offset, to = c->tensor[c->first[T_HEAD_WEIGHT]].offset;
    memset(all, 0, from * sizeof *all);
    memset(all + to, 0, (c->count - to) * sizeof *all);
}

void ax_lstm_backward(ax_controller *c, const ax_genotype *g, double weight_logp, double weight_entropy, bool add)
{
    pass *p = &c->pass;
    if (!add)
        clear(c);
    for (int l = 0; l < LAYERS; l++) {
        memset(p->layer[l].dh, 0, sizeof p->layer[l].dh);
        memset(p->layer[l].dc, 0, sizeof p->layer[l].dc);
    }
    if (c->feedback == AX_FEEDBACK_NONE) {
        for (int t = p->n_steps - 1; t >= 0; t--) {
            steps_back(c, g, t, t + 1, weight_logp, weight_entropy);
            if (t)
                ax_kernel_axpy(p->layer[1].dh, 1, p->layer[0].dx[t]);
        }
    } else {
        steps_back(c, g, 0, p->n_steps, weight_logp, weight_entropy);
        for (int t = p->n_steps - 1; t > 0; t--) {
            float *table = grad(c, T_EMBED, ax_decision_made(c, t - 1)->table);
            ax_kernel_axpy(table + (size_t)g->value[ax_decision_place(c, t - 1)] * UNITS, 1, p->layer[0].dx[t]);
        }
    }
    ax_kernel_axpy(grad(c, T_START, 0), 1, p->layer[0].dx[0]);
    weight_gradients(c, 0, p->x[0], add);
    weight_gradients(c, 1, p->layer[0].h[1], add);
}
