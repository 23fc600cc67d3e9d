/* auxcell-engine bench: time of a training step or of inference, on random inputs. */
#include "engine/backend/list.h"
#include "engine/base/out.h"
#include "engine/config/option.h"
#include "engine/base/output.h"
#include "engine/command/bench/bench.h"
#include "engine/export/onnx.h"
#include "engine/export/onnx_message.h"

#include "engine/command/program.h"
#include "engine/model/mobilenet.h"
#include "engine/model/network.h"

#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const char synopsis[] = "auxcell bench step|infer [OPTION...]\n"
                               "       auxcell bench ops|threads [OPTION...] (bench ops --help, bench threads --help)";
static const char about[] =
    "step --stage 1: decoder only from cached encoder outputs: auxiliary heads, teacher, clipping, Adam, average.\n"
    "step --stage 2: end to end: encoder with SGD, decoder with Adam, auxiliary heads, clipping, average.\n"
    "infer: evaluation forward of encoder and decoder.\n"
    "Prints the median and least time of --runs runs after two that don't count.\n";

enum { MAX_RUNS = 10000 };

/* Compares with the fused roofline. least: seconds of the fastest run. */
static ax_code roofline(const ax_bench *b, double least, bool json, ax_err *err)
{
    const ax_bench_effort effort = { .runs = 5, .ms = 10 };
    ax_bench_peaks peaks;
    if (ax_bench_peaks_measure(b->session.be, b->session.dev, effort, &peaks, err) != AX_OK)
        return err->code;
    double roof = ax_bench_roofline(b->session.plan, &peaks);
    if (json)
        ax_out(",\"peak_gflops\":%.3f,\"peak_gbs\":%.3f,\"roofline_ms\":%.6f,\"roofline\":%.4f", peaks.flops * 1e-9,
               peaks.bandwidth * 1e-9, roof * 1e3, roof / least);
    else
        ax_out(
            "fused roofline (convolutions alone, at %.1f GFLOP/s and %.1f GB/s): %.3f ms, %.0f%% of the least time\n",
            peaks.flops * 1e-9, peaks.bandwidth * 1e-9, roof * 1e3, 100 * roof / least);
    return AX_OK;
}

static ax_code profile(ax_bench *b, double least, bool json, ax_err *err)
{
    ax_code code = AX_OK;
    ax_plan_profile(b->session.plan, true);
    for (int32_t i = 0; i < b->o->runs && code == AX_OK; i++)
        code = ax_bench_once(b, err);
    if (code == AX_OK)
        code = ax_bench_profile(&b->session, json, b->o->together, err);
    return code == AX_OK ? roofline(b, least, json, err) : code;
}

static ax_code report(ax_bench *b, double median, double least, bool json, ax_err *err)
{
    const ax_bench_work *o = b->o;
    ax_network_figures f;
    struct rusage usage_now;
    if (ax_network_measure(ax_encoder_builtin(), &b->spec, o->crop, o->width, &f, err) != AX_OK)
        return err->code;
    getrusage(RUSAGE_SELF, &usage_now);
    size_t peak = ax_plan_arena_bytes(b->session.plan) + ax_params_bytes(b->session.params);
    char text[AX_GENOTYPE_TEXT];
    ax_genotype_print(&b->spec.genotype, text);
    const char *mode = o->infer ? "infer" : o->stage == 1 ? "step1" : "step2";
    if (json)
        ax_out("{\"genotype\":\"%s\",\"mode\":\"%s\",\"device\":\"%s\",\"ms_median\":%.3f,\"ms_min\":%.3f,"
               "\"peak_bytes\":%zu,\"peak_rss_mb\":%ld,\"params\":%" PRIu64 ",\"macs\":%" PRIu64,
               text, mode, b->session.be->name, median * 1e3, least * 1e3, peak, usage_now.ru_maxrss / 1024,
               f.stats.params, f.stats.macs);
    else
        ax_out(
            "%s\n%s on %s, batch %d, crop %dx%d, channels %d, repeats %d: median %.2f ms, least %.2f ms\n"
            "plan and parameters %.1f MB, process %ld MB; network %.3f M parameters, %.2f G multiply-adds an image\n",
            text, mode, b->session.be->name, o->batch, o->width, o->crop, o->channels, o->repeats, median * 1e3,
            least * 1e3, (double)peak / 1e6, usage_now.ru_maxrss / 1024, (double)f.stats.params / 1e6,
            (double)f.stats.macs / 1e9);
    return AX_OK;
}

static ax_code write_onnx(const ax_session *s, const char *file, ax_err *err)
{
    const ax_onnx_spec spec = { .image = ax_graph_find(s->graph, "image"),
                                .output = ax_graph_find(s->graph, "logits"),
                                .name = "logits",
                                .doc = "random weights" };
    ax_str text;
    ax_str_init(&text, AX_ONNX_BYTES);
    ax_code code = ax_onnx_write(s->graph, s->params, &spec, &text, err);
    if (code == AX_OK)
        code = ax_output_write(file, text.text, text.len, err);
    ax_str_release(&text);
    return code;
}

void ax_bench_defaults(ax_bench_work *o)
{
    if (!o->batch)
        o->batch = o->infer ? 1 : o->stage == 1 ? 16 : 8;
    if (!o->crop)
        o->crop = o->infer ? 512 : 256;
    if (!o->width)
        o->width = o->crop;
    if (!o->channels)
        o->channels = o->infer ? 64 : 48;
    if (!o->repeats)
        o->repeats = o->infer ? 2 : 1;
}

int ax_command_bench(const ax_program *prog, int argc, char **argv)
{
    (void)prog;
    if (argc > 1 && !strcmp(argv[1], "ops"))
        return ax_bench_ops(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], "threads"))
        return ax_bench_threads(argc - 1, argv + 1);
    ax_bench_work o = {
        .genotype = AX_BENCH_GENOTYPE, .device = "auto", .stage = 1, .outputs = 21, .runs = 5, .graphs = 1
    };
    bool json = false, with_profile = false;
    const char *onnx = NULL;
    const ax_option table[] = {
        AX_TEXT("--genotype", "G", &o.genotype, "the decoder (arch0)"),
        AX_WHOLE("--stage", "N", &o.stage, 1, 2, "of step: 1 or 2 (1)"),
        AX_WHOLE("--batch", "N", &o.batch, 1, 4096, "images at once (step 16 or 8, infer 1)"),
        AX_WHOLE("--crop", "N", &o.crop, 32, 8192, "side of the images, a multiple of 32 (256, 512)"),
        AX_WHOLE("--width", "N", &o.width, 32, 8192, "of infer: their width, if it isn't their height (--crop)"),
        AX_WHOLE("--channels", "N", &o.channels, 1, 1024, "width of the decoder (48, 64)"),
        AX_WHOLE("--repeats", "N", &o.repeats, 1, 8, "steps per separable convolution (1, 2)"),
        AX_WHOLE("--classes", "N", &o.outputs, 1, 255, "classes (21)"),
        AX_WHOLE("--threads", "N", &o.threads, 0, 1024, "threads, 0 = all cores (0)"),
        AX_WHOLE("--runs", "N", &o.runs, 1, MAX_RUNS, "runs that count (5)"),
        AX_WHOLE("--graphs", "N", &o.graphs, 0, 1, "CUDA: 1: kernels are launched as one graph, 0: one by one (1)"),
        AX_TEXT("--device", "NAME", &o.device, "where it is computed: auto, cpu, ref or cuda:N"),
        AX_PATH("--onnx", "FILE", &onnx, "of infer: writes the network that is measured, for others to run"),
        AX_FLAG("--json", &json, "one JSON object"),
        AX_FLAG("--profile", &with_profile, "where the time goes, by operation and shape"),
        AX_FLAG("--together", &o.together, "on a CPU, too, in the order of CUDA, which runs independent nodes as one"),
    };
    int n = 0;
    ax_err err = { 0 };
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, 1 };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (!n || (strcmp(argv[1], "step") && strcmp(argv[1], "infer"))) {
        ax_fail(&err, AX_EINVAL, "bench needs 'step', 'infer', 'ops' or 'threads'; --help says more");
        return ax_complain_of(&err);
    }
    o.infer = !strcmp(argv[1], "infer");
    if (!o.infer && (onnx || o.width)) {
        ax_fail(&err, AX_EINVAL, "--onnx and --width are for bench infer");
        return ax_complain_of(&err);
    }
    ax_bench_defaults(&o);
    ax_bench b = { 0 };
    double median = 0, least = 0;
    ax_code code = ax_bench_init(&b, &o, &err);
    if (code == AX_OK && onnx)
        code = write_onnx(&b.session, onnx, &err);
    if (code == AX_OK)
        code = ax_bench_measure(&b, &median, &least, &err);
    if (code == AX_OK)
        code = report(&b, median, least, json, &err);
    if (code == AX_OK && with_profile)
        code = profile(&b, least, json, &err);
    if (code == AX_OK && json)
        ax_out("}\n");
    ax_bench_release(&b);
    return code == AX_OK ? 0 : ax_complain_of(&err);
}
