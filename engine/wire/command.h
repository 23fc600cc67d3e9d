/* Commands to an engine, over its socket: the msgpack array [request, verb, candidate, text, by] or [request, verb,
   candidate, text, by, fields]; answered by [request, code, message] or, to the longer form, [request, code, message,
   fields], after the command is on disk. fields is a map; a reader skips names that it doesn't know. Engine to client:
   either such an answer or a record of events.mpk (told apart by the third element: bin = record, str = answer).
   Engines and screens older than the longer form hang up on it or don't see it, so that it is used only where it is
   needed. */
#ifndef AX_WIRE_COMMAND_H
#define AX_WIRE_COMMAND_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a verb acts on. SEVERAL: at least one candidate; SEVERAL_OR_LAST: candidates, or those of the last action. */
typedef enum ax_verb_on { AX_ON_NOTHING, AX_ON_ONE, AX_ON_ONE_OR_RUN, AX_ON_SEVERAL, AX_ON_SEVERAL_OR_LAST } ax_verb_on;

/* id, word, what it acts on (AX_ON_...), further operands, description */
#define AX_VERB_LIST(X)                                                                                                \
    X(PAUSE, "pause", ONE_OR_RUN, "", "stop a candidate at its next step and free the worker; without ID: the run")    \
    X(CONTINUE, "continue", ONE_OR_RUN, "", "let a paused candidate, or the run, go on")                               \
    X(PRUNE, "prune", SEVERAL, "", "end candidates; undo takes that back, for unfinished ones within 10 s")            \
    X(UNDO, "undo", SEVERAL_OR_LAST, "", "take back the last prune, or that of these candidates")                      \
    X(PROMOTE, "promote", ONE, "", "running: through the gate; queued: next; finished: full training")                 \
    X(DEMOTE, "demote", ONE, "", "running: the gate decides; queued: last; promoted: its full training is pruned")     \
    X(PIN, "pin", ONE, "", "keep a candidate from being stopped early; again: unpin")                                  \
    X(NOTE, "note", ONE_OR_RUN, " TEXT", "attach a note to a candidate, or to the run")                                \
    X(SUBMIT, "submit", NOTHING, " GENOTYPE", "queue a genotype of your own")                                          \
    X(FORK, "fork", ONE, " --set DECISION=VALUE...", "queue a copy of a candidate with some decisions changed")        \
    X(SAVE, "save", NOTHING, "", "write a snapshot now")                                                               \
    X(STOP, "stop", NOTHING, "", "stop the engine; the run can be resumed")
#define AX_VERB_ENUM(id, word, on, more, doc) AX_VERB_##id,
typedef enum ax_verb { AX_VERB_LIST(AX_VERB_ENUM) AX_VERB_COUNT } ax_verb;

enum { AX_COMMAND_TEXT = 200, AX_COMMAND_MAX_BYTES = 1024, AX_COMMAND_IDS = 128 };
typedef struct ax_command {
    uint64_t request; /* chosen by the client; a repeated request is answered again, but not executed again */
    ax_verb verb;
    uint32_t id; /* 0 = none, or see ids */
    char text[AX_COMMAND_TEXT], by[32];
    bool fields; /* packed in the longer form; a command with a batch or ids always is */
    /* Prunes of one batch are undone together. Any non-zero number that the client hasn't used before, for example the
       request id. 0: for a prune, this command alone is a batch; for an undo, id or ids select the candidates. */
    uint64_t batch;
    uint32_t n_ids, ids[AX_COMMAND_IDS]; /* several candidates instead of id, for verbs that take them */
} ax_command;
typedef struct ax_answer {
    uint64_t request;
    ax_code code;
    char message[AX_COMMAND_TEXT]; /* "pruned #12; undo within 10 s" */
    bool fields;                   /* packed in the longer form */
    uint32_t id;                   /* the new candidate, or the one that the command acted on; 0 = none, or several */
    uint32_t count;                /* prune: candidates in the batch so far; undo: candidates restored */
} ax_answer;

const char *ax_verb_word(ax_verb verb);
bool ax_verb_find(const char *word, ax_verb *verb);
/* Whether a finished run accepts it: its engine is then started again. */
bool ax_verb_wakes_engine(ax_verb verb);
ax_verb_on ax_verb_acts_on(ax_verb verb);
size_t ax_command_pack(const ax_command *c, uint8_t *buf, size_t cap);
ax_code ax_command_unpack(const uint8_t *bytes, size_t n, ax_command *c, ax_err *err);
size_t ax_answer_pack(const ax_answer *a, uint8_t *buf, size_t cap);
ax_code ax_answer_unpack(const uint8_t *bytes, size_t n, ax_answer *a, ax_err *err);

#endif
