/* bench threads: how a training step scales with the threads of the CPU. */
#include "engine/base/cores.h"
#include "engine/base/out.h"
#include "engine/command/bench/bench.h"

static const char usage[] = "usage: auxcell-engine bench threads [OPTION...]\n"
                            "Times a training step with 1, 2, ... threads: the least of some runs, how many times\n"
                            "faster than one thread that is, and that speed-up per thread.\n";

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
    ax_bench_work w = { .genotype = AX_BENCH_GENOTYPE, .device = "cpu", .stage = 1, .classes = 21, .runs = 5 };
    int32_t most = 0;
    bool json = false;
    const ax_option table[] = {
        { "--genotype", AX_OPTION_TEXT, &w.genotype, 0, 0, "G", "the decoder (the published arch0)" },
        { "--threads-max", AX_OPTION_WHOLE, &most, 1, 256, "N", "the last row (the cores that this process may use)" },
        { "--stage", AX_OPTION_WHOLE, &w.stage, 1, 2, "N", "1 or 2 (1)" },
        { "--batch", AX_OPTION_WHOLE, &w.batch, 1, 4096, "N", "images at once (16 or 8)" },
        { "--crop", AX_OPTION_WHOLE, &w.crop, 32, 8192, "N", "side of the images, a multiple of 32 (256)" },
        { "--channels", AX_OPTION_WHOLE, &w.channels, 1, 1024, "N", "width of the decoder (48)" },
        { "--classes", AX_OPTION_WHOLE, &w.classes, 1, 255, "N", "classes (21)" },
        { "--runs", AX_OPTION_WHOLE, &w.runs, 1, 10000, "N", "runs of each row that count (5)" },
        { "--json", AX_OPTION_FLAG, &json, 0, 0, NULL, "one JSON array" },
    };
    int n = 0;
    ax_err err = { 0 };
    ax_parsed parsed = ax_options_parse(usage, table, sizeof table / sizeof *table, argc, argv, 0, &n);
    if (parsed != AX_PARSED_GO)
        return parsed == AX_PARSED_HELP ? 0 : 2;
    ax_bench_defaults(&w);
    return run(&w, most ? most : ax_cores_allowed(), json, &err) == AX_OK ? 0 : ax_command_fail(&err);
}
