/* What events tell of a candidate. Engine and screens embed it, and every change of it goes through
   ax_candidate_apply. */
#ifndef AX_WIRE_RECORD_H
#define AX_WIRE_RECORD_H

#include "engine/candidate/outcome.h"
#include "engine/candidate/words.h"
#include "engine/wire/event.h"

/* before: what undo of a prune returns to. A status of PROMOTED is the screens' own.
   prune_until: > 0: a prune that can be taken back until then; 0: it is final, unless the candidate was finished.
   prune_batch: of the newest prune, whose prunes are taken back together; 0 = it was alone, or never was pruned.
   outcome: of stage 1 while stage 2 runs */
#define AX_CANDIDATE_FIELDS                                                                                            \
    uint32_t parent;   /* the candidate that it was made from, 0 = none */                                             \
    uint32_t full;     /* the candidate that trains it fully, 0 = none */                                              \
    uint32_t reused;   /* the candidate whose outcome it took, 0 = it was trained */                                   \
    uint32_t finalist; /* its place among those that the finals train again, 0 = it isn't among them */                \
    int64_t seed;      /* of its training; 0 = the run's */                                                            \
    char origin[16];   /* strategy's name, or a word of ax_origin */                                                   \
    ax_status status, before;                                                                                          \
    bool pinned;                                                                                                       \
    double prune_until;                                                                                                \
    uint64_t prune_batch;                                                                                              \
    ax_outcome outcome;

typedef struct ax_candidate_record {
    AX_CANDIDATE_FIELDS
} ax_candidate_record;
/* A member that embeds it: its fields have their plain names, and it is `record` as a whole. */
#define AX_CANDIDATE_EMBEDDED                                                                                          \
    union {                                                                                                            \
        struct {                                                                                                       \
            AX_CANDIDATE_FIELDS                                                                                        \
        };                                                                                                             \
        ax_candidate_record record;                                                                                    \
    };

/* What the event, which is about this candidate, changes of it. Times are the event's. */
void ax_candidate_apply(ax_candidate_record *r, const ax_event *ev);

#endif
