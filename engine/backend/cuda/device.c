/* Opens devices; errors and notices. */
#include "engine/backend/cuda/device.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- errors ---- */

static ax_code fail(const ax_device *dev, ax_code code, ax_err *err, const char *reason, const char *fmt, va_list args)
{
    char what[160];
    vsnprintf(what, sizeof what, fmt, args);
    return ax_fail(err, code, "cuda:%d: %s: %s", dev->index, what, reason);
}

ax_code ax_cuda_fail(const ax_device *dev, cudaError_t e, ax_err *err, const char *fmt, ...)
{
    va_list args;
    char reason[200];
    snprintf(reason, sizeof reason, "%s (%s)", cudaGetErrorString(e), cudaGetErrorName(e));
    (void)cudaGetLastError();
    va_start(args, fmt);
    ax_code code = fail(dev, e == cudaErrorMemoryAllocation ? AX_ENOMEM : AX_EDEVICE, err, reason, fmt, args);
    va_end(args);
    return code;
}

ax_code ax_cuda_dnn_fail(const ax_device *dev, cudnnStatus_t s, ax_err *err, const char *fmt, ...)
{
    va_list args;
    char detail[160] = "", reason[240];
    cudnnGetLastErrorString(detail, sizeof detail);
    for (char *c = detail; *c; c++) /* keeps it one line */
        if (*c == '\n')
            *c = ' ';
    snprintf(reason, sizeof reason, "%s%s%s", cudnnGetErrorString(s), detail[0] ? ": " : "", detail);
    (void)cudaGetLastError();
    va_start(args, fmt);
    bool memory = s == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
                  s == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
    ax_code code = fail(dev, memory ? AX_ENOMEM : AX_EDEVICE, err, reason, fmt, args);
    va_end(args);
    return code;
}

/* ---- notices ---- */

void ax_cuda_add_notice(ax_device *dev, const char *fmt, ...)
{
    va_list args;
    ax_cuda_notice *line = calloc(1, sizeof *line);
    if (!line) /* the notice is lost, which does no harm */
        return;
    va_start(args, fmt);
    int n = snprintf(line->text, sizeof line->text, "cuda:%d: ", dev->index);
    vsnprintf(line->text + n, sizeof line->text - (size_t)n, fmt, args);
    va_end(args);
    for (const ax_cuda_notice *l = dev->notice; l; l = l->next)
        if (!strcmp(l->text, line->text)) {
            free(line);
            return;
        }
    line->next = dev->notice;
    dev->notice = line;
}

bool ax_cuda_take_notice(ax_device *dev, char *text, size_t size)
{
    ax_cuda_notice *oldest = NULL;
    for (ax_cuda_notice *l = dev->notice; l; l = l->next)
        if (!l->said)
            oldest = l;
    if (!oldest)
        return false;
    oldest->said = true;
    snprintf(text, size, "%s", oldest->text);
    return true;
}

/* ---- opening ---- */

ax_code ax_cuda_make_current(const ax_device *dev, ax_err *err)
{
    cudaError_t e = cudaSetDevice(dev->index);
    return e == cudaSuccess ? AX_OK : ax_cuda_fail(dev, e, err, "cudaSetDevice");
}

/* Loads all kernels now: loading at a kernel's first use could happen during a recording, where it can fail, and code
   missing for an architecture should be noticed early. */
static ax_code load_kernels(const ax_device *dev, ax_err *err)
{
    for (int k = 0; k < AX_CUDA_KERNELS; k++) {
        struct cudaFuncAttributes unread;
        cudaError_t e = cudaFuncGetAttributes(&unread, ax_cuda_kernel_address((ax_cuda_kernel)k));
        if (e != cudaSuccess)
            return ax_cuda_fail(dev, e, err, "kernel %s", ax_cuda_kernel_name((ax_cuda_kernel)k));
    }
    return AX_OK;
}

/* A number from the environment, or the default. */
static unsigned number(const char *variable, unsigned otherwise)
{
    const char *text = getenv(variable);
    char *end;
    unsigned long n = text ? strtoul(text, &end, 10) : 0;
    return text && *text && !*end && n <= 65536 ? (unsigned)n : otherwise;
}

static bool switched_on(const char *variable)
{
    const char *text = getenv(variable);
    return text && !strcmp(text, "1");
}

static ax_code open_resources(ax_device *dev, ax_err *err)
{
    cudaError_t e = cudaSetDevice(dev->index);
    if (e != cudaSuccess)
        return ax_cuda_fail(dev, e, err, "cudaSetDevice");
    if (load_kernels(dev, err) != AX_OK)
        return err->code;
    if ((e = cudaStreamCreateWithFlags(&dev->stream, cudaStreamNonBlocking)) != cudaSuccess)
        return ax_cuda_fail(dev, e, err, "cudaStreamCreate");
    for (int i = 0; i < AX_CUDA_STAGES; i++) {
        if ((e = cudaMallocHost(&dev->stage[i], AX_CUDA_STAGE_BYTES)) != cudaSuccess)
            return ax_cuda_fail(dev, e, err, "cudaMallocHost, %d bytes", AX_CUDA_STAGE_BYTES);
        if ((e = cudaEventCreateWithFlags(&dev->free_again[i], cudaEventDisableTiming)) != cudaSuccess)
            return ax_cuda_fail(dev, e, err, "cudaEventCreate");
    }
    if ((e = cudaMallocHost((void **)&dev->notes, AX_CUDA_NOTES * AX_CUDA_NOTE_BYTES)) != cudaSuccess)
        return ax_cuda_fail(dev, e, err, "cudaMallocHost, %d bytes", AX_CUDA_NOTES * AX_CUDA_NOTE_BYTES);
    for (int i = 0; i < 2; i++)
        if ((e = cudaEventCreateWithFlags(&dev->half[i], cudaEventDisableTiming)) != cudaSuccess)
            return ax_cuda_fail(dev, e, err, "cudaEventCreate");
    if (!(dev->sums = ax_cuda_alloc(dev, AX_CUDA_PARTS * AX_DEPTH_SUMS * sizeof(double), err)))
        return err ? err->code : AX_EDEVICE;
    if (!(dev->turns = ax_cuda_alloc(dev, AX_CUDA_COUNTERS * sizeof *dev->turns, err)))
        return err ? err->code : AX_EDEVICE;
    cudnnStatus_t s = cudnnCreate(&dev->cudnn);
    if (s == CUDNN_STATUS_SUCCESS)
        s = cudnnSetStream(dev->cudnn, dev->stream);
    if (s != CUDNN_STATUS_SUCCESS)
        return ax_cuda_dnn_fail(dev, s, err, "cudnnCreate");
    cublasStatus_t b = dev->no_blas ? CUBLAS_STATUS_SUCCESS : cublasLtCreate(&dev->blas);
    return b == CUBLAS_STATUS_SUCCESS ? AX_OK
                                      : ax_fail(err, b == CUBLAS_STATUS_ALLOC_FAILED ? AX_ENOMEM : AX_EDEVICE,
                                                "cuda:%d: cublasLtCreate: %s", dev->index, cublasLtGetStatusName(b));
}

/* bfloat16 if requested, unless the device's libraries lack it. */
static void choose_maps(ax_device *dev, bool bf16)
{
    enum { LEAST = 8 };
    int major = 0;
    cudaError_t e = bf16 ? cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, dev->index) : cudaSuccess;
    dev->bf16 = bf16 && e == cudaSuccess && major >= LEAST;
    if (bf16 && !dev->bf16)
        ax_cuda_add_notice(dev, "maps stay float32: bfloat16 needs compute capability %d.0", LEAST);
    if (e != cudaSuccess)
        (void)cudaGetLastError();
}

ax_device *ax_cuda_open(int index, int threads, ax_err *err)
{
    (void)threads;
    ax_err why = { AX_OK, "" };
    ax_device *dev = calloc(1, sizeof *dev);
    if (!dev) {
        ax_fail(err, AX_ENOMEM, "cuda:%d: no memory for a device", index);
        return NULL;
    }
    dev->index = index;
    dev->workspace = (size_t)number("AUXCELL_CUDA_WORKSPACE", 256) << 20; /* in MiB */
    dev->warm_ms = number("AUXCELL_CUDA_WARM_MS", 100);                   /* until the clocks have ramped up */
    dev->tf32 = switched_on("AUXCELL_CUDA_TF32");
    dev->tune = switched_on("AUXCELL_CUDA_TUNE");
    dev->tell = switched_on("AUXCELL_CUDA_OFFERS");
    dev->own_convolution = switched_on("AUXCELL_CUDA_OWN_CONVOLUTION");
    dev->no_blas = switched_on("AUXCELL_CUDA_NO_CUBLASLT");
    if (open_resources(dev, &why) == AX_OK) {
        choose_maps(dev, switched_on("AUXCELL_CUDA_BF16"));
        return dev;
    }
    ax_cuda_close(dev);
    if (err)
        *err = why;
    return NULL;
}

ax_dtype ax_cuda_map_type(const ax_device *dev)
{
    return dev->bf16 ? AX_BF16 : AX_F32;
}

void ax_cuda_configure(ax_device *dev, const ax_device_options *options)
{
    dev->tf32 = options->tf32;
    choose_maps(dev, options->bf16);
    dev->workspace = options->workspace;
    dev->tune = options->tune;
    snprintf(dev->store, sizeof dev->store, "%s", options->folder ? options->folder : "");
    dev->stored = false;
    dev->n_choices = 0; /* they were made for other limits */
}

void ax_cuda_close(ax_device *dev)
{
    if (!dev)
        return;
    (void)cudaSetDevice(dev->index);
    if (dev->stream)
        (void)cudaStreamSynchronize(dev->stream);
    if (dev->cudnn)
        (void)cudnnDestroy(dev->cudnn);
    if (dev->blas)
        (void)cublasLtDestroy(dev->blas);
    for (int i = 0; i < AX_CUDA_STAGES; i++) {
        if (dev->free_again[i])
            (void)cudaEventDestroy(dev->free_again[i]);
        (void)cudaFreeHost(dev->stage[i]);
    }
    for (int i = 0; i < 2; i++)
        if (dev->half[i])
            (void)cudaEventDestroy(dev->half[i]);
    (void)cudaFreeHost(dev->notes);
    (void)cudaFree(dev->sums);
    (void)cudaFree(dev->turns);
    if (dev->stream)
        (void)cudaStreamDestroy(dev->stream);
    if (switched_on("AUXCELL_CUDA_RESET")) /* also affects everything else that this process has on the device */
        (void)cudaDeviceReset();
    for (ax_cuda_notice *next, *l = dev->notice; l; l = next) {
        next = l->next;
        free(l);
    }
    ax_cuda_queue_release(&dev->queue);
    free(dev->choice);
    free(dev);
}
