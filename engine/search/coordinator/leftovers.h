/* What is left in a run's directory and of no use. */
#ifndef AX_SEARCH_LEFTOVERS_H
#define AX_SEARCH_LEFTOVERS_H

#include "engine/search/search.h"

/* Removes every inflight/ID.mpk of a candidate that isn't unfinished. What can't be removed stays: a state is only used
   by the training that it is of. */
void ax_leftovers_remove(int dirfd, const ax_search *s);
/* Removes the validation images as they were drawn beside the masks: of data that have changed since. */
void ax_leftovers_remove_pictures(int dirfd);
/* Removes what interrupted writes have left. No other engine may have the run then, and no worker be alive. */
void ax_leftovers_remove_temporary(int dirfd);

#endif
