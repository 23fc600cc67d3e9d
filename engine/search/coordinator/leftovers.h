/* Removes files in a run's directory that are no longer of use. */
#ifndef AX_SEARCH_LEFTOVERS_H
#define AX_SEARCH_LEFTOVERS_H

#include "engine/search/search.h"

/* Removes every inflight/ID.mpk of a candidate that is finished. A file that can't be removed does no harm: a
   checkpoint is only used by its own training. */
void ax_leftovers_remove(int dirfd, const ax_search *s);
/* Removes the validation images beside the masks, because the data have changed since. */
void ax_leftovers_remove_pictures(int dirfd);
/* Removes remains of interrupted writes. No other engine may have the run, and no worker may be alive. */
void ax_leftovers_remove_temporary(int dirfd);

#endif
