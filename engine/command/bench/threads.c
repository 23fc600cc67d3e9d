/* bench threads: how a training step scales with CPU threads. */
#include "engine/base/cores.h"
#include "engine/base/out.h"
#include "engine/config/option.h"
#include "engine/command/bench/bench.h"

static const char synopsis[] = "auxcell bench threads [OPTION...]";
static const char about[] = "Times a training step with 1, 2, ... threads: the least time of some runs, the\n"
                            "speed-up over one thread, and that speed-up per thread.\n";

static ax_code run(ax_bench_work *w, int32_t most, bool json, ax_err *err)
{
    double alone = 0;
    ax_code code = AX_OK;
    for (w->threads = 1; w->threads <= most && code == AX_OK; w->threads++) {
        ax_bench b = { 0 };
        double median, least;
        code = ax_bench_init(&b, w, err);
        if (code == AX_OK)
            code = ax_bench_measure(&b, &median, &least, err);
        ax_bench_release(&b);
        if (code != AX_OK)
            break;
        if (w->threads == 1) {
            alone = least;
            if (!json)
                ax_out("%7s %10s %10s %8s %10s\n", "threads", "least ms", "median ms", "speed-up", "efficiency");
        }
        double gain = alone / least;
        if (json)
            ax_out("%s{\"threads\":%d,\"ms_min\":%.3f,\"ms_median\":%.3f,\"speedup\":%.4f,\"efficiency\":%.4f}",
                   w->threads == 1 ? "[" : ",\n", w->threads, least * 1e3, median * 1e3, gain, gain / w->threads);
        else
            ax_out("%7d %10.2f %10.2f %8.2f %9.0f%%\n", w->threads, least * 1e3, median * 1e3, gain,
                   100 * gain / w->threads);
        ax_out_flush();
    }
    if (json && code == AX_OK)
        ax_out("]\n");
    return code;
}

int ax_bench_threads(int argc, char **argv)
{
    ax_bench_work w = { .genotype = AX_BENCH_GENOTYPE, .device = "cpu", .stage = 1, .outputs = 21, .runs = 5 };
    int32_t most = 0;
    bool json = false;
    const ax_option table[] = {
        AX_TEXT("--genotype", "G", &w.genotype, "the decoder (arch0)"),
        AX_WHOLE("--threads-max", "N", &most, 1, 256, "the last row (the cores that this process may use)"),
        AX_WHOLE("--stage", "N", &w.stage, 1, 2, "1 or 2 (1)"),
        AX_WHOLE("--batch", "N", &w.batch, 1, 4096, "images at once (16 or 8)"),
        AX_WHOLE("--crop", "N", &w.crop, 32, 8192, "side of the images, a multiple of 32 (256)"),
        AX_WHOLE("--channels", "N", &w.channels, 1, 1024, "width of the decoder (48)"),
        AX_WHOLE("--classes", "N", &w.outputs, 1, 255, "classes (21)"),
        AX_WHOLE("--runs", "N", &w.runs, 1, 10000, "runs of each row that count (5)"),
        AX_FLAG("--json", &json, "one JSON array"),
    };
    int n = 0;
    ax_err err = { 0 };
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, 0 };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    ax_bench_defaults(&w);
    return run(&w, most ? most : ax_cores_allowed(), json, &err) == AX_OK ? 0 : ax_complain_of(&err);
}
