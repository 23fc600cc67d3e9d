/* auxcell: screens and command line. Subcommands that compute are passed on to auxcell-engine. */
#include "engine/base/near.h"
#include "engine/base/out.h"
#include "engine/base/process.h"
#include "engine/wire/command.h"
#include "tui/client/commands.h"
#include "tui/client/look_up.h"
#include "tui/session/invocation.h"

#include <locale.h>
#include <string.h>

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *operands, *doc;
} command;

#define OPERANDS_NOTHING "[RUN]"
#define OPERANDS_ONE "[RUN] ID"
#define OPERANDS_ONE_OR_RUN "[RUN] [ID]"
#define OPERANDS_SEVERAL "[RUN] ID..."
#define OPERANDS_SEVERAL_OR_LAST "[RUN] [ID...]"
#define VERB(id, word, on, more, doc) { word, ax_cli_verb, OPERANDS_##on more, doc },
static const command commands[] = {
    { "demo", ax_cli_demo, "", "a search on generated scenes" },
    { "search", ax_cli_search, "[OPTION...]", "start a search in the background and show it" },
    { "resume", ax_cli_resume, "[RUN]", "start the engine of a run again" },
    { "attach", ax_cli_attach, "[RUN]", "show a run" },
    { "ls", ax_cli_ls, "", "list the runs" },
    { "list", ax_cli_ls, "", "the same as ls" },
    { "status", ax_cli_status, "[RUN]", "the state of a run" },
    { "log", ax_cli_log, "[RUN]", "what happened in a run" },
    { "compare", ax_cli_compare, "RUN...", "several runs in one plot" },
    { "export", ax_cli_export, "[RUN] | MODEL", "candidates as CSV or JSON; or a model as ONNX" },
    { "report", ax_cli_report, "[RUN]", "a run as one page of HTML" },
    { "show", ax_cli_show, "GENOTYPE", "figures and drawing of a genotype" },
    { "try", ax_cli_engine, "GENOTYPE...", "train and judge genotypes without a search" },
    { "eval", ax_cli_engine, "MODEL --data SPEC", "judge a trained model on a data set" },
    { "train", ax_cli_engine, "GENOTYPE|RUN:ID", "train a network fully, and keep the best" },
    { "predict", ax_cli_engine, "MODEL IMAGE...", "apply a trained model to images" },
    { "data", ax_cli_engine, "check|show SPEC", "whether a data set is fit to train on; its images" },
    { "selftest", ax_cli_engine, "", "check that this machine computes correctly" },
    { "bench", ax_cli_engine, "", "time a training step or inference" },
    { "devices", ax_cli_engine, "", "list the devices, and why one can't be used" },
    { "replay", ax_cli_replay, "RUN|FILE", "play a run's past, or a recording of the screens" },
    { "themes", ax_cli_themes, "", "show the colour themes of the screens" },
    { "stop", ax_cli_stop, OPERANDS_NOTHING, "stop the engine; the run can be resumed" },
    AX_VERB_LIST(
        VERB) /* AX_VERB_LIST has stop too; the entry above is found first, since it waits for the engine's end */
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const command *find(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static int help(void)
{
    ax_out("usage: auxcell [COMMAND [ARGUMENT...]]\n\n"
           "Searches for compact networks for segmentation, depth and pose. Without a command: the screens.\n\n");
    for (int i = 0; i < COMMANDS; i++)
        if (find(commands[i].name) == &commands[i])
            ax_out("  %-9s %-15s  %s\n", commands[i].name, commands[i].operands, commands[i].doc);
    ax_out("\n'auxcell help COMMAND' says more; 'auxcell help WORD' finds keys and settings.\n"
           "RUN is a "
           "name or a path; without it the newest run is meant.\n");
    return 0;
}

/* Prints what the program knows of a WORD that is no command. False: nothing. */
static bool look_up(const char *word)
{
    ax_str out;
    ax_str_init(&out, 0);
    bool found = word[0] && ax_look_up(word, &out) && ax_str_ok(&out);
    if (found)
        ax_out_text(out.text);
    ax_str_release(&out);
    return found;
}

/* Reports an unknown command. asked: `help` was asked for it, and found nothing. */
static int unknown(const char *name, bool asked)
{
    const char *what = name[0] == '-' ? "option" : "command", *near = NULL;
    size_t nearest = AX_NEAR + 1, d;
    for (int i = 0; i < COMMANDS; i++)
        if ((d = ax_edit_distance(name, commands[i].name)) < nearest) {
            nearest = d;
            near = commands[i].name;
        }
    if (near && nearest < strlen(name))
        ax_complain("unknown %s '%.60s'; did you mean '%s'?", what, name, near);
    else if (asked)
        ax_complain("no command, key or setting has the word '%.60s'; 'auxcell --help' lists commands", name);
    else
        ax_complain("unknown %s '%.60s'; 'auxcell --help' lists them", what, name);
    return 2;
}

static int run(int argc, char **argv)
{
    static char attach[] = "attach", long_help[] = "--help";
    if (argc < 2) {
        char *args[] = { attach, NULL };
        return ax_cli_attach(1, args);
    }
    if (!strcmp(argv[1], "--version")) {
        ax_out_line("auxcell " AX_VERSION);
        return 0;
    }
    const bool asked = !strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h");
    if (asked && (argc == 2 || argv[1][0] == '-'))
        return help();
    const command *c = find(argv[asked ? 2 : 1]);
    if (asked && argc > (c ? 4 : 3)) { /* "help data check" is "data check --help" */
        ax_complain("help: '%.60s' is one argument too many", argv[c ? 4 : 3]);
        return 2;
    }
    if (!c && asked && look_up(argv[2]))
        return 0;
    if (!c)
        return unknown(argv[asked ? 2 : 1], asked);
    if (asked) {
        char *args[] = { argv[2], argc > 3 ? argv[3] : long_help, argc > 3 ? long_help : NULL, NULL };
        return c->run(argc > 3 ? 3 : 2, args);
    }
    return c->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    ax_process_begin();
    ax_program_set(argv[0]);
    setlocale(LC_CTYPE, ""); /* whether the terminal knows UTF-8; numbers stay as in C */
    return ax_out_end(run(argc, argv));
}
