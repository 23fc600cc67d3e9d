/* Mistakes with cuDNN and cuBLASLt, and a program that releases nothing. */
#include "tests/cuda/sample/libraries.h"

namespace
{
void dnn_destroyed()
{
    dnn c;
    DNN(cudnnDestroyTensorDescriptor(c.x));
    c.forward();
}
void dnn_foreign()
{
    dnn c;
    std::vector<float> host(75);
    c.py = host.data();
    c.forward();
}
void dnn_short()
{
    dnn c;
    c.py = device(74);
    c.forward();
}
void dnn_misaligned()
{
    dnn c;
    c.px = counting(60) + 1;
    c.forward();
}
void dnn_unwritten()
{
    dnn c;
    c.pw = device(54);
    DNN(c.forward());
    cudaStreamSynchronize(stream);
}
void dnn_in_place()
{
    dnn c;
    c.px = counting(128);
    c.py = c.px + 32;
    c.forward();
}
void dnn_work_overlap()
{
    dnn c;
    c.py = device(256);
    c.forward(c.py, 256, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM);
}
void dnn_freed_early()
{
    dnn c;
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    RT(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
    DNN(c.forward());
    RT(cudaStreamEndCapture(stream, &graph));
    RT(cudaGraphInstantiate(&exec, graph, 0));
    RT(cudaFree(c.pw));
    RT(cudaGraphLaunch(exec, stream));
    cudaStreamSynchronize(stream);
}
void blas_alignment()
{
    blas m(0); /* 256 is assumed unless the attribute is set */
    m.pa = counting(32, 4);
    m.multiply();
}
void blas_overlap()
{
    blas m;
    m.pd = m.pa;
    m.multiply();
}
void blas_bias_freed()
{
    blas m;
    RT(cudaFree(m.bias));
    m.multiply();
}
void blas_destroyed()
{
    blas m;
    LT(cublasLtMatrixLayoutDestroy(m.a));
    m.multiply();
}
void leak()
{
    device(4);
    pinned(4);
    dnn c;
}
} // namespace

const std::vector<use> wrong_libraries = { { "dnn_destroyed", dnn_destroyed },
                                           { "dnn_foreign", dnn_foreign },
                                           { "dnn_short", dnn_short },
                                           { "dnn_misaligned", dnn_misaligned },
                                           { "dnn_unwritten", dnn_unwritten },
                                           { "dnn_in_place", dnn_in_place },
                                           { "dnn_work_overlap", dnn_work_overlap },
                                           { "dnn_freed_early", dnn_freed_early },
                                           { "blas_alignment", blas_alignment },
                                           { "blas_overlap", blas_overlap },
                                           { "blas_bias_freed", blas_bias_freed },
                                           { "blas_destroyed", blas_destroyed },
                                           { "leak", leak } };
