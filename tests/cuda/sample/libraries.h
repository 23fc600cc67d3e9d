/* One problem for each library, described and allocated. */
#ifndef AX_MISUSE_LIBRARIES_H
#define AX_MISUSE_LIBRARIES_H

#include "tests/cuda/sample/misuse.h"

#include <cublasLt.h>
#include <cudnn.h>

/* One convolution's descriptors, n 1, c 2 -> 3, 5x5, filter 3x3, pad 1 */
struct dnn {
    cudnnHandle_t handle;
    cudnnTensorDescriptor_t x, y;
    cudnnFilterDescriptor_t w;
    cudnnConvolutionDescriptor_t d;
    float *px, *pw, *py;

    dnn()
    {
        DNN(cudnnCreate(&handle));
        DNN(cudnnSetStream(handle, stream));
        DNN(cudnnCreateTensorDescriptor(&x));
        DNN(cudnnCreateTensorDescriptor(&y));
        DNN(cudnnCreateFilterDescriptor(&w));
        DNN(cudnnCreateConvolutionDescriptor(&d));
        DNN(cudnnSetTensor4dDescriptor(x, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 1, 2, 5, 5));
        DNN(cudnnSetTensor4dDescriptor(y, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 1, 3, 5, 5));
        DNN(cudnnSetFilter4dDescriptor(w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NHWC, 3, 2, 3, 3));
        DNN(cudnnSetConvolution2dDescriptor(d, 1, 1, 1, 1, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
        DNN(cudnnSetConvolutionMathType(d, CUDNN_FMA_MATH));
        px = counting(50);
        pw = counting(54);
        py = device(75);
    }
    void release()
    {
        DNN(cudnnDestroyTensorDescriptor(x));
        DNN(cudnnDestroyTensorDescriptor(y));
        DNN(cudnnDestroyFilterDescriptor(w));
        DNN(cudnnDestroyConvolutionDescriptor(d));
        DNN(cudnnDestroy(handle));
        RT(cudaFree(px));
        RT(cudaFree(pw));
        RT(cudaFree(py));
    }
    cudnnStatus_t forward(void *work = nullptr, size_t size = 0,
                          cudnnConvolutionFwdAlgo_t algo = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM)
    {
        return cudnnConvolutionForward(handle, &one, x, px, w, pw, d, algo, work, size, &zero, y, py);
    }
};

/* D (4x3) = A (4x5) B (5x3) + bias, column-major */
struct blas {
    cublasLtHandle_t handle;
    cublasLtMatmulDesc_t op;
    cublasLtMatrixLayout_t a, b, d;
    cublasLtMatmulPreference_t pref;
    float *pa, *pb, *pd, *bias;
    cublasLtMatmulHeuristicResult_t found;

    explicit blas(uint32_t align = 16, cublasComputeType_t compute = CUBLAS_COMPUTE_32F)
    {
        LT(cublasLtCreate(&handle));
        LT(cublasLtMatmulDescCreate(&op, compute, CUDA_R_32F));
        LT(cublasLtMatrixLayoutCreate(&a, CUDA_R_32F, 4, 5, 4));
        LT(cublasLtMatrixLayoutCreate(&b, CUDA_R_32F, 5, 3, 5));
        LT(cublasLtMatrixLayoutCreate(&d, CUDA_R_32F, 4, 3, 4));
        LT(cublasLtMatmulPreferenceCreate(&pref));
        if (align)
            for (int i = CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES; i <= CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES;
                 i++)
                LT(cublasLtMatmulPreferenceSetAttribute(pref, static_cast<cublasLtMatmulPreferenceAttributes_t>(i),
                                                        &align, sizeof align));
        bias = counting(4);
        uint32_t epilogue = CUBLASLT_EPILOGUE_BIAS;
        LT(cublasLtMatmulDescSetAttribute(op, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue));
        LT(cublasLtMatmulDescSetAttribute(op, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias));
        int count;
        LT(cublasLtMatmulAlgoGetHeuristic(handle, op, a, b, d, d, pref, 1, &found, &count));
        CHECK(count == 1 && found.workspaceSize == 0);
        pa = counting(20);
        pb = counting(15);
        pd = device(12);
    }
    cublasStatus_t multiply()
    {
        return cublasLtMatmul(handle, op, &one, pa, a, pb, b, &zero, pd, d, pd, d, &found.algo, nullptr, 0, stream);
    }
    void release()
    {
        LT(cublasLtMatmulDescDestroy(op));
        LT(cublasLtMatrixLayoutDestroy(a));
        LT(cublasLtMatrixLayoutDestroy(b));
        LT(cublasLtMatrixLayoutDestroy(d));
        LT(cublasLtMatmulPreferenceDestroy(pref));
        LT(cublasLtDestroy(handle));
        RT(cudaFree(pa));
        RT(cudaFree(pb));
        RT(cudaFree(pd));
        RT(cudaFree(bias));
    }
};

#endif
