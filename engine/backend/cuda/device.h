/* Internals of the CUDA backend: the device, errors, launches, and the functions that operation files provide for the
   table. Function names appear in error messages: "cuda:0: cudaMalloc, 1048576 bytes: out of memory". */
#ifndef AX_BACKEND_CUDA_DEVICE_H
#define AX_BACKEND_CUDA_DEVICE_H

#include "engine/backend/cuda/kernel.h"
#include "engine/op/backend.h"

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>

enum {
    AX_CUDA_STAGES = 2,            /* pinned buffers: one is filled while the other is transferred */
    AX_CUDA_STAGE_BYTES = 4 << 20, /* size of each */
    AX_CUDA_NOTES = 256,           /* small buffers in a ring, so that the host doesn't wait for recent steps */
    AX_CUDA_NOTE_BYTES = 1024      /* size of each */
};

typedef enum ax_cuda_direction { AX_CUDA_FORWARD, AX_CUDA_DATA, AX_CUDA_FILTER, AX_CUDA_DIRECTIONS } ax_cuda_direction;
/* The library of a convolution: our own kernels if no library has an algorithm that is reproducible and fits. */
typedef enum ax_cuda_library { AX_CUDA_OWN, AX_CUDA_DNN, AX_CUDA_BLAS } ax_cuda_library;

/* The algorithm for convolutions of one shape, chosen once. */
typedef struct ax_cuda_choice {
    ax_k_conv shape;
    ax_cuda_direction direction;
    bool bias; /* forward adds a bias */
    bool bf16; /* maps and weights are bfloat16 */
    ax_cuda_library library;
    int algorithm; /* cuDNN's algorithm ... */
    int math;      /* ... and its math type, cudnnMathType_t */
    uint64_t work; /* scratch, bytes */
    cublasLtMatmulAlgo_t blas;
} ax_cuda_choice;

/* A line for the user, reported once. */
typedef struct ax_cuda_notice ax_cuda_notice;
struct ax_cuda_notice {
    ax_cuda_notice *next;
    bool said;
    char text[320];
};

/* Launches queued by calls that run together. */
typedef struct ax_cuda_wish ax_cuda_wish; /* launch.c */
typedef struct ax_cuda_queue {
    bool on;
    ax_cuda_wish *wish;
    size_t n, most;
    uint64_t *args; /* of all of them */
    size_t n_args, most_args;
    size_t nth;   /* index of the current call's next launch */
    size_t turns; /* counters taken by calls */
} ax_cuda_queue;

struct ax_device {
    int index;
    cudaStream_t stream; /* all work goes here, in order */
    cudnnHandle_t cudnn;
    cublasLtHandle_t blas; /* NULL: not in use */
    void *stage[AX_CUDA_STAGES];
    cudaEvent_t free_again[AX_CUDA_STAGES]; /* the stage's last copy to the device has ended */
    unsigned turn;
    char *notes;
    cudaEvent_t half[2]; /* the last copy from that half of the ring has ended */
    unsigned note;
    double *sums;    /* on the device: partial sums */
    unsigned *turns; /* on the device: zeros, counters for the blocks of a launch */
    ax_cuda_queue queue;
    ax_cuda_choice *choice;
    size_t n_choices, max_choices;
    char store[4096]; /* folder of the file of measured choices, "" = none */
    bool stored;      /* the file has been read */
    size_t workspace; /* most scratch for a convolution's algorithm, bytes */
    bool tf32, own_convolution, no_blas;
    bool bf16;              /* type of feature maps */
    bool tune;              /* algorithms are measured */
    bool tell;              /* timings are reported */
    bool warm;              /* something was measured, so clocks have ramped up */
    unsigned warm_ms;       /* duration of ramping up */
    ax_cuda_notice *notice; /* newest first */
};

/* ---- errors (device.c) ---- */
/* AX_ENOMEM for out of memory, else AX_EDEVICE; fmt describes the call and its sizes. Clears the error, so that the
   next call isn't blamed for it. */
ax_code ax_cuda_fail(const ax_device *dev, cudaError_t e, ax_err *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
ax_code ax_cuda_dnn_fail(const ax_device *dev, cudnnStatus_t s, ax_err *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Stores a line for ax_cuda_take_notice, unless it was stored before. */
void ax_cuda_add_notice(ax_device *dev, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool ax_cuda_take_notice(ax_device *dev, char *text, size_t size);
/* Makes it the thread's current device, to which launches and library calls go. Cheap. */
ax_code ax_cuda_make_current(const ax_device *dev, ax_err *err);

/* ---- launches (launch.c) ---- */
typedef struct ax_cuda_grid {
    size_t x, y, z;
    unsigned threads;
} ax_cuda_grid;
/* args: the kernel's ax_k_NAME_args. Between begin and end of a group, the launch is deferred to the end. */
ax_code ax_cuda_launch(ax_device *dev, ax_cuda_kernel k, ax_cuda_grid grid, void *args, ax_err *err);
const char *ax_cuda_kernel_name(ax_cuda_kernel k);
/* The variant of a map kernel for this element type. */
static inline ax_cuda_kernel ax_cuda_variant(ax_cuda_kernel k, const ax_operand *map)
{
    return map->type.dtype == AX_BF16 ? (ax_cuda_kernel)(k + 1) : k;
}
/* n counters for the blocks of a launch, zero before and after; n at most AX_CUDA_COUNTERS / AX_CUDA_GROUP. */
unsigned *ax_cuda_counters(ax_device *dev, size_t n);
/* Brackets calls that run together: only kernels are launched between them, and `next` precedes each call. good: launch
   them at the end. */
void ax_cuda_group_begin(ax_device *dev);
void ax_cuda_group_next(ax_device *dev);
ax_code ax_cuda_group_end(ax_device *dev, bool good, ax_err *err);
void ax_cuda_queue_release(ax_cuda_queue *q);
/* A grid that loops over n items, one at a time per thread. */
ax_cuda_grid ax_cuda_grid_over(size_t n);
/* A grid with a block row per row of `rows`, and enough blocks in each for `width` threads. */
ax_cuda_grid ax_cuda_rows(size_t rows, size_t width);

/* The division of sums over pixels of c channels: see kernels/norm.cu. */
typedef struct ax_cuda_cut {
    int lanes, parts;
    size_t each;
    ax_cuda_grid grid;
} ax_cuda_cut;
ax_cuda_cut ax_cuda_cut_pixels(size_t pixels, int c, size_t images);

static inline size_t ax_cuda_align(size_t bytes)
{
    return (bytes + 255) & ~(size_t)255;
}
/* Blocks for so many threads. */
static inline size_t ax_cuda_blocks(size_t threads)
{
    return (threads + AX_CUDA_THREADS - 1) / AX_CUDA_THREADS;
}
/* Blocks of a pass whose results every block of the next one adds up: few. */
static inline size_t ax_cuda_scan_blocks(size_t pixels)
{
    enum { EACH = 1024, MOST = 256 };
    const size_t blocks = (pixels + EACH - 1) / EACH;
    return blocks < MOST ? blocks : MOST;
}
static inline size_t ax_cuda_pixels(ax_shape s)
{
    return (size_t)s.n * (size_t)s.h * (size_t)s.w;
}

/* ---- operations for the table (plugin.c) ---- */
ax_device *ax_cuda_open(int index, int threads, ax_err *err);
void ax_cuda_configure(ax_device *dev, const ax_device_options *options);
void ax_cuda_close(ax_device *dev);
ax_dtype ax_cuda_map_type(const ax_device *dev);
size_t ax_cuda_free_memory(ax_device *dev, size_t *all);
void *ax_cuda_alloc(ax_device *dev, size_t bytes, ax_err *err);
void ax_cuda_release(ax_device *dev, void *mem);
ax_code ax_cuda_copy(ax_device *dev, void *dst, const void *src, size_t bytes, int direction, ax_err *err);
ax_code ax_cuda_sync(ax_device *dev, ax_err *err);

ax_code ax_cuda_run_group(ax_device *dev, const ax_kernel *kernel, const ax_call *const *call, size_t n, ax_err *err);

ax_code ax_cuda_enter(ax_device *dev, ax_call *const *call, size_t n, ax_err *err);
ax_code ax_cuda_leave(ax_device *dev, ax_call *const *call, size_t n, ax_err *err);

ax_code ax_cuda_capture_begin(ax_device *dev, ax_err *err);
void *ax_cuda_capture_end(ax_device *dev, ax_err *err);
ax_code ax_cuda_capture_launch(ax_device *dev, void *recorded, ax_err *err);
void ax_cuda_capture_drop(ax_device *dev, void *recorded);

void *ax_cuda_exchange_join(ax_device *const *dev, size_t n, ax_err *err);
ax_code ax_cuda_exchange_spread(void *joined, float *const *mem, size_t n, ax_err *err);
ax_code ax_cuda_exchange_gather(void *joined, float *const *mem, const float *weight, size_t n, ax_err *err);
void ax_cuda_exchange_leave(void *joined);

/* Heads of kernels' functions. */
#define AX_CUDA_PREPARE(name)                                                                                          \
    ax_code name(ax_device *dev AX_UNUSED, ax_call *call AX_UNUSED, size_t *work, ax_err *err AX_UNUSED)
#define AX_CUDA_RUN(name) ax_code name(ax_device *dev, const ax_call *call, ax_err *err)
#define AX_CUDA_DISCARD(name) void name(ax_device *dev, ax_call *call)

ax_kernel_prepare ax_cuda_conv_prepare, ax_cuda_bnorm_prepare, ax_cuda_resize_backward_prepare, ax_cuda_gpool_prepare,
    ax_cuda_mix_backward_prepare, ax_cuda_ce_prepare, ax_cuda_depth_loss_prepare, ax_cuda_mse_prepare;
ax_kernel_run ax_cuda_zero, ax_cuda_cast, ax_cuda_conv_run, ax_cuda_bnorm_forward, ax_cuda_bnorm_backward,
    ax_cuda_relu_forward, ax_cuda_relu_backward, ax_cuda_add_forward, ax_cuda_add_backward, ax_cuda_concat_forward,
    ax_cuda_concat_backward, ax_cuda_resize_forward, ax_cuda_resize_backward, ax_cuda_argmax, ax_cuda_gpool_forward,
    ax_cuda_gpool_backward, ax_cuda_maxpool_forward, ax_cuda_maxpool_backward, ax_cuda_mix_forward,
    ax_cuda_mix_backward, ax_cuda_ce_forward, ax_cuda_ce_backward, ax_cuda_depth_loss_forward, ax_cuda_mse_forward,
    ax_cuda_mse_backward, ax_cuda_wmse_forward, ax_cuda_wmse_backward, ax_cuda_wsum_forward, ax_cuda_wsum_backward;
ax_kernel_discard ax_cuda_conv_discard;
ax_kernel_explain ax_cuda_conv_explain;

ax_update_squares ax_cuda_sum_squares;
ax_update_limit ax_cuda_clip;
ax_update_step ax_cuda_adam, ax_cuda_sgd;
ax_update_average ax_cuda_polyak;
ax_code ax_cuda_gather(ax_device *dev, const ax_gather *g, ax_err *err);
ax_code ax_cuda_log(ax_device *dev, const float *loss, const ax_update_now *first, const ax_update_now *second,
                    double *log, ax_err *err);

ax_code ax_cuda_confusion(ax_device *dev, const uint8_t *truth, const uint8_t *predicted, size_t n, int32_t classes,
                          uint64_t *count, ax_err *err);
ax_code ax_cuda_add_view(ax_device *dev, const ax_view_share *view, ax_err *err);
ax_code ax_cuda_depth_sums(ax_device *dev, const ax_depth_judging *judging, ax_err *err);
ax_code ax_cuda_peaks(ax_device *dev, const ax_peak_search *search, ax_err *err);

/* ---- shared by operation files ---- */
/* out {images, c} = scale * the sum over the pixels of each of x's images (1: over all); work: ax_cuda_column_work
   bytes. */
size_t ax_cuda_column_work(size_t pixels, int c, size_t images);
ax_code ax_cuda_column_sums(ax_device *dev, const ax_operand *x, size_t images, double scale, const ax_operand *out,
                            void *work, ax_err *err);
/* The sum of squares of a - b (b may be NULL), scaled, stored as `to` says; part: room for AX_CUDA_PARTS. */
ax_code ax_cuda_squares(ax_device *dev, const float *a, const float *b, size_t n, double *part, ax_k_scalar to,
                        ax_err *err);

#endif
