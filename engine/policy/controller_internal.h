/* Internals shared by controller.c (tensors, Adam) and lstm.c (forward, backward). */
#ifndef AX_POLICY_CONTROLLER_INTERNAL_H
#define AX_POLICY_CONTROLLER_INTERNAL_H

#include "engine/policy/controller.h"
#include "engine/policy/arith.h"

enum { UNITS = AX_UNITS, GATES = AX_GATES, LAYERS = 2, STEPS = AX_MAX_DECISIONS + AX_MAX_WARM_UP };

/* Kinds of tensors in order; gate weights are stored transposed, {in, gates}. */
typedef enum tensor_kind {
    T_START,
    T_EMBED,        /* one per table of the space */
    T_INPUT_WEIGHT, /* one per layer, like the next three */
    T_HIDDEN_WEIGHT,
    T_INPUT_BIAS,
    T_HIDDEN_BIAS,
    T_HEAD_WEIGHT, /* one per head of the space */
    T_HEAD_BIAS,
    T_KINDS
} tensor_kind;
enum { MOST_TENSORS = 1 + AX_MAX_TABLES + 4 * LAYERS + 2 * AX_MAX_HEADS };

typedef struct tensor {
    char name[64];
    int32_t rows, cols;
    size_t offset, count;
    bool transposed; /* stored as the transpose of its public form */
} tensor;

/* The steps of one layer, kept for backward. Row 0 of c and h is the state before the first step: zeros. */
typedef struct layer_pass {
    float gate[STEPS][GATES]; /* after activation */
    float c[STEPS + 1][UNITS], h[STEPS + 1][UNITS], tanh_c[STEPS][UNITS];
    float dgate[STEPS][GATES], dx[STEPS][UNITS], dh[UNITS], dc[UNITS];
} layer_pass;

typedef struct pass {
    float x[STEPS][UNITS]; /* the first layer's input; the second layer's is the first's h */
    layer_pass layer[LAYERS];
    int32_t n_steps, warm_up;
    float logp[AX_MAX_DECISIONS][AX_MAX_CHOICES]; /* log-softmax of every decision, in genotype order */
    float entropy[AX_MAX_DECISIONS];
} pass;

struct ax_controller {
    const ax_space *space;
    ax_feedback feedback;
    tensor tensor[MOST_TENSORS];
    int first[T_KINDS + 1]; /* index of the first tensor of each kind; at the end, their total number */
    size_t count;           /* floats of all tensors */
    float *block[4];        /* by ax_controller_slot */
    bool no_grad;           /* all gradients count as zero, whatever their block holds */
    uint64_t adam_steps;
    pass pass;
};

static inline float *ax_tensor_mem(const ax_controller *c, int t, ax_controller_slot slot)
{
    return c->block[slot] + c->tensor[t].offset;
}

/* The index in the genotype of the i-th decision to be made. */
static inline uint8_t ax_decision_place(const ax_controller *c, int i)
{
    return c->space->order[i];
}
static inline const ax_decision *ax_decision_made(const ax_controller *c, int i)
{
    return &c->space->decision[ax_decision_place(c, i)];
}

/* Runs all steps; `decide` chooses a decision's value, below n, from n log-probabilities. */
typedef uint8_t (*ax_decide)(void *context, uint8_t n, const float *logp);
void ax_lstm_sample(ax_controller *c, ax_decide decide, void *context, ax_genotype *g);
/* Runs all steps for given decisions: the same bits, faster. */
void ax_lstm_score(ax_controller *c, const ax_genotype *g);
/* Gradients of weight_logp * logp(g) + weight_entropy * entropy for the pass just run with g; accumulated if `add`. */
void ax_lstm_backward(ax_controller *c, const ax_genotype *g, double weight_logp, double weight_entropy, bool add);

#endif
