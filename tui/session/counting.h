/* The cost of networks, computed by `auxcell-engine show - --run RUN --json`, which answers one genotype a line. This
   needs no engine of the run, and never blocks. */
#ifndef AX_TUI_COUNTING_H
#define AX_TUI_COUNTING_H

#include "tui/ui/edit.h"

#include <sys/types.h>

typedef struct ax_counting {
    pid_t pid;     /* 0 = none runs */
    int fd;        /* the socket to its standard input and output; valid while pid is */
    bool asked;    /* a question has no answer yet */
    ax_genotype g; /* the genotype that was asked for */
    char line[1024];
    size_t used;
} ax_counting;

/* Asks for the cost of a genotype, unless an answer is due. Starts the program at the path `engine` when none runs.
   False: it can't be started. */
bool ax_counting_ask(ax_counting *c, const char *engine, const char *run_path, const ax_genotype *g);
/* Reads what has come. True: *out is the cost of *g; a program that has ended gives an error as its answer. */
bool ax_counting_take(ax_counting *c, ax_genotype *g, ax_edit_cost *out);
/* Ends the program, if it runs. */
void ax_counting_stop(ax_counting *c);
int ax_counting_fd(const ax_counting *c); /* descriptor to poll; -1 = none runs */

/* The whole number after "name": in a line of JSON; -1 = there is none. */
long long ax_counting_number(const char *line, const char *name);

#endif
