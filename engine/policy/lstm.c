/* The controller's forward and backward pass through time. Single precision; a pass is a few million multiply-adds, and
   a PPO update is a hundred passes, so the three products below are written for the vectoriser. */
#include "engine/policy/controller_internal.h"

#include <math.h>
#include <string.h>

/* y[GATES] += sum over k of x[k] * w[k][GATES] */
FAST static void add_product(float *restrict y, const float *restrict w, const float *restrict x)
{
    for (int k = 0; k < UNITS; k++)
        for (int j = 0; j < GATES; j++)
            y[j] += x[k] * w[(size_t)k * GATES + (size_t)j];
}

/* dx[k] += <w[k], dy>, in eight partial sums so that the order of additions is fixed and the loop vectorises */
FAST static void add_product_back(float *restrict dx, const float *restrict w, const float *restrict dy)
{
    for (int k = 0; k < UNITS; k++) {
        float part[8] = { 0 };
        for (int j = 0; j < GATES; j += 8)
            for (int i = 0; i < 8; i++)
                part[i] += w[(size_t)k * GATES + (size_t)(j + i)] * dy[j + i];
        dx[k] += ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
    }
}

/* dw[k] += x[k] * dy, for one row k over all steps, so that the row stays in the nearest cache */
FAST static void add_outer_row(float *restrict dw, const float *restrict dy, float x)
{
    for (int j = 0; j < GATES; j++)
        dw[j] += x * dy[j];
}

static float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

/* ---- forward ---- */

static void layer_forward(const ax_controller *c, int l, layer_step *s)
{
    const float *bi = ax_tensor_mem(c, T_INPUT_BIAS + l, AX_CONTROLLER_VALUE);
    const float *bh = ax_tensor_mem(c, T_HIDDEN_BIAS + l, AX_CONTROLLER_VALUE);
    float *gate = s->gate;
    for (int j = 0; j < GATES; j++)
        gate[j] = bi[j] + bh[j];
    add_product(gate, ax_tensor_mem(c, T_INPUT_WEIGHT + l, AX_CONTROLLER_VALUE), s->x);
    add_product(gate, ax_tensor_mem(c, T_HIDDEN_WEIGHT + l, AX_CONTROLLER_VALUE), s->h_before);
    for (int u = 0; u < UNITS; u++) {
        float i = sigmoid(gate[u]), f = sigmoid(gate[UNITS + u]), g = tanhf(gate[2 * UNITS + u]),
              o = sigmoid(gate[3 * UNITS + u]);
        gate[u] = i;
        gate[UNITS + u] = f;
        gate[2 * UNITS + u] = g;
        gate[3 * UNITS + u] = o;
        s->c[u] = f * s->c_before[u] + i * g;
        s->tanh_c[u] = tanhf(s->c[u]);
        s->h[u] = o * s->tanh_c[u];
    }
}

/* Log-softmax of a decision's head. */
static void head_forward(ax_controller *c, int decision, const float *h)
{
    const ax_decision *d = &ax_decisions[decision];
    const float *w = ax_tensor_mem(c, T_HEAD_WEIGHT + d->head, AX_CONTROLLER_VALUE);
    const float *b = ax_tensor_mem(c, T_HEAD_BIAS + d->head, AX_CONTROLLER_VALUE);
    double logit[CHOICES], most = -INFINITY, sum = 0, entropy = 0;
    for (int k = 0; k < d->choices; k++) {
        logit[k] = b[k];
        for (int u = 0; u < UNITS; u++)
            logit[k] += (double)w[k * UNITS + u] * h[u];
        most = logit[k] > most ? logit[k] : most;
    }
    for (int k = 0; k < d->choices; k++)
        sum += exp(logit[k] - most);
    for (int k = 0; k < d->choices; k++) {
        double logp = logit[k] - most - log(sum);
        c->pass.logp[decision][k] = (float)logp;
        entropy -= exp(logp) * logp;
    }
    c->pass.entropy[decision] = (float)entropy;
}

void ax_lstm_forward(ax_controller *c, ax_decide decide, void *context, ax_genotype *g)
{
    pass *p = &c->pass;
    uint8_t *byte = (uint8_t *)g;
    p->warm_up = c->feedback == AX_FEEDBACK_NONE ? WARM_UP : 0;
    p->n_steps = AX_DECISIONS + p->warm_up;
    const float *x = ax_tensor_mem(c, T_START, AX_CONTROLLER_VALUE);
    for (int t = 0; t < p->n_steps; t++) {
        for (int l = 0; l < LAYERS; l++) {
            layer_step *s = &p->step[t][l];
            memcpy(s->x, l ? p->step[t][l - 1].h : x, sizeof s->x);
            if (t) {
                memcpy(s->h_before, p->step[t - 1][l].h, sizeof s->h_before);
                memcpy(s->c_before, p->step[t - 1][l].c, sizeof s->c_before);
            } else {
                memset(s->h_before, 0, sizeof s->h_before);
                memset(s->c_before, 0, sizeof s->c_before);
            }
            layer_forward(c, l, s);
        }
        const float *h = p->step[t][LAYERS - 1].h;
        x = h;
        int decision = t - p->warm_up;
        if (decision < 0)
            continue;
        head_forward(c, decision, h);
        const ax_decision *d = &ax_decisions[decision];
        byte[d->byte] = decide(context, decision, p->logp[decision]);
        if (c->feedback == AX_FEEDBACK_PREVIOUS)
            x = ax_tensor_mem(c, T_EMBED + d->embed, AX_CONTROLLER_VALUE) + (size_t)byte[d->byte] * UNITS;
    }
}

/* ---- backward ---- */

static void head_backward(ax_controller *c, int decision, uint8_t chosen, const float *h, double weight_logp,
                          double weight_entropy, float *dh)
{
    const ax_decision *d = &ax_decisions[decision];
    const float *w = ax_tensor_mem(c, T_HEAD_WEIGHT + d->head, AX_CONTROLLER_VALUE);
    float *dw = ax_tensor_mem(c, T_HEAD_WEIGHT + d->head, AX_CONTROLLER_GRAD);
    float *db = ax_tensor_mem(c, T_HEAD_BIAS + d->head, AX_CONTROLLER_GRAD);
    for (int k = 0; k < d->choices; k++) {
        double logp = c->pass.logp[decision][k], p = exp(logp);
        double dlogit = weight_logp * ((k == chosen) - p) - weight_entropy * p * (logp + c->pass.entropy[decision]);
        db[k] += (float)dlogit;
        for (int u = 0; u < UNITS; u++) {
            dw[k * UNITS + u] += (float)dlogit * h[u];
            dh[u] += (float)dlogit * w[k * UNITS + u];
        }
    }
}

/* dh, dc: gradients of this step's h and c; turned into those of the step before. dgate: before the activations. dx is
   overwritten. */
static void layer_backward(const ax_controller *c, int l, const layer_step *s, float *dh, float *dc, float *dgate,
                           float *dx)
{
    for (int u = 0; u < UNITS; u++) {
        float i = s->gate[u], f = s->gate[UNITS + u], g = s->gate[2 * UNITS + u], o = s->gate[3 * UNITS + u];
        float d = dc[u] + dh[u] * o * (1 - s->tanh_c[u] * s->tanh_c[u]);
        dgate[u] = d * g * i * (1 - i);
        dgate[UNITS + u] = d * s->c_before[u] * f * (1 - f);
        dgate[2 * UNITS + u] = d * i * (1 - g * g);
        dgate[3 * UNITS + u] = dh[u] * s->tanh_c[u] * o * (1 - o);
        dc[u] = d * f;
        dh[u] = dx[u] = 0;
    }
    add_product_back(dx, ax_tensor_mem(c, T_INPUT_WEIGHT + l, AX_CONTROLLER_VALUE), dgate);
    add_product_back(dh, ax_tensor_mem(c, T_HIDDEN_WEIGHT + l, AX_CONTROLLER_VALUE), dgate);
}

static void weight_gradients(ax_controller *c, int l, float (*dgate)[GATES])
{
    float *dwi = ax_tensor_mem(c, T_INPUT_WEIGHT + l, AX_CONTROLLER_GRAD);
    float *dwh = ax_tensor_mem(c, T_HIDDEN_WEIGHT + l, AX_CONTROLLER_GRAD);
    float *dbi = ax_tensor_mem(c, T_INPUT_BIAS + l, AX_CONTROLLER_GRAD);
    float *dbh = ax_tensor_mem(c, T_HIDDEN_BIAS + l, AX_CONTROLLER_GRAD);
    const pass *p = &c->pass;
    for (int k = 0; k < UNITS; k++)
        for (int t = 0; t < p->n_steps; t++) {
            add_outer_row(dwi + (size_t)k * GATES, dgate[t], p->step[t][l].x[k]);
            add_outer_row(dwh + (size_t)k * GATES, dgate[t], p->step[t][l].h_before[k]);
        }
    for (int t = 0; t < p->n_steps; t++) {
        add_outer_row(dbi, dgate[t], 1);
        add_outer_row(dbh, dgate[t], 1);
    }
}

static void add_to(float *sum, const float *x)
{
    for (int u = 0; u < UNITS; u++)
        sum[u] += x[u];
}

void ax_lstm_backward(ax_controller *c, const ax_genotype *g, double weight_logp, double weight_entropy)
{
    if (weight_logp == 0 && weight_entropy == 0)
        return;
    const pass *p = &c->pass;
    const uint8_t *byte = (const uint8_t *)g;
    float dgate[LAYERS][STEPS][GATES], dh[LAYERS][UNITS] = { { 0 } }, dc[LAYERS][UNITS] = { { 0 } };
    float dx[UNITS] = { 0 };
    for (int t = p->n_steps - 1; t >= 0; t--) {
        int decision = t - p->warm_up;
        if (decision >= 0)
            head_backward(c, decision, byte[ax_decisions[decision].byte], p->step[t][1].h, weight_logp, weight_entropy,
                          dh[1]);
        layer_backward(c, 1, &p->step[t][1], dh[1], dc[1], dgate[1][t], dx);
        add_to(dh[0], dx);
        layer_backward(c, 0, &p->step[t][0], dh[0], dc[0], dgate[0][t], dx);
        /* where this step's input came from */
        if (t == 0) {
            add_to(ax_tensor_mem(c, T_START, AX_CONTROLLER_GRAD), dx);
        } else if (c->feedback == AX_FEEDBACK_NONE) {
            add_to(dh[1], dx);
        } else {
            const ax_decision *d = &ax_decisions[decision - 1];
            add_to(ax_tensor_mem(c, T_EMBED + d->embed, AX_CONTROLLER_GRAD) + (size_t)byte[d->byte] * UNITS, dx);
        }
    }
    for (int l = 0; l < LAYERS; l++)
        weight_gradients(c, l, dgate[l]);
}
