/* Several devices training one network: the leader's parameters go to all, all gradients come to the leader. NCCL only
   transfers them, by sends and receives: the order of its own sums depends on the connections, while ours is the order
   of the devices, so that a training gives the same bits each time. One host thread serves all devices, which NCCL's
   groups allow; work on their streams runs in parallel. */
#include "engine/backend/cuda/device.h"
#include "engine/backend/cuda/nccl.h"

#include <stdlib.h>

typedef struct exchange {
    ax_nccl lib;
    ax_device *dev[AX_CUDA_RANKS]; /* the leader's first; borrowed */
    ax_nccl_comm comm[AX_CUDA_RANKS];
    size_t n;
    float *received; /* on the leader: gradients of the others, contiguous */
    size_t room;     /* floats */
} exchange;

static ax_code fail(const exchange *x, ax_nccl_result r, ax_err *err, const char *what)
{
    char detail[120];
    const char *said = x->lib.GetLastError(x->comm[0]);
    size_t n = 0;
    for (; said && said[n] && said[n] != '\n' && n + 1 < sizeof detail; n++)
        detail[n] = said[n];
    detail[n] = '\0';
    return ax_fail(err, AX_EDEVICE, "cuda:%d: %s with %zu other device%s: %s%s%s", x->dev[0]->index, what, x->n - 1,
                   x->n == 2 ? "" : "s", x->lib.GetErrorString(r), n ? ": " : "", detail);
}

void *ax_cuda_exchange_join(ax_device *const *dev, size_t n, ax_err *err)
{
    int index[AX_CUDA_RANKS];
    exchange *x = n >= 2 && n <= AX_CUDA_RANKS ? calloc(1, sizeof *x) : NULL;
    if (!x) {
        ax_fail(err, AX_ENOMEM, "no memory for an exchange between %zu devices", n);
        return NULL;
    }
    x->n = n;
    for (size_t i = 0; i < n; i++) {
        x->dev[i] = dev[i];
        index[i] = dev[i]->index;
    }
    ax_code code = ax_cuda_nccl_load(&x->lib, err);
    if (code == AX_OK) {
        ax_nccl_result r = x->lib.CommInitAll(x->comm, (int)n, index);
        (void)cudaGetLastError(); /* it may leave an error from its attempts */
        if (r)
            code = fail(x, r, err, "ncclCommInitAll");
    }
    if (code == AX_OK)
        return x;
    free(x);
    return NULL;
}

/* After a failure, a device may wait forever for another: then don't wait for anything. */
static bool all_are_well(const exchange *x)
{
    bool well = true;
    for (size_t i = 0; i < x->n; i++) {
        cudaError_t e = cudaStreamQuery(x->dev[i]->stream);
        well = well && (e == cudaSuccess || e == cudaErrorNotReady);
    }
    (void)cudaGetLastError();
    return well;
}

void ax_cuda_exchange_leave(void *joined)
{
    exchange *x = joined;
    if (!x)
        return;
    bool well = all_are_well(x);
    for (size_t i = 0; i < x->n && well; i++)
        well = ax_cuda_sync(x->dev[i], NULL) == AX_OK;
    for (size_t i = 0; i < x->n; i++)
        (void)(well ? x->lib.CommDestroy : x->lib.CommAbort)(x->comm[i]);
    ax_cuda_release(x->dev[0], x->received);
    free(x);
}

ax_code ax_cuda_exchange_spread(void *joined, float *const *mem, size_t n, ax_err *err)
{
    const exchange *x = joined;
    ax_nccl_result r = x->lib.GroupStart(), end;
    if (r)
        return fail(x, r, err, "ncclGroupStart");
    for (size_t i = 1; i < x->n && !r; i++) {
        r = x->lib.Send(mem[0], n, AX_NCCL_FLOAT, (int)i, x->comm[0], x->dev[0]->stream);
        if (!r)
            r = x->lib.Recv(mem[i], n, AX_NCCL_FLOAT, 0, x->comm[i], x->dev[i]->stream);
    }
    end = x->lib.GroupEnd();
    r = r ? r : end;
    return r ? fail(x, r, err, "NCCL, parameters") : AX_OK;
}

static ax_code make_room(exchange *x, size_t n, ax_err *err)
{
    size_t floats = n * (x->n - 1);
    if (floats <= x->room)
        return AX_OK;
    ax_cuda_release(x->dev[0], x->received);
    x->received = ax_cuda_alloc(x->dev[0], floats * sizeof(float), err);
    x->room = x->received ? floats : 0;
    return x->received ? AX_OK : err ? err->code : AX_ENOMEM;
}

static ax_code collect(const exchange *x, float *const *mem, size_t n, ax_err *err)
{
    ax_nccl_result r = x->lib.GroupStart(), end;
    if (r)
        return fail(x, r, err, "ncclGroupStart");
    for (size_t i = 1; i < x->n && !r; i++) {
        r = x->lib.Recv(x->received + (i - 1) * n, n, AX_NCCL_FLOAT, (int)i, x->comm[0], x->dev[0]->stream);
        if (!r)
            r = x->lib.Send(mem[i], n, AX_NCCL_FLOAT, 0, x->comm[i], x->dev[i]->stream);
    }
    end = x->lib.GroupEnd();
    r = r ? r : end;
    return r ? fail(x, r, err, "NCCL, gradients") : AX_OK;
}

ax_code ax_cuda_exchange_gather(void *joined, float *const *mem, const float *weight, size_t n, ax_err *err)
{
    exchange *x = joined;
    ax_k_weighted_sum_args a = { .sum = mem[0], .n = n, .ranks = (int64_t)x->n };
    for (size_t i = 0; i < x->n; i++)
        a.weight[i] = weight[i];
    ax_code code = make_room(x, n, err);
    a.other = x->received;
    if (code == AX_OK)
        code = collect(x, mem, n, err);
    if (code == AX_OK)
        code = ax_cuda_launch(x->dev[0], AX_K_weighted_sum, ax_cuda_grid_over(n), &a, err);
    /* a device that has failed reports it here; the leader would wait for it */
    for (size_t i = 1; i < x->n && code == AX_OK; i++)
        code = ax_cuda_sync(x->dev[i], err);
    return code;
}
