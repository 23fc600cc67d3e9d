/* Mistakes with and in kernels. */
#include "tests/cuda/sample/misuse.h"

#include <cstdio>

namespace
{
void kernel_run(void (*kernel)(const sample_args), int n, dim3 grid, dim3 threads)
{
    float *x = counting(64), *y = device(64);
    RT(launch(kernel, x, y, n, grid, threads));
    cudaStreamSynchronize(stream);
}
void kernel_far()
{
    kernel_run(ax_k_scale, 1 << 20, dim3(1 << 10), dim3(64));
}
void kernel_canary()
{
    float *x = counting(64), *y = device(60);
    RT(launch(ax_k_scale, x, y, 64, dim3(1), dim3(64)));
    cudaStreamSynchronize(stream);
}
void kernel_host_pointer()
{
    static float y[64];
    RT(launch(ax_k_scale, counting(64), y, 64, dim3(1), dim3(64)));
    cudaStreamSynchronize(stream);
}
void kernel_pinned_pointer()
{
    launch(ax_k_scale, counting(64), pinned(64), 64, dim3(1), dim3(64));
}
void kernel_freed()
{
    float *x = counting(64), *y = device(64);
    RT(cudaFree(x));
    launch(ax_k_scale, x, y, 64, dim3(1), dim3(64));
}
void kernel_unwritten()
{
    float *x = device(64), *y = device(64);
    RT(launch(ax_k_scale, x, y, 64, dim3(1), dim3(64)));
    cudaStreamSynchronize(stream);
}
void kernel_misaligned()
{
    float *x = counting(64, 1), *y = device(64);
    RT(launch(ax_k_vector, x, y, 64, dim3(1), dim3(16)));
    cudaStreamSynchronize(stream);
}
void kernel_race()
{
    kernel_run(ax_k_race, 64, dim3(1), dim3(64));
}
void kernel_block_race()
{
    kernel_run(ax_k_blockrace, 64, dim3(4), dim3(64));
}
void kernel_uneven()
{
    kernel_run(ax_k_uneven, 64, dim3(1), dim3(64));
}
void kernel_two_barriers()
{
    kernel_run(ax_k_twobarriers, 64, dim3(1), dim3(64));
}
void kernel_undeclared()
{
    kernel_run(ax_k_undeclared, 64, dim3(1), dim3(64));
}
void kernel_uninitialised()
{
    kernel_run(ax_k_uninit, 64, dim3(1), dim3(64));
}
void kernel_beyond_shared()
{
    kernel_run(ax_k_beyond, 64, dim3(1), dim3(64));
}
void kernel_overflow()
{
    kernel_run(ax_k_overflow, 1000, dim3(1), dim3(64));
}
/* prints the result of the racing kernel, for two orders of its threads */
void race_value()
{
    float *x = counting(64), *y = device(64);
    RT(launch(ax_k_race, x, y, 64, dim3(1), dim3(64)));
    std::vector<float> v = values(y, 64);
    printf("value %g\n", static_cast<double>(v[40]));
}
void graph_freed()
{
    float *x = counting(64), *y = device(64);
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    RT(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
    RT(cudaMemcpyAsync(y, x, 256, cudaMemcpyDeviceToDevice, stream));
    RT(cudaStreamEndCapture(stream, &graph));
    RT(cudaGraphInstantiate(&exec, graph, 0));
    RT(cudaFree(x));
    RT(cudaGraphLaunch(exec, stream));
    cudaStreamSynchronize(stream);
}
} // namespace

const std::vector<use> wrong_kernels = { { "kernel_far", kernel_far },
                                         { "kernel_canary", kernel_canary },
                                         { "kernel_host_pointer", kernel_host_pointer },
                                         { "kernel_pinned_pointer", kernel_pinned_pointer },
                                         { "kernel_freed", kernel_freed },
                                         { "kernel_unwritten", kernel_unwritten },
                                         { "kernel_misaligned", kernel_misaligned },
                                         { "kernel_race", kernel_race },
                                         { "kernel_block_race", kernel_block_race },
                                         { "kernel_uneven", kernel_uneven },
                                         { "kernel_two_barriers", kernel_two_barriers },
                                         { "kernel_undeclared", kernel_undeclared },
                                         { "kernel_uninitialised", kernel_uninitialised },
                                         { "kernel_beyond_shared", kernel_beyond_shared },
                                         { "kernel_overflow", kernel_overflow },
                                         { "race_value", race_value },
                                         { "graph_freed", graph_freed } };
