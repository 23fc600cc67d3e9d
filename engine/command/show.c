/* auxcell-engine show: what a genotype costs, and what it is made of. */
#include "engine/base/out.h"
#include "engine/base/str.h"

#include "engine/config/option.h"
#include "engine/command/prepare.h"
#include "engine/command/program.h"
#include "engine/model/network.h"
#include "engine/space/space.h"
#include "engine/train/footprint.h"

#include <inttypes.h>
#include <stdio.h>

static const char synopsis[] = "auxcell show GENOTYPE [OPTION...]";
static const char about[] = "Parameters, multiply-adds of the convolutions (one image, no auxiliary heads, encoder "
                            "included) and output stride\n"
                            "of the network that a genotype builds, then its cell and blocks. With a preset those of\n"
                            "its search, and the memory that a training takes.\n"
                            "  GENOTYPE like [[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]\n";

typedef struct options {
    bool json, concat;
    int32_t channels, repeats, outputs, size[2]; /* 0 = not given */
    const char *preset, *data;                   /* NULL = not given */
    /* With a preset: */
    ax_settings settings;
    uint64_t memory; /* bytes that a training takes at most */
    int32_t batch;   /* its crops per step in stage 1 */
} options;

/* The side of an image as this network sees it. */
static int32_t padded(int32_t side, const ax_genotype *g)
{
    const int32_t unit = ax_network_unit(ax_encoder_builtin(), g);
    return (side + unit - 1) / unit * unit;
}

static void print_text(const ax_genotype *g, const options *o, const ax_network_figures *f)
{
    char text[AX_GENOTYPE_TEXT];
    ax_out("%s\n\n", ax_genotype_print(g, text));
    ax_out("parameters     %.3f M   (channels %d, repeats %d, classes %d)\n", (double)f->stats.params / 1e6,
           o->channels, o->repeats, o->outputs);
    int32_t h = padded(o->size[0], g), w = padded(o->size[1], g);
    ax_out("multiply-adds  %.2f G    (%dx%d", (double)f->stats.macs / 1e9, o->size[0], o->size[1]);
    if (h != o->size[0] || w != o->size[1])
        ax_out(", padded to %dx%d", h, w);
    ax_out(")\n");
    ax_out("output stride  %d\n", f->output_stride);
    if (o->preset)
        ax_out("memory         %.0f MiB  (to train it: preset %s on %s, batches of %d)\n", (double)o->memory / 1048576,
               o->preset, o->settings.data, o->batch);
    ax_str parts;
    ax_str_init(&parts, 0);
    ax_space_of(g)->print(g, &parts);
    ax_out_text(parts.text);
    ax_str_release(&parts);
}

static void print_json(const ax_genotype *g, const options *o, const ax_network_figures *f)
{
    char text[AX_GENOTYPE_TEXT];
    ax_out("{\"genotype\":\"%s\",\"params\":%" PRIu64 ",\"macs\":%" PRIu64 ",\"output_stride\":%d,\"channels\":%d,"
           "\"repeats\":%d,\"aggregate\":\"%s\",\"classes\":%d,\"height\":%d,\"width\":%d,"
           "\"padded_height\":%d,\"padded_width\":%d",
           ax_genotype_print(g, text), f->stats.params, f->stats.macs, f->output_stride, o->channels, o->repeats,
           o->concat ? "concat" : "sum", o->outputs, o->size[0], o->size[1], padded(o->size[0], g),
           padded(o->size[1], g));
    if (o->preset)
        ax_out(",\"preset\":\"%s\",\"batch\":%d,\"peak_bytes\":%" PRIu64, o->preset, o->batch, o->memory);
    ax_out("}\n");
}

/* Full training at the size that the published figures are for. */
static void fill_in(options *o)
{
    if (!o->channels)
        o->channels = 64;
    if (!o->repeats)
        o->repeats = 2;
    if (!o->outputs)
        o->outputs = 21;
    if (!o->size[0])
        o->size[0] = o->size[1] = 512;
}

/* What a preset says of the network, and what its training takes. */
static ax_code ask_preset(const ax_program *prog, options *o, const ax_genotype *g, ax_err *err)
{
    if (ax_settings_preset(&o->settings, o->preset, err) != AX_OK ||
        (o->data && ax_settings_set(&o->settings, "data", o->data, err) != AX_OK))
        return err->code;
    if (o->concat)
        snprintf(o->settings.aggregate, sizeof o->settings.aggregate, "concat");
    if (o->channels)
        o->settings.channels = o->channels;
    if (o->repeats)
        o->settings.repeats = o->repeats;
    ax_prepare_space(&o->settings, g);
    ax_source *source = prog->open_source(o->settings.data, o->settings.task, err);
    ax_trainer *t = source ? ax_trainer_outline(&o->settings, source, err) : NULL;
    ax_train_job job = ax_train_job_default(&o->settings, g, false);
    ax_footprint f;
    ax_code code = t ? ax_footprint_of(t, &job, &f, err) : err->code;
    if (code == AX_OK) {
        o->memory = f.peak;
        o->batch = ax_schedule_of(&o->settings, source->info.n_train, &job, 1).batch;
        o->channels = job.channels;
        o->repeats = job.repeats;
        o->outputs = source->info.task.outputs;
        ax_trainer_size(t, o->size);
    }
    ax_trainer_free(t);
    if (source)
        source->ops->close(source);
    return code;
}

int ax_command_show(const ax_program *prog, int argc, char **argv)
{
    options o = { .json = false };
    const ax_option table[] = {
        AX_FLAG("--json", &o.json, "one JSON object"),
        AX_WHOLE("--channels", "N", &o.channels, 1, 1024, "width of the decoder (64; 48 in search)"),
        AX_WHOLE("--repeats", "N", &o.repeats, 1, 8, "steps per separable convolution (2; 1 in search)"),
        AX_FLAG("--concat", &o.concat, "with aggregate = concat"),
        AX_WHOLE("--classes", "N", &o.outputs, 1, 255, "classes (21)"),
        AX_SIZE("--size", "HxW", o.size, 1, 16384,
                "of the image, which is padded to multiples of 32; templates: of 8 (512x512)"),
        AX_TEXT("--preset", "NAME", &o.preset,
                "of a search: demo, cpu, paper, paper-templates; says what memory it takes"),
        AX_TEXT("--data", "SPEC", &o.data, "its data set (scenes)"),
    };
    ax_err err = { 0 };
    int n = 0;
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, 1 };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (!n) {
        ax_fail(&err, AX_EINVAL, "show needs a genotype; --help says more");
        return ax_complain_of(&err);
    }
    if ((o.data && !o.preset) || (o.preset && (o.outputs || o.size[0]))) {
        ax_fail(&err, AX_EINVAL,
                o.preset ? "--preset has its classes and size from --data" : "--data goes with --preset");
        return ax_complain_of(&err);
    }
    ax_decoder_spec spec = { .concat = o.concat };
    ax_network_figures figures;
    if (ax_genotype_parse(argv[1], &spec.genotype, &err) != AX_OK ||
        (o.preset && ask_preset(prog, &o, &spec.genotype, &err) != AX_OK))
        return ax_complain_of(&err);
    fill_in(&o);
    spec.channels = o.channels;
    spec.repeats = o.repeats;
    spec.outputs = o.outputs;
    if (ax_network_measure(ax_encoder_builtin(), &spec, padded(o.size[0], &spec.genotype),
                           padded(o.size[1], &spec.genotype), &figures, &err) != AX_OK)
        return ax_complain_of(&err);
    if (o.json)
        print_json(&spec.genotype, &o, &figures);
    else
        print_text(&spec.genotype, &o, &figures);
    return 0;
}
