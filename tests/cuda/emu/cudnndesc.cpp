/* cuDNN's handle and descriptors. */
#include "cudnn.h"

using namespace emu;

size_t cudnnGetVersion()
{
    return CUDNN_VERSION;
}

size_t cudnnGetCudartVersion()
{
    return CUDART_VERSION;
}

const char *cudnnGetErrorString(cudnnStatus_t status)
{
    switch (CUDNN_STATUS_CATEGORY(status)) {
    case 0:
        return "CUDNN_STATUS_SUCCESS";
    case 1000:
        return "CUDNN_STATUS_NOT_INITIALIZED";
    case 2000:
        return "CUDNN_STATUS_BAD_PARAM";
    case 3000:
        return "CUDNN_STATUS_NOT_SUPPORTED";
    case 4000:
        return status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED
                   ? "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"
                   : "CUDNN_STATUS_INTERNAL_ERROR";
    default:
        return "CUDNN_STATUS_EXECUTION_FAILED";
    }
}

void cudnnGetLastErrorString(char *message, size_t size)
{
    if (size)
        snprintf(message, size, "emulated failure");
}

cudnnStatus_t cudnnCreate(cudnnHandle_t *out)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    if (!out)
        return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    if (option("DEVICES", 1) < 1 || option("DRIVER", 13000) < 13000)
        return CUDNN_STATUS_NOT_INITIALIZED;
    *out = new cudnnContext { nullptr };
    born(*out, kind::cudnn);
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle)
{
    return destroyed<cudnnStatus_t>(__func__, lib::cudnn, handle, kind::cudnn);
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    at_home(handle, kind::cudnn, __func__);
    stream_of(stream, __func__);
    handle->stream = stream;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetStream(cudnnHandle_t handle, cudaStream_t *stream)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    alive(handle, kind::cudnn, __func__);
    *stream = handle->stream;
    return CUDNN_STATUS_SUCCESS;
}

#define CREATE_DESTROY(create, destroy, handle_t, struct_t, what)                                                      \
    cudnnStatus_t create(handle_t *out)                                                                                \
    {                                                                                                                  \
        EMU_ENTER(cudnn, cudnnStatus_t);                                                                               \
        if (!out)                                                                                                      \
            return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;                                                                \
        *out = new struct_t();                                                                                         \
        born(*out, what);                                                                                              \
        return CUDNN_STATUS_SUCCESS;                                                                                   \
    }                                                                                                                  \
    cudnnStatus_t destroy(handle_t d)                                                                                  \
    {                                                                                                                  \
        EMU_RELEASE(cudnn);                                                                                            \
        if (d) {                                                                                                       \
            died(d, what, __func__);                                                                                   \
            delete d;                                                                                                  \
        }                                                                                                              \
        return static_cast<cudnnStatus_t>(injected);                                                                   \
    }
CREATE_DESTROY(cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor, cudnnTensorDescriptor_t, cudnnTensorStruct,
               kind::tensor)
CREATE_DESTROY(cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor, cudnnFilterDescriptor_t, cudnnFilterStruct,
               kind::filter)
CREATE_DESTROY(cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor, cudnnConvolutionDescriptor_t,
               cudnnConvolutionStruct, kind::conv)

cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t d, cudnnTensorFormat_t format, cudnnDataType_t type,
                                         int n, int c, int h, int w)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    alive(d, kind::tensor, __func__);
    if (n < 1 || c < 1 || h < 1 || w < 1 || (format != CUDNN_TENSOR_NHWC && format != CUDNN_TENSOR_NCHW)) {
        refuse(__func__, "format %d of n %d c %d h %d w %d", format, n, c, h, w);
        return CUDNN_STATUS_BAD_PARAM;
    }
    if (static_cast<double>(n) * c * h * w > 2147483647.0) { /* strides and offsets are 32-bit */
        refuse(__func__, "more than 2^31 - 1 elements");
        return CUDNN_STATUS_NOT_SUPPORTED;
    }
    *d = format == CUDNN_TENSOR_NHWC ? cudnnTensorStruct { true, type, n, c, h, w, h * w * c, 1, w * c, c }
                                     : cudnnTensorStruct { true, type, n, c, h, w, c * h * w, h * w, w, 1 };
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetTensor4dDescriptorEx(cudnnTensorDescriptor_t d, cudnnDataType_t type, int n, int c, int h, int w,
                                           int sn, int sc, int sh, int sw)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    alive(d, kind::tensor, __func__);
    if (n < 1 || c < 1 || h < 1 || w < 1 || sn < 1 || sc < 1 || sh < 1 || sw < 1)
        return CUDNN_STATUS_BAD_PARAM;
    *d = { true, type, n, c, h, w, sn, sc, sh, sw };
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t d, cudnnDataType_t type, cudnnTensorFormat_t format,
                                         int k, int c, int h, int w)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    alive(d, kind::filter, __func__);
    if (k < 1 || c < 1 || h < 1 || w < 1 || (format != CUDNN_TENSOR_NHWC && format != CUDNN_TENSOR_NCHW)) {
        refuse(__func__, "format %d of k %d c %d h %d w %d", format, k, c, h, w);
        return CUDNN_STATUS_BAD_PARAM;
    }
    *d = { true, type, format, k, c, h, w };
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t d, int pad_h, int pad_w, int stride_h,
                                              int stride_w, int dilation_h, int dilation_w, cudnnConvolutionMode_t mode,
                                              cudnnDataType_t compute)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    alive(d, kind::conv, __func__);
    if (pad_h < 0 || pad_w < 0 || stride_h < 1 || stride_w < 1 || dilation_h < 1 || dilation_w < 1) {
        refuse(__func__, "pad %d %d stride %d %d dilation %d %d", pad_h, pad_w, stride_h, stride_w, dilation_h,
               dilation_w);
        return CUDNN_STATUS_BAD_PARAM;
    }
    cudnnMathType_t math = d->set ? d->math : CUDNN_DEFAULT_MATH;
    int groups = d->set ? d->groups : 1;
    *d = { true, pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, groups, mode, compute, math };
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t d, cudnnMathType_t math)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    alive(d, kind::conv, __func__);
    if (math > CUDNN_FMA_MATH)
        return CUDNN_STATUS_BAD_PARAM;
    if (!d->set)
        violation("%s: before cudnnSetConvolution2dDescriptor, which resets it", __func__);
    d->math = math;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t d, int groups)
{
    EMU_ENTER(cudnn, cudnnStatus_t);
    alive(d, kind::conv, __func__);
    if (groups < 1)
        return CUDNN_STATUS_BAD_PARAM;
    d->groups = groups;
    return CUDNN_STATUS_SUCCESS;
}
