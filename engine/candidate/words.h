/* The words of a candidate's life and of a run's: states, origins, causes of failure, levels of the log. Files and
   events have them as text, everything else as these numbers: no other file compares the text. */
#ifndef AX_CANDIDATE_WORDS_H
#define AX_CANDIDATE_WORDS_H

#include <stdbool.h>

/* id, letter on screens and in files, words; in the order in which the table is sorted by state */
#define AX_STATUS_LIST(X)                                                                                              \
    X(RUNNING, 'R', "running")                                                                                         \
    X(PAUSED, 'P', "paused")                                                                                           \
    X(QUEUED, 'Q', "queued")                                                                                           \
    X(PROMOTED, '*', "done and promoted") /* a full training exists or is queued; screens alone have it */             \
    X(DONE, 'D', "done")                                                                                               \
    X(PRUNED, 'X', "pruned")                                                                                           \
    X(FAILED, 'F', "failed")
#define AX_STATUS_ENUM(id, letter, word) AX_##id = letter,
typedef enum ax_status { AX_STATUS_LIST(AX_STATUS_ENUM) } ax_status;
const char *ax_status_word(ax_status s);
int ax_status_place(ax_status s); /* in the list */
/* False: the text isn't a letter of the list. */
bool ax_status_read(const char *text, ax_status *out);

/* What happens after a failure: nothing more; it is tried once more, and not a third time; it isn't the candidate's
   fault, so it goes back to the queue and the run pauses itself. */
typedef enum ax_retry { AX_RETRY_NEVER, AX_RETRY_ONCE, AX_RETRY_LATER } ax_retry;
#define AX_CAUSE_LIST(X)                                                                                               \
    X(NONE, "", NEVER)                                                                                                 \
    X(MEMORY, "memory", NEVER)                                                                                         \
    X(DIVERGED, "diverged", NEVER)                                                                                     \
    X(CRASHED, "crashed", ONCE)                                                                                        \
    X(HANG, "hang", ONCE)                                                                                              \
    X(DEVICE, "device", ONCE)                                                                                          \
    X(DISK, "disk", LATER)                                                                                             \
    X(DATA, "data", LATER)                                                                                             \
    X(OTHER, "other", NEVER)
#define AX_CAUSE_ENUM(id, word, retry) AX_CAUSE_##id,
typedef enum ax_cause { AX_CAUSE_LIST(AX_CAUSE_ENUM) AX_CAUSE_COUNT } ax_cause;
const char *ax_cause_word(ax_cause c);
ax_cause ax_cause_of(const char *word); /* OTHER when it isn't known */
ax_retry ax_cause_retry(ax_cause c);

/* Who a candidate came from: the run's strategy, under its name; a person; the promotion of another; the finals, which
   train another again with a fresh seed. */
typedef enum ax_origin { AX_ORIGIN_STRATEGY, AX_ORIGIN_USER, AX_ORIGIN_PROMOTE, AX_ORIGIN_FINALS } ax_origin;
ax_origin ax_origin_of(const char *word);
const char *ax_origin_word(ax_origin o); /* "" for a strategy: its name is its own */

/* How a run ended, as BYE says it. */
#define AX_ENDING_LIST(X)                                                                                              \
    X(NONE, "") /* not ended, or not reported by an engine */                                                          \
    X(FINISHED, "finished")                                                                                            \
    X(STOPPED, "stopped")                                                                                              \
    X(FAILED, "failed")
#define AX_ENDING_ENUM(id, word) AX_ENDING_##id,
typedef enum ax_ending { AX_ENDING_LIST(AX_ENDING_ENUM) AX_ENDING_COUNT } ax_ending;
ax_ending ax_ending_of(const char *word); /* FAILED when the word is unknown */

/* How much a line of the log matters. */
#define AX_LEVEL_LIST(X)                                                                                               \
    X(DEBUG, "debug")                                                                                                  \
    X(INFO, "info")                                                                                                    \
    X(WARNING, "warning")                                                                                              \
    X(ERROR, "error")
#define AX_LEVEL_ENUM(id, word) AX_LEVEL_##id,
typedef enum ax_level { AX_LEVEL_LIST(AX_LEVEL_ENUM) AX_LEVEL_COUNT } ax_level;
ax_level ax_level_of(const char *word); /* INFO when it isn't known */
const char *ax_level_word(ax_level l);

/* Who did something to a run: nobody, the engine of its own accord, or a person or program under any other name. */
typedef enum ax_actor { AX_ACTOR_NONE, AX_ACTOR_ENGINE, AX_ACTOR_OTHER } ax_actor;
ax_actor ax_actor_of(const char *word);
const char *ax_actor_word(ax_actor a); /* "" unless it is the engine: all others have names of their own */

#endif
