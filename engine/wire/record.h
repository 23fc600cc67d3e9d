/* What the events say of a candidate. Engine and screens embed this record, and only ax_candidate_apply changes it. */
#ifndef AX_WIRE_RECORD_H
#define AX_WIRE_RECORD_H

#include "engine/candidate/outcome.h"
#include "engine/candidate/words.h"
#include "engine/wire/event.h"

/* before: the status that an undo of a prune restores. Status PROMOTED occurs in screens only.
   prune_until: > 0: the prune can be undone until then; 0: it is final, unless the candidate was finished.
   prune_batch: batch of the latest prune; prunes of a batch are undone together. 0 = pruned alone, or never.
   outcome: that of stage 1 while stage 2 runs */
#define AX_CANDIDATE_FIELDS                                                                                            \
    uint32_t parent;   /* the candidate it was made from, 0 = none */                                                  \
    uint32_t full;     /* its full training, a candidate of its own; 0 = none */                                       \
    uint32_t reused;   /* the duplicate whose result was reused, 0 = it was trained */                                 \
    uint32_t finalist; /* its place among the finalists, 0 = not a finalist */                                         \
    int64_t seed;      /* seed of its training; 0 = the run's */                                                       \
    char origin[16];   /* the strategy's name, or a word of ax_origin */                                               \
    ax_status status, before;                                                                                          \
    bool pinned;                                                                                                       \
    double prune_until;                                                                                                \
    uint64_t prune_batch;                                                                                              \
    ax_outcome outcome;

typedef struct ax_candidate_record {
    AX_CANDIDATE_FIELDS
} ax_candidate_record;
/* A member that embeds the record: its fields have their plain names, and `record` is the whole. */
#define AX_CANDIDATE_EMBEDDED                                                                                          \
    union {                                                                                                            \
        struct {                                                                                                       \
            AX_CANDIDATE_FIELDS                                                                                        \
        };                                                                                                             \
        ax_candidate_record record;                                                                                    \
    };

/* Applies an event about this candidate. Times are the event's. */
void ax_candidate_apply(ax_candidate_record *r, const ax_event *ev);

#endif
