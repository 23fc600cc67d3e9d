/* What controller.c (tensors, Adam) and lstm.c (forward, backward) share. */
#ifndef AX_POLICY_CONTROLLER_INTERNAL_H
#define AX_POLICY_CONTROLLER_INTERNAL_H

#include "engine/policy/controller.h"
#include "engine/policy/decision.h"

/* Loops that the compiler may vectorise for newer processors; no order of additions depends on it. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
/* No resolver functions under sanitizers: they would run before the sanitizer does. */
#define FAST __attribute__((target_clones("arch=x86-64-v3", "default"), optimize("O3")))
#else
#define FAST
#endif

enum {
    UNITS = 100,
    GATES = 4 * UNITS, /* input, forget, cell, output */
    LAYERS = 2,
    WARM_UP = 4,
    STEPS = AX_DECISIONS + WARM_UP,
    CHOICES = 11 /* most a decision has */
};

/* Tensors in the order of the flat block. Gate weights lie transposed, {in, gates}: a product with a vector is then a
   sum of rows, which vectorises without reordering a sum. */
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

/* One step of one layer, as backward needs it. */
typedef struct layer_step {
    float x[UNITS], h_before[UNITS], c_before[UNITS];
    float gate[GATES]; /* after their activations */
    float tanh_c[UNITS], c[UNITS], h[UNITS];
} layer_step;

typedef struct pass {
    layer_step step[STEPS][LAYERS];
    int32_t n_steps, warm_up;
    float logp[AX_DECISIONS][CHOICES]; /* log-softmax of every decision */
    float entropy[AX_DECISIONS];
} pass;

struct ax_controller {
    ax_feedback feedback;
    tensor tensor[TENSORS];
    size_t count;    /* floats of all tensors */
    float *block[4]; /* per ax_controller_slot */
    uint64_t adam_steps;
    pass pass;
};

static inline float *ax_tensor_mem(const ax_controller *c, int t, ax_controller_slot slot)
{
    return c->block[slot] + c->tensor[t].offset;
}

/* Runs all steps; decide picks a decision's value from its log-probabilities (an index below the number of choices). */
typedef uint8_t (*ax_decide)(void *context, int decision, const float *logp);
void ax_lstm_forward(ax_controller *c, ax_decide decide, void *context, ax_genotype *g);
/* Adds the gradients of weight_logp * logp(g) + weight_entropy * entropy, for the pass just run with g. */
void ax_lstm_backward(ax_controller *c, const ax_genotype *g, double weight_logp, double weight_entropy);

#endif
