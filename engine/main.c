/* The engine program: the only place that connects data sets and pictures with the engine. */
#include "data/image.h"
#include "data/open.h"
#include "data/picture_files.h"
#include "data/png_write.h"
#include "engine/base/out.h"
#include "engine/base/process.h"
#include "engine/command/program.h"

#include <string.h>

typedef struct subcommand {
    const char *name;
    int (*run)(const ax_program *prog, int argc, char **argv);
    const char *doc;
} subcommand;

static const subcommand subcommands[] = {
    { "selftest", ax_command_selftest, "check that this machine computes correctly, or against golden files" },
    { "devices", ax_command_devices, "list the devices, and why one can't be used" },
    { "show", ax_command_show, "figures of a genotype" },
    { "bench", ax_command_bench, "time a training step or inference" },
    { "try", ax_command_try, "train and judge one candidate" },
    { "eval", ax_command_eval, "judge a trained model on a data set" },
    { "train", ax_command_train, "train a network fully, and keep the best" },
    { "predict", ax_command_predict, "apply a trained model to images" },
    { "export", ax_command_export, "a trained model as ONNX, or its tensors" },
    { "data", ax_command_data, "look at a data set, and at what is wrong with it" },
    { "serve", ax_command_serve, "coordinator of one run (started by auxcell search)" },
    { "worker", ax_command_worker, "trains candidates for a coordinator (started by it)" },
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof *subcommands };

static int help(void)
{
    ax_out("usage: auxcell-engine COMMAND [ARGUMENT...]\n\n");
    for (int i = 0; i < SUBCOMMANDS; i++)
        ax_out("  %-9s %s\n", subcommands[i].name, subcommands[i].doc);
    return 0;
}

static int run(int argc, char **argv)
{
    static const ax_program program = {
        .open_source = ax_source_open,
        .survey = ax_data_survey,
        .read_picture = ax_picture_read,
        .pictures_of = ax_pictures_of,
        .write_picture = ax_picture_write,
        .writers = { .write_mask = ax_mask_write,
                     .write_picture = ax_picture_write,
                     .write_depth = ax_depth_write,
                     .write_overlay = ax_overlay_write },
    };
    if (argc > 1 && !strcmp(argv[1], "--version")) {
        ax_out_line("auxcell-engine " AX_VERSION);
        return 0;
    }
    if (argc > 1 && !strcmp(argv[1], "--help"))
        return help();
    for (int i = 0; i < SUBCOMMANDS && argc > 1; i++)
        if (!strcmp(argv[1], subcommands[i].name))
            return subcommands[i].run(&program, argc - 1, argv + 1);
    if (argc > 1)
        ax_complain("auxcell-engine has no command '%.60s'; 'auxcell-engine --help' lists them", argv[1]);
    else
        ax_complain("auxcell-engine needs a command; 'auxcell-engine --help' lists them");
    return 2;
}

int main(int argc, char **argv)
{
    ax_process_begin();
    return ax_out_end(run(argc, argv));
}
