/* Half-trained states of candidates that will not train any more. */
#ifndef AX_SEARCH_LEFTOVERS_H
#define AX_SEARCH_LEFTOVERS_H

#include "engine/search/search.h"

/* Removes every inflight/ID.mpk of a candidate that isn't unfinished. all: also what an interrupted write has left; no
   worker may be alive then. What can't be removed stays: a state is only used by the training that it is of. */
void ax_leftovers_remove(int dirfd, bool all, const ax_search *s);

#endif
