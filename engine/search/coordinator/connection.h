/* One client of the engine: commands in, answers and events out. Nothing blocks and nothing grows: a client that
   doesn't read its answers isn't read from either. */
#ifndef AX_SEARCH_CONNECTION_H
#define AX_SEARCH_CONNECTION_H

#include "engine/wire/command.h"
#include "engine/wire/eventlog.h"
#include "engine/wire/message.h"

/* BLOCK: bytes of events loaded at once. ANSWER: most bytes of an answer. COMMANDS: most commands per turn, so that
   other clients get theirs. */
enum { AX_CONNECTION_BLOCK = 32768, AX_CONNECTION_ANSWER = AX_COMMAND_TEXT + 64, AX_CONNECTION_COMMANDS = 256 };

typedef struct ax_connection {
    int fd;
    uint64_t number; /* never reused, so that an answer can't reach another client */
    ax_messages in;
    bool spoke;                /* it has sent a valid message */
    bool viewer;               /* it said hello, and gets events */
    bool watches;              /* it asked for past events: a screen or a log, which may stay silent */
    bool more;                 /* its turn ended early: whole commands may be left */
    bool ended;                /* it closed its side: freed once its answers are sent */
    bool dead;                 /* it has disconnected, or sent nonsense: to be freed */
    bool behind;               /* the socket was full, or its turn ended */
    ax_log_place next;         /* place in events.mpk */
    double heard_at, moved_at; /* monotonic: time of its last message; time when it last took data */
    size_t at, len;
    uint8_t out[AX_CONNECTION_BLOCK + AX_CONNECTION_COMMANDS * AX_CONNECTION_ANSWER];
} ax_connection;

/* The receiver of a client's messages. */
typedef struct ax_connection_user {
    void *context;
    void (*command)(void *context, ax_connection *one, const ax_command *cmd);
    void (*hello)(void *context, ax_connection *one, uint64_t seq);
} ax_connection_user;

/* Takes ownership of fd; now: monotonic seconds, here and below. NULL: no memory; fd is closed then. */
ax_connection *ax_connection_new(int fd, uint64_t number, double now);
void ax_connection_free(ax_connection *one);
/* Whether to read from it: there is room for a turn's answers. */
bool ax_connection_has_room(const ax_connection *one);
short ax_connection_events(const ax_connection *one); /* for poll */
/* Passes received commands to user, at most AX_CONNECTION_COMMANDS. */
void ax_connection_read(ax_connection *one, const ax_connection_user *user, double now);
/* Stores an answer until ax_connection_pump sends it. */
void ax_connection_answer(ax_connection *one, const ax_answer *a);
/* Sends answers and, from events.mpk at descriptor events, new events, as much as the socket takes. */
void ax_connection_pump(ax_connection *one, int events, double now);

#endif
