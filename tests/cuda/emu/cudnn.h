/* The parts of the emulated cuDNN. */
#ifndef AX_EMU_CUDNN_H
#define AX_EMU_CUDNN_H

#include "tests/cuda/emu/emu.h"

#include <cudnn.h>

struct cudnnTensorStruct {
    bool set;
    cudnnDataType_t type;
    int n, c, h, w;
    int stride_n, stride_c, stride_h, stride_w;
};
struct cudnnFilterStruct {
    bool set;
    cudnnDataType_t type;
    cudnnTensorFormat_t format;
    int k, c, h, w;
};
struct cudnnConvolutionStruct {
    bool set;
    int pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, groups;
    cudnnConvolutionMode_t mode;
    cudnnDataType_t compute;
    cudnnMathType_t math;
};
struct cudnnContext {
    cudaStream_t stream;
};

namespace emu
{
/* One convolution: x (n, h, w, c), w (k, r, s, c / groups), y (n, oh, ow, k), all contiguous. */
struct conv {
    int n, h, w, c, k, r, s, oh, ow;
    int pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, groups;
    bool bf16; /* x, w and y are bfloat16; sums are not */
    bool tf32; /* inputs are rounded to 10 bits of mantissa first, as on tensor cores */
};
enum class pass { forward, data, filter };
size_t count_x(const conv &c);
size_t count_w(const conv &c);
size_t count_y(const conv &c);
/* out = alpha * result + beta * out, accumulated in double */
void convolve(const conv &c, pass which, const void *a, const void *b, void *out, float alpha, float beta);
} // namespace emu
#endif
