/* Runs a subcommand in this process and captures its output. */
#ifndef TESTS_HELPER_CAPTURE_H
#define TESTS_HELPER_CAPTURE_H

#include "engine/command/program.h"

typedef struct captured {
    int status;
    char *out, *err; /* stdout, stderr; captured_release frees them */
} captured;

/* argv: strings terminated by NULL; argv[0] is the subcommand's name. */
captured capture_command(int (*run)(const ax_program *, int, char **), const char *const *argv);
void captured_release(captured *c);

#endif
