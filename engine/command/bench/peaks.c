/* Measures a device's peak performance, as reference for kernels and steps. */
#include "engine/backend/cpu/peak.h"
#include "engine/backend/list.h"
#include "engine/command/bench/bench.h"

#include <math.h>
#include <stdint.h>

typedef struct bench {
    const ax_backend *be;
    ax_device *dev;
    ax_bench_effort effort;
    ax_bench_peaks *to;
} bench;

/* Memory bandwidth in bytes per second, by a sum of two maps far larger than the caches (STREAM's Add, with the
   backend's kernel). */
static ax_code measure_bandwidth(const bench *o, ax_err *err)
{
    int32_t side = o->effort.ms ? 4096 : 1024; /* --ms 0 asks for quick, rough figures */
    const ax_operand map = { .mem = (void *)(uintptr_t)64, .type = { .shape = { 1, side, side, 1 } } };
    ax_bench_row row = { .call = { .op = AX_OP_ADD, .in = { map, map }, .out = { map }, .n_in = 2, .n_out = 1 } };
    const ax_bench_effort effort = { .runs = 5, .ms = 10 * o->effort.ms };
    double seconds;
    ax_code code = ax_bench_alone(&row, o->be, o->dev, effort, &seconds, NULL, err);
    o->to->bandwidth = code == AX_OK ? ax_bench_bytes(&row.call) / seconds : 0;
    return code;
}

/* Where our own loop can't run, the backend's matrix product gives the peak, with more and more pixels until it takes a
   measurable time. */
static ax_code measure_product(const bench *o, ax_err *err)
{
    enum { SIDE = 32, CHANNELS = 256, MOST = 256 };
    void *there = (void *)(uintptr_t)64;
    const ax_operand weight = { there, { .shape = { CHANNELS, 1, 1, CHANNELS }, .layout = AX_OIHW } };
    ax_code code = AX_OK;
    double seconds = 0;
    for (int32_t n = 1; code == AX_OK && n <= MOST && (n == 1 || seconds * 1e3 < 0.1 * o->effort.ms); n *= 2) {
        const ax_operand map = { there, { .shape = { n, SIDE, SIDE, CHANNELS } } };
        ax_bench_row row = { .call = { .op = AX_OP_CONV2D,
                                       .attr.conv = { .kernel = 1, .stride = 1, .dilation = 1, .groups = 1 },
                                       .in = { map, weight },
                                       .out = { map },
                                       .n_in = 2,
                                       .n_out = 1 } };
        code = ax_bench_alone(&row, o->be, o->dev, o->effort, &seconds, NULL, err);
        if (code == AX_OK)
            o->to->flops = fmax(o->to->flops, ax_bench_flop(&row.call) / seconds);
    }
    return code;
}

static ax_code measure(const bench *o, ax_err *err)
{
    if (o->be == &ax_backend_cpu) {
        o->to->flops = ax_cpu_peak_flops(o->dev);
    } else if (o->be == &ax_backend_ref) {
        ax_device *core = ax_backend_cpu.open(0, 1, err);
        if (!core)
            return err->code;
        o->to->flops = ax_cpu_peak_flops(core);
        ax_backend_cpu.close(core);
    } else if (measure_product(o, err) != AX_OK) {
        return err->code;
    }
    return measure_bandwidth(o, err);
}

ax_code ax_bench_peaks_measure(const ax_backend *be, ax_device *dev, ax_bench_effort effort, ax_bench_peaks *out,
                               ax_err *err)
{
    const bench b = { be, dev, effort, out };
    *out = (ax_bench_peaks) { .narrow = be == &ax_backend_cpu ? 2 : 1 }; /* pairs: VDPBF16PS */
    return measure(&b, err);
}
