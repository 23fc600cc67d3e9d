/* What controller.c (tensors, Adam) and lstm.c (forward, backward) share. */
#ifndef AX_POLICY_CONTROLLER_INTERNAL_H
#define AX_POLICY_CONTROLLER_INTERNAL_H

#include "engine/policy/controller.h"
#include "engine/policy/decision.h"
#include "engine/policy/arith.h"

enum {
    UNITS = AX_UNITS,
    GATES = AX_GATES,
    LAYERS = 2,
    WARM_UP = 4,
    STEPS = AX_DECISIONS + WARM_UP,
    CHOICES = 11 /* most a decision has */
};

/* Tensors in the order of the flat block; gate weights lie transposed, {in, gates}. */
enum {
    T_START,
    T_EMBED,                      /* input, op, position */
    T_INPUT_WEIGHT = T_EMBED + 3, /* per layer */
    T_HIDDEN_WEIGHT = T_INPUT_WEIGHT + LAYERS,
    T_INPUT_BIAS = T_HIDDEN_WEIGHT + LAYERS,
    T_HIDDEN_BIAS = T_INPUT_BIAS + LAYERS,
    T_HEAD_WEIGHT = T_HIDDEN_BIAS + LAYERS,
    T_HEAD_BIAS = T_HEAD_WEIGHT + AX_HEADS,
    TENSORS = T_HEAD_BIAS + AX_HEADS
};

typedef struct tensor {
    char name[48];
    int32_t rows, cols;
    size_t offset, count;
    bool transposed; /* in memory, against the outside view */
} tensor;

/* All steps of one layer, as backward needs them. Row 0 of c and h is the state before the first step: zeros. */
typedef struct layer_pass {
    float gate[STEPS][GATES]; /* after their activations */
    float c[STEPS + 1][UNITS], h[STEPS + 1][UNITS], tanh_c[STEPS][UNITS];
    float dgate[STEPS][GATES], dx[STEPS][UNITS], dh[UNITS], dc[UNITS];
} layer_pass;

typedef struct pass {
    float x[STEPS][UNITS]; /* the first layer's input; the second's is the first's h */
    layer_pass layer[LAYERS];
    int32_t n_steps, warm_up;
    float logp[AX_DECISIONS][CHOICES]; /* log-softmax of every decision */
    float entropy[AX_DECISIONS];
} pass;

struct ax_controller {
    ax_feedback feedback;
    tensor tensor[TENSORS];
    size_t count;    /* floats of all tensors */
    float *block[4]; /* per ax_controller_slot */
    bool no_grad;    /* all gradients are zero, whatever lies in their block */
    uint64_t adam_steps;
    pass pass;
};

static inline float *ax_tensor_mem(const ax_controller *c, int t, ax_controller_slot slot)
{
    return c->block[slot] + c->tensor[t].offset;
}

/* Runs all steps; decide picks a decision's value from its log-probabilities (an index below the number of choices). */
typedef uint8_t (*ax_decide)(void *context, int decision, const float *logp);
void ax_lstm_sample(ax_controller *c, ax_decide decide, void *context, ax_genotype *g);
/* The same bits for decisions that are known, faster. */
void ax_lstm_score(ax_controller *c, const ax_genotype *g);
/* The gradients of weight_logp * logp(g) + weight_entropy * entropy, for the pass just run with g; added to those that
   are there if `add`. */
void ax_lstm_backward(ax_controller *c, const ax_genotype *g, double weight_logp, double weight_entropy, bool add);

#endif
