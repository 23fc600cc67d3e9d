/* auxcell data: looking at data sets. */
#ifndef AX_COMMAND_DATA_H
#define AX_COMMAND_DATA_H

#include "engine/command/program.h"

/* Each gets argv[0] = its own name and returns the exit status. */
int ax_data_check(const ax_program *prog, int argc, char **argv);
int ax_data_show(const ax_program *prog, int argc, char **argv);

#endif
