/* The interface of a compute backend: memory, and for every operation a forward and a backward kernel. */
#ifndef AX_OP_BACKEND_H
#define AX_OP_BACKEND_H

#include "engine/base/unused.h"
#include "engine/op/judging.h"
#include "engine/op/op.h"
#include "engine/op/update.h"

/* A borrowed tensor: its memory belongs to the plan, the parameters or the test. mem NULL = absent or not wanted. */
typedef struct ax_operand {
    void *mem; /* in the backend's memory, 64-byte aligned */
    ax_type type;
} ax_operand;

typedef struct ax_device ax_device; /* opaque; each backend has its own */

/* A run's settings for its device. */
typedef struct ax_device_options {
    bool winograd;      /* dense 3x3 convolutions may use Winograd's minimal filtering, which rounds more */
    bool tf32;          /* convolutions may round their factors to 10 bits of mantissa */
    bool bf16;          /* feature maps are kept in bfloat16, with 7 bits of mantissa */
    size_t workspace;   /* most memory for a convolution's algorithm, bytes */
    bool tune;          /* convolution algorithms may be measured; which one is fastest can vary between measurements */
    const char *folder; /* where measurements are kept, so that later runs choose the same algorithms; NULL = nowhere */
} ax_device_options;

/* One use of an operation.
   forward:  in = the operation's inputs, out = its outputs (an output with mem NULL is not wanted).
   backward: in = gradients of all outputs (mem NULL = zero), then all inputs, then all outputs; values that the
   operation's table says backward doesn't read have mem NULL. out = gradient per input, mem NULL = not wanted. */
typedef struct ax_call {
    ax_op op;
    bool backward;
    ax_attr attr;
    ax_operand in[AX_MAX_OUT + AX_MAX_IN + AX_MAX_OUT], out[AX_MAX_IN];
    uint32_t n_in, n_out;
    uint32_t params, grads; /* bit i: in[i] is a parameter, constant during a run; out[i] is a parameter's gradient, not
                               read before the run's end */
    void *prep;             /* the kernel's private data, made by prepare, undone by discard */
    void *work;  /* scratch of the size that prepare requested; shared by all nodes of a plan, undefined between them */
    size_t held; /* bytes that the kernel allocated itself; set by prepare */
} ax_call;

/* Which of several possible kernels computes a prepared call, as text for users. */
typedef struct ax_explanation {
    char by[40];   /* "winograd"; "direct, im2col" when outputs are computed by different kernels */
    char why[120]; /* estimated cost of each */
} ax_explanation;

/* What a kernel is made of. A backend declares its functions by these types. */
typedef ax_code ax_kernel_prepare(ax_device *dev, ax_call *call, size_t *work, ax_err *err);
typedef ax_code ax_kernel_run(ax_device *dev, const ax_call *call, ax_err *err);
typedef void ax_kernel_discard(ax_device *dev, ax_call *call);
typedef void ax_kernel_explain(ax_device *dev, const ax_call *call, ax_explanation *out);

typedef struct ax_kernel {
    /* Optional; called once per plan, before memory is bound. Only types are valid; mem is NULL or not NULL to show
       what is wanted, and must not be dereferenced. Sets *work to the scratch it needs. */
    ax_kernel_prepare *prepare;
    ax_kernel_run *run;         /* overwrites out */
    ax_kernel_discard *discard; /* optional */
    ax_kernel_explain *explain; /* optional; describes a prepared call */
} ax_kernel;

/* Parameter updates, over n contiguous floats each. */
typedef struct ax_update {
    float *value, *m, *v; /* v only for Adam */
    const float *grad;
    size_t n;
    const ax_update_now *now; /* in the backend's memory */
    float weight_decay;       /* added to the gradient */
    float momentum;           /* SGD: m = momentum * m + g; value -= lr * m (PyTorch, no dampening) */
    float beta1, beta2, eps;  /* Adam */
} ax_update;

/* Updates only enqueue, and everything they point at is in the backend's memory, so they can be recorded. Declared by
   type, as kernels are. */
/* *sum = the sum of squares of n floats, accumulated in double in a fixed order. */
typedef ax_code ax_update_squares(ax_device *dev, const float *x, size_t n, double *sum, ax_err *err);
/* Adds n sums of squares: now->norm becomes the root of the total, now->grad_scale the factor by which
   torch.nn.utils.clip_grad_norm_ limits the norm to `most` (0 = no limit): most / (norm + 1e-6) when that is below 1.
 */
typedef ax_code ax_update_limit(ax_device *dev, const double *sums, size_t n, float most, ax_update_now *now,
                                ax_err *err);
typedef ax_code ax_update_step(ax_device *dev, const ax_update *u, ax_err *err); /* nothing unless now->finite */
/* average = *decay * average + (1 - *decay) * value */
typedef ax_code ax_update_average(ax_device *dev, float *average, const float *value, size_t n, const float *decay,
                                  ax_err *err);

/* Optional: recording a sequence of runs, to launch it as one. Between begin and end, kernels are only recorded;
   nothing may wait, allocate, or copy from or to the host. */
typedef struct ax_recorder {
    ax_code (*begin)(ax_device *dev, ax_err *err);
    void *(*end)(ax_device *dev, ax_err *err); /* always called after begin; the recording, or NULL with the reason */
    ax_code (*launch)(ax_device *dev, void *recorded, ax_err *err);
    void (*drop)(ax_device *dev, void *recorded);
} ax_recorder;

/* Optional: several devices training one network, each on its part of the batch. n floats at a time; mem and weight
   have one entry per device. Calls return without waiting, unless stated. */
typedef struct ax_exchange {
    /* The first device leads. The devices are borrowed. NULL: they can't communicate, with the reason. */
    void *(*join)(ax_device *const *dev, size_t n, ax_err *err);
    ax_code (*spread)(void *joined, float *const *mem, size_t n, ax_err *err); /* copies the leader's to the others */
    /* The leader's becomes the sum of weight[i] * mem[i], added in the order of the devices, so that the result is the
       same bits each time; the others' stay. Waits until they have been sent. */
    ax_code (*gather)(void *joined, float *const *mem, const float *weight, size_t n, ax_err *err);
    void (*leave)(void *joined); /* before the devices are closed; NULL is fine */
} ax_exchange;

/* Gathers a batch: for each part, place i becomes item index[i] of an array of items. All in the backend's memory. */
enum { AX_GATHER_PARTS = 12, AX_LOG_FIGURES = 3 };
typedef struct ax_gather {
    const uint32_t *index; /* n */
    size_t n, parts;
    struct {
        const void *from; /* items of `bytes` each */
        void *to;         /* n places of `bytes` each */
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
    ax_dtype (*map_type)(const ax_device *dev); /* optional: type of feature maps; else AX_F32 */
    /* Optional: returns the bytes that could be allocated; *all (may be NULL): those the device has. */
    size_t (*spare)(ax_device *dev, size_t *all);
    void *(*alloc)(ax_device *dev, size_t bytes, ax_err *err); /* 64-byte aligned, zeroed */
    void (*release)(ax_device *dev, void *mem);                /* NULL is fine */
    ax_code (*copy)(ax_device *dev, void *dst, const void *src, size_t bytes, int direction, ax_err *err);
    ax_code (*sync)(ax_device *dev, ax_err *err);
    /* Optional: unusual events for the log (fallbacks, for example), one line per call, each reported once; false: no
       more. */
    bool (*notice)(ax_device *dev, char *text, size_t size);
    ax_kernel forward[AX_OP_COUNT], backward[AX_OP_COUNT];
    /* Optional: runs up to AX_TOGETHER independent calls of one kernel, each with its own scratch, faster than one
       after the other; the results are the same. */
    ax_code (*together)(ax_device *dev, const ax_kernel *kernel, const ax_call *const *call, size_t n, ax_err *err);
    /* Optional: for the n calls of a plan, in order, does at once what they would each do at the beginning of a run,
       before the first of them, and at its end. */
    ax_code (*enter)(ax_device *dev, ax_call *const *call, size_t n, ax_err *err);
    ax_code (*leave)(ax_device *dev, ax_call *const *call, size_t n, ax_err *err);
    ax_update_squares *sum_squares;
    ax_update_limit *clip;
    ax_update_step *adam, *sgd;
    ax_update_average *polyak;
    /* Optional, both: gathering a batch at once, and keeping a step's figures in a log until they are read, so that no
       step waits. They only enqueue. */
    ax_code (*gather)(ax_device *dev, const ax_gather *g, ax_err *err);
    /* log {slot, AX_LOG_FIGURES}: writes to row first->slot the loss and the norms of first and second (may be NULL:
       0). */
    ax_code (*log)(ax_device *dev, const float *loss, const ax_update_now *first, const ax_update_now *second,
                   double *log, ax_err *err);
    /* Optional: adds n pixels to count {classes, classes}, truth by prediction; pixels whose truth is AX_IGNORE are
       left out, predictions must be below classes. It only enqueues. */
    ax_code (*confusion)(ax_device *dev, const uint8_t *truth, const uint8_t *predicted, size_t n, int32_t classes,
                         uint64_t *count, ax_err *err);
    /* Optional: as documented at the structs, whose pointers are in the backend's memory. They only enqueue. */
    ax_code (*add_view)(ax_device *dev, const ax_view_share *view, ax_err *err);
    ax_code (*depth_sums)(ax_device *dev, const ax_depth_judging *judging, ax_err *err);
    ax_code (*peaks)(ax_device *dev, const ax_peak_search *search, ax_err *err);
    ax_recorder capture;
    ax_exchange exchange;
} ax_backend;

/* For backends in the host's memory. */
ax_update_limit ax_update_clip;

extern const ax_backend ax_backend_ref; /* plain loops, one thread: the oracle */
extern const ax_backend ax_backend_cpu; /* vector instructions, all cores */
/* The CUDA backend comes as a plugin: engine/backend/plugin.h. */

#endif
