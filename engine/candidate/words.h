/* The vocabulary of candidates and runs: status, origin, cause of failure, ending, log level. Files and events use the
   words; all other code uses these enums and never compares text. */
#ifndef AX_CANDIDATE_WORDS_H
#define AX_CANDIDATE_WORDS_H

#include <stdbool.h>

/* id, letter on screens and in files, words; in the order by which the table sorts states */
#define AX_STATUS_LIST(X)                                                                                              \
    X(RUNNING, 'R', "running")                                                                                         \
    X(PAUSED, 'P', "paused")                                                                                           \
    X(QUEUED, 'Q', "queued")                                                                                           \
    X(PROMOTED, '*', "done and promoted") /* a full training exists or is queued; only screens use it */               \
    X(DONE, 'D', "done")                                                                                               \
    X(PRUNED, 'X', "pruned")                                                                                           \
    X(FAILED, 'F', "failed")
#define AX_STATUS_ENUM(id, letter, word) AX_##id = letter,
typedef enum ax_status { AX_STATUS_LIST(AX_STATUS_ENUM) } ax_status;
const char *ax_status_word(ax_status s);
int ax_status_place(ax_status s); /* position in the list */
/* False: the text isn't a letter of the list. */
bool ax_status_read(const char *text, ax_status *out);

/* "stage 1", "stage 2", "full training"; "" where there is none. */
const char *ax_stage_word(long stage);

/* What happens after a failure: nothing more; one retry; or, when the candidate isn't at fault, back to the queue while
   the run pauses itself. */
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
ax_cause ax_cause_of(const char *word); /* OTHER when the word is unknown */
ax_retry ax_cause_retry(ax_cause c);

/* Who proposed a candidate: the run's strategy (under its name); a person; a promotion (full training of another); or
   the finals, which train another again with a fresh seed. */
typedef enum ax_origin { AX_ORIGIN_STRATEGY, AX_ORIGIN_USER, AX_ORIGIN_PROMOTE, AX_ORIGIN_FINALS } ax_origin;
ax_origin ax_origin_of(const char *word);
const char *ax_origin_word(ax_origin o); /* "" for a strategy, which has a name of its own */

/* How a run ended, as in BYE. */
#define AX_ENDING_LIST(X)                                                                                              \
    X(NONE, "") /* not ended, or not reported by an engine */                                                          \
    X(FINISHED, "finished")                                                                                            \
    X(STOPPED, "stopped")                                                                                              \
    X(FAILED, "failed")
#define AX_ENDING_ENUM(id, word) AX_ENDING_##id,
typedef enum ax_ending { AX_ENDING_LIST(AX_ENDING_ENUM) AX_ENDING_COUNT } ax_ending;
ax_ending ax_ending_of(const char *word); /* FAILED when the word is unknown */

/* Severity of a log line. */
#define AX_LEVEL_LIST(X)                                                                                               \
    X(DEBUG, "debug")                                                                                                  \
    X(INFO, "info")                                                                                                    \
    X(WARNING, "warning")                                                                                              \
    X(ERROR, "error")
#define AX_LEVEL_ENUM(id, word) AX_LEVEL_##id,
typedef enum ax_level { AX_LEVEL_LIST(AX_LEVEL_ENUM) AX_LEVEL_COUNT } ax_level;
ax_level ax_level_of(const char *word); /* INFO when the word is unknown */
const char *ax_level_word(ax_level l);

/* Who acted on a run: nobody, the engine by itself, or a person or program with a name. */
typedef enum ax_actor { AX_ACTOR_NONE, AX_ACTOR_ENGINE, AX_ACTOR_OTHER } ax_actor;
ax_actor ax_actor_of(const char *word);
const char *ax_actor_word(ax_actor a); /* "" except for the engine: all others have names of their own */

#endif
