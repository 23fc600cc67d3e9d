/* Measured choices in a file, "cuda-choices" in the folder that the options name, one per line, so that a resumed run,
   and the run's other workers on cards of the same kind, use the same algorithms. A line contains hexadecimal numbers:
   a hash of device and libraries, the convolution, the choice, and a hash of the line so far; a damaged line is
   ignored. */
#include "engine/backend/cuda/conv.h"

#include "engine/base/file.h"
#include "engine/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char file_name[] = "cuda-choices";
enum {
    SHAPE = sizeof(ax_k_conv) / sizeof(int),
    BLAS = sizeof(cublasLtMatmulAlgo_t) / sizeof(uint64_t),
    FIELDS = SHAPE + 7 + BLAS,
    LINE = 20 * (FIELDS + 2),
    MOST = 16 << 20 /* bytes of the file */
};

/* Everything that determines which algorithms exist and how fast they are. */
static ax_code kind_of(const ax_device *dev, uint64_t *kind, ax_err *err)
{
    struct cudaDeviceProp p;
    int runtime = 0;
    cudaError_t e = cudaGetDeviceProperties(&p, dev->index);
    if (e == cudaSuccess)
        e = cudaRuntimeGetVersion(&runtime);
    if (e != cudaSuccess)
        return ax_cuda_fail(dev, e, err, "cudaGetDeviceProperties");
    const uint64_t numbers[] = { (uint64_t)p.major, (uint64_t)p.minor, (uint64_t)p.multiProcessorCount,
                                 (uint64_t)runtime, cudnnGetVersion(), cublasLtGetVersion(),
                                 dev->tf32,         dev->workspace,    dev->blas != NULL };
    *kind = ax_hash(ax_hash(AX_HASH_START, p.name, strnlen(p.name, sizeof p.name)), numbers, sizeof numbers);
    return AX_OK;
}

/* ---- lines ---- */

static size_t write_line(uint64_t kind, const ax_cuda_choice *c, char out[static LINE])
{
    uint64_t field[FIELDS];
    int shape[SHAPE], n = 0;
    size_t at = 0;
    memcpy(shape, &c->shape, sizeof shape);
    for (int i = 0; i < SHAPE; i++)
        field[n++] = (uint64_t)shape[i];
    field[n++] = (uint64_t)c->direction;
    field[n++] = c->bias;
    field[n++] = c->bf16;
    field[n++] = (uint64_t)c->library;
    field[n++] = (uint64_t)c->algorithm;
    field[n++] = (uint64_t)c->math;
    field[n++] = c->work;
    memcpy(&field[n], &c->blas, sizeof c->blas);
    at = (size_t)snprintf(out, LINE, "%016llx", (unsigned long long)kind);
    for (int i = 0; i < FIELDS; i++)
        at += (size_t)snprintf(out + at, LINE - at, " %llx", (unsigned long long)field[i]);
    uint64_t check = ax_hash(AX_HASH_START, out, at);
    return at + (size_t)snprintf(out + at, LINE - at, " %016llx\n", (unsigned long long)check);
}

/* line ends with a zero byte in place of its newline. false: for another kind of device, or damaged. */
static bool read_line(uint64_t kind, const char *line, ax_cuda_choice *c)
{
    uint64_t field[1 + FIELDS + 1];
    int shape[SHAPE], n = 1 + SHAPE;
    const char *at = line, *check = strrchr(line, ' ');
    for (int i = 0; i < 1 + FIELDS + 1; i++) {
        char *end;
        field[i] = strtoull(at, &end, 16);
        if (end == at)
            return false;
        at = end;
    }
    if (*at || field[0] != kind || field[FIELDS + 1] != ax_hash(AX_HASH_START, line, (size_t)(check - line)))
        return false;
    for (int i = 0; i < SHAPE; i++)
        shape[i] = (int)field[1 + i];
    memcpy(&c->shape, shape, sizeof shape);
    c->direction = (ax_cuda_direction)field[n++];
    c->bias = field[n++] != 0;
    c->bf16 = field[n++] != 0;
    c->library = (ax_cuda_library)field[n++];
    c->algorithm = (int)field[n++];
    c->math = (int)field[n++];
    c->work = field[n++];
    memcpy(&c->blas, &field[n], sizeof c->blas);
    return true;
}

/* ---- the file ---- */

/* Opens the folder and locks it against other workers. -1: err says why. */
static int open_folder(const ax_device *dev, ax_err *err)
{
    int fd = open(dev->store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && !flock(fd, LOCK_EX))
        return fd;
    ax_fail(err, AX_EIO, "%s/%s: cannot %s: %s", dev->store, file_name, fd < 0 ? "open" : "lock", strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Reads the file's lines, which the caller frees, and adds those for this kind of device to its choices. */
static ax_code read_file(ax_device *dev, int folder, uint64_t kind, char **bytes, size_t *n, ax_err *err)
{
    *bytes = NULL;
    *n = 0;
    if (faccessat(folder, file_name, F_OK, 0) && errno == ENOENT)
        return AX_OK;
    ax_code code = ax_file_read(folder, file_name, MOST, bytes, n, err);
    for (char *line = *bytes; code == AX_OK && line < *bytes + *n;) {
        char *end = memchr(line, '\n', (size_t)(*bytes + *n - line));
        ax_cuda_choice c = { 0 };
        if (!end)
            break;
        *end = 0;
        if (read_line(kind, line, &c))
            code = ax_cuda_choice_add(dev, &c, err);
        *end = '\n';
        line = end + 1;
    }
    return code;
}

/* The locked folder, -1 = not locked; the file's lines; the kind of this device. Must be passed to close_file even
   after an error. */
typedef struct open_file {
    int folder;
    char *bytes;
    size_t n;
    uint64_t kind;
} open_file;

static ax_code open_and_read(ax_device *dev, open_file *f, ax_err *err)
{
    *f = (open_file) { .folder = -1 };
    ax_code code = kind_of(dev, &f->kind, err);
    if (code != AX_OK)
        return code;
    f->folder = open_folder(dev, err);
    return f->folder < 0 ? err->code : read_file(dev, f->folder, f->kind, &f->bytes, &f->n, err);
}

static void close_file(open_file *f)
{
    free(f->bytes);
    if (f->folder >= 0)
        close(f->folder);
}

ax_code ax_cuda_store_load(ax_device *dev, ax_err *err)
{
    open_file f;
    if (!dev->store[0] || dev->stored)
        return AX_OK;
    ax_code code = open_and_read(dev, &f, err);
    close_file(&f);
    dev->stored = code == AX_OK;
    return code;
}

/* The file's lines plus one. */
static ax_code append(const ax_device *dev, open_file *f, const ax_cuda_choice *c, ax_err *err)
{
    char line[LINE];
    while (f->n && f->bytes[f->n - 1] != '\n') /* an incomplete line at the end */
        f->n--;
    size_t more = write_line(f->kind, c, line);
    char *all = realloc(f->bytes, f->n + more);
    if (!all)
        return ax_fail(err, AX_ENOMEM, "%s/%s: no memory", dev->store, file_name);
    f->bytes = all;
    memcpy(all + f->n, line, more);
    return ax_file_replace(f->folder, file_name, all, f->n + more, err);
}

ax_code ax_cuda_store_keep(ax_device *dev, ax_cuda_choice *c, ax_err *err)
{
    open_file f;
    if (!dev->store[0])
        return AX_OK;
    ax_code code = open_and_read(dev, &f, err);
    const ax_cuda_choice *theirs = code == AX_OK ? ax_cuda_choice_find(dev, c) : NULL;
    if (theirs)
        *c = *theirs;
    else if (code == AX_OK)
        code = append(dev, &f, c, err);
    close_file(&f);
    return code;
}
