/* Half-trained states of candidates that will not train any more. */
#ifndef AX_SEARCH_LEFTOVERS_H
#define AX_SEARCH_LEFTOVERS_H

#include <stdbool.h>
#include <stdint.h>

/* Removes every inflight/ID.mpk that keep doesn't want. all: also what an interrupted write has left; no worker may be
   alive then. What can't be removed stays: a state is only used by the training that it is of. */
void ax_leftovers_remove(int dirfd, bool all, bool (*keep)(void *context, uint32_t id), void *context);

#endif
