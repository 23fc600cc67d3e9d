/* The functions of NVIDIA's NCCL that are used, declared here because the library is loaded at run time: a single
   device doesn't need it. Names, types and numbers are those of its interface since 2.13. */
#ifndef AX_BACKEND_CUDA_NCCL_H
#define AX_BACKEND_CUDA_NCCL_H

#include "engine/base/err.h"

#include <cuda_runtime_api.h>
#include <stddef.h>

typedef struct ncclComm *ax_nccl_comm; /* a device's handle in a group of devices */
typedef int ax_nccl_result;            /* 0: success */
enum { AX_NCCL_FLOAT = 7 };            /* ncclFloat32 */

/* return type, name without "nccl", arguments */
#define AX_NCCL_LIST(X)                                                                                                \
    X(ax_nccl_result, CommInitAll, (ax_nccl_comm * comm, int n, const int *device))                                    \
    X(ax_nccl_result, CommDestroy, (ax_nccl_comm comm))                                                                \
    X(ax_nccl_result, CommAbort, (ax_nccl_comm comm))                                                                  \
    X(ax_nccl_result, GroupStart, (void))                                                                              \
    X(ax_nccl_result, GroupEnd, (void))                                                                                \
    X(ax_nccl_result, Send, (const void *from, size_t n, int type, int peer, ax_nccl_comm comm, cudaStream_t stream))  \
    X(ax_nccl_result, Recv, (void *to, size_t n, int type, int peer, ax_nccl_comm comm, cudaStream_t stream))          \
    X(const char *, GetErrorString, (ax_nccl_result r))                                                                \
    X(const char *, GetLastError, (ax_nccl_comm comm)) /* error text of the library; comm may be NULL */

#define AX_NCCL_FIELD(type, name, args) type(*name) args;
typedef struct ax_nccl {
    AX_NCCL_LIST(AX_NCCL_FIELD)
} ax_nccl;

/* Loads libnccl.so.2, which stays loaded. AX_EDEVICE: it is missing, or lacks a function. */
ax_code ax_cuda_nccl_load(ax_nccl *out, ax_err *err);

#endif
