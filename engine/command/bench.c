/* auxcell-engine bench: time of a training step or of inference, on random inputs. */
#include "engine/backend/list.h"
#include "engine/command/bench.h"
#include "engine/command/options.h"
#include "engine/command/program.h"
#include "engine/model/mobilenet.h"
#include "engine/model/network.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const char usage[] =
    "usage: auxcell-engine bench step|infer [OPTION...]\n"
    "step --stage 1: decoder only from cached encoder outputs: auxiliary heads, teacher, clipping, Adam, average.\n"
    "step --stage 2: end to end: encoder with SGD, decoder with Adam, auxiliary heads, clipping, average.\n"
    "infer: evaluation forward of encoder and decoder.\n"
    "Prints the median and least time of --runs runs after two that don't count.\n";

enum { INPUTS = 6, WARM_UP = 2, MAX_RUNS = 10000 };

typedef struct options {
    const char *genotype, *device;
    int32_t stage, batch, crop, channels, classes, repeats, threads, runs;
    bool infer, json, profile;
} options;

/* Everything that one measurement owns. */
typedef struct bench {
    const options *o;
    ax_decoder_spec spec;
    const ax_backend *be;
    ax_device *dev;
    ax_graph *g;
    ax_params *params;
    ax_plan *plan;
    void *input[INPUTS]; /* what the plan's inputs are bound to */
    size_t n_inputs;
    ax_optim adam, sgd;
} bench;

static void release(bench *b)
{
    ax_plan_free(b->plan);
    ax_params_free(b->params);
    ax_graph_free(b->g);
    for (size_t i = 0; i < b->n_inputs; i++)
        free(b->input[i]);
    if (b->dev)
        b->be->close(b->dev);
}

/* ---- graphs ---- */

static ax_code build_infer(bench *b, ax_err *err)
{
    const options *o = b->o;
    ax_val logits;
    ax_val image = ax_graph_input(b->g, "image", (ax_type) { .shape = { o->batch, o->crop, o->crop, 3 } }, err);
    ax_code code = ax_network_build(b->g, image, &b->spec, &logits, err);
    return code == AX_OK ? ax_graph_keep(b->g, logits, "logits", err) : code;
}

static ax_code build_step(bench *b, ax_err *err)
{
    const options *o = b->o;
    ax_val taps[AX_TAPS], teacher = { 0 }, loss;
    ax_decoder d;
    ax_code code = AX_OK;
    if (o->stage == 2) {
        ax_val image = ax_graph_input(b->g, "image", (ax_type) { .shape = { o->batch, o->crop, o->crop, 3 } }, err);
        code = ax_mobilenet_build(b->g, image, true, taps, err);
    } else {
        code = ax_decoder_taps(b->g, o->batch, o->crop, o->crop, taps, err);
    }
    if (code == AX_OK)
        code = ax_decoder_build(b->g, &b->spec, taps, &d, err);
    if (code != AX_OK)
        return code;
    /* Labels: at the size of tap 0 in stage 1 (cached so), at the logits' size in stage 2. */
    ax_shape size = ax_graph_type(b->g, o->stage == 1 ? taps[0] : d.logits).shape;
    ax_val labels = ax_graph_input(b->g, "labels", (ax_type) { { size.n, size.h, size.w, 1 }, AX_U8, AX_NHWC }, err);
    if (o->stage == 1)
        teacher = ax_graph_input(b->g, "teacher", (ax_type) { .shape = { size.n, size.h, size.w, o->classes } }, err);
    code = ax_decoder_loss(b->g, &d, labels, teacher, 0.3f, 0.15f, &loss, err);
    return code == AX_OK ? ax_graph_backward(b->g, loss, NULL, 0, err) : code;
}

/* Random numbers for every input, bound and not copied: a training step reads its crops from a mapped file. */
static ax_code bind_inputs(bench *b, ax_err *err)
{
    ax_rng rng = ax_rng_new(1, 2);
    ax_val loss = ax_graph_find(b->g, "loss");
    uint32_t seed = loss.id ? ax_graph_grad(b->g, loss).id : 0;
    for (uint32_t id = 1; id <= ax_graph_values(b->g); id++) {
        const ax_value *v = ax_graph_value(b->g, id);
        if (v->kind != AX_VALUE_INPUT || id == seed) /* the seed of the gradients is the plan's to fill */
            continue;
        size_t n = ax_shape_count(v->type.shape), bytes = (ax_type_bytes(v->type) + 63) / 64 * 64;
        void *mem = b->n_inputs < INPUTS ? aligned_alloc(64, bytes) : NULL;
        if (!mem)
            return ax_fail(err, AX_ENOMEM, "no memory for the input '%s'", v->name);
        b->input[b->n_inputs++] = mem;
        for (size_t i = 0; i < n; i++) {
            if (v->type.dtype == AX_U8)
                ((uint8_t *)mem)[i] = (uint8_t)ax_rng_below(&rng, (uint32_t)b->o->classes);
            else
                ((float *)mem)[i] = (float)ax_rng_normal(&rng);
        }
        ax_code code = ax_plan_bind(b->plan, v->name, mem, err);
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}

static ax_code set_up(bench *b, ax_err *err)
{
    const options *o = b->o;
    const char *genotype = o->genotype;
    if (ax_genotype_parse(genotype, &b->spec.genotype, err) != AX_OK)
        return err->code;
    if (o->crop % 32)
        return ax_fail(err, AX_EINVAL, "option --crop: %d isn't a multiple of 32", o->crop);
    b->spec.channels = o->channels;
    b->spec.repeats = o->repeats;
    b->spec.classes = o->classes;
    b->spec.train = b->spec.aux = !o->infer;
    b->adam = (ax_optim) { .kind = AX_OPTIM_ADAM, .lr = 3e-3f, .weight_decay = 1e-5f, .clip = 3 };
    b->sgd = (ax_optim) { .kind = AX_OPTIM_SGD, .lr = 1e-3f, .momentum = 0.9f, .weight_decay = 1e-5f, .clip = 3 };
    char note[AX_DEVICE_NOTE];
    if (!(b->dev = ax_device_open(o->device, o->threads, &b->be, note, err)) || !(b->g = ax_graph_new(err)))
        return err->code;
    ax_command_device_note(note);
    ax_code code = o->infer ? build_infer(b, err) : build_step(b, err);
    if (code != AX_OK)
        return code;
    const ax_graph *graphs[] = { b->g };
    ax_rng rng = ax_rng_new(1, 1);
    if (!(b->params = ax_params_new(graphs, 1, b->be, b->dev, &rng, err)))
        return err->code;
    if (!(b->plan = ax_plan_new(b->g, b->be, b->dev, b->params, 0, err)))
        return err->code;
    return bind_inputs(b, err);
}

/* ---- running ---- */

static ax_code once(bench *b, ax_err *err)
{
    ax_code code = ax_plan_run(b->plan, err);
    bool both = b->o->stage == 2;
    if (code == AX_OK && !b->o->infer) {
        if (both)
            code = ax_optim_step(b->params, AX_GROUP_ENCODER, &b->sgd, NULL, err);
        if (code == AX_OK)
            code = ax_optim_step(b->params, AX_GROUP_DECODER, &b->adam, NULL, err);
        if (code == AX_OK && both)
            code = ax_optim_polyak(b->params, AX_GROUP_ENCODER, 0.99f, err);
        if (code == AX_OK)
            code = ax_optim_polyak(b->params, AX_GROUP_DECODER, both ? 0.99f : 0.9f, err);
    }
    return code == AX_OK ? b->be->sync(b->dev, err) : code;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static ax_code measure(bench *b, double *median, double *least, ax_err *err)
{
    int32_t runs = b->o->runs;
    double *seconds = calloc((size_t)runs, sizeof *seconds);
    if (!seconds)
        return ax_fail(err, AX_ENOMEM, "no memory for %d times", runs);
    ax_code code = AX_OK;
    for (int32_t i = -WARM_UP; i < runs && code == AX_OK; i++) {
        double start = now();
        code = once(b, err);
        if (i >= 0)
            seconds[i] = now() - start;
    }
    qsort(seconds, (size_t)runs, sizeof *seconds, ascending);
    *median = seconds[runs / 2];
    *least = seconds[0];
    free(seconds);
    return code;
}

static ax_code profile(bench *b, ax_err *err)
{
    ax_code code = AX_OK;
    ax_plan_profile(b->plan, true);
    for (int32_t i = 0; i < b->o->runs && code == AX_OK; i++)
        code = once(b, err);
    return code == AX_OK ? ax_bench_profile(b->g, b->plan, err) : code;
}

static ax_code report(bench *b, double median, double least, ax_err *err)
{
    const options *o = b->o;
    ax_network_figures f;
    struct rusage usage_now;
    if (ax_network_measure(&b->spec, o->crop, o->crop, &f, err) != AX_OK)
        return err->code;
    getrusage(RUSAGE_SELF, &usage_now);
    size_t peak = ax_plan_arena_bytes(b->plan) + ax_params_bytes(b->params);
    char text[AX_GENOTYPE_TEXT];
    ax_genotype_print(&b->spec.genotype, text);
    const char *mode = o->infer ? "infer" : o->stage == 1 ? "step1" : "step2";
    if (o->json)
        printf("{\"genotype\":\"%s\",\"mode\":\"%s\",\"device\":\"%s\",\"ms_median\":%.3f,\"ms_min\":%.3f,"
               "\"peak_bytes\":%zu,\"peak_rss_mb\":%ld,\"params\":%" PRIu64 ",\"macs\":%" PRIu64 "}\n",
               text, mode, b->be->name, median * 1e3, least * 1e3, peak, usage_now.ru_maxrss / 1024, f.stats.params,
               f.stats.macs);
    else
        printf(
            "%s\n%s on %s, batch %d, crop %d, channels %d, repeats %d: median %.2f ms, least %.2f ms\n"
            "plan and parameters %.1f MB, process %ld MB; network %.3f M parameters, %.2f G multiply-adds an image\n",
            text, mode, b->be->name, o->batch, o->crop, o->channels, o->repeats, median * 1e3, least * 1e3,
            (double)peak / 1e6, usage_now.ru_maxrss / 1024, (double)f.stats.params / 1e6, (double)f.stats.macs / 1e9);
    return AX_OK;
}

int ax_command_bench(const ax_program *prog, int argc, char **argv)
{
    (void)prog;
    options o = { .genotype = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
                  .device = "auto",
                  .stage = 1,
                  .classes = 21,
                  .runs = 5 };
    const ax_option table[] = {
        { "--genotype", AX_OPTION_TEXT, &o.genotype, 0, 0, "G", "the decoder (the published arch0)" },
        { "--stage", AX_OPTION_WHOLE, &o.stage, 1, 2, "N", "of step: 1 or 2 (1)" },
        { "--batch", AX_OPTION_WHOLE, &o.batch, 1, 4096, "N", "images at once (step 16 or 8, infer 1)" },
        { "--crop", AX_OPTION_WHOLE, &o.crop, 32, 8192, "N", "side of the images, a multiple of 32 (256, 512)" },
        { "--channels", AX_OPTION_WHOLE, &o.channels, 1, 1024, "N", "width of the decoder (48, 64)" },
        { "--repeats", AX_OPTION_WHOLE, &o.repeats, 1, 8, "N", "steps per separable convolution (1, 2)" },
        { "--classes", AX_OPTION_WHOLE, &o.classes, 1, 255, "N", "classes (21)" },
        { "--threads", AX_OPTION_WHOLE, &o.threads, 0, 1024, "N", "threads, 0 = all cores (0)" },
        { "--runs", AX_OPTION_WHOLE, &o.runs, 1, MAX_RUNS, "N", "runs that count (5)" },
        { "--device", AX_OPTION_TEXT, &o.device, 0, 0, "NAME", "auto, cpu, ref or cuda:N" },
        { "--json", AX_OPTION_FLAG, &o.json, 0, 0, NULL, "one JSON object" },
        { "--profile", AX_OPTION_FLAG, &o.profile, 0, 0, NULL, "where the time goes, by operation and shape" },
    };
    int n = 0;
    ax_err err = { 0 };
    ax_parsed parsed = ax_options_parse(usage, table, sizeof table / sizeof *table, argc, argv, 1, &n);
    if (parsed != AX_PARSED_GO)
        return parsed == AX_PARSED_HELP ? 0 : 2;
    if (!n || (strcmp(argv[1], "step") && strcmp(argv[1], "infer"))) {
        ax_fail(&err, AX_EINVAL, "bench needs 'step' or 'infer'; --help says more");
        return ax_command_fail(&err);
    }
    o.infer = !strcmp(argv[1], "infer");
    if (!o.batch)
        o.batch = o.infer ? 1 : o.stage == 1 ? 16 : 8;
    if (!o.crop)
        o.crop = o.infer ? 512 : 256;
    if (!o.channels)
        o.channels = o.infer ? 64 : 48;
    if (!o.repeats)
        o.repeats = o.infer ? 2 : 1;
    bench b = { .o = &o };
    double median = 0, least = 0;
    ax_code code = set_up(&b, &err);
    if (code == AX_OK)
        code = measure(&b, &median, &least, &err);
    if (code == AX_OK)
        code = report(&b, median, least, &err);
    if (code == AX_OK && o.profile)
        code = profile(&b, &err);
    release(&b);
    return code == AX_OK ? 0 : ax_command_fail(&err);
}
