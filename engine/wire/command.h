/* Commands to an engine, over its socket: the msgpack array [request, verb, candidate, text, by]; answered by
   [request, code, message] after the command is on disk. Engine to client: either such an answer or a record of
   events.mpk (told apart by the third element: bin = record, str = answer). */
#ifndef AX_WIRE_COMMAND_H
#define AX_WIRE_COMMAND_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* id, word, needs a candidate (0 no, 1 yes, 2 optional: the run), what it does */
#define AX_VERB_LIST(X)                                                                                                \
    X(PAUSE, "pause", 2, "stop a candidate at its next step and free the worker; without ID: the run")                 \
    X(CONTINUE, "continue", 2, "let a paused candidate, or the run, go on")                                            \
    X(PRUNE, "prune", 1, "end a candidate; can be undone for 10 seconds")                                              \
    X(UNDO, "undo", 2, "take back a prune of the last 10 seconds")                                                     \
    X(PROMOTE, "promote", 1, "running: through the gate; queued: next; finished: full training")                       \
    X(PIN, "pin", 1, "keep a candidate from being stopped early; again: unpin")                                        \
    X(NOTE, "note", 2, "attach a note to a candidate, or to the run")                                                  \
    X(SUBMIT, "submit", 0, "queue a genotype of your own")                                                             \
    X(FORK, "fork", 1, "queue a copy of a candidate with some decisions changed")                                      \
    X(SAVE, "save", 0, "write a snapshot now")                                                                         \
    X(STOP, "stop", 0, "stop the engine; the run can be resumed")
#define AX_VERB_ENUM(id, word, candidate, doc) AX_VERB_##id,
typedef enum ax_verb { AX_VERB_LIST(AX_VERB_ENUM) AX_VERB_COUNT } ax_verb;

enum { AX_COMMAND_TEXT = 200, AX_COMMAND_MAX_BYTES = 1024 };
typedef struct ax_command {
    uint64_t request; /* chosen by the client; the same request again is answered, not done twice */
    ax_verb verb;
    uint32_t id;
    char text[AX_COMMAND_TEXT], by[32];
} ax_command;
typedef struct ax_answer {
    uint64_t request;
    ax_code code;
    char message[AX_COMMAND_TEXT]; /* "pruned #12; undo within 10 s" */
} ax_answer;

const char *ax_verb_word(ax_verb verb);
bool ax_verb_find(const char *word, ax_verb *verb);
/* Whether a run that has finished takes it up: its engine is started for that. */
bool ax_verb_wakes(ax_verb verb);
size_t ax_command_pack(const ax_command *c, uint8_t *buf, size_t cap);
ax_code ax_command_unpack(const uint8_t *bytes, size_t n, ax_command *c, ax_err *err);
size_t ax_answer_pack(const ax_answer *a, uint8_t *buf, size_t cap);
ax_code ax_answer_unpack(const uint8_t *bytes, size_t n, ax_answer *a, ax_err *err);

#endif
