/* One client of the engine: its commands in, answers and events out. Nothing here waits, and nothing grows: a client
   that doesn't take its answers isn't read any further. */
#ifndef AX_SEARCH_CONNECTION_H
#define AX_SEARCH_CONNECTION_H

#include "engine/wire/command.h"
#include "engine/wire/eventlog.h"
#include "engine/wire/message.h"

/* BLOCK: bytes of events taken at once. ANSWER: bytes of an answer at most. COMMANDS: taken in one turn, so that other
   clients have their turns. */
enum { AX_CONNECTION_BLOCK = 32768, AX_CONNECTION_ANSWER = AX_COMMAND_TEXT + 64, AX_CONNECTION_COMMANDS = 256 };

typedef struct ax_connection {
    int fd;
    uint64_t number; /* never used twice, so that an answer can't reach another */
    ax_messages in;
    bool spoke;                /* it sent a message that makes sense */
    bool viewer;               /* it said hello: it gets events */
    bool watches;              /* it asked for events of the past: a screen or a log, which may be silent */
    bool more;                 /* its turn was over: there may be whole commands left */
    bool ended;                /* it closed its side: it is freed when it has its answers */
    bool dead;                 /* it has disconnected, or makes no sense: to be freed */
    bool behind;               /* the socket was full, or its turn was over */
    ax_log_place next;         /* in events.mpk */
    double heard_at, moved_at; /* monotonic: when it last said something, when it last took something */
    size_t at, len;
    uint8_t out[AX_CONNECTION_BLOCK + AX_CONNECTION_COMMANDS * AX_CONNECTION_ANSWER];
} ax_connection;

/* The receiver of a client's messages. */
typedef struct ax_connection_user {
    void *context;
    void (*command)(void *context, ax_connection *one, const ax_command *cmd);
    void (*hello)(void *context, ax_connection *one, uint64_t seq);
} ax_connection_user;

/* Takes fd; now: monotonic seconds, here and below. NULL: no memory; fd is closed. */
ax_connection *ax_connection_new(int fd, uint64_t number, double now);
void ax_connection_free(ax_connection *one);
/* Whether it may be read: there is room for the answers of a turn. */
bool ax_connection_has_room(const ax_connection *one);
short ax_connection_events(const ax_connection *one); /* for poll */
/* Gives user what came, at most AX_CONNECTION_COMMANDS of it. */
void ax_connection_read(ax_connection *one, const ax_connection_user *user, double now);
/* Keeps an answer until ax_connection_pump sends it. */
void ax_connection_answer(ax_connection *one, const ax_answer *a);
/* Sends answers and, from events.mpk at the descriptor events, what is new there: as much as the socket takes. */
void ax_connection_pump(ax_connection *one, int events, double now);

#endif
