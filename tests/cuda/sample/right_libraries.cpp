/* Right uses of cuDNN and cuBLASLt. */
#include "tests/cuda/sample/libraries.h"

#include <cmath>

namespace
{
float at(const std::vector<float> &v, int y, int x, int c)
{
    return y < 0 || y > 4 || x < 0 || x > 4 ? 0 : v[static_cast<size_t>((y * 5 + x) * 2 + c)];
}

void right_cudnn()
{
    dnn c;
    int count;
    cudnnConvolutionFwdAlgoPerf_t f[8];
    DNN(cudnnGetConvolutionForwardAlgorithm_v7(c.handle, c.x, c.w, c.d, c.y, 8, &count, f));
    CHECK(count == 3 && f[0].memory > 0 && f[2].memory == 0 && f[0].mathType == CUDNN_FMA_MATH);
    std::vector<float> x = values(c.px, 50), w = values(c.pw, 54), first;
    for (int i = 0; i < count; i++) {
        float *work = f[i].memory ? device(f[i].memory / sizeof(float)) : nullptr;
        DNN(c.forward(work, f[i].memory, f[i].algo));
        std::vector<float> y = values(c.py, 75);
        for (int oy = 0; oy < 5; oy++)
            for (int ox = 0; ox < 5; ox++)
                for (int k = 0; k < 3; k++) {
                    float sum = 0;
                    for (int r = 0; r < 3; r++)
                        for (int s = 0; s < 3; s++)
                            for (int ch = 0; ch < 2; ch++)
                                sum += at(x, oy + r - 1, ox + s - 1, ch) *
                                       w[static_cast<size_t>(((k * 3 + r) * 3 + s) * 2 + ch)];
                    CHECK(y[static_cast<size_t>((oy * 5 + ox) * 3 + k)] == sum);
                }
        RT(cudaFree(work));
    }
    /* <dy, conv(x, w)> is linear in x and in w: both gradients reproduce it */
    float *dy = counting(75), *dx = device(50), *dw = device(54);
    cudnnConvolutionBwdDataAlgoPerf_t bd[8];
    cudnnConvolutionBwdFilterAlgoPerf_t bf[8];
    DNN(cudnnGetConvolutionBackwardDataAlgorithm_v7(c.handle, c.w, c.y, c.d, c.x, 8, &count, bd));
    CHECK(bd[0].determinism == CUDNN_NON_DETERMINISTIC && bd[1].determinism == CUDNN_DETERMINISTIC);
    DNN(cudnnGetConvolutionBackwardFilterAlgorithm_v7(c.handle, c.x, c.y, c.d, c.w, 8, &count, bf));
    float *work = device((bd[1].memory + bf[2].memory) / sizeof(float));
    DNN(cudnnConvolutionBackwardData(c.handle, &one, c.w, c.pw, c.y, dy, c.d, bd[1].algo, work, bd[1].memory, &zero,
                                     c.x, dx));
    DNN(cudnnConvolutionBackwardFilter(c.handle, &one, c.x, c.px, c.y, dy, c.d, bf[2].algo, work, bf[2].memory, &zero,
                                       c.w, dw));
    std::vector<float> y = values(c.py, 75), gx = values(dx, 50), gw = values(dw, 54);
    double whole = 0, by_x = 0, by_w = 0;
    for (size_t i = 0; i < 75; i++)
        whole += static_cast<double>(y[i]) * static_cast<double>(i);
    for (size_t i = 0; i < 50; i++)
        by_x += static_cast<double>(gx[i]) * x[i];
    for (size_t i = 0; i < 54; i++)
        by_w += static_cast<double>(gw[i]) * w[i];
    CHECK(std::fabs(by_x - whole) < 1e-6 * whole && std::fabs(by_w - whole) < 1e-6 * whole);
    RT(cudaFree(dy));
    RT(cudaFree(dx));
    RT(cudaFree(dw));
    RT(cudaFree(work));
    c.release();
}

void right_blas()
{
    blas m;
    LT(m.multiply());
    std::vector<float> d = values(m.pd, 12);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 3; j++) {
            float sum = static_cast<float>(i);
            for (int k = 0; k < 5; k++)
                sum += static_cast<float>((k * 4 + i) * (j * 5 + k));
            CHECK(d[static_cast<size_t>(j * 4 + i)] == sum);
        }
    m.release();
}

/* TF32 keeps 10 bits of mantissa: 4097 * 4097 becomes 4096 * 4096 */
void right_tf32()
{
    dnn c;
    std::vector<float> big(54, 0.0F);
    for (float &v : big)
        v = 4097;
    RT(cudaMemcpyAsync(c.px, big.data(), 200, cudaMemcpyHostToDevice, stream));
    RT(cudaMemcpyAsync(c.pw, big.data(), 216, cudaMemcpyHostToDevice, stream));
    float *work = device(64);
    DNN(c.forward(work, 256, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM));
    float exact = values(c.py, 75)[0];
    DNN(cudnnSetConvolutionMathType(c.d, CUDNN_DEFAULT_MATH));
    DNN(c.forward(work, 256, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM));
    float rounded = values(c.py, 75)[0];
    CHECK(exact == 8 * 4097.0F * 4097 && rounded == 8 * 4096.0F * 4096);
    RT(cudaFree(work));
    c.release();
    blas m(16, CUBLAS_COMPUTE_32F_FAST_TF32);
    RT(cudaMemcpyAsync(m.pa, big.data(), 80, cudaMemcpyHostToDevice, stream));
    RT(cudaMemcpyAsync(m.pb, big.data(), 60, cudaMemcpyHostToDevice, stream));
    LT(m.multiply());
    CHECK(values(m.pd, 12)[0] == 5 * 4096.0F * 4096);
    m.release();
}
} // namespace

const std::vector<use> right_libraries = { { "right_cudnn", right_cudnn },
                                           { "right_blas", right_blas },
                                           { "right_tf32", right_tf32 } };
