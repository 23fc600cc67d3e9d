/* auxcell data: looking at data sets. */
#ifndef AX_COMMAND_DATA_H
#define AX_COMMAND_DATA_H

#include "engine/command/program.h"
#include "engine/config/option.h"

/* Each gets argv[0] = its own name and returns the exit status. */
int ax_data_check(const ax_program *prog, int argc, char **argv);
int ax_data_show(const ax_program *prog, int argc, char **argv);

/* Parses the options of data NAME and the data set, its only operand. *spec NULL: there is none, and err says so. */
ax_parsed ax_data_parse(const ax_usage *u, const char *name, int argc, char **argv, const char **spec, ax_err *err);

#endif
