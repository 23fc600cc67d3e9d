/* What a compute backend is: memory, and for every operation a forward and a backward kernel. */
#ifndef AX_OP_BACKEND_H
#define AX_OP_BACKEND_H

#include "engine/op/judging.h"
#include "engine/op/op.h"
#include "engine/op/update.h"

/* A borrowed tensor: the memory belongs to the plan, the parameters or the test. mem NULL = absent / not wanted. */
typedef struct ax_operand {
    void *mem; /* in the backend's memory, 64-byte aligned */
    ax_type type;
} ax_operand;

typedef struct ax_device ax_device; /* opaque; each backend has its own */

/* What a run's settings say of a device. */
typedef struct ax_device_options {
    bool winograd;    /* dense 3x3 convolutions may go by Winograd's minimal filtering, which rounds more */
    bool tf32;        /* convolutions may round their factors to 10 bits of mantissa */
    bool bf16;        /* maps are kept in bfloat16, of 7 bits of mantissa */
    size_t workspace; /* most memory that an algorithm of a convolution may work in, bytes */
    bool tune; /* algorithms of convolutions may be measured; which is the fastest can differ from time to time */
    const char *folder; /* where what was measured is kept, so that it is the same the next time; NULL = nowhere */
} ax_device_options;

/* One use of an operation.
   forward:  in = the operation's inputs, out = its outputs (an output with mem NULL is not wanted).
   backward: in = gradients of all outputs (mem NULL = none arrives), then all inputs, then all outputs; what the
             op's table says backward doesn't read has mem NULL. out = gradient per input, mem NULL = not wanted. */
typedef struct ax_call {
    ax_op op;
    bool backward;
    ax_attr attr;
    ax_operand in[AX_MAX_OUT + AX_MAX_IN + AX_MAX_OUT], out[AX_MAX_IN];
    uint32_t n_in, n_out;
    uint32_t params, grads; /* in[i] is a parameter, the same in all of a run; out[i] the gradient of one, which nothing
                               reads before the run's end: bit i */
    void *prep;             /* the kernel's own, made by prepare, undone by discard */
    void *work;  /* scratch of the size that prepare asked for; shared by all nodes of a plan, undefined between */
    size_t held; /* bytes that the kernel keeps of its own; set by prepare */
} ax_call;

/* What computes a prepared call, of several kernels that could, for people to read. */
typedef struct ax_explanation {
    char by[40];   /* "winograd"; "direct, im2col": its outputs are computed by different ones */
    char why[120]; /* what each would cost */
} ax_explanation;

typedef struct ax_kernel {
    /* Optional; once per plan, before memory is bound: only types are valid, and mem tells by NULL / not NULL what is
       wanted (never read through it). Says in *work how much scratch it needs. */
    ax_code (*prepare)(ax_device *dev, ax_call *call, size_t *work, ax_err *err);
    ax_code (*run)(ax_device *dev, const ax_call *call, ax_err *err); /* overwrites out */
    void (*discard)(ax_device *dev, ax_call *call);                   /* optional */
    /* Optional: of a prepared call. */
    void (*explain)(ax_device *dev, const ax_call *call, ax_explanation *out);
} ax_kernel;

/* Parameter updates, over n contiguous floats each. */
typedef struct ax_update {
    float *value, *m, *v; /* v only for Adam */
    const float *grad;
    size_t n;
    const ax_update_now *now; /* in the backend's memory */
    float weight_decay;       /* is added to the gradient */
    float momentum;           /* SGD: m = momentum * m + g; value -= lr * m (PyTorch, no dampening) */
    float beta1, beta2, eps;  /* Adam */
} ax_update;

/* Optional: recording a sequence of runs to launch it as one. Between begin and end kernels only note what they would
   do; nothing may be waited for, allocated or copied from or to the host. */
typedef struct ax_recorder {
    ax_code (*begin)(ax_device *dev, ax_err *err);
    void *(*end)(ax_device *dev, ax_err *err); /* always after begin; the recording, or NULL with the reason */
    ax_code (*launch)(ax_device *dev, void *recorded, ax_err *err);
    void (*drop)(ax_device *dev, void *recorded);
} ax_recorder;

/* Optional: several devices that compute on one network, each on its part of a batch. n floats at a time; mem and
   weight have one for each device. Nothing is waited for, unless it says so. */
typedef struct ax_exchange {
    /* The first device leads. NULL: they can't talk to each other, with the reason. The devices are borrowed. */
    void *(*join)(ax_device *const *dev, size_t n, ax_err *err);
    ax_code (*spread)(void *joined, float *const *mem, size_t n, ax_err *err); /* copies the leader's to the others */
    /* The leader's becomes the sum of weight[i] * mem[i], added in the order of the devices, so that it is the same
       bits each time; the others' stay. Waits until they have been sent. */
    ax_code (*gather)(void *joined, float *const *mem, const float *weight, size_t n, ax_err *err);
    void (*leave)(void *joined); /* before the devices are closed; NULL is fine */
} ax_exchange;

/* Places of a batch, from items that lie in rows: for each part, place i becomes item index[i]. All of it is the
   backend's memory. */
enum { AX_GATHER_PARTS = 12, AX_LOG_FIGURES = 3 };
typedef struct ax_gather {
    const uint32_t *index; /* n */
    size_t n, parts;
    struct {
        const void *from; /* items of `bytes` */
        void *to;         /* n places of `bytes` */
        size_t bytes;
    } part[AX_GATHER_PARTS];
} ax_gather;

/* Most calls that run together. */
enum { AX_TOGETHER = 12 };

enum { AX_TO_DEVICE, AX_FROM_DEVICE, AX_ON_DEVICE };

typedef struct ax_backend {
    const char *name;
    bool separate;                                                       /* kernels can't read the host's memory */
    ax_device *(*open)(int index, int threads, ax_err *err);             /* threads: CPU only, 0 = all cores */
    void (*configure)(ax_device *dev, const ax_device_options *options); /* optional; before the first plan */
    void (*close)(ax_device *dev);
    ax_dtype (*map_type)(const ax_device *dev);                /* optional: what maps are kept as; else AX_F32 */
    size_t (*spare)(ax_device *dev);                           /* optional: bytes that could be allocated */
    void *(*alloc)(ax_device *dev, size_t bytes, ax_err *err); /* 64-byte aligned, zeroed */
    void (*release)(ax_device *dev, void *mem);                /* NULL is fine */
    ax_code (*copy)(ax_device *dev, void *dst, const void *src, size_t bytes, int direction, ax_err *err);
    ax_code (*sync)(ax_device *dev, ax_err *err);
    /* Optional: what went otherwise than one would expect, a line at a time, each once; false: nothing more. */
    bool (*notice)(ax_device *dev, char *text, size_t size);
    ax_kernel forward[AX_OP_COUNT], backward[AX_OP_COUNT];
    /* Optional: runs up to AX_TOGETHER calls of a kernel, none of which reads or overwrites what another writes, each
       with scratch of its own, faster than one after the other; the results are the same. */
    ax_code (*together)(ax_device *dev, const ax_kernel *kernel, const ax_call *const *call, size_t n, ax_err *err);
    /* Optional: what the n calls of a plan, in its order, have to do at a run's beginning, before the first of them,
       and at its end, for instead of each by itself. */
    ax_code (*enter)(ax_device *dev, ax_call *const *call, size_t n, ax_err *err);
    ax_code (*leave)(ax_device *dev, ax_call *const *call, size_t n, ax_err *err);
    /* Updates only enqueue, and all that they point at is in the backend's memory: they can be recorded. */
    /* *sum = the sum of squares of n floats, accumulated in double in a fixed order. */
    ax_code (*sum_squares)(ax_device *dev, const float *x, size_t n, double *sum, ax_err *err);
    /* As ax_update_clip. */
    ax_code (*clip)(ax_device *dev, const double *sums, size_t n, float most, ax_update_now *now, ax_err *err);
    ax_code (*adam)(ax_device *dev, const ax_update *u, ax_err *err);
    ax_code (*sgd)(ax_device *dev, const ax_update *u, ax_err *err);
    /* average = *decay * average + (1 - *decay) * value */
    ax_code (*polyak)(ax_device *dev, float *average, const float *value, size_t n, const float *decay, ax_err *err);
    /* Optional, both: a batch gathered at once, and a step's figures kept until they are read, so that no step is
       waited for. They only enqueue. */
    ax_code (*gather)(ax_device *dev, const ax_gather *g, ax_err *err);
    /* log {slot, AX_LOG_FIGURES}: at first->slot the loss and the norms of first and second (may be NULL: 0). */
    ax_code (*log)(ax_device *dev, const float *loss, const ax_update_now *first, const ax_update_now *second,
                   double *log, ax_err *err);
    /* Optional: count {classes, classes}, truth by prediction, goes up by n pixels; those whose truth is AX_IGNORE are
       left out, predictions are below classes. It only enqueues. */
    ax_code (*confusion)(ax_device *dev, const uint8_t *truth, const uint8_t *predicted, size_t n, int32_t classes,
                         uint64_t *count, ax_err *err);
    /* Optional: as their structs say, whose pointers are the backend's memory. They only enqueue. */
    ax_code (*add_view)(ax_device *dev, const ax_view_share *view, ax_err *err);
    ax_code (*depth_sums)(ax_device *dev, const ax_depth_judging *judging, ax_err *err);
    ax_code (*peaks)(ax_device *dev, const ax_peak_search *search, ax_err *err);
    ax_recorder capture;
    ax_exchange exchange;
} ax_backend;

/* For backends in the host's memory. Adds n sums of squares up: now->norm is their root, grad_scale what
   torch.nn.utils.clip_grad_norm_ multiplies gradients with so that the norm is at most `most` (0 = no limit):
   most / (norm + 1e-6) when below 1. */
void ax_update_clip(const double *sums, size_t n, float most, ax_update_now *now);

extern const ax_backend ax_backend_ref; /* plain loops, one thread: the oracle */
extern const ax_backend ax_backend_cpu; /* vectors of the processor's instruction set, all cores */
/* That of CUDA comes with the plugin: engine/backend/plugin.h. */

#endif
