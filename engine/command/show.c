/* auxcell-engine show: prints the cost and structure of a genotype. */
#include "engine/base/out.h"
#include "engine/base/str.h"

#include "engine/command/cost.h"
#include "engine/config/option.h"
#include "engine/space/space.h"
#include "engine/wire/run.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char synopsis[] = "auxcell show GENOTYPE [OPTION...]";
static const char about[] =
    "Parameters, multiply-adds of the convolutions (one image, no auxiliary heads, encoder "
    "included) and output stride\n"
    "of the network that a genotype builds, then its cell and blocks. With a preset those of\n"
    "its search, and the memory that a training takes; likewise with a run.\n"
    "  GENOTYPE like [[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]],\n"
    "           or published: arch0, arch1, arch2, template-arch0, template-arch1\n"
    "           or - : one a line from standard input, each answered at once; a wrong one doesn't end the list\n";

typedef struct options {
    bool json, concat;
    int32_t channels, repeats, outputs, size[2]; /* 0 = not given */
    const char *preset, *data, *run;             /* NULL = not given */
    bool drawn;                                  /* one is drawn, so the next has an empty line before it */
    ax_costing costing;                          /* for a preset or a run */
} options;

/* The network alone, as in full training, at the size of the published figures. */
static ax_code measure(const options *o, const ax_genotype *g, ax_cost *out, ax_err *err)
{
    *out = (ax_cost) { .channels = o->channels ? o->channels : 64,
                       .repeats = o->repeats ? o->repeats : 2,
                       .outputs = o->outputs ? o->outputs : 21,
                       .size = { o->size[0] ? o->size[0] : 512, o->size[0] ? o->size[1] : 512 } };
    ax_decoder_spec spec = {
        .genotype = *g, .channels = out->channels, .repeats = out->repeats, .outputs = out->outputs, .concat = o->concat
    };
    const ax_encoder *encoder = ax_encoder_builtin();
    return ax_network_measure(encoder, &spec, ax_cost_padded(out->size[0], encoder, g),
                              ax_cost_padded(out->size[1], encoder, g), &out->figures, err);
}

static bool trains(const options *o)
{
    return o->preset || o->run;
}

static ax_code cost_of(options *o, const ax_genotype *g, ax_cost *out, ax_err *err)
{
    return trains(o) ? ax_costing_of(&o->costing, g, out, err) : measure(o, g, out, err);
}

/* The size that an image is padded to. */
static void padded(const options *o, const ax_genotype *g, const ax_cost *cost, int32_t size[2])
{
    const ax_encoder *encoder = trains(o) ? ax_trainer_encoder(o->costing.trainer) : ax_encoder_builtin();
    for (int i = 0; i < 2; i++)
        size[i] = ax_cost_padded(cost->size[i], encoder, g);
}

static void print_text(options *o, const ax_genotype *g, const ax_cost *cost)
{
    char text[AX_GENOTYPE_TEXT];
    int32_t size[2];
    padded(o, g, cost, size);
    if (o->drawn)
        ax_out("\n");
    o->drawn = true;
    ax_out("%s\n\n", ax_genotype_print(g, text));
    ax_out("parameters     %.3f M   (channels %d, repeats %d, classes %d)\n", (double)cost->figures.stats.params / 1e6,
           cost->channels, cost->repeats, cost->outputs);
    ax_out("multiply-adds  %.2f G    (%dx%d", (double)cost->figures.stats.macs / 1e9, cost->size[0], cost->size[1]);
    if (size[0] != cost->size[0] || size[1] != cost->size[1])
        ax_out(", padded to %dx%d", size[0], size[1]);
    ax_out(")\n");
    ax_out("output stride  %d\n", cost->figures.output_stride);
    if (trains(o))
        ax_out_line("memory         %.0f MiB  (to train it: %s %s on %s, batches of %d)",
                    (double)cost->memory / 1048576, o->run ? "run" : "preset", o->run ? o->run : o->preset,
                    o->costing.settings.data, cost->batch);
    ax_str parts;
    ax_str_init(&parts, 0);
    ax_space_of(g)->print(g, &parts);
    ax_out_text(parts.text);
    ax_str_release(&parts);
}

static void print_json(const options *o, const ax_genotype *g, const ax_cost *cost)
{
    char text[AX_GENOTYPE_TEXT];
    int32_t size[2];
    bool concat = trains(o) ? ax_aggregate_is_concat(&o->costing.settings) : o->concat;
    padded(o, g, cost, size);
    ax_out("{\"genotype\":\"%s\",\"params\":%" PRIu64 ",\"macs\":%" PRIu64 ",\"output_stride\":%d,\"channels\":%d,"
           "\"repeats\":%d,\"aggregate\":\"%s\",\"classes\":%d,\"height\":%d,\"width\":%d,"
           "\"padded_height\":%d,\"padded_width\":%d",
           ax_genotype_print(g, text), cost->figures.stats.params, cost->figures.stats.macs,
           cost->figures.output_stride, cost->channels, cost->repeats, concat ? "concat" : "sum", cost->outputs,
           cost->size[0], cost->size[1], size[0], size[1]);
    if (o->preset)
        ax_out(",\"preset\":\"%s\"", o->preset);
    if (trains(o))
        ax_out(",\"batch\":%d,\"peak_bytes\":%" PRIu64, cost->batch, cost->memory);
    ax_out("}\n");
}

/* Loads the settings of a preset or a run. */
static ax_code read_settings(options *o, ax_err *err)
{
    ax_settings *s = &o->costing.settings;
    if (o->preset) {
        if (ax_settings_preset(s, o->preset, err) != AX_OK ||
            (o->data && ax_settings_set(s, "data", o->data, err) != AX_OK))
            return err->code;
        if (o->concat)
            snprintf(s->aggregate, sizeof s->aggregate, "concat");
        if (o->channels)
            s->channels = o->channels;
        if (o->repeats)
            s->repeats = o->repeats;
    }
    if (!o->run)
        return AX_OK;
    char path[PATH_MAX];
    int dirfd = ax_run_path(o->run, path, sizeof path, err) == AX_OK ? ax_run_open(path, err) : -1;
    ax_code code = dirfd < 0 ? err->code : ax_settings_read_run(s, dirfd, err);
    if (dirfd >= 0)
        close(dirfd);
    return code;
}

static ax_code show(options *o, const char *text, ax_err *err)
{
    ax_genotype g;
    ax_cost cost;
    if (ax_genotype_parse(text, &g, err) != AX_OK || cost_of(o, &g, &cost, err) != AX_OK)
        return err->code;
    if (o->json)
        print_json(o, &g, &cost);
    else
        print_text(o, &g, &cost);
    return AX_OK;
}

static void print_error(const ax_err *err)
{
    ax_str said;
    ax_str_init(&said, 0);
    ax_str_add(&said, "{\"error\":");
    ax_str_json(&said, err->msg);
    ax_str_add(&said, "}\n");
    ax_out_text(said.text);
    ax_str_release(&said);
}

/* Says what is wrong with a line: as JSON the object is the line's answer, so that each line has one. */
static void answer_wrong(const options *o, unsigned long long line, const ax_err *why)
{
    if (o->json)
        print_error(why);
    else
        ax_complain("standard input: line %llu: %s", line, why->msg);
}

/* Reads a genotype per line and answers each before reading the next, as the front end's editor needs. A wrong line
   doesn't end the list. Returns the exit status: that of the first wrong line. */
static int show_lines(options *o)
{
    char *text = NULL;
    size_t cap = 0;
    unsigned long long line = 0;
    int status = 0;
    errno = 0;
    while (getline(&text, &cap, stdin) > 0) {
        ax_err why = { AX_OK, "" };
        text[strcspn(text, "\r\n")] = '\0';
        line++;
        if (show(o, text, &why) != AX_OK) {
            answer_wrong(o, line, &why);
            status = status ? status : ax_exit_code(why.code);
        }
        if (!ax_out_flush())
            break;
        errno = 0;
    }
    if (ferror(stdin)) {
        ax_complain("standard input: cannot read: %s", strerror(errno));
        status = status ? status : 1;
    }
    free(text);
    return status;
}

static ax_code check(const options *o, bool operand, ax_err *err)
{
    bool named = o->channels || o->repeats || o->concat || o->outputs || o->size[0];
    if (!operand)
        return ax_fail(err, AX_EINVAL, "show needs a genotype; --help says more");
    if (o->run && (o->preset || o->data || named))
        return ax_fail(err, AX_EINVAL, "--run takes everything from the settings of the run");
    if (o->preset && (o->outputs || o->size[0]))
        return ax_fail(err, AX_EINVAL, "--preset takes classes and size from --data");
    return o->data && !o->preset ? ax_fail(err, AX_EINVAL, "--data goes with --preset") : AX_OK;
}

int ax_command_show(const ax_program *prog, int argc, char **argv)
{
    options o = { .costing = { .prog = prog } };
    const ax_option table[] = {
        AX_FLAG("--json", &o.json, "one JSON object"),
        AX_WHOLE("--channels", "N", &o.channels, 1, 1024, "width of the decoder (64; 48 in search)"),
        AX_WHOLE("--repeats", "N", &o.repeats, 1, 8, "steps per separable convolution (2; 1 in search)"),
        AX_FLAG("--concat", &o.concat, "with aggregate = concat"),
        AX_WHOLE("--classes", "N", &o.outputs, 1, 255, "classes (21)"),
        AX_SIZE("--size", "HxW", o.size, 1, 16384,
                "of the image, which is padded to multiples of 32; templates: of 8 (512x512)"),
        AX_TEXT("--preset", "NAME", &o.preset, "of a search: " AX_PRESETS "; says what memory it takes"),
        AX_TEXT("--data", "SPEC", &o.data, "its data set (scenes)"),
        AX_TEXT("--run", "RUN", &o.run, "everything from the settings of this run; also the memory for training"),
    };
    ax_err err = { 0 };
    int n = 0;
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, 1 };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    bool lines = n && !strcmp(argv[1], "-");
    int status = 0;
    if (check(&o, n > 0, &err) == AX_OK && read_settings(&o, &err) == AX_OK) {
        if (lines)
            status = show_lines(&o);
        else
            show(&o, argv[1], &err);
    }
    ax_costing_release(&o.costing);
    return err.code == AX_OK ? status : ax_complain_of(&err);
}
