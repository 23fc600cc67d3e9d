/* Command lines of the subcommands: a table of options, everything else is an operand. */
#ifndef AX_COMMAND_OPTIONS_H
#define AX_COMMAND_OPTIONS_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ax_option_kind {
    AX_OPTION_FLAG,  /* bool *: --name */
    AX_OPTION_TEXT,  /* const char **: --name VALUE, borrowed from argv */
    AX_OPTION_WHOLE, /* int32_t *: --name VALUE, from least to most */
    AX_OPTION_SIZE   /* int32_t[2], height and width: --name HxW, or one number for a square; each least to most */
} ax_option_kind;

typedef struct ax_option {
    const char *name; /* with its dashes */
    ax_option_kind kind;
    void *value; /* holds the default before */
    int32_t least, most;
    const char *meta, *doc; /* for --help: name of the value, what it is */
} ax_option;

typedef enum ax_parsed {
    AX_PARSED_GO,   /* go on */
    AX_PARSED_HELP, /* --help was printed on stdout: exit 0 */
    AX_PARSED_WRONG /* one line was printed on stderr: exit 2 */
} ax_parsed;

/* Parses argv[1...]; operands are moved to the front, argv[1] to argv[*n_operands], at most max_operands. --name=VALUE
   is the same as --name VALUE; "--" ends the options. usage: the first lines of --help. */
ax_parsed ax_options_parse(const char *usage, const ax_option *options, size_t n_options, int argc, char **argv,
                           int max_operands, int *n_operands);

/* "auxcell: device auto is the CPU: NOTE" on stderr, for the person at a terminal (scripts see the device in the
   results), unless the note of ax_device_open is empty. */
void ax_command_device_note(const char *note);

/* "auxcell: MESSAGE" on stderr; returns the exit code of err. */
int ax_command_fail(const ax_err *err);

#endif
