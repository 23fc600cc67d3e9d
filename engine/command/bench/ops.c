/* bench ops: times every kernel at the shapes of the search, compared with the machine's peaks and oneDNN. */
#include "engine/backend/cpu/peak.h"
#include "engine/backend/list.h"
#include "engine/base/out.h"
#include "engine/config/option.h"
#include "engine/command/device_note.h"
#include "engine/command/bench/bench.h"
#include "engine/command/bench/peer.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char synopsis[] = "auxcell bench ops [OPTION...]";
static const char about[] =
    "Times every kernel alone, at every shape that the networks of a search meet, on warm caches: GFLOP/s, GB/s and\n"
    "roof, the share of what the machine could do: the least time by its own peaks (printed first) over the time.\n"
    "On the CPU also oneDNN's time for the same operation, where it has one, and its ratio to ours; this needs\n"
    "auxcell-onednn.so, which is built where libdnnl is installed.\n";

typedef struct ops {
    ax_bench_work work;
    const char *only;
    bool json;
    ax_bench_effort effort;
    const ax_backend *be;
    ax_device *dev;
    const ax_peer_table *peer; /* NULL: absent, or not comparable */
    ax_bench_peaks peaks;
    unsigned printed, compared;
    double log_ratio; /* sum over the compared rows */
    const char *family;
} ops;

typedef struct result {
    double seconds, onednn; /* onednn: 0 = not supported by it */
    ax_explanation said;
} result;

/* ---- rows ---- */

typedef struct rival {
    const ax_peer_table *table;
    ax_peer *peer;
} rival;

static ax_code peer_fail(int status, ax_err *err)
{
    return status ? ax_fail(err, AX_EDEVICE, "oneDNN: status %d", status) : AX_OK;
}

static ax_code run_peer(void *context, ax_err *err)
{
    const rival *r = context;
    return peer_fail(r->table->run(r->peer), err);
}

static ax_code measure(const ops *o, const ax_bench_row *row, result *r, ax_err *err)
{
    *r = (result) { 0 };
    ax_code code = ax_bench_alone(row, o->be, o->dev, o->effort, &r->seconds, &r->said, err);
    if (code != AX_OK || !o->peer || row->update)
        return code;
    const ax_call *call = &row->call;
    const ax_operand *x = ax_bench_input(call, 0);
    const ax_type *y = ax_bench_output(call);
    const ax_peer_work work = {
        .call = call, .x = x ? x->type.shape : y->shape, .y = y->shape, .threads = ax_cpu_threads(o->dev)
    };
    int status = 0;
    rival peer = { o->peer, o->peer->open(&work, &status) };
    code = peer_fail(status, err);
    if (peer.peer)
        code = ax_bench_least(run_peer, &peer, o->effort, &r->onednn, err);
    o->peer->close(peer.peer);
    return code;
}

static void print_text(ops *o, const ax_bench_row *row, const result *r, double share)
{
    if (!o->family || strcmp(o->family, row->family))
        ax_out("%s\n", row->family);
    o->family = row->family;
    ax_out("  %-37s %9.3f %8.1f %7.1f %5.0f%%", row->variant, r->seconds * 1e3, row->flop / r->seconds * 1e-9,
           row->bytes / r->seconds * 1e-9, 100 * share);
    if (r->onednn > 0)
        ax_out(" %10.3f %6.2f", r->onednn * 1e3, r->onednn / r->seconds);
    ax_out("  %s\n", row->where);
    if (o->be->separate && r->said.why[0]) /* the choice is among vendor libraries' algorithms */
        ax_out("    %s\n", r->said.why);
}

static void print_json(const ops *o, const ax_bench_row *row, const result *r, double share)
{
    ax_out("%s{\"family\":\"%s\",\"variant\":\"%s\",\"where\":\"%s\",\"ms\":%.6f,\"flop\":%.0f,\"bytes\":%.0f,"
           "\"gflops\":%.3f,\"gbs\":%.3f,\"roofline\":%.4f,",
           o->printed ? ",\n" : "\n", row->family, row->variant, row->where, r->seconds * 1e3, row->flop, row->bytes,
           row->flop / r->seconds * 1e-9, row->bytes / r->seconds * 1e-9, share);
    if (r->onednn > 0)
        ax_out("\"onednn_ms\":%.6f,\"ratio\":%.4f", r->onednn * 1e3, r->onednn / r->seconds);
    else
        ax_out("\"onednn_ms\":null,\"ratio\":null");
    ax_out(",\"by\":\"%s\",\"why\":\"%s\"}", r->said.by, r->said.why);
}

static ax_code measure_rows(ops *o, const ax_bench_rows *rows, ax_err *err)
{
    for (size_t i = 0; i < rows->n; i++) {
        const ax_bench_row *row = &rows->row[i];
        char name[sizeof row->family + sizeof row->variant];
        result r;
        snprintf(name, sizeof name, "%s %s", row->family, row->variant);
        if (o->only && !strstr(name, o->only))
            continue;
        if (measure(o, row, &r, err) != AX_OK)
            return ax_fail_prefix(err, name);
        if (r.seconds <= 0)
            r.seconds = 1e-9; /* below the clock's resolution */
        double share = fmax(row->flop / o->peaks.flops, row->bytes / o->peaks.bandwidth) / r.seconds;
        if (o->json)
            print_json(o, row, &r, share);
        else
            print_text(o, row, &r, share);
        ax_out_flush();
        o->printed++;
        if (r.onednn > 0) {
            o->compared++;
            o->log_ratio += log(r.onednn / r.seconds);
        }
    }
    return o->printed ? AX_OK : ax_fail(err, AX_EINVAL, "option --only: no kernel's name has '%s'", o->only);
}

/* Printed before the rows: the machine, and what the rows are compared with. */
static void print_head(const ops *o, const ax_err *absent)
{
    const char *isa = o->be == &ax_backend_cpu ? ax_cpu_isa(o->dev) : "";
    int threads = o->be == &ax_backend_cpu ? ax_cpu_threads(o->dev) : 1;
    char library[32] = "";
    if (o->peer)
        o->peer->library(library, sizeof library);
    const char *quote = o->peer ? "\"" : "";
    if (o->json)
        ax_out("{\"device\":\"%s\",\"isa\":\"%s\",\"threads\":%d,\"peak_gflops\":%.3f,\"peak_gbs\":%.3f,"
               "\"onednn\":%s%s%s,\"rows\":[",
               o->be->name, isa, threads, o->peaks.flops * 1e-9, o->peaks.bandwidth * 1e-9, quote,
               o->peer ? library : "null", quote);
    else
        ax_out("%s%s%s, threads %d; peaks here: %.1f GFLOP/s, %.1f GB/s\n", o->be->name, *isa ? " " : "", isa, threads,
               o->peaks.flops * 1e-9, o->peaks.bandwidth * 1e-9);
    if (!o->json && o->be == &ax_backend_cpu)
        ax_out("%s%s\n", o->peer ? "beside it oneDNN " : "no oneDNN beside it: ", o->peer ? library : absent->msg);
    if (!o->json)
        ax_out("%-39s %9s %8s %7s %6s %10s %6s  %s\n", "kernel, output shape", "least ms", "GFLOP/s", "GB/s", "roof",
               "oneDNN ms", "ratio", "where");
}

static ax_code run(ops *o, ax_err *err)
{
    char note[AX_DEVICE_NOTE];
    ax_err absent = { AX_OK, "" };
    if (!(o->dev = ax_device_open(o->work.device, o->work.threads, &o->be, note, err)))
        return err->code;
    ax_command_device_note(note);
    if (o->be == &ax_backend_cpu)
        o->peer = ax_peer_load(&absent);
    ax_bench_rows rows = { 0 };
    ax_code code = ax_bench_peaks_measure(o->be, o->dev, o->effort, &o->peaks, err);
    if (code == AX_OK)
        code = ax_bench_rows_init(&rows, &o->work, o->be, o->dev, err);
    if (code == AX_OK)
        print_head(o, &absent);
    if (code == AX_OK)
        code = measure_rows(o, &rows, err);
    if (code == AX_OK && o->json)
        ax_out("]}\n");
    else if (code == AX_OK && o->compared)
        ax_out("oneDNN's time over ours, geometric mean of %u: %.2f\n", o->compared, exp(o->log_ratio / o->compared));
    ax_bench_rows_release(&rows);
    ax_command_device_notices(o->be, o->dev);
    o->be->close(o->dev);
    return code;
}

int ax_bench_ops(int argc, char **argv)
{
    ops o = { .work = { .device = "auto", .outputs = 21 }, .effort = { .runs = 3, .ms = 30 } };
    ax_bench_work *w = &o.work;
    const ax_option table[] = {
        AX_TEXT("--only", "NAME", &o.only, "kernels with this in their name: 'dw', 'backward w', 64x64"),
        AX_TEXT("--genotype", "G", &w->genotype, "the decoder (two with all operations between them)"),
        AX_WHOLE("--batch", "N", &w->batch, 1, 4096, "images at once (stage 1: 16, stage 2: 8, infer: 1)"),
        AX_WHOLE("--crop", "N", &w->crop, 32, 8192, "side of the images, a multiple of 32 (256, 512)"),
        AX_WHOLE("--channels", "N", &w->channels, 1, 1024, "width of the decoder (48, 64)"),
        AX_WHOLE("--classes", "N", &w->outputs, 1, 255, "classes (21)"),
        AX_WHOLE("--threads", "N", &w->threads, 0, 1024, "threads, 0 = all cores (0)"),
        AX_WHOLE("--runs", "N", &o.effort.runs, 1, 10000, "least number of runs of a kernel (3)"),
        AX_WHOLE("--ms", "N", &o.effort.ms, 0, 10000, "least milliseconds to run a kernel for (30)"),
        AX_TEXT("--device", "NAME", &w->device, "where it is computed: auto, cpu, ref or cuda:N"),
        AX_FLAG("--json", &o.json, "one JSON object"),
    };
    int n = 0;
    ax_err err = { 0 };
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, 0 };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    return run(&o, &err) == AX_OK ? 0 : ax_complain_of(&err);
}
