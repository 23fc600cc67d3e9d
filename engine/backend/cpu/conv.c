/* Convolution: depthwise goes to our own kernels, dense to oneDNN. */
#include "engine/backend/cpu/device.h"

static bool depthwise(const ax_call *call)
{
    return call->attr.conv.groups > 1;
}

AX_CPU_PREPARE(ax_cpu_conv_prepare)
{
    return depthwise(call) ? ax_cpu_dw_prepare(dev, call, work, err) : ax_cpu_dense_prepare(dev, call, work, err);
}

AX_CPU_RUN(ax_cpu_conv_run)
{
    return depthwise(call) ? ax_cpu_dw_run(dev, call, err) : ax_cpu_dense_run(dev, call, err);
}

AX_CPU_DISCARD(ax_cpu_conv_discard)
{
    if (!depthwise(call))
        ax_cpu_dense_discard(dev, call);
}
