/* The engine program: the only place that connects data sets and pictures with the engine. */
#include "data/image.h"
#include "data/open.h"
#include "data/picture_files.h"
#include "data/png_write.h"
#include "engine/base/out.h"
#include "engine/base/process.h"
#include "engine/command/program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* By default, OpenMP threads spin for milliseconds after each parallel region; on a shared machine they steal the very
   cores they wait for. Measured for a candidate of the demo on 2 cores, idle / beside one busy process: 3000 turns .95
   / 3.4 s, 1000 turns .93 / 3.1 s, 300 turns 1.2 / 2.5 s; for a step of preset cpu, idle: 1000 turns take a twentieth
   less than 300. libgomp reads the variable before main, so the program sets it and executes itself again. */
static void limit_spinning(char **argv)
{
    if (getenv("GOMP_SPINCOUNT") || getenv("OMP_WAIT_POLICY"))
        return;
    if (!setenv("GOMP_SPINCOUNT", "1000", 1))
        execv("/proc/self/exe", argv); /* if it fails, the threads just spin longer */
}

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
    limit_spinning(argv);
    return ax_out_end(run(argc, argv));
}
