/* Opening a device, errors, launches. */
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
    for (char *c = detail; *c; c++) /* one line */
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

void ax_cuda_note(ax_device *dev, const char *fmt, ...)
{
    va_list args;
    ax_cuda_notice *line = calloc(1, sizeof *line);
    if (!line) /* it is only said */
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

bool ax_cuda_notice_take(ax_device *dev, char *text, size_t size)
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

/* ---- launches ---- */

ax_code ax_cuda_use(const ax_device *dev, ax_err *err)
{
    cudaError_t e = cudaSetDevice(dev->index);
    return e == cudaSuccess ? AX_OK : ax_cuda_fail(dev, e, err, "cudaSetDevice");
}

#define NAME(name, sync) #name,
static const char *const kernel_name[] = { AX_CUDA_KERNEL_LIST(NAME) };

ax_code ax_cuda_launch(ax_device *dev, ax_cuda_kernel k, ax_cuda_grid grid, void *args, ax_err *err)
{
    if (!grid.x || !grid.y || !grid.z)
        return AX_OK;
    if (grid.x > 0x7fffffff || grid.y > 65535 || grid.z > 65535)
        return ax_fail(err, AX_EINVAL, "cuda:%d: kernel %s: %zu x %zu x %zu blocks are too many", dev->index,
                       kernel_name[k], grid.x, grid.y, grid.z);
    cudaError_t e = cudaSetDevice(dev->index); /* cheap; the previous call may have used another */
    if (e == cudaSuccess)
        e = cudaLaunchKernel(ax_cuda_kernel_address(k), (dim3) { (unsigned)grid.x, (unsigned)grid.y, (unsigned)grid.z },
                             (dim3) { grid.threads, 1, 1 }, (void *[]) { args }, 0, dev->stream);
    return e == cudaSuccess ? AX_OK
                            : ax_cuda_fail(dev, e, err, "kernel %s, %zu x %zu x %zu blocks of %u", kernel_name[k],
                                           grid.x, grid.y, grid.z, grid.threads);
}

/* Code is loaded at a kernel's first use, which may be inside of a recording, where that can fail; and what an
   architecture lacks is better known at once. */
static ax_code load_kernels(const ax_device *dev, ax_err *err)
{
    for (int k = 0; k < AX_CUDA_KERNELS; k++) {
        struct cudaFuncAttributes unread;
        cudaError_t e = cudaFuncGetAttributes(&unread, ax_cuda_kernel_address((ax_cuda_kernel)k));
        if (e != cudaSuccess)
            return ax_cuda_fail(dev, e, err, "kernel %s", kernel_name[k]);
    }
    return AX_OK;
}

ax_cuda_grid ax_cuda_over(size_t n)
{
    enum { MOST = 4096 }; /* enough to fill any card; the rest is done in steps */
    size_t blocks = (n + AX_CUDA_THREADS - 1) / AX_CUDA_THREADS;
    return (ax_cuda_grid) { blocks < MOST ? blocks : MOST, 1, 1, AX_CUDA_THREADS };
}

ax_cuda_grid ax_cuda_rows(size_t rows, size_t width)
{
    unsigned threads = 32;
    while (threads < AX_CUDA_THREADS && threads < width)
        threads *= 2;
    return (ax_cuda_grid) { rows, (width + threads - 1) / threads, 1, threads };
}

ax_cuda_cut ax_cuda_cut_pixels(size_t pixels, int c, size_t images)
{
    enum { LANES = 64, RUN = 16 };
    int groups = (c + LANES - 1) / LANES, lanes = (c + groups - 1) / groups, at_once = AX_CUDA_THREADS / lanes;
    size_t run = (size_t)at_once * (size_t)RUN, parts = (pixels + run - 1) / run;
    if (parts > AX_CUDA_PARTS)
        parts = AX_CUDA_PARTS;
    ax_cuda_cut cut = { .lanes = lanes, .each = (pixels + parts - 1) / parts };
    cut.parts = (int)((pixels + cut.each - 1) / cut.each);
    cut.grid = (ax_cuda_grid) { (size_t)cut.parts, (size_t)groups, images, (unsigned)(at_once * lanes) };
    return cut;
}

/* ---- opening ---- */

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
    if (!(dev->sums = ax_cuda_alloc(dev, AX_CUDA_PARTS * sizeof(double), err)))
        return err ? err->code : AX_EDEVICE;
    if (!(dev->turns = ax_cuda_alloc(dev, AX_CUDA_TURNS * sizeof *dev->turns, err)))
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
    dev->workspace = (size_t)number("AUXCELL_CUDA_WORKSPACE", 256) << 20; /* MiB */
    dev->warm_ms = number("AUXCELL_CUDA_WARM_MS", 100);                   /* until the clocks have ramped up */
    dev->tf32 = switched_on("AUXCELL_CUDA_TF32");
    dev->tune = switched_on("AUXCELL_CUDA_TUNE");
    dev->tell = switched_on("AUXCELL_CUDA_OFFERS");
    dev->own_convolution = switched_on("AUXCELL_CUDA_OWN_CONVOLUTION");
    dev->no_blas = switched_on("AUXCELL_CUDA_NO_CUBLASLT");
    if (open_resources(dev, &why) == AX_OK)
        return dev;
    ax_cuda_close(dev);
    if (err)
        *err = why;
    return NULL;
}

void ax_cuda_configure(ax_device *dev, const ax_device_options *options)
{
    dev->tf32 = options->tf32;
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
    if (switched_on("AUXCELL_CUDA_RESET")) /* takes with it whatever else of the process is on the device */
        (void)cudaDeviceReset();
    for (ax_cuda_notice *next, *l = dev->notice; l; l = next) {
        next = l->next;
        free(l);
    }
    free(dev->choice);
    free(dev);
}
