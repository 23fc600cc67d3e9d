/* auxcell data: dispatches to its commands. */
#include "engine/command/data/data.h"

#include "engine/base/out.h"

#include <string.h>

static const struct {
    const char *name;
    int (*run)(const ax_program *prog, int argc, char **argv);
    const char *doc;
} commands[] = {
    { "check", ax_data_check, "SPEC: what a data set looks like, and whether training would go wrong with it" },
    { "show", ax_data_show, "SPEC: its first images with their targets" },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int help(void)
{
    ax_out("usage: auxcell data COMMAND SPEC [OPTION...]\n\n");
    for (int i = 0; i < COMMANDS; i++)
        ax_out("  %-6s %s\n", commands[i].name, commands[i].doc);
    ax_out("\nSPEC is what --data takes; 'auxcell search --help' lists the data sets.\n");
    return 0;
}

int ax_command_data(const ax_program *prog, int argc, char **argv)
{
    for (int i = 0; i < COMMANDS && argc > 1; i++)
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(prog, argc - 1, argv + 1);
    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
        return help();
    if (argc > 1)
        ax_complain("data has no command '%.60s'; 'auxcell data --help' lists them", argv[1]);
    else
        ax_complain("data needs a command; 'auxcell data --help' lists them");
    return 2;
}

ax_parsed ax_data_parse(const ax_usage *u, const char *name, int argc, char **argv, const char **spec, ax_err *err)
{
    int n = 0;
    ax_parsed parsed = ax_options_parse(u, argc, argv, &n);
    *spec = n ? argv[1] : NULL;
    if (parsed == AX_PARSED_GO && !n)
        ax_fail(err, AX_EINVAL, "data %s needs a data set; 'auxcell data %s --help' says more", name, name);
    return parsed;
}
