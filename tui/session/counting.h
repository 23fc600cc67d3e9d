/* What networks cost, counted by the engine program: `auxcell-engine show - --run RUN --json` on a pipe, which answers
   a genotype a line. It needs no engine of the run, and isn't waited for. */
#ifndef AX_TUI_COUNTING_H
#define AX_TUI_COUNTING_H

#include "tui/ui/edit.h"

#include <sys/types.h>

typedef struct ax_counting {
    pid_t pid;     /* 0 = none runs */
    int fd;        /* the socket to its standard input and output; valid while pid is */
    bool asked;    /* an answer is due */
    ax_genotype g; /* of which */
    char line[1024];
    size_t used;
} ax_counting;

/* Asks for a genotype, unless an answer is due; starts `engine` (its path) for the run when none runs. False: it can't
   be started. */
bool ax_counting_ask(ax_counting *c, const char *engine, const char *run_path, const ax_genotype *g);
/* Reads what is there. True: *g has been answered, with *out; a program that has ended answers with an error. */
bool ax_counting_take(ax_counting *c, ax_genotype *g, ax_edit_cost *out);
/* Ends it, if it runs. */
void ax_counting_stop(ax_counting *c);
int ax_counting_fd(const ax_counting *c); /* poll it; -1 = none runs */

/* Whole number after "name": in the line of JSON; -1 = not there. */
long long ax_counting_number(const char *line, const char *name);

#endif
