/* Lower bound of a plan's time: only convolutions count, at the machine's peaks. */
#include "engine/command/bench/bench.h"
#include "engine/op/chain.h"

#include <math.h>

/* Products per image and pair of channels with Winograd's algorithm, tiles of 4x4 outputs, 36 instead of 144; a dilated
   convolution is one on each of dilation * dilation interleaved maps. */
static double tiles_along(int32_t side, int32_t dilation)
{
    double n = 0;
    for (int32_t r = 0; r < dilation && r < side; r++)
        n += ceil(ceil((double)(side - r) / dilation) / 4);
    return n;
}

/* Floating-point operations of a convolution pass with the best algorithm: direct sum, whose inputs may be bfloat16, or
   Winograd, which multiplies floats. */
static double least_flop(const ax_call *call, const ax_bench_peaks *peaks, bool narrow)
{
    const ax_attr *a = &call->attr;
    const double direct = ax_bench_flop(call) / (narrow && a->conv.groups == 1 ? peaks->narrow : 1);
    const ax_shape x = ax_bench_input(call, 0)->type.shape, y = ax_bench_output(call)->shape;
    if (a->conv.kernel != 3 || a->conv.stride != 1 || a->conv.groups != 1 || x.h != y.h || x.w != y.w)
        return direct;
    const int passes = call->backward ? (call->out[0].mem != NULL) + (call->out[1].mem != NULL) : 1;
    const double tiles = tiles_along(y.h, a->conv.dilation) * tiles_along(y.w, a->conv.dilation);
    return fmin(direct, passes * 2.0 * 36 * tiles * y.n * x.c * y.c);
}

/* A FUSED reads no more than its convolution: a map that it adds is another one's output, or may be in a cache. */
static double conv_bytes(const ax_call *call)
{
    if (call->backward)
        return ax_bench_bytes(call);
    return (double)ax_type_bytes(call->in[0].type) + (double)ax_type_bytes(call->in[1].type) +
           (double)ax_type_bytes(call->out[0].type);
}

/* A CHAIN counts as its links one after the other, since not every cache holds the maps between them. */
static double chain_seconds(const ax_call *chain, const ax_bench_peaks *peaks)
{
    double seconds = 0;
    for (unsigned k = 0; k < chain->attr.chain.links; k++) {
        const ax_call link = ax_chain_call(chain, k);
        const bool narrow = chain->in[0].type.dtype == AX_BF16;
        seconds += fmax(least_flop(&link, peaks, narrow) / peaks->flops, conv_bytes(&link) / peaks->bandwidth);
    }
    return seconds;
}

double ax_bench_roofline(const ax_plan *plan, const ax_bench_peaks *peaks)
{
    double seconds = 0;
    for (size_t i = 0; i < ax_plan_steps(plan); i++) {
        const ax_call *call = ax_plan_step_at(plan, i).call;
        if (call->op == AX_OP_CONV2D || call->op == AX_OP_FUSED)
            seconds += fmax(least_flop(call, peaks, call->in[0].type.dtype == AX_BF16) / peaks->flops,
                            conv_bytes(call) / peaks->bandwidth);
        else if (call->op == AX_OP_CHAIN)
            seconds += chain_seconds(call, peaks);
    }
    return seconds;
}
