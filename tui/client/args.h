/* Options of a command: a table, and, where a run is started, every setting of it. */
#ifndef AX_TUI_ARGS_H
#define AX_TUI_ARGS_H

#include "engine/base/err.h"
#include "engine/config/settings.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ax_arg {
    const char *name; /* with its dashes */
    const char *meta; /* name of the value; NULL: a flag; ending in "...": may come again */
    void *value;      /* bool * of a flag, else const char **, or ax_many *; borrowed from argv */
    const char *doc;
} ax_arg;

/* Values of an option that may come more than once. */
enum { AX_MANY = 32 };
typedef struct ax_many {
    const char *value[AX_MANY];
    int n;
} ax_many;

/* Settings on the command line, in their order; borrowed from argv. */
typedef struct ax_given {
    const char **name, **value; /* room for argc of them */
    int n;
} ax_given;

typedef struct ax_usage {
    const char *synopsis; /* "search [OPTION...]" */
    const char *text;     /* what it does, a few lines */
    const ax_arg *arg;
    size_t n_args;
    ax_given *settings; /* NULL: the command takes none */
    int max_operands;
} ax_usage;

/* Whether the command goes on; if not, what it exits with. */
typedef enum ax_args {
    AX_ARGS_GO = -1,
    AX_ARGS_HELP = 0, /* --help was printed */
    AX_ARGS_WRONG = 2 /* one line was printed on stderr */
} ax_args;

/* Moves operands to argv[1 ... *n_operands]. --name=VALUE is --name VALUE; "--" ends the options. */
ax_args ax_args_parse(const ax_usage *usage, int argc, char **argv, int *n_operands);
/* Prints "auxcell: MESSAGE"; returns the exit code. */
int ax_cli_fail(const ax_err *err);

#endif
